import { ByteQueue } from './byte-queue.ts';
import { corrupt, hexBytes, truncated } from './damage.ts';
import { pushThrough, type StreamDecoder } from './stream-decoder.ts';

/** The steps that all formats share. Those of a format itself have the numbers behind them. */
export const FrameStep = { magic: 0, skipSize: 1, skip: 2 } as const;

/** What the steps of a format are called in errors, in the order of their numbers; `name` is that of its frames. */
export function framePhases(name: string, ...own: readonly string[]): readonly string[] {
  return [`${name} magic`, 'skippable frame size', 'skippable frame', ...own];
}

/** Options of the decoders of frames. */
export interface FrameDecoderOptions {
  /** Absolute offset of the first byte that will be written, for the offsets of errors. Default 0. */
  offset?: number;
}

/** True for the 16 magic numbers that LZ4 and zstd share for frames without content of their own (RFC 8878, 3.1.2). */
export function isSkippableMagic(magic: number): boolean {
  return magic >>> 4 === 0x184d2a5;
}

/**
 * Reads frames, one after the other, until the input ends, and skips the skippable ones; what LZ4 and zstd have in common.
 * A format brings its own steps: each looks whether its bytes are there, and consumes them only then.
 */
export abstract class FrameDecoder implements StreamDecoder {
  protected readonly input: ByteQueue;
  /** What is to be read next. */
  protected step: number = FrameStep.magic;
  readonly #phases: readonly string[];
  readonly #expected: string;
  #skipLeft = 0;
  #started = false;
  #error: unknown;

  /**
   * @param phases see {@link framePhases}
   * @param expected a frame of the format, with the bytes that it begins with
   * @param offset absolute offset of the first byte that will be written
   */
  constructor(phases: readonly string[], expected: string, offset = 0) {
    this.#phases = phases;
    this.#expected = expected;
    this.input = new ByteQueue(offset);
  }

  /** Begins the frame of a magic number: the step behind it, or `undefined` where that is none of this format. */
  protected abstract begin(magic: number): number | undefined;

  /** Does one step of the format if its bytes are there; without output, progress shows in the step or in the offset. */
  protected abstract advance(): Uint8Array<ArrayBuffer> | undefined;

  /** Whether the input may end before the step at hand. */
  protected mayEnd(): boolean {
    return this.step === FrameStep.magic;
  }

  /** See {@link StreamDecoder.write}. */
  write(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#started = true;
    this.input.write(chunk);
  }

  /** See {@link StreamDecoder.push}. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    return pushThrough(this, chunk);
  }

  /** See {@link StreamDecoder.read}. */
  read(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#error !== undefined) throw this.#error;
    try {
      for (;;) {
        const before = this.step;
        const { offset } = this.input;
        const piece = this.#advance();
        if (piece !== undefined && piece.length > 0) return piece;
        if (this.step === before && this.input.offset === offset) return undefined;
      }
    } catch (error) {
      this.#error = error;
      throw error;
    }
  }

  /** See {@link StreamDecoder.end}. */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (!this.#started || !this.mayEnd() || this.input.available > 0) {
      throw truncated(this.#phases[this.step], this.input.offset + this.input.available);
    }
  }

  #advance(): Uint8Array<ArrayBuffer> | undefined {
    switch (this.step) {
      case FrameStep.magic:
        return this.#readMagic();
      case FrameStep.skipSize:
        return this.#readSkipSize();
      case FrameStep.skip:
        return this.#skip();
      default:
        return this.advance();
    }
  }

  #readMagic(): undefined {
    const magic = this.input.peekU32();
    if (magic < 0) return;
    const step = isSkippableMagic(magic) ? FrameStep.skipSize : this.begin(magic);
    if (step === undefined) {
      throw this.corrupt(`expected ${this.#expected} or the end, found ${hexBytes(this.input.peek(4)!)}`);
    }
    this.step = step;
    this.input.consume(4);
  }

  #readSkipSize(): undefined {
    const size = this.input.peekU32();
    if (size < 0) return;
    this.input.consume(4);
    this.#skipLeft = size;
    this.step = FrameStep.skip;
  }

  #skip(): undefined {
    this.#skipLeft -= this.input.skip(this.#skipLeft);
    if (this.#skipLeft === 0) this.step = FrameStep.magic;
  }

  /**
   * Holds the bytes of a frame so far against what its header says, if it does.
   *
   * @throws RedisFileError `COMPRESSION_CORRUPT` for more, and for less at the end of the frame
   */
  protected checkSize(produced: number, announced: number | undefined, ended: boolean): void {
    if (announced === undefined || produced === announced || (produced < announced && !ended)) return;
    const found = produced > announced ? 'there are more' : `the frame ends after ${produced}`;
    throw this.corrupt(`the header announces ${announced} bytes of content, ${found}`);
  }

  /** The error for damage in the step at hand. */
  protected corrupt(message: string): Error {
    return corrupt(this.#phases[this.step], this.input.offset, message);
  }
}
