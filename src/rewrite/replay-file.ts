import { abortable, type ByteSource, chunksOf, tap } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import type { Replayer } from '../keyspace/index.ts';

/** How a file is replayed. */
export interface ReplayFile {
  /** Its name, for errors. */
  file: string;
  /** Called with the size of each chunk of the source, packed or not. */
  onBytes?: (count: number) => void;
  /** Ends the replay; its reason is thrown as it is. */
  signal?: AbortSignal;
}

/**
 * Replays one file of a log, packed or not: the RDB that it may begin with, then its commands.
 *
 * @throws RedisFileError where it is damaged, or has a command that cannot be replayed
 */
export async function replayFile(
  replayer: Replayer,
  source: ByteSource,
  { file, onBytes, signal }: ReplayFile,
): Promise<void> {
  replayer.begin(file);
  const taken = tap(abortable(chunksOf(source), signal), (chunk) => onBytes?.(chunk.length));
  for await (const chunk of decompress(taken)) replayer.push(chunk);
  replayer.end();
}
