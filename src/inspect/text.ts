import { type ByteOutput, concat, putDecimal, Views, writeFraction } from '../bytes/index.ts';
import { loadWasm, type WriteText } from './wasm.ts';

/** How strings are written into JSON. */
export type Escape = 'text' | 'base64' | 'hex' | 'latin1';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const HEX = /* @__PURE__ */ bytesOf('0123456789abcdef');
const BASE64 = /* @__PURE__ */ bytesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

/**
 * From this length on a call into WebAssembly, copies included, is faster than byte by byte, for what is no plain
 * ASCII. In MB/s of JSON documents (and of text of many scripts) WebAssembly then does: 256 B 1150 (460), 1 KB 2290
 * (560), where TypeScript stays at 210 to 330.
 */
const WASM_FROM = 48;

/** What writes long strings as `text`; chosen when the first one comes. */
let writeLong: WriteText | undefined;

/** From this length on WebAssembly gets all of a string, and not only what is left from the first special character on. */
const LONG = 192;

/** Views on the arrays that strings are in. */
const sources: Views = /* @__PURE__ */ new Views();

/** Room that is left behind a string, for what stands between it and the next. */
export const SPARE = 64;

/** Longest form of one byte: `\udcXX`. */
const LONGEST = 6;

/** What stands behind the backslash for the bytes that JSON cannot hold as they are: a letter, 1 for `\u00XX`, 0 for none. */
export const ESCAPED: Uint8Array = /* @__PURE__ */ escapedBytes();

function escapedBytes(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(1, 0, 0x20);
  for (const [byte, letter] of [
    [0x08, 'b'],
    [0x09, 't'],
    [0x0a, 'n'],
    [0x0c, 'f'],
    [0x0d, 'r'],
    [QUOTE, '"'],
    [BACKSLASH, '\\'],
  ] as const) {
    table[byte] = letter.charCodeAt(0);
  }
  return table;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Writes bytes as the inside of a JSON string.
 *
 * `text`: valid UTF-8 stays as it is; any other byte becomes the lone surrogate U+DC00 + byte, so that nothing is lost
 * (the convention of Python's `surrogateescape`). `latin1`: one character per byte. `hex` and `base64`: as named.
 *
 * A string may come in pieces: what a piece ends in the middle of (a character, a group of base64) waits for the next,
 * unless `last` says that there is none.
 */
export class JsonStrings {
  readonly #escape: Escape;
  /** What waits for the next piece. */
  #waiting: Uint8Array | undefined;

  constructor(form: Escape) {
    this.#escape = form;
  }

  /** Leaves room for `SPARE` bytes behind what it writes. */
  write(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): void {
    if (this.#waiting === undefined) {
      this.#piece(out, bytes, start, end, last);
    } else {
      const joined = concat([this.#waiting, bytes.subarray(start, end)]);
      this.#waiting = undefined;
      this.#piece(out, joined, 0, joined.length, last);
    }
  }

  #piece(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): void {
    out.reserve((end - start) * LONGEST + SPARE);
    let done = end;
    switch (this.#escape) {
      case 'text':
        done = writeAny(out, bytes, start, end, last);
        break;
      case 'latin1':
        writeLatin1(out, bytes, start, end);
        break;
      case 'hex':
        writeHex(out, bytes, start, end);
        break;
      default:
        done = writeBase64(out, bytes, start, end, last);
    }
    if (done < end) this.#waiting = bytes.slice(done, end);
  }
}

function writeAny(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): number {
  const at = end - start < LONG ? copyPlain(out, bytes, start, end) : start;
  if (at === end) return end;
  if (end - at < WASM_FROM) return writeText(out, bytes, at, end, last);
  writeLong ??= loadWasm(ESCAPED) ?? writeText;
  return writeLong(out, bytes, at, end, last);
}

/**
 * Copies ASCII that JSON holds as it is, four bytes at a time, which most short strings are as a whole; the last four
 * overlap those before them. In ns, byte by byte and by fours: 16 B 45 and 35, 32 B 177 and 28; by WebAssembly and by
 * fours: 64 B 155 and 45, 128 B 179 and 80. Not worth it with a view made for each string.
 *
 * @returns where it stopped: at the end, or before the four bytes of which one has to be looked at
 */
function copyPlain(out: ByteOutput, bytes: Uint8Array, start: number, end: number): number {
  const from = end - start < 4 ? undefined : sources.of(bytes);
  if (from === undefined) return start;
  const into = out.view;
  const shift = out.length - start;
  const last = end - 4;
  let at = start;
  while (at < last) {
    const word = from.getInt32(at, true);
    if (isSpecial(word)) {
      out.length = at + shift;
      return at;
    }
    into.setInt32(at + shift, word, true);
    at += 4;
  }
  const word = from.getInt32(last, true);
  if (isSpecial(word)) {
    out.length = at + shift;
    return at;
  }
  into.setInt32(last + shift, word, true);
  out.length = end + shift;
  return end;
}

/**
 * Whether one of four bytes is a control character, a quote, a backslash, or no ASCII: the top bit of a byte becomes 1
 * where it was, or where a subtraction borrows. A borrow that reaches the next byte comes from one that is special itself.
 */
function isSpecial(word: number): boolean {
  const quotes = (word ^ 0x22222222) - 0x01010101;
  const backslashes = (word ^ 0x5c5c5c5c) - 0x01010101;
  return ((word | (word - 0x20202020) | quotes | backslashes) & 0x80808080) !== 0;
}

/** Room for the longest form must be there; returns where it stopped, which is before a character that is cut. */
export function writeText(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): number {
  const into = out.bytes;
  let to = out.length;
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte < 0x80) {
      const escaped = ESCAPED[byte]!;
      if (escaped === 0) into[to++] = byte;
      else to = writeEscaped(into, to, byte, escaped);
      at++;
      continue;
    }
    const size = sequenceLength(bytes, at, end);
    if (size > 0) {
      for (let i = 0; i < size; i++) into[to++] = bytes[at++]!;
    } else if (size < 0 && !last) {
      break;
    } else {
      to = writeUnicode(into, to, 0xdc, byte);
      at++;
    }
  }
  out.length = to;
  return at;
}

/** Bytes of the valid UTF-8 sequence at `at`; 0 where there is none, -1 where the end cuts what may become one. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  let size: number;
  let low = 0x80;
  let high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) size = 2;
  else if (first >= 0xe0 && first <= 0xef) {
    size = 3;
    if (first === 0xe0) low = 0xa0;
    else if (first === 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    size = 4;
    if (first === 0xf0) low = 0x90;
    else if (first === 0xf4) high = 0x8f;
  } else return 0;
  for (let i = 1; i < size; i++) {
    if (at + i >= end) return -1;
    const byte = bytes[at + i]!;
    if (byte < low || byte > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return size;
}

function writeLatin1(out: ByteOutput, bytes: Uint8Array, start: number, end: number): void {
  const into = out.bytes;
  let to = out.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const escaped = ESCAPED[byte]!;
    if (byte < 0x80 && escaped === 0) into[to++] = byte;
    else to = writeEscaped(into, to, byte, byte < 0x80 ? escaped : 1);
  }
  out.length = to;
}

function writeEscaped(into: Uint8Array, to: number, byte: number, escaped: number): number {
  if (escaped === 1) return writeUnicode(into, to, 0, byte);
  into[to] = BACKSLASH;
  into[to + 1] = escaped;
  return to + 2;
}

/** `\uHHLL` */
function writeUnicode(into: Uint8Array, to: number, high: number, low: number): number {
  into[to] = BACKSLASH;
  into[to + 1] = 0x75;
  into[to + 2] = HEX[high >> 4]!;
  into[to + 3] = HEX[high & 15]!;
  into[to + 4] = HEX[low >> 4]!;
  into[to + 5] = HEX[low & 15]!;
  return to + 6;
}

function writeHex(out: ByteOutput, bytes: Uint8Array, start: number, end: number): void {
  const into = out.bytes;
  let to = out.length;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    into[to++] = HEX[byte >> 4]!;
    into[to++] = HEX[byte & 15]!;
  }
  out.length = to;
}

function writeBase64(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): number {
  const into = out.bytes;
  let to = out.length;
  let at = start;
  for (; at + 3 <= end; at += 3) {
    const group = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    into[to++] = BASE64[group >> 18]!;
    into[to++] = BASE64[(group >> 12) & 63]!;
    into[to++] = BASE64[(group >> 6) & 63]!;
    into[to++] = BASE64[group & 63]!;
  }
  if (last && at < end) {
    const two = at + 1 < end;
    const group = (bytes[at]! << 16) | (two ? bytes[at + 1]! << 8 : 0);
    into[to++] = BASE64[group >> 18]!;
    into[to++] = BASE64[(group >> 12) & 63]!;
    into[to++] = two ? BASE64[(group >> 6) & 63]! : PADDING;
    into[to++] = PADDING;
    at = end;
  }
  out.length = to;
  return at;
}

/** Longest text of a double, or of an integer, and what is written meanwhile. */
const LONGEST_NUMBER = 40;

/** A double as JSON: the shortest digits that read back to the same bits; a string where JSON has no number. */
export function writeDouble(out: ByteOutput, value: number): void {
  out.reserve(LONGEST_NUMBER);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)) {
    out.length = putDecimal(value, out.bytes, out.length);
  } else if (!(size >= 0.1 && size < 1e15) || !writePlainFraction(out, value, size)) {
    out.text(doubleText(value));
  }
}

/** False where the value is better left to `String`. */
function writePlainFraction(out: ByteOutput, value: number, size: number): boolean {
  const into = out.bytes;
  let at = out.length;
  if (value < 0) into[at++] = MINUS;
  if (size < 1) into[at++] = ZERO;
  const end = writeFraction(size, into, at);
  if (end > 0) out.length = end;
  return end > 0;
}

function doubleText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return '"nan"';
  return value > 0 ? '"inf"' : '"-inf"';
}

/** An integer as JSON, digit by digit. */
export function writeInteger(out: ByteOutput, value: number | bigint): void {
  if (typeof value === 'number') out.decimal(value);
  else out.text(String(value));
}
