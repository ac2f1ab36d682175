import { ByteOutput } from '../bytes/index.ts';
import type { EncodeContext } from './encode-context.ts';
import { writeLength } from './primitives.ts';
import type { Spill } from './spill.ts';

/** From this many bytes on an expanded value whose count is known leaves as it comes. */
const STREAMED_FROM = 1 << 16;
/** What is gathered of a value in memory, before it spills. */
const GATHERED = 8 << 20;
/** What is kept of a buffer from one value to the next. */
const KEPT = 1 << 20;

/** Bytes that wait for something that stands before them: first in memory, then in a spill. */
export class Gathered {
  readonly out: ByteOutput = new ByteOutput(1 << 10);
  readonly #c: EncodeContext;
  #spill: Spill | undefined;
  #spilled = 0;

  constructor(c: EncodeContext) {
    this.#c = c;
  }

  /** Bytes that were gathered. */
  get length(): number {
    return this.#spilled + this.out.length;
  }

  get spilled(): boolean {
    return this.#spilled > 0;
  }

  /** Forgets everything. */
  clear(): void {
    if (this.out.bytes.length > KEPT) this.out.bytes = new Uint8Array(1 << 10);
    this.out.length = this.#spilled = 0;
    this.#spill?.close?.();
    this.#spill = undefined;
  }

  /** Spills what is too much for memory. */
  settle(): void {
    const { out } = this;
    if (out.length < GATHERED) return;
    if (this.#spill === undefined) {
      if (this.#c.spill === undefined) {
        const { type } = this.#c.frame;
        throw this.#c.fail(
          'LIMIT_EXCEEDED',
          `a ${type} of more than ${GATHERED} bytes, before which something stands that is known last; give the option spill`,
        );
      }
      this.#spill = this.#c.spill();
    }
    this.#spill.write(out.bytes.subarray(0, out.length));
    this.#spilled += out.length;
    out.length = 0;
  }

  /** Everything, in pieces, each lent until the next; `clear` it afterwards. */
  *pieces(): Generator<Uint8Array> {
    if (this.#spill !== undefined) yield* this.#spill.drain();
    yield this.out.bytes.subarray(0, this.out.length);
  }

  /** Moves everything to where the file goes. */
  leave(): void {
    const { output } = this.#c;
    for (const piece of this.pieces()) {
      output.out.raw(piece);
      output.settle();
    }
    this.clear();
  }
}

/**
 * The items of an expanded value, which stand behind their number. Where that is known they leave as soon as they are
 * worth it; otherwise they are gathered.
 */
export class CountedItems {
  /** Where the bytes of the next item go. */
  out: ByteOutput;
  count = 0;
  readonly #c: EncodeContext;
  readonly #gathered: Gathered;
  #typeId = 0;
  #claimed: number | undefined;
  #streaming = false;
  /** Where the item at hand begins; -1 where it has left. */
  #itemStart = -1;

  constructor(c: EncodeContext) {
    this.#c = c;
    this.#gathered = new Gathered(c);
    this.out = this.#gathered.out;
  }

  /** @param claimed their number, where it is known */
  begin(typeId: number, claimed: number | undefined): void {
    this.abandon();
    this.#typeId = typeId;
    this.#claimed = claimed;
    this.#itemStart = 0;
  }

  /** Forgets what is gathered of a value. */
  abandon(): void {
    this.#gathered.clear();
    this.out = this.#gathered.out;
    this.count = 0;
    this.#streaming = false;
  }

  /** Bytes of all items, while they are gathered. */
  get length(): number {
    return this.#gathered.length;
  }

  /** The item at hand is complete. */
  endItem(): void {
    this.count++;
    this.settle();
    this.#itemStart = this.out.length;
  }

  /** Takes back what was written since the last item ended, and one from what was announced. @returns false where it has left */
  dropItem(): boolean {
    if (this.#streaming || this.#itemStart < 0) return false;
    this.out.length = this.#itemStart;
    if (this.#claimed !== undefined) this.#claimed--;
    return true;
  }

  /** One of the items that were announced does not come. @returns false where their number has left */
  expectLess(): boolean {
    if (this.#streaming) return false;
    if (this.#claimed !== undefined) this.#claimed--;
    return true;
  }

  /** Lets bytes leave where there are many; also inside an item. */
  settle(): void {
    if (this.#streaming) this.#c.output.settle();
    else if (this.#claimed === undefined) {
      this.#gathered.settle();
      if (this.out.length === 0) this.#itemStart = -1;
    } else if (this.out.length >= STREAMED_FROM) {
      this.#c.head(this.#typeId);
      writeLength(this.#c.out, this.#claimed);
      this.#streaming = true;
      this.out = this.#c.out;
      this.#gathered.leave();
    }
  }

  /** The value is complete. Without items nothing is written. */
  end(): void {
    const { count } = this;
    if (this.#claimed !== undefined && this.#claimed !== count) {
      throw this.#c.fail('INVALID_ARGUMENT', `a value of ${count} items, ${this.#claimed} were announced`);
    }
    if (!this.#streaming && count > 0) {
      this.#c.head(this.#typeId);
      writeLength(this.#c.out, count);
      this.#gathered.leave();
    }
    this.abandon();
  }

  /** Everything that was gathered, in pieces; `abandon` it afterwards. */
  pieces(): Generator<Uint8Array> {
    return this.#gathered.pieces();
  }
}
