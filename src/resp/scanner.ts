import { RedisFileError } from '../errors.ts';
import { HeadNumber, LINE_LIMIT } from './head-number.ts';
import { type CommandFinder, commandFinder, MOST_FOUND } from './wasm.ts';

const STAR = 0x2a;
const DOLLAR = 0x24;
const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;

/** A head of up to 15 digits with its mark and line end fits; with so many bytes at hand it is read without asking. */
const ROOM_FOR_HEAD = 18;

const INT_MAX = 0x7fffffff;

/** What comes next. The scanner goes on at any byte. */
const RECORD = 0;
const COUNT = 1;
const ARGUMENT = 2;
const LENGTH = 3;
const BODY = 4;
const BODY_END = 5;
const ANNOTATION = 6;

/** In chunks of fewer bytes there is no gain in looking for all commands at once. */
const WORTH_FINDING = 1 << 10;

/**
 * Bytes of commands that a sink is asked to keep at once, which is what keeping a single short command alive costs at most.
 */
const SHARED: number = 1 << 14;

/** Commands of more arguments are told one argument after the other, never whole. */
export const MOST_SPANS = 256;

/** Receives what a scanner reads. Positions count in `bytes`, which are lent for the call. */
export interface CommandSink {
  /**
   * A command that lies whole in `bytes`, as nearly all do: told at once, which takes half the time. Its arguments begin at
   * `spans[from + 2 * i]` and end at `spans[from + 2 * i + 1]`; it stands from the one absolute offset to the other.
   */
  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number, end: number): void;
  /**
   * For a sink that keeps arguments: it is asked for the bytes from `start` to `end`, whole commands that are told next, in an
   * array of their own, in which the first of them stands at 0.
   */
  keep?(bytes: Uint8Array, start: number, end: number): Uint8Array;
  /** A command of `count` arguments begins at the absolute offset. */
  command(count: number, offset: number): void;
  /** An argument that lies whole in `bytes`. */
  argument(bytes: Uint8Array, start: number, end: number): void;
  /** A piece of an argument that does not; `left` bytes of it are still to come. */
  piece(bytes: Uint8Array, start: number, end: number, left: number): void;
  /** The command is complete; it ends before the absolute offset. */
  complete(end: number): void;
  /** A whole line that begins with `#`, its line end included, as bytes that the receiver owns. */
  annotation(line: Uint8Array<ArrayBuffer>, offset: number): void;
}

/**
 * Reads commands in RESP, pushed in chunks of any size, and holds nothing of them: arguments go to the sink as spans of
 * the chunk. Strict, it takes what servers write: canonical numbers, CRLF, and annotations of at most 1023 bytes.
 *
 * Tolerant, it takes what servers load (redis 7.0 to 8.10: src/aof.c, loadSingleAppendOnlyFile): numbers as C's `atoi`
 * and `strtol` see them, lines that end in a bare LF or after 1023 bytes, any two bytes behind an argument. Negative
 * lengths, at which a server crashes, are refused in both ways.
 */
export class CommandScanner {
  readonly #sink: CommandSink;
  readonly #tolerant: boolean;
  #phase = RECORD;
  /** Absolute offset of the chunk at hand. */
  #base: number;
  /** Position in the chunk; between chunks 0. */
  #pos = 0;
  /** Arguments of the command at hand that are still to come. */
  #left = 0;
  /** Bytes of the argument at hand that are still to come. */
  #bodyLeft = 0;
  /** Pieces of the argument at hand were handed out. */
  #torn = false;
  #endsSeen = 0;
  #recordAt = 0;
  readonly #number: HeadNumber;
  readonly #spans: Int32Array = new Int32Array(2 * MOST_SPANS);
  #line: number[] = [];
  /** Finds many commands at once; null where there is none, undefined as long as it was not needed. */
  #finder: CommandFinder | null | undefined;
  #found: Int32Array = NONE;
  /** What the finder has of the chunk at hand. */
  #loadedFrom = 0;
  #loadedTo = 0;
  #load = 0;

  /** @param offset absolute offset of the first byte that will be pushed */
  constructor(sink: CommandSink, tolerant: boolean, offset: number) {
    this.#sink = sink;
    this.#tolerant = tolerant;
    this.#base = offset;
    this.#number = new HeadNumber(tolerant);
  }

  /** Absolute offset of the next byte to be read. */
  get offset(): number {
    return this.#base + this.#pos;
  }

  /** Absolute offset of the record at hand; between two, that of the next one. */
  get recordOffset(): number {
    return this.#phase === RECORD ? this.offset : this.#recordAt;
  }

  /** @throws RedisFileError `AOF_BAD_FORMAT` where the bytes are no commands; nothing more may be pushed then */
  push(bytes: Uint8Array): void {
    let pos = 0;
    while (pos < bytes.length) pos = this.step(bytes, pos);
  }

  /**
   * Reads on in a chunk, a few commands or the next part of one, for who does not want all at once.
   *
   * @param pos 0 in a new chunk, and then what the last call returned, until that is the end of the chunk
   */
  step(bytes: Uint8Array, pos: number): number {
    if (pos === 0) this.#loadedFrom = this.#loadedTo = 0;
    const end = bytes.length;
    const next = this.#step(bytes, pos, end);
    this.#pos = next === end ? 0 : next;
    if (next === end) this.#base += end;
    return next;
  }

  #step(bytes: Uint8Array, pos: number, end: number): number {
    switch (this.#phase) {
      case RECORD: {
        const many = end >= WORTH_FINDING && end - pos >= ROOM_FOR_HEAD;
        const found = many ? this.#findAll(bytes, pos, end) : pos;
        return found > pos ? found : this.#record(bytes, pos, end);
      }
      case ARGUMENT:
        return this.#arguments(bytes, pos, end);
      case COUNT:
      case LENGTH:
        return this.#head(bytes, pos, end);
      case BODY:
        return this.#body(bytes, pos, end);
      case BODY_END:
        return this.#bodyEnd(bytes, pos);
      default:
        return this.#annotation(bytes, pos, end);
    }
  }

  /** The input is over. @throws RedisFileError where a record is not complete; more may be pushed afterwards */
  end(): void {
    if (this.#phase === RECORD) return;
    if (this.#phase === ANNOTATION && this.#tolerant) {
      // It counts as a line; where the log has grown since, the whole one comes once more.
      this.#sink.annotation(new Uint8Array(this.#line), this.#recordAt);
      return;
    }
    if (this.#phase === COUNT && this.#tolerant && !this.#number.empty) this.#checkCount();
    const line = this.#phase === ANNOTATION;
    const what = line ? 'an annotation' : 'a command';
    throw new RedisFileError('UNEXPECTED_EOF', `the log ends inside ${what} that begins at byte ${this.#recordAt}`, {
      offset: this.offset,
      context: line ? { phase: 'annotation' } : {},
    });
  }

  /**
   * Ordinary commands from a position on, as many as the finder can have of the chunk: 29 ns for a command of three arguments,
   * the copy of the chunk included, where `#record` takes 45.
   *
   * @returns the position of what comes behind them
   */
  #findAll(bytes: Uint8Array, pos: number, end: number): number {
    if (this.#finder === undefined) {
      this.#finder = commandFinder();
      if (this.#finder !== null) this.#found = new Int32Array(MOST_FOUND);
    }
    const finder = this.#finder;
    if (finder === null) return pos;
    // Behind something that is not ordinary it goes on in what it has, so that this is not copied anew each time; unless the sink
    // has led to another scanner, as all share one finder.
    const low = this.#loadedTo < end && this.#loadedTo - pos < WORTH_FINDING;
    if (low || finder.loads !== this.#load) {
      this.#loadedFrom = pos;
      this.#loadedTo = Math.min(end, pos + finder.most);
      this.#load = finder.load(bytes, pos, this.#loadedTo);
    }
    const from = this.#loadedFrom;
    const sink = this.#sink;
    const found = this.#found;
    // Places count in what the sink gets: bytes that it keeps begin with the first command.
    const keeps = sink.keep !== undefined;
    const to = keeps ? Math.min(this.#loadedTo, pos + SHARED) : this.#loadedTo;
    const commands = finder.find(pos - from, to - from, keeps ? from - pos : from, found);
    if (commands === 0) return pos;
    const behind = from + finder.consumed;
    const lent = keeps ? sink.keep!(bytes, pos, behind) : bytes;
    const base = keeps ? this.#base + pos : this.#base;
    let at = 0;
    for (let i = 0; i < commands; i++) {
      const count = found[at]!;
      const offset = base + found[at + 1]!;
      const spans = at + 2;
      at = spans + 2 * count;
      this.#recordAt = offset;
      sink.whole(lent, found, spans, count, offset, base + found[at - 1]! + 2);
    }
    return behind;
  }

  /** The first byte of a record, and where it is an ordinary command all of its head. */
  #record(bytes: Uint8Array, start: number, end: number): number {
    this.#recordAt = this.#base + start;
    const mark = bytes[start]!;
    if (mark === HASH) {
      this.#phase = ANNOTATION;
      return start;
    }
    if (mark !== STAR) throw this.#bad(start, `expected * or #, found ${show(mark)}`);
    if (end - start >= ROOM_FOR_HEAD) {
      let count = bytes[start + 1]! - 48;
      if (count > 0 && count <= 9) {
        let at = start + 2;
        let digit = bytes[at]! - 48;
        while (digit >= 0 && digit <= 9 && count < 100_000_000) {
          count = count * 10 + digit;
          digit = bytes[++at]! - 48;
        }
        if (bytes[at] === CR && bytes[at + 1] === LF) {
          if (count <= MOST_SPANS) return this.#whole(bytes, count, at + 2, end);
          this.#begin(count);
          return at + 2;
        }
      }
    }
    this.#phase = COUNT;
    this.#number.clear();
    return start + 1;
  }

  #begin(count: number): void {
    this.#left = count;
    this.#phase = ARGUMENT;
    this.#sink.command(count, this.#recordAt);
  }

  /** A command whose arguments are ordinary and lie in the chunk; one of which some do not is told so far. */
  #whole(bytes: Uint8Array, count: number, start: number, end: number): number {
    const spans = this.#spans;
    const noted = this.#note(bytes, count, start, end);
    if (noted === count) {
      const pos = spans[2 * count - 1]! + 2;
      this.#tell(bytes, count, pos);
      return pos;
    }
    this.#begin(count);
    this.#left = count - noted;
    for (let i = 0; i < noted; i++) this.#sink.argument(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    return this.#argument(bytes, noted === 0 ? start : spans[2 * noted - 1]! + 2, end);
  }

  /** Tells a single command, which ends at a position and whose spans are noted. */
  #tell(bytes: Uint8Array, count: number, end: number): void {
    const sink = this.#sink;
    const spans = this.#spans;
    let lent = bytes;
    if (sink.keep !== undefined) {
      const start = this.#recordAt - this.#base;
      lent = sink.keep(bytes, start, end);
      for (let i = 0; i < 2 * count; i++) spans[i]! -= start;
    }
    sink.whole(lent, spans, 0, count, this.#recordAt, this.#base + end);
  }

  /** Arguments in the middle of a command. */
  #arguments(bytes: Uint8Array, start: number, end: number): number {
    const spans = this.#spans;
    const count = Math.min(this.#left, MOST_SPANS);
    const noted = this.#note(bytes, count, start, end);
    for (let i = 0; i < noted; i++) this.#sink.argument(bytes, spans[2 * i]!, spans[2 * i + 1]!);
    this.#left -= noted;
    const pos = noted === 0 ? start : spans[2 * noted - 1]! + 2;
    if (this.#left === 0) {
      this.#phase = RECORD;
      this.#sink.complete(this.#base + pos);
      return pos;
    }
    return noted === count ? pos : this.#argument(bytes, pos, end);
  }

  /** Notes where arguments are, as long as they are ordinary and lie in the chunk. @returns how many */
  #note(bytes: Uint8Array, count: number, start: number, end: number): number {
    const spans = this.#spans;
    const sure = end - ROOM_FOR_HEAD;
    let pos = start;
    for (let i = 0; i < count; i++) {
      if (pos > sure || bytes[pos] !== DOLLAR) return i;
      let length = bytes[pos + 1]! - 48;
      if (!(length >= 0 && length <= 9)) return i;
      let at = pos + 2;
      let digit = bytes[at]! - 48;
      while (digit >= 0 && digit <= 9 && length < 100_000_000) {
        // No number but 0 begins with 0; `00` and the like are for others to judge.
        if (length === 0) return i;
        length = length * 10 + digit;
        digit = bytes[++at]! - 48;
      }
      if (bytes[at] !== CR || bytes[at + 1] !== LF) return i;
      const from = at + 2;
      const to = from + length;
      if (to + 2 > end || bytes[to] !== CR || bytes[to + 1] !== LF) return i;
      spans[2 * i] = from;
      spans[2 * i + 1] = to;
      pos = to + 2;
    }
    return count;
  }

  /** The mark of an argument that is not ordinary, or does not lie in the chunk. */
  #argument(bytes: Uint8Array, pos: number, end: number): number {
    if (pos >= end) return pos;
    if (bytes[pos] !== DOLLAR) throw this.#bad(pos, `expected $ before an argument, found ${show(bytes[pos]!)}`);
    this.#phase = LENGTH;
    this.#number.clear();
    return pos + 1;
  }

  /** A count or length, a byte at a time. */
  #head(bytes: Uint8Array, start: number, end: number): number {
    const number = this.#number;
    for (let pos = start; pos < end; pos++) {
      // A server takes a NUL right behind * for the end of the file, and does not load it.
      if (number.empty && this.#phase === COUNT && bytes[pos] === 0) throw this.#bad(pos, 'NUL behind *');
      const problem = number.add(bytes[pos]!);
      if (problem !== undefined) {
        const what = this.#phase === COUNT ? 'number of arguments' : 'length of an argument';
        throw this.#bad(pos, `the ${what} is not a number as servers write it: ${problem}, found ${show(bytes[pos]!)}`);
      }
      if (!number.done) continue;
      this.#pos = pos + 1;
      if (this.#phase === COUNT) {
        this.#begin(this.#checkCount());
      } else {
        this.#bodyLeft = this.#checkLength();
        this.#torn = false;
        this.#phase = BODY;
        // An argument of no bytes is whole.
        if (this.#bodyLeft === 0) this.#wholeArgument(bytes, pos + 1, pos + 1);
      }
      return pos + 1;
    }
    return end;
  }

  #checkCount(): number {
    const count = this.#number.int();
    if (count >= 1 && count <= INT_MAX) return count;
    throw new RedisFileError('AOF_BAD_FORMAT', `a command of ${count} arguments`, { offset: this.#recordAt });
  }

  #checkLength(): number {
    const length = this.#number.long();
    if (length >= 0 && Number.isSafeInteger(length)) return length;
    throw new RedisFileError('AOF_BAD_FORMAT', `an argument of ${length} bytes`, { offset: this.offset });
  }

  #body(bytes: Uint8Array, start: number, end: number): number {
    const stop = start + this.#bodyLeft;
    if (stop <= end && !this.#torn) {
      this.#wholeArgument(bytes, start, stop);
      return stop;
    }
    const to = Math.min(stop, end);
    this.#bodyLeft -= to - start;
    this.#torn = true;
    if (this.#bodyLeft === 0) this.#bodyDone();
    this.#sink.piece(bytes, start, to, this.#bodyLeft);
    return to;
  }

  #wholeArgument(bytes: Uint8Array, start: number, stop: number): void {
    this.#bodyLeft = 0;
    this.#bodyDone();
    this.#sink.argument(bytes, start, stop);
  }

  #bodyDone(): void {
    this.#phase = BODY_END;
    this.#endsSeen = 0;
  }

  /** The two bytes behind an argument, one at a time. */
  #bodyEnd(bytes: Uint8Array, pos: number): number {
    const byte = bytes[pos]!;
    if (!this.#tolerant && byte !== (this.#endsSeen === 0 ? CR : LF)) {
      throw this.#bad(pos, `expected a line end behind an argument, found ${show(byte)}`);
    }
    if (++this.#endsSeen === 2) {
      this.#phase = --this.#left === 0 ? RECORD : ARGUMENT;
      if (this.#left === 0) this.#sink.complete(this.#base + pos + 1);
    }
    return pos + 1;
  }

  #annotation(bytes: Uint8Array, start: number, end: number): number {
    const line = this.#line;
    for (let pos = start; pos < end; pos++) {
      const byte = bytes[pos]!;
      line.push(byte);
      if (byte !== LF && line.length < LINE_LIMIT) continue;
      // A server takes the rest of a longer line for a record of its own.
      if (byte !== LF && !this.#tolerant) {
        throw this.#bad(pos, `an annotation of more than ${LINE_LIMIT} bytes, which begins at byte ${this.#recordAt}`);
      }
      this.#endLine();
      return pos + 1;
    }
    return end;
  }

  #endLine(): void {
    const line = new Uint8Array(this.#line);
    this.#line = [];
    this.#phase = RECORD;
    this.#sink.annotation(line, this.#recordAt);
  }

  #bad(pos: number, message: string): RedisFileError {
    return new RedisFileError('AOF_BAD_FORMAT', message, { offset: this.#base + pos });
  }
}

const NONE: Int32Array = /* @__PURE__ */ new Int32Array(0);

function show(byte: number): string {
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
