import { RedisFileError } from '../errors.ts';
import { hexBytes, truncated } from './damage.ts';
import { Lz4FrameDecoder } from './lz4/index.ts';
import { pushThrough, type StreamDecoder } from './stream-decoder.ts';

const PHASE = 'Valkey compression envelope';
const ENVELOPE_BYTES = 7;
/** "VCS", version 1, codec 1 (LZ4 frame), no flags, content 1 (RDB). */
const ENVELOPE: readonly number[] = [0x56, 0x43, 0x53, 1, 1, 0, 1];
const FIELDS = ['magic', 'magic', 'magic', 'version', 'codec', 'flags', 'content'];

/** Options of {@link VcsDecoder}. */
export interface VcsOptions {
  /** Absolute offset of the first byte that will be written, for the offsets of errors. Default 0. */
  offset?: number;
}

/**
 * Unpacks an RDB file that Valkey compressed as a whole (`rdbcompression lz4`; valkey: src/rdb.c): an envelope of seven
 * bytes, then an LZ4 frame. An envelope that says anything but LZ4 and RDB is `UNSUPPORTED_VERSION`.
 *
 * Pieces of output are owned by the receiver.
 */
export class VcsDecoder implements StreamDecoder {
  readonly #envelope: Uint8Array<ArrayBuffer> = new Uint8Array(ENVELOPE_BYTES);
  readonly #lz4: Lz4FrameDecoder;
  readonly #offset: number;
  #filled = 0;

  constructor(options: VcsOptions = {}) {
    this.#offset = options.offset ?? 0;
    this.#lz4 = new Lz4FrameDecoder({ offset: this.#offset + ENVELOPE_BYTES });
  }

  /** See {@link StreamDecoder.write}. */
  write(chunk: Uint8Array): void {
    const count = Math.min(ENVELOPE_BYTES - this.#filled, chunk.length);
    if (count > 0) {
      this.#envelope.set(chunk.subarray(0, count), this.#filled);
      this.#filled += count;
    }
    if (count < chunk.length) this.#lz4.write(count === 0 ? chunk : chunk.subarray(count));
  }

  /** See {@link StreamDecoder.push}. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    return pushThrough(this, chunk);
  }

  /** See {@link StreamDecoder.read}. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    this.#checkEnvelope();
    return this.#lz4.read();
  }

  /** See {@link StreamDecoder.end}. */
  end(): void {
    this.#checkEnvelope();
    if (this.#filled < ENVELOPE_BYTES) throw truncated(PHASE, this.#offset + this.#filled);
    this.#lz4.end();
  }

  #checkEnvelope(): void {
    for (let at = 0; at < this.#filled; at++) {
      if (this.#envelope[at] === ENVELOPE[at]) continue;
      const found = hexBytes(this.#envelope.subarray(0, this.#filled));
      const message = `${PHASE}: unknown ${FIELDS[at]}, expected ${hexBytes(Uint8Array.from(ENVELOPE))}, found ${found}`;
      const code = at < 3 ? 'BAD_MAGIC' : 'UNSUPPORTED_VERSION';
      throw new RedisFileError(code, message, { offset: this.#offset + at, context: { phase: PHASE } });
    }
  }
}
