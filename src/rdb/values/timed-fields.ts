import { WORD } from '../../bytes/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { type CountedItems, Gathered } from '../gathered.ts';
import { writeFloat64, writeInt64, writeLength, writeLength64 } from '../primitives.ts';

/** Valkey: times behind the values. */
const HASH_2 = 22;
/** Redis: times before the fields, counted from the least of them. */
const HASH_METADATA = 24;

/** Bytes of a field with its value as a double, and its time. */
const RECORD = 16;

/**
 * Expanded hashes whose fields have times. Fields and values are gathered by the writer of hashes, what belongs to each
 * pair here, and both are joined when all times are known: Redis stores the least one first.
 */
export class TimedFields {
  readonly #c: EncodeContext;
  readonly #side: Gathered;
  #least: number | bigint = Number.POSITIVE_INFINITY;
  /** Bytes of the pairs so far. */
  #length = 0;

  constructor(c: EncodeContext) {
    this.#c = c;
    this.#side = new Gathered(c);
  }

  /** Some field has a time. */
  get any(): boolean {
    return this.#least < Number.POSITIVE_INFINITY;
  }

  clear(): void {
    this.#side.clear();
    this.#least = Number.POSITIVE_INFINITY;
    this.#length = 0;
  }

  /** A pair is complete. @param time in ms, -1 for none @param length bytes of all pairs */
  endField(time: number | bigint, length: number): void {
    writeFloat64(this.#side.out, length - this.#length);
    writeInt64(this.#side.out, time);
    this.#side.settle();
    this.#length = length;
    if (time >= 0 && time < this.#least) this.#least = time;
  }

  /** Writes the value. */
  write(pairs: CountedItems): void {
    const { output, target } = this.#c;
    const { out } = output;
    const relative = target.family === 'redis';
    this.#c.head(relative ? HASH_METADATA : HASH_2);
    if (relative) writeInt64(out, this.#least);
    writeLength(out, pairs.count);
    const bytes = new PieceReader(pairs.pieces());
    const records = new PieceReader(this.#side.pieces());
    const record = new Uint8Array(RECORD);
    const view = new DataView(record.buffer);
    for (let left = pairs.count; left > 0; left--) {
      let at = 0;
      records.take(RECORD, (piece) => {
        record.set(piece, at);
        at += piece.length;
      });
      const hi = view.getInt32(12, true);
      const exact = hi >= -1 && hi < 0x200000;
      const time = exact ? hi * WORD + view.getUint32(8, true) : view.getBigInt64(8, true);
      if (relative) writeLength64(out, time < 0 ? 0 : Number(time) - Number(this.#least) + 1);
      bytes.take(view.getFloat64(0, true), (piece) => {
        out.raw(piece);
        output.settle();
      });
      if (!relative) writeInt64(out, time);
      output.settle();
    }
    this.clear();
  }
}

/** Takes as many bytes as are wanted from pieces of any size. */
class PieceReader {
  readonly #pieces: Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(pieces: Iterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  take(count: number, use: (bytes: Uint8Array) => void): void {
    let left = count;
    while (left > 0) {
      if (this.#at === this.#piece.length) {
        this.#piece = this.#pieces.next().value as Uint8Array;
        this.#at = 0;
      }
      const end = Math.min(this.#at + left, this.#piece.length);
      use(this.#piece.subarray(this.#at, end));
      left -= end - this.#at;
      this.#at = end;
    }
  }
}
