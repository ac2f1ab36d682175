import { ascii, type ByteOutput, putDecimal, signed64, WORD, writeU32be, writeU32le } from '../bytes/index.ts';
import { integerText, SAFE_INTEGER } from '../encodings/index.ts';
import { RedisFileError } from '../errors.ts';
import { lzfCompress } from '../lzf/index.ts';

const scratch: DataView = /* @__PURE__ */ new DataView(new ArrayBuffer(8));
const scratchBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(scratch.buffer);

/** A LEN (redis: src/rdb.c, rdbSaveLen): a length, a count, or another number that is not negative. */
export function writeLength(out: ByteOutput, value: number): void {
  out.reserve(9);
  const into = out.bytes;
  let at = out.length;
  if (value < 0x40) {
    into[at++] = value;
  } else if (value < 0x4000) {
    into[at++] = 0x40 | (value >> 8);
    into[at++] = value & 0xff;
  } else {
    if (value < WORD) into[at++] = 0x80;
    else {
      into[at++] = 0x81;
      at = writeU32be(into, at, Math.floor(value / WORD));
    }
    at = writeU32be(into, at, value % WORD);
  }
  out.length = at;
}

/** A LEN that holds a number of 64 bits; what is below zero is stored as its two's complement. */
export function writeLength64(out: ByteOutput, value: number | bigint): void {
  if (typeof value === 'number' && value >= 0) {
    writeLength(out, value);
    return;
  }
  const bits = BigInt.asUintN(64, BigInt(value));
  if (bits <= 0xffffffffn) {
    writeLength(out, Number(bits));
    return;
  }
  out.byte(0x81);
  scratch.setBigUint64(0, bits);
  out.raw(scratchBytes);
}

/** A signed 64-bit number, little endian. */
export function writeInt64(out: ByteOutput, value: number | bigint): void {
  scratch.setBigInt64(0, BigInt(value), true);
  out.raw(scratchBytes);
}

/** A double, little endian. */
export function writeFloat64(out: ByteOutput, value: number): void {
  scratch.setFloat64(0, value, true);
  out.raw(scratchBytes);
}

/** A number of `size` bytes as a view of eight bytes holds it once it is set. */
export function writeNumber(out: ByteOutput, size: number, set: (view: DataView) => void): void {
  set(scratch);
  out.span(scratchBytes, 0, size);
}

/** The halves of a stream id, most significant byte first. */
export function writeRawId(out: ByteOutput, msHi: number, msLo: number, seqHi: number, seqLo: number): void {
  out.reserve(16);
  let at = writeU32be(out.bytes, out.length, msHi);
  at = writeU32be(out.bytes, at, msLo);
  at = writeU32be(out.bytes, at, seqHi);
  out.length = writeU32be(out.bytes, at, seqLo);
}

/** Texts up to this length may be integers of 32 bits. */
const LONGEST_INT32 = 11;
/** Strings up to this length are never packed (redis: src/rdb.c, rdbSaveRawString). */
const NEVER_PACKED = 20;
/** What packing must save. */
const GAIN = 4;
/** A mark and two LENs. */
const PACKED_HEAD = 19;
/** Room for the decimal of a safe integer. */
const DECIMAL = 20;

/**
 * Writes strings as the servers do: decimals of 32 bits as integers, what LZF makes shorter by four bytes packed,
 * everything else as it is (redis: src/rdb.c, rdbSaveRawString).
 */
export class StringEncoder {
  /** Pack strings with LZF. */
  compression = true;
  /** RDB 0: four bytes of length, and nothing special. */
  plain = false;
  /** There are lengths of 64 bits (from RDB 8). */
  wide = true;
  readonly #digits = new Uint8Array(DECIMAL);

  /** A string; `bytes` must not be those of `out`. */
  write(out: ByteOutput, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (!this.plain) {
      if (length <= LONGEST_INT32) {
        if (integerText.parse(bytes, start, end) === SAFE_INTEGER && this.#int32(out, integerText.value)) return;
      } else if (length > NEVER_PACKED && this.compression && this.#pack(out, bytes, start, end)) return;
    }
    this.head(out, length);
    out.span(bytes, start, end);
  }

  /** What stands before a string that is written as it is. */
  head(out: ByteOutput, length: number): void {
    if (this.plain) {
      out.reserve(4);
      out.length = writeU32be(out.bytes, out.length, length);
      return;
    }
    if (length >= WORD && !this.wide) {
      throw new RedisFileError('LOSSY', `a string of ${length} bytes, which no file before RDB 8 can hold`);
    }
    writeLength(out, length);
  }

  /** The string that is the decimal of a safe integer. */
  integer(out: ByteOutput, value: number): void {
    if (!this.plain && this.#int32(out, value)) return;
    const end = putDecimal(value, this.#digits, 0);
    this.head(out, end);
    out.span(this.#digits, 0, end);
  }

  /** The string that is the decimal of an integer beyond them. */
  int64(out: ByteOutput, hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.head(out, text.length);
    out.raw(text);
  }

  #int32(out: ByteOutput, value: number): boolean {
    if (value !== (value | 0)) return false;
    out.reserve(5);
    const into = out.bytes;
    const at = out.length;
    if (value >= -0x80 && value < 0x80) {
      into[at] = 0xc0;
      into[at + 1] = value;
      out.length = at + 2;
    } else if (value >= -0x8000 && value < 0x8000) {
      into[at] = 0xc1;
      into[at + 1] = value;
      into[at + 2] = value >> 8;
      out.length = at + 3;
    } else {
      into[at] = 0xc2;
      out.length = writeU32le(into, at + 1, value);
    }
    return true;
  }

  #pack(out: ByteOutput, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    out.reserve(length + PACKED_HEAD);
    // The sizes stand before the block and are known behind it, so it is made further on and moved.
    const from = out.length + PACKED_HEAD;
    const size = lzfCompress(bytes, start, end, out.bytes, from, length - GAIN);
    if (size === 0) return false;
    out.bytes[out.length++] = 0xc3;
    writeLength(out, size);
    writeLength(out, length);
    out.bytes.copyWithin(out.length, from, from + size);
    out.length += size;
    return true;
  }
}
