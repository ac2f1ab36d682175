import { type ByteSource, chunksOf, tap } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import type { RdbHandler, RdbScanner } from '../rdb/index.ts';
import { ENOUGH } from './filtering.ts';
import type { SalvageReport } from './salvage-report.ts';
import { Salvager, type SalvagerOptions } from './salvager.ts';

/** How a file is salvaged, and read. */
export interface SalvageOptions extends SalvagerOptions {
  /** Called after every chunk; what it returns is waited for (output that is written, for example). */
  afterChunk?: (scanner: RdbScanner) => Promise<void> | undefined;
  /** True ends the reading early. */
  enough?: () => boolean;
  /** Called with the size of each chunk of the source, packed or not. */
  onBytes?: (count: number) => void;
  /** Called with each container that the source turns out to be packed in. */
  onContainer?: (kind: string) => void;
}

/**
 * Shows what can be proven of a damaged RDB file, packed or not, to a handler, as `scanFile` shows a whole one. The handler
 * never sees a key that is not whole. It gets a header and, unless the end of the file is missing, an `eof`.
 *
 * @throws RedisFileError for what is no damage: errors of the handler, of the file system, and an empty file
 */
export async function salvageFile(
  source: ByteSource,
  handler: RdbHandler,
  options: SalvageOptions = {},
): Promise<SalvageReport> {
  const salvager = new Salvager(handler, options);
  const run = async (steps: Generator<void>): Promise<void> => {
    for (const _ of steps) {
      const waiting = options.afterChunk?.(salvager.scanner);
      if (waiting !== undefined) await waiting;
      if (options.enough?.()) throw ENOUGH;
    }
  };
  let broken: RedisFileError | undefined;
  try {
    const chunks = decompress(
      tap(chunksOf(source), (chunk) => options.onBytes?.(chunk.length)),
      options,
    )[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await chunks.next().catch((error: unknown) => {
          if (!isDamage(error)) throw error;
          broken = error;
          return { done: true as const, value: undefined };
        });
        if (next.done) break;
        await run(salvager.push(next.value));
      }
    } finally {
      await chunks.return(undefined);
    }
    await run(salvager.end(broken));
  } catch (error) {
    // A handler that has seen enough ends the reading.
    if (error === ENOUGH) {
      salvager.stop();
      return salvager.report;
    }
    if (RedisFileError.is(error) && options.file !== undefined) error.context.file ??= options.file;
    throw error;
  }
  return salvager.report;
}

/** A container that ends too early, or is damaged. */
function isDamage(error: unknown): error is RedisFileError {
  return RedisFileError.is(error) && (error.code === 'COMPRESSION_CORRUPT' || error.code === 'UNEXPECTED_EOF');
}
