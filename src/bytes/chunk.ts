import { RedisFileError } from '../errors.ts';

/** Whether a value is a `Uint8Array`, be it of another realm (a worker's, a test runner's). */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && tagOf(value) === '[object Uint8Array]');
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/**
 * A plain `Uint8Array` over the bytes of a chunk that came from outside. A `Buffer` is seen as what it is
 * (its `slice` does not copy); memory shared with another thread is copied, as it may change while it is read.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for anything but a `Uint8Array`
 */
export function plainChunk(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (!isBytes(chunk)) {
    throw new RedisFileError('INVALID_ARGUMENT', `a chunk must be a Uint8Array, found ${describe(chunk)}`);
  }
  if (tagOf(chunk.buffer) !== '[object ArrayBuffer]') return new Uint8Array(chunk);
  if (chunk.constructor === Uint8Array) return chunk as Uint8Array<ArrayBuffer>;
  return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.length);
}

/** A few words on a value of the wrong kind, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'string' ? 'a string' : typeof value;
  return value.constructor?.name || 'an object';
}
