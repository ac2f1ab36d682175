import { describe, expect, it } from 'vitest';
import { unlz4Frame, unzstd } from '../../src/compression/index.ts';
import { errorOf, expectSame, join } from './helpers.ts';
import { LZ4_VECTORS, ZSTD_VECTORS } from './vectors.ts';

describe.each([
  ['unzstd', unzstd, ZSTD_VECTORS],
  ['unlz4Frame', unlz4Frame, LZ4_VECTORS],
] as const)('%s', (_name, unpack, vectors) => {
  it.each(vectors)('unpacks $name', ({ packed, content }) => {
    expectSame(unpack(packed, content.length), content);
    expectSame(unpack(Buffer.from(packed), 2 ** 30), content);
    expect(unpack(packed, content.length).constructor).toBe(Uint8Array);
    if (content.length > 0) {
      const error = errorOf(() => unpack(packed, content.length - 1));
      expect(error.code).toBe('LIMIT_EXCEEDED');
      expect(error.message).toContain(`maxOutputBytes, which is ${content.length - 1}`);
    }
  });

  it('refuses what is cut, damaged or followed by something else', () => {
    const { packed } = vectors[1];
    expect(errorOf(() => unpack(packed.subarray(0, -1), 2 ** 30)).code).toBe('UNEXPECTED_EOF');
    expect(errorOf(() => unpack(new Uint8Array(0), 2 ** 30)).code).toBe('UNEXPECTED_EOF');
    expect(errorOf(() => unpack(join([packed, Uint8Array.of(0)]), 2 ** 30)).code).toBe('UNEXPECTED_EOF');
    expect(errorOf(() => unpack(join([packed, new Uint8Array(4)]), 2 ** 30)).code).toBe('COMPRESSION_CORRUPT');
    const damaged = new Uint8Array(packed);
    damaged[100] ^= 4;
    expect(errorOf(() => unpack(damaged, 2 ** 30)).code).toBe('COMPRESSION_CORRUPT');
  });
});

describe('a blob that expands to gigabytes', () => {
  it('is refused after the first bytes that are too many', () => {
    const run = Uint8Array.of(0x02, 0x00, 0x10, 0x00);
    const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50);
    const bomb = join([header, ...Array.from({ length: 30_000 }, () => run)]);
    expect(errorOf(() => unzstd(bomb, 1_000_000)).code).toBe('LIMIT_EXCEEDED');
  });
});
