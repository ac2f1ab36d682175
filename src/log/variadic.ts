import { ArgumentList, type RespOutput, type Word } from '../resp/index.ts';
import type { LogContext } from './context.ts';

/** Digits of the count that `end` may add to the head of a command. */
const HEAD_GROWTH = 6;

/**
 * A command on the key at hand with any number of items, divided into several where it grows too large. It is open
 * from its first item until `close`.
 */
export class Variadic {
  /** Items of the command that is open. */
  items = 0;
  /** Where the item at hand begins in the command. */
  itemStart = 0;
  readonly #c: LogContext;
  readonly #out: RespOutput;
  readonly #mostItems: number;
  readonly #mostBytes: number;
  readonly #argumentsEach: number;
  readonly #carried = new ArgumentList();

  constructor(c: LogContext, argumentsEach: number) {
    this.#c = c;
    this.#out = c.out;
    this.#mostItems = c.caps.items;
    this.#mostBytes = c.caps.bytes - HEAD_GROWTH;
    this.#argumentsEach = argumentsEach;
  }

  /** Forgets a command that was open. */
  reset(): void {
    this.items = 0;
  }

  /** Before the arguments of an item. */
  beginItem(name: Word): void {
    if (this.items === this.#mostItems) this.close();
    if (this.items === 0) this.#c.command(name);
    this.items++;
    this.itemStart = this.#out.size;
  }

  /** Behind them: an item with which the command is too large goes into the next one. */
  endItem(name: Word): void {
    const out = this.#out;
    if (out.size <= this.#mostBytes || this.items === 1) return;
    const carried = this.#carried;
    out.copy(this.itemStart, out.size, this.#argumentsEach, carried);
    this.dropItem();
    this.close();
    this.beginItem(name);
    out.list(carried);
    carried.clear();
  }

  /** Takes back the item at hand. */
  dropItem(): void {
    this.items--;
    this.#out.cut(this.itemStart, this.#argumentsEach);
    if (this.items === 0) this.#out.cancel();
  }

  /** Takes back the first argument of the item at hand, and ends the command before it. */
  dropField(): void {
    this.items--;
    this.#out.cut(this.itemStart, 1);
    this.close();
  }

  /** The command ends; the next item begins another. */
  close(): void {
    if (this.items > 0) this.#out.end();
    this.items = 0;
  }
}
