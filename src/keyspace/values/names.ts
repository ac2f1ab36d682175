import { latin1 } from '../../bytes/index.ts';
import { compareBytes, sameBytes } from '../memory/index.ts';

interface Named {
  readonly name: Uint8Array<ArrayBuffer>;
}

/** So many are looked through one by one, which makes no string. */
const FEW = 8;

/** Things by their names, of which there are few in most cases. */
export class Names<T extends Named> {
  #few: T[] = [];
  /** All of them, a character for each byte, where there are more. */
  #many: Map<string, T> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    if (this.#many !== undefined) return this.#many.get(latin1(bytes, start, end));
    const length = end - start;
    for (const item of this.#few) {
      if (item.name.length === length && sameBytes(item.name, 0, bytes, start, length)) return item;
    }
    return undefined;
  }

  /** Adds one whose name is new. */
  add(item: T): void {
    if (this.#many === undefined) {
      if (this.#few.length < FEW) {
        this.#few.push(item);
        return;
      }
      this.#many = new Map(this.#few.map((one) => [latin1(one.name), one]));
      this.#few = [];
    }
    this.#many.set(latin1(item.name), item);
  }

  delete(item: T): void {
    if (this.#many !== undefined) this.#many.delete(latin1(item.name));
    else this.#few = this.#few.filter((one) => one !== item);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#many?.values() ?? this.#few.values();
  }

  /** All in the order of the bytes of their names. */
  sorted(): T[] {
    return [...this].sort((a, b) => compareBytes(a.name, 0, a.name.length, b.name, 0, b.name.length));
  }
}
