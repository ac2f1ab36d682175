/**
 * Everything of `rdb-aof`, and paths.
 *
 * @module
 */
import { dirname, join } from 'node:path';
import {
  type AofRecordFor,
  checkReadAofOptions,
  logGroups,
  type Manifest,
  type ReadAofOptions,
  setGroups,
  type WritableAofRecord,
  type WriteAofOptions,
  writeAof as writeAofAnywhere,
} from './aof/index.ts';
import {
  abortable,
  type ByteSource,
  checkChoices,
  checkObject,
  checkSignal,
  chunksOf,
  flattened,
  type RecordStream,
  type Records,
  recordStream,
} from './bytes/index.ts';
import {
  AtomicFile,
  checkPath,
  type FoundData,
  findData,
  ioError,
  LENT,
  manifestName,
  OWNED,
  openFile,
  readManifest,
  statOf,
  systemError,
  TemporaryBytes,
} from './io/index.ts';
import {
  checkReadOptions,
  type Exactly,
  type ReadRdbOptions,
  type RecordFor,
  readRdb,
  type WritableRecord,
  type WriteRdbOptions,
  writeRdb as writeRdbAnywhere,
} from './rdb/index.ts';

export * from './index.ts';
export { AofWriter, type AofWriterOptions, type AppendedCommand, type FileSystem, type FoundData } from './io/index.ts';
export { type RewriteDirOptions, type RewriteDirSummary, rewriteAofDir } from './rewrite-dir.ts';

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
  // What is wrong fails at the call, not at the first record.
  checkPath(path);
  checkReadOptions(options);
  return recordStream(async function* () {
    options.signal?.throwIfAborted();
    const { chunks, size } = await openFile(path);
    yield* readRdb<O>(chunks, { file: path, size, ...options } as never).batches();
  });
}

/**
 * `readAof` for a path: an append-only file of its own, or one file of a set. The file is opened when the iteration begins,
 * and closed when it ends or is left.
 *
 * @param path of the file, which may be packed with gzip, zstd or LZ4
 * @throws RedisFileError `IO` where the file cannot be read, its `cause` the system's error; otherwise as `readAof`, the path
 *   in `context.file`
 *
 * @example
 * ```ts
 * import { readAofFile } from 'rdb-aof/node';
 *
 * let commands = 0;
 * for await (const record of readAofFile('fixtures/aof/redis-7.4.1.multipart/appendonly.aof.2.incr.aof')) {
 *   if (record.kind === 'command') commands++;
 * }
 * console.log(commands); // 967
 * ```
 */
export function readAofFile(path: string): RecordStream<AofRecordFor<Record<never, never>>>;
export function readAofFile<const O extends ReadAofOptions>(
  path: string,
  options: Exactly<O, ReadAofOptions> | undefined,
): RecordStream<AofRecordFor<O>>;
export function readAofFile<O extends ReadAofOptions>(
  path: string,
  options: ReadAofOptions = {},
): RecordStream<AofRecordFor<O>> {
  checkPath(path);
  checkReadAofOptions(options);
  return recordStream(() => flattened(fileGroups<O>(path, options), options.signal));
}

/** The file is opened when the first group is asked for. */
async function* fileGroups<O extends ReadAofOptions>(
  path: string,
  options: ReadAofOptions,
): AsyncGenerator<Iterable<AofRecordFor<O>[]>> {
  options.signal?.throwIfAborted();
  const { chunks, size } = await openFile(path, options.views ? OWNED : LENT);
  const progress = { bytes: 0, total: options.size ?? size, records: 0 };
  yield* logGroups<O>(chunks, { file: path, ...options }, undefined, progress, {});
}

/**
 * `readAofSet` for a directory: that of a multi-part append-only file (`appendonlydir`), with its manifest. Files are opened
 * when it is their turn.
 *
 * @param dir the directory in which the manifest is
 * @throws RedisFileError `IO` where there is no manifest, or a listed file cannot be read; `MANIFEST_INVALID`;
 *   `INVALID_ARGUMENT` where there are several manifests; otherwise as `readAof`, the name of the file in `context.file`
 *
 * @example
 * ```ts
 * import { readAofDir } from 'rdb-aof/node';
 *
 * for await (const record of readAofDir('fixtures/aof/redis-7.4.1.multipart')) {
 *   if (record.kind === 'fileStart') console.log(record.type, record.file);
 *   // base appendonly.aof.2.base.rdb
 *   // incr appendonly.aof.2.incr.aof
 * }
 * ```
 */
export function readAofDir(dir: string): RecordStream<AofRecordFor<Record<never, never>>>;
export function readAofDir<const O extends ReadAofOptions>(
  dir: string,
  options: Exactly<O, ReadAofOptions> | undefined,
): RecordStream<AofRecordFor<O>>;
export function readAofDir<O extends ReadAofOptions>(
  dir: string,
  options: ReadAofOptions = {},
): RecordStream<AofRecordFor<O>> {
  checkPath(dir, 'dir');
  checkReadAofOptions(options);
  return recordStream(() => flattened(directoryGroups<O>(dir, options), options.signal));
}

/** The manifest is read when the first group is asked for. */
async function* directoryGroups<O extends ReadAofOptions>(
  dir: string,
  options: ReadAofOptions,
): AsyncGenerator<Iterable<AofRecordFor<O>[]>> {
  options.signal?.throwIfAborted();
  const name = manifestName(dir);
  if (name === undefined) {
    throw ioError(dir, systemError('ENOENT'), 'no manifest in this directory');
  }
  yield* listedGroups<O>(dir, readManifest(join(dir, name)), options);
}

/** The files of a set, opened one after the other. */
async function* listedGroups<O extends ReadAofOptions>(
  dir: string,
  manifest: Manifest,
  options: ReadAofOptions,
): AsyncGenerator<Iterable<AofRecordFor<O>[]>> {
  const files = manifest.base === undefined ? manifest.incr : [manifest.base, ...manifest.incr];
  const size = files.reduce((sum, { name }) => sum + (statOf(join(dir, name))?.size ?? 0), 0);
  const open = async (name: string) => (await openFile(join(dir, name), options.views ? OWNED : LENT)).chunks;
  yield* setGroups<O>(manifest, open, { size, ...options }, {});
}

/** A data directory, with what a server would load from it. */
export interface DataDir extends FoundData {
  /**
   * Reads that, be it a set, an append-only file or a dump, whose records are then those of an RDB at the beginning of a file.
   * Nothing gives no records.
   */
  read<const O extends ReadAofOptions = Record<never, never>>(
    options?: Exactly<O, ReadAofOptions>,
  ): RecordStream<AofRecordFor<O>>;
}

/**
 * Finds what a server with this data directory would load, and says why: a multi-part append-only file by its manifest, an
 * append-only file of its own, a dump, or nothing. A `redis.conf` (or `valkey.conf`) that says nothing of `appendonly` means
 * `no`, as for servers, and a note says so where there is an append-only file. Without one it is not known whether the server
 * has `appendonly yes`: then the append-only file counts, where there is one, and a note says so if the dump is newer.
 *
 * @param path the data directory, or its `redis.conf`, whose `dir` and `include` count from where the file stands. A pattern that it
 *   includes is followed as by servers, in the order of the bytes of the paths, which is that of the locale C
 * @throws RedisFileError `IO` where the path or the manifest cannot be read; `MANIFEST_INVALID`; `BAD_STRING` for a
 *   configuration that a server would not take
 *
 * @example
 * ```ts
 * import { openDataDir } from 'rdb-aof/node';
 *
 * const { kind, path, reason } = openDataDir('fixtures/corpus');
 * console.log(kind, path, reason); // nothing undefined there is no dump and no append-only file
 * ```
 */
export function openDataDir(path: string): DataDir {
  checkPath(path);
  const found = findData(path);
  return {
    ...found,
    read<const O extends ReadAofOptions = Record<never, never>>(
      options?: Exactly<O, ReadAofOptions>,
    ): RecordStream<AofRecordFor<O>> {
      const { path: file, manifest } = found;
      const given: ReadAofOptions = options ?? {};
      checkReadAofOptions(given);
      if (file === undefined) return recordStream(async function* () {});
      if (manifest !== undefined)
        return recordStream(() => flattened(listedGroups<O>(dirname(file), manifest, given), given.signal));
      return readAofFile<O>(file, options);
    },
  };
}

/**
 * `writeRdb` whose `spill` is a temporary file, so that values of any size are written in constant memory: see there for
 * everything else.
 *
 * @throws RedisFileError `IO` where there is no room for a temporary file; otherwise as `writeRdb`
 *
 * @example
 * ```ts
 * import { readRdbFile, writeRdb } from 'rdb-aof/node';
 *
 * let bytes = 0;
 * const records = readRdbFile('fixtures/corpus/redis-7.2.6.rdb', { large: 'pieces' });
 * for await (const chunk of writeRdb(records, { target: 'redis:6.2', onLoss: () => {} })) bytes += chunk.length;
 * console.log(bytes > 0); // true
 * ```
 */
// Generic, so that what is asked for here does not decide what the last transform of a `pipe` takes.
export function writeRdb<R extends WritableRecord>(
  records: Records<R>,
  options: WriteRdbOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  return writeRdbAnywhere(records, spilling(options));
}

/**
 * `writeAof`, for whose RDB at the beginning the same is true.
 *
 * @throws RedisFileError as `writeAof`, and `IO` where there is no room for a temporary file
 *
 * @example
 * ```ts
 * import { readAofDir, writeAof } from 'rdb-aof/node';
 *
 * let bytes = 0;
 * const records = readAofDir('fixtures/aof/redis-7.4.1.multipart', { values: 'raw' });
 * for await (const chunk of writeAof(records)) bytes += chunk.length;
 * console.log(bytes); // 70646
 * ```
 */
export function writeAof(
  commands: Records<WritableAofRecord>,
  options: WriteAofOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  return writeAofAnywhere(commands, spilling(options));
}

function spilling<O extends WriteRdbOptions>(options: O): O {
  // What is no object is for others to refuse.
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options.spill !== undefined)
    return options;
  return { ...options, spill: () => new TemporaryBytes() };
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
  checkPath(path);
  checkObject(options);
  checkChoices(options, { exclusive: [true, false] });
  checkSignal(options);
  options.signal?.throwIfAborted();
  const file = new AtomicFile(path, { force: options.exclusive !== true });
  try {
    for await (const chunk of abortable(chunksOf(bytes), options.signal)) file.write(chunk);
    await file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
