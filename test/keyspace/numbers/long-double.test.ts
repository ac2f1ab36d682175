import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascii } from '../../../src/bytes/index.ts';
import { addLongDoubles, formatLongDouble, parseLongDouble } from '../../../src/keyspace/numbers/long-double.ts';
import { describeLive, ReplyError, withLiveServer } from '../../helpers/live.ts';

/** The sum as text; undefined when a server refuses it. */
function add(a: string, b: string, minusZero = false): string | undefined {
  const both = ascii(`${a}${b}`);
  const x = parseLongDouble(both, 0, a.length);
  const y = parseLongDouble(both, a.length, both.length);
  const sum = x && y && addLongDoubles(x, y);
  return sum && formatLongDouble(sum, minusZero);
}

it('adds as x86 does', () => {
  // Printed by servers.
  const cases: [string, string, string | undefined][] = [
    ['3000', '0.1', '3000.10000000000000009'],
    ['3000.10000000000000009', '0.2', '3000.30000000000000004'],
    ['0', '1e-17', '0.00000000000000001'],
    ['0', '4e-18', '0'],
    ['10.5', '0.1', '10.6'],
    ['-0', '-0', '0'],
    ['1', '-1', '0'],
    ['inf', '1', undefined],
    ['inf', '-inf', undefined],
    ['nan', '1', undefined],
    ['1e-5000', '1', undefined],
    ['1e5000', '1', undefined],
    ['1e4932', '1e4932', undefined],
    ['9223372036854775807', '1', '9223372036854775808'],
    ['18446744073709551615', '1', '18446744073709551616'],
    ['18446744073709551616', '1', '18446744073709551616'],
    ['18446744073709551616', '2', '18446744073709551618'],
    ['0x1p-1', '0X1.8P0', '2'],
    ['1'.repeat(5119), '0', undefined],
    [`0.${'1'.repeat(5118)}`, '0', undefined],
  ];
  for (const [a, b, sum] of cases) expect(add(a, b), `${a} ${b}`).toBe(sum);
  expect(add(`0.${'3'.repeat(5117)}`, '0')).toBe('0.33333333333333333');
  expect(add('-0', '-0', true)).toBe('-0');
  expect(add('-1e-20', '0', true)).toBe('-0');
  expect(add('1', '-1', true)).toBe('0');
});

const decimal = fc
  .tuple(fc.constantFrom('', '-'), fc.nat(), fc.constantFrom(1, 1e3, 1e6, 1e9, 1e12))
  .map(([sign, n, by]) => sign + (n / by).toFixed(Math.log10(by)));
const digits = fc.string({ unit: fc.constantFrom('0', '1', '4', '5', '9'), maxLength: 30 });
const long = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    digits,
    fc.constantFrom('', '.'),
    digits,
    fc.constantFrom('', 'e', 'E-'),
    fc.nat(40),
  )
  .map(([sign, a, point, b, e, n]) => sign + a + point + b + e + (e === '' ? '' : n));
const extreme = fc.tuple(digits, fc.integer({ min: -5000, max: 5000 })).map(([a, n]) => `0.${a}e${n}`);
const hex = fc
  .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 2n ** 80n }), fc.integer({ min: -140, max: 70 }))
  .map(([sign, n, power]) => `${sign}0x${n.toString(16)}p${power}`);
const hexEdge = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 70n }), fc.integer({ min: -16_530, max: -16_400 }))
  .map(([n, power]) => `0x${n.toString(16)}p${power}`);
/** Halves of the last decimal that is printed. */
const tie = fc
  .tuple(fc.nat(2000), fc.integer({ min: 15, max: 25 }))
  .map(([n, power]) => String((2 * n + 1) / 2 ** power));
const odd = fc.string({
  unit: fc.constantFrom('0', '1', '-', '+', '.', 'e', '0x', 'p', ' ', 'inf', 'nan'),
  maxLength: 6,
});
const number = fc.oneof(decimal, long, extreme, hex, hexEdge, tie, odd, fc.double().map(String));

describeLive('as a server', () => {
  it('adds', async () => {
    const pairs = fc.sample(fc.tuple(number, number), 6000);
    for (const [edge] of fc.sample(fc.tuple(hexEdge), 200)) pairs.push([edge, '0x1p-16440']);
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(
        pairs.flatMap(([a, b]) => [
          ['SET', 'key', ascii(a)],
          ['INCRBYFLOAT', 'key', ascii(b)],
        ]),
      );
      let sums = 0;
      for (const [i, [a, b]] of pairs.entries()) {
        const reply = replies[2 * i + 1];
        const sum = reply instanceof ReplyError ? undefined : String(reply);
        if (sum !== undefined) sums++;
        expect(add(a, b), `${a} and ${b}`).toBe(sum);
      }
      expect(sums).toBeGreaterThan(2000);
    });
  });

  it('goes on from what it printed', async () => {
    const steps = fc.sample(fc.oneof(decimal, hex), 2000);
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(steps.map((step) => ['HINCRBYFLOAT', 'key', 'field', step]));
      let sum: string | undefined = '0';
      for (const [i, step] of steps.entries()) {
        sum = add(sum!, step);
        expect(sum).toBe(String(replies[i]));
      }
    });
  });
});
