import type { ValueContext, ValueReader } from '../context.ts';
import type { EncodeContext } from '../encode-context.ts';
import { writeLength64 } from '../primitives.ts';

/** Type 33, or 29 in RDB 14: `LEN tat` (redis 8.10: src/rdb.c). */
export class GcraReader implements ValueReader {
  begin(): void {}

  run(c: ValueContext): void {
    const tat = c.length64();
    if (c.shown) {
      if (tat > 0x7fffffffffffffffn) throw c.fail('BAD_VALUE', `an arrival time of ${tat}, beyond 2^63`);
      c.handler.gcra(tat);
    }
    c.r.commit();
  }
}

const GCRA = 33;

/** A rate limiter's state: one LEN. */
export class GcraWriter {
  readonly #c: EncodeContext;

  constructor(c: EncodeContext) {
    this.#c = c;
  }

  gcra(tat: number | bigint): void {
    this.#c.head(GCRA);
    writeLength64(this.#c.out, tat);
  }
}
