import { ByteOutput, highHalf, readI32le, readU32le, writeU32le } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import type { PackedBuilder } from './builder.ts';
import { integerText, NO_INTEGER, SAFE_INTEGER } from './integer-text.ts';
import { blobError, type PackedCodec, visitInt64le, type WholeEntryVisitor } from './packed.ts';

/**
 * Listpack (redis: src/listpack.c): `u32le total, u16le count, entries, FF`; an entry is an encoding byte with its
 * data, then `backlen`, the size of both, so that the list can be walked backwards too.
 */
export const listpack: PackedCodec = {
  name: 'listpack',
  code: 'BAD_LISTPACK',
  headerLength: 6,
  alternates: false,
  terminated: true,

  open(bytes, at, total, state) {
    const announced = readU32le(bytes, at);
    if (announced !== total) throw blobError(listpack, `${total} bytes long, its header says ${announced}`, at);
    const count = bytes[at + 4]! | (bytes[at + 5]! << 8);
    state.announced = count === 0xffff ? -1 : count;
  },

  // Encoding bytes are told apart by ranges in order of how often they occur, and all that the walk needs stays in
  // local variables: with a method call per byte read the same walk took 2.5 times as long.
  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    let count = 0;
    while (at < end) {
      const first = bytes[at]!;
      if (first < 0x80) {
        if (at + 2 > end) break;
        visitor.integer(first);
        at += 2;
      } else if (first < 0xc0) {
        const data = at + 1;
        const stop = data + (first & 0x3f);
        if (stop + 1 > end) break;
        visitor.bytes(bytes, data, stop);
        at = stop + 1;
      } else if (first < 0xe0) {
        if (at + 3 > end) break;
        visitor.integer((((first << 8) | bytes[at + 1]!) << 19) >> 19);
        at += 3;
      } else if (first < 0xf0) {
        if (at + 2 > end) break;
        const data = at + 2;
        const stop = data + (((first & 0x0f) << 8) | bytes[at + 1]!);
        const next = stop + (stop - at < 128 ? 1 : 2);
        if (next > end) break;
        visitor.bytes(bytes, data, stop);
        at = next;
      } else if (first === 0xff) {
        break;
      } else {
        const next = walkWide(bytes, at, end, visitor);
        if (next === 0) break;
        at = next;
      }
      count++;
    }
    state.count += count;
    return at;
  },

  measure(bytes, pos, end, state) {
    const first = bytes[pos]!;
    if (first !== 0xf0 || pos + 5 > end) return false;
    state.dataAt = 5;
    state.dataLength = readU32le(bytes, pos + 1);
    state.tail = backlenWidth(state.dataLength + 5);
    state.tailMayGrow = isBorder(state.dataLength + 5);
    return true;
  },

  verify(bytes, pos, end) {
    let at = pos;
    while (at < end) {
      const first = bytes[at]!;
      // Nearly all entries are so short that one byte tells their size.
      const short = first < 0x80 ? 1 : first < 0xc0 ? 1 + (first & 0x3f) : 0;
      if (short > 0) {
        if (bytes[at + short] !== short) throw wrongBacklen(short, at);
        at += short + 1;
        continue;
      }
      const size = entrySize(bytes, at);
      const tail = at + size;
      const width = backlenWidth(size) + (isBorder(size) && bytes[tail] === 0 ? 1 : 0);
      for (let index = 0; index < width; index++) {
        if (bytes[tail + width - 1 - index] !== backlenByte(size, width, index)) throw wrongBacklen(size, at);
      }
      at = tail + width;
    }
  },

  verifyTail(byte, index, { dataAt, dataLength, tail }) {
    const size = dataAt + dataLength;
    if (byte !== backlenByte(size, tail, index)) throw wrongBacklen(size, 0);
  },
};

function wrongBacklen(size: number, at: number): RedisFileError {
  return blobError(listpack, `the size behind an entry of ${size} bytes says something else`, at);
}

/** One of the `width` bytes of a backlen, counted from the last. */
function backlenByte(size: number, width: number, index: number): number {
  const bits = index === 0 ? size & 0x7f : Math.floor(size / 128 ** index) & 0x7f;
  return index === width - 1 ? bits : 0x80 | bits;
}

/** Bytes of a whole entry without its backlen. */
function entrySize(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 0x3f);
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 2 + (((first & 0x0f) << 8) | bytes[at + 1]!);
  return first === 0xf0 ? 5 + readU32le(bytes, at + 1) : first === 0xf4 ? 9 : first - 0xf1 + 3;
}

/** The encodings F0 to F4; returns the next entry, or 0 where this one is cut. */
function walkWide(bytes: Uint8Array, at: number, end: number, visitor: WholeEntryVisitor): number {
  switch (bytes[at]) {
    case 0xf0: {
      if (at + 5 > end) return 0;
      const size = 5 + readU32le(bytes, at + 1);
      const stop = at + size;
      if (stop >= end) return 0;
      const next = stop + backlenWidth(size) + (isBorder(size) && bytes[stop] === 0 ? 1 : 0);
      if (next > end) return 0;
      visitor.bytes(bytes, at + 5, stop);
      return next;
    }
    case 0xf1:
      if (at + 4 > end) return 0;
      visitor.integer(((bytes[at + 1]! | (bytes[at + 2]! << 8)) << 16) >> 16);
      return at + 4;
    case 0xf2:
      if (at + 5 > end) return 0;
      visitor.integer(((bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >> 8);
      return at + 5;
    case 0xf3:
      if (at + 6 > end) return 0;
      visitor.integer(readI32le(bytes, at + 1));
      return at + 6;
    case 0xf4:
      if (at + 10 > end) return 0;
      visitInt64le(bytes, at + 1, visitor);
      return at + 10;
    default:
      throw blobError(listpack, `unknown encoding byte ${bytes[at]!.toString(16)}`, at);
  }
}

/** Bytes of the backlen of an entry of `size` bytes, in the shorter of the two forms that exist at the borders. */
function backlenWidth(size: number): number {
  if (size <= 0x7f) return 1;
  if (size <= 0x3fff) return 2;
  if (size <= 0x1fffff) return 3;
  return size <= 0xfffffff ? 4 : 5;
}

/**
 * Entry sizes whose backlen has two forms. Servers up to RDB 13 and Valkey compare with "less than" and spend a byte
 * more, which is then 0; development builds of 8.8 do not, and its first byte is 7F (redis: src/listpack.c,
 * lpEncodeBacklen).
 */
function isBorder(size: number): boolean {
  return size === 0x3fff || size === 0x1fffff || size === 0xfffffff;
}

/** Bytes of an integer entry with its backlen at most. */
const LONGEST_INTEGER = 10;
/** Bytes before a string, and behind it, at most. */
const AROUND = 10;
/** Longest text that may be an integer. */
const INTEGER_TEXT = 20;
/** What a listpack has besides its entries: header and end. */
const FRAME = 7;

/**
 * Makes listpacks as the servers do: integers and strings in their shortest form (redis: src/listpack.c, lpInsert).
 *
 * The bytes of entries stand in `out` behind room for the header, so that who keeps their positions may copy single
 * entries: none depends on its neighbours.
 */
export class ListpackBuilder implements PackedBuilder {
  /** Where the first entry stands. */
  static readonly HEADER: number = FRAME - 1;
  readonly out: ByteOutput = new ByteOutput(1 << 10);
  count = 0;
  /** The backlen of the border sizes in the form of RDB 14, see `isBorder`. */
  readonly #short: boolean;
  #markLength = 0;
  #markCount = 0;

  constructor(shortBacklen: boolean = false) {
    this.#short = shortBacklen;
  }

  get length(): number {
    return this.out.length + 1;
  }

  begin(): void {
    this.count = 0;
    this.out.length = FRAME - 1;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (size <= INTEGER_TEXT) {
      const kind = integerText.parse(bytes, start, end);
      if (kind !== NO_INTEGER) {
        if (kind === SAFE_INTEGER) this.integer(integerText.value);
        else this.int64(integerText.hi, integerText.lo);
        return;
      }
    }
    const { out } = this;
    out.reserve(size + AROUND);
    const from = out.length;
    out.length = this.#stringHead(out.bytes, from, size);
    out.span(bytes, start, end);
    out.length = this.#backlen(out.bytes, out.length, out.length - from);
    this.count++;
  }

  /** What stands before the data of a string. @returns where the data goes */
  #stringHead(into: Uint8Array, from: number, size: number): number {
    let at = from;
    if (size < 64) into[at++] = 0x80 | size;
    else if (size < 4096) {
      into[at++] = 0xe0 | (size >> 8);
      into[at++] = size & 0xff;
    } else {
      into[at++] = 0xf0;
      writeU32le(into, at, size);
      at += 4;
    }
    return at;
  }

  #backlen(into: Uint8Array, at: number, size: number): number {
    if (size < 128) {
      into[at] = size;
      return at + 1;
    }
    const width = backlenWidth(size) + (!this.#short && isBorder(size) ? 1 : 0);
    let rest = size;
    for (let i = width - 1; i >= 0; i--) {
      into[at + i] = i === 0 ? rest & 0x7f : 0x80 | (rest & 0x7f);
      rest = Math.floor(rest / 128);
    }
    return at + width;
  }

  integer(value: number): void {
    const { out } = this;
    out.reserve(LONGEST_INTEGER);
    const into = out.bytes;
    let at = out.length;
    this.count++;
    if (value >= 0 && value < 128) {
      into[at] = value;
      into[at + 1] = 1;
      out.length = at + 2;
      return;
    }
    let size = 2;
    if (value >= -4096 && value < 4096) {
      into[at++] = 0xc0 | ((value >> 8) & 0x1f);
      into[at++] = value & 0xff;
    } else if (value >= -0x8000 && value < 0x8000) {
      into[at++] = 0xf1;
      into[at++] = value & 0xff;
      into[at++] = (value >> 8) & 0xff;
      size = 3;
    } else if (value >= -0x800000 && value < 0x800000) {
      into[at++] = 0xf2;
      into[at++] = value & 0xff;
      into[at++] = (value >> 8) & 0xff;
      into[at++] = (value >> 16) & 0xff;
      size = 4;
    } else if (value === (value | 0)) {
      into[at] = 0xf3;
      writeU32le(into, at + 1, value);
      at += 5;
      size = 5;
    } else {
      this.count--;
      this.int64(highHalf(value), value);
      return;
    }
    into[at] = size;
    out.length = at + 1;
  }

  int64(hi: number, lo: number): void {
    const { out } = this;
    out.reserve(LONGEST_INTEGER);
    const at = out.length;
    out.bytes[at] = 0xf4;
    writeU32le(out.bytes, at + 1, lo);
    writeU32le(out.bytes, at + 5, hi);
    out.bytes[at + 9] = 9;
    out.length = at + 10;
    this.count++;
  }

  /** Adds entries as they stand in another listpack. */
  entries(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.out.span(bytes, start, end);
    this.count += count;
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
    writeU32le(out.bytes, 0, out.length);
    const count = Math.min(this.count, 0xffff);
    out.bytes[4] = count & 0xff;
    out.bytes[5] = count >> 8;
    return out.bytes.subarray(0, out.length);
  }
}

/** What stands around the one string of a listpack that is too large to be made here: before it, and behind it. */
export function listpackAround(size: number, shortBacklen: boolean): { head: Uint8Array; tail: Uint8Array } {
  const width = backlenWidth(size + 5) + (!shortBacklen && isBorder(size + 5) ? 1 : 0);
  const head = new Uint8Array(FRAME - 1 + 5);
  writeU32le(head, 0, FRAME + 5 + size + width);
  head[4] = 1;
  head[6] = 0xf0;
  writeU32le(head, 7, size);
  const tail = new Uint8Array(width + 1);
  let rest = size + 5;
  for (let i = width - 1; i >= 0; i--) {
    tail[i] = i === 0 ? rest & 0x7f : 0x80 | (rest & 0x7f);
    rest = Math.floor(rest / 128);
  }
  tail[width] = 0xff;
  return { head, tail };
}
