/** Digits that are written where they belong, against `String`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalBytes, putDecimal, putUnsigned64 } from '../../src/bytes/index.ts';

/** What a writer puts at some place; bytes before it stay as they are. */
function written(put: (into: Uint8Array, start: number) => number): string {
  const into = new Uint8Array(30).fill(0x5a);
  const end = put(into, 5);
  expect(into.subarray(0, 5)).toEqual(new Uint8Array(5).fill(0x5a));
  return String.fromCharCode(...into.subarray(5, end));
}

const decimal = (value: number): string => written((into, start) => putDecimal(value, into, start));

describe('putDecimal', () => {
  it('writes every safe integer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -2000, max: 2000 })), (value) => {
        expect(decimal(value)).toBe(String(value));
      }),
      { numRuns: 5000 },
    );
  });

  it('writes those at the borders', () => {
    const borders = [0, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER - 2];
    for (let power = 1; power < Number.MAX_SAFE_INTEGER; power *= 10) borders.push(power);
    // Where the quotient by 10^8 may round up to the next integer.
    for (let upper = 90_071_990; upper > 0; upper = Math.floor(upper / 1.5)) borders.push(upper * 1e8);
    for (const border of borders) {
      for (let value = border - 2; value <= border + 2; value++) {
        expect(decimal(value)).toBe(String(value));
        if (value > 0) expect(decimal(-value)).toBe(String(-value));
      }
    }
    expect(decimal(-0)).toBe('0');
  });
});

it('decimalBytes gives them as an array of its own', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (value) => {
      const bytes = decimalBytes(value);
      expect(String.fromCharCode(...bytes)).toBe(String(value));
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }),
  );
});

it('putUnsigned64 writes what two halves say', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, (1n << 64n) - 1n), fc.nat(63), (wide, shift) => {
      const value = wide >> BigInt(shift);
      const [hi, lo] = [Number(value >> 32n), Number(value & 0xffffffffn)];
      expect(written((into, start) => putUnsigned64(hi, lo, into, start))).toBe(String(value));
    }),
    { numRuns: 2000 },
  );
});
