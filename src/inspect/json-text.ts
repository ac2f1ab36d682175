import { ByteOutput } from '../bytes/index.ts';
import { type Escape, JsonStrings, writeInteger } from './text.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** JSON in the making: the text so far, and how its strings are written. */
export class JsonText {
  readonly out: ByteOutput = new ByteOutput();
  readonly strings: JsonStrings;
  /** What was taken last, and will be written to again when the next is taken. */
  #spare = new Uint8Array(0);

  constructor(form: Escape) {
    this.strings = new JsonStrings(form);
  }

  /** A string, with its quotes. */
  string(bytes: Uint8Array): void {
    this.out.byte(QUOTE);
    this.strings.write(this.out, bytes, 0, bytes.length, true);
    this.out.byte(QUOTE);
  }

  /** A list of strings. */
  list(strings: readonly Uint8Array[]): void {
    this.out.byte(OPEN_ARRAY);
    strings.forEach((string, i) => {
      if (i > 0) this.out.byte(COMMA);
      this.string(string);
    });
    this.out.byte(CLOSE_ARRAY);
  }

  /** A member of an object, behind others: a number. */
  integer(name: string, value: number | bigint): void {
    this.out.text(`,"${name}":`);
    writeInteger(this.out, value);
  }

  /** The same: the id of a stream entry. */
  id(name: string, id: string): void {
    this.out.text(`,"${name}":"${id}"`);
  }

  /**
   * Takes the text before a place. Two buffers take turns, and only what is left moves from one to the other: a copy of
   * what is taken, in memory that is new each time, took 3 % of the whole job.
   *
   * @returns lent until the next call
   */
  takeBefore(end: number): Uint8Array<ArrayBuffer> {
    const { out } = this;
    const taken = out.bytes;
    const rest = out.length - end;
    const next = this.#spare.length > 2 * rest ? this.#spare : new Uint8Array(taken.length);
    next.set(taken.subarray(end, out.length));
    this.#spare = taken;
    out.bytes = next;
    out.length = rest;
    return taken.subarray(0, end);
  }
}
