import { putDecimal } from '../bytes/index.ts';
import type { ScanFrame } from '../rdb/index.ts';
import { ArgumentList } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { writeExpiry, writeTimeOption } from './expiry.ts';
import { TimedItems } from './timed.ts';
import type { ValueWriter } from './value.ts';
import { MSET, MSETEX, SET } from './words.ts';

/** Kinds of keys, in the order of a sorted log; and keys in no such order. */
const PLAIN = 0;
const TIMED = 1;
const OTHERS = 2;
const MINGLED = 3;

/** What MSETEX has besides its pairs: name, count, option, time, all with their heads. */
const AROUND = 80;

/**
 * Strings: `MSET` for many without a time, `MSETEX` for several with the same one, else `SET` with its time where the
 * target knows that.
 *
 * Strings without a time gather in `#plain` while other keys are written, as the order of keys means nothing; so the
 * database of what gathers must not change under it (`flush`).
 */
export class StringWriter implements ValueWriter {
  readonly #c: LogContext;
  /** Several keys may share a command. */
  readonly #grouped: boolean;
  readonly #plain = new ArgumentList(1 << 16);
  readonly #timed = new TimedItems();
  readonly #digits = new Uint8Array(20);
  /** Which of them the key at hand has joined. */
  #joined: ArgumentList | TimedItems | undefined;
  /** Which keys of the database came so far, while they came in the order plain strings, strings with a time, others. */
  #stage: number = PLAIN;

  /** @param grouped false for clusters, where the keys of a command must belong to one slot */
  constructor(c: LogContext, grouped: boolean) {
    this.#c = c;
    this.#grouped = grouped;
  }

  begin(): void {
    this.#joined = undefined;
  }

  /**
   * A key of any type begins. Where keys come sorted by what they are, commands stand in their order too: what waits
   * leaves before the first key that is no such. Where they do not, it waits for more of its kind, at the cost of no
   * more than two commands for having tried.
   */
  pass({ type, expiresAt }: ScanFrame): void {
    if (this.#stage === MINGLED) return;
    const stage = type !== 'string' ? OTHERS : expiresAt === undefined ? PLAIN : TIMED;
    if (stage === this.#stage) return;
    if (stage > this.#stage) {
      this.#flushPlain();
      if (stage === OTHERS) this.#flushTimed();
      this.#stage = stage;
    } else this.#stage = MINGLED;
  }

  /** Takes back the string at hand where it waits for others. */
  undo(): void {
    this.#joined?.dropLast();
    this.#joined = undefined;
  }

  /** Bytes of the string at hand, where it waits for others. */
  get waiting(): number {
    return this.#joined?.marked ?? 0;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const { out, frame, target, caps } = this.#c;
    const at = frame.expiresAt;
    const size = AROUND + frame.end - frame.start + end - start;
    // What is nearly a command of its own gains nothing by sharing one.
    const grouped = this.#grouped && 2 * size < caps.bytes;
    if (at === undefined && grouped) {
      const plain = this.#plain;
      if (plain.count >= 2 * caps.items || plain.size + size > caps.bytes) this.#flushPlain();
      plain.mark();
      plain.add(frame.bytes, frame.start, frame.end);
      plain.add(bytes, start, end);
      this.#joined = plain;
    } else if (at !== undefined && at > 0 && grouped && target.msetex) {
      const timed = this.#timed;
      if (timed.length >= caps.items || timed.size + size > caps.bytes) this.#flushTimed();
      timed.arguments.add(frame.bytes, frame.start, frame.end);
      timed.arguments.add(bytes, start, end);
      timed.endItem(at);
      this.#joined = timed;
    } else {
      this.#begin();
      out.argument(bytes, start, end);
      this.#end();
    }
  }

  integer(value: number): void {
    const digits = this.#digits;
    this.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  bigBegin(length: number): void {
    this.#begin();
    this.#c.out.beginArgument(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.out.piece(bytes, start, end);
  }

  bigEnd(): void {
    this.#c.out.endArgument();
    this.#end();
  }

  end(): boolean {
    return false;
  }

  /** SET with its time inside: the target knows that, and the time is one that SET takes. */
  get #inside(): boolean {
    const { frame, target } = this.#c;
    return frame.expiresAt !== undefined && frame.expiresAt > 0 && target.setAt;
  }

  #begin(): void {
    const { out } = this.#c;
    out.beginCounted(SET, this.#inside ? 5 : 3);
    this.#c.key();
  }

  #end(): void {
    const { out, frame } = this.#c;
    const at = frame.expiresAt;
    if (this.#inside) writeTimeOption(out, at!);
    out.end();
    if (at !== undefined && !this.#inside) writeExpiry(this.#c, at);
  }

  /** Writes the strings that wait for others, all of them earlier than the key at hand; other keys follow. */
  flush(): void {
    this.#flushPlain();
    this.#flushTimed();
    this.#stage = PLAIN;
  }

  #flushPlain(): void {
    const plain = this.#plain;
    if (plain.count === 0) return;
    const { out } = this.#c;
    out.beginCounted(plain.count === 2 ? SET : MSET, plain.count + 1);
    out.list(plain);
    out.end();
    plain.clear();
    out.mark();
  }

  #flushTimed(): void {
    if (this.#timed.length === 0) return;
    const { out } = this.#c;
    this.#timed.flush(2, out, (time, items, add) => {
      out.begin(items === 1 ? SET : MSETEX);
      if (items > 1) out.integer(items);
      add();
      writeTimeOption(out, time);
      out.end();
    });
    out.mark();
  }
}
