import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partialSort } from '../../src/keyspace/partial-sort.ts';

it('puts the first items in order and loses none', () => {
  const list = fc.array(fc.oneof(fc.nat(5), fc.nat(1000)), { minLength: 1, maxLength: 300, size: 'max' });
  fc.assert(
    fc.property(list, fc.nat(300), (values, at) => {
      const kept = 1 + (at % values.length);
      const items = [...values];
      partialSort(items, (a, b) => a - b, kept);
      const sorted = [...values].sort((a, b) => a - b);
      expect(items.slice(0, kept)).toEqual(sorted.slice(0, kept));
      expect(items.sort((a, b) => a - b)).toEqual(sorted);
    }),
  );
});
