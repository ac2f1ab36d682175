import { ascii, putDecimal, signed64 } from '../bytes/index.ts';
import { Fingerprints, ITEM_SLOTS } from './fingerprints.ts';
import type { ScanFrame } from './handler.ts';

/**
 * Tells whether the strings of one value, shown one after the other, name the same item twice: members of sets and sorted
 * sets, fields of hashes. Values of other types have no names.
 */
export class ItemNames {
  readonly #items = new Fingerprints(ITEM_SLOTS);
  readonly #digits = new Uint8Array(20);
  /** Strings until the next that names an item, 0 where it is this one; -1 where none does. */
  #untilName = -1;
  /** A value stands behind each name. */
  #paired = false;
  /** The items at hand are those of an intset. */
  #ascending = false;
  /** The one before. */
  #previous: number | string = '';

  begin({ type, encoding }: ScanFrame): void {
    // Fields of a path hash are names only together with their path.
    const named = type === 'set' || type === 'zset' || (type === 'hash' && encoding !== 'pathhash');
    this.#untilName = named ? 0 : -1;
    this.#paired = type === 'hash';
    // Of ascending numbers one alone can be the same; where they do not ascend, that is a finding of its own.
    this.#ascending = encoding === 'intset';
    this.#previous = '';
    if (named) this.#items.reset();
  }

  /** Whether a string names an item that was there before. */
  bytes(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#untilName < 0) return false;
    if (this.#untilName > 0) {
      this.#untilName = 0;
      return false;
    }
    if (this.#paired) this.#untilName = 1;
    return this.#items.add(0, bytes, start, end);
  }

  integer(value: number): boolean {
    if (this.#untilName < 0) return false;
    if (this.#ascending) return this.#follows(value);
    const digits = this.#digits;
    return this.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): boolean {
    if (this.#untilName < 0) return false;
    const name = String(signed64(hi, lo));
    if (this.#ascending) return this.#follows(name);
    const text = ascii(name);
    return this.bytes(text, 0, text.length);
  }

  #follows(value: number | string): boolean {
    const twice = value === this.#previous;
    this.#previous = value;
    return twice;
  }

  /** What is too large to hold is not compared. */
  large(): void {
    if (this.#untilName >= 0) this.#untilName = this.#untilName === 0 && this.#paired ? 1 : 0;
  }
}
