import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { ZsetValue } from '../values/zset.ts';
import type { ValueLoader } from './value-loader.ts';

export class ZsetLoader implements ValueLoader {
  readonly #zset: ZsetValue;
  readonly #packs: boolean;
  #member: Uint8Array = new Uint8Array(0);

  /** @param packs a server packs what it loads as a skiplist, if it is small, and has no -0 in it then */
  constructor(heap: Heap, packs: boolean) {
    this.#zset = new ZsetValue(heap);
    this.#packs = packs;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#member = bytes.slice(start, end);
  }

  score(value: number): void {
    this.#zset.set(this.#member, 0, this.#member.length, value);
  }

  end(): Value | undefined {
    if (this.#zset.size === 0) return undefined;
    if (this.#packs) this.#zset.packZeros();
    return this.#zset;
  }

  abandon(): void {
    this.#zset.free();
  }
}
