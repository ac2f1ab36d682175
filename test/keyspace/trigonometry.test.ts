import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asin, cos, sin } from '../../src/keyspace/trigonometry.ts';

const BITS = 300n;
const ONE = 1n << BITS;

/** A double as a fixed-point number. It must be no smaller than 1e-40. */
function fixed(x: number): bigint {
  const exponent = x === 0 ? 0 : Math.floor(Math.log2(Math.abs(x)));
  const shift = 60 - exponent;
  return (BigInt(x * 2 ** shift) << BITS) >> BigInt(shift);
}

/** Sine and cosine by their series. */
function series(x: bigint): [sine: bigint, cosine: bigint] {
  let [sine, cosine] = [0n, 0n];
  let term = ONE;
  for (let n = 0; term !== 0n; n++) {
    const signed = n % 4 < 2 ? term : -term;
    if (n % 2 === 0) cosine += signed;
    else sine += signed;
    term = (term * x) / ONE / BigInt(n + 1);
  }
  return [sine, cosine];
}

const neighbours = (x: number): number[] => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  return [bits - 1n, bits + 1n].map((near) => {
    view.setBigUint64(0, near);
    return view.getFloat64(0) * Math.sign(x);
  });
};

/** Whether a double is the nearest to a number, as distances in the fixed-point numbers tell. */
function isNearest(x: number, exact: bigint): boolean {
  const distance = (y: number): bigint => {
    const difference = fixed(y) - exact;
    return difference < 0n ? -difference : difference;
  };
  return x === 0 ? exact === 0n : neighbours(x).every((near) => distance(x) <= distance(near));
}

const angle = fc
  .oneof(
    fc.double({ min: -3.2, max: 3.2, noNaN: true }),
    fc.double({ min: -12, max: 1.6, noNaN: true }).map((power) => 10 ** power / 16),
  )
  .filter((x) => x === 0 || Math.abs(x) > 1e-30);

it('rounds sines and cosines correctly', () => {
  fc.assert(
    fc.property(angle, (x) => {
      const [sine, cosine] = series(fixed(x));
      expect(isNearest(sin(x), sine), `sin ${x}`).toBe(true);
      expect(isNearest(cos(x), cosine), `cos ${x}`).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect([sin(0), sin(-0), cos(0), sin(1e-300), sin(-1e-300)]).toEqual([0, -0, 1, 1e-300, -1e-300]);
});

it('has a cosine of any number, at once', () => {
  // A well-known one that many libraries once got wrong.
  expect(cos(1e22)).toBeCloseTo(0.523214785395139, 14);
  expect(Math.abs(cos(1.7e308))).toBeLessThanOrEqual(1);
  expect([cos(Number.POSITIVE_INFINITY), cos(Number.NEGATIVE_INFINITY), cos(Number.NaN)]).toEqual([NaN, NaN, NaN]);
});

it('rounds arc sines correctly', () => {
  const ratio = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: -12, max: 0, noNaN: true }).map((power) => 10 ** power),
    fc.double({ min: 1, max: 12, noNaN: true }).map((power) => 1 - 10 ** -power),
  );
  fc.assert(
    fc.property(
      ratio.filter((x) => x > 1e-30),
      (x) => {
        const y = asin(x);
        // The sines of the middles to both neighbours lie on both sides of the number.
        const [below, above] = neighbours(y).map((near) => series((fixed(near) + fixed(y)) / 2n)[0]);
        expect(below <= fixed(x), `asin ${x}`).toBe(true);
        if (x < 1) expect(above >= fixed(x), `asin ${x}`).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
  expect([asin(0), asin(1), asin(1e-300)]).toEqual([0, Math.PI / 2, 1e-300]);
});
