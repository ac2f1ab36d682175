import type { ValueContext, ValueReader } from '../context.ts';

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
      this.#left = readCount(c) * this.#perItem;
      c.r.commit();
    }
    while (this.#left > 0) {
      c.string();
      this.#left--;
      c.r.commit();
    }
  }
}

/** A count of items; none is legal but odd. */
export function readCount(c: ValueContext): number {
  const count = c.length();
  if (count === 0 && c.shown) c.warn('EMPTY_VALUE', 'a collection without items, which servers skip');
  return count;
}
