import { RedisFileError } from '../errors.ts';
import { truncated } from './damage.ts';

const PHASE = 'gzip data';

/** What Deno says of input that ends too early as well as of a checksum or a length that does not match. */
const AMBIGUOUS = /matching checksum/i;

/** What zlib says of input that ends too early, where the runtime lets it through. */
const TRUNCATED = /unexpected end|Z_BUF_ERROR|incomplete|terminated|truncated/i;

/**
 * Unpacks gzip with the runtime's own `DecompressionStream`, which verifies the CRC-32 and the length. Several members
 * one behind the other are unpacked in Node; other runtimes refuse the second, as the standard of the web says.
 *
 * Chunks go in one by one, as room for their output is made, so little is read ahead. Where the source fails or ends too
 * early, all that could be unpacked comes out before the error; where it is damaged, the last 16 KiB may be missing, as the
 * stream drops what it has not handed out.
 *
 * Nothing tells where a member ends, so Node's habit of ignoring what stands behind a zero byte after it cannot be noticed.
 *
 * @param source chunks, borrowed until the next one is asked for; its errors come through unchanged
 * @returns pieces owned by the receiver
 * @throws RedisFileError `COMPRESSION_CORRUPT` for damage, `UNEXPECTED_EOF` for input that is cut short
 */
export async function* gunzip(source: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = new DecompressionStream('gzip');
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  const input = new Feeder(source, stream.writable.getWriter());
  const feeding = input.run();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw input.failed ? input.error : damage(error, input);
      });
      if (done) break;
      input.unpacked += value.length;
      yield new Uint8Array(value);
    }
    await feeding;
    if (input.failed) throw input.error;
  } finally {
    // Not waiting for the feeder, which may wait for a silent source.
    await input.stop();
    await reader.cancel().catch(() => undefined);
  }
}

/** Writes a source into the unpacker, beside the loop that reads from it. */
class Feeder {
  /** Bytes written. */
  offset = 0;
  /** Bytes that came out. */
  unpacked = 0;
  /** The last four bytes written: at the end of a whole member, how many are packed in it, modulo 2^32. */
  tail = 0;
  /** The source itself threw, `error` is what. */
  failed = false;
  error: unknown;
  ended = false;
  readonly #chunks: AsyncIterator<Uint8Array<ArrayBuffer>>;
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  #stopped = false;

  constructor(source: AsyncIterable<Uint8Array<ArrayBuffer>>, writer: WritableStreamDefaultWriter<BufferSource>) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#writer = writer;
    // Its rejections are those of the reader, who reports them.
    writer.closed.catch(() => undefined);
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      while (!this.#stopped) {
        let next: IteratorResult<Uint8Array<ArrayBuffer>>;
        try {
          next = await this.#chunks.next();
        } catch (error) {
          this.failed = true;
          this.error = error;
          // Not aborted, which would drop what is unpacked already.
          await this.#writer.close();
          return;
        }
        if (next.done) {
          this.ended = true;
          await this.#writer.close();
          return;
        }
        await this.#writer.ready;
        // A copy: in Node a write is over before its bytes were looked at.
        await this.#writer.write(new Uint8Array(next.value));
        this.offset += next.value.length;
        for (const byte of next.value.subarray(-4)) this.tail = (this.tail >>> 8) | (byte << 24);
      }
    } catch {
      // The stream failed: its reader knows.
    }
  }

  /** Closes the source, if it is open. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#writer.abort().catch(() => undefined);
    if (!this.ended && !this.failed) await this.#chunks.return?.();
  }
}

function damage(cause: unknown, input: Feeder): RedisFileError {
  const { code, message } = cause as { code?: string; message?: string };
  const text = `${code} ${message}`;
  const short = TRUNCATED.test(text) || (AMBIGUOUS.test(text) && input.tail !== (input.unpacked | 0));
  if (input.ended && short) return truncated(PHASE, input.offset);
  return new RedisFileError('COMPRESSION_CORRUPT', `${PHASE}: ${message ?? String(cause)}`, {
    offset: input.offset,
    context: { phase: PHASE },
    cause,
  });
}
