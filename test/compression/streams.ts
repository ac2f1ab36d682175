import { expect } from 'vitest';
import { type DecompressOptions, decompress } from '../../src/compression/index.ts';
import { RedisFileError } from '../../src/errors.ts';
import { join } from './helpers.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A source that hands out its chunks in one array that it uses again and again, as readers of files do. */
export async function* reusing(chunks: Iterable<Uint8Array>): AsyncGenerator<Bytes> {
  let buffer = new Uint8Array(0);
  for (const chunk of chunks) {
    if (buffer.length < chunk.length) buffer = new Uint8Array(chunk.length);
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
    buffer.fill(0xa5);
  }
}

/** What a source unpacks to, and the error it ends with, if it does, which must be ours. */
export async function unpack(
  source: AsyncIterable<Bytes>,
  options?: DecompressOptions,
): Promise<{ output: Bytes; error: RedisFileError | undefined }> {
  const pieces: Bytes[] = [];
  try {
    for await (const piece of decompress(source, options)) pieces.push(new Uint8Array(piece));
  } catch (error) {
    if (!RedisFileError.is(error)) throw error;
    return { output: join(pieces), error };
  }
  return { output: join(pieces), error: undefined };
}

/** What chunks unpack to; an error is thrown. */
export async function collect(chunks: Iterable<Uint8Array>, options?: DecompressOptions): Promise<Bytes> {
  const { output, error } = await unpack(reusing(chunks), options);
  if (error !== undefined) throw error;
  return output;
}

/** The error that chunks end with. */
export async function failure(chunks: Iterable<Uint8Array>, options?: DecompressOptions): Promise<RedisFileError> {
  const { error } = await unpack(reusing(chunks), options);
  return error ?? expect.fail('nothing was thrown');
}

/** A source that records what is done to it, and can end with an error. */
export function observed(chunks: readonly Uint8Array[], thrown?: unknown) {
  const log = { taken: 0, ended: false, closed: false };
  const source: AsyncIterable<Bytes> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        if (log.taken < chunks.length) return { done: false, value: chunks[log.taken++] as Bytes };
        log.ended = true;
        if (thrown !== undefined) throw thrown;
        return { done: true, value: undefined };
      },
      return: async () => {
        log.closed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { source, log };
}
