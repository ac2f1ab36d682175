import { describe, expect, it } from 'vitest';
import { DETECT_BYTES, detectCompression } from '../../src/compression/index.ts';
import { GZIP_VECTORS, LZ4_VECTORS, ZSTD_VECTORS } from './vectors.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('detectCompression', () => {
  it('recognises what the tools write, by the bytes that it asks for', () => {
    for (const [kind, vectors] of [
      ['gzip', GZIP_VECTORS],
      ['zstd', ZSTD_VECTORS],
      ['lz4', LZ4_VECTORS],
    ] as const) {
      for (const { packed } of vectors) expect(detectCompression(packed.subarray(0, DETECT_BYTES))).toBe(kind);
    }
  });

  it('recognises the envelope of Valkey and skippable frames', () => {
    expect(detectCompression(Uint8Array.of(0x56, 0x43, 0x53, 1, 1, 0, 1))).toBe('vcs');
    for (let low = 0; low < 16; low++) {
      expect(detectCompression(Uint8Array.of(0x50 + low, 0x2a, 0x4d, 0x18))).toBe('skippable');
    }
  });

  it.each([
    'REDIS0011',
    'VALKEY080',
    '*2\r\n$6\r\n',
    '#TS:1700000000\r\n',
    'file appendonly.aof.1.base.rdb seq 1 type b\n',
    '',
    '\x1f',
    '\x1f\x8b',
    '\x1f\x8b\x07\x00',
    '(\xb5/',
    'P*M\x17',
    '`*M\x18',
  ])('takes %j for what it is', (text) => {
    expect(detectCompression(bytes(text))).toBeUndefined();
    expect(detectCompression(Uint8Array.from(text, (char) => char.charCodeAt(0)))).toBeUndefined();
  });

  it('does not guess from less', () => {
    for (const { packed } of [...ZSTD_VECTORS, ...LZ4_VECTORS]) {
      for (let length = 0; length < 4; length++) expect(detectCompression(packed.subarray(0, length))).toBeUndefined();
    }
  });
});
