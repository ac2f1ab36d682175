import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrayDoubleText } from '../../src/rdb/values/array.ts';
import { packedScoreText } from '../../src/rdb/values/scores.ts';

it('scores of packed sorted sets are written as elements of arrays are, but for the point of integers', () => {
  const near = fc.double({ min: -20_000, max: 20_000, noNaN: true });
  const few = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 })).map(([n, places]) => n / 10 ** places);
  fc.assert(
    fc.property(fc.oneof(near, few, fc.double({ noNaN: true }), fc.integer()), (score) => {
      expect(packedScoreText(score, true)).toBe(arrayDoubleText(score).replace(/\.0$/, ''));
      expect(Number(packedScoreText(score, true).replace('inf', 'Infinity'))).toBe(score);
    }),
    { numRuns: 5000 },
  );
});
