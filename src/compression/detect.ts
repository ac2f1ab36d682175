import { readU32le } from '../bytes/index.ts';
import { isSkippableMagic } from './frame-decoder.ts';
import { LZ4_LEGACY_MAGIC, LZ4_MAGIC } from './lz4/index.ts';
import { ZSTD_MAGIC } from './zstd/index.ts';

/** A container that this room unpacks. `vcs` is the whole-file compression of Valkey, an LZ4 frame behind an envelope. */
export type CompressionKind = 'gzip' | 'zstd' | 'lz4' | 'vcs';

/** Bytes of a file's head that {@link detectCompression} wants to see. */
export const DETECT_BYTES = 4;

/**
 * Recognises a compressed file by its first bytes. None of them can begin an RDB file, an AOF or a manifest.
 *
 * @param head the first {@link DETECT_BYTES} bytes or more; with fewer, what they do not show is not recognised
 * @returns the container; `'skippable'` for a skippable frame, which zstd and LZ4 share, so that only what follows it can tell
 *   (RFC 8878, 3.1.2; `decompress` looks); `undefined` for anything else
 *
 * @example
 * ```ts
 * detectCompression(Uint8Array.of(0x1f, 0x8b, 0x08, 0x00)); // 'gzip'
 * detectCompression(new TextEncoder().encode('REDIS0011')); // undefined
 * ```
 */
export function detectCompression(head: Uint8Array): CompressionKind | 'skippable' | undefined {
  if (head.length < 3) return undefined;
  const [a, b, c] = head;
  // RFC 1952, 2.3.1: the magic and the only compression method there is.
  if (a === 0x1f && b === 0x8b && c === 0x08) return 'gzip';
  // "VCS": the version and the codec that follow are the decoder's business.
  if (a === 0x56 && b === 0x43 && c === 0x53) return 'vcs';
  if (head.length < 4) return undefined;
  const magic = readU32le(head, 0);
  if (magic === ZSTD_MAGIC) return 'zstd';
  if (magic === LZ4_MAGIC || magic === LZ4_LEGACY_MAGIC) return 'lz4';
  return isSkippableMagic(magic) ? 'skippable' : undefined;
}
