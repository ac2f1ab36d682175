import { corrupt, hexBytes, pushThrough, type StreamDecoder, truncated } from '../../lz4/index.ts';
import { BitInput } from './bit-input.ts';
import { crc32 } from './crc32.ts';
import { Inflate, Stop } from './inflate.ts';

const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const RESERVED_FLAGS = 0xe0;
const TRAILER_BYTES = 8;

/** Parts of a member in the order in which they stand (RFC 1952, 2.3). */
const Part = {
  start: 0,
  fixed: 1,
  extraLength: 2,
  extra: 3,
  name: 4,
  comment: 5,
  headerCrc: 6,
  data: 7,
  trailer: 8,
  padding: 9,
} as const;
type Part = (typeof Part)[keyof typeof Part];

const HEADER = 'gzip header';
const DATA = 'gzip data';
const TRAILER = 'gzip trailer';

/** Options of {@link GzipDecoder}. */
export interface GzipOptions {
  /** Absolute offset of the first byte that will be written, for the offsets of errors. Default 0. */
  offset?: number;
}

/**
 * Unpacks gzip (RFC 1952): any number of members one behind the other, each with its CRC-32 and length verified, and
 * the header's checksum where it has one. Zero bytes after the last member (tapes and block devices leave them) are accepted, anything
 * else is an error, since it may be a member that is damaged.
 *
 * Pieces of output hold at most 128 KiB and are owned by the receiver.
 *
 * @example
 * ```ts
 * const decoder = new GzipDecoder();
 * for (const chunk of chunks) for (const piece of decoder.push(chunk)) consume(piece);
 * decoder.end();
 * ```
 */
export class GzipDecoder implements StreamDecoder {
  readonly #input: BitInput;
  readonly #inflate: Inflate;
  #part: Part = Part.start;
  #flags = 0;
  #headerCrc = 0;
  #extraLeft = 0;
  #crc = 0;
  /** Bytes of this member handed out, modulo 2^32. */
  #length = 0;
  #members = 0;
  #error: unknown;

  constructor(options: GzipOptions = {}) {
    this.#input = new BitInput(options.offset ?? 0);
    this.#inflate = new Inflate(this.#input);
  }

  /** See {@link StreamDecoder.write}. */
  write(chunk: Uint8Array): void {
    this.#input.write(chunk);
  }

  /** See {@link StreamDecoder.push}. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    return pushThrough(this, chunk);
  }

  /** See {@link StreamDecoder.read}. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#error !== undefined) throw this.#error;
    try {
      for (;;) {
        const piece = this.#part === Part.data ? this.#readData() : undefined;
        if (piece !== undefined) return piece;
        if (this.#part === Part.data) return undefined;
        if (!this.#advance() && !this.#input.refill()) return undefined;
      }
    } catch (error) {
      // What was unpacked before the damage comes first; the damage is met again by the next call.
      const rest = this.#inflate.take();
      this.#error = error;
      if (rest !== undefined && this.#part === Part.data) return rest;
      throw error;
    }
  }

  /** See {@link StreamDecoder.end}. */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    const between = this.#part === Part.padding || (this.#part === Part.start && this.#members > 0);
    if (!between || this.#input.hasBytes) {
      const phase = this.#part === Part.data ? DATA : this.#part === Part.trailer ? TRAILER : HEADER;
      throw truncated(phase, this.#input.written);
    }
  }

  #readData(): Uint8Array<ArrayBuffer> | undefined {
    const stop = this.#inflate.step();
    const piece = this.#inflate.take();
    if (piece !== undefined) {
      this.#crc = crc32(this.#crc, piece);
      this.#length = (this.#length + piece.length) >>> 0;
    }
    if (stop === Stop.end) this.#part = Part.trailer;
    return piece;
  }

  /** Reads one part of a header or trailer; false when it is not complete. */
  #advance(): boolean {
    switch (this.#part) {
      case Part.start:
        return this.#readStart();
      case Part.fixed:
        return this.#readFixed();
      case Part.extraLength:
        return this.#readExtraLength();
      case Part.extra:
        return this.#skipExtra();
      case Part.name:
      case Part.comment:
        return this.#skipText();
      case Part.headerCrc:
        return this.#readHeaderCrc();
      case Part.padding:
        return this.#skipPadding();
      default:
        return this.#readTrailer();
    }
  }

  #readStart(): boolean {
    const { bytes, at, end } = this.#input;
    if (at === end) return false;
    if (this.#members > 0 && bytes[at] === 0) {
      this.#part = Part.padding;
      return true;
    }
    if (end - at < 2) return false;
    if (bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b) {
      const found = hexBytes(bytes.subarray(at, at + 2));
      throw corrupt(HEADER, this.#input.offset, `expected a gzip member (1f 8b) or the end, found ${found}`);
    }
    this.#part = Part.fixed;
    return true;
  }

  #readFixed(): boolean {
    const { bytes, at, end, offset } = this.#input;
    if (end - at < 10) return false;
    if (bytes[at + 2] !== 8) throw corrupt(HEADER, offset + 2, `compression method ${bytes[at + 2]}, expected 8`);
    this.#flags = bytes[at + 3];
    if ((this.#flags & RESERVED_FLAGS) !== 0) throw corrupt(HEADER, offset + 3, 'reserved flags are set');
    this.#headerCrc = 0;
    this.#consumeHeader(10);
    this.#part = Part.extraLength;
    return true;
  }

  #readExtraLength(): boolean {
    if ((this.#flags & FLAG_EXTRA) === 0) {
      this.#part = Part.name;
      return true;
    }
    const { bytes, at, end } = this.#input;
    if (end - at < 2) return false;
    this.#extraLeft = bytes[at] | (bytes[at + 1] << 8);
    this.#consumeHeader(2);
    this.#part = Part.extra;
    return true;
  }

  #skipExtra(): boolean {
    const count = Math.min(this.#extraLeft, this.#input.end - this.#input.at);
    this.#consumeHeader(count);
    this.#extraLeft -= count;
    if (this.#extraLeft > 0) return false;
    this.#part = Part.name;
    return true;
  }

  /** Name and comment: bytes up to a zero. */
  #skipText(): boolean {
    const isName = this.#part === Part.name;
    if ((this.#flags & (isName ? FLAG_NAME : FLAG_COMMENT)) !== 0) {
      const { bytes, at, end } = this.#input;
      const zero = bytes.subarray(at, end).indexOf(0);
      this.#consumeHeader(zero < 0 ? end - at : zero + 1);
      if (zero < 0) return false;
    }
    this.#part = isName ? Part.comment : Part.headerCrc;
    return true;
  }

  #readHeaderCrc(): boolean {
    if ((this.#flags & FLAG_HEADER_CRC) !== 0) {
      const { bytes, at, end, offset } = this.#input;
      if (end - at < 2) return false;
      const stored = bytes[at] | (bytes[at + 1] << 8);
      const computed = this.#headerCrc & 0xffff;
      if (stored !== computed)
        throw corrupt(HEADER, offset, `header checksum is ${stored}, the bytes give ${computed}`);
      this.#input.at += 2;
    }
    this.#crc = 0;
    this.#length = 0;
    this.#inflate.start();
    this.#part = Part.data;
    return true;
  }

  #readTrailer(): boolean {
    const { view, at, end, offset } = this.#input;
    if (end - at < TRAILER_BYTES) return false;
    const crc = view.getUint32(at, true);
    if (crc !== this.#crc) {
      throw corrupt(TRAILER, offset, `CRC-32 is ${crc.toString(16)}, the content gives ${this.#crc.toString(16)}`);
    }
    const length = view.getUint32(at + 4, true);
    if (length !== this.#length) {
      throw corrupt(
        TRAILER,
        offset + 4,
        `${length} bytes of content announced, ${this.#length} unpacked (modulo 2^32)`,
      );
    }
    this.#input.at += TRAILER_BYTES;
    this.#members++;
    this.#part = Part.start;
    return true;
  }

  #skipPadding(): boolean {
    const { bytes, at, end } = this.#input;
    for (let index = at; index < end; index++) {
      if (bytes[index] === 0) continue;
      this.#input.at = index;
      throw corrupt(HEADER, this.#input.offset, 'other bytes after the zeros that follow the last member');
    }
    this.#input.at = end;
    return false;
  }

  #consumeHeader(count: number): void {
    const { bytes, at } = this.#input;
    this.#headerCrc = crc32(this.#headerCrc, bytes.subarray(at, at + count));
    this.#input.at += count;
  }
}
