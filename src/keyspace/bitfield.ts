/**
 * Integers of any width at any bit of a string, and strings combined bit by bit (redis: src/bitops.c). Bit 0 is the
 * most significant bit of the first byte.
 */

import { endOfText } from './numbers/integer.ts';

/** What becomes of a result that does not fit its type. */
export type BitOverflow = 'wrap' | 'sat' | 'fail';

/** Type of an integer: `u1` to `u63`, `i1` to `i64`. */
export interface BitType {
  readonly signed: boolean;
  readonly width: number;
}

/** Fields of at most this many bits are handled without BigInt: sums of two of them are safe integers. */
const NARROW = 52;

/** Values above minus this are less than 2^63 below the largest of any type of up to 63 bits. */
const FARTHEST = 2 ** 62;

/**
 * Reads a type as commands name it, such as `u8` or `i64`. The text ends at its first NUL.
 *
 * @returns undefined when the span is none
 */
export function parseBitType(bytes: Uint8Array, start: number, until: number): BitType | undefined {
  const end = endOfText(bytes, start, until);
  const letter = bytes[start];
  const signed = letter === 0x69;
  if ((!signed && letter !== 0x75) || end - start < 2 || end - start > 3) return undefined;
  const tens = end - start === 3 ? bytes[start + 1] - 48 : 0;
  const ones = bytes[end - 1] - 48;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || (tens === 0 && end - start === 3)) return undefined;
  const width = 10 * tens + ones;
  return width >= 1 && width <= (signed ? 64 : 63) ? { signed, width } : undefined;
}

/** Bytes that a string must have for a field at `offset`, in bits, to be inside. */
export function bitFieldSize(offset: number, width: number): number {
  return Math.ceil((offset + width) / 8);
}

/** The integer at `offset`, in bits. Bits beyond the string are zero. A Number where it is exact. */
export function getBits(bytes: Uint8Array, offset: number, { signed, width }: BitType): number | bigint {
  if (width <= NARROW) {
    const value = rawBits(bytes, offset, width);
    return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
  }
  const upper = BigInt(rawBits(bytes, offset, width - 32));
  const raw = (upper << 32n) | BigInt(rawBits(bytes, offset + width - 32, 32));
  return narrow(signed ? BigInt.asIntN(width, raw) : raw);
}

/**
 * Writes an integer at `offset`, in bits, or leaves the string alone when it does not fit and `overflow` is `fail`.
 * The string must reach that far: see {@link bitFieldSize}.
 *
 * @param value 64 bits, signed; as an unsigned one a negative value counts down from 2^64
 * @returns whether it was written
 */
export function setBits(
  bytes: Uint8Array,
  offset: number,
  type: BitType,
  value: number | bigint,
  overflow: BitOverflow,
): boolean {
  const { signed, width } = type;
  if (value >= 0) return store(bytes, offset, type, value, overflow);
  if (!signed) return store(bytes, offset, type, BigInt.asUintN(64, BigInt(value)), overflow);
  // The server computes how far the value is from the largest, in 64 bits. Where that wraps it takes the value for too
  // large (checkSignedBitfieldOverflow).
  if (overflow === 'sat' && width < 64 && value < -FARTHEST) {
    const max = (1n << BigInt(width - 1)) - 1n;
    if (max - BigInt(value) >= 1n << 63n) return store(bytes, offset, type, max, overflow);
  }
  return store(bytes, offset, type, value, overflow);
}

/** An i64 whose sign some servers smear over all of its bits: they shift by 64, which moves nothing (redis#7417). */
function smear(value: bigint): bigint {
  return BigInt.asIntN(64, value) < 0n ? -1n : 0n;
}

/**
 * Adds to the integer at `offset`, in bits, as {@link setBits} sets it.
 *
 * @param by 64 bits, signed
 * @param smears the server reads every negative i64 as -1, and wraps a sum to -1 or 0
 * @returns whether the sum was written
 */
export function addBits(
  bytes: Uint8Array,
  offset: number,
  type: BitType,
  by: number | bigint,
  overflow: BitOverflow,
  smears: boolean = false,
): boolean {
  const old = getBits(bytes, offset, type);
  if (smears && type.signed && type.width === 64) {
    const sum = (old < 0 ? -1n : BigInt(old)) + BigInt(by);
    const wraps = overflow === 'wrap' && BigInt.asIntN(64, sum) !== sum;
    return store(bytes, offset, type, wraps ? smear(sum) : sum, overflow);
  }
  if (typeof old === 'number' && typeof by === 'number') {
    const sum = old + by;
    if (Number.isSafeInteger(sum)) return store(bytes, offset, type, sum, overflow);
  }
  return store(bytes, offset, type, BigInt(old) + BigInt(by), overflow);
}

/** Writes a value of any size by the rules for overflows. */
function store(
  bytes: Uint8Array,
  offset: number,
  { signed, width }: BitType,
  value: number | bigint,
  overflow: BitOverflow,
): boolean {
  if (width <= NARROW && typeof value === 'number') {
    const max = 2 ** (signed ? width - 1 : width) - 1;
    const min = signed ? -max - 1 : 0;
    let fit = value;
    if (value > max || value < min) {
      if (overflow === 'fail') return false;
      // What is wrapped is written below without its upper bits.
      if (overflow === 'sat') fit = value > max ? max : min;
      else fit = value % 2 ** width;
    }
    putRaw(bytes, offset, width, fit < 0 ? fit + 2 ** width : fit);
    return true;
  }
  let wide = BigInt(value);
  const max = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (wide > max || wide < min) {
    if (overflow === 'fail') return false;
    if (overflow === 'sat') wide = wide > max ? max : min;
  }
  const raw = BigInt.asUintN(width, wide);
  if (width > 32) {
    putRaw(bytes, offset, width - 32, Number(raw >> 32n));
    putRaw(bytes, offset + width - 32, 32, Number(raw & 0xffffffffn));
  } else putRaw(bytes, offset, width, Number(raw));
  return true;
}

/** Up to 52 bits as an unsigned number. */
function rawBits(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  let at = offset;
  const end = offset + width;
  while (at < end) {
    const skipped = at % 8;
    const taken = Math.min(8 - skipped, end - at);
    const index = Math.floor(at / 8);
    const byte = index < bytes.length ? bytes[index] : 0;
    value = value * 2 ** taken + ((byte >> (8 - skipped - taken)) & (2 ** taken - 1));
    at += taken;
  }
  return value;
}

/** Writes up to 52 bits. */
function putRaw(bytes: Uint8Array, offset: number, width: number, value: number): void {
  let rest = value;
  let end = offset + width;
  while (end > offset) {
    const index = Math.floor((end - 1) / 8);
    const from = Math.max(offset, index * 8);
    const taken = end - from;
    const shift = (index + 1) * 8 - end;
    const mask = (2 ** taken - 1) << shift;
    const bits = rest % 2 ** taken;
    bytes[index] = (bytes[index] & ~mask) | (bits << shift);
    rest = (rest - bits) / 2 ** taken;
    end = from;
  }
}

function narrow(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}
