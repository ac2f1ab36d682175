import type { ReplayOptions } from './options.ts';
import type { Replayer } from './replayer.ts';

/**
 * A replayer. What replays is a third of the library, and is loaded when it is first asked for: who only reads and writes
 * files starts some 20 ms earlier.
 *
 * @throws RedisFileError (as a rejection) `INVALID_ARGUMENT` for values that an option does not have
 */
export async function newReplayer(options: ReplayOptions = {}): Promise<Replayer> {
  const { Replayer } = await import('./replayer.ts');
  return new Replayer(options);
}
