/**
 * The shape that all unpackers share: a synchronous core without promises.
 *
 * The two-step form bounds memory: `write` one chunk of compressed input, then `read` until it answers `undefined`;
 * each answer is one piece of unpacked output, so a chunk that expands a thousandfold is never unpacked at once. When `read`
 * throws, everything before the damage has already been handed out. `push` is both steps in one call.
 */
export interface StreamDecoder {
  /**
   * Gives the decoder its next input. The chunk is only borrowed: once `read` has answered `undefined`, nothing in
   * here looks at it any more.
   */
  write(chunk: Uint8Array): void;
  /**
   * The next piece of output, owned by the receiver, or `undefined` when more input is needed.
   *
   * @throws RedisFileError `COMPRESSION_CORRUPT` or `LIMIT_EXCEEDED`; the same error again on every later call
   */
  read(): Uint8Array<ArrayBuffer> | undefined;
  /** `write` and `read` until nothing more comes: all output that this chunk made complete. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[];
  /**
   * Says that the input ended here. Changes nothing, so the decoder stays usable after an error.
   *
   * @throws RedisFileError `UNEXPECTED_EOF` when the container is not complete or nothing arrived at all
   */
  end(): void;
}

/**
 * Writes one chunk into a decoder and reads all that comes out; the common body of every `push`.
 *
 * @returns pieces owned by the receiver
 */
export function pushThrough(decoder: StreamDecoder, chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
  decoder.write(chunk);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) pieces.push(piece);
  return pieces;
}
