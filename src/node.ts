/**
 * Everything of `rdb-aof`, and paths.
 *
 * @module
 */
import { type RecordStream, recordStream } from './bytes/index.ts';
import { openFile } from './io/index.ts';
import { checkReadOptions, type Exactly, type ReadRdbOptions, type RecordFor, readRdb } from './rdb/index.ts';

export * from './index.ts';

/**
 * `readRdb` for a path. The file is opened when the iteration begins, and closed when it ends or is left.
 *
 * @param path of an RDB file, which may be packed with gzip, zstd or LZ4
 * @throws RedisFileError `IO` where the file cannot be read, its `cause` the system's error; otherwise as `readRdb`,
 *   the path in `context.file`
 *
 * @example
 * ```ts
 * import { readRdbFile } from 'rdb-aof/node';
 *
 * let keys = 0;
 * for await (const record of readRdbFile('fixtures/corpus/redis-7.2.6.rdb', { values: 'skip' })) {
 *   if (record.kind === 'key') keys++;
 * }
 * console.log(keys); // 165
 * ```
 */
export function readRdbFile(path: string): RecordStream<RecordFor<Record<never, never>>>;
export function readRdbFile<const O extends ReadRdbOptions>(
  path: string,
  options: Exactly<O, ReadRdbOptions> | undefined,
): RecordStream<RecordFor<O>>;
export function readRdbFile<O extends ReadRdbOptions>(
  path: string,
  options: ReadRdbOptions = {},
): RecordStream<RecordFor<O>> {
  // Wrong options fail at the call, not at the first record.
  checkReadOptions(options);
  return recordStream(async function* () {
    options.signal?.throwIfAborted();
    const { chunks, size } = await openFile(path);
    yield* readRdb<O>(chunks, { file: path, size, ...options } as never).batches();
  });
}
