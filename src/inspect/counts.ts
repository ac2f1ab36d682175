import type { BytesRecord, EofRecord, HeaderRecord, LevelNumber, ScanFrame } from '../rdb/index.ts';
import { IdleHandler } from './idle.ts';

/** Keys of one database. */
export interface DbCounts {
  keys: number;
  /** Keys that expire. */
  expires: number;
  byType: Record<string, number>;
  byEncoding: Record<string, number>;
}

/** Counts keys and looks at nothing inside them: the base of handlers that do more. */
export class KeyCounter extends IdleHandler {
  readonly dbs: Map<number, DbCounts> = new Map();
  header: HeaderRecord | undefined;
  eof: EofRecord | undefined;
  readonly #level: LevelNumber;
  #last: DbCounts | undefined;
  #lastDb = -1;

  constructor(level: LevelNumber) {
    super(level);
    this.#level = level;
  }

  override key(frame: ScanFrame): LevelNumber {
    if (frame.db !== this.#lastDb || this.#last === undefined) {
      this.#lastDb = frame.db;
      this.#last = this.dbs.get(frame.db);
      if (this.#last === undefined) {
        this.#last = { keys: 0, expires: 0, byType: {}, byEncoding: {} };
        this.dbs.set(frame.db, this.#last);
      }
    }
    const counts = this.#last;
    counts.keys++;
    if (frame.expiresAt !== undefined) counts.expires++;
    counts.byType[frame.type] = (counts.byType[frame.type] ?? 0) + 1;
    counts.byEncoding[frame.encoding] = (counts.byEncoding[frame.encoding] ?? 0) + 1;
    return this.#level;
  }

  /** Keys of all databases. */
  get keys(): number {
    let keys = 0;
    for (const counts of this.dbs.values()) keys += counts.keys;
    return keys;
  }

  override record(record: BytesRecord): void {
    if (record.kind === 'header') this.header = record;
    else if (record.kind === 'eof') this.eof = record;
  }
}
