import { ByteOutput } from '../bytes/index.ts';
import type { Spill } from '../rdb/index.ts';
import { writeInteger } from './text.ts';

/** Text that is held in memory. */
const HELD = 8 << 20;

const QUOTE = 0x22;
const COLON = 0x3a;
const CLOSE_OBJECT = 0x7d;

/** Times of fields and members, whose text waits until the value is complete. */
export class FieldTimes {
  readonly #text = new ByteOutput(1 << 10);
  readonly #makeSpill: (() => Spill) | undefined;
  #spill: Spill | undefined;
  #spilled = false;

  constructor(makeSpill: (() => Spill) | undefined) {
    this.#makeSpill = makeSpill;
  }

  /**
   * Adds a time.
   *
   * @param name the text of the name, without quotes
   * @param rest what of that text comes behind it
   */
  add(name: Uint8Array, rest: Uint8Array, ms: number | bigint): void {
    const text = this.#text;
    text.text(text.length > 0 || this.#spilled ? ',"' : '"');
    text.raw(name);
    text.raw(rest);
    text.byte(QUOTE);
    text.byte(COLON);
    writeInteger(text, ms);
    if (text.length < HELD || this.#makeSpill === undefined) return;
    this.#spill ??= this.#makeSpill();
    this.#spill.write(text.bytes.subarray(0, text.length));
    text.length = 0;
    this.#spilled = true;
  }

  /** Writes all of them as a member of the object, if there are any, and forgets them. */
  flush(out: ByteOutput): void {
    const text = this.#text;
    if (text.length === 0 && !this.#spilled) return;
    out.text(',"fieldExpiresAt":{');
    if (this.#spilled) for (const piece of this.#spill!.drain()) out.raw(piece);
    out.span(text.bytes, 0, text.length);
    out.byte(CLOSE_OBJECT);
    text.length = 0;
    this.#spilled = false;
  }

  /** Forgets all of them. */
  clear(): void {
    this.#text.length = 0;
    this.#spill?.close?.();
    this.#spill = undefined;
    this.#spilled = false;
  }
}
