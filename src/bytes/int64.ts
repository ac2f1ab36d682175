/**
 * 64-bit numbers as two halves of 32 bits. BigInt costs ten times as much, so it appears only where a value
 * leaves the library and does not fit a Number.
 */

/** 2^32. */
export const WORD = 0x100000000;

/** High half (signed) of a safe integer. */
export function highHalf(value: number): number {
  return Math.floor(value / WORD) | 0;
}

/** An unsigned 64-bit number: a Number where it is exact, else a bigint. Halves may be signed or not. */
export function unsigned64(hi: number, lo: number): number | bigint {
  const high = hi >>> 0;
  if (high < 0x200000) return high * WORD + (lo >>> 0);
  return (BigInt(high) << 32n) | BigInt(lo >>> 0);
}

/** A signed 64-bit number: a Number where it is exact, else a bigint. */
export function signed64(hi: number, lo: number): number | bigint {
  const high = hi | 0;
  if (high >= -0x200000 && high < 0x200000) {
    const value = high * WORD + (lo >>> 0);
    if (value >= Number.MIN_SAFE_INTEGER) return value;
  }
  return (BigInt(high) << 32n) | BigInt(lo >>> 0);
}

/** A 64-bit number as people keep it: always a Number, and beside it the exact bigint where that is needed. */
export interface ExactNumbers {
  /** Exact values of those members of the object whose Number is only near (beyond 2^53). */
  exact?: Record<string, bigint>;
}

/** Sets a member from a 64-bit number, with its exact value beside it where a Number does not do. */
export function setExact<T extends ExactNumbers, K extends keyof T & string>(
  target: T,
  member: K,
  value: number | bigint,
): void {
  (target as Record<string, unknown>)[member] = Number(value);
  if (typeof value === 'bigint') {
    target.exact ??= {};
    target.exact[member] = value;
  }
}
