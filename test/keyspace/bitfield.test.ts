import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ascii } from '../../src/bytes/index.ts';
import {
  addBits,
  type BitOverflow,
  type BitType,
  bitFieldSize,
  getBits,
  parseBitType,
  setBits,
} from '../../src/keyspace/bitfield.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';

it('reads types', () => {
  const read = (text: string): BitType | undefined => parseBitType(ascii(`1${text}1`), 1, 1 + text.length);
  expect(read('u8')).toEqual({ signed: false, width: 8 });
  expect(read('i64')).toEqual({ signed: true, width: 64 });
  expect(read('u63')).toEqual({ signed: false, width: 63 });
  for (const text of ['', 'u', 'i', 'u0', 'u64', 'i65', 'U8', 'x8', 'u08', 'u100', 'u-1', 'u+1', 'i 1', '8']) {
    expect(read(text), text).toBeUndefined();
  }
});

it('reads beyond the end as zeros', () => {
  const bytes = Uint8Array.of(0xff, 0x81);
  expect(getBits(bytes, 12, { signed: false, width: 8 })).toBe(0x10);
  expect(getBits(bytes, 0, { signed: true, width: 64 })).toBe(-(0x7fn << 48n));
  expect(getBits(bytes, 2 ** 33, { signed: false, width: 63 })).toBe(0);
});

const type = fc
  .record({ signed: fc.boolean(), width: fc.integer({ min: 1, max: 64 }) })
  .filter(({ signed, width }) => signed || width < 64);
const small = fc.integer({ min: -300, max: 300 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Close to a power of two, where types end. */
const edge = fc
  .tuple(fc.integer({ min: 0, max: 62 }), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1n, -1n))
  .map(([bits, off, sign]) => sign * 2n ** BigInt(bits) + BigInt(off));
const value = fc.oneof(small.map(BigInt), int64, edge);
const step = fc.record({
  op: fc.constantFrom('GET', 'SET', 'INCRBY'),
  type,
  offset: fc.integer({ min: 0, max: 300 }),
  value,
  overflow: fc.constantFrom<BitOverflow>('wrap', 'sat', 'fail'),
});

describeLive('as a server', () => {
  it('gets, sets and adds', async () => {
    const steps = fc.sample(step, 6000);
    await withLiveServer({}, async ({ client }) => {
      const replies = await client.pipeline(
        steps.flatMap(({ op, type, offset, value, overflow }) => [
          [
            ...['BITFIELD', 'key', 'OVERFLOW', overflow, op, `${type.signed ? 'i' : 'u'}${type.width}`, `${offset}`],
            ...(op === 'GET' ? [] : [String(value)]),
          ],
          ['GET', 'key'],
        ]),
      );
      let bytes = new Uint8Array(0);
      for (const [i, step] of steps.entries()) {
        const { op, type, offset, value, overflow } = step;
        const [reply] = replies[2 * i] as (number | bigint | null)[];
        const safe = Number.isSafeInteger(Number(value)) ? Number(value) : value;
        const label = `${op} ${type.signed ? 'i' : 'u'}${type.width} ${offset} ${value} ${overflow}`;
        if (op !== 'GET') {
          const size = bitFieldSize(offset, type.width);
          if (size > bytes.length) {
            const grown = new Uint8Array(size);
            grown.set(bytes);
            bytes = grown;
          }
          const done = (op === 'SET' ? setBits : addBits)(bytes, offset, type, safe, overflow);
          expect(done, label).toBe(reply !== null);
        }
        if (op === 'GET' || (op === 'INCRBY' && reply !== null)) {
          expect(getBits(bytes, offset, type), label).toBe(reply);
        }
        expect(Buffer.compare(bytes, (replies[2 * i + 1] as Buffer | null) ?? Buffer.alloc(0)), label).toBe(0);
      }
    });
  });
});
