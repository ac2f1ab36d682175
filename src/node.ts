/**
 * Everything of `rdb-aof`, and paths.
 *
 * @module
 */
import { type ByteSource, chunksOf, type RecordStream, recordStream } from './bytes/index.ts';
import { AtomicFile, openFile } from './io/index.ts';
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

/** Options of `writeFileAtomic`. */
export interface WriteFileOptions {
  /** Refuse to replace a file that is there; false by default. */
  exclusive?: boolean;
  signal?: AbortSignal;
}

/**
 * Writes a file that appears under its name when it is complete: under a temporary name in the same directory, brought
 * to the disk, renamed, and the directory brought to the disk. Whatever happens before leaves what was there; permissions
 * of a file that is replaced stay.
 *
 * @param bytes any source of bytes, such as what `writeRdb` gives; its errors come through, and nothing is written then
 * @throws RedisFileError `IO`, its `cause` the system's error (EEXIST for a file that `exclusive` protects)
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readRdbFile, writeFileAtomic, writeRdb } from 'rdb-aof/node';
 *
 * const path = join(tmpdir(), 'one.rdb');
 * await writeFileAtomic(path, writeRdb([{ kind: 'key', key: 'k', type: 'string', value: 'hi' }]));
 * for await (const record of readRdbFile(path, { strings: 'utf8' })) {
 *   if (record.kind === 'key') console.log(record.key, record.value); // k hi
 * }
 * ```
 */
export async function writeFileAtomic(path: string, bytes: ByteSource, options: WriteFileOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  const file = new AtomicFile(path, { force: options.exclusive !== true });
  try {
    for await (const chunk of chunksOf(bytes)) {
      options.signal?.throwIfAborted();
      file.write(chunk);
    }
    await file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
