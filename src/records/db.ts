import { checkObject } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { AnyRecord, LooseRecord } from './any-record.ts';
import { isHint } from './any-record.ts';
import type { TransformObject } from './pipe.ts';

/**
 * Moves keys to other databases.
 *
 * Keys that stand in several databases which become one are two keys of one name there, which servers refuse. Hints go
 * (`resizeDb`, `slotInfo`), and `selectDb` where the database stays the same.
 *
 * @param map the database of all keys; or a number for some of the databases, the others staying what they are; or a
 *   function of the number
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no number of a database, from a function while iterating
 *
 * @example
 * ```ts
 * import { mapDb, pipe, readRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * for await (const record of pipe(readRdb(dump), mapDb({ 0: 5 }))) {
 *   if (record.kind === 'key') console.log(record.db); // 5
 * }
 * ```
 */
export function mapDb<R extends AnyRecord>(
  map: number | Readonly<Record<number, number>> | ((db: number) => number),
): TransformObject<R, R> {
  if (typeof map === 'number') checkDb(map);
  else if (typeof map !== 'function') {
    checkObject(map);
    for (const db of Object.values(map)) checkDb(db);
  }
  const mapped = typeof map === 'function' ? map : typeof map === 'number' ? () => map : (db: number) => map[db] ?? db;
  return new DbMapper((db) => checkDb(mapped(db))) as unknown as TransformObject<R, R>;
}

function checkDb(db: number): number {
  if (Number.isInteger(db) && db >= 0 && db <= 0xffffffff) return db;
  throw new RedisFileError('INVALID_ARGUMENT', `expected the number of a database, found ${String(db)}`);
}

/** State between batches: the database that was selected last. */
class DbMapper implements TransformObject<LooseRecord> {
  readonly #map: (db: number) => number;
  #selected = -1;

  constructor(map: (db: number) => number) {
    this.#map = map;
  }

  fresh(): DbMapper {
    return new DbMapper(this.#map);
  }

  push(batch: LooseRecord[]): LooseRecord[] {
    const made: LooseRecord[] = [];
    for (const record of batch) {
      const moved = this.#take(record);
      if (moved !== undefined) made.push(moved);
    }
    return made;
  }

  #take(record: LooseRecord): LooseRecord | undefined {
    if (isHint(record)) return undefined;
    switch (record.kind) {
      case 'selectDb': {
        const db = this.#map(record.db);
        if (db === this.#selected) return undefined;
        this.#selected = db;
        return db === record.db ? record : { ...record, db, raw: undefined };
      }
      case 'key':
      case 'keyBegin':
      case 'keyItems':
      case 'itemBytes':
      case 'keyEnd':
      case 'keyJournal':
      case 'journal': {
        // No stored byte of a key tells its database, so that those of the level `raw` stay true.
        const db = this.#map(record.db);
        return db === record.db ? record : { ...record, db };
      }
      default:
        return record;
    }
  }
}
