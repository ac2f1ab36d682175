import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubleText, LONGEST_DOUBLE, writeDouble } from '../../src/log/index.ts';

const into = new Uint8Array(LONGEST_DOUBLE);

function written(value: number): string {
  return Buffer.from(into.subarray(0, writeDouble(value, into))).toString('latin1');
}

/** As a server reads it: `strtod`, which knows infinities by another name. */
function read(text: string): number {
  return Number(text.replace('inf', 'Infinity'));
}

describe('doubleText', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-17, '-17'],
    [100, '100'],
    [1000, '1e3'],
    [-1000, '-1e3'],
    [1100, '1100'],
    [123000, '123e3'],
    [0.5, '.5'],
    [-0.5, '-.5'],
    [0.1, '.1'],
    [0.01, '.01'],
    [0.001, '.001'],
    [0.0001, '1e-4'],
    [0.0123, '.0123'],
    [0.000123, '123e-6'],
    [1.5, '1.5'],
    [1e20, '1e20'],
    [1e21, '1e21'],
    [1.25e22, '125e20'],
    [123456789012345680000, '12345678901234568e4'],
    [9007199254740991, '9007199254740991'],
    [2 ** 53, '9007199254740992'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '17976931348623157e292'],
    [8272.857142857143, '8272.857142857143'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%s is %s', (value, text) => {
    expect(doubleText(value)).toBe(text);
    expect(written(value)).toBe(text);
  });

  it('reads back to the same bits, and is never longer than what JavaScript writes', () => {
    const any = fc.oneof(
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true, min: -1e16, max: 1e16 }),
      fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -20, max: 20 })).map(([n, e]) => n * 10 ** e),
      fc.tuple(fc.integer(), fc.constantFrom(3, 7, 10, 100, 1000, 1024)).map(([n, d]) => n / d),
    );
    fc.assert(
      fc.property(any, (value) => {
        const plain = (Object.is(value, -0) ? '-0' : String(value)).replace('Infinity', 'inf');
        for (const text of [doubleText(value), written(value)]) {
          expect(read(text)).toBe(value);
          expect(text.length).toBeLessThanOrEqual(plain.length);
        }
        // Both have the same length, though not always the same last digit.
        expect(written(value).length).toBe(doubleText(value).length);
      }),
      { numRuns: 20_000 },
    );
  });
});
