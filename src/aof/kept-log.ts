import type { WritableAofRecord, WritableCommand } from './encode.ts';
import type { FilteredCommand, LogFilter } from './log-filter.ts';
import { EXEC, MULTI, nameKind, SELECT } from './names.ts';
import type { AnnotationRecord, AofRecord } from './records.ts';

/**
 * What is left of logs when only some commands are wanted, as a log that servers load. SELECT is left to the writer, which
 * knows what is selected; MULTI and EXEC stay around what is left of a transaction, and annotations before what follows
 * them. A transaction is held until its EXEC comes, as without that it never ran.
 */
export class KeptLog {
  /** Commands that were kept, without MULTI and EXEC. */
  kept = 0;
  readonly #filter: LogFilter;
  readonly #limit: number;
  #annotation: AnnotationRecord | undefined;
  /** Records of the transaction that is open, its MULTI not among them. */
  #held: WritableAofRecord[] | undefined;
  #multi: (FilteredCommand & WritableCommand) | undefined;
  #out: WritableAofRecord[] = [];

  constructor(filter: LogFilter, limit: number = Number.POSITIVE_INFINITY) {
    this.#filter = filter;
    this.#limit = limit;
  }

  /** As many commands as are wanted were kept: nothing more needs to be read. */
  get full(): boolean {
    return this.kept >= this.#limit;
  }

  /** A record of a log; what it makes ready is in `take`. */
  push(record: AofRecord): void {
    if (this.full) return;
    if (record.kind === 'annotation') this.#annotation = record;
    else if (record.kind === 'command') this.#command(record);
    // No transaction goes on in the next file, but the time does.
    else if (record.kind === 'fileStart') this.#held = undefined;
  }

  /** A command of its own, which no log held. */
  add(command: FilteredCommand & WritableCommand): void {
    if (!this.full && this.#filter.wants(command)) this.#keep(command);
  }

  /** A log is over, or broke off: what waits for more of it will not come. */
  reset(): void {
    this.#annotation = undefined;
    this.#held = undefined;
  }

  take(): WritableAofRecord[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #command(record: FilteredCommand & WritableCommand): void {
    const [name] = record.argv as readonly Uint8Array[];
    const kind = name === undefined ? SELECT : nameKind(name, 0, name.length);
    if (kind === SELECT) return;
    if (kind === MULTI) {
      // Servers ignore one inside another.
      if (this.#held !== undefined) return;
      this.#multi = record;
      this.#held = [];
    } else if (kind === EXEC) {
      this.#endTransaction(record);
    } else if (this.#filter.wants(record)) {
      this.#keep(record);
      if (this.full) this.#endTransaction({ argv: [EXEC_NAME] });
    }
  }

  #keep(record: FilteredCommand & WritableCommand): void {
    this.kept++;
    const to = this.#held ?? this.#out;
    if (this.#held?.length === 0) this.#begin(this.#held, record.db);
    this.#annotate(to);
    to.push(record);
  }

  /** The first command of a transaction is kept, so its MULTI is. */
  #begin(held: WritableAofRecord[], db: number): void {
    const { argv, db: selected, time } = this.#multi!;
    this.#annotate(held);
    // A SELECT goes where it was: before the MULTI, or behind it.
    held.push({ kind: 'command', argv, time, ...(selected === db ? { db } : {}) });
  }

  #annotate(to: WritableAofRecord[]): void {
    if (this.#annotation !== undefined) to.push(this.#annotation);
    this.#annotation = undefined;
  }

  #endTransaction({ argv, time }: Pick<WritableCommand, 'argv' | 'time'>): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || held.length === 0) return;
    for (const record of held) this.#out.push(record);
    this.#annotate(this.#out);
    this.#out.push({ kind: 'command', argv, time });
  }
}

const EXEC_NAME = 'EXEC';
