/** LZF, whole and in pieces, against blocks made by the tests and a decoder of one line per rule. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackByLoop } from '../../src/lzf/decompress.ts';
import { LzfStream, lzfDecompress, MAX_EXPANSION } from '../../src/lzf/index.ts';
import { loadWasm } from '../../src/lzf/wasm.ts';
import { type Bytes, concat, join, noise, pieces, sizesUpTo, text, thrownBy } from '../helpers/encode-bytes.ts';
import { type LzfInstruction, lzfCompress, lzfDecode, lzfInstruction } from '../helpers/encode-lzf.ts';

const unpackByWasm = loadWasm()!.unpack;

/**
 * Unpacks a block that lies inside other bytes, into a target that is longer than needed; in TypeScript and in
 * WebAssembly, whichever its length would choose.
 */
function whole(block: Uint8Array, length: number): Bytes {
  const around = concat([0xaa, 0xbb, 0xcc], block, [0xdd]);
  const unpack = (way: (...block: Parameters<typeof lzfDecompress>) => unknown): [unknown, Bytes] => {
    const target = new Uint8Array(length + 300).fill(0x77);
    const result = way(around, 3, 3 + block.length, target, length);
    expect(target.subarray(length).every((byte) => byte === 0x77)).toBe(true);
    return [result, target.slice(0, length)];
  };
  const [done, byWasm] = unpack(unpackByWasm);
  const [, bytes] = unpack(lzfDecompress);
  const [, byLoop] = unpack(unpackByLoop);
  expect(equal(byLoop, bytes)).toBe(true);
  expect(done).toBe(true);
  expect(equal(byWasm, bytes)).toBe(true);
  return bytes;
}

function streamed(block: Bytes, length: number, sizes: readonly number[]): Bytes {
  const parts: Bytes[] = [];
  const stream = new LzfStream(length, (bytes, start, end) => {
    expect(end).toBeGreaterThan(start);
    parts.push(Uint8Array.from(bytes.subarray(start, end)));
  });
  for (const piece of pieces(block, sizes)) {
    const around = concat([0x11], piece, [0x22, 0x33]);
    stream.push(around, 1, 1 + piece.length);
  }
  stream.finish();
  return join(parts);
}

const equal = (made: Uint8Array, expected: Iterable<number>): boolean =>
  Buffer.from(made).equals(Buffer.from(Uint8Array.from(expected)));

/** What both ways of unpacking say of bytes that may be no block. */
function judge(block: Bytes, length: number, sizes: readonly number[]): void {
  const expected = lzfDecode(block, length);
  if (expected !== undefined) {
    expect(equal(whole(block, length), expected)).toBe(true);
    expect(equal(streamed(block, length, sizes), expected)).toBe(true);
    return;
  }
  const target = new Uint8Array(length).fill(0x77);
  expect(unpackByWasm(block, 0, block.length, target, length)).toBe(false);
  expect(target.every((byte) => byte === 0x77)).toBe(true);
  expect(thrownBy(() => unpackByLoop(block, 0, block.length, target, length))).toMatchObject({ code: 'LZF_CORRUPT' });
  const error = thrownBy(() => whole(block, length)) as { offset: number };
  expect(error).toMatchObject({ name: 'RedisFileError', code: 'LZF_CORRUPT' });
  // `whole` puts the block at 3.
  expect(error.offset).toBeGreaterThanOrEqual(3);
  expect(error.offset).toBeLessThanOrEqual(3 + block.length);
  const other = thrownBy(() => streamed(block, length, sizes)) as { offset: number };
  expect(other).toMatchObject({ name: 'RedisFileError', code: 'LZF_CORRUPT' });
  expect(other.offset).toBeGreaterThanOrEqual(0);
  expect(other.offset).toBeLessThanOrEqual(block.length);
}

/** Any legal sequence of instructions, the borders of lengths and distances likely. */
const instructions: fc.Arbitrary<LzfInstruction[]> = fc
  .array(
    fc.oneof(
      fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 32 }) }),
      fc.record({
        length: fc.oneof(fc.integer({ min: 3, max: 264 }), fc.constantFrom(3, 8, 9, 63, 64, 65, 263, 264)),
        distance: fc.oneof(fc.integer({ min: 1, max: 8192 }), fc.integer({ min: 1, max: 70 }), fc.constant(8192)),
      }),
    ),
    { maxLength: 120 },
  )
  .map((list) => {
    let made = 0;
    return list.map((one): LzfInstruction => {
      if ('distance' in one && made === 0) {
        made = 1;
        return { literal: Uint8Array.of(one.distance) };
      }
      const legal = 'distance' in one ? { ...one, distance: ((one.distance - 1) % Math.min(made, 8192)) + 1 } : one;
      made += 'literal' in legal ? legal.literal.length : legal.length;
      return legal;
    });
  });

const blockOf = (list: readonly LzfInstruction[]): Bytes => concat(...list.map(lzfInstruction));

describe('LZF', () => {
  it('unpacks the vector of the format', () => {
    const block = Buffer.from('043078612E61E0030004396570 2D35'.replaceAll(' ', ''), 'hex');
    const bytes = Uint8Array.from(block);
    expect(Buffer.from(whole(bytes, 22)).toString()).toBe('0xa.aaaaaaaaaaaaa9ep-5');
    expect(Buffer.from(streamed(bytes, 22, [1])).toString()).toBe('0xa.aaaaaaaaaaaaa9ep-5');
  });

  it('unpacks no bytes from no block', () => {
    const none = new Uint8Array(0);
    expect(whole(none, 0)).toEqual(none);
    expect(streamed(none, 0, [1])).toEqual(none);
    judge(none, 1, [1]);
    judge(Uint8Array.of(0, 65), 0, [1]);
  });

  it('unpacks every legal sequence of instructions, in any pieces', () => {
    fc.assert(
      fc.property(instructions, fc.oneof(fc.constant([1]), sizesUpTo(40)), (list, sizes) => {
        const block = blockOf(list);
        const length = list.reduce((sum, one) => sum + ('literal' in one ? one.literal.length : one.length), 0);
        const expected = lzfDecode(block, length)!;
        expect(expected.length).toBe(length);
        expect(equal(whole(block, length), expected)).toBe(true);
        expect(equal(streamed(block, length, sizes), expected)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives back what a greedy compressor packed, in any pieces', () => {
    const compressible = fc
      .array(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.tuple(fc.nat(255), fc.nat(700)).map(([byte, size]) => new Uint8Array(size).fill(byte)),
          fc
            .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(200))
            .map(([unit, times]) => concat(...Array.from({ length: times }, () => unit))),
          fc.constantFrom(noise(3000, 5), noise(8300, 6)),
        ),
        { maxLength: 12 },
      )
      .map((parts) => join(parts));
    fc.assert(
      fc.property(compressible, fc.oneof(sizesUpTo(7), sizesUpTo(3000)), (plain, sizes) => {
        const block = lzfCompress(plain);
        expect(equal(whole(block, plain.length), plain)).toBe(true);
        expect(equal(streamed(block, plain.length, sizes), plain)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('unpacks more than the window and its pieces hold', () => {
    const unit = concat(noise(5000), new Uint8Array(300), noise(90, 3));
    const plain = concat(...Array.from({ length: 60 }, (_, i) => concat(unit.subarray(i * 7), text(`turn ${i}`))));
    expect(plain.length).toBeGreaterThan(300_000);
    const block = lzfCompress(plain);
    expect(block.length).toBeLessThan(plain.length / 10);
    expect(equal(whole(block, plain.length), plain)).toBe(true);
    for (const sizes of [[1], [7, 1000], [33, 34, 32], [65536], [block.length]]) {
      expect(equal(streamed(block, plain.length, sizes), plain)).toBe(true);
    }
  });

  it('hands on pieces of bounded size', () => {
    const block = blockOf([
      { literal: Uint8Array.of(1) },
      ...Array.from({ length: 4000 }, () => ({ length: 264, distance: 1 })),
    ]);
    let most = 0;
    const stream = new LzfStream(1 + 4000 * 264, (_bytes, start, end) => {
      most = Math.max(most, end - start);
    });
    stream.push(block, 0, block.length);
    stream.finish();
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(1 << 17);
  });

  it('copies from the farthest distance, and no farther', () => {
    const start = noise(8192);
    const literals = Array.from({ length: 256 }, (_, i) => ({ literal: start.subarray(32 * i, 32 * i + 32) }));
    for (const length of [3, 8, 9, 64, 263, 264]) {
      const block = blockOf([...literals, { length, distance: 8192 }]);
      const expected = concat(start, start.subarray(0, length));
      expect(equal(whole(block, expected.length), expected)).toBe(true);
      expect(equal(streamed(block, expected.length, [1]), expected)).toBe(true);
    }
    // One byte short of the distance.
    const block = blockOf([
      ...literals.slice(0, 255),
      { literal: start.subarray(0, 31) },
      { length: 3, distance: 8192 },
    ]);
    judge(block, 8191 + 3, [1]);
    expect(thrownBy(() => whole(block, 8194))).toMatchObject({ code: 'LZF_CORRUPT' });
  });

  it('keeps the whole window where the output is handed on in pieces', () => {
    // The window ends exactly at every place where the stream may hand on what it has.
    for (const filler of [70_000, 73_727, 73_728, 73_729, 139_264]) {
      const plain = noise(filler, filler);
      const literals: LzfInstruction[] = [];
      for (let at = 0; at < filler; at += 32) literals.push({ literal: plain.subarray(at, Math.min(at + 32, filler)) });
      const block = blockOf([...literals, { length: 264, distance: 8192 }, { length: 264, distance: 8192 }]);
      const expected = lzfDecode(block, filler + 528)!;
      for (const sizes of [[block.length], [33], [1000]]) {
        expect(equal(streamed(block, filler + 528, sizes), expected)).toBe(true);
      }
    }
  });

  it.each([1, 2, 3, 5, 7, 63, 64, 65, 100, 263, 264, 265, 300])(
    'repeats what overlaps, from %i bytes back',
    (distance) => {
      const unit = noise(distance);
      const literals: LzfInstruction[] = [];
      for (let at = 0; at < distance; at += 32)
        literals.push({ literal: unit.subarray(at, Math.min(at + 32, distance)) });
      for (const length of [3, 63, 64, 65, 264]) {
        const block = blockOf([...literals, { length, distance }]);
        const expected = Uint8Array.from({ length: distance + length }, (_, i) => unit[i % distance]);
        expect(equal(whole(block, distance + length), expected)).toBe(true);
        expect(equal(streamed(block, distance + length, [2]), expected)).toBe(true);
      }
    },
  );

  it('expands by its limit at most', () => {
    const count = 500;
    const block = blockOf([
      { literal: Uint8Array.of(9) },
      ...Array.from({ length: count }, () => ({ length: 264, distance: 1 })),
    ]);
    const length = 1 + 264 * count;
    expect(MAX_EXPANSION).toBe(264 / 3);
    expect(length).toBeLessThanOrEqual(MAX_EXPANSION * block.length);
    expect(whole(block, length).every((byte) => byte === 9)).toBe(true);
    expect(streamed(block, length, [1000]).every((byte) => byte === 9)).toBe(true);
  });

  it('allocates nothing for what a block merely claims', () => {
    const stream = new LzfStream(2 ** 40, () => undefined);
    stream.push(Uint8Array.of(0, 65), 0, 2);
    expect(thrownBy(() => stream.finish())).toMatchObject({ code: 'LZF_CORRUPT', offset: 2 });
  });
});

describe('damaged LZF', () => {
  it.each<[string, number[], number]>([
    ['a literal run that leaves the block', [0x02, 0x61, 0x62], 3],
    ['a control byte at the end', [0x00, 0x61, 0x20], 4],
    ['a long reference without its length', [0x00, 0x61, 0xe0], 10],
    ['a long reference without its distance', [0x00, 0x61, 0xe0, 0x01], 11],
    ['a reference at the beginning', [0x20, 0x00], 3],
    ['a reference before the beginning', [0x00, 0x61, 0x20, 0x01], 4],
    ['more than announced by literals', [0x02, 0x61, 0x62, 0x63], 2],
    ['more than announced by a reference', [0x00, 0x61, 0x20, 0x00], 3],
    ['less than announced', [0x00, 0x61, 0x20, 0x00], 5],
  ])('%s', (_name, bytes, length) => {
    const block = Uint8Array.from(bytes);
    expect(lzfDecode(block, length)).toBeUndefined();
    for (const sizes of [[1], [2], [100]]) judge(block, length, sizes);
  });

  it('is seen, or is another legal block', () => {
    const damage = fc.record({
      list: instructions,
      flips: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 3 }),
      cut: fc.oneof(fc.constant(undefined), fc.nat()),
      longer: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -5, max: 5 }) },
      ),
      sizes: sizesUpTo(30),
    });
    fc.assert(
      fc.property(damage, ({ list, flips, cut, longer, sizes }) => {
        const good = blockOf(list);
        const length = list.reduce((sum, one) => sum + ('literal' in one ? one.literal.length : one.length), 0);
        const block = cut === undefined ? good.slice() : good.slice(0, cut % (good.length + 1));
        if (block.length > 0) for (const [at, by] of flips) block[at % block.length] ^= by;
        judge(block, Math.max(0, length + longer), sizes);
      }),
      { numRuns: 800 },
    );
  });

  it('is seen in any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(400), sizesUpTo(10), (bytes, length, sizes) => {
        judge(Uint8Array.from(bytes), length, sizes);
      }),
      { numRuns: 800 },
    );
  });

  it('leaves the rest of the target alone', () => {
    // `whole` looks at the bytes behind the announced length; here the damage would write there.
    const target = new Uint8Array(400).fill(0x77);
    const block = Uint8Array.of(0x00, 0x61, 0xe0, 0xff, 0x00);
    expect(thrownBy(() => lzfDecompress(block, 0, block.length, target, 100))).toMatchObject({ code: 'LZF_CORRUPT' });
    expect(target.subarray(100).every((byte) => byte === 0x77)).toBe(true);
  });
});
