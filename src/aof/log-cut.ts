import { RedisFileError } from '../errors.ts';
import { commandName } from './log-filter.ts';
import type { AofRecord } from './records.ts';

/** Where a log is to end. */
export type CutPoint =
  /** Before the first annotation of a later time; Unix ms. */
  | { kind: 'time'; time: number }
  /** At the end of the last whole command up to a byte of one of the files. */
  | { kind: 'offset'; file: number; offset: number }
  /** Before a command, the nth of its name. */
  | { kind: 'command'; name: string; nth: number };

/** A place between two commands, outside of transactions. */
export interface Cut {
  /** Which of the files, counted from 0. */
  file: number;
  /** What stays of it. */
  offset: number;
  /** Where the point itself lies, which may be inside a command or a transaction that goes as a whole. */
  point: number;
}

/** Finds where logs have to be cut, reading no further than that. */
export class CutFinder {
  /** Found: nothing more needs to be read. */
  cut: Cut | undefined;
  /** First and last time that annotations tell. */
  times: [first: number, last: number] | undefined;
  /** When the RDB at the beginning was written, in ms: nothing before that can be gone back to. */
  baseTime: number | undefined;
  /** Commands with the name that was asked for. */
  found = 0;
  readonly #point: CutPoint;
  #file = -1;
  /** Behind the last record outside of a transaction. */
  #safe = 0;
  #multi = false;
  /** What stands before it is an RDB, which cannot be cut. */
  #log = 0;

  constructor(point: CutPoint) {
    this.#point = point.kind === 'command' ? { ...point, name: point.name.toUpperCase() } : point;
  }

  /** The last place so far at which they could be cut. */
  get last(): Cut {
    return { file: this.#file, offset: this.#safe, point: this.#safe };
  }

  /** Takes the next record of the files, in their order. @returns true where the cut is found */
  push(record: AofRecord): boolean {
    switch (record.kind) {
      case 'fileStart':
        this.#file++;
        this.#safe = 0;
        this.#log = 0;
        this.#multi = false;
        break;
      case 'rdb':
        this.#rdb(record.record);
        break;
      case 'annotation':
        this.#annotation(record.time, record.offset);
        this.#behind(record.offset, record.end);
        break;
      case 'command': {
        const name = commandName(record.argv);
        this.#command(name, record.offset);
        if (name === 'MULTI') this.#multi = true;
        else if (name === 'EXEC') this.#multi = false;
        this.#behind(record.offset, record.end);
        break;
      }
      case 'eof':
        this.#end(record.offset);
        break;
    }
    return this.cut !== undefined;
  }

  #rdb(record: Extract<AofRecord, { kind: 'rdb' }>['record']): void {
    if (record.kind === 'eof') {
      this.#log = this.#safe = record.end;
    } else if (record.kind === 'aux' && this.#file === 0 && record.name === 'ctime') {
      const seconds = Number(text(record.value));
      if (Number.isSafeInteger(seconds) && seconds > 0) this.baseTime = seconds * 1000;
    }
  }

  #annotation(time: number | undefined, offset: number): void {
    if (time === undefined) return;
    this.times = [Math.min(this.times?.[0] ?? time, time), Math.max(this.times?.[1] ?? time, time)];
    if (this.#point.kind === 'time' && time > this.#point.time) this.#found(offset);
  }

  #command(name: string, offset: number): void {
    const point = this.#point;
    if (point.kind !== 'command' || (name !== point.name && !name.startsWith(`${point.name} `))) return;
    if (++this.found === point.nth) this.#found(offset);
  }

  /** A record was read, which ends at `end`. */
  #behind(offset: number, end: number): void {
    const point = this.#point;
    if (point.kind === 'offset' && point.file === this.#file && this.cut === undefined) {
      if (point.offset < this.#log) throw inPreamble(point.offset, this.#log);
      if (point.offset < end) this.#found(Math.max(point.offset, offset));
    }
    if (!this.#multi) this.#safe = end;
    // Nothing behind it is read, be it damaged.
    if (point.kind === 'offset' && point.file === this.#file && point.offset === end) this.#found(end);
  }

  #end(end: number): void {
    const point = this.#point;
    if (point.kind !== 'offset' || point.file !== this.#file || this.cut !== undefined) return;
    if (point.offset < this.#log) throw inPreamble(point.offset, this.#log);
    if (point.offset > end) {
      throw new RedisFileError(
        'INVALID_ARGUMENT',
        `byte ${point.offset} is behind the end of the file, which is ${end}`,
      );
    }
    this.#found(end);
  }

  #found(point: number): void {
    this.cut ??= { file: this.#file, offset: this.#safe, point };
  }
}

function inPreamble(offset: number, end: number): RedisFileError {
  return new RedisFileError(
    'INVALID_ARGUMENT',
    `byte ${offset} lies inside the RDB at the beginning, which ends at byte ${end} and cannot be cut`,
  );
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}
