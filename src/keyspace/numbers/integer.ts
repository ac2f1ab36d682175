/**
 * 64-bit integers as the servers read them from text. A Number where that is exact, else a bigint: nearly every
 * number of a log is small, and BigInt costs ten times as much.
 */
import { putDecimal } from '../../bytes/index.ts';

/** Digits that always fit a Number. */
const SAFE_DIGITS = 15;
/** Digits of the largest safe integer: some numbers with as many are safe, and others are not taken for one. */
const MOST_SAFE_DIGITS = 16;
/** Digits of 2^63 and a sign. */
const LONGEST = 20;

const INT64_MIN = -0x8000000000000000n;
const INT64_MAX = 0x7fffffffffffffffn;
const UINT64_MAX = 0xffffffffffffffffn;

/**
 * Reads a signed 64-bit integer (redis: src/util.c, string2ll): `0`, or digits without leading zeros, perhaps after a
 * minus. `IntegerText` of the encodings reads the same ones, and leaves them in fields; a replay that took them from there
 * was 3 % slower.
 *
 * @param old reads as servers before 3.2 do, which ask C's strtoll: see {@link parseOldInt64}
 * @returns undefined when the span is no such number
 */
export function parseInt64(
  bytes: Uint8Array,
  start: number,
  end: number,
  old: boolean = false,
): number | bigint | undefined {
  if (old) return parseOldInt64(bytes, start, end);
  let at = start;
  if (at >= end || end - at > LONGEST) return undefined;
  let digit = bytes[at] - 48;
  const negative = digit === -3;
  if (negative) {
    if (++at === end) return undefined;
    digit = bytes[at] - 48;
    // There is no "-0".
    if (digit === 0) return undefined;
  }
  if (digit < 0 || digit > 9) return undefined;
  if (digit === 0) return end - at === 1 ? 0 : undefined;
  const digits = at;
  const stop = end - at > MOST_SAFE_DIGITS ? at + MOST_SAFE_DIGITS : end;
  let value = digit;
  for (at++; at < stop; at++) {
    digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  if (at === end && value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value;
  for (; at < end; at++) {
    digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return undefined;
  }
  return asInt64(bytes, digits, end, negative);
}

/**
 * As C's strtoll to the base of ten, where the first byte may not be a blank: a plus and leading zeros are fine. The
 * text ends at its first NUL, and nothing at all is zero (redis 2.8: src/object.c, getLongLongFromObject).
 */
function parseOldInt64(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const stop = endOfText(bytes, start, end);
  if (stop === start) return 0;
  const negative = bytes[start] === 0x2d;
  const digits = negative || bytes[start] === 0x2b ? start + 1 : start;
  return allDigits(bytes, digits, stop) ? asInt64(bytes, digits, stop, negative) : undefined;
}

/** The number in a span of digits only, with its sign; undefined when it is beyond 64 bits. */
function asInt64(bytes: Uint8Array, start: number, end: number, negative: boolean): number | bigint | undefined {
  const digits = skipZeros(bytes, start, end);
  if (end - digits > 19) return undefined;
  const wide = digitsAsBigInt(bytes, digits, end);
  return narrow64(negative ? -wide : wide);
}

/**
 * Reads an unsigned 64-bit integer, as in ids of stream entries and indexes of arrays (redis: src/util.c,
 * string2ull). What is no canonical number is given to C's strtoull, which skips blanks, takes signs (negative numbers
 * count down from 2^64) and leading zeros. The text ends at its first NUL.
 *
 * @returns undefined when the span is no such number
 */
export function parseUint64(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  let value = 0;
  let at = start;
  if (end - start <= SAFE_DIGITS) {
    for (; at < end; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === end && at > start) return value;
  }
  return parseOddUint64(bytes, start, endOfText(bytes, start, end));
}

function parseOddUint64(bytes: Uint8Array, start: number, end: number): number | bigint | undefined {
  const signed = parseInt64(bytes, start, end);
  if (signed !== undefined) return signed < 0 ? undefined : signed;
  let at = start;
  while (at < end && isBlank(bytes[at])) at++;
  const negative = bytes[at] === 0x2d;
  if (at < end && (negative || bytes[at] === 0x2b)) at++;
  if (!allDigits(bytes, at, end)) return undefined;
  at = skipZeros(bytes, at, end);
  if (end - at > 20) return undefined;
  const wide = digitsAsBigInt(bytes, at, end);
  if (wide > UINT64_MAX) return undefined;
  return narrow(negative ? BigInt.asUintN(64, -wide) : wide);
}

/** The sum of two signed 64-bit integers, or undefined when it is beyond 64 bits. */
export function addInt64(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrow64(BigInt(a) + BigInt(b));
}

/** A signed 64-bit integer as a Number where it is exact; undefined when it is beyond 64 bits. */
export function narrow64(value: bigint): number | bigint | undefined {
  return value < INT64_MIN || value > INT64_MAX ? undefined : narrow(value);
}

function narrow(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

/** Longest text of a 64-bit integer. */
export const LONGEST_INT64: number = LONGEST;

/**
 * Writes an integer of 64 bits as decimal text.
 *
 * @param into has room for `LONGEST_INT64` bytes from `at` on
 * @returns where the text ends
 */
export function putInt64(value: number | bigint, into: Uint8Array, at: number): number {
  if (typeof value === 'number') return putDecimal(value, into, at);
  const text = String(value);
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
  return at + text.length;
}

const scratch: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(LONGEST);

/** Decimal text of a 64-bit integer as bytes of their own. */
export function formatInt64(value: number | bigint): Uint8Array<ArrayBuffer> {
  return scratch.slice(0, putInt64(value, scratch, 0));
}

function allDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return false;
  }
  return end > start;
}

function skipZeros(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === 0x30) at++;
  return at;
}

/** The number in at most 20 digits: two halves of ten, so that only one product is a bigint. */
function digitsAsBigInt(bytes: Uint8Array, start: number, end: number): bigint {
  const split = Math.max(start, end - 10);
  let upper = 0;
  for (let at = start; at < split; at++) upper = upper * 10 + (bytes[at] - 48);
  let lower = 0;
  for (let at = split; at < end; at++) lower = lower * 10 + (bytes[at] - 48);
  return BigInt(upper) * 10_000_000_000n + BigInt(lower);
}

/** Where C sees the end of a text. */
export function endOfText(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== 0) at++;
  return at;
}

/** C's isspace. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 9 && byte <= 13);
}
