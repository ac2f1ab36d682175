import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { ArrayValue, type Index } from '../values/array.ts';
import type { ValueLoader } from './value-loader.ts';

/** Where insertions go, then each element behind its index. */
export class ArrayLoader implements ValueLoader {
  readonly #array: ArrayValue;
  #index: Index = 0;

  constructor(heap: Heap) {
    this.#array = new ArrayValue(heap);
  }

  insertIndex(value: Index): void {
    this.#array.cursor = value;
  }

  index(value: Index): void {
    this.#index = value;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#array.set(this.#index, bytes, start, end);
  }

  end(): Value | undefined {
    return this.#array.size === 0 ? undefined : this.#array;
  }

  abandon(): void {
    this.#array.free();
  }
}
