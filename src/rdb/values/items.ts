import type { EntryVisitor } from '../../encodings/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { EncodeContext } from '../encode-context.ts';
import { CountedItems } from '../gathered.ts';

/**
 * `LEN n, n * STR`, or twice as many strings for pairs: the expanded list, set and hash (redis: src/rdb.c,
 * rdbLoadObject).
 */
export class ItemsReader implements ValueReader {
  readonly #perItem: number;
  /** Strings still to be read; -1 before the count is known. */
  #left = -1;

  constructor(stringsPerItem: 1 | 2) {
    this.#perItem = stringsPerItem;
  }

  begin(): void {
    this.#left = -1;
  }

  run(c: ValueContext): void {
    if (this.#left < 0) {
      const count = readCount(c);
      this.#left = count * this.#perItem;
      c.r.commit();
      if (c.shown) c.handler.count(count);
    }
    while (this.#left > 0) {
      c.string();
      this.#left--;
      c.r.commit();
    }
  }
}

/** The warning of `EMPTY_VALUE`. */
export const EMPTY = 'a collection without items, which servers skip';

/** A count of items; none is legal but odd. */
export function readCount(c: ValueContext): number {
  const count = c.length();
  if (count === 0 && c.shown) c.warn('EMPTY_VALUE', EMPTY);
  return count;
}

/** Strings of an expanded value, one after the other: the part that the writers of lists, sets and hashes share. */
export class ItemStrings implements EntryVisitor {
  readonly items: CountedItems;
  readonly #c: EncodeContext;

  constructor(c: EncodeContext) {
    this.#c = c;
    this.items = new CountedItems(c);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.strings.write(this.items.out, bytes, start, end);
  }

  integer(value: number): void {
    this.#c.strings.integer(this.items.out, value);
  }

  int64(hi: number, lo: number): void {
    this.#c.strings.int64(this.items.out, hi, lo);
  }

  bigBegin(length: number): void {
    this.#c.strings.head(this.items.out, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.items.out.span(bytes, start, end);
    this.items.settle();
  }

  bigEnd(): void {}
}
