import { RedisFileError } from '../errors.ts';

/**
 * A plain `Uint8Array` over the bytes of a chunk that came from outside. A `Buffer` is seen as what it is
 * (its `slice` does not copy); memory shared with another thread is copied, as it may change while it is read.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for anything but a `Uint8Array`
 */
export function plainChunk(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (!(chunk instanceof Uint8Array)) {
    throw new RedisFileError('INVALID_ARGUMENT', `a chunk must be a Uint8Array, found ${describe(chunk)}`);
  }
  if (!(chunk.buffer instanceof ArrayBuffer)) return new Uint8Array(chunk);
  if (chunk.constructor === Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}

/** A few words on a value of the wrong kind, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'string' ? 'a string' : typeof value;
  return value.constructor?.name || 'an object';
}
