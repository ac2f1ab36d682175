import {
  abortable,
  type ByteSource,
  chunksOf,
  flattened,
  type RecordStream,
  recordStream,
  sourceSize,
  tap,
  untilAborted,
} from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { checkReadOptions, type Exactly, type Progress, type ReadRdbOptions } from '../rdb/index.ts';
import { type Manifest, parseManifest } from './manifest.ts';
import { type AofOptions, checkAofOptions } from './options.ts';
import { AofParser, type FilePart, type LogClock, type ParserUse } from './parser.ts';
import type { AofRecordFor } from './records.ts';

/** Options of `readAof`: those of the parser, and what concerns the source. */
export interface ReadAofOptions extends AofOptions {
  /** Ends the reading; its reason is thrown as it is. */
  signal?: AbortSignal;
  /** Called after every chunk. */
  onProgress?: (progress: Progress) => void;
  /** Called with each container (`gzip`, `zstd`, `lz4`, ...) that a source turns out to be packed in. */
  onContainer?: (kind: string) => void;
  /** Most bytes that a compressed source may unpack to; no limit by default. */
  maxDecompressedBytes?: number;
  /** Bytes of the source in all, for `onProgress`, where the source itself does not know. */
  size?: number;
}

/** What `readAof` yields with options. */
type Stream<O> = RecordStream<AofRecordFor<O>>;

/**
 * Reads an append-only file of any Redis or Valkey version as a stream of records: the RDB that it may begin with, then
 * its commands. Sources packed with gzip, zstd or LZ4 are recognised by their content and unpacked.
 *
 * Records are in the order of the file: `fileStart`, `rdb` for each record of the RDB, `command`, `annotation` and `warning`,
 * and `eof`, without which the file is not complete. Offsets are absolute bytes, times Unix milliseconds. Each iteration
 * reads the source anew, so a source that can be read once allows one. Bytes of records are owned by the caller, unless
 * `views` is set; arguments of commands that were read together share one buffer of 16 KiB. Leaving the loop early closes
 * the source.
 *
 * @param source a `Uint8Array` (or `Buffer`), a `Blob`, a stream of the web or of Node, or an iterable of chunks
 * @throws RedisFileError while iterating: `AOF_BAD_FORMAT` where something else than a command stands, `UNEXPECTED_EOF` where
 *   the file ends inside one, `LIMIT_EXCEEDED` for what is larger than `maxArgumentBytes` or `maxCommandBytes`, and what
 *   `readRdb` throws for the RDB at the beginning; `INVALID_ARGUMENT` for sources and options of the wrong kind. Errors of
 *   the source itself come through unchanged.
 *
 * @example
 * ```ts
 * import { readAof } from 'rdb-aof';
 *
 * const log = new TextEncoder().encode('#TS:1700000000\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\nhi\r\n');
 * for await (const record of readAof(log, { strings: 'utf8' })) {
 *   if (record.kind === 'command') console.log(record.offset, record.time, ...record.argv); // 16 1700000000000 SET k hi
 * }
 * ```
 */
export function readAof(source: ByteSource): Stream<Record<never, never>>;
export function readAof<const O extends ReadAofOptions>(
  source: ByteSource,
  options: Exactly<O, ReadAofOptions> | undefined,
): Stream<O>;
export function readAof<O extends ReadAofOptions>(source: ByteSource, given: ReadAofOptions = {}): Stream<O> {
  // Wrong arguments fail at the call, not at the first record.
  checkReadAofOptions(given);
  chunksOf(source);
  const total = given.size ?? sourceSize(source);
  return recordStream(() => logBatches<O>(source, given, undefined, { bytes: 0, total, records: 0 }, {}));
}

/**
 * Reads a multi-part set (Redis 7.0 and later, Valkey) as one stream: the base, then each increment in the order of the
 * manifest, each from `fileStart` to `eof`. The time of annotations goes on from file to file. Files of the type `history` are not opened, as servers do not load them.
 *
 * @param manifestText what the manifest holds
 * @param open gives a listed file by its name; called when it is its turn
 * @throws RedisFileError `MANIFEST_INVALID` at the call; while iterating as `readAof`, with the name in `context.file`. What `open`
 *   throws comes through unchanged.
 *
 * @example
 * ```ts
 * import { readAofSet } from 'rdb-aof';
 *
 * const files = new Map([['a.1.incr.aof', new TextEncoder().encode('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n')]]);
 * const manifest = 'file a.1.incr.aof seq 1 type i\n';
 * for await (const record of readAofSet(manifest, (name) => files.get(name)!, { strings: 'utf8' })) {
 *   if (record.kind === 'command') console.log(record.argv.join(' ')); // INCR n
 * }
 * ```
 */
export function readAofSet(
  manifestText: string,
  open: (name: string) => ByteSource | Promise<ByteSource>,
): Stream<Record<never, never>>;
export function readAofSet<const O extends ReadAofOptions>(
  manifestText: string,
  open: (name: string) => ByteSource | Promise<ByteSource>,
  options: Exactly<O, ReadAofOptions> | undefined,
): Stream<O>;
export function readAofSet<O extends ReadAofOptions>(
  manifestText: string,
  open: (name: string) => ByteSource | Promise<ByteSource>,
  given: ReadAofOptions = {},
): Stream<O> {
  checkReadAofOptions(given);
  if (typeof open !== 'function') {
    throw new RedisFileError('INVALID_ARGUMENT', 'open must be a function that gives a file by its name');
  }
  const manifest = parseManifest(manifestText);
  return recordStream(() => flattened(setGroups<O>(manifest, open, given, {}), given.signal));
}

/** What `logGroups` gives, for a set whose manifest was read already. */
export async function* setGroups<O extends ReadAofOptions>(
  { base, incr }: Manifest,
  open: (name: string) => ByteSource | Promise<ByteSource>,
  options: ReadAofOptions,
  use: ParserUse,
): AsyncGenerator<Iterable<AofRecordFor<O>[]>> {
  const files = base === undefined ? incr : [base, ...incr];
  const progress: Progress = { bytes: 0, total: options.size, records: 0 };
  const clock: LogClock = { time: undefined };
  options.signal?.throwIfAborted();
  for (const { name, seq, type } of files) {
    options.signal?.throwIfAborted();
    const part = { type: type as 'base' | 'incr', seq };
    const source = await untilAborted(open(name), options.signal);
    const complete = yield* logGroups<O>(source, { ...options, file: name }, part, progress, { ...use, clock });
    // `onError: 'stop'` stops the set, too.
    if (!complete) return;
  }
}

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkReadAofOptions(options: ReadAofOptions): void {
  checkAofOptions(options);
  checkReadOptions(options as ReadRdbOptions);
}

/**
 * Batches of one file.
 *
 * @param use what is special in the use that the library itself makes of it
 */
export function logBatches<O extends ReadAofOptions>(
  source: ByteSource,
  options: ReadAofOptions,
  part: FilePart | undefined,
  progress: Progress,
  use: ParserUse,
): AsyncIterableIterator<AofRecordFor<O>[]> {
  return flattened(logGroups<O>(source, options, part, progress, use), options.signal);
}

/**
 * Batches of one file, those of each chunk together, to be iterated by `flattened`: with an async generator of batches reading
 * took 3 to 5 % more of all CPU time.
 *
 * @returns whether the file was read to its end
 */
export async function* logGroups<O extends ReadAofOptions>(
  source: ByteSource,
  options: ReadAofOptions,
  part: FilePart | undefined,
  progress: Progress,
  use: ParserUse,
): AsyncGenerator<Iterable<AofRecordFor<O>[]>, boolean> {
  const { signal, onProgress } = options;
  const parser = new AofParser<O>(options as never, part, { ...use, progress });
  const taken = tap(abortable(chunksOf(source), signal), (chunk) => {
    progress.bytes += chunk.length;
  });
  try {
    for await (const chunk of decompress(taken, options)) {
      yield parser.batches(chunk);
      onProgress?.({ ...progress });
    }
    const last = end(parser);
    progress.records += last.records.length;
    if (last.records.length > 0) yield [last.records];
    if (last.error !== undefined) throw last.error;
    return last.records.at(-1)?.kind === 'eof';
  } catch (error) {
    // What the parser throws names the file itself.
    if (RedisFileError.is(error) && options.file !== undefined) error.context.file ??= options.file;
    throw error;
  }
}

/** The last records, and the error that ends them where the file is not complete. */
function end<O extends AofOptions>(parser: AofParser<O>): { records: AofRecordFor<O>[]; error?: unknown } {
  try {
    return { records: parser.end() };
  } catch (error) {
    return { records: parser.flush(), error };
  }
}
