import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xxh64, ZstdDecoder } from '../../src/compression/index.ts';
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
} from './helpers.ts';
import { ZSTD_VECTORS } from './vectors.ts';

const make = (): ZstdDecoder => new ZstdDecoder();
const vector = (name: string) => ZSTD_VECTORS.find((entry) => entry.name === name)!;
const u32 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(Uint32Array.of(value).buffer);

const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);
const CHECKSUM = 0x04;
const SINGLE_SEGMENT = 0x20;

const frame = (header: readonly number[], ...blocks: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  join([MAGIC, Uint8Array.from(header), ...blocks]);
/** A window of 2^log bytes, no content size. */
const windowed = (log: number, flags = 0): number[] => [flags, (log - 10) << 3];

function blockHeader(type: number, size: number, isLast: boolean): Uint8Array {
  const word = (size << 3) | (type << 1) | (isLast ? 1 : 0);
  return Uint8Array.of(word & 0xff, (word >> 8) & 0xff, word >> 16);
}
const raw = (bytes: Uint8Array, isLast = false): Uint8Array => join([blockHeader(0, bytes.length, isLast), bytes]);
const rle = (byte: number, size: number, isLast = false): Uint8Array =>
  join([blockHeader(1, size, isLast), Uint8Array.of(byte)]);
const compressed = (bytes: Uint8Array, isLast = false): Uint8Array =>
  join([blockHeader(2, bytes.length, isLast), bytes]);

/** Up to 31 raw literals with their header. */
const literals = (bytes: Uint8Array): Uint8Array => join([Uint8Array.of(bytes.length << 3), bytes]);

/** Bits in the order in which a decoder reads them, that is from the end, with the end mark. */
function reversedBits(fields: readonly (readonly [value: number, width: number])[]): Uint8Array {
  let value = 1n;
  let width = 0;
  for (const [field, bits] of fields) {
    value = (value << BigInt(bits)) | BigInt(field);
    width += bits;
  }
  return Uint8Array.from({ length: (width >> 3) + 1 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

interface Sequence {
  literalCode?: number;
  literalExtra?: readonly [number, number];
  /** An offset value, that is a distance plus 3, or 1 to 3 for a recent one. */
  offset: number;
}

/** Sequences that share one literal length code, one offset code and one match length code, as RLE tables. */
function sameCodeSequences(literalCode: number, matchCode: number, sequences: readonly Sequence[]): Uint8Array {
  const offsetCode = Math.floor(Math.log2(sequences[0].offset));
  const fields = sequences.flatMap(({ offset, literalExtra = [0, 0] }) => [
    [offset - 2 ** offsetCode, offsetCode] as const,
    literalExtra,
  ]);
  return join([Uint8Array.of(sequences.length, 0x54, literalCode, offsetCode, matchCode), reversedBits(fields)]);
}

describe('ZstdDecoder on what zstd wrote', () => {
  describe.each(ZSTD_VECTORS)('$name ($command)', ({ name, packed, content }) => {
    it('gives the content, whatever the chunks', () => {
      expectEveryChunking(make, packed, content);
    });
    it('sees every cut', () => {
      expectEveryCutIsSeen(make, packed, content);
    });
    it('sees every flipped bit, or gives the same', () => {
      const unchecked = name === 'piped without checksum';
      const { flips, noticed } = flipBits(make, packed, content, unchecked);
      // Harmless ones exist: a bit of the header that means nothing, a larger window, the padding of tables.
      if (!unchecked) expect(noticed).toBeGreaterThan(flips - Math.max(12, 0.01 * flips));
    });
  });

  it('has vectors with and without checksum, size and window', () => {
    const descriptors = ZSTD_VECTORS.map(({ packed }) => packed[4]);
    expect(descriptors.some((flags) => flags & SINGLE_SEGMENT)).toBe(true);
    expect(descriptors.some((flags) => !(flags & SINGLE_SEGMENT))).toBe(true);
    expect(descriptors.some((flags) => !(flags & CHECKSUM))).toBe(true);
  });
});

describe('a file of several frames', () => {
  const { packed, content } = vector('text');
  const skippable = (size: number, low = 0): Uint8Array =>
    join([Uint8Array.of(0x50 + low, 0x2a, 0x4d, 0x18), u32(size), noise(size)]);

  it('is unpacked as one', () => {
    const parts = [packed, skippable(0), vector('piped without checksum').packed, skippable(300, 15), packed];
    expectEveryChunking(make, join(parts), repeat(content, 3));
    const complete = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, part) => sum + part.length, 0));
    expectEveryCutIsSeen(make, join(parts), repeat(content, 3), complete);
  });

  it('takes over nothing from one frame to the next', () => {
    // A match into the frame before, and tables that only the frame before has.
    const near = compressed(join([literals(noise(0)), sameCodeSequences(0, 0, [{ offset: 1 + 3 }])]), true);
    const first = frame(windowed(20), raw(noise(100), true));
    expect(errorOf(() => decode(make, [join([first, frame(windowed(20), near)])])).message).toContain(
      '0 bytes of history',
    );
    const tables = compressed(Uint8Array.of(0x00, 1, 0xfc, 1), true);
    expect(errorOf(() => decode(make, [join([packed, frame(windowed(20), tables)])])).message).toContain(
      'no earlier block',
    );
    const treeless = compressed(Uint8Array.of(0x13, 0x40, 0, 1, 0), true);
    expect(errorOf(() => decode(make, [join([packed, frame(windowed(20), treeless)])])).message).toContain(
      'no earlier block has a Huffman table',
    );
  });

  it('must be frames to the end', () => {
    const error = errorOf(() => decode(make, [join([packed, Uint8Array.of(1, 2, 3, 4)])]));
    expect([error.code, error.offset]).toEqual(['COMPRESSION_CORRUPT', packed.length]);
    expect(errorOf(() => decode(make, [])).code).toBe('UNEXPECTED_EOF');
  });
});

describe('the frame header', () => {
  const body = raw(noise(300), true);

  it('may tell the content size in 1, 2, 4 and 8 bytes, which must be right', () => {
    const small = raw(noise(200), true);
    expectSame(decode(make, [frame([0x20, 200], small)]), noise(200));
    const size = (value: number, width: number): number[] =>
      [...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer)].slice(0, width);
    for (const [flag, width, shift] of [
      [0x40, 2, 256],
      [0x80, 4, 0],
      [0xc0, 8, 0],
    ]) {
      for (const rest of [[SINGLE_SEGMENT], [0, 0x38]]) {
        const header = (value: number) => [flag | rest[0], ...rest.slice(1), ...size(value - shift, width)];
        expectSame(decode(make, [frame(header(300), body)]), noise(300));
        expect(errorOf(() => decode(make, [frame(header(299), body)])).code).toBe('COMPRESSION_CORRUPT');
        expect(errorOf(() => decode(make, [frame(header(301), body)])).message).toContain('ends after 300');
      }
    }
  });

  it('must not need a dictionary, whose id may be 0', () => {
    for (const [flag, id] of [
      [1, [7]],
      [2, [7, 0]],
      [3, [7, 0, 0, 0]],
    ] as const) {
      expect(errorOf(() => decode(make, [frame([flag, 0x38, ...id], body)])).message).toContain(
        'needs the dictionary 7',
      );
      expectSame(decode(make, [frame([flag, 0x38, ...id.map(() => 0)], body)]), noise(300));
    }
  });

  it('must not have its reserved bit, and may have the unused one', () => {
    expect(errorOf(() => decode(make, [frame([0x08, 0x38], body)])).message).toContain('reserved');
    expectSame(decode(make, [frame([0x10, 0x38], body)]), noise(300));
  });

  it('must not ask for more window than the limit', () => {
    const limited = (maxWindowBytes?: number) => (): ZstdDecoder => new ZstdDecoder({ maxWindowBytes });
    expectSame(decode(make, [frame([0, 17 << 3], body)]), noise(300));
    const error = errorOf(() => decode(make, [frame([0, (17 << 3) | 1], body)]));
    expect([error.code, error.offset]).toEqual(['LIMIT_EXCEEDED', 4]);
    expect(error.message).toContain('maxWindowBytes is 134217728');
    expectSame(decode(limited(2 ** 28), [frame([0, (17 << 3) | 1], body)]), noise(300));
    expect(errorOf(() => decode(limited(1023), [frame([0, 0], body)])).code).toBe('LIMIT_EXCEEDED');
    // One segment needs all of its content as its window.
    const huge = frame([0xe0, 0, 0, 0, 0, 0, 0, 0, 0x7f], body);
    expect(errorOf(() => decode(limited(2 ** 40), [huge])).code).toBe('LIMIT_EXCEEDED');
  });
});

describe('blocks', () => {
  it('may be raw or a run, of any size to the maximum', () => {
    const maximum = 128 * 1024;
    const file = frame(windowed(20), raw(noise(0)), rle(7, maximum), rle(8, 0), raw(noise(maximum)), rle(9, 1, true));
    const content = join([new Uint8Array(maximum).fill(7), noise(maximum), Uint8Array.of(9)]);
    expectEveryChunking(make, file, content);
    for (const block of [rle(7, maximum + 1), blockHeader(0, maximum + 1, false), blockHeader(2, maximum + 1, false)]) {
      expect(errorOf(() => decode(make, [frame(windowed(20), block)])).code).toBe('COMPRESSION_CORRUPT');
    }
    // A small window makes small blocks.
    expect(errorOf(() => decode(make, [frame(windowed(10), rle(7, 1025, true))])).message).toContain('at most 1024');
  });

  it('may not have type 3', () => {
    expect(errorOf(() => decode(make, [frame(windowed(20), blockHeader(3, 0, true))])).message).toContain('type 3');
  });

  it('may not unpack to more than the maximum', () => {
    // 1 literal, then a match of 65539 + 16 bits twice over
    const long = (extra: number): Uint8Array => {
      const bits = reversedBits([
        [1, 2],
        [extra, 16],
      ]);
      return compressed(join([literals(Uint8Array.of(5)), Uint8Array.of(1, 0x54, 1, 2, 52), bits]), true);
    };
    const most = 128 * 1024 - 1 - 65539;
    expect(most).toBeLessThanOrEqual(0xffff);
    // Offset code 2 with 1 is value 5: 2 back, which is too far after one literal; so begin with a raw block.
    const start = raw(Uint8Array.of(5, 5));
    expectSame(decode(make, [frame(windowed(20), start, long(most))]), new Uint8Array(128 * 1024 + 2).fill(5));
    expect(errorOf(() => decode(make, [frame(windowed(20), start, long(most + 1))])).message).toContain('more than');
  });

  it('may have checksums, which must be right', () => {
    const content = join([new Uint8Array(5000).fill(1), noise(70)]);
    const blocks = [rle(1, 5000), raw(noise(70), true)];
    const sum = Number(xxh64(content) & 0xffffffffn);
    expectSame(decode(make, [frame(windowed(20, CHECKSUM), ...blocks, u32(sum))]), content);
    const error = errorOf(() => decode(make, [frame(windowed(20, CHECKSUM), ...blocks, u32((sum ^ 1) >>> 0))]));
    expect(error.context.phase).toBe('zstd content checksum');
  });

  it.each<[string, number[]]>([
    ['of one byte', [0x00]],
    ['with literals beyond its end', [0x28, 1, 2]],
    ['with a literals header beyond its end', [0x0c, 0]],
    ['without a count of sequences', [0x10, 1, 2]],
    ['with half a count of sequences', [0x00, 0xff, 1]],
    ['with bytes behind no sequences', [0x00, 0, 0]],
    ['without modes', [0x00, 1]],
    ['with reserved mode bits', [0x00, 1, 0x01, 1]],
    ['without bits', [0x00, 1, 0x00]],
    ['without an end mark', [0x00, 1, 0x00, 0x00]],
    ['with too few bits', [0x00, 1, 0x00, 0x02]],
    ['with an RLE code that does not exist', [0x00, 1, 0x54, 36, 0, 0, 1]],
    ['with a table that is too accurate', [0x00, 1, 0x20, 0x0f, 0, 0, 0, 1]],
    ['with a table that is cut', [0x00, 1, 0x20, 0x03]],
    ['with repeated tables, but none before', [0x00, 1, 0xfc, 1]],
    ['with literals of a Huffman table, but none before', [0x13, 0x40, 0, 1, 0]],
    ['with a Huffman table that is missing', [0x12, 0x00, 0, 0]],
    ['with a Huffman table of weights 0', [0x12, 0xc0, 0, 0x80, 0x00, 1, 0]],
    ['with a Huffman table of too large a weight', [0x12, 0xc0, 0, 0x80, 0xc0, 1, 0]],
  ])('are refused %s', (_what, bytes) => {
    const error = errorOf(() => decode(make, [frame(windowed(20), compressed(Uint8Array.from(bytes), true))]));
    expect(error.code).toBe('COMPRESSION_CORRUPT');
    expect(error.offset).toBeGreaterThanOrEqual(6);
    expect(error.offset).toBeLessThanOrEqual(9 + bytes.length);
  });
});

describe('literals', () => {
  const unpackBlock = (section: Uint8Array): Uint8Array =>
    decode(make, [frame(windowed(20), compressed(join([section, Uint8Array.of(0)]), true))]);
  const word = (value: number, width: number): Uint8Array => u32(value).subarray(0, width);

  it('may be stored or a run, with sizes in one, two and three bytes', () => {
    for (const size of [0, 1, 31]) {
      expectSame(unpackBlock(join([word(size << 3, 1), noise(size)])), noise(size));
      expectSame(unpackBlock(join([word((size << 3) | 1, 1), Uint8Array.of(9)])), new Uint8Array(size).fill(9));
    }
    for (const size of [0, 100, 4095]) {
      expectSame(unpackBlock(join([word((size << 4) | 0x04, 2), noise(size)])), noise(size));
      expectSame(unpackBlock(join([word((size << 4) | 0x05, 2), Uint8Array.of(9)])), new Uint8Array(size).fill(9));
    }
    for (const size of [0, 100, 100_000]) {
      expectSame(unpackBlock(join([word((size << 4) | 0x0c, 3), noise(size)])), noise(size));
    }
    const most = 128 * 1024;
    expectSame(unpackBlock(join([word((most << 4) | 0x0d, 3), Uint8Array.of(9)])), new Uint8Array(most).fill(9));
    const more = errorOf(() => unpackBlock(join([word(((most + 1) << 4) | 0x0d, 3), Uint8Array.of(9)])));
    expect(more.message).toContain('131073 literals');
  });

  describe('with a Huffman code of one bit for 0 and for 1', () => {
    /** One weight, stored directly: the code of 0. That of 1 is implied. */
    const table = Uint8Array.of(128, 0x10);
    /** The first literal is the last bit below the end mark. */
    const stream = (bits: Uint8Array): Uint8Array => {
      const bytes = new Uint8Array((bits.length >> 3) + 1);
      bytes[bits.length >> 3] = 1 << (bits.length & 7);
      for (const [index, bit] of bits.entries()) {
        const place = bits.length - 1 - index;
        bytes[place >> 3] |= bit << (place & 7);
      }
      return bytes;
    };
    const fourStreams = (bits: Uint8Array): Uint8Array => {
      const quarter = (bits.length + 3) >> 2;
      const streams = [0, 1, 2, 3].map((index) => stream(bits.subarray(index * quarter, (index + 1) * quarter)));
      const sizes = streams.slice(0, 3).flatMap(({ length }) => [length & 255, length >> 8]);
      return join([Uint8Array.from(sizes), ...streams]);
    };
    /** A section header of the given form, with sizes of so many bits. */
    const section = (form: number, width: number, size: number, body: Uint8Array): Uint8Array => {
      const value = BigInt(2 | (form << 2)) | (BigInt(size) << 4n) | (BigInt(body.length) << BigInt(4 + width));
      const header = Array.from({ length: (4 + 2 * width) >> 3 }, (_, index) =>
        Number((value >> BigInt(8 * index)) & 255n),
      );
      return join([Uint8Array.from(header), body]);
    };
    const bits = noise(100_000).map((byte) => byte & 1);

    it('may be one stream', () => {
      for (const size of [1, 2, 7, 8, 24, 25, 26, 27, 100, 1023]) {
        const literal = bits.subarray(0, size);
        expectSame(unpackBlock(section(0, 10, size, join([table, stream(literal)]))), literal);
      }
    });

    it.each([
      [1, 10, 1000],
      [2, 14, 16_000],
      [3, 18, 100_000],
    ])('may be four streams, form %i', (form, width, most) => {
      for (const size of [6, 7, 8, 9, 101, most]) {
        const literal = bits.subarray(0, size);
        expectSame(unpackBlock(section(form, width, size, join([table, fourStreams(literal)]))), literal);
      }
    });

    it('must fill their streams exactly', () => {
      const literal = bits.subarray(0, 100);
      for (const body of [stream(bits.subarray(0, 99)), stream(bits.subarray(0, 101)), stream(literal).fill(0, 12)]) {
        expect(errorOf(() => unpackBlock(section(0, 10, 100, join([table, body])))).code).toBe('COMPRESSION_CORRUPT');
      }
      const four = fourStreams(literal);
      for (const damage of [0, 2, 4]) {
        const body = new Uint8Array(four);
        body[damage] += 1;
        expect(errorOf(() => unpackBlock(section(1, 10, 100, join([table, body])))).code).toBe('COMPRESSION_CORRUPT');
        body[damage + 1] = 0xff;
        expect(errorOf(() => unpackBlock(section(1, 10, 100, join([table, body])))).message).toContain(
          'leaves the block',
        );
      }
      expect(errorOf(() => unpackBlock(section(1, 10, 5, join([table, four])))).message).toContain('too small');
    });

    it('may be used again by the next block', () => {
      const first = bits.subarray(0, 50);
      const second = bits.subarray(50, 150);
      const again = section(0, 10, 100, stream(second));
      again[0] |= 1;
      const blocks = [section(0, 10, 50, join([table, stream(first)])), again].map((part) =>
        join([part, Uint8Array.of(0)]),
      );
      const file = frame(windowed(20), compressed(blocks[0]), raw(noise(3)), compressed(blocks[1], true));
      expectSame(decode(make, [file]), join([first, noise(3), second]));
    });
  });
});

describe('sequences', () => {
  /** A block that ends with the given sequences, each with one literal and a match of `matchCode` + 3 bytes. */
  const unpackAfter = (start: Uint8Array, sequences: readonly Sequence[], literalCode = 1): Uint8Array =>
    decode(make, [
      frame(
        windowed(20),
        raw(start),
        compressed(
          join([
            literals(new Uint8Array(literalCode * sequences.length).fill(0x2e)),
            sameCodeSequences(literalCode, 0, sequences),
          ]),
          true,
        ),
      ),
    ]).subarray(start.length);
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const start = new TextEncoder().encode('abcdefghijklmnop');

  it('copy from a distance', () => {
    expect(text(unpackAfter(start, [{ offset: 16 + 3 }]))).toBe('.bcd');
    expect(text(unpackAfter(start, [{ offset: 5 + 3 }, { offset: 6 + 3 }]))).toBe('.mno.p.m');
    expect(text(unpackAfter(start, [{ offset: 17 + 3 }]))).toBe('.abc');
    expect(errorOf(() => unpackAfter(start, [{ offset: 18 + 3 }])).message).toContain(
      '18 bytes back, 17 bytes of history',
    );
  });

  it('copy from recent offsets, which begin as 1, 4 and 8', () => {
    expect(text(unpackAfter(start, [{ offset: 1 }]))).toBe('....');
    // With the literal in front: 4 back of "p." is n.
    expect(text(unpackAfter(start, [{ offset: 2 }]))).toBe('.nop');
    expect(text(unpackAfter(start, [{ offset: 3 }]))).toBe('.jkl');
    // The second offset moves to the front, and the first becomes the second.
    expect(text(unpackAfter(start, [{ offset: 2 }, { offset: 2 }]))).toBe('.nop....');
    // The third one moves there too, and the others move on: 8 1 4, then 1 8 4, then 4 1 8.
    expect(text(unpackAfter(start, [{ offset: 3 }, { offset: 2 }, { offset: 3 }]))).toBe('.jkl........');
  });

  it('shift the recent offsets by one where there are no literals', () => {
    expect(text(unpackAfter(start, [{ offset: 1 }], 0))).toBe('mno');
    expect(text(unpackAfter(start, [{ offset: 2 }], 0))).toBe('ijk');
    // The first less one is 0.
    expect(errorOf(() => unpackAfter(start, [{ offset: 3 }], 0)).message).toContain('match 0 bytes back');
  });

  it('may be tens of thousands in one block', () => {
    // Codes without any bits: no literals, the second recent offset, a match of 3 bytes.
    for (const [count, size] of [
      [127, [127]],
      [128, [128, 128]],
      [32_511, [254, 255]],
      [32_512, [255, 0, 0]],
      [43_000, [255, (43_000 - 0x7f00) & 255, (43_000 - 0x7f00) >> 8]],
    ] as const) {
      const section = Uint8Array.of(0x00, ...size, 0x54, 0, 0, 0, 1);
      const file = frame(windowed(20), raw(new Uint8Array(4).fill(3)), compressed(section, true));
      expectSame(decode(make, [file]), new Uint8Array(4 + 3 * count).fill(3));
    }
  });

  it('may not use more literals than there are', () => {
    const short = join([literals(Uint8Array.of(1)), sameCodeSequences(2, 0, [{ offset: 4 }])]);
    const file = frame(windowed(20), raw(start), compressed(short, true));
    expect(errorOf(() => decode(make, [file])).message).toContain('2 literals wanted, 1 are left');
  });

  it('must use up their bits', () => {
    const section = sameCodeSequences(0, 0, [{ offset: 8 + 3 }]);
    const more = join([section.subarray(0, -1), Uint8Array.of(0, section[section.length - 1])]);
    const file = frame(windowed(20), raw(start), compressed(join([literals(noise(0)), more]), true));
    expect(errorOf(() => decode(make, [file])).message).toContain('bits do not end');
  });

  it('reach back 96 MiB and more, whatever the position of their bits', () => {
    // fzstd 0.1.1 loses the highest bit of such an offset when it begins at the last bit of a byte.
    const distance = 0x7654321;
    const runs = Math.floor(distance / 131072);
    const head = noise(131072);
    const gap = distance - 131072 - (runs - 1) * 131072;
    const section = sameCodeSequences(
      16,
      29,
      [0, 1, 2].map((index) => ({ offset: distance + 3 - index, literalExtra: [0, 1] as const })),
    );
    const blocks = [raw(head), ...Array.from({ length: runs - 1 }, () => rle(0, 131072)), rle(0, gap)];
    const count = Uint8Array.of(((48 & 15) << 4) | 0x04, 48 >> 4);
    const file = frame(windowed(27), ...blocks, compressed(join([count, noise(48), section]), true));
    const decoder = make();
    let last = new Uint8Array(0);
    for (const piece of decoder.push(file)) last = piece;
    decoder.end();
    const expected = [0, 1, 2].map((index) => {
      const produced = index * 48 + 16;
      return join([
        noise(48).subarray(index * 16, index * 16 + 16),
        head.subarray(produced + index, produced + index + 32),
      ]);
    });
    expectSame(last, join(expected));
  });

  it('find their history when it lies across the end of the ring', () => {
    // A window of 1 KiB is left behind again and again by blocks of odd sizes, with matches as far back as it allows.
    const blocks: Uint8Array[] = [];
    let content = new Uint8Array(0);
    for (let index = 0; index < 60; index++) {
      const part = noise(300 + 11 * index).subarray(0, 37 * (index % 26) + 1);
      const distance = index % 2 === 0 ? 1024 : 1000 - 9 * index;
      content = join([content, part]);
      blocks.push(raw(part));
      if (content.length < 1024) continue;
      blocks.push(
        compressed(
          join([literals(noise(0)), sameCodeSequences(0, 43, [{ offset: distance + 3, literalExtra: [100, 7] }])]),
        ),
      );
      const length = 131 + 100;
      for (let step = 0; step < length; step += Math.min(distance, length)) {
        content = join([
          content,
          content.subarray(content.length - distance).subarray(0, Math.min(distance, length - step)),
        ]);
      }
    }
    expectEveryChunking(make, frame(windowed(10), ...blocks, rle(1, 1, true)), join([content, Uint8Array.of(1)]));
    const tooFar = compressed(join([literals(noise(0)), sameCodeSequences(0, 0, [{ offset: 1025 + 3 }])]), true);
    const error = errorOf(() => decode(make, [frame(windowed(10), ...blocks, tooFar)]));
    expect(error.message).toContain('match 1025 bytes back, 1024 bytes of history');
  });
});

describe('the decoder', () => {
  it('hands out pieces that nothing writes to later', () => {
    const { packed, content } = vector('small window');
    const decoder = make();
    const pieces = Array.from(packed, (byte) => decoder.push(Uint8Array.of(byte))).flat();
    expect(pieces.length).toBeGreaterThan(10);
    expectSame(join(pieces), content);
  });

  it('hands out everything before the damage, then the same error for ever', () => {
    const decoder = make();
    decoder.write(frame(windowed(20), raw(noise(10)), rle(1, 20), blockHeader(3, 0, true)));
    expect(decoder.read()).toHaveLength(10);
    expect(decoder.read()).toHaveLength(20);
    const error = errorOf(() => decoder.read());
    expect(error.offset).toBe(6 + 13 + 4);
    expect(errorOf(() => decoder.read())).toBe(error);
    expect(errorOf(() => decoder.end())).toBe(error);
  });

  it('unpacks one block at a time, however small its bytes', () => {
    const decoder = make();
    decoder.write(frame(windowed(20), ...Array.from({ length: 20_000 }, () => rle(0, 131072))));
    for (let index = 0; index < 100; index++) expect(decoder.read()).toHaveLength(131072);
  });

  it('allocates for bytes that came, not for a window that is announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 20 }, () => {
      const decoder = make();
      decoder.push(frame(windowed(27), raw(noise(1000))));
      return decoder;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024);
    expect(decoders).toHaveLength(20);
  });

  it('throws nothing but our error on any block', () => {
    const { packed } = vector('skewed');
    const parts = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(packed.length), fc.nat(400)).map(([at, length]) => packed.subarray(at, at + length)),
    );
    const modes = fc.constantFrom(0x00, 0x54, 0xa8, 0x20, 0x08, 0x80, 0xfc);
    const section = fc
      .tuple(fc.uint8Array({ maxLength: 31 }), fc.nat(127), modes, parts)
      .map(([lits, count, mode, rest]) => join([literals(lits), Uint8Array.of(count, mode), rest]));
    fc.assert(
      fc.property(fc.array(fc.oneof(section, parts), { minLength: 1, maxLength: 4 }), (blocks) => {
        try {
          decode(make, [
            frame(windowed(20), raw(noise(50)), ...blocks.map((block) => compressed(block)), rle(0, 1, true)),
          ]);
        } catch (error) {
          if (!RedisFileError.is(error)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
