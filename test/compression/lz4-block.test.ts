import fc from 'fast-check';
import lz4js from 'lz4js';
import { describe, expect, it } from 'vitest';
import { decodeLz4Block } from '../../src/compression/index.ts';
import { RedisFileError } from '../../src/errors.ts';
import { errorOf, expectSame, noise, repeat, sampleText } from './helpers.ts';

function packBlock(content: Uint8Array): Uint8Array | undefined {
  const output = new Uint8Array(lz4js.compressBound(content.length));
  const length = lz4js.compressBlock(content, output, 0, content.length, new Uint32Array(1 << 16));
  return length === 0 ? undefined : output.subarray(0, length);
}

/** Unpacks into the middle of a larger array and proves that its surroundings were left alone. */
function unpack(block: Uint8Array, room: number, history: Uint8Array = new Uint8Array(0)): Uint8Array {
  const guard = 40;
  const output = new Uint8Array(guard + history.length + room + guard).fill(0xee);
  const historyStart = guard;
  output.set(history, historyStart);
  const start = historyStart + history.length;
  try {
    const end = decodeLz4Block(block, output, start, start + room, historyStart);
    return output.slice(start, end);
  } finally {
    expect(output.subarray(0, guard).every((byte) => byte === 0xee)).toBe(true);
    expect(output.subarray(start + room).every((byte) => byte === 0xee)).toBe(true);
    expectSame(output.subarray(historyStart, start), history);
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const ascii = (value: string): number[] => [...new TextEncoder().encode(value)];

describe('decodeLz4Block', () => {
  it('unpacks literals, matches that overlap, and both with long lengths', () => {
    expect(text(unpack(Uint8Array.of(0x50, ...ascii('hello')), 5))).toBe('hello');
    // "abc", then 4 + 2 bytes from 3 back, then "!"
    expect(text(unpack(Uint8Array.of(0x32, ...ascii('abc'), 3, 0, 0x10, ...ascii('!')), 100))).toBe('abcabcabc!');
    // 1 literal, a match of 4 + 15 + 255 + 1 bytes from 1 back, 15 + 2 literals
    const block = Uint8Array.of(0x1f, 0x61, 1, 0, 255, 1, 0xf0, 2, ...new Uint8Array(17).fill(0x62));
    expect(text(unpack(block, 400))).toBe('a'.repeat(276) + 'b'.repeat(17));
  });

  it('unpacks an empty block to nothing', () => {
    expect(unpack(Uint8Array.of(0), 0)).toHaveLength(0);
  });

  it('repeats periods of every length', () => {
    for (let period = 1; period <= 70; period++) {
      const head = noise(period);
      const length = 300;
      const block = Uint8Array.of(
        ...(period < 15 ? [(period << 4) | 15] : [0xff, period - 15]),
        ...head,
        period,
        0,
        ...[255, length - 4 - 15 - 255],
        0,
      );
      expectSame(unpack(block, 1000), repeat(head, 20 + length).subarray(0, period + length));
    }
  });

  it('reaches into the history that it is given, and not further', () => {
    const block = Uint8Array.of(0x00, 5, 0, 0x10, 0x21);
    expect(text(unpack(block, 10, Uint8Array.from(ascii('12345'))))).toBe('1234!');
    const error = errorOf(() => unpack(block, 10, Uint8Array.from(ascii('2345'))));
    expect(error.code).toBe('COMPRESSION_CORRUPT');
    expect(error.message).toContain('match 5 bytes back, 4 bytes of history');
  });

  it.each<[string, number[], number]>([
    ['no bytes', [], 10],
    ['literals beyond the end', [0x50, 0x61], 10],
    ['a literal length that is cut', [0xf0], 10],
    ['a literal length that is cut after 255', [0xf0, 255], 1000],
    ['an offset that is cut', [0x10, 0x61, 1], 10],
    ['an offset of zero', [0x10, 0x61, 0, 0, 0], 10],
    ['an offset before the start', [0x10, 0x61, 2, 0, 0], 10],
    ['a match length that is cut', [0x1f, 0x61, 1, 0], 100],
    ['a match at the end', [0x10, 0x61, 1, 0], 10],
    ['more literals than there is room', [0x30, 0x61, 0x61, 0x61], 2],
    ['a longer match than there is room', [0x10, 0x61, 1, 0, 0], 4],
  ])('refuses %s', (_what, block, room) => {
    const error = errorOf(() => unpack(Uint8Array.from(block), room));
    expect(error.code).toBe('COMPRESSION_CORRUPT');
    expect(error.context.phase).toBe('LZ4 block');
  });

  it('says where in the file the damage is', () => {
    const error = errorOf(() => decodeLz4Block(Uint8Array.of(0x10, 0x61, 9, 0), new Uint8Array(9), 0, 9, 0, 1000));
    expect(error.offset).toBe(1002);
  });

  it('unpacks what lz4js packed', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.array(fc.constantFrom(...ascii('ab')), { maxLength: 3000 }).map((bytes) => Uint8Array.from(bytes)),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(60)).map(([part, times]) => repeat(part, times)),
    );
    fc.assert(
      fc.property(content, (bytes) => {
        const block = packBlock(bytes);
        if (block !== undefined) expectSame(unpack(block, bytes.length), bytes);
      }),
    );
    const long = sampleText(200_000);
    expectSame(unpack(packBlock(long)!, long.length), long);
  });

  it('throws nothing but our error on any bytes, and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), fc.nat(20), (block, room, history) => {
        try {
          expect(unpack(block, room, noise(history)).length).toBeLessThanOrEqual(room);
        } catch (error) {
          expect(RedisFileError.is(error) && error.code).toBe('COMPRESSION_CORRUPT');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
