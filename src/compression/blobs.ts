import { concat } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { Lz4FrameDecoder } from './lz4/index.ts';
import type { StreamDecoder } from './stream-decoder.ts';
import { ZstdDecoder } from './zstd/index.ts';

/**
 * Unpacks a zstd blob as a whole; Dragonfly RDB files hold such blobs.
 *
 * @param bytes exactly the blob: one frame or more
 * @param maxOutputBytes most bytes that it may unpack to
 * @returns a new array, owned by the caller
 * @throws RedisFileError `COMPRESSION_CORRUPT`, `UNEXPECTED_EOF`, or `LIMIT_EXCEEDED` (also for a window above 128 MiB), with
 *   `offset` counted in `bytes`
 */
export function unzstd(bytes: Uint8Array, maxOutputBytes: number): Uint8Array<ArrayBuffer> {
  return unpackBlob(new ZstdDecoder(), bytes, maxOutputBytes);
}

/**
 * Unpacks an LZ4 frame as a whole; Dragonfly RDB files hold such blobs.
 *
 * @param bytes exactly the blob: one frame or more
 * @param maxOutputBytes most bytes that it may unpack to
 * @returns a new array, owned by the caller
 * @throws RedisFileError `COMPRESSION_CORRUPT`, `UNEXPECTED_EOF` or `LIMIT_EXCEEDED`, with `offset` counted in `bytes`
 */
export function unlz4Frame(bytes: Uint8Array, maxOutputBytes: number): Uint8Array<ArrayBuffer> {
  return unpackBlob(new Lz4FrameDecoder(), bytes, maxOutputBytes);
}

function unpackBlob(decoder: StreamDecoder, bytes: Uint8Array, maxOutputBytes: number): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  decoder.write(bytes);
  for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) {
    length += piece.length;
    if (length > maxOutputBytes) {
      const message = `the blob unpacks to more than maxOutputBytes, which is ${maxOutputBytes}`;
      throw new RedisFileError('LIMIT_EXCEEDED', message, { offset: 0 });
    }
    pieces.push(piece);
  }
  decoder.end();
  return pieces.length === 1 ? pieces[0] : concat(pieces);
}
