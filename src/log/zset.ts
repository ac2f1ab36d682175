import { ArgumentList, RespBuffer } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { LONGEST_DOUBLE, writeDouble } from './double.ts';
import type { ValueWriter } from './value.ts';
import { Variadic } from './variadic.ts';
import { ZADD } from './words.ts';

/** Sorted sets: one `ZADD`, in file order, each score as short as it gets. */
export class ZsetWriter implements ValueWriter {
  readonly #c: LogContext;
  readonly #command: Variadic;
  /** The member, until its score is there, which stands before it in the command. */
  readonly #member = new ArgumentList();
  readonly #text = new RespBuffer(LONGEST_DOUBLE);
  #exists = false;

  constructor(c: LogContext) {
    this.#c = c;
    this.#command = new Variadic(c, 2);
  }

  begin(): void {
    this.#command.reset();
    this.#exists = false;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#member.clear();
    this.#member.add(bytes, start, end);
  }

  integer(value: number): void {
    this.#member.clear();
    this.#member.addInteger(value);
  }

  bigBegin(length: number): void {
    this.#member.clear();
    this.#member.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#member.piece(bytes, start, end);
  }

  bigEnd(): void {
    this.#member.endArgument();
  }

  score(value: number): void {
    if (Number.isNaN(value)) {
      this.#c.lose('score', 'a member of a sorted set whose score is no number');
      return;
    }
    const { out } = this.#c;
    this.#exists = true;
    this.#command.beginItem(ZADD);
    const small = value | 0;
    // Integers that do not end in three zeros have no shorter form than their digits.
    if (small === value && (small % 1000 !== 0 || Object.is(value, 0))) out.integer(small);
    else this.#double(value);
    out.list(this.#member);
    this.#command.endItem(ZADD);
  }

  #double(value: number): void {
    const text = this.#text;
    text.length = writeDouble(value, text.bytes);
    this.#c.out.buffer(text);
  }

  end(): boolean {
    this.#command.close();
    return this.#exists;
  }
}
