import { concat, latin1, type StringMode, utf8 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { CommandSink } from '../resp/index.ts';
import { annotationTime, DISCARD, databaseOf, EXEC, MULTI, nameKind, OTHER, SELECT } from './names.ts';
import type { AofRecord, AofWarningCode, CommandRecord } from './records.ts';

/** What an argument costs besides its bytes: an array, its place in `argv`. */
const ARGUMENT_COST = 64;

const LF = 0x0a;

/** Places for names that are kept, a power of two, and how long a name may be. */
const NAMES = 256;
const LONGEST_NAME = 16;

type Argument = Uint8Array<ArrayBuffer> | string;

/** What a builder needs to know. */
export interface LogBuilderOptions {
  strings: StringMode;
  maxArgumentBytes: number;
  maxCommandBytes: number;
  databases: number;
  /** Arguments are views on the bytes they are read from; else they are owned by whoever gets the records. */
  views: boolean;
  /** Of an argument that comes in pieces so much is kept, if given; it counts as no more against the limits. */
  shorten: number | undefined;
  /** Of the last annotation before the file, in ms. */
  time: number | undefined;
}

/** Makes records of the commands of one file. */
export class LogBuilder implements CommandSink {
  /** Offset of the MULTI that is open; undefined where none is. */
  multiAt: number | undefined;
  /** Offset behind the last record outside of MULTI. */
  validUpTo: number;
  readonly #strings: StringMode;
  readonly #maxArgument: number;
  readonly #maxCommand: number;
  readonly #databases: number;
  readonly #views: boolean;
  readonly #shorten: number | undefined;
  /** Where records go. */
  records: AofRecord<Argument, never>[] = [];
  #db = 0;
  #time: number | undefined;
  // The command at hand, where it does not come whole.
  #argv: Argument[] = [];
  #offset = 0;
  #size = 0;
  #kind: number = OTHER;
  /** What its SELECT selects. */
  #selected: number | undefined = undefined;
  #pieces: Uint8Array[] = [];
  // The bytes at hand, and what they lie in: asking an array for its buffer is a call into the engine.
  #bytes: Uint8Array = new Uint8Array(0);
  #buffer: ArrayBuffer = new ArrayBuffer(0);
  #base = 0;
  /** Names that came lately, each in one of the places. */
  readonly #names: Uint8Array<ArrayBuffer>[] = new Array(NAMES).fill(new Uint8Array(0));
  /** And what each does. */
  readonly #kinds: Uint8Array = new Uint8Array(NAMES);

  constructor(options: LogBuilderOptions, offset: number) {
    this.#strings = options.strings;
    this.#maxArgument = options.maxArgumentBytes;
    this.#maxCommand = options.maxCommandBytes;
    this.#databases = options.databases;
    this.#shorten = options.shorten;
    this.#time = options.time;
    // Text is made of the bytes at once.
    this.#views = options.views || options.strings !== 'bytes';
    this.validUpTo = offset;
  }

  /** Of the last annotation, in ms; undefined without one. */
  get time(): number | undefined {
    return this.#time;
  }

  keep(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
    return (this.#views ? bytes.subarray(start, end) : bytes.slice(start, end)) as Uint8Array<ArrayBuffer>;
  }

  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number, end: number): void {
    this.#offset = offset;
    const size = end - offset;
    if (size > this.#maxArgument || size + ARGUMENT_COST * count > this.#maxCommand) this.#measure(spans, from, count);
    const strings = this.#strings;
    let argv: Argument[];
    if (strings === 'bytes') {
      if (bytes !== this.#bytes) this.#lent(bytes);
      argv = views(this.#name(bytes, spans[from]!, spans[from + 1]!), this.#buffer, this.#base, spans, from, count);
    } else {
      this.#kind = nameKind(bytes, spans[from]!, spans[from + 1]!);
      argv = texts(bytes, spans, from, count, strings);
    }
    const select = this.#kind === SELECT && count > 1;
    this.#selected = select ? databaseOf(bytes, spans[from + 2]!, spans[from + 3]!) : undefined;
    this.#add(this.#kind, argv, end);
  }

  #lent(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#buffer = bytes.buffer as ArrayBuffer;
    this.#base = bytes.byteOffset;
  }

  /**
   * The name, which is most often one of a few dozen: finding it again takes a quarter of making a view, and a third of all
   * arguments are names. What was found is compared as a whole, so that it does not matter what its receivers did to it.
   * `#kind` says then what it does.
   */
  #name(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
    const length = end - start;
    if (this.#views || length < 1 || length > LONGEST_NAME) {
      this.#kind = nameKind(bytes, start, end);
      return new Uint8Array(this.#buffer, this.#base + start, length);
    }
    const slot = (bytes[start]! + 7 * bytes[end - 1]! + 29 * length) & (NAMES - 1);
    const known = this.#names[slot]!;
    if (known.length === length) {
      let i = 0;
      while (i < length && known[i] === bytes[start + i]) i++;
      if (i === length) {
        this.#kind = this.#kinds[slot]!;
        return known;
      }
    }
    this.#kind = this.#kinds[slot] = nameKind(bytes, start, end);
    const name = new Uint8Array(bytes.subarray(start, end));
    this.#names[slot] = name;
    return name;
  }

  #measure(spans: Int32Array, from: number, count: number): void {
    this.#size = 0;
    for (let i = from; i < from + 2 * count; i += 2) this.#count(spans[i + 1]! - spans[i]!);
  }

  command(_count: number, offset: number): void {
    this.#argv = [];
    this.#offset = offset;
    this.#size = 0;
    this.#kind = OTHER;
    this.#selected = undefined;
    this.#pieces = [];
  }

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.#count(end - start);
    this.#argument(this.keep(bytes, start, end));
  }

  #argument(bytes: Uint8Array<ArrayBuffer>): void {
    const argv = this.#argv;
    const length = bytes.length;
    if (argv.length === 0) this.#kind = nameKind(bytes, 0, length);
    else if (argv.length === 1 && this.#kind === SELECT) this.#selected = databaseOf(bytes, 0, length);
    const strings = this.#strings;
    argv.push(strings === 'bytes' ? bytes : strings === 'utf8' ? utf8(bytes) : latin1(bytes));
  }

  complete(end: number): void {
    this.#add(this.#kind, this.#argv, end);
  }

  #count(length: number): void {
    this.#size += length + ARGUMENT_COST;
    if (length > this.#maxArgument || this.#size > this.#maxCommand) this.#refuse(length);
  }

  piece(bytes: Uint8Array, start: number, end: number, left: number): void {
    const pieces = this.#pieces;
    if (this.#shorten !== undefined) this.#shortened(bytes, start, end, this.#shorten);
    else {
      // What is claimed is refused before it is waited for, and never allocated ahead.
      if (pieces.length === 0) this.#check(end - start + left);
      pieces.push(this.keep(bytes, start, end));
    }
    if (left > 0) return;
    const whole = concat(pieces);
    this.#pieces = [];
    this.#count(whole.length);
    this.#argument(whole);
  }

  /** Only the first bytes are kept. */
  #shortened(bytes: Uint8Array, start: number, end: number, most: number): void {
    const held = this.#pieces.reduce((sum, { length }) => sum + length, 0);
    // Copies: the rest of the chunk need not stay.
    if (held < most) this.#pieces.push(bytes.slice(start, Math.min(end, start + most - held)));
  }

  #check(length: number): void {
    if (length > this.#maxArgument || this.#size + length + ARGUMENT_COST > this.#maxCommand) this.#refuse(length);
  }

  #refuse(length: number): never {
    const [what, limit] =
      length > this.#maxArgument
        ? [`an argument of ${length} bytes, above maxArgumentBytes`, this.#maxArgument]
        : [`a command above maxCommandBytes`, this.#maxCommand];
    throw new RedisFileError('LIMIT_EXCEEDED', `${what}, which is ${limit}, in the command at byte ${this.#offset}`, {
      offset: this.#offset,
      context: { db: this.#db },
    });
  }

  #add(kind: number, argv: Argument[], end: number): void {
    const open = this.multiAt !== undefined;
    const record: CommandRecord<Argument> = {
      kind: 'command',
      offset: this.#offset,
      end,
      db: this.#db,
      argv,
      time: this.#time,
      inMulti: open && kind !== MULTI && kind !== EXEC,
    };
    if (kind !== OTHER) this.#special(kind, open);
    const records = this.records;
    records[records.length] = record;
    if (this.multiAt === undefined) this.validUpTo = end;
  }

  /** Warnings stand before the command they are about. */
  #special(kind: number, open: boolean): void {
    if (kind === SELECT) {
      if (this.#selected !== undefined && this.#selected < this.#databases) this.#db = this.#selected;
    } else if (kind === MULTI) {
      if (open) this.#warn('NESTED_MULTI', 'MULTI inside MULTI');
      else this.multiAt = this.#offset;
    } else if (kind === EXEC) {
      if (!open) this.#warn('EXEC_WITHOUT_MULTI', 'EXEC without MULTI');
      this.multiAt = undefined;
    } else if (kind === DISCARD && open) {
      this.#warn('DISCARD', 'DISCARD inside MULTI, at which servers crash');
    }
  }

  #warn(code: AofWarningCode, message: string): void {
    this.warning(code, `${message} at byte ${this.#offset}`, this.#offset, undefined);
  }

  warning(code: AofWarningCode, message: string, offset: number, error: RedisFileError | undefined): void {
    this.records.push({ kind: 'warning', code, message, offset, error });
  }

  annotation(line: Uint8Array<ArrayBuffer>, offset: number): void {
    const end = offset + line.length;
    const time = annotationTime(line);
    // What is torn tells no time.
    if (time !== undefined && line.at(-1) === LF) this.#time = time;
    this.records.push({ kind: 'annotation', offset, end, line, time });
    // One that is torn loads, and must not stay where the log goes on.
    if (this.multiAt === undefined && line.at(-1) === LF) this.validUpTo = end;
  }
}

/** The name, and other arguments as views; making one takes half the time of `subarray`. */
function views(
  name: Uint8Array<ArrayBuffer>,
  buffer: ArrayBuffer,
  base: number,
  spans: Int32Array,
  from: number,
  count: number,
): Uint8Array<ArrayBuffer>[] {
  const all = places(name, count);
  for (let i = 1, at = from + 2; i < count; i++, at += 2) {
    const start = spans[at]!;
    all[i] = new Uint8Array(buffer, base + start, spans[at + 1]! - start);
  }
  return all;
}

/** An array of so many elements, made at once where they are few: one that grows has room for 17. */
function places<T>(of: T, count: number): T[] {
  switch (count) {
    case 1:
      return [of];
    case 2:
      return [of, of];
    case 3:
      return [of, of, of];
    case 4:
      return [of, of, of, of];
    case 5:
      return [of, of, of, of, of];
    case 6:
      return [of, of, of, of, of, of];
  }
  const all = [of];
  while (all.length < count) all.push(of);
  return all;
}

function texts(bytes: Uint8Array, spans: Int32Array, from: number, count: number, mode: StringMode): string[] {
  const decode = mode === 'utf8' ? utf8 : latin1;
  const all: string[] = [];
  for (let at = from; at < from + 2 * count; at += 2) all.push(decode(bytes, spans[at]!, spans[at + 1]!));
  return all;
}
