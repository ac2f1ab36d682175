import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highHalf, setExact, signed64, unsigned64, WORD } from '../../src/bytes/index.ts';

const borders = [0n, 1n, 0xffffffffn, 1n << 32n, (1n << 53n) - 1n, 1n << 53n, (1n << 53n) + 1n, 1n << 63n];
const any64 = fc.oneof(
  fc.bigInt(0n, (1n << 64n) - 1n),
  fc.bigInt(-(1n << 54n), 1n << 54n).map((value) => BigInt.asUintN(64, value)),
  fc.constantFrom(...borders.flatMap((value) => [BigInt.asUintN(64, value), BigInt.asUintN(64, -value)])),
);

/** Halves with any sign, as the functions promise not to mind. */
function halves(value: bigint, signedHi: boolean, signedLo: boolean): [hi: number, lo: number] {
  const hi = Number(value >> 32n);
  const lo = Number(value & 0xffffffffn);
  return [signedHi ? hi | 0 : hi, signedLo ? lo | 0 : lo];
}

describe('64-bit numbers', () => {
  it('are exact, and a Number where that is safe', () => {
    fc.assert(
      fc.property(any64, fc.boolean(), fc.boolean(), (value, signedHi, signedLo) => {
        const [hi, lo] = halves(value, signedHi, signedLo);
        for (const [made, expected] of [
          [unsigned64(hi, lo), value],
          [signed64(hi, lo), BigInt.asIntN(64, value)],
        ] as const) {
          expect(BigInt(made)).toBe(expected);
          expect(typeof made).toBe(Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('have halves', () => {
    expect(WORD).toBe(2 ** 32);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const hi = highHalf(value);
        expect(BigInt(hi)).toBe(BigInt.asIntN(32, BigInt(value) >> 32n));
        expect(signed64(hi, value | 0)).toBe(value);
      }),
    );
  });

  it('are kept as Numbers, the exact value beside those that are only near', () => {
    const target: { a: number; b: number; c: number; exact?: Record<string, bigint> } = { a: 0, b: 0, c: 0 };
    setExact(target, 'a', 5);
    expect(target).toEqual({ a: 5, b: 0, c: 0 });
    setExact(target, 'b', (1n << 63n) - 1n);
    setExact(target, 'c', -(1n << 60n));
    expect(target).toEqual({ a: 5, b: 2 ** 63, c: -(2 ** 60), exact: { b: (1n << 63n) - 1n, c: -(1n << 60n) } });
  });
});
