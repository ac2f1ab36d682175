import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascii, latin1 } from '../../../src/bytes/index.ts';
import {
  addInt64,
  formatInt64,
  narrow64,
  parseInt64,
  parseUint64,
  putInt64,
} from '../../../src/keyspace/numbers/integer.ts';
import { describeLive, ReplyError, withLiveServer } from '../../helpers/live.ts';

/** Parses within other bytes, so that a look beyond the span shows. */
function within<T>(parse: (bytes: Uint8Array, start: number, end: number) => T, text: string): T {
  const bytes = ascii(`12${text}34`);
  return parse(bytes, 2, 2 + text.length);
}
const int64 = (text: string): number | bigint | undefined => within(parseInt64, text);
const old = (text: string): number | bigint | undefined => within((b, s, e) => parseInt64(b, s, e, true), text);
const uint64 = (text: string): number | bigint | undefined => within(parseUint64, text);

const wide = fc.oneof(fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), fc.maxSafeInteger().map(BigInt));
/** Texts that are nearly numbers. */
const odd = fc.string({ unit: fc.constantFrom('0', '1', '7', '9', '-', '+', ' ', '\0', 'x'), maxLength: 22 });

const isSafe = (value: bigint): boolean => value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n;
const exact = (value: bigint): number | bigint => (isSafe(value) ? Number(value) : value);

it('reads canonical numbers of 64 bits and nothing else', () => {
  fc.assert(
    fc.property(wide, (value) => {
      const fits = value >= -(2n ** 63n) && value < 2n ** 63n;
      expect(int64(String(value))).toBe(fits ? exact(value) : undefined);
    }),
  );
  for (const text of ['', '-', '-0', '00', '007', '+5', ' 1', '1 ', '0x1', '3.0', '1-', '1\0', '9223372036854775808']) {
    expect(int64(text), JSON.stringify(text)).toBeUndefined();
  }
  expect(int64('-9223372036854775808')).toBe(-(2n ** 63n));
  expect(int64('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  expect(int64('9007199254740992')).toBe(2n ** 53n);
  expect(int64('9007199254740993')).toBe(2n ** 53n + 1n);
  expect(int64('-9007199254740993')).toBe(-(2n ** 53n) - 1n);
});

it('reads as servers before 3.2', () => {
  const cases: [string, number | bigint | undefined][] = [
    ['+5', 5],
    ['007', 7],
    ['-0', 0],
    ['-007', -7],
    ['0000000000000000000000000012', 12],
    ['', 0],
    ['5\0x', 5],
    ['9223372036854775808', undefined],
    ['-9223372036854775808', -(2n ** 63n)],
    [' 1', undefined],
    ['1 ', undefined],
    ['-', undefined],
    ['+-1', undefined],
  ];
  for (const [text, value] of cases) expect(old(text), JSON.stringify(text)).toBe(value);
});

it('reads unsigned numbers', () => {
  fc.assert(
    fc.property(wide, (value) => {
      if (value >= 0n) expect(uint64(String(value))).toBe(value < 2n ** 64n ? exact(value) : undefined);
    }),
  );
  for (const text of ['', '-5', 'x', '0x5', '5 ', ' ', '+', '-', '+ 5', '18446744073709551616']) {
    expect(uint64(text), JSON.stringify(text)).toBeUndefined();
  }
  expect([uint64('007'), uint64(' \t8'), uint64('+1'), uint64('5\0x')]).toEqual([7, 8, 1, 5]);
  // Canonical negative numbers are refused; others count down from 2^64.
  expect(uint64(' -5')).toBe(2n ** 64n - 5n);
});

it('writes and adds', () => {
  fc.assert(
    fc.property(wide, wide, (a, b) => {
      const [x, y] = [narrow64(a), narrow64(b)];
      if (x === undefined || y === undefined) return;
      expect(latin1(formatInt64(x))).toBe(String(a));
      const sum = a + b;
      expect(addInt64(x, y)).toBe(BigInt.asIntN(64, sum) === sum ? exact(sum) : undefined);
    }),
  );
  const into = new Uint8Array(30).fill(0x2e);
  const end = putInt64(-(2n ** 63n), into, 3);
  expect(latin1(into, 0, end + 1)).toBe('...-9223372036854775808.');
});

describeLive('as a server reads them', () => {
  it('signed', async () => {
    const texts = fc.sample(fc.oneof(odd, wide.map(String)), 2000);
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(texts.map((text) => ['INCRBY', 'key', ascii(text)]));
      await client.command('SET', 'key', '0');
      for (const [i, text] of texts.entries()) {
        const refused = replies[i] instanceof ReplyError && replies[i].message.includes('not an integer');
        expect(int64(text) === undefined, JSON.stringify(text)).toBe(refused);
      }
    });
  });

  it('unsigned', async () => {
    const texts = fc
      .sample(
        fc.oneof(
          odd,
          wide.map(String),
          wide.map((value) => ` ${value}`),
        ),
        2000,
      )
      .filter((text) => text !== '');
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(
        texts.flatMap((text, i) => [
          ['XADD', `key${i}`, ascii(`7-${text}`), 'f', 'v'],
          ['DEL', `key${i}`],
        ]),
      );
      for (const [i, text] of texts.entries()) {
        const reply = replies[2 * i];
        const value = uint64(text);
        if (reply instanceof ReplyError) expect(value, JSON.stringify(text)).toBeUndefined();
        else expect(`7-${value}`, JSON.stringify(text)).toBe(String(reply));
      }
    });
  });
});
