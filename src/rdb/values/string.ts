import type { ValueContext, ValueReader } from '../context.ts';
import type { EncodeContext } from '../encode-context.ts';
import type { ValueWriter } from './writer.ts';

/** Type 0, and Dragonfly's JSON: one STR. */
export class StringReader implements ValueReader {
  begin(): void {}

  run(c: ValueContext): void {
    c.string();
    c.r.commit();
  }
}

const STRING = 0;

/** Type 0: one STR. */
export class StringWriter implements ValueWriter {
  readonly #c: EncodeContext;

  constructor(c: EncodeContext) {
    this.#c = c;
  }

  begin(): void {}

  count(): void {}

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.head(STRING);
    this.#c.strings.write(this.#c.out, bytes, start, end);
  }

  integer(value: number): void {
    this.#c.head(STRING);
    this.#c.strings.integer(this.#c.out, value);
  }

  int64(hi: number, lo: number): void {
    this.#c.head(STRING);
    this.#c.strings.int64(this.#c.out, hi, lo);
  }

  bigBegin(length: number): void {
    this.#c.head(STRING);
    this.#c.strings.head(this.#c.out, length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.out.span(bytes, start, end);
    this.#c.output.settle();
  }

  bigEnd(): void {}

  end(): void {}

  abandon(): void {}
}
