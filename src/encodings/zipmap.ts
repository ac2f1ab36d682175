import { ascii, ByteOutput, readU32le, signed64, writeU32le } from '../bytes/index.ts';
import type { PackedBuilder } from './builder.ts';
import { blobError, type PackedCodec } from './packed.ts';

/** Lengths from here on take five bytes, and so do counts that a header cannot tell. */
const LARGE = 254;

/**
 * Zipmap (redis 2.0 to 2.4: src/zipmap.c): `u8 zmlen, (length key, length free value padding)*, FF`. A length is one
 * byte, or FE and four bytes, little endian. Keys and values are visited in turn; `state.mode` says which is next.
 */
export const zipmap: PackedCodec = {
  name: 'zipmap',
  code: 'BAD_ZIPMAP',
  headerLength: 1,
  alternates: true,
  terminated: true,

  open(bytes, at, _total, state) {
    const pairs = bytes[at]!;
    state.announced = pairs === LARGE ? -1 : pairs * 2;
  },

  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    while (at < end) {
      const first = bytes[at]!;
      if (first === 0xff) {
        if (state.mode === 1) throw blobError(zipmap, 'the end byte stands where a value must begin', at);
        break;
      }
      if (first === 0xfe && at + 5 > end) break;
      const length = first === 0xfe ? readU32le(bytes, at + 1) : first;
      if (first === 0xfe && length < LARGE && state.thorough) {
        throw blobError(zipmap, `a length of ${length} in the form of large ones`, at);
      }
      let data = at + (first === 0xfe ? 5 : 1);
      let free = 0;
      if (state.mode === 1) {
        if (data >= end) break;
        free = bytes[data++]!;
      }
      if (data + length + free > end) break;
      visitor.bytes(bytes, data, data + length);
      at = data + length + free;
      state.mode ^= 1;
      state.count++;
    }
    return at;
  },

  measure(bytes, pos, end, state) {
    if (bytes[pos] !== 0xfe || pos + 6 > end) return false;
    state.dataAt = 5 + state.mode;
    state.dataLength = readU32le(bytes, pos + 1);
    state.tail = state.mode === 1 ? bytes[pos + 5]! : 0;
    state.tailMayGrow = false;
    return true;
  },
};

/** Makes zipmaps (redis 2.4: src/zipmap.c, zipmapSet), whose keys and values come in turn; they know no integers. */
export class ZipmapBuilder implements PackedBuilder {
  readonly out: ByteOutput = new ByteOutput(1 << 10);
  count = 0;
  #markLength = 0;
  #markCount = 0;

  get length(): number {
    return this.out.length + 1;
  }

  begin(): void {
    this.count = 0;
    this.out.length = 1;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    const size = end - start;
    if (size < LARGE) out.byte(size);
    else {
      out.reserve(5);
      out.bytes[out.length] = LARGE;
      writeU32le(out.bytes, out.length + 1, size);
      out.length += 5;
    }
    // Behind the length of a value: bytes that are free behind it.
    if (this.count++ % 2 === 1) out.byte(0);
    out.span(bytes, start, end);
  }

  integer(value: number): void {
    const text = ascii(String(value));
    this.bytes(text, 0, text.length);
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  mark(): void {
    this.#markLength = this.out.length;
    this.#markCount = this.count;
  }

  undo(): void {
    this.out.length = this.#markLength;
    this.count = this.#markCount;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const { out } = this;
    out.byte(0xff);
    out.bytes[0] = Math.min(this.count >> 1, LARGE);
    return out.bytes.subarray(0, out.length);
  }
}
