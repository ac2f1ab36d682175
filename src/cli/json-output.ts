import type { JsonWriter } from '../inspect/index.ts';
import { TemporaryBytes } from '../io/index.ts';
import type { RunFilter } from './filters.ts';
import type { Output } from './output.ts';

/** Text of one key that is held in memory: while its size is not known, or until it is known that the key is whole. */
const HELD = 2 << 20;

/**
 * Brings the text of a JSON writer to standard output.
 *
 * An object goes out when it is whole, so that what was written before damage is met is valid JSON. Only one of more
 * than `HELD` bytes goes out as it is read.
 *
 * Where the size of a value decides whether its key is wanted, the text of a key waits until the size is known: in the
 * writer, and from `HELD` on in a temporary file.
 */
export class JsonOutput {
  readonly #output: Output;
  readonly #writer: JsonWriter;
  readonly #filter: RunFilter;
  /** The beginning of a key that was too long to wait in the writer. */
  #held: TemporaryBytes | undefined;

  constructor(output: Output, writer: JsonWriter, filter: RunFilter) {
    this.#output = output;
    this.#writer = writer;
    this.#filter = filter;
  }

  /**
   * Writes what can be written, where it is enough to be worth it.
   *
   * @param stored bytes of the value at hand that were read
   */
  afterChunk(stored: number): Promise<void> | undefined {
    if (!this.#writer.full && this.#held === undefined) return undefined;
    if (this.#filter.onTrial(stored)) return this.#hold();
    if (this.#held !== undefined) return this.#release();
    return this.#output.write(this.#writer.out.length < HELD ? this.#writer.takeFinished() : this.#writer.take());
  }

  /** Writes the rest. */
  async end(): Promise<void> {
    await this.#release();
  }

  /** The key at hand may still be taken back: only what stands before it goes out. */
  async #hold(): Promise<void> {
    const writer = this.#writer;
    if (this.#held !== undefined && !writer.heldIsAtHand) await this.#releaseHeld();
    if (this.#held === undefined) await this.#output.write(writer.takeFinished());
    if (this.#held !== undefined || writer.out.length >= HELD) {
      this.#held ??= new TemporaryBytes();
      this.#held.write(writer.takeOnTrial());
    }
  }

  async #release(): Promise<void> {
    await this.#releaseHeld();
    await this.#output.write(this.#writer.take());
  }

  /** Writes the beginning that was held, unless its key was taken back. */
  async #releaseHeld(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    if (this.#writer.heldIsWanted) for (const piece of held.drain()) await this.#output.write(piece);
    held.close();
  }
}
