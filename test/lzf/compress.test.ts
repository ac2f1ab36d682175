import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packByLoop } from '../../src/lzf/compress.ts';
import { lzfCompress, lzfDecompress } from '../../src/lzf/index.ts';
import { loadWasm } from '../../src/lzf/wasm.ts';
import { lzfDecode } from '../helpers/encode-lzf.ts';

/** Data of every kind: noise, runs, words that return at all distances. */
const words = fc.uint8Array({ minLength: 1, maxLength: 40 });
const data = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.tuple(words, fc.nat(40)), { maxLength: 40 })
    .map((runs) =>
      Uint8Array.from(runs.flatMap(([word, times]) => Array.from({ length: times }, () => [...word]).flat())),
    ),
  fc
    .tuple(words, fc.constantFrom(8180, 8190, 8191, 8192, 8193, 8200), fc.nat(255))
    .map(([word, gap, byte]) =>
      Uint8Array.from([...word, ...Array.from({ length: gap - word.length }, (_, i) => byte ^ (i * 7)), ...word]),
    ),
  fc.tuple(fc.nat(700), fc.nat(255)).map(([length, byte]) => new Uint8Array(length).fill(byte)),
);

describe('lzfCompress', () => {
  it('makes blocks that unpack to what they were', () => {
    fc.assert(
      fc.property(data, fc.nat(20), fc.nat(20), (plain, before, slack) => {
        const source = new Uint8Array(before + plain.length + 3);
        source.set(plain, before);
        const target = new Uint8Array(before + plain.length + 40).fill(0xaa);
        const limit = plain.length - 4 + slack;
        const size = lzfCompress(source, before, before + plain.length, target, before, limit);
        expect(size).toBeLessThanOrEqual(Math.max(limit, 0));
        // Nothing is written before the place it was given, nor behind the limit.
        expect([...target.subarray(0, before)].every((byte) => byte === 0xaa)).toBe(true);
        const behind = target.subarray(before + Math.max(limit, 0));
        expect(behind.every((byte) => byte === 0xaa)).toBe(true);
        if (size === 0) return;
        const block = target.slice(before, before + size);
        expect(lzfDecode(block, plain.length)).toEqual([...plain]);
        const unpacked = new Uint8Array(plain.length);
        lzfDecompress(block, 0, size, unpacked, plain.length);
        expect(Buffer.compare(unpacked, plain)).toBe(0);
      }),
      { numRuns: 1500 },
    );
  });

  it('makes the same blocks in WebAssembly', () => {
    const { pack } = loadWasm()!;
    const limits = fc.constantFrom(-30, -4, 0, 40);
    const longer = fc.oneof(
      data,
      fc.array(data, { maxLength: 30 }).map((parts) => Buffer.concat(parts)),
    );
    fc.assert(
      fc.property(longer, limits, (plain, more) => {
        fc.pre(plain.length >= 4 && plain.length + more >= 4);
        const [one, other] = [pack, packByLoop].map((way) => {
          const target = new Uint8Array(plain.length + 60);
          const size = way(plain, 0, plain.length, target, 5, plain.length + more)!;
          return Buffer.from(target.subarray(5, 5 + size)).toString('hex');
        });
        expect(one).toBe(other);
      }),
      { numRuns: 1500 },
    );
  });

  it('compresses what can be compressed, and says so of what cannot', () => {
    const pack = (plain: Uint8Array): number => {
      return lzfCompress(plain, 0, plain.length, new Uint8Array(plain.length), 0, plain.length - 4);
    };
    expect(pack(new Uint8Array(10_000))).toBeLessThan(120);
    expect(pack(new Uint8Array(Buffer.from('hello '.repeat(20))))).toBeLessThan(16);
    let seed = 1;
    const noise = Uint8Array.from({ length: 1000 }, () => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed >>> 8;
    });
    expect(pack(noise)).toBe(0);
    expect(pack(new Uint8Array(7))).toBe(0);
  });

  it('does not take what an earlier block left for a place in this one', () => {
    const target = new Uint8Array(64);
    const one = new Uint8Array(Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789'));
    for (let i = 0; i < 3; i++) expect(lzfCompress(one, 0, one.length, target, 0, 60)).toBe(one.length + 2);
  });
});
