import { readU32le } from '../bytes/index.ts';
import { ByteQueue } from './byte-queue.ts';
import { corrupt, hexBytes, truncated } from './damage.ts';
import { isSkippableMagic } from './frame-decoder.ts';
import { LZ4_LEGACY_MAGIC, LZ4_MAGIC } from './lz4/index.ts';
import { ZSTD_MAGIC } from './zstd/index.ts';

const PHASE = 'skippable frame';
const HEADER_BYTES = 8;

/**
 * Steps over the skippable frames at the head of a file, which may belong to zstd or to LZ4 (RFC 8878, 3.1.2), until the first
 * frame with content tells. `pzstd` writes such files.
 */
export class SkippableFrames {
  readonly #input: ByteQueue;
  #left = 0;

  /** @param offset absolute offset of the first byte that will be written */
  constructor(offset: number) {
    this.#input = new ByteQueue(offset);
  }

  /** Absolute offset of the next byte to look at: of the first frame with content, once `write` has answered true. */
  get offset(): number {
    return this.#input.offset;
  }

  /**
   * Takes in bytes. True when the head of a frame with content is reached.
   *
   * @throws RedisFileError `COMPRESSION_CORRUPT` when something else follows
   */
  write(chunk: Uint8Array): boolean {
    this.#input.write(chunk);
    for (;;) {
      this.#left -= this.#input.skip(this.#left);
      if (this.#left > 0) return false;
      const magic = this.#input.peekU32();
      if (magic < 0) return false;
      if (magic === ZSTD_MAGIC || magic === LZ4_MAGIC || magic === LZ4_LEGACY_MAGIC) return true;
      if (!isSkippableMagic(magic)) {
        const found = hexBytes(this.#input.peek(4)!);
        throw corrupt(PHASE, this.offset, `expected a zstd or LZ4 frame after a skippable frame, found ${found}`);
      }
      const header = this.#input.peek(HEADER_BYTES);
      if (header === undefined) return false;
      this.#left = readU32le(header, 4);
      this.#input.consume(HEADER_BYTES);
    }
  }

  /** All bytes that were not skipped. */
  rest(): Uint8Array {
    const rest = this.#input.peek(this.#input.available)!;
    this.#input.consume(rest.length);
    return rest;
  }

  /** @throws RedisFileError `UNEXPECTED_EOF` inside of a frame */
  end(): void {
    if (this.#left > 0 || this.#input.available > 0) throw truncated(PHASE, this.offset + this.#input.available);
  }
}
