import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { ListValue } from '../values/list.ts';
import type { ValueLoader } from './value-loader.ts';

export class ListLoader implements ValueLoader {
  readonly #list: ListValue;

  constructor(heap: Heap) {
    this.#list = new ListValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#list.push(false, bytes, start, end);
  }

  end(): Value | undefined {
    return this.#list.length > 0 ? this.#list : undefined;
  }

  abandon(): void {
    this.#list.free();
  }
}
