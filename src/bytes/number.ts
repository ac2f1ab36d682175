/**
 * Numbers in decimal, written from left to right where they belong: no string, and nothing is moved afterwards.
 */
import { unsigned64 } from './int64.ts';

/** Characters of a safe integer with its sign, and of an unsigned 64-bit number, at most. */
export const LONGEST_DECIMAL = 20;

/**
 * Writes a safe integer at `start`, where there must be room for `LONGEST_DECIMAL` bytes.
 *
 * @returns where the text ends
 */
export function putDecimal(value: number, into: Uint8Array, start: number): number {
  let at = start;
  let rest = value;
  if (rest < 0) {
    into[at++] = 45;
    rest = -rest;
  }
  if (rest > 0x7fffffff) return putLarge(rest, into, at);
  return putSmall(rest | 0, into, at);
}

/** An integer of 31 bits: its division by ten is several times as fast as that of doubles. */
function putSmall(value: number, into: Uint8Array, at: number): number {
  if (value < 10) {
    into[at] = 48 + value;
    return at + 1;
  }
  let end = at + 2;
  if (value >= 100) {
    end++;
    if (value >= 1000) end++;
    if (value >= 10_000) end++;
    if (value >= 100_000) end++;
    if (value >= 1_000_000) end++;
    if (value >= 10_000_000) end++;
    if (value >= 100_000_000) end++;
    if (value >= 1_000_000_000) end++;
  }
  putLast(value, into, at, end);
  return end;
}

/** A larger one: its last eight digits, and those before them, which fit 31 bits again. */
function putLarge(value: number, into: Uint8Array, at: number): number {
  const upper = Math.floor(value / 1e8);
  const end = putSmall(upper | 0, into, at) + 8;
  putLast((value - upper * 1e8) | 0, into, end - 8, end);
  return end;
}

/** Fills the places from `at` to `end` with the last digits of an integer of 31 bits. */
function putLast(value: number, into: Uint8Array, at: number, end: number): void {
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const tenth = (rest / 10) | 0;
    into[i] = 48 + rest - 10 * tenth;
    rest = tenth;
  }
}

/** Decimal text of a safe integer as bytes of their own. */
export function decimalBytes(value: number): Uint8Array<ArrayBuffer> {
  const into = new Uint8Array(LONGEST_DECIMAL);
  return into.slice(0, putDecimal(value, into, 0));
}

/**
 * Writes an unsigned 64-bit number, given by its halves, at `start`, where there must be room for `LONGEST_DECIMAL`
 * bytes.
 *
 * @returns where the text ends
 */
export function putUnsigned64(hi: number, lo: number, into: Uint8Array, start: number): number {
  const value = unsigned64(hi, lo);
  if (typeof value === 'number') return putDecimal(value, into, start);
  const text = String(value);
  for (let i = 0; i < text.length; i++) into[start + i] = text.charCodeAt(i);
  return start + text.length;
}
