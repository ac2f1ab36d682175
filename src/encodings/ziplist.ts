import { ByteOutput, highHalf, readI32le, readU32be, readU32le, writeU32be, writeU32le } from '../bytes/index.ts';
import type { PackedBuilder } from './builder.ts';
import { integerText, NO_INTEGER, SAFE_INTEGER } from './integer-text.ts';
import { blobError, type PackedCodec, visitInt64le, type WalkState } from './packed.ts';

/**
 * Ziplist (redis up to 6.2: src/ziplist.c): `u32le zlbytes, u32le zltail, u16le zllen, entries, FF`; an entry is
 * the size of the one before it (1 or 5 bytes), an encoding, and data.
 *
 * The tail offset and the sizes of previous entries only serve walking backwards; only `verify` looks at them.
 */
export const ziplist: PackedCodec = {
  name: 'ziplist',
  code: 'BAD_ZIPLIST',
  headerLength: 10,
  alternates: false,
  terminated: true,

  open(bytes, at, total, state) {
    const announced = readU32le(bytes, at);
    if (announced !== total) throw blobError(ziplist, `${total} bytes long, its header says ${announced}`, at);
    const count = bytes[at + 8]! | (bytes[at + 9]! << 8);
    state.announced = count === 0xffff ? -1 : count;
    state.tailAt = readU32le(bytes, at + 4);
    state.lastAt = state.nextAt = HEADER;
  },

  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    while (at < end) {
      const previous = bytes[at]!;
      if (previous === 0xff) break;
      const head = at + (previous === 0xfe ? 5 : 1);
      if (head >= end) break;
      const encoding = bytes[head]!;
      if (encoding < 0xc0) {
        let data = head + 1;
        let length = encoding & 0x3f;
        if (encoding >= 0x80) {
          if (head + 5 > end) break;
          data = head + 5;
          length = readU32be(bytes, head + 1);
        } else if (encoding >= 0x40) {
          if (head + 2 > end) break;
          data = head + 2;
          length = (length << 8) | bytes[head + 1]!;
        }
        if (data + length > end) break;
        visitor.bytes(bytes, data, data + length);
        at = data + length;
      } else {
        const size = integerSize(encoding);
        if (size < 0) throw blobError(ziplist, `unknown encoding byte ${encoding.toString(16)}`, head);
        const data = head + 1;
        if (data + size > end) break;
        if (size === 8) visitInt64le(bytes, data, visitor);
        else visitor.integer(readInteger(bytes, data, encoding, size));
        at = data + size;
      }
      state.count++;
    }
    return at;
  },

  measure(bytes, pos, end, state) {
    const head = pos + (bytes[pos] === 0xfe ? 5 : 1);
    if (head + 5 > end || (bytes[head]! & 0xc0) !== 0x80) return false;
    if (state.thorough) checkPrevious(bytes, pos, state);
    state.dataAt = head + 5 - pos;
    state.dataLength = readU32be(bytes, head + 1);
    state.tail = 0;
    state.tailMayGrow = false;
    return true;
  },

  verify(bytes, pos, end, state) {
    let at = pos;
    while (at < end) {
      checkPrevious(bytes, at, state);
      const head = at + (bytes[at] === 0xfe ? 5 : 1);
      const encoding = bytes[head]!;
      let next = head + 1;
      if (encoding < 0x40) next += encoding;
      else if (encoding < 0x80) next += 1 + (((encoding & 0x3f) << 8) | bytes[head + 1]!);
      else if (encoding < 0xc0) next += 4 + readU32be(bytes, head + 1);
      else next += integerSize(encoding);
      state.lastAt = state.nextAt;
      state.nextAt += next - at;
      at = next;
    }
  },
};

/** What an entry says of the size of the one before it. */
function checkPrevious(bytes: Uint8Array, at: number, { lastAt, nextAt }: WalkState): void {
  const previous = bytes[at] === 0xfe ? readU32le(bytes, at + 1) : bytes[at]!;
  if (previous === nextAt - lastAt) return;
  throw blobError(ziplist, `an entry of ${nextAt - lastAt} bytes, the one behind it says ${previous}`, at);
}

/** Data bytes of an integer encoding; -1 for bytes that are none. */
function integerSize(encoding: number): number {
  switch (encoding) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return encoding >= 0xf1 && encoding <= 0xfd ? 0 : -1;
  }
}

function readInteger(bytes: Uint8Array, at: number, encoding: number, size: number): number {
  switch (size) {
    case 0:
      return (encoding & 0x0f) - 1;
    case 1:
      return (bytes[at]! << 24) >> 24;
    case 2:
      return ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
    case 3:
      return ((bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24)) >> 8;
    default:
      return readI32le(bytes, at);
  }
}

/** Longest text that may be an integer. */
const INTEGER_TEXT = 20;
/** Bytes before the data of an entry at most. */
const LONGEST_HEAD = 10;
/** Sizes of previous entries from here on take five bytes. */
const LONG_PREVIOUS = 254;
/** Bytes before the first entry. */
const HEADER = 10;

/** Makes ziplists as servers up to 6.2 do (redis 6.2: src/ziplist.c, __ziplistInsert). */
export class ZiplistBuilder implements PackedBuilder {
  readonly out: ByteOutput = new ByteOutput(1 << 10);
  count = 0;
  /** Only 16, 32 and 64 bits, as in servers before 2.6. */
  readonly #wide: boolean;
  #last = HEADER;
  #markLength = 0;
  #markCount = 0;
  #markLast = 0;

  constructor(wideIntegers: boolean = false) {
    this.#wide = wideIntegers;
  }

  get length(): number {
    return this.out.length + 1;
  }

  begin(): void {
    this.count = 0;
    this.#last = HEADER;
    this.out.length = HEADER;
  }

  /** Makes room for an entry and writes the size of the one before it. @returns where its encoding goes */
  #head(size: number): number {
    const { out } = this;
    out.reserve(size + LONGEST_HEAD);
    let at = out.length;
    const previous = at - this.#last;
    this.#last = at;
    this.count++;
    if (previous < LONG_PREVIOUS) out.bytes[at++] = previous;
    else {
      out.bytes[at] = 0xfe;
      writeU32le(out.bytes, at + 1, previous);
      at += 5;
    }
    return at;
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
    let at = this.#head(size);
    const into = this.out.bytes;
    if (size < 0x40) into[at++] = size;
    else if (size < 0x4000) {
      into[at++] = 0x40 | (size >> 8);
      into[at++] = size & 0xff;
    } else {
      into[at] = 0x80;
      writeU32be(into, at + 1, size);
      at += 5;
    }
    this.out.length = at;
    this.out.span(bytes, start, end);
  }

  integer(value: number): void {
    if (value !== (value | 0)) {
      this.int64(highHalf(value), value);
      return;
    }
    let at = this.#head(4);
    const into = this.out.bytes;
    if (!this.#wide && value >= 0 && value <= 12) {
      into[at++] = 0xf1 + value;
    } else if (!this.#wide && value >= -0x80 && value < 0x80) {
      into[at++] = 0xfe;
      into[at++] = value & 0xff;
    } else if (value >= -0x8000 && value < 0x8000) {
      into[at++] = 0xc0;
      into[at++] = value & 0xff;
      into[at++] = (value >> 8) & 0xff;
    } else if (!this.#wide && value >= -0x800000 && value < 0x800000) {
      into[at++] = 0xf0;
      into[at++] = value & 0xff;
      into[at++] = (value >> 8) & 0xff;
      into[at++] = (value >> 16) & 0xff;
    } else {
      into[at] = 0xd0;
      writeU32le(into, at + 1, value);
      at += 5;
    }
    this.out.length = at;
  }

  int64(hi: number, lo: number): void {
    const at = this.#head(8);
    const into = this.out.bytes;
    into[at] = 0xe0;
    writeU32le(into, at + 1, lo);
    writeU32le(into, at + 5, hi);
    this.out.length = at + 9;
  }

  mark(): void {
    this.#markLength = this.out.length;
    this.#markCount = this.count;
    this.#markLast = this.#last;
  }

  undo(): void {
    this.out.length = this.#markLength;
    this.count = this.#markCount;
    this.#last = this.#markLast;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const { out } = this;
    out.byte(0xff);
    writeU32le(out.bytes, 0, out.length);
    writeU32le(out.bytes, 4, this.#last);
    const count = Math.min(this.count, 0xffff);
    out.bytes[8] = count & 0xff;
    out.bytes[9] = count >> 8;
    return out.bytes.subarray(0, out.length);
  }
}

/** What stands around the one string of a ziplist that is too large to be made here: before it, and behind it. */
export function ziplistAround(size: number): { head: Uint8Array; tail: Uint8Array } {
  const head = new Uint8Array(HEADER + 6);
  writeU32le(head, 0, head.length + size + 1);
  writeU32le(head, 4, HEADER);
  head[8] = 1;
  head[11] = 0x80;
  writeU32be(head, 12, size);
  return { head, tail: Uint8Array.of(0xff) };
}
