import { abortableBatches, checkBatch, checkRecords, checkSignal, concat, type Records } from '../bytes/index.ts';
import { Crc64 } from '../crc64/index.ts';
import { RedisFileError } from '../errors.ts';
import { RdbEncoder } from './encoder.ts';
import { RecordShow } from './show.ts';
import type { WritableRecord } from './writable.ts';
import type { WriteOptions } from './write-options.ts';

/** Options of `writeRdb`: those of the writer, and what concerns the stream. */
export interface WriteRdbOptions extends WriteOptions {
  /** Ends the writing; its reason is thrown as it is. */
  signal?: AbortSignal;
}

/**
 * The synchronous core of `writeRdb`: batches of records in, chunks of the file out.
 *
 * @example
 * ```ts
 * import { RdbWriter } from 'rdb-aof';
 *
 * const writer = new RdbWriter({ target: 'rdb:6' });
 * const chunks = [...writer.push([{ kind: 'key', key: 'k', type: 'string', value: 'hi' }]), ...writer.end()];
 * console.log(chunks.reduce((sum, chunk) => sum + chunk.length, 0)); // 26
 * ```
 */
export class RdbWriter {
  readonly #encoder: RdbEncoder;
  readonly #show: RecordShow;
  #ended = false;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: WriteOptions = {}) {
    this.#encoder = new RdbEncoder(options);
    this.#show = new RecordShow(this.#encoder, options.strings ?? 'utf8');
  }

  /**
   * Takes the next records.
   *
   * @param records owned or `views`; nothing of them is kept
   * @returns chunks of the file that are complete, of about 128 KiB, owned by the caller
   * @throws RedisFileError `LOSSY` for what the target cannot hold, where no `onLoss` takes it; `INVALID_ARGUMENT` for
   *   what is no record, and for records read with `values: 'skip'`; `LIMIT_EXCEEDED` for what needs a `spill`. The file
   *   cannot be completed afterwards.
   */
  push(records: Iterable<WritableRecord>): Uint8Array<ArrayBuffer>[] {
    if (this.#ended)
      throw new RedisFileError('INVALID_ARGUMENT', 'the file has ended, nothing can be written behind it');
    checkBatch(records);
    for (const record of records) this.#show.show(record);
    return this.#encoder.take();
  }

  /** The records are over: the last chunks, with the end of the file and its checksum. */
  end(): Uint8Array<ArrayBuffer>[] {
    if (this.#ended) return [];
    this.#ended = true;
    return endFile(this.#encoder);
  }

  /** Gives the file up, if it has not ended, and gives back what holds a part of a value (`spill`). */
  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    giveUp(this.#encoder);
  }
}

/** What has spilled of the value at hand goes. */
export function giveUp(encoder: RdbEncoder): void {
  try {
    encoder.abandon();
  } catch {
    // That some of the key has left already is no matter any more.
  }
}

/** The last chunks of a file, its trailer among them. */
export function endFile(encoder: RdbEncoder): Uint8Array<ArrayBuffer>[] {
  encoder.finish();
  const chunks = encoder.take(true);
  const last = chunks.pop();
  chunks.push(last === undefined ? encoder.trailer() : concat([last, encoder.trailer()]));
  return chunks;
}

/**
 * Writes an RDB file: records as `readRdb` gives them at any level but `skip`, whole or in pieces, or keys that a program
 * makes. Bytes are handed out as they come; a file is complete when the iteration has ended.
 *
 * Without `target` the file is for the server that wrote the records' file, and values that were read with `values:
 * 'raw'` and not changed are copied as they are: all records together are the same file again, byte for byte. With a
 * target, or for values that a program makes, it is what that server itself would save. A collection without items is no
 * key to a server, and is left out.
 *
 * Strings that arrive in pieces (`large: 'pieces'`) are written without LZF, as a block is made of a string as a whole.
 * Text stands for its UTF-8, unless `strings` says that it was read as `latin1`.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` at once for options, and while iterating for what is no record; `LOSSY` for
 *   what the target cannot hold, where no `onLoss` takes it; `LIMIT_EXCEEDED` for what needs a `spill`. Errors of the
 *   records come through unchanged.
 *
 * @example
 * ```ts
 * import { readRdb, writeRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of writeRdb(readRdb(dump, { values: 'raw' }), { target: 'redis:7.0' })) chunks.push(chunk);
 * console.log(new TextDecoder().decode(chunks[0]!.subarray(0, 9))); // REDIS0010
 * ```
 */
// Generic, so that what is asked for here does not decide what the last transform of a `pipe` takes.
export function writeRdb<R extends WritableRecord>(
  records: Records<R>,
  options: WriteRdbOptions = {},
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  // What is wrong fails at the call, not at the first chunk.
  new RdbWriter(options);
  checkSignal(options);
  checkRecords(records);
  return { [Symbol.asyncIterator]: () => chunks(records, options) };
}

async function* chunks(
  records: Records<WritableRecord>,
  options: WriteRdbOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = new RdbWriter(options);
  try {
    for await (const batch of abortableBatches(records, options.signal)) {
      options.signal?.throwIfAborted();
      yield* writer.push(batch);
    }
    yield* writer.end();
  } finally {
    writer.abandon();
  }
}

/** The end of a payload: version and CRC64 (redis: src/cluster.c, createDumpPayload). */
export function payloadOf(body: Uint8Array, rdb: number): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(body.length + 10);
  payload.set(body);
  const view = new DataView(payload.buffer);
  view.setUint16(body.length, rdb, true);
  const crc = new Crc64();
  crc.update(payload, 0, body.length + 2);
  view.setBigUint64(body.length + 2, crc.toBigInt(), true);
  return payload;
}
