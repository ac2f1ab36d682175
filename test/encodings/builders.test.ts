/** What the builders make, against the encoders of the tests, which share nothing with them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeIntset,
  integerText,
  ListpackBuilder,
  listpackAround,
  NO_INTEGER,
  type PackedBuilder,
  SAFE_INTEGER,
  StreamNodeBuilder,
  ZiplistBuilder,
  ZipmapBuilder,
  ziplistAround,
} from '../../src/encodings/index.ts';
import {
  encodeListpack,
  encodeStreamNode,
  encodeIntset as encodeTestIntset,
  encodeZiplist,
  encodeZipmap,
  type Item,
  idHalf,
  signedOf,
} from '../helpers/encode-packed.ts';

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const halves = (value: bigint): [number, number] => [Number(value >> 32n), Number(BigInt.asUintN(32, value))];

/** Whether a server takes text for an integer: what prints again as it stands, in 64 bits. */
function asInteger(text: Uint8Array): bigint | undefined {
  const latin1 = Buffer.from(text).toString('latin1');
  if (!/^(0|-?[1-9]\d*)$/.test(latin1)) return undefined;
  const value = BigInt(latin1);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc
    .oneof(signedOf(64), signedOf(32), signedOf(16), signedOf(8), fc.bigInt(-20n, 140n))
    .map((value) => ascii(String(value))),
  fc.constantFrom(
    ...[
      '',
      '-',
      '-0',
      '00',
      '01',
      '+1',
      '9223372036854775808',
      '-9223372036854775809',
      '1e3',
      ' 1',
      '12345678901234567890123',
    ].map(ascii),
  ),
  fc
    .constantFrom(62, 63, 64, 125, 126, 250, 251, 252, 253, 4095, 4096, 16376, 16377, 16378, 16379, 16383, 16384)
    .map((size) => new Uint8Array(size).fill(120)),
);
const items = fc.array(fc.oneof(bytes, signedOf(64), signedOf(32), signedOf(13)), { maxLength: 30 });

function add(builder: PackedBuilder, item: Item): void {
  if (item instanceof Uint8Array) builder.bytes(item, 0, item.length);
  else if (BigInt(Number(item)) === item && Number.isSafeInteger(Number(item))) builder.integer(Number(item));
  else builder.int64(...halves(item));
}

const meant = (item: Item): Item => (item instanceof Uint8Array ? (asInteger(item) ?? item) : item);

function build(builder: PackedBuilder, list: readonly Item[]): Uint8Array {
  builder.begin();
  for (const item of list) add(builder, item);
  const length = builder.length;
  const blob = builder.finish().slice();
  expect(blob.length).toBe(length);
  expect(builder.count).toBe(list.length);
  return blob;
}

describe('text of integers', () => {
  it('is told from other text', () => {
    const text = integerText;
    fc.assert(
      fc.property(bytes, fc.nat(3), (given, before) => {
        const padded = new Uint8Array([...new Uint8Array(before).fill(49), ...given, 49]);
        const kind = text.parse(padded, before, before + given.length);
        const expected = asInteger(given);
        if (expected === undefined) expect(kind).toBe(NO_INTEGER);
        else if (kind === SAFE_INTEGER) expect(BigInt(text.value)).toBe(expected);
        else expect((BigInt(text.hi) << 32n) | BigInt(text.lo)).toBe(expected);
        expect(kind === SAFE_INTEGER && !Number.isSafeInteger(text.value)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('builders', () => {
  it.each([false, true])('listpacks, short backlens: %s', (short) => {
    const builder = new ListpackBuilder(short);
    const backlen = short ? ('short' as const) : ('long' as const);
    fc.assert(
      fc.property(items, (list) => {
        const expected = encodeListpack(list.map((item) => ({ item: meant(item), backlen })));
        expect(Buffer.compare(build(builder, list), expected)).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('ziplists', () => {
    const builder = new ZiplistBuilder();
    fc.assert(
      fc.property(items, (list) => {
        expect(Buffer.compare(build(builder, list), encodeZiplist(list.map(meant)))).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('ziplists of 2.4', () => {
    const builder = new ZiplistBuilder(true);
    const form = (value: bigint): 'i16' | 'i32' | 'i64' =>
      BigInt.asIntN(16, value) === value ? 'i16' : BigInt.asIntN(32, value) === value ? 'i32' : 'i64';
    fc.assert(
      fc.property(items, (list) => {
        const entries = list
          .map(meant)
          .map((item) => (typeof item === 'bigint' ? { item, form: form(item) } : { item }));
        expect(Buffer.compare(build(builder, list), encodeZiplist(entries))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('zipmaps', () => {
    const builder = new ZipmapBuilder();
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, bytes), { maxLength: 300 }), (pairs) => {
        const expected = encodeZipmap(pairs.map(([key, value]) => ({ key, value })));
        expect(Buffer.compare(build(builder, pairs.flat()), expected)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('intsets', () => {
    const values = fc
      .constantFrom(2, 16, 17, 32, 33, 53, 54, 64)
      .chain((bits) => fc.array(signedOf(bits), { maxLength: 40 }));
    fc.assert(
      fc.property(values, (list) => {
        const given = list.map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
        const sorted = [...new Set(list)].sort((a, b) => (a < b ? -1 : 1));
        const fits = (bits: number): boolean => list.every((value) => BigInt.asIntN(bits, value) === value);
        expect(Buffer.compare(encodeIntset(given), encodeTestIntset(fits(16) ? 2 : fits(32) ? 4 : 8, sorted))).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('blobs around one large string', () => {
    for (const size of [4096, 16377, 16378, 16379, 16384, 70_000, 2_097_145, 2_097_146, 2_097_147]) {
      const item = new Uint8Array(size).fill(7);
      const join = ({ head, tail }: { head: Uint8Array; tail: Uint8Array }): Buffer =>
        Buffer.concat([head, item, tail]);
      for (const backlen of ['long', 'short'] as const) {
        const expected = encodeListpack([{ item, form: 's32', backlen }]);
        expect(Buffer.compare(join(listpackAround(size, backlen === 'short')), expected), `${size} ${backlen}`).toBe(0);
      }
      expect(Buffer.compare(join(ziplistAround(size)), encodeZiplist([{ item, form: 's32' }]))).toBe(0);
    }
  });

  it('stream nodes', () => {
    const name = fc.constantFrom('a', 'bb', '7', '').map(ascii);
    const fields = fc.array(fc.tuple(name, bytes), { maxLength: 4 });
    const entry = fc.record({ ms: idHalf, seq: idHalf, fields });
    const builder = new StreamNodeBuilder(false);
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 140 }), (entries) => {
        const master = entries[0]!;
        for (const { ms, seq, fields: pairs } of entries) {
          builder.beginEntry();
          for (const part of pairs.flat()) builder.part(part, 0, part.length);
          if (builder.entrySize !== pairs.flat().reduce((sum, part) => sum + part.length, 0)) throw new Error('size');
          const id = [...halves(ms), ...halves(seq)] as [number, number, number, number];
          if (ms === master.ms && seq === master.seq && pairs === master.fields) builder.begin(...id);
          builder.endEntry(...id);
        }
        const names = master.fields.map(([field]) => Buffer.from(field).toString('latin1')).join();
        const expected = encodeStreamNode({
          ms: master.ms,
          seq: master.seq,
          fields: master.fields.map(([field]) => meant(field)),
          entries: entries.map(({ ms, seq, fields: pairs }) => ({
            ms,
            seq,
            same:
              pairs.length === master.fields.length &&
              pairs.map(([field]) => Buffer.from(field).toString('latin1')).join() === names,
            fields: pairs.map(([field, value]): [Item, Item] => [meant(field), meant(value)]),
          })),
        });
        expect(Buffer.compare(builder.finish(), expected)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
