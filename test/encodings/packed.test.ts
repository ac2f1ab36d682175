/** The packed encodings against encoders of the tests: what was put in comes out, whole and in pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intset, listpack, type PackedCodec, WalkState, ziplist, zipmap } from '../../src/encodings/index.ts';
import { type Bytes, concat, little, noise, sizesUpTo, text, thrownBy } from '../helpers/encode-bytes.ts';
import {
  encodeIntset,
  encodeListpack,
  encodeZiplist,
  encodeZipmap,
  type Item,
  intsetContent,
  listpackEntry,
  ziplistEntry,
  zipmapPair,
} from '../helpers/encode-packed.ts';
import { BEFORE, Collector, show, walkPieces, walkWhole } from './collect.ts';

interface Blob {
  bytes: Bytes;
  items: Item[];
}

const list = <T extends { item: Item }>(
  entry: fc.Arbitrary<T>,
  encode: (entries: readonly T[]) => Bytes,
): fc.Arbitrary<Blob> =>
  fc
    .array(entry, { maxLength: 25 })
    .map((entries) => ({ bytes: encode(entries), items: entries.map(({ item }) => item) }));

const FORMATS: [codec: PackedCodec, blob: fc.Arbitrary<Blob>][] = [
  [listpack, list(listpackEntry, encodeListpack)],
  [ziplist, list(ziplistEntry, encodeZiplist)],
  [
    zipmap,
    fc.array(zipmapPair, { maxLength: 12 }).map((pairs) => ({
      bytes: encodeZipmap(pairs),
      items: pairs.flatMap(({ key, value }) => [key, value]),
    })),
  ],
  [intset, intsetContent.map(({ width, values }) => ({ bytes: encodeIntset(width, values), items: values }))],
];

const sizes: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([1]),
  sizesUpTo(9),
  sizesUpTo(5000),
  fc.constant<number[]>([1 << 20]),
);

/** Tiny pieces of a long blob would only take time. */
const sized = (cut: readonly number[], bytes: Bytes): readonly number[] =>
  bytes.length > 3000 ? cut.map((size) => size * 16) : cut;
const limit = fc.oneof(fc.constant(1), fc.constant(65_536), fc.constant(70_000));

describe.each(FORMATS.map(([codec, blob]) => ({ name: codec.name, codec, blob })))('$name', ({ codec, blob }) => {
  it('shows every entry, whole and in any pieces', () => {
    fc.assert(
      fc.property(blob, sizes, limit, ({ bytes, items }, cut, most) => {
        const expected = items.map(show);
        const whole = new Collector();
        const state = walkWhole(codec, bytes, whole);
        expect(whole.seen).toEqual(expected);
        expect(state.count).toBe(items.length);
        expect(state.announced).toBe(items.length);
        const streamed = new Collector();
        const after = walkPieces(codec, bytes, streamed, sized(cut, bytes), most);
        expect(streamed.seen).toEqual(expected);
        expect(after.count).toBe(items.length);
        expect(after.announced).toBe(items.length);
        expect(after.disorder).toBe(state.disorder);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused with its own code, and the place, where it is damaged, alike whole and in pieces', () => {
    const damage = fc.record({
      from: blob,
      flips: fc.array(
        fc.tuple(fc.oneof(fc.nat(12), fc.nat()), fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constant(0xff))),
        { maxLength: 4 },
      ),
      cut: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat() }),
      behind: fc.oneof({ weight: 3, arbitrary: fc.constant(new Uint8Array(0)) }, fc.uint8Array({ maxLength: 4 })),
      cutSizes: sizes,
    });
    let refused = 0;
    fc.assert(
      fc.property(damage, ({ from, flips, cut, behind, cutSizes }) => {
        const kept = cut === undefined ? from.bytes : from.bytes.subarray(0, cut % (from.bytes.length + 1));
        const bytes = concat(kept, behind);
        if (bytes.length > 0) for (const [at, by] of flips) bytes[at % bytes.length] ^= by;
        // Damage that leaves the sizes in order would be refused for them alone; half of the time they are made right.
        if (cut !== undefined && codec.headerLength >= 6 && codec !== intset && cut % 2 === 0 && bytes.length > 4) {
          bytes.set(little(bytes.length, 4));
        }
        const whole = new Collector();
        let error: unknown;
        try {
          walkWhole(codec, bytes, whole);
        } catch (caught) {
          error = caught;
        }
        const streamed = new Collector();
        if (error === undefined) {
          walkPieces(codec, bytes, streamed, sized(cutSizes, bytes), 1);
          expect(streamed.seen).toEqual(whole.seen);
          return;
        }
        refused++;
        expect(error).toMatchObject({ name: 'RedisFileError', code: codec.code });
        const { offset, message } = error as { offset: number; message: string };
        expect(offset).toBeGreaterThanOrEqual(BEFORE);
        expect(offset).toBeLessThanOrEqual(BEFORE + bytes.length);
        expect(message).toContain(codec.name);
        expect(thrownBy(() => walkPieces(codec, bytes, streamed, sized(cutSizes, bytes), 1))).toMatchObject({
          name: 'RedisFileError',
          code: codec.code,
        });
      }),
      { numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(50);
  });

  it('is refused where it is any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, sized) => {
        const blob = Uint8Array.from(bytes);
        if (sized && blob.length >= 4 && codec !== intset) blob.set(little(blob.length, 4));
        try {
          walkWhole(codec, blob, new Collector());
        } catch (error) {
          expect(error).toMatchObject({ name: 'RedisFileError', code: codec.code });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is refused at every cut', () => {
    const [{ bytes }] = fc.sample(
      blob.filter(({ items }) => items.length > 3),
      { numRuns: 1, seed: 7 },
    );
    for (let end = 0; end < Math.min(bytes.length, 2000); end++) {
      const cut = bytes.slice(0, end);
      expect(thrownBy(() => walkWhole(codec, cut, new Collector()))).toMatchObject({ code: codec.code });
      expect(thrownBy(() => walkPieces(codec, cut, new Collector(), [end || 1], 1))).toMatchObject({
        code: codec.code,
      });
    }
  });

  it('may be empty', () => {
    const empty = {
      listpack: encodeListpack([]),
      ziplist: encodeZiplist([]),
      zipmap: encodeZipmap([]),
      intset: encodeIntset(4, []),
    };
    const seen = new Collector();
    expect(walkWhole(codec, empty[codec.name as 'listpack'], seen)).toMatchObject({ count: 0, announced: 0 });
    walkPieces(codec, empty[codec.name as 'listpack'], seen, [1], 1);
    expect(seen.seen).toEqual([]);
  });

  it('lets an error of its visitor through', () => {
    const [{ bytes }] = fc.sample(
      blob.filter(({ items }) => items.length > 3),
      { numRuns: 1, seed: 7 },
    );
    const error = new Error('mine');
    const visitor = new Collector();
    visitor.bytes =
      visitor.integer =
      visitor.int64 =
        (): never => {
          throw error;
        };
    expect(thrownBy(() => walkWhole(codec, bytes, visitor))).toBe(error);
    expect(thrownBy(() => walkPieces(codec, bytes, visitor, [3], 1))).toBe(error);
  });

  it('can be walked again with the state of another walk', () => {
    const state = new WalkState();
    fc.assert(
      fc.property(blob, ({ bytes, items }) => {
        try {
          walkWhole(codec, bytes.subarray(0, bytes.length - 2), new Collector(), state);
        } catch {
          // The state is left in the middle of something.
        }
        const seen = new Collector();
        walkWhole(codec, bytes, seen, state);
        expect(seen.seen).toEqual(items.map(show));
        expect(state.count).toBe(items.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('vectors of the format', () => {
  const hex = (text: string): Bytes => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  const seenIn = (codec: PackedCodec, bytes: Bytes): string[] => {
    const seen = new Collector();
    walkWhole(codec, bytes, seen);
    return seen.seen;
  };

  it.each<[PackedCodec, string, Item[]]>([
    [ziplist, '0F000000 0C000000 0200 00F3 02F6 FF', [2n, 5n]],
    [ziplist, '11000000 0D000000 0200 000161 030162 FF', [text('a'), text('b')]],
    [zipmap, '02 03666F6F 0300626172 0161 01026278 78 FF', [text('foo'), text('bar'), text('a'), text('b')]],
    [intset, '02000000 03000000 0100 0200 2C01', [1n, 2n, 300n]],
    [listpack, '0C000000 0200 817802 0101 FF', [text('x'), 1n]],
    [listpack, '07000000 0000 FF', []],
  ])('%#', (codec, bytes, items) => {
    expect(seenIn(codec, hex(bytes))).toEqual(items.map(show));
  });

  it('has encoders that make them', () => {
    expect(encodeZiplist([2n, 5n])).toEqual(hex('0F000000 0C000000 0200 00F3 02F6 FF'));
    expect(encodeZiplist([text('a'), text('b')])).toEqual(hex('11000000 0D000000 0200 000161 030162 FF'));
    expect(encodeIntset(2, [1n, 2n, 300n])).toEqual(hex('02000000 03000000 0100 0200 2C01'));
    expect(encodeListpack([text('x'), 1n])).toEqual(hex('0C000000 0200 817802 0101 FF'));
  });
});

describe('listpack', () => {
  const walk = (bytes: Bytes): string[] => {
    const seen = new Collector();
    walkWhole(listpack, bytes, seen);
    return seen.seen;
  };

  // With an entry size of 16383 the backlen takes 3 bytes in files up to RDB 13 and of Valkey, and 2 in those of 8.8.
  it.each([
    [16_383, 'long', '00ffff'],
    [16_383, 'short', '7fff'],
    [16_382, 'short', '7ffe'],
    [16_384, 'long', '018080'],
    [2_097_151, 'long', '00ffffff'],
    [2_097_151, 'short', '7fffff'],
    [2_097_152, 'long', '01808080'],
    [127, 'long', '7f'],
    [128, 'long', '0180'],
  ] as const)('reads an entry of %i bytes with a %s backlen', (size, backlen, expected) => {
    const form = size > 4000 ? 's32' : 's12';
    const item = noise(size - (form === 's32' ? 5 : 2));
    const bytes = encodeListpack([1n, { item, form, backlen }, { item: text('next') }, { item, form, backlen }]);
    expect(Buffer.from(bytes.subarray(8 + size, 8 + size + expected.length / 2)).toString('hex')).toBe(expected);
    const items = [show(1n), show(item), show(text('next')), show(item)];
    expect(walk(bytes)).toEqual(items);
    for (const sizes of [[bytes.length], [1000], [8 + size], [8 + size, 1]]) {
      const streamed = new Collector();
      walkPieces(listpack, bytes, streamed, sizes, 1);
      expect(streamed.seen).toEqual(items);
    }
  });

  it('reads a large entry with either backlen, wherever the pieces are cut, and whatever the limit', () => {
    const size = 2_097_151;
    const item = noise(size - 5);
    const expected = [show(item), show(text('next'))];
    const wrong: string[] = [];
    for (const backlen of ['long', 'short'] as const) {
      const bytes = encodeListpack([{ item, form: 's32', backlen }, text('next')]);
      for (const limit of [65_536, size - 65_536, size - 100, size - 5, size - 1, size, size + 1]) {
        // Behind all but the last byte of the data, behind the data, and inside the backlen.
        for (const first of [5 + size, 6 + size, 7 + size, 8 + size, 9 + size]) {
          const streamed = new Collector();
          try {
            walkPieces(listpack, bytes, streamed, [first, 1, 1, 1, 1, bytes.length], limit);
            expect(streamed.seen).toEqual(expected);
          } catch (error) {
            wrong.push(`${backlen} backlen, limit ${limit}, cut at ${first}: ${error}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('knows no count from FFFF on', () => {
    const many = encodeListpack(Array.from({ length: 65_535 }, () => 0n));
    const seen = new Collector();
    expect(walkWhole(listpack, many, seen)).toMatchObject({ count: 65_535, announced: -1 });
    expect(walkPieces(listpack, many, new Collector(), [999], 1)).toMatchObject({ count: 65_535, announced: -1 });
    expect(walkWhole(listpack, encodeListpack([1n], 0xffff), new Collector())).toMatchObject({ announced: -1 });
  });

  it('leaves a wrong count to its caller', () => {
    expect(walkWhole(listpack, encodeListpack([1n, 2n], 3), new Collector())).toMatchObject({ count: 2, announced: 3 });
  });

  it.each([0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe])('refuses the encoding byte %i', (byte) => {
    const bytes = concat(little(18, 4), [1, 0], [byte], new Uint8Array(9), [10], [0xff]);
    expect(thrownBy(() => walk(bytes))).toMatchObject({ code: 'BAD_LISTPACK', offset: BEFORE + 6 });
  });

  it('refuses what lies behind its end', () => {
    const bytes = concat(encodeListpack([1n]), [0]);
    bytes.set(little(bytes.length, 4));
    expect(thrownBy(() => walk(bytes))).toMatchObject({ code: 'BAD_LISTPACK', offset: BEFORE + bytes.length - 1 });
  });
});

describe('ziplist', () => {
  it('does not need the bytes that only serve walking backwards', () => {
    const bytes = encodeZiplist([text('a'), { item: 7n, wide: true }]);
    bytes.set(little(0xdeadbeef, 4), 4);
    bytes.set(little(77, 4), 10 + 3 + 1);
    const seen = new Collector();
    walkWhole(ziplist, bytes, seen);
    expect(seen.seen).toEqual([show(text('a')), '#7']);
  });

  it('knows no count from FFFF on', () => {
    const many = encodeZiplist(Array.from({ length: 65_536 }, () => 5n));
    expect(walkWhole(ziplist, many, new Collector())).toMatchObject({ count: 65_536, announced: -1 });
  });

  it('minds only the top bits of the first byte of a long string', () => {
    // zlbytes, zltail, zllen, previous 0, encoding BF, 3 big endian
    const bytes = concat(little(20, 4), little(10, 4), [1, 0], [0, 0xbf, 0, 0, 0, 3], text('abc'), [0xff]);
    const seen = new Collector();
    walkWhole(ziplist, bytes, seen);
    expect(seen.seen).toEqual([show(text('abc'))]);
  });

  it('refuses every encoding byte that is none', () => {
    const known = new Set([0xc0, 0xd0, 0xe0, 0xf0, 0xfe, ...Array.from({ length: 13 }, (_, i) => 0xf1 + i)]);
    for (let byte = 0xc0; byte <= 0xff; byte++) {
      const bytes = concat(little(24, 4), little(10, 4), [1, 0], [0, byte], new Uint8Array(11), [0xff]);
      if (known.has(byte)) continue;
      expect(
        thrownBy(() => walkWhole(ziplist, bytes, new Collector())),
        `${byte}`,
      ).toMatchObject({
        code: 'BAD_ZIPLIST',
        offset: BEFORE + 11,
      });
    }
  });
});

describe('zipmap', () => {
  it.each([
    [254, -1],
    // Servers take it for a count.
    [255, 510],
  ])('knows no count where it says 254, but where it says 255 (%i)', (count, announced) => {
    const bytes = encodeZipmap([{ key: text('k'), value: text('v') }], count);
    expect(walkWhole(zipmap, bytes, new Collector())).toMatchObject({ count: 2, announced });
  });

  it('refuses an end between a key and its value', () => {
    const bytes = Uint8Array.of(1, 1, 0x6b, 0xff);
    expect(thrownBy(() => walkWhole(zipmap, bytes, new Collector()))).toMatchObject({ code: 'BAD_ZIPMAP' });
    expect(thrownBy(() => walkPieces(zipmap, bytes, new Collector(), [1], 1))).toMatchObject({ code: 'BAD_ZIPMAP' });
  });

  it('reads 254 pairs and more', () => {
    const pairs = Array.from({ length: 300 }, (_, i) => ({ key: text(`k${i}`), value: text(`v${i}`), free: i % 5 }));
    const seen = new Collector();
    expect(walkWhole(zipmap, encodeZipmap(pairs), seen)).toMatchObject({ count: 600, announced: -1 });
    expect(seen.seen).toEqual(pairs.flatMap(({ key, value }) => [show(key), show(value)]));
  });
});

describe('intset', () => {
  it('says whether it ascends, whatever the width', () => {
    fc.assert(
      fc.property(intsetContent, fc.boolean(), sizesUpTo(20), ({ width, values }, sorted, cut) => {
        const unique = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
        const content = sorted ? unique : values;
        const disorder = content.some((value, i) => i > 0 && value <= content[i - 1]);
        const bytes = encodeIntset(width, content);
        expect(walkWhole(intset, bytes, new Collector()).disorder).toBe(disorder);
        expect(walkPieces(intset, bytes, new Collector(), cut, 1).disorder).toBe(disorder);
      }),
      { numRuns: 300 },
    );
  });

  it.each([0, 1, 3, 5, 16, 0x01000002])('refuses a width of %i', (width) => {
    const bytes = concat(little(width, 4), little(2, 4), new Uint8Array(2 * Math.min(width, 16)));
    expect(thrownBy(() => walkWhole(intset, bytes, new Collector()))).toMatchObject({ code: 'BAD_INTSET' });
  });

  it('refuses a count that its size does not have', () => {
    for (const count of [0, 1, 3, 0xffffffff, 0x80000002]) {
      const bytes = encodeIntset(8, [1n, 2n]);
      bytes.set(little(count, 4), 4);
      expect(thrownBy(() => walkWhole(intset, bytes, new Collector()))).toMatchObject({ code: 'BAD_INTSET' });
    }
  });
});

/** Blobs with entries on both sides of every limit. */
describe('PackedStream', () => {
  const LIMIT = 70_000;
  const lengths = [0, 5, 65_520, 65_536, 65_540, LIMIT - 12, LIMIT - 2, LIMIT, LIMIT + 1, 135_000, 300_000];

  const FORMS: [PackedCodec, (items: readonly Bytes[]) => Bytes][] = [
    [listpack, (items) => encodeListpack(items)],
    [ziplist, (items) => encodeZiplist(items)],
    [
      zipmap,
      (items) =>
        encodeZipmap(
          Array.from({ length: items.length / 2 }, (_, i) => ({ key: items[2 * i], value: items[2 * i + 1], free: i })),
        ),
    ],
  ];

  describe.each(FORMS.map(([codec, encode]) => ({ name: codec.name, codec, encode })))(
    'of a $name',
    ({ codec, encode }) => {
      const scene = fc.record({
        chosen: fc.array(fc.constantFrom(...lengths), { minLength: 1, maxLength: 3 }),
        cut: fc.oneof(
          fc.array(fc.integer({ min: 500, max: 70_000 }), { minLength: 1, maxLength: 8 }),
          fc.array(fc.integer({ min: 50_000, max: 200_000 }), { minLength: 1, maxLength: 8 }),
          fc.constant([1 << 22]),
        ),
      });

      const itemsOf = (chosen: number[]): Bytes[] => [...chosen, ...chosen].map((length, i) => noise(length, i + 1));

      it('shows large entries in pieces, bounded in memory', () => {
        fc.assert(
          fc.property(scene, ({ chosen, cut }) => {
            const items = itemsOf(chosen);
            const bytes = encode(items);
            const seen = new Collector();
            const state = walkPieces(codec, bytes, seen, cut, LIMIT);
            expect(seen.seen).toEqual(items.map(show));
            expect(state.count).toBe(items.length);
            expect(Math.max(0, ...seen.wholes)).toBeLessThanOrEqual(LIMIT + 65_536);
          }),
          { numRuns: 25 },
        );
      });

      it('holds every entry up to the limit, whatever the pieces were', () => {
        fc.assert(
          fc.property(scene, ({ chosen, cut }) => {
            const seen = new Collector();
            walkPieces(codec, encode(itemsOf(chosen)), seen, cut, LIMIT);
            // A larger one comes whole only where all of it was there at once.
            for (const length of seen.bigs) expect(length).toBeGreaterThan(LIMIT);
          }),
          { numRuns: 25 },
        );
      });

      it('is refused at a cut inside a large entry', () => {
        const bytes = encode([noise(5), noise(300_000)]);
        for (const end of [100_000, 200_000, bytes.length - 4, bytes.length - 2, bytes.length - 1]) {
          const cut = bytes.slice(0, end);
          if (codec !== zipmap) cut.set(little(end, 4));
          const error = thrownBy(() => walkPieces(codec, cut, new Collector(), [50_000], 65_536));
          expect(error).toMatchObject({ name: 'RedisFileError', code: codec.code });
        }
      });

      it('is refused where large bytes stand behind its end', () => {
        const bytes = concat(encode([noise(5), noise(7)]), noise(300_000));
        if (codec !== zipmap) bytes.set(little(bytes.length, 4));
        expect(thrownBy(() => walkPieces(codec, bytes, new Collector(), [50_000], 65_536))).toMatchObject({
          code: codec.code,
        });
      });
    },
  );
});
