import type { ValueContext, ValueReader } from '../context.ts';

/** Type 0, and Dragonfly's JSON: one STR. */
export class StringReader implements ValueReader {
  begin(): void {}

  run(c: ValueContext): void {
    c.string();
    c.r.commit();
  }
}
