import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readI32le, readU32be, readU32le, writeU32be, writeU32le } from '../../src/bytes/index.ts';

const WORDS = fc.oneof(fc.integer(), fc.nat(0xffffffff), fc.maxSafeInteger());

it('reads words as a DataView does, wherever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 12 }), fc.nat(8), (bytes, from) => {
      const at = Math.min(from, bytes.length - 4);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      expect(readU32le(bytes, at)).toBe(view.getUint32(at, true));
      expect(readI32le(bytes, at)).toBe(view.getInt32(at, true));
      expect(readU32be(bytes, at)).toBe(view.getUint32(at));
    }),
  );
});

it('writes the low 32 bits of any safe integer, and nothing beside them', () => {
  fc.assert(
    fc.property(WORDS, fc.nat(4), (value, at) => {
      for (const [write, little] of [
        [writeU32le, true],
        [writeU32be, false],
      ] as const) {
        const bytes = new Uint8Array(8).fill(0xaa);
        expect(write(bytes, at, value)).toBe(at + 4);
        const expected = new Uint8Array(8).fill(0xaa);
        new DataView(expected.buffer).setUint32(at, value, little);
        expect(bytes).toEqual(expected);
      }
    }),
  );
});
