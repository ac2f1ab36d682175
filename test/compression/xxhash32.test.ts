import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Xxh32, xxh32 } from '../../src/compression/index.ts';
import { cutAt, noise } from './helpers.ts';
import { referenceXxh32 } from './xxhash-reference.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('XXH32', () => {
  it.each([
    ['', 0, 0x02cc5d05],
    ['a', 0, 0x550d7456],
    ['abc', 0, 0x32d153ff],
    ['Nobody inspects the spammish repetition', 0, 0xe2293b2f],
    ['', 0x9e3779b1, 0x36b78ae7],
  ])('gives the published value for %j', (text, seed, expected) => {
    expect(xxh32(bytes(text), seed)).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), fc.integer(), (data, cuts, seed) => {
        const hash = new Xxh32(seed);
        for (const part of cutAt(data, cuts)) hash.update(part);
        expect(hash.digest()).toBe(xxh32(data, seed));
        expect(hash.digest()).toBe(xxh32(data, seed));
      }),
    );
  });

  it('starts anew after reset', () => {
    const hash = new Xxh32(5);
    hash.update(noise(100));
    hash.reset();
    expect(hash.digest()).toBe(xxh32(new Uint8Array(0), 5));
  });

  it('does what the specification says, for every length and for seeds', () => {
    for (let length = 0; length <= 70; length++) {
      expect(BigInt(xxh32(noise(length)))).toBe(referenceXxh32(noise(length)));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(0xffffffff), (data, seed) => {
        expect(BigInt(xxh32(data, seed))).toBe(referenceXxh32(data, BigInt(seed)));
      }),
    );
  });
});
