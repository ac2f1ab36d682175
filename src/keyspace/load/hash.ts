import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { HashValue, NEVER } from '../values/hash.ts';
import type { ValueLoader } from './value-loader.ts';

/** Fields with their values, each perhaps with a time. */
export class HashLoader implements ValueLoader {
  readonly #hash: HashValue;
  #isValue = false;
  /** The field at hand, copied as it is only lent. */
  #field = new Uint8Array(64);
  #length = 0;

  constructor(heap: Heap) {
    this.#hash = new HashValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isValue) {
      this.#hash.set(this.#field, 0, this.#length, bytes, start, end);
    } else {
      this.#length = end - start;
      if (this.#length > this.#field.length) this.#field = new Uint8Array(2 * this.#length);
      this.#field.set(bytes.subarray(start, end));
    }
    this.#isValue = !this.#isValue;
  }

  expiry(ms: number | bigint): void {
    if (ms !== NEVER && ms !== BigInt(NEVER)) this.#hash.setTime(this.#field, 0, this.#length, ms);
  }

  end(): Value | undefined {
    return this.#hash.size === 0 ? undefined : this.#hash;
  }

  abandon(): void {
    this.#hash.free();
  }
}
