import type { Value } from '../types.ts';
import { GcraValue } from '../values/gcra.ts';
import type { ValueLoader } from './value-loader.ts';

/** A rate limiter is a single number. */
export class GcraLoader implements ValueLoader {
  #tat: number | bigint = 0;

  index(value: number | bigint): void {
    this.#tat = value;
  }

  bytes(): void {}

  end(): Value {
    return new GcraValue(this.#tat);
  }

  abandon(): void {}
}
