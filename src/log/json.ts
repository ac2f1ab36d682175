import { decimalBytes } from '../bytes/index.ts';
import type { LogContext } from './context.ts';
import type { ValueWriter } from './value.ts';
import { JSON_SET, ROOT } from './words.ts';

/** JSON documents of Dragonfly: `JSON.SET key $ text`. */
export class JsonDocumentWriter implements ValueWriter {
  readonly #c: LogContext;

  constructor(c: LogContext) {
    this.#c = c;
  }

  begin(): void {}

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.bigBegin(end - start);
    this.bigBytes(bytes, start, end);
    this.bigEnd();
  }

  integer(value: number): void {
    const text = decimalBytes(value);
    this.bytes(text, 0, text.length);
  }

  bigBegin(length: number): void {
    const { out } = this.#c;
    out.beginCounted(JSON_SET, 4);
    this.#c.key();
    out.word(ROOT);
    out.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.out.piece(bytes, start, end);
  }

  bigEnd(): void {
    this.#c.out.endArgument();
    this.#c.out.end();
  }

  end(): boolean {
    return true;
  }
}
