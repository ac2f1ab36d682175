import type { LogContext } from './context.ts';
import type { ValueWriter } from './value.ts';
import { GCRASETVALUE } from './words.ts';

/** Rate limiters: `GCRASETVALUE`. It sets a time of its own, over which that of the key goes. */
export class GcraWriter implements ValueWriter {
  readonly #c: LogContext;

  constructor(c: LogContext) {
    this.#c = c;
  }

  begin(): void {}

  gcra(tat: number | bigint): void {
    this.#c.command(GCRASETVALUE);
    this.#c.out.integer(tat);
    this.#c.out.end();
  }

  bytes(): void {}

  integer(): void {}

  bigBegin(): void {}

  bigBytes(): void {}

  bigEnd(): void {}

  end(): boolean {
    return true;
  }
}
