import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { SetValue } from '../values/set.ts';
import type { ValueLoader } from './value-loader.ts';

export class SetLoader implements ValueLoader {
  readonly #set: SetValue;

  constructor(heap: Heap) {
    this.#set = new SetValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#set.add(bytes, start, end);
  }

  end(): Value | undefined {
    return this.#set.size > 0 ? this.#set : undefined;
  }

  abandon(): void {
    this.#set.free();
  }
}
