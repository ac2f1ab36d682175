import type { Word } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import type { ValueWriter } from './value.ts';
import { Variadic } from './variadic.ts';

/** Lists (`RPUSH`, head to tail) and sets (`SADD`): a command with all elements. */
export class ItemsWriter implements ValueWriter {
  readonly #c: LogContext;
  readonly #name: Word;
  readonly #command: Variadic;
  #exists = false;

  constructor(c: LogContext, name: Word) {
    this.#c = c;
    this.#name = name;
    this.#command = new Variadic(c, 1);
  }

  begin(): void {
    this.#command.reset();
    this.#exists = false;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#exists = true;
    this.#command.beginItem(this.#name);
    this.#c.out.argument(bytes, start, end);
    this.#command.endItem(this.#name);
  }

  integer(value: number): void {
    this.#exists = true;
    this.#command.beginItem(this.#name);
    this.#c.out.integer(value);
    this.#command.endItem(this.#name);
  }

  /** An element too large to hold has a command of its own. */
  bigBegin(length: number): void {
    this.#exists = true;
    this.#command.close();
    this.#command.beginItem(this.#name);
    const { out } = this.#c;
    out.seal(out.count + 1);
    out.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.out.piece(bytes, start, end);
  }

  bigEnd(): void {
    this.#c.out.endArgument();
    this.#command.close();
  }

  end(): boolean {
    this.#command.close();
    return this.#exists;
  }
}
