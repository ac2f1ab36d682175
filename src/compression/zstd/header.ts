import { RedisFileError } from '../../errors.ts';
import { corrupt } from '../damage.ts';

export const HEADER_PHASE = 'zstd frame header';
/** No block unpacks to more (RFC 8878, 3.1.1.2.4). */
const BLOCK_MAXIMUM = 128 * 1024;

/** What a frame header says (RFC 8878, 3.1.1.1). */
export interface ZstdHeader {
  /** Largest distance of a match, in bytes. */
  windowBytes: number;
  /** Bytes that the frame unpacks to, where it says so. */
  contentSize: number | undefined;
  /** Most bytes that one block unpacks to. */
  blockMaximum: number;
  checksum: boolean;
}

/** Bytes of a frame header, the magic not included, from its first byte, the frame header descriptor. */
export function zstdHeaderBytes(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  return 1 + (isSingle ? 0 : 1) + dictionaryBytes(descriptor) + sizeBytes(descriptor);
}

/**
 * Reads a frame header.
 *
 * @param bytes exactly the header, without the magic
 * @param offset its absolute offset
 * @param maxWindowBytes largest window that is accepted
 * @throws RedisFileError `COMPRESSION_CORRUPT`, also for a frame that needs a dictionary; `LIMIT_EXCEEDED` for its window
 */
export function parseZstdHeader(bytes: Uint8Array, offset: number, maxWindowBytes: number): ZstdHeader {
  const descriptor = bytes[0];
  if ((descriptor & 0x08) !== 0) throw corrupt(HEADER_PHASE, offset, 'a reserved bit is set');
  const isSingle = (descriptor & 0x20) !== 0;
  let at = 1;
  let windowBytes = 0;
  if (!isSingle) {
    const base = 2 ** (10 + (bytes[at] >>> 3));
    windowBytes = base + (base / 8) * (bytes[at] & 7);
    at++;
  }
  const dictionary = littleEndian(bytes, at, dictionaryBytes(descriptor));
  if (dictionary !== 0) {
    throw corrupt(HEADER_PHASE, offset + at, `needs the dictionary ${dictionary}, which is not in the file`);
  }
  at += dictionaryBytes(descriptor);
  const width = sizeBytes(descriptor);
  // Two bytes count from 256 on: one byte can say less.
  const contentSize = width === 0 ? undefined : littleEndian(bytes, at, width) + (width === 2 ? 256 : 0);
  if (isSingle) windowBytes = contentSize!;
  if (windowBytes > maxWindowBytes) {
    throw new RedisFileError(
      'LIMIT_EXCEEDED',
      `${HEADER_PHASE}: a window of ${windowBytes} bytes is needed, maxWindowBytes is ${maxWindowBytes}`,
      { offset, context: { phase: HEADER_PHASE } },
    );
  }
  return {
    windowBytes,
    contentSize,
    blockMaximum: Math.min(windowBytes, BLOCK_MAXIMUM),
    checksum: (descriptor & 0x04) !== 0,
  };
}

function dictionaryBytes(descriptor: number): number {
  const flag = descriptor & 3;
  return flag === 3 ? 4 : flag;
}

/** Width of the content size. One that is contained in one segment always says it. */
function sizeBytes(descriptor: number): number {
  const flag = descriptor >>> 6;
  return flag === 0 ? (descriptor >>> 5) & 1 : 1 << flag;
}

/** An unsigned number. Above 2^53 it is not exact, which does no harm: no frame can hold that much. */
function littleEndian(bytes: Uint8Array, start: number, width: number): number {
  let value = 0;
  for (let index = width - 1; index >= 0; index--) value = value * 256 + bytes[start + index];
  return value;
}
