import {
  abortable,
  type ByteSource,
  checkFunctions,
  checkIntegers,
  checkSignal,
  checkText,
  chunksOf,
  type RecordStream,
  recordStream,
  slices,
  sourceSize,
  tap,
} from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { checkOptions, type RdbOptions } from './options.ts';
import { RdbParser, trailingWarning } from './parser.ts';
import type { Exactly, RecordFor } from './records.ts';

/**
 * Bytes that are parsed at once. A batch is alive as a whole while its records are handed out one by one: with the
 * 64 KiB of a file's chunk, ten million small keys took 150 MB and 22 s, with 16 KiB 96 MB and 8 s.
 */
const SLICE = 1 << 14;

/** How far a reader is. */
export interface Progress {
  /** Bytes of the source that were read. */
  bytes: number;
  /** Bytes of the source in all, where that is known. */
  total: number | undefined;
  /** Records that were handed out. */
  records: number;
}

/** Options of `readRdb`: those of the parser, and what concerns the source. */
export interface ReadRdbOptions extends RdbOptions {
  /** Ends the reading; its reason is thrown as it is. */
  signal?: AbortSignal;
  /** Called after every chunk. */
  onProgress?: (progress: Progress) => void;
  /** Called with every piece of what follows the end of the RDB, owned by the receiver; without it a warning tells its size. */
  onTrailing?: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Called with each container (`gzip`, `zstd`, `lz4`, ...) that the source turns out to be packed in. */
  onContainer?: (kind: string) => void;
  /** Most bytes that a compressed source may unpack to; no limit by default. */
  maxDecompressedBytes?: number;
  /** Name of the file, for the context of errors. */
  file?: string;
  /** Bytes of the source in all, for `onProgress`, where the source itself does not know. */
  size?: number;
}

/**
 * Reads an RDB file of any Redis or Valkey version, whatever its size, as a stream of records. Sources packed with
 * gzip, zstd or LZ4 are recognised by their content and unpacked, their checksums verified.
 *
 * Each iteration reads the source anew, so a source that can be read once allows one. Bytes of records are owned by
 * the caller, unless `views` is set. Leaving the loop early closes the source.
 *
 * @param source a `Uint8Array` (or `Buffer`), a `Blob`, a stream of the web or of Node, or an iterable of chunks
 * @throws RedisFileError while iterating, where the file is damaged, truncated, or no RDB file: see `ErrorCode`;
 *   `INVALID_ARGUMENT` for sources and options of the wrong kind. Errors of the source itself come through unchanged.
 *
 * @example
 * ```ts
 * import { readRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * for await (const record of readRdb(dump, { strings: 'utf8' })) {
 *   if (record.kind === 'key' && record.type === 'string') console.log(record.key, record.value); // k hi
 * }
 * ```
 */
export function readRdb(source: ByteSource): RecordStream<RecordFor<Record<never, never>>>;
export function readRdb<const O extends ReadRdbOptions>(
  source: ByteSource,
  options: Exactly<O, ReadRdbOptions> | undefined,
): RecordStream<RecordFor<O>>;
export function readRdb<O extends ReadRdbOptions>(
  source: ByteSource,
  given: ReadRdbOptions = {},
): RecordStream<RecordFor<O>> {
  // Wrong arguments fail at the call, not at the first record.
  checkReadOptions(given);
  chunksOf(source);
  return recordStream(() => batches(source, new RdbParser(given as RdbOptions) as unknown as RdbParser<O>, given));
}

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkReadOptions(options: ReadRdbOptions): void {
  checkOptions(options);
  checkSignal(options);
  checkFunctions(options, 'onProgress', 'onTrailing', 'onContainer');
  checkIntegers(options, 0, 'maxDecompressedBytes', 'size');
  checkText(options, 'file');
}

async function* batches<O extends RdbOptions>(
  source: ByteSource,
  parser: RdbParser<O>,
  options: ReadRdbOptions,
): AsyncGenerator<RecordFor<O>[]> {
  const { signal, onProgress, onTrailing } = options;
  const progress: Progress = { bytes: 0, total: options.size ?? sourceSize(source), records: 0 };
  const taken = tap(abortable(chunksOf(source), signal), (chunk) => {
    progress.bytes += chunk.length;
  });
  const chunks = decompress(taken, options);
  const count = (batch: RecordFor<O>[]): RecordFor<O>[] => {
    progress.records += batch.length;
    return batch;
  };
  let trailing = 0;
  try {
    for await (const chunk of chunks) {
      for (const slice of slices(chunk, SLICE)) {
        const batch = count(parser.push(slice));
        if (batch.length > 0) yield batch;
        signal?.throwIfAborted();
      }
      if (parser.done) {
        const rest = parser.rest();
        trailing += rest.length;
        if (rest.length > 0) onTrailing?.(rest);
      }
      onProgress?.({ ...progress });
    }
    const last = end(parser);
    if (trailing > 0 && onTrailing === undefined) {
      last.records.push(trailingWarning(trailing, parser.offset) as RecordFor<O>);
    }
    if (last.records.length > 0) yield count(last.records);
    if (last.error !== undefined) throw last.error;
  } catch (error) {
    if (RedisFileError.is(error) && options.file !== undefined) error.context.file ??= options.file;
    throw error;
  }
}

/** The last records, and the error that ends them where the file is not complete. */
function end<O extends RdbOptions>(parser: RdbParser<O>): { records: RecordFor<O>[]; error?: unknown } {
  try {
    return { records: parser.end() };
  } catch (error) {
    return { records: parser.flush(), error };
  }
}
