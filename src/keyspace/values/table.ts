import type { Heap } from '../memory/index.ts';
import { HASH, LIST, SET, type Value, ZSET } from '../types.ts';
import { HashValue } from './hash.ts';
import { ListValue } from './list.ts';
import { SetValue } from './set.ts';
import { ZsetValue } from './zset.ts';

/** Numbers of a value that is put away: its type, and four of its own. */
const ROW = 5;

/**
 * Values that are not strings, by number. All databases share them.
 *
 * A value is an object only while a command works with it. Behind the command it is put away as a few numbers, where that
 * is all it takes, as it is for small collections: of these there may be millions, and objects would cost 136 bytes each
 * instead of 20, and the garbage collector its time. On the log of the benchmark, with 65,000 collections, the process has
 * 40 MB less.
 */
export class Values {
  readonly #heap: Heap;
  /** Values that are objects at the moment. */
  readonly #objects: (Value | undefined)[] = [];
  #rows = new Int32Array(64 * ROW);
  #count = 0;
  readonly #free: number[] = [];
  /** Numbers of those that may be put away. */
  readonly #inUse: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  add(value: Value): number {
    const number = this.#free.pop() ?? this.#newRow();
    this.#objects[number] = value;
    this.#inUse.push(number);
    return number;
  }

  #newRow(): number {
    const number = this.#count++;
    if (this.#count * ROW > this.#rows.length) {
      const rows = new Int32Array(2 * this.#rows.length);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    return number;
  }

  /** The same object until `settle`. */
  get(number: number): Value {
    return this.#objects[number] ?? this.#fetch(number);
  }

  #fetch(number: number): Value {
    const value = fromRow(this.#heap, this.#rows, number * ROW);
    this.#objects[number] = value;
    this.#inUse.push(number);
    return value;
  }

  /** Takes a value out, without freeing its memory. */
  take(number: number): Value {
    const value = this.get(number);
    this.#objects[number] = undefined;
    this.#free.push(number);
    return value;
  }

  /** Puts values away. Objects that were given out must not be used any more. */
  settle(): void {
    const numbers = this.#inUse;
    if (numbers.length === 0) return;
    const rows = this.#rows;
    const objects = this.#objects;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i]!;
      const value = objects[number];
      // What was taken out meanwhile is gone.
      if (value?.stow?.(rows, number * ROW + 1) !== true) continue;
      rows[number * ROW] = value.type;
      objects[number] = undefined;
    }
    numbers.length = 0;
  }
}

function fromRow(heap: Heap, rows: Int32Array, at: number): Value {
  switch (rows[at]) {
    case HASH:
      return HashValue.fetch(heap, rows, at + 1);
    case LIST:
      return ListValue.fetch(heap, rows, at + 1);
    case SET:
      return SetValue.fetch(heap, rows, at + 1);
    case ZSET:
      return ZsetValue.fetch(heap, rows, at + 1);
  }
  throw new Error(`no value has the type ${rows[at]}`);
}
