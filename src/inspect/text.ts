import { type ByteOutput, concat } from '../bytes/index.ts';
import { loadWasm, type WriteText } from './wasm.ts';

/** How strings are written into JSON. */
export type Escape = 'text' | 'base64' | 'hex' | 'latin1';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = /* @__PURE__ */ bytesOf('0123456789abcdef');
const BASE64 = /* @__PURE__ */ bytesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

/**
 * From this length on a call into WebAssembly, copies included, is the faster one. In MB/s of words (and of
 * JSON documents, and text of many scripts), WebAssembly against TypeScript: 32 B 340 to 340 (240 to 320, 225 to 250),
 * 64 B 570 to 350 (375 to 330, 320 to 255), 200 B 1130 to 360 (660 to 315, 440 to 215), 4 KB 2190 to 365 (1130 to 305,
 * 470 to 210).
 */
const WASM_FROM = 48;

/** What writes long strings as `text`; chosen when the first one comes. */
let writeLong: WriteText | undefined;

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
  #waiting = new Uint8Array(0);

  constructor(form: Escape) {
    this.#escape = form;
  }

  write(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): void {
    if (this.#waiting.length > 0) {
      const joined = concat([this.#waiting, bytes.subarray(start, end)]);
      this.#waiting = new Uint8Array(0);
      this.#piece(out, joined, 0, joined.length, last);
    } else {
      this.#piece(out, bytes, start, end, last);
    }
  }

  #piece(out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean): void {
    out.reserve((end - start) * LONGEST + 4);
    let done = end;
    switch (this.#escape) {
      case 'text':
        if (end - start < WASM_FROM) done = writeText(out, bytes, start, end, last);
        else {
          writeLong ??= loadWasm(ESCAPED) ?? writeText;
          done = writeLong(out, bytes, start, end, last);
        }
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

/** A double as JSON: the shortest digits that read back to the same bits; a string where JSON has no number. */
export function writeDouble(out: ByteOutput, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER && !Object.is(value, -0)) {
    out.decimal(value);
  } else if (Number.isFinite(value)) {
    out.text(Object.is(value, -0) ? '-0' : String(value));
  } else if (Number.isNaN(value)) {
    out.text('"nan"');
  } else {
    out.text(value > 0 ? '"inf"' : '"-inf"');
  }
}

/** An integer as JSON, digit by digit. */
export function writeInteger(out: ByteOutput, value: number | bigint): void {
  if (typeof value === 'number') out.decimal(value);
  else out.text(String(value));
}
