import { RedisFileError } from '../errors.ts';
import { describe, plainChunk } from './chunk.ts';

/** Where bytes come from. A Node stream is an async iterable. */
export type ByteSource =
  | Uint8Array
  | Blob
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>;

/** A source in memory is read in pieces of this size, so that a batch of records stays small. */
const PIECE = 1 << 18;

/** Bytes that a source will give in all, where it knows. */
export function sourceSize(source: ByteSource): number | undefined {
  if (source instanceof Uint8Array) return source.length;
  return isBlob(source) ? source.size : undefined;
}

/**
 * The chunks of a source, as plain arrays. Leaving the loop early closes the source; errors of the source come through
 * as they are.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for anything that is no source of bytes, or yields something else
 */
export function chunksOf(source: ByteSource): AsyncIterable<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return pieces(plainChunk(source));
  if (isBlob(source)) return fromStream(source.stream() as ReadableStream<Uint8Array>);
  if (typeof source === 'object' && source !== null) {
    // A stream of the web is read through a reader, as Safari long had no iteration over it.
    if ('getReader' in source && typeof source.getReader === 'function') return fromStream(source);
    if (Symbol.asyncIterator in source || Symbol.iterator in source) {
      return fromIterable(source as AsyncIterable<unknown>);
    }
  }
  const hint = (source as unknown) instanceof ArrayBuffer ? '; wrap it: new Uint8Array(buffer)' : '';
  throw new RedisFileError(
    'INVALID_ARGUMENT',
    `expected a Uint8Array, a Blob, a stream or an iterable of Uint8Array, found ${describe(source)}${hint}`,
  );
}

function isBlob(source: unknown): source is Blob {
  return typeof Blob !== 'undefined' && source instanceof Blob;
}

async function* pieces(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

async function* fromIterable(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of source) yield* small(plainChunk(chunk));
}

/** One very large chunk would become one very large batch. */
function* small(chunk: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  if (chunk.length <= PIECE) yield chunk;
  else for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
}

async function* fromStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let open = true;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        open = false;
        return;
      }
      yield* small(plainChunk(value));
    }
  } finally {
    // After an error of the stream itself cancelling does nothing.
    if (open) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
