import type { ScanFrame } from './handler.ts';
import { ItemNames } from './item-names.ts';

/** Items beyond which none is looked for: servers load large hash tables only where each is there once. */
const MOST = 1024;

/**
 * Tells which strings of a value that is made anew belong to an item that was there before. Servers load packed values,
 * and small hashes, that have an item twice, and refuse them in another form.
 */
export class SecondItems {
  readonly #names = new ItemNames();
  #active = false;
  #dropping = false;
  /** A value stands behind each name; it comes next. */
  #paired = false;
  #valueNext = false;

  begin(frame: ScanFrame): void {
    const { type } = frame;
    this.#active = type === 'hash' || type === 'set' || type === 'zset';
    this.#paired = type === 'hash';
    this.#valueNext = this.#dropping = false;
    if (this.#active) this.#names.begin(frame);
  }

  /** So many items come. */
  count(items: number): void {
    if (items > MOST) this.#active = false;
  }

  /** What comes belongs to such an item. */
  get dropping(): boolean {
    return this.#dropping;
  }

  /** @returns whether the string is the name of such an item */
  bytes(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#active && this.#next(this.#names.bytes(bytes, start, end));
  }

  integer(value: number): boolean {
    return this.#active && this.#next(this.#names.integer(value));
  }

  int64(hi: number, lo: number): boolean {
    return this.#active && this.#next(this.#names.int64(hi, lo));
  }

  big(): void {
    if (!this.#active) return;
    this.#names.large();
    this.#next(false);
  }

  #next(second: boolean): boolean {
    if (this.#valueNext) {
      this.#valueNext = false;
      return false;
    }
    this.#valueNext = this.#paired;
    this.#dropping = second;
    return second;
  }
}
