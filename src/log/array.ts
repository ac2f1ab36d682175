import { decimalBytes } from '../bytes/index.ts';
import { ArgumentList } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import type { ValueWriter } from './value.ts';
import { ARMSET, ARSEEK, ARSET } from './words.ts';

/** From so many neighbours on `ARSET` is shorter than naming each index in the `ARMSET` of all others. */
const RUN = 4;

/** What a command has besides its values: head, name, index. */
const AROUND = 60;

/**
 * Arrays: `ARSET` with the values of a run of neighbours, one `ARMSET` with pairs of index and value for those that
 * stand alone, `ARSEEK` where the array knows where the next insertion goes.
 */
export class ArrayWriter implements ValueWriter {
  readonly #c: LogContext;
  /** Values of the run at hand, which begins at `#first`, and where the first few end. */
  readonly #run = new ArgumentList();
  readonly #ends: number[] = [];
  #first: number | bigint = 0;
  /** Pairs that stand alone. */
  readonly #loose = new ArgumentList();
  #index: number | bigint = 0;
  #insertIndex: number | bigint | undefined;

  constructor(c: LogContext) {
    this.#c = c;
  }

  begin(): void {
    this.#insertIndex = undefined;
    this.#run.clear();
    this.#loose.clear();
    this.#ends.length = 0;
  }

  insertIndex(value: number | bigint): void {
    this.#insertIndex = value;
  }

  /** Where the next string stands. */
  index(value: number | bigint): void {
    this.#index = value;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const run = this.#run;
    const { caps } = this.#c;
    if (end - start > caps.bytes) {
      this.bigBegin(end - start);
      this.bigBytes(bytes, start, end);
      this.bigEnd();
      return;
    }
    const full = run.count === caps.items || run.size + end - start + this.#around > caps.bytes;
    if (run.count > 0 && (full || plus(this.#first, run.count) !== BigInt(this.#index))) this.#endRun();
    if (run.count === 0) this.#first = this.#index;
    run.add(bytes, start, end);
    if (run.count < RUN) this.#ends.push(run.size);
  }

  integer(value: number): void {
    const text = decimalBytes(value);
    this.bytes(text, 0, text.length);
  }

  /** A value too large to hold has a command of its own. */
  bigBegin(length: number): void {
    this.#endRun();
    const { out } = this.#c;
    out.beginCounted(ARSET, 4);
    this.#c.key();
    out.integer(this.#index);
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
    this.#endRun(true);
    this.#flushLoose();
    if (this.#insertIndex !== undefined) {
      this.#c.command(ARSEEK);
      this.#c.out.integer(plus(this.#insertIndex, 1));
      this.#c.out.end();
    }
    return true;
  }

  get #around(): number {
    const { start, end } = this.#c.frame;
    return AROUND + end - start;
  }

  /** @param last nothing follows */
  #endRun(last: boolean = false): void {
    const run = this.#run;
    if (run.count === 0) return;
    if (run.count >= RUN || (last && this.#loose.count === 0)) {
      const { out } = this.#c;
      this.#c.command(ARSET);
      out.integer(this.#first);
      out.list(run);
      out.end();
    } else {
      for (let i = 0; i < run.count; i++) this.#addLoose(plus(this.#first, i), this.#ends[i - 1] ?? 0, this.#ends[i]!);
    }
    run.clear();
    this.#ends.length = 0;
  }

  #addLoose(index: bigint, from: number, to: number): void {
    const loose = this.#loose;
    const { caps } = this.#c;
    const full = loose.count >= 2 * caps.items || loose.size + to - from + this.#around > caps.bytes;
    if (loose.count > 0 && full) this.#flushLoose();
    loose.addInteger(index);
    loose.addEncoded(this.#run.out.bytes, from, to, 1);
  }

  #flushLoose(): void {
    const loose = this.#loose;
    if (loose.count === 0) return;
    const { out } = this.#c;
    this.#c.command(loose.count === 2 ? ARSET : ARMSET);
    out.list(loose);
    out.end();
    loose.clear();
  }
}

function plus(index: number | bigint, count: number): bigint {
  return BigInt(index) + BigInt(count);
}
