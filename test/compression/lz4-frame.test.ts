import fc from 'fast-check';
import lz4js from 'lz4js';
import { describe, expect, it } from 'vitest';
import { Lz4FrameDecoder, xxh32 } from '../../src/compression/index.ts';
import { RedisFileError } from '../../src/errors.ts';
import {
  decode,
  errorOf,
  expectEveryChunking,
  expectEveryCutIsSeen,
  expectSame,
  flipBits,
  join,
  noise,
  repeat,
  sampleText,
} from './helpers.ts';
import { LZ4_VECTORS } from './vectors.ts';

const make = (): Lz4FrameDecoder => new Lz4FrameDecoder();
const vector = (name: string) => LZ4_VECTORS.find((entry) => entry.name === name)!;
const u32 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(Uint32Array.of(value).buffer);

const MAGIC = Uint8Array.of(0x04, 0x22, 0x4d, 0x18);
const LEGACY_MAGIC = Uint8Array.of(0x02, 0x21, 0x4c, 0x18);
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;
const INDEPENDENT = 0x20;

/** A frame header with the right checksum, whatever it says. */
function header(flags: number, sizes: number, ...rest: number[]): Uint8Array<ArrayBuffer> {
  const descriptor = Uint8Array.of(flags, sizes, ...rest);
  return join([MAGIC, descriptor, Uint8Array.of((xxh32(descriptor) >>> 8) & 0xff)]);
}

function storedBlock(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return join([u32(0x80000000 + bytes.length), bytes]);
}

const skippable = (size: number, low = 0): Uint8Array<ArrayBuffer> =>
  join([Uint8Array.of(0x50 + low, 0x2a, 0x4d, 0x18), u32(size), noise(size)]);

describe('Lz4FrameDecoder on what lz4 wrote', () => {
  describe.each(LZ4_VECTORS)('$name ($command)', ({ name, packed, content }) => {
    it('gives the content, whatever the chunks', () => {
      expectEveryChunking(make, packed, content);
    });
    it('sees every cut', () => {
      // A legacy frame has no end mark: between its blocks it may end.
      expectEveryCutIsSeen(make, packed, content, name === 'legacy' ? [4] : []);
    });
    it('sees every flipped bit, or gives the same', () => {
      const unchecked = name === 'noise' || name === 'legacy';
      const { flips, noticed } = flipBits(make, packed, content, unchecked);
      // Harmless ones exist: the last token of a block has room for a match length that nothing reads.
      if (!unchecked) expect(noticed).toBeGreaterThan(0.99 * flips);
    });
  });

  it('notices damage in blocks by their own checksum', () => {
    const { packed, content } = vector('noise');
    expect(packed[4] & (CONTENT_CHECKSUM | BLOCK_CHECKSUM)).toBe(BLOCK_CHECKSUM);
    const damaged = new Uint8Array(packed);
    damaged[50] ^= 1;
    const error = errorOf(() => decode(make, [damaged]));
    expect(error.message).toContain('block checksum');
    expectSame(decode(make, [packed]), content);
  });
});

describe('Lz4FrameDecoder on what lz4js wrote', () => {
  it('gives the content', () => {
    for (const content of [sampleText(1), sampleText(50_000), noise(20_000), sampleText(5_000_000)]) {
      expectSame(decode(make, [new Uint8Array(lz4js.compress(content))]), content);
    }
  });
});

describe('a file of several frames', () => {
  const { packed, content } = vector('text');
  const legacy = vector('legacy');

  it('is unpacked as one', () => {
    const file = join([packed, skippable(0), packed, skippable(300, 15), vector('empty').packed, packed]);
    expectEveryChunking(make, file, repeat(content, 3));
    const ends = [packed, skippable(0), packed, skippable(300, 15), vector('empty').packed].map((part) => part.length);
    const complete = ends.map((_, index) => ends.slice(0, index + 1).reduce((a, b) => a + b));
    expectEveryCutIsSeen(make, file, repeat(content, 3), complete);
  });

  it('may mix legacy frames and others', () => {
    const file = join([legacy.packed, packed, legacy.packed, legacy.packed, skippable(7), packed]);
    expectEveryChunking(make, file, repeat(content, 5));
  });

  it('accepts all 16 skippable magics, and such a file without content', () => {
    for (let low = 0; low < 16; low++) {
      expectSame(decode(make, [join([skippable(low, low), packed])]), content);
      expect(decode(make, [skippable(low, low)])).toHaveLength(0);
    }
  });

  it('skips a frame without holding it', () => {
    const decoder = make();
    decoder.push(join([Uint8Array.of(0x50, 0x2a, 0x4d, 0x18), u32(0xffffffff)]));
    const chunk = new Uint8Array(1 << 20);
    for (let mebibyte = 0; mebibyte < 4095; mebibyte++) decoder.push(chunk);
    expect(errorOf(() => decoder.end()).code).toBe('UNEXPECTED_EOF');
    decoder.push(chunk.subarray(1));
    decoder.end();
    expectSame(join(decoder.push(packed)), content);
    decoder.end();
  });

  it('must be frames to the end', () => {
    const error = errorOf(() => decode(make, [join([packed, Uint8Array.of(1, 2, 3, 4)])]));
    expect([error.code, error.offset]).toEqual(['COMPRESSION_CORRUPT', packed.length]);
    expect(error.message).toContain('found 01 02 03 04');
  });
});

describe('the frame header', () => {
  const body = join([storedBlock(noise(10)), u32(0)]);
  const refused = (frame: Uint8Array): RedisFileError => {
    const error = errorOf(() => decode(make, [frame]));
    expect(error.code).toBe('COMPRESSION_CORRUPT');
    return error;
  };

  it('is accepted in its plainest form', () => {
    expectSame(decode(make, [join([header(0x60, 0x40), body])]), noise(10));
  });
  it('must have version 1', () => {
    for (const version of [0x00, 0x80, 0xc0]) {
      expect(refused(join([header(version | INDEPENDENT, 0x40), body])).message).toContain('version');
    }
  });
  it('must not have reserved bits', () => {
    expect(refused(join([header(0x62, 0x40), body])).message).toContain('reserved');
    for (const bit of [1, 2, 4, 8, 0x80]) {
      expect(refused(join([header(0x60, 0x40 | bit), body])).message).toContain('reserved');
    }
  });
  it('must have a known block maximum size', () => {
    for (const id of [0, 1, 2, 3]) expect(refused(join([header(0x60, id << 4), body])).offset).toBe(5);
  });
  it('must have its checksum', () => {
    const frame = join([header(0x60, 0x40), body]);
    frame[6] ^= 0x10;
    expect(refused(frame).message).toContain('header checksum');
  });
  it('must not need a dictionary', () => {
    const frame = join([header(0x60 | DICTIONARY, 0x40, 0x78, 0x56, 0x34, 0x12), body]);
    expect(refused(frame).message).toContain('needs the dictionary 0x12345678');
  });
  it('must tell the content size, where it does, right', () => {
    const sized = (low: number, high = 0): Uint8Array =>
      join([header(0x60 | CONTENT_SIZE, 0x40, low, 0, 0, 0, high, 0, 0, 0), body]);
    expectSame(decode(make, [sized(10)]), noise(10));
    expect(refused(sized(9)).message).toContain('there are more');
    expect(refused(sized(11)).message).toContain('ends after 10');
    expect(refused(sized(10, 1)).message).toContain('announces 4294967306');
  });
});

describe('blocks', () => {
  it('may not be larger than the header allows', () => {
    const frame = (size: number): Uint8Array => join([header(0x60, 0x40), storedBlock(noise(size)), u32(0)]);
    expect(decode(make, [frame(65536)])).toHaveLength(65536);
    expect(errorOf(() => decode(make, [frame(65537)])).code).toBe('COMPRESSION_CORRUPT');
    expect(errorOf(() => decode(make, [join([header(0x60, 0x40), u32(65537)])])).offset).toBe(7);
  });

  it('may not unpack to more than the header allows', () => {
    // 1 literal and a match of 19 + 255 * 257 + ... bytes
    const run = (bytes: number): Uint8Array => {
      const rest = bytes - 1 - 19;
      const block = Uint8Array.of(0x1f, 7, 1, 0, ...new Uint8Array(Math.floor(rest / 255)).fill(255), rest % 255, 0);
      return join([header(0x60, 0x40), u32(block.length), block, u32(0)]);
    };
    expectSame(decode(make, [run(65536)]), new Uint8Array(65536).fill(7));
    expect(errorOf(() => decode(make, [run(65537)])).message).toContain('more than the 65536 bytes');
  });

  it('reach into earlier blocks only where they are linked', () => {
    const block = Uint8Array.of(0x00, 10, 0, 0x10, 0x21);
    const frame = (flags: number): Uint8Array =>
      join([header(flags, 0x40), storedBlock(noise(10)), u32(block.length), block, u32(0)]);
    expectSame(decode(make, [frame(0x40)]), join([noise(10), noise(4), Uint8Array.of(0x21)]));
    expect(errorOf(() => decode(make, [frame(0x60)])).message).toContain('0 bytes of history');
  });

  it('reach 64 KiB back over any number of stored and packed blocks, and not into another frame', () => {
    const content = noise(65535);
    // 4 bytes from 65535 back, then none.
    const far = Uint8Array.of(0x00, 0xff, 0xff, 0x00);
    const near = Uint8Array.of(0x00, 1, 0, 0x00);
    const packed = [u32(far.length), far] as const;
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < content.length; at += 1000) blocks.push(storedBlock(content.subarray(at, at + 1000)));
    const many = 40_000;
    const frame = join([header(0x40, 0x40), ...blocks, ...Array.from({ length: many }, () => packed).flat(), u32(0)]);
    expectSame(decode(make, [frame]), repeat(content, 4).subarray(0, content.length + 4 * many));
    const next = join([frame, header(0x40, 0x40), u32(near.length), near, u32(0)]);
    expect(errorOf(() => decode(make, [next])).message).toContain('0 bytes of history');
  });

  it('may be empty', () => {
    const empty = Uint8Array.of(0);
    const frame = join([header(0x60, 0x40), u32(1), empty, storedBlock(empty.subarray(1)), u32(1), empty, u32(0)]);
    expect(decode(make, [frame])).toHaveLength(0);
  });
});

describe('legacy frames', () => {
  const mebi8 = 8 * 1024 * 1024;
  const runBlock = (bytes: number): Uint8Array => {
    const rest = bytes - 1 - 19;
    return join([
      Uint8Array.of(0x1f, 7, 1, 0),
      new Uint8Array(Math.floor(rest / 255)).fill(255),
      Uint8Array.of(rest % 255, 0),
    ]);
  };
  const block = (bytes: number): Uint8Array => join([u32(runBlock(bytes).length), runBlock(bytes)]);

  it('have blocks of 8 MiB, the last one shorter', () => {
    const output = decode(make, [join([LEGACY_MAGIC, block(mebi8), block(mebi8), block(100)])]);
    expectSame(output, new Uint8Array(2 * mebi8 + 100).fill(7));
    expect(errorOf(() => decode(make, [join([LEGACY_MAGIC, block(mebi8 + 1)])])).code).toBe('COMPRESSION_CORRUPT');
    const short = errorOf(() => decode(make, [join([LEGACY_MAGIC, block(100), block(100)])]));
    expect(short.message).toContain('another block');
  });

  it('refuse a size that no block has', () => {
    for (const size of [0, 8421521, 0x7fffffff, 0x80000001]) {
      const error = errorOf(() => decode(make, [join([LEGACY_MAGIC, u32(size), noise(4)])]));
      expect([error.code, error.offset]).toEqual(['COMPRESSION_CORRUPT', 4]);
    }
  });
});

describe('the decoder', () => {
  const { packed, content } = vector('linked');

  it('hands out pieces that nothing writes to later', () => {
    const decoder = make();
    const pieces: Uint8Array[] = [];
    const copies: Uint8Array[] = [];
    for (const byte of packed) {
      for (const piece of decoder.push(Uint8Array.of(byte))) {
        pieces.push(piece);
        copies.push(new Uint8Array(piece));
      }
    }
    expect(pieces.length).toBeGreaterThan(1);
    for (const [index, piece] of pieces.entries()) expectSame(piece, copies[index]);
    expectSame(join(pieces), content);
  });

  it('hands out everything before the damage, then the same error for ever', () => {
    const damaged = new Uint8Array(packed);
    damaged[damaged.length - 12] ^= 1;
    const decoder = make();
    decoder.write(damaged);
    const pieces: Uint8Array[] = [];
    const error = errorOf(() => {
      for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) pieces.push(piece);
    });
    expectSame(join(pieces), content.subarray(0, 131072));
    expect(errorOf(() => decoder.read())).toBe(error);
    expect(errorOf(() => decoder.push(packed))).toBe(error);
    expect(errorOf(() => decoder.end())).toBe(error);
  });

  it('counts offsets from where it is told', () => {
    const decoder = new Lz4FrameDecoder({ offset: 1000 });
    expect(errorOf(() => decoder.end()).offset).toBe(1000);
    expect(errorOf(() => decoder.push(Uint8Array.of(9, 9, 9, 9))).offset).toBe(1000);
  });

  it('allocates for blocks that came, not for blocks that are announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 100 }, () => {
      const decoder = make();
      decoder.push(join([header(0x60, 0x70), u32(4 * 1024 * 1024), noise(100)]));
      return decoder;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    expect(decoders).toHaveLength(100);
  });

  it('throws nothing but our error, whatever follows a header', () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 30 }).map((block) => join([u32(block.length), block])),
      fc.constant(u32(0)),
      fc.constant(packed.subarray(0, 700)),
    );
    const flags = fc.constantFrom(0x40, 0x60, 0x44, 0x50, 0x54);
    fc.assert(
      fc.property(flags, fc.array(step), (flag, steps) => {
        try {
          decode(make, [header(flag, 0x40), ...steps]);
        } catch (error) {
          if (!RedisFileError.is(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
