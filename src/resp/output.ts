import {
  countDigits,
  writeArgument,
  writeArgumentHead,
  writeCommandHead,
  writeHead,
  writeIntegerArgument,
  writeLineEnd,
  writePairArgument,
  writeTextArgument,
} from './argument.ts';
import { RespBuffer, type Word } from './buffer.ts';
import type { ArgumentList } from './list.ts';

const STAR = 0x2a;

const NOTHING: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/** Room for the head of a command of fewer than ten arguments: `*N`, a line end. */
const HEAD = 4;

/**
 * Commands in RESP, made one argument after the other.
 *
 * How many arguments a command has stands before them and is known after them. So `begin` leaves room for a count of
 * one digit, and `end` fills it in, moving what follows where the count has more: a `copyWithin`, which is under one
 * percent of the profile of a mixed dump.
 * `seal` tells the count early, so that the bytes of a command with a very large argument may leave before it is
 * complete.
 *
 * Positions inside the command at hand (`size`) count from its start, so that they stay true when bytes before it
 * leave.
 */
export class RespOutput {
  #out: RespBuffer = new RespBuffer(1 << 16);
  /** What is lent out, while `#out` goes on. */
  #spare: RespBuffer = new RespBuffer(1 << 16);
  /** Where the command at hand begins; -1 where there is none. */
  #start = -1;
  #sealed = false;
  /** Some of the command at hand has left. */
  #torn = false;
  /** Nothing leaves any more. */
  #closed = false;
  /** From here on nothing may leave; -1 for no such place. */
  #held = -1;
  /** The same, for who may still take back what stands there. */
  #kept = -1;
  /** What `undo` goes back to; -1 where some of what came behind it has left. */
  #mark = -1;
  /** Arguments of the command at hand so far, its name included. */
  count = 0;

  /** Bytes of the command at hand so far. */
  get size(): number {
    return this.#out.length - this.#start;
  }

  /** Bytes that are ready: of whole commands, and of one that is sealed. */
  get ready(): number {
    return this.#ready(false);
  }

  /** A command was taken back of which a part has left: nothing more leaves. */
  get closed(): boolean {
    return this.#closed;
  }

  #ready(whole: boolean): number {
    if (this.#closed) return 0;
    let end = this.#out.length;
    if (this.#start >= 0 && (whole || !this.#sealed)) end = this.#start;
    if (this.#held >= 0 && this.#held < end) end = this.#held;
    return this.#kept >= 0 && this.#kept < end ? this.#kept : end;
  }

  /**
   * Takes the bytes that are ready.
   *
   * @param whole only whole commands
   * @returns lent until the next call; everything else may be called meanwhile
   */
  take(whole: boolean): Uint8Array<ArrayBuffer> {
    const ready = this.#ready(whole);
    // What is held stays where it is, however often it is asked for.
    if (ready === 0) return NOTHING;
    const full = this.#out;
    const next = this.#spare;
    next.length = 0;
    next.append(full.bytes, ready, full.length);
    this.#out = next;
    this.#spare = full;
    if (this.#start >= 0) {
      this.#torn ||= ready > this.#start;
      this.#start = Math.max(this.#start - ready, 0);
    }
    if (this.#held >= 0) this.#held -= ready;
    if (this.#kept >= 0) this.#kept -= ready;
    this.#mark = this.#mark < ready ? -1 : this.#mark - ready;
    return full.bytes.subarray(0, ready);
  }

  // Commands

  /** Begins a command. */
  begin(name: Word): void {
    const out = this.#out;
    this.#start = out.length;
    this.#sealed = false;
    this.count = 1;
    out.reserve(HEAD);
    out.length += HEAD;
    out.word(name);
  }

  /** Begins a command whose number of arguments is known, its name included. */
  beginCounted(name: Word, count: number): void {
    const out = this.#out;
    this.#start = out.length;
    this.#sealed = true;
    this.count = 1;
    writeCommandHead(out, count);
    out.word(name);
  }

  /** The command at hand will have so many arguments in all. */
  seal(count: number): void {
    if (this.#sealed) return;
    this.#fillHead(count);
    this.#sealed = true;
  }

  end(): void {
    if (!this.#sealed) this.#fillHead(this.count);
    this.#start = -1;
    this.#torn = false;
  }

  /** Takes back the command at hand, as if it had not begun. */
  cancel(): void {
    if (this.#start >= 0 && !this.#sealed) this.#out.length = this.#start;
    this.#start = -1;
  }

  #fillHead(count: number): void {
    const out = this.#out;
    const more = countDigits(count) - 1;
    if (more > 0) {
      out.reserve(more);
      const from = this.#start + HEAD;
      out.bytes.copyWithin(from + more, from, out.length);
      out.length += more;
    }
    writeHead(out.bytes, this.#start, STAR, count);
  }

  // Arguments

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.count++;
    writeArgument(this.#out, bytes, start, end);
  }

  /** Adds what a buffer holds as an argument. */
  buffer(buffer: RespBuffer): void {
    writeArgumentHead(this.#out, buffer.length);
    this.count++;
    this.#out.appendBuffer(buffer);
    writeLineEnd(this.#out);
  }

  word(word: Word): void {
    this.count++;
    this.#out.word(word);
  }

  integer(value: number | bigint): void {
    this.count++;
    writeIntegerArgument(this.#out, value);
  }

  /** Adds two numbers that are not negative, with a dash between them; a second of zero is left out. */
  pair(first: number, second: number): void {
    this.count++;
    writePairArgument(this.#out, first, second);
  }

  /** @param text ASCII */
  text(text: string): void {
    this.count++;
    writeTextArgument(this.#out, text);
  }

  /** Adds all arguments of a list, which stays as it is. */
  list(list: ArgumentList): void {
    this.count += list.count;
    this.#out.appendBuffer(list.out);
  }

  /** Adds arguments that are in RESP already. */
  encoded(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.count += count;
    this.#out.append(bytes, start, end);
  }

  /** Begins an argument that comes in pieces. @param length its bytes in all */
  beginArgument(length: number): void {
    this.count++;
    writeArgumentHead(this.#out, length);
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    this.#out.append(bytes, start, end);
  }

  endArgument(): void {
    writeLineEnd(this.#out);
  }

  // What was written

  /** Copies arguments of the command at hand. @param from, to values that `size` had */
  copy(from: number, to: number, count: number, into: ArgumentList): void {
    into.addEncoded(this.#out.bytes, this.#start + from, this.#start + to, count);
  }

  /** Takes back the last arguments of the command at hand. @param from the value that `size` had before them */
  cut(from: number, count: number): void {
    this.#out.length = this.#start + from;
    this.count -= count;
  }

  // Commands that may still be changed

  /** What is written from now on may be taken back. */
  mark(): void {
    this.#mark = this.#out.length;
  }

  /**
   * Takes back what was written since `mark`. False where some of it has left: then only the command at hand is taken
   * back. Where even of that a part has left, nothing that could follow would make sense, and nothing more leaves.
   */
  undo(): boolean {
    this.#closed ||= this.#torn;
    this.cancel();
    this.#held = this.#kept = -1;
    if (this.#mark < 0) return false;
    this.#out.length = this.#mark;
    return true;
  }

  /** Bytes since `mark`, while none of them has left. */
  get marked(): number {
    return this.#out.length - this.#mark;
  }

  /** What comes from now on stays until `letGo` or `undo`, so that it can be taken back. */
  keep(): void {
    this.#kept = this.#out.length;
  }

  letGo(): void {
    this.#kept = -1;
  }

  /** Nothing of what comes from now on leaves until `release`. */
  hold(): void {
    this.#held = this.#out.length;
  }

  /** Bytes that are held. */
  get held(): number {
    return this.#out.length - this.#held;
  }

  release(): void {
    this.#held = -1;
  }

  /** Takes back what is held, as bytes of their own, for the caller to write again behind others. */
  takeHeld(): Uint8Array<ArrayBuffer> {
    const held = this.#out.bytes.slice(this.#held, this.#out.length);
    this.#out.length = this.#held;
    return held;
  }

  /** Writes whole commands that are in RESP already. */
  commands(bytes: Uint8Array): void {
    this.#out.append(bytes, 0, bytes.length);
  }
}
