import { findCommandIn, takesCount } from '../commands/index.ts';
import { type CommandSink, LINE_LIMIT } from '../resp/index.ts';
import { DamagedNames, type Flaw, resembles } from './flaws.ts';
import { annotationTime, DISCARD, EXEC, MULTI, nameKind, OTHER, RESET } from './names.ts';

/** Bytes of a name that are kept where it does not come whole: one more than the longest known name. */
const NAME = 65;

/** Places of a finding that are told. */
const MOST_PLACES = 5;

/** What is wrong or odd with commands that parse. */
export type LogFindingCode =
  | 'UNKNOWN_COMMAND'
  | 'WRONG_ARITY'
  | 'NESTED_MULTI'
  | 'EXEC_WITHOUT_MULTI'
  | 'DISCARD'
  | 'RESET'
  | 'TIME_BACKWARDS'
  | 'ODD_FORM';

/** Commands of which the same is to be said. */
export interface LogFinding {
  code: LogFindingCode;
  count: number;
  /** Offsets of the first few. */
  offsets: number[];
  /** Names of the first few that differ, cut where they are long. */
  names: string[];
  /** A server would not load them. */
  refused: boolean;
}

/**
 * A server from 7.0 on refuses unknown commands, Valkey 9 a wrong number of arguments, at which Redis may crash as it does at
 * DISCARD and RESET when the EXEC behind them runs (redis 7.0.15).
 */
const REFUSED: ReadonlySet<LogFindingCode> = new Set(['UNKNOWN_COMMAND', 'WRONG_ARITY', 'DISCARD', 'RESET']);

/** Shows each command as one call, with no more of its arguments than its name, and that of a subcommand. */
export abstract class CommandNames implements CommandSink {
  readonly #held: Uint8Array = new Uint8Array(2 * NAME);
  readonly #spans: Int32Array = new Int32Array(4);
  #index = 0;
  #begun = false;
  #count = 0;
  #offset = 0;
  /** Bytes that the command would take as servers write it. */
  #canonical = 0;
  #oddEnd = false;

  /** @param odd it stands in a form that servers read, and do not write; not all such forms are seen */
  abstract one(
    bytes: Uint8Array,
    spans: Int32Array,
    count: number,
    offset: number,
    end: number,
    odd: boolean,
    next: number | undefined,
  ): void;
  abstract annotation(line: Uint8Array<ArrayBuffer>, offset: number): void;

  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number, end: number): void {
    const names = this.#spans;
    for (let i = 0; i < 4; i++) names[i] = spans[from + i]!;
    this.one(bytes, names, count, offset, end, false, bytes[spans[from + 2 * count - 1]! + 2]);
  }

  command(count: number, offset: number): void {
    this.#count = count;
    this.#offset = offset;
    this.#index = 0;
    this.#begun = false;
    this.#oddEnd = false;
    this.#canonical = head(count);
    this.#spans.fill(0);
  }

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.#begin(end - start);
    this.#hold(bytes, start, end);
    this.#index++;
    this.#begun = false;
    if (end + 2 <= bytes.length) this.#oddEnd ||= bytes[end] !== 0x0d || bytes[end + 1] !== 0x0a;
  }

  piece(bytes: Uint8Array, start: number, end: number, left: number): void {
    if (!this.#begun) this.#begin(end - start + left);
    this.#hold(bytes, start, end);
    if (left > 0) return;
    this.#index++;
    this.#begun = false;
  }

  complete(end: number): void {
    const odd = this.#oddEnd || end - this.#offset !== this.#canonical;
    this.one(this.#held, this.#spans, this.#count, this.#offset, end, odd, undefined);
  }

  #begin(length: number): void {
    this.#begun = true;
    this.#canonical += head(length) + length + 2;
    const i = this.#index;
    if (i < 2) this.#spans[2 * i] = this.#spans[2 * i + 1] = i * NAME;
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    const i = this.#index;
    if (i >= 2) return;
    const at = this.#spans[2 * i + 1]!;
    const length = Math.min(end - start, (i + 1) * NAME - at);
    this.#held.set(bytes.subarray(start, start + length), at);
    this.#spans[2 * i + 1] = at + length;
  }
}

/** Bytes of `*3` or `$3` with the line end. */
function head(count: number): number {
  return String(count).length + 3;
}

type Before = Pick<LogTally, 'commands' | 'commandsValid' | 'multiAt' | 'end' | 'validUpTo' | 'findings'>;

/** Counts the commands of a log, and notes what is wrong with them. Holds nothing of their arguments. */
export class LogTally extends CommandNames {
  commands = 0;
  annotations = 0;
  /** Offset of the MULTI that is open; undefined where none is. */
  multiAt: number | undefined;
  /** Offset behind the last record, which is where the one begins that does not parse. */
  end: number;
  /** Offset behind the last record outside of MULTI. */
  validUpTo: number;
  /** Commands up to there. */
  commandsValid = 0;
  /** Offset of a line at the end of the log that has no end: a server would take what is appended for a part of it. */
  openLine: number | undefined;
  /** Offset behind an EXEC whose MULTI is not there, where no other mark comes before it. */
  strayExecEnd: number | undefined;
  findings: LogFinding[] = [];
  readonly #flaws: Flaw[] = [];
  readonly #names: DamagedNames = new DamagedNames();
  /** A damaged name in the transaction that is open. */
  #flawed: string | undefined;
  /** Of the damaged names since the last mark the one that may have been MULTI. */
  #lostMulti: Flaw | undefined;
  /** In the transaction that is open, the first damaged name that may have been EXEC, and damage behind it. */
  #lostExec: { name: string; end: number; behind: Flaw[] } | undefined;
  /** Offset of the last command, where nothing but arguments of its own may follow it. */
  #lastAt: number | undefined;
  #marked = false;
  /** Of the last annotation, in ms; undefined without one. */
  time: number | undefined;
  /** What was true before the last record, where that has an odd form. */
  #beforeOdd: Before | undefined;

  /**
   * @param offset where the log begins
   * @param time of the last annotation before it, in ms
   */
  constructor(offset: number, time: number | undefined) {
    super();
    this.time = time;
    this.end = offset;
    this.validUpTo = offset;
  }

  /** Commands that are damaged, and transactions that hold one. */
  get flaws(): Flaw[] {
    return this.#flaws.filter(({ name }) => name === undefined || this.#names.isDamaged(name));
  }

  one(bytes: Uint8Array, spans: Int32Array, count: number, offset: number, end: number, odd: boolean): void {
    this.#beforeOdd = odd ? this.#snapshot() : undefined;
    this.commands++;
    this.end = end;
    this.#lastAt = offset;
    const command = findCommandIn(bytes, spans, count);
    if (command === undefined) this.#unknown(nameOf(bytes, spans, count), count, offset, end);
    else if (!takesCount(command, count)) this.#find('WRONG_ARITY', offset, command.name);
    if (odd) this.#find('ODD_FORM', offset);
    const kind = nameKind(bytes, spans[0]!, spans[1]!);
    if (kind !== OTHER) this.#special(kind, offset, end);
    if (this.multiAt !== undefined) return;
    this.validUpTo = end;
    this.commandsValid = this.commands;
  }

  /**
   * What stands behind the last record is none. One of an odd form is damage then, too: a length that is too small by two
   * reads as a shorter argument, with other bytes for its line end.
   */
  stop(): void {
    if (this.#beforeOdd !== undefined) Object.assign(this, this.#beforeOdd);
    this.#beforeOdd = undefined;
  }

  /** An argument stands where the next record should: it belongs to the last one, whose count is too small. */
  stopAtArgument(): void {
    const offset = this.#lastAt;
    const flaws = this.multiAt === undefined ? this.#flaws : this.#lostExec?.behind;
    if (offset !== undefined) flaws?.push({ offset, length: this.end - offset, name: undefined });
  }

  /**
   * No EXEC comes any more. If one is damaged, the transaction ends with it, and what stands behind it is none of it.
   *
   * @returns whether that is so; servers take all for a part of the transaction
   */
  settle(): boolean {
    const lost = this.#lostExec;
    if (lost === undefined || lost.end > this.end || !this.#names.isDamaged(lost.name)) return false;
    this.#endAtLostExec();
    this.multiAt = undefined;
    this.validUpTo = this.openLine ?? this.end;
    this.commandsValid = this.commands;
    return true;
  }

  #endAtLostExec(): void {
    const offset = this.multiAt!;
    const { name, end, behind } = this.#lostExec!;
    this.#flaws.push({ offset, length: end - offset, name }, ...behind);
    this.#lostExec = undefined;
    this.#flawed = undefined;
  }

  annotation(line: Uint8Array<ArrayBuffer>, offset: number): void {
    this.#beforeOdd = undefined;
    this.#lastAt = undefined;
    this.annotations++;
    this.end = offset + line.length;
    if (line.at(-1) !== 0x0a && line.length < LINE_LIMIT) {
      // What is torn tells no time.
      this.openLine = offset;
      return;
    }
    const time = annotationTime(line);
    if (time !== undefined) {
      if (this.time !== undefined && time < this.time) this.#find('TIME_BACKWARDS', offset);
      this.time = time;
    }
    if (this.multiAt === undefined) this.validUpTo = this.end;
  }

  #snapshot(): Before {
    const { commands, commandsValid, multiAt, end, validUpTo } = this;
    const findings = this.findings.map((one) => ({ ...one, offsets: [...one.offsets], names: [...one.names] }));
    return { commands, commandsValid, multiAt, end, validUpTo, findings };
  }

  #special(kind: number, offset: number, end: number): void {
    if (kind === MULTI) {
      if (this.multiAt === undefined) this.multiAt = offset;
      else this.#nested(offset);
    } else if (kind === EXEC) {
      if (this.multiAt === undefined) {
        this.#find('EXEC_WITHOUT_MULTI', offset);
        if (!this.#marked) this.strayExecEnd = end;
        if (this.#lostMulti !== undefined) this.#lostMulti.length = end - this.#lostMulti.offset;
      } else if (this.#flawed !== undefined) {
        this.#flaws.push({ offset: this.multiAt, length: end - this.multiAt, name: this.#flawed });
      }
      this.multiAt = undefined;
      this.#flawed = undefined;
      this.#lastAt = undefined;
    } else if ((kind === DISCARD || kind === RESET) && this.multiAt !== undefined) {
      this.#find(kind === RESET ? 'RESET' : 'DISCARD', offset);
    } else {
      return;
    }
    this.#marked = true;
    this.#lostMulti = undefined;
    this.#lostExec = undefined;
  }

  #nested(offset: number): void {
    this.#find('NESTED_MULTI', offset);
    if (this.#lostExec === undefined) return;
    this.#endAtLostExec();
    this.multiAt = offset;
    this.validUpTo = offset;
    this.commandsValid = this.commands - 1;
  }

  #unknown(name: string, count: number, offset: number, end: number): void {
    this.#find('UNKNOWN_COMMAND', offset, name);
    if (!this.#names.mayBeDamaged(name)) return;
    const flaw = { offset, length: end - offset, name };
    if (this.multiAt !== undefined) {
      this.#flawed ??= name;
      if (this.#lostExec !== undefined) this.#lostExec.behind.push(flaw);
      else if (count === 1 && resembles(name, 'EXEC')) this.#lostExec = { name, end, behind: [] };
      return;
    }
    this.#flaws.push(flaw);
    if (resembles(name, 'MULTI')) this.#lostMulti ??= flaw;
  }

  #find(code: LogFindingCode, offset: number, name?: string): void {
    let found = this.findings.find((one) => one.code === code);
    if (found === undefined) {
      found = { code, count: 0, offsets: [], names: [], refused: REFUSED.has(code) };
      this.findings.push(found);
    }
    found.count++;
    if (found.offsets.length < MOST_PLACES) found.offsets.push(offset);
    if (name === undefined || found.names.length >= MOST_PLACES || found.names.includes(name)) return;
    found.names.push(name);
  }
}

/** A name as messages show it, with its subcommand where it is known to have some. */
function nameOf(bytes: Uint8Array, spans: Int32Array, count: number): string {
  const container = count > 1 && findCommandIn(bytes, spans, 1) !== undefined;
  const parts = [word(bytes, spans[0]!, spans[1]!)];
  if (container) parts.push(word(bytes, spans[2]!, spans[3]!));
  return parts.join(' ');
}

function word(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, Math.min(end, start + NAME))) {
    text += byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}
