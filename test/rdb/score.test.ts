/** Scores as text against JavaScript's own reading of numbers, which rounds correctly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScore } from '../../src/rdb/values/score.ts';

const read = (text: string): number => {
  const bytes = Buffer.from(`7${text}7`);
  return parseScore(bytes, 1, bytes.length - 1);
};

describe('parseScore', () => {
  it('reads what any double prints as, and its forms with so many digits', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 17 }), fc.integer({ min: 0, max: 20 }), (value, digits, places) => {
        for (const text of [String(value), value.toPrecision(digits), value.toFixed(places), value.toExponential()]) {
          expect(read(text)).toBe(Number(text));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('reads digits with a point anywhere', () => {
    const parts = fc.tuple(
      fc.constantFrom('', '-'),
      fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(parts, fc.nat(20), ([sign, digits], at) => {
        fc.pre(digits.length > 0);
        const text = `${sign}${digits.slice(0, at)}.${digits.slice(at)}`;
        expect(read(text)).toBe(Number(text));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['inf', Number.POSITIVE_INFINITY],
    ['+inf', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['nan', Number.NaN],
    ['-0', -0],
    ['+1.5', 1.5],
  ])('reads %s', (text, value) => expect(read(text)).toBe(value));

  it.each(['', '-', '.', '-.', '1.2.3', '--1', '1-', '0x10', ' 1', '1e', 'infinite', '١'])('refuses "%s"', (text) => {
    expect(() => read(text)).toThrow(/expected a score/);
  });
});
