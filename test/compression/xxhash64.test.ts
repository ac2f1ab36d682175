import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Xxh64, xxh64 } from '../../src/compression/index.ts';
import { cutAt, noise } from './helpers.ts';
import { referenceXxh64 } from './xxhash-reference.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const anySeed = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('XXH64', () => {
  it.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
  ])('gives the published value for %j', (text, expected) => {
    expect(xxh64(bytes(text))).toBe(expected);
  });

  it('does what the specification says, for every length', () => {
    for (let length = 0; length <= 140; length++) expect(xxh64(noise(length))).toBe(referenceXxh64(noise(length)));
  });

  it('does what the specification says, for any bytes, seeds and cuts', () => {
    const extreme = fc
      .uint8Array({ maxLength: 300 })
      .map((data) => data.map((byte) => (byte & 1 ? 0xff : byte & 2 ? 0 : byte)));
    const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), extreme);
    fc.assert(
      fc.property(data, fc.array(fc.nat(300), { maxLength: 8 }), anySeed, (all, cuts, seed) => {
        const hash = new Xxh64(seed);
        for (const part of cutAt(all, cuts)) hash.update(part);
        const expected = referenceXxh64(all, seed);
        expect(hash.digest()).toBe(expected);
        expect(BigInt(hash.digestLow())).toBe(expected & 0xffffffffn);
      }),
      { numRuns: 500 },
    );
  });

  it('starts anew after reset', () => {
    const hash = new Xxh64(5n);
    hash.update(noise(100));
    hash.reset();
    expect(hash.digest()).toBe(xxh64(new Uint8Array(0), 5n));
  });
});
