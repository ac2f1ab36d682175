import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { ZsetValue } from '../values/zset.ts';
import type { ValueLoader } from './value-loader.ts';

export class ZsetLoader implements ValueLoader {
  readonly #zset: ZsetValue;
  #member: Uint8Array = new Uint8Array(0);

  constructor(heap: Heap) {
    this.#zset = new ZsetValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#member = bytes.slice(start, end);
  }

  score(value: number): void {
    this.#zset.set(this.#member, 0, this.#member.length, value);
  }

  end(): Value | undefined {
    return this.#zset.size > 0 ? this.#zset : undefined;
  }

  abandon(): void {
    this.#zset.free();
  }
}
