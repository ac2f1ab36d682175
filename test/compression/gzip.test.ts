import { constants, deflateRawSync, gzipSync, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../src/compression/index.ts';
import { cutAt, expectSame, join, noise, repeat, sampleText, skewed } from './helpers.ts';
import { collect, failure, observed, reusing, unpack } from './streams.ts';
import { GZIP_VECTORS } from './vectors.ts';

const gzip = (content: Uint8Array, options?: ZlibOptions): Uint8Array => new Uint8Array(gzipSync(content, options));
const u32 = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(Uint32Array.of(value).buffer);
const byteByByte = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** CRC-32 bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

async function expectEveryChunking(packed: Uint8Array, content: Uint8Array): Promise<void> {
  expectSame(await collect([packed]), content);
  expectSame(await collect([Buffer.from(packed)]), content);
  expectSame(await collect(byteByByte(packed)), content);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(packed.length), { maxLength: 12 }), async (cuts) => {
      expectSame(await collect(cutAt(packed, cuts)), content);
    }),
    { numRuns: 10 },
  );
}

/** Cuts that leave enough to recognise gzip: an error, and before it a beginning of the content. */
async function expectCutsAreSeen(
  packed: Uint8Array,
  content: Uint8Array,
  complete: readonly number[] = [],
): Promise<void> {
  for (let cut = 3; cut < packed.length; cut += packed.length < 100 ? 1 : 1 + (cut % 5)) {
    if (complete.includes(cut)) continue;
    const { output, error } = await unpack(reusing([packed.subarray(0, cut >> 1), packed.subarray(cut >> 1, cut)]));
    expect([error?.code, error?.offset]).toEqual(['UNEXPECTED_EOF', cut]);
    expectSame(output, content.subarray(0, output.length));
  }
}

describe('gzip files that gzip wrote', () => {
  describe.each(GZIP_VECTORS)('$name ($command)', ({ packed, content }) => {
    it('give their content, whatever the chunks', () => expectEveryChunking(packed, content));

    it('are incomplete at every cut', () => expectCutsAreSeen(packed, content));

    it('give the same or an error when any bit is flipped', async () => {
      const bits = packed.length * 8;
      for (let bit = 24; bit < bits; bit += 1 + Math.floor(bits / 500)) {
        const damaged = new Uint8Array(packed);
        damaged[bit >> 3] ^= 1 << (bit & 7);
        const { output, error } = await unpack(reusing([damaged]));
        if (error === undefined) {
          expectSame(output, content);
        } else {
          expect(['COMPRESSION_CORRUPT', 'UNEXPECTED_EOF']).toContain(error.code);
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(damaged.length);
          expect(error.context.phase).toBe('gzip data');
        }
      }
    });
  });
});

describe('gzip files that zlib wrote', () => {
  const contents = [
    sampleText(150_000),
    noise(100_000),
    skewed(100_000),
    new Uint8Array(1_000_000),
    repeat(noise(32768), 4),
  ];
  it.each<[string, ZlibOptions]>([
    ['stored', { level: 0 }],
    ['fastest', { level: 1 }],
    ['best', { level: 9, memLevel: 9 }],
    ['in small blocks', { memLevel: 1 }],
    ['with fixed codes', { strategy: constants.Z_FIXED }],
    ['without matches', { strategy: constants.Z_HUFFMAN_ONLY }],
  ])('give their content: %s', async (_how, options) => {
    for (const content of contents) {
      const packed = gzip(content, options);
      expectSame(await collect([packed]), content);
      expectSame(await collect(cutAt(packed, [1, 77, 5000, 5001, 70_000])), content);
    }
  });
});

describe('a gzip file of several members', () => {
  const first = gzip(sampleText(2000));
  const second = gzip(noise(50));
  const content = join([sampleText(2000), noise(50)]);

  it('is unpacked as one', async () => {
    await expectEveryChunking(join([first, second, gzip(new Uint8Array(0)), first]), join([content, sampleText(2000)]));
    await expectCutsAreSeen(join([first, second]), content, [first.length]);
  });

  it('may be padded with zeros', async () => {
    await expectEveryChunking(join([first, second, new Uint8Array(700)]), content);
  });

  it('may be followed by nothing else', async () => {
    for (const rest of [Uint8Array.of(0x1f, 0x8c), second.subarray(1), sampleText(20)]) {
      for (const file of [[first, rest], [join([first, rest])], byteByByte(join([first, rest]))]) {
        expect((await failure(file)).code).toBe('COMPRESSION_CORRUPT');
      }
    }
  });
});

describe('the parts of a gzip member', () => {
  const content = sampleText(100);
  const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);
  const member = (flags: number, ...rest: Uint8Array[]): Uint8Array<ArrayBuffer> => {
    const header = Uint8Array.of(0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255);
    return join([header, ...rest, new Uint8Array(deflateRawSync(content)), u32(crc32(content)), u32(content.length)]);
  };

  it('may all be there', async () => {
    const optional = [Uint8Array.of(200, 1), noise(456), text('a name'), text('')];
    const head = join([Uint8Array.of(0x1f, 0x8b, 8, 0x1f, 0, 0, 0, 0, 0, 255), ...optional]);
    const file = member(0x1f, ...optional, u32(crc32(head)).subarray(0, 2));
    await expectEveryChunking(file, content);
    file[20] ^= 1;
    expect((await failure([file])).code).toBe('COMPRESSION_CORRUPT');
  });

  it('may include a name of any length', async () => {
    expectSame(await collect([member(0x08, text('n'.repeat(300_000)))]), content);
  });

  it('must have no reserved flags', async () => {
    for (const flag of [0x20, 0x40, 0x80]) expect((await failure([member(flag)])).code).toBe('COMPRESSION_CORRUPT');
  });

  it('must have the CRC-32 and the length of the content', async () => {
    for (const back of [8, 5, 4, 1]) {
      const file = member(0);
      file[file.length - back] ^= 1;
      for (const chunks of [[file], byteByByte(file)]) expect((await failure(chunks)).code).toBe('COMPRESSION_CORRUPT');
    }
  });
});

describe('unpacking gzip', () => {
  it('gives all that came before a cut', async () => {
    const content = skewed(400_000);
    const { output, error } = await unpack(reusing([gzip(content).subarray(0, -8)]));
    expect(error?.code).toBe('UNEXPECTED_EOF');
    expectSame(output, content);
  });

  it('gives nearly all that came before damage', async () => {
    const content = skewed(400_000);
    const packed = gzip(content);
    packed[packed.length - 5] ^= 1;
    const { output, error } = await unpack(reusing([packed]));
    expect(error?.code).toBe('COMPRESSION_CORRUPT');
    expect(output.length).toBeGreaterThan(content.length - 65536);
    expectSame(output, content.subarray(0, output.length));
  });

  it('passes on an error of the source unchanged, after all that came before', async () => {
    const thrown = { mine: true };
    const content = skewed(300_000);
    const packed = gzip(content, { level: 1 });
    for (const chunks of [[packed.subarray(0, 5)], cutAt(packed.subarray(0, -20), [30_000, 60_000]), [packed]]) {
      let length = 0;
      const run = async (): Promise<void> => {
        for await (const piece of decompress(observed(chunks, thrown).source)) length += piece.length;
      };
      await expect(run()).rejects.toBe(thrown);
      if (chunks.length > 1) expect(length).toBeGreaterThan(290_000);
      if (chunks[0] === packed) expect(length).toBe(content.length);
    }
  });

  it('reads little ahead of a consumer that waits', async () => {
    const packed = gzip(noise(4_000_000));
    const chunks = Array.from({ length: Math.ceil(packed.length / 8192) }, (_, index) =>
      packed.subarray(index * 8192, (index + 1) * 8192),
    );
    const { source, log } = observed(chunks);
    const pieces = decompress(source);
    await pieces.next();
    // Gives whatever runs beside it all the chances it wants.
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(log.taken).toBeLessThan(40);
    await pieces.return(undefined);
    expect(log).toMatchObject({ ended: false, closed: true });
  });

  it('closes its source after damage', async () => {
    const damaged = gzip(skewed(200_000));
    damaged.fill(0xff, 12, 60);
    const { source, log } = observed(
      Array.from({ length: 500 }, (_, index) => damaged.subarray(index * 200, index * 200 + 200)),
    );
    expect((await unpack(source)).error?.code).toBe('COMPRESSION_CORRUPT');
    expect(log).toMatchObject({ ended: false, closed: true });
  });
});
