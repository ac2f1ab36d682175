import type { RedisFileError } from '../errors.ts';
import type {
  BytesRecord,
  EofRecord,
  HeaderRecord,
  LevelNumber,
  RdbHandler,
  ScanFrame,
  WarningCode,
} from '../rdb/index.ts';

/** Keys of one database. */
export interface DbCounts {
  keys: number;
  /** Keys that expire. */
  expires: number;
  byType: Record<string, number>;
  byEncoding: Record<string, number>;
}

/** Counts keys and looks at nothing inside them: the base of handlers that do more. */
export class KeyCounter implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  readonly dbs: Map<number, DbCounts> = new Map();
  header: HeaderRecord | undefined;
  eof: EofRecord | undefined;
  readonly #level: LevelNumber;
  #last: DbCounts | undefined;
  #lastDb = -1;

  constructor(level: LevelNumber) {
    this.#level = level;
    this.moduleAuxLevel = level;
  }

  key(frame: ScanFrame): LevelNumber {
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

  record(record: BytesRecord): void {
    if (record.kind === 'header') this.header = record;
    else if (record.kind === 'eof') this.eof = record;
  }

  warning(_code: WarningCode, _message: string, _offset: number, _error?: RedisFileError): void {}
  keyEnd(): void {}
  keyFailed(): void {}
  raw(): void {}
  rawPiece(): void {}
  bytes(_bytes: Uint8Array, _start: number, _end: number): void {}
  integer(_value: number): void {}
  int64(_hi: number, _lo: number): void {}
  bigBegin(): void {}
  bigBytes(): void {}
  bigEnd(): void {}
  score(): void {}
  expiry(): void {}
  path(): void {}
  index(): void {}
  insertIndex(): void {}
  entry(): void {}
  entryEnd(): void {}
  streamInfo(): void {}
  streamGroup(): void {}
  streamIdmp(): void {}
  moduleBegin(): void {}
  modulePart(): void {}
  gcra(): void {}
  cron(): void {}
  sbf(): void {}
  blob(): void {}
  streamNode(): void {}
  memberExpiry(): void {}
}
