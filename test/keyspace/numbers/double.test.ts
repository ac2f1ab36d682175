import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascii } from '../../../src/bytes/index.ts';
import { formatDouble17, formatDoubleShort, parseDouble } from '../../../src/keyspace/numbers/double.ts';
import { describeLive, ReplyError, withLiveServer } from '../../helpers/live.ts';

/** Parses within other bytes, so that a look beyond the span shows. */
function parse(text: string): number | undefined {
  const bytes = ascii(`12${text}34`);
  return parseDouble(bytes, 2, 2 + text.length);
}

const double = fc.double({ noNaN: true });
const sign = fc.constantFrom('', '-', '+');
const shortDecimal = fc.tuple(sign, fc.nat(), fc.constantFrom('', '.'), fc.nat()).map((parts) => parts.join(''));
const digitText = fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), maxLength: 40 });
const longDecimal = fc
  .tuple(sign, digitText, fc.constantFrom('', '.'), digitText, fc.constantFrom('', 'e', 'E-', 'e+'), fc.nat(340))
  .map(([s, a, point, b, e, n]) => s + a + point + b + e + (e === '' ? '' : n));
const hexText = fc.string({ unit: fc.constantFrom('0', '1', '8', 'f', 'A'), maxLength: 22 });
const hex = fc
  .tuple(sign, hexText, fc.constantFrom('', '.'), hexText, fc.constantFrom('', 'p', 'P-', 'p+'), fc.nat(900))
  .map(([s, a, point, b, p, n]) => `${s}0x${a}${point}${b}${p}${p === '' ? '' : n}`);
/**
 * Around half of the least double, and halves of the last place. Of at most 53 bits: of longer ones among the smallest
 * numbers glibc loses a bit, so that `0x1.00000000000008p-1075` becomes zero.
 */
const hexEdge = fc
  .tuple(fc.constantFrom('1.', '3.', '1.8', '2.8', '0.fffffffffffff', '1.fffffffffffff', '1.0000000000000'), hexText)
  .chain(([a, b]) =>
    fc.integer({ min: -1078, max: -1018 }).map((n) => `0x${(a + b).slice(0, a < '2' ? 15 : 14)}p${n}`),
  );
/** Texts that are nearly numbers. */
const odd = fc.string({
  unit: fc.constantFrom('0', '1', '-', '+', '.', 'e', 'x', 'p', ' ', 'inf', 'INFINITY', 'nan', '\0', 'a'),
  maxLength: 6,
});

it('reads what JavaScript prints', () => {
  fc.assert(
    fc.property(double, (value) => {
      if (Number.isFinite(value)) expect(parse(String(value))).toBe(value + 0);
    }),
  );
  fc.assert(
    fc.property(shortDecimal, (text) => {
      expect(parse(text)).toBe(Number(text));
    }),
  );
});

it('reads what C reads', () => {
  const cases: [string, number | undefined][] = [
    ['1e-400', undefined],
    ['0e-400', 0],
    ['-0.000e99999999999999999999', -0],
    ['1e400', undefined],
    ['1e99999999999999999999', undefined],
    ['5e-324', 5e-324],
    ['2.4e-324', undefined],
    ['2.5e-324', 5e-324],
    ['1.7976931348623158e308', Number.MAX_VALUE],
    ['1.7976931348623159e308', undefined],
    ['inf', Number.POSITIVE_INFINITY],
    ['-InFiNiTy', Number.NEGATIVE_INFINITY],
    ['.5', 0.5],
    ['5.', 5],
    ['-.5E+1', -5],
    ['0x.8', 0.5],
    ['-0x1P-1074', -5e-324],
    ['0x1p-1075', undefined],
    ['0x1.1p-1075', 5e-324],
    ['0x1.8p-1074', 1e-323],
    ['0x1.fffffffffffff7p1023', Number.MAX_VALUE],
    ['0x1.fffffffffffff8p1023', undefined],
    ['0x1.00000000000008p0', 1],
    ['0x1.00000000000018p0', 1 + 2 * Number.EPSILON],
    ['0x1.000000000000080000000000000000001p0', 1 + Number.EPSILON],
    ['0x0p99999999', 0],
    [`0x${'0'.repeat(400)}1`, 1],
    [`0x1${'0'.repeat(200)}p-800`, 1],
    [`${'0'.repeat(400)}1`, 1],
  ];
  for (const [text, value] of cases) expect(parse(text), text).toBe(value);
  for (const text of [
    '',
    '.',
    '-',
    '+',
    'e5',
    '1e',
    '1e+',
    ' 1',
    '1 ',
    '1.2.3',
    '0x',
    '0x.',
    '0x1p',
    '0xg',
    'i',
    'infi',
  ]) {
    expect(parse(text), text).toBeUndefined();
  }
  for (const text of ['nan', '-NaN', 'nan(1)', '1_000', '0b1', '0o7', '1\0', '--1', '+-1']) {
    expect(parse(text), text).toBeUndefined();
  }
});

it('prints in 17 digits', () => {
  const cases: [number, string][] = [
    [0.1, '0.10000000000000001'],
    [1e17, '1e+17'],
    [12345678901234568, '12345678901234568'],
    [0.0001, '0.0001'],
    [0.00001, '1.0000000000000001e-05'],
    [1e300, '1.0000000000000001e+300'],
    [-0, '-0'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    // Ties: 100000000000000.125 and .375 have 18 digits.
    [1e14 + 0.125, '100000000000000.12'],
    [1e14 + 0.375, '100000000000000.38'],
  ];
  for (const [value, text] of cases) expect(formatDouble17(value)).toBe(text);
});

it('prints in few digits', () => {
  // redis: deps/fpconv; documented results of servers from 7.2 on.
  const cases: [number, string][] = [
    [0.1, '0.1'],
    [1e-7, '1e-7'],
    [1e20, '1e+20'],
    [3.3e-9, '3.3e-9'],
    [0, '0'],
    [-0, '-0'],
    [1234567, '1234567'],
    [1e7, '10000000'],
    [1e8, '1e+8'],
    [1.5, '1.5'],
    [0.001234, '0.001234'],
    [0.00012345678, '1.2345678e-4'],
    [-123.456, '-123.456'],
    [Number.POSITIVE_INFINITY, 'inf'],
  ];
  for (const [value, text] of cases) expect(formatDoubleShort(value)).toBe(text);
  fc.assert(
    fc.property(double, (value) => {
      if (Number.isFinite(value)) expect(parse(formatDoubleShort(value))).toBe(value);
    }),
  );
});

describeLive('as a server', () => {
  it('reads and prints them', async () => {
    const texts = fc.sample(
      fc.oneof(double.map(String), shortDecimal, longDecimal, hex, hexEdge, odd, fc.float({ noNaN: true }).map(String)),
      6000,
    );
    // Ties in the 18th digit.
    for (let i = 0; i < 500; i++) texts.push(String((8e14 + i * 7_001_234_567) / 8));
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(
        texts.flatMap((text) => [
          ['DEL', 'key'],
          ['ZADD', 'key', ascii(text), 'member'],
          ['ZSCORE', 'key', 'member'],
        ]),
      );
      let numbers = 0;
      for (const [i, text] of texts.entries()) {
        const value = parse(text);
        if (replies[3 * i + 1] instanceof ReplyError) expect(value, JSON.stringify(text)).toBeUndefined();
        else {
          numbers++;
          expect(value, JSON.stringify(text)).toBeDefined();
          // A small sorted set keeps no -0.
          expect(formatDouble17(value! + 0), JSON.stringify(text)).toBe(String(replies[3 * i + 2]));
        }
      }
      expect(numbers).toBeGreaterThan(1000);
    });
  });
});
