import { concat } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { type CompressionKind, DETECT_BYTES, detectCompression } from './detect.ts';
import { gunzip } from './gunzip.ts';
import { Lz4FrameDecoder } from './lz4/index.ts';
import { SkippableFrames } from './skippable.ts';
import type { StreamDecoder } from './stream-decoder.ts';
import { VcsDecoder } from './vcs.ts';
import { ZstdDecoder } from './zstd/index.ts';

/** Containers inside one another that are unpacked: a gzip of a file that Valkey compressed makes two. */
const MAX_DEPTH = 3;

type Chunks = AsyncIterable<Uint8Array<ArrayBuffer>>;

/** Options of `decompress`. */
export interface DecompressOptions {
  /** Largest window of a zstd frame, in bytes, which is the memory it may need. Default 128 MiB. */
  maxWindowBytes?: number;
  /** Most bytes that any container may unpack to. No limit by default; output is streamed, so that it costs no memory. */
  maxDecompressedBytes?: number;
  /** Called with each container that is found, the outermost first, before anything of it is unpacked. */
  onContainer?: (kind: CompressionKind) => void;
}

/**
 * Unpacks a source that may be compressed: gzip, zstd, LZ4 frames and the whole-file compression of Valkey are
 * recognised by content, also inside one another. A source that is not compressed comes through as the same chunks.
 *
 * Nothing is read ahead: one chunk of the source is taken when its output is wanted, and unpacked piece by piece, so
 * that a small chunk that unpacks to gigabytes needs no memory. Ending the loop early closes the source.
 *
 * @param source chunks, borrowed until the next one is asked for
 * @returns pieces of at most 4 MiB (8 MiB in legacy LZ4 files), owned by the receiver unless they are chunks of the source
 * @throws RedisFileError while iterating: `COMPRESSION_CORRUPT` for damage, a checksum included; `UNEXPECTED_EOF` for a
 *   container that is cut short; `LIMIT_EXCEEDED`; `UNSUPPORTED_VERSION` for an unknown Valkey envelope. `offset` counts
 *   in the compressed input, for a container inside another in the unpacked bytes of the outer one. Errors of the source
 *   come through unchanged.
 *
 * @example
 * ```ts
 * const packed = new Blob(['hello']).stream().pipeThrough(new CompressionStream('gzip'));
 * for await (const piece of decompress(packed as AsyncIterable<Uint8Array<ArrayBuffer>>)) console.log(piece.length); // 5
 * ```
 */
export function decompress(source: Chunks, options: DecompressOptions = {}): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  return unpack(source, options, 0);
}

/** @param depth containers around this source */
async function* unpack(
  source: Chunks,
  options: DecompressOptions,
  depth: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const head = new Head(source);
  let kind: CompressionKind | undefined;
  try {
    kind = await head.detect();
    if (kind !== undefined && depth === MAX_DEPTH) {
      throw new RedisFileError('LIMIT_EXCEEDED', `${kind} inside ${MAX_DEPTH} other containers is not unpacked`, {
        offset: head.offset,
      });
    }
    if (kind !== undefined) options.onContainer?.(kind);
  } catch (error) {
    await head.close();
    throw error;
  }
  if (kind === undefined) {
    yield* head;
    return;
  }
  const inner = kind === 'gzip' ? gunzip(head) : decode(head, decoderOf(kind, head.offset, options));
  yield* unpack(limited(inner, options.maxDecompressedBytes), options, depth + 1);
}

function decoderOf(kind: Exclude<CompressionKind, 'gzip'>, offset: number, options: DecompressOptions): StreamDecoder {
  switch (kind) {
    case 'zstd':
      return new ZstdDecoder({ offset, ...options });
    case 'lz4':
      return new Lz4FrameDecoder({ offset });
    case 'vcs':
      return new VcsDecoder({ offset });
  }
}

async function* decode(source: Chunks, decoder: StreamDecoder): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of source) {
    decoder.write(chunk);
    for (let piece = decoder.read(); piece !== undefined; piece = decoder.read()) yield piece;
  }
  decoder.end();
}

async function* limited(source: Chunks, limit: number | undefined): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let unpacked = 0;
  for await (const piece of source) {
    unpacked += piece.length;
    if (limit !== undefined && unpacked > limit) {
      throw new RedisFileError(
        'LIMIT_EXCEEDED',
        `the input unpacks to more than maxDecompressedBytes, which is ${limit}`,
        {
          offset: 0,
        },
      );
    }
    yield piece;
  }
}

/** A source whose first bytes are looked at before it is read. */
class Head implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Absolute offset of the first byte that will be handed on. */
  offset = 0;
  readonly #chunks: AsyncIterator<Uint8Array<ArrayBuffer>>;
  /** Chunks that were taken and not handed on. */
  #taken: Uint8Array<ArrayBuffer>[] = [];
  #ended = false;

  constructor(source: Chunks) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** What the source is packed in, as far as its first bytes tell. */
  async detect(): Promise<CompressionKind | undefined> {
    let length = 0;
    while (length < DETECT_BYTES && (await this.#take())) {
      const chunk = this.#taken.pop()!;
      length += chunk.length;
      // Kept while the next one is asked for, until when it was borrowed.
      this.#taken.push(length < DETECT_BYTES ? new Uint8Array(chunk) : chunk);
    }
    const kind = detectCompression(concat(this.#taken));
    return kind === 'skippable' ? this.#pastSkippable() : kind;
  }

  /** zstd and LZ4 share these frames, so only what stands behind them can tell; nothing of them is kept. */
  async #pastSkippable(): Promise<CompressionKind | undefined> {
    const skippable = new SkippableFrames(0);
    do {
      for (const chunk of this.#taken.splice(0)) {
        if (!skippable.write(chunk)) continue;
        this.offset = skippable.offset;
        this.#taken = [new Uint8Array(skippable.rest())];
        return detectCompression(this.#taken[0]!) as CompressionKind;
      }
    } while (await this.#take());
    skippable.end();
    return undefined;
  }

  async #take(): Promise<boolean> {
    const next = await this.#chunks.next().catch((error: unknown) => {
      // A source that failed is closed already.
      this.#ended = true;
      throw error;
    });
    if (next.done) this.#ended = true;
    else this.#taken.push(next.value);
    return !this.#ended;
  }

  /** Closes the source. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#chunks.return?.();
    this.#ended = true;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array<ArrayBuffer>> {
    // Written by hand, as a source that is silent must be closed at once.
    return {
      next: async () => {
        if (this.#taken.length === 0 && !this.#ended) await this.#take();
        const value = this.#taken.shift();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }
}
