import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompressionKind, decompress, VcsDecoder } from '../../src/compression/index.ts';
import {
  cutAt,
  decode,
  errorOf,
  expectEveryChunking,
  expectEveryCutIsSeen,
  expectSame,
  join,
  noise,
  sampleText,
} from './helpers.ts';
import { collect, failure, observed, unpack } from './streams.ts';
import { GZIP_VECTORS, LZ4_VECTORS, ZSTD_VECTORS } from './vectors.ts';

const text = sampleText(3000);
const gzip = (content: Uint8Array): Uint8Array => new Uint8Array(gzipSync(content));
const packedText = (vectors: typeof ZSTD_VECTORS): Uint8Array => vectors.find(({ name }) => name === 'text')!.packed;
const ENVELOPE = Uint8Array.of(0x56, 0x43, 0x53, 1, 1, 0, 1);
const vcs = join([ENVELOPE, packedText(LZ4_VECTORS)]);
const skippable = (size: number): Uint8Array =>
  join([Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, size, 0, 0, 0), noise(size)]);

const CONTAINERS: readonly [what: string, kinds: CompressionKind[], packed: Uint8Array][] = [
  ['plain', [], text],
  ['gzip', ['gzip'], packedText(GZIP_VECTORS)],
  ['zstd', ['zstd'], packedText(ZSTD_VECTORS)],
  ['LZ4', ['lz4'], packedText(LZ4_VECTORS)],
  ['legacy LZ4', ['lz4'], LZ4_VECTORS.find(({ name }) => name === 'legacy')!.packed],
  ['a file that Valkey compressed', ['vcs'], vcs],
  ['gzip of a file that Valkey compressed', ['gzip', 'vcs'], gzip(vcs)],
  ['gzip of gzip of zstd', ['gzip', 'gzip', 'zstd'], gzip(gzip(packedText(ZSTD_VECTORS)))],
  ['zstd after skippable frames', ['zstd'], join([skippable(0), skippable(200), packedText(ZSTD_VECTORS)])],
  ['LZ4 after a skippable frame', ['lz4'], join([skippable(9), packedText(LZ4_VECTORS)])],
  ['gzip of LZ4 after a skippable frame', ['gzip', 'lz4'], gzip(join([skippable(9), packedText(LZ4_VECTORS)]))],
];

describe('decompress', () => {
  describe.each(CONTAINERS)('of %s', (_what, kinds, packed) => {
    it('gives the content and says what it found, whatever the chunks', async () => {
      const check = async (chunks: Iterable<Uint8Array>): Promise<void> => {
        const found: CompressionKind[] = [];
        expectSame(await collect(chunks, { onContainer: (kind) => found.push(kind) }), text);
        expect(found).toEqual(kinds);
      };
      await check([packed]);
      await check([Buffer.from(packed)]);
      await check(Array.from(packed, (byte) => Uint8Array.of(byte)));
      await check([new Uint8Array(0), packed.subarray(0, 2), new Uint8Array(0), packed.subarray(2), new Uint8Array(0)]);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(packed.length), { maxLength: 10 }), (cuts) => check(cutAt(packed, cuts))),
        { numRuns: 20 },
      );
    });
  });

  it('passes on a source that is not compressed as the same chunks', async () => {
    const chunks = [noise(10), noise(20), noise(30)];
    const seen: Uint8Array[] = [];
    for await (const piece of decompress(observed(chunks).source)) seen.push(piece);
    expect(seen).toHaveLength(3);
    for (const [index, piece] of seen.entries()) expect(piece).toBe(chunks[index]);
  });

  it('passes on sources that are shorter than a magic', async () => {
    for (const short of [[], [0x1f], [0x1f, 0x8b], [0x28, 0xb5, 0x2f], [0x50, 0x2a, 0x4d], [0x41, 0x42, 0x43]]) {
      expect([...(await collect([Uint8Array.from(short)]))]).toEqual(short);
      expect([...(await collect(short.map((byte) => Uint8Array.of(byte))))]).toEqual(short);
    }
    expectSame(await collect([gzip(Uint8Array.of(0x28, 0xb5))]), Uint8Array.of(0x28, 0xb5));
    expect(await collect([gzip(new Uint8Array(0))])).toHaveLength(0);
    expect(await collect([skippable(3)])).toHaveLength(0);
  });

  it.each(CONTAINERS.slice(1))('sees cuts of %s', async (_what, _kinds, packed) => {
    const legacyHeader = 4;
    const skippableEnds = [8, 17, 208 + 8];
    for (let cut = 5; cut < packed.length; cut += 1 + (cut >> 4)) {
      if (cut === legacyHeader || skippableEnds.includes(cut)) continue;
      const { output, error } = await unpack(observed([packed.subarray(0, cut)]).source);
      expect(error?.code, `cut at ${cut}`).toBe('UNEXPECTED_EOF');
      expectSame(output, text.subarray(0, output.length));
    }
    expect((await failure([packed.subarray(0, -1)])).code).toBe('UNEXPECTED_EOF');
  });

  it('counts offsets of errors in the compressed file', async () => {
    const damaged = join([skippable(20), packedText(ZSTD_VECTORS)]);
    damaged[28 + 4] |= 0x08;
    const error = await failure([damaged.subarray(0, 31), damaged.subarray(31)]);
    expect([error.code, error.offset]).toEqual(['COMPRESSION_CORRUPT', 32]);
    const behind = await failure([join([skippable(20), text])]);
    expect([behind.code, behind.offset]).toEqual(['COMPRESSION_CORRUPT', 28]);
    const cut = await failure([skippable(20).subarray(0, 27)]);
    expect([cut.code, cut.offset]).toEqual(['UNEXPECTED_EOF', 27]);
  });

  it('unpacks a few containers inside one another, and refuses more', async () => {
    const error = await failure([gzip(gzip(gzip(gzip(text))))]);
    expect(error.code).toBe('LIMIT_EXCEEDED');
    expect(error.message).toContain('gzip inside 3 other containers');
  });

  describe('limits', () => {
    const zeros = gzip(new Uint8Array(3_000_000));

    it('stops at maxDecompressedBytes, having handed out no more than that', async () => {
      const { source, log } = observed(
        cutAt(gzip(noise(3_000_000)), [50_000, 500_000, 1_500_000, 2_000_000, 2_500_000]),
      );
      const { output, error } = await unpack(source, { maxDecompressedBytes: 1_000_000 });
      expect(error?.code).toBe('LIMIT_EXCEEDED');
      expect(error?.message).toContain('maxDecompressedBytes, which is 1000000');
      expect(output.length).toBeLessThanOrEqual(1_000_000);
      expect(log).toMatchObject({ ended: false, closed: true });
      expect(await collect([zeros], { maxDecompressedBytes: 3_000_000 })).toHaveLength(3_000_000);
    });

    it('holds maxDecompressedBytes against each container, and not against plain input', async () => {
      expect((await failure([gzip(zeros)], { maxDecompressedBytes: 2_999_999 })).code).toBe('LIMIT_EXCEEDED');
      expectSame(await collect([text], { maxDecompressedBytes: 1 }), text);
    });

    it('stops at maxWindowBytes', async () => {
      const packed = packedText(ZSTD_VECTORS);
      expectSame(await collect([packed], { maxWindowBytes: 3000 }), text);
      const error = await failure([packed], { maxWindowBytes: 2999 });
      expect(error.code).toBe('LIMIT_EXCEEDED');
      expect(error.message).toContain('maxWindowBytes is 2999');
    });

    it('unpacks a small chunk that expands to gigabytes piece by piece', async () => {
      const run = Uint8Array.of(0x02, 0x00, 0x10, 0x00);
      const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50);
      const bomb = join([header, ...Array.from({ length: 50_000 }, () => run)]);
      let pieces = 0;
      for await (const piece of decompress(observed([bomb]).source)) {
        expect(piece.length).toBe(131072);
        if (++pieces === 50) break;
      }
      expect(pieces).toBe(50);
    });
  });

  describe('and its source', () => {
    const containers = CONTAINERS.map(([what, , packed]) => [what, packed] as const);

    it('takes nothing before output is wanted', async () => {
      const { source, log } = observed([text]);
      await decompress(source).return(undefined);
      expect(log.taken).toBe(0);
    });

    it.each(containers)('closes it when the loop ends early: %s', async (_what, packed) => {
      const { source, log } = observed(Array.from({ length: 100 }, () => packed));
      for await (const piece of decompress(source)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect(log).toMatchObject({ ended: false, closed: true });
    });

    it.each(containers)('passes on its errors unchanged: %s', async (_what, packed) => {
      const thrown = { mine: true };
      for (const length of [0, 2, 7, packed.length >> 1, packed.length]) {
        const { source, log } = observed([packed.subarray(0, length)], thrown);
        await expect(unpack(source)).rejects.toBe(thrown);
        expect(log).toMatchObject({ ended: true, closed: false });
      }
    });

    it('closes it after damage, a limit, and bytes that do not belong there', async () => {
      const damaged = new Uint8Array(packedText(ZSTD_VECTORS));
      damaged[200] ^= 1;
      for (const packed of [damaged, gzip(gzip(gzip(gzip(text)))), join([skippable(3), text])]) {
        const { source, log } = observed(Array.from({ length: 100 }, () => packed));
        expect((await unpack(source)).error).toBeDefined();
        expect(log).toMatchObject({ ended: false, closed: true });
      }
    });

    it('passes on errors of onContainer unchanged, and closes it', async () => {
      const thrown = new Error('mine');
      const { source, log } = observed([vcs]);
      const onContainer = (): void => {
        throw thrown;
      };
      await expect(unpack(source, { onContainer })).rejects.toBe(thrown);
      expect(log.closed).toBe(true);
    });
  });
});

describe('VcsDecoder', () => {
  const make = (): VcsDecoder => new VcsDecoder();

  it('gives the content, whatever the chunks, and sees every cut', () => {
    expectEveryChunking(make, vcs, text);
    expectEveryCutIsSeen(make, vcs, text);
  });

  it('refuses an envelope that it does not know', async () => {
    for (const at of [3, 4, 5, 6]) {
      const other = new Uint8Array(vcs);
      other[at] = 2;
      const error = errorOf(() => decode(make, [other]));
      expect([error.code, error.offset]).toEqual(['UNSUPPORTED_VERSION', at]);
      expect((await failure([other])).code).toBe('UNSUPPORTED_VERSION');
    }
    expect(errorOf(() => decode(make, [Uint8Array.of(0x56, 0x43, 0x54)])).code).toBe('BAD_MAGIC');
    const error = errorOf(() => decode(make, [join([ENVELOPE, text])]));
    expect([error.code, error.offset]).toEqual(['COMPRESSION_CORRUPT', 7]);
  });
});
