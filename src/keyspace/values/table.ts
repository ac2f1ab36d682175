import { grown } from '../../bytes/index.ts';
import type { Heap } from '../memory/index.ts';
import { HASH, LIST, SET, type Value, ZSET } from '../types.ts';
import { HashValue } from './hash.ts';
import { ListValue } from './list.ts';
import { SetValue } from './set.ts';
import { ZsetValue } from './zset.ts';

/** Numbers of a value that is put away: its type, and four of its own. */
const ROW = 5;

/** Objects of each type that wait for the next value: a command rarely works with more. */
const MOST_SPARE = 8;

/**
 * Values that are not strings, by number. All databases share them.
 *
 * A value is an object only while a command works with it. Behind the command it is put away as a few numbers, where that
 * is all it takes, as it is for small collections: of these there may be millions, and objects would cost 136 bytes each
 * instead of 20, and the garbage collector its time. On the log of the benchmark, with 65,000 collections, the process has
 * 40 MB less. The object serves the next value of its type, as making one for each command was half of all garbage.
 */
export class Values {
  readonly #heap: Heap;
  /** Values that are objects at the moment. */
  readonly #objects: (Value | undefined)[] = [];
  #rows = new Int32Array(64 * ROW);
  #count = 0;
  readonly #free: number[] = [];
  /** Numbers of those that may be put away, and how many they are: to empty an array costs more than to forget its length. */
  readonly #inUse: number[] = [];
  #used = 0;
  /** Objects that stand for no value, by type. */
  readonly #spare: Value[][] = Array.from({ length: 1 + Math.max(HASH, LIST, SET, ZSET) }, () => []);

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  add(value: Value): number {
    const number = this.#free.pop() ?? this.#newRow();
    this.#objects[number] = value;
    this.#inUse[this.#used++] = number;
    return number;
  }

  #newRow(): number {
    const number = this.#count++;
    if (this.#count * ROW > this.#rows.length) this.#rows = grown(this.#rows);
    return number;
  }

  /** The same object until `settle`. */
  get(number: number): Value {
    return this.#objects[number] ?? this.#fetch(number);
  }

  #fetch(number: number): Value {
    const at = number * ROW;
    const type = this.#rows[at]!;
    const value = this.#spare[type]!.pop() ?? newValue(this.#heap, type);
    value.fetch!(this.#rows, at + 1);
    this.#objects[number] = value;
    this.#inUse[this.#used++] = number;
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
    for (let i = 0; i < this.#used; i++) this.#putAway(this.#inUse[i]!);
    this.#used = 0;
  }

  #putAway(number: number): void {
    const value = this.#objects[number];
    // What was taken out meanwhile is gone.
    if (value?.stow?.(this.#rows, number * ROW + 1) !== true) return;
    this.#rows[number * ROW] = value.type;
    this.#objects[number] = undefined;
    const spare = this.#spare[value.type]!;
    if (spare.length < MOST_SPARE) spare.push(value);
  }
}

function newValue(heap: Heap, type: number): Value {
  switch (type) {
    case HASH:
      return new HashValue(heap);
    case LIST:
      return new ListValue(heap);
    case SET:
      return new SetValue(heap);
    case ZSET:
      return new ZsetValue(heap);
  }
  throw new Error(`no value has the type ${type}`);
}
