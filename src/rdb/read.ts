import { type ByteSource, chunksOf, type RecordStream, recordStream, sourceSize } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import type { RdbOptions } from './options.ts';
import { RdbParser, trailingWarning } from './parser.ts';
import type { RecordFor } from './records.ts';

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
export function readRdb<const O extends ReadRdbOptions = Record<never, never>>(
  source: ByteSource,
  options?: O,
): RecordStream<RecordFor<O>> {
  const given: ReadRdbOptions = options ?? {};
  // Wrong arguments fail at the call, not at the first record.
  const parser = (): RdbParser<O> => new RdbParser<O>(given as O);
  parser();
  const chunks = chunksOf(source);
  return recordStream(() => batches(chunks, given.size ?? sourceSize(source), parser(), given));
}

async function* batches<O extends RdbOptions>(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  total: number | undefined,
  parser: RdbParser<O>,
  options: ReadRdbOptions,
): AsyncGenerator<RecordFor<O>[]> {
  const { signal, onProgress, onTrailing } = options;
  const progress: Progress = { bytes: 0, total, records: 0 };
  let trailing = 0;
  const count = (batch: RecordFor<O>[]): RecordFor<O>[] => {
    progress.records += batch.length;
    return batch;
  };
  signal?.throwIfAborted();
  try {
    for await (const chunk of decompress(counted(source, progress), options)) {
      signal?.throwIfAborted();
      if (parser.done) {
        trailing += chunk.length;
        onTrailing?.(chunk.slice());
        continue;
      }
      const batch = count(parser.push(chunk));
      if (batch.length > 0) yield batch;
      if (parser.done) {
        const rest = parser.rest();
        trailing += rest.length;
        if (rest.length > 0) onTrailing?.(rest);
      }
      onProgress?.({ ...progress });
    }
    signal?.throwIfAborted();
    let last: RecordFor<O>[];
    try {
      last = parser.end();
    } catch (error) {
      const held = count(parser.flush());
      if (held.length > 0) yield held;
      throw error;
    }
    if (trailing > 0 && onTrailing === undefined) last.push(trailingWarning(trailing, parser.offset) as RecordFor<O>);
    if (last.length > 0) yield count(last);
  } catch (error) {
    if (RedisFileError.is(error) && options.file !== undefined) error.context.file ??= options.file;
    throw error;
  }
}

/** The chunks of a source, counted as they are taken. */
async function* counted<T extends Uint8Array>(source: AsyncIterable<T>, progress: Progress): AsyncGenerator<T> {
  for await (const chunk of source) {
    progress.bytes += chunk.length;
    yield chunk;
  }
}
