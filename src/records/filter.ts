import { checkChoices, checkObject, stringBytes, type TextMode } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { AnyRecord, AnyString, LooseRecord } from './any-record.ts';
import { isHint } from './any-record.ts';
import { KeyFilter, type KeyFilterOptions, type KeySpan } from './key-filter.ts';
import type { TransformObject } from './pipe.ts';

/** Options of `filterKeys`. */
export interface FilterKeysOptions extends KeyFilterOptions {
  /** How the stream was read, where that was not as bytes; `utf8` by default. */
  strings?: TextMode;
}

/**
 * Keeps the keys that a filter wants, whole: with all pieces of those that come in pieces.
 *
 * Records that are not about a key stay, except for hints, which become false (`resizeDb`, `slotInfo`), `selectDb` of
 * databases without a key that is kept, and `journal` of databases that are not wanted. Of warnings those about keys that
 * are not wanted by their name go. With `limit` the stream ends behind the last key, without `eof`: the end of the file, and
 * its checksum, were not reached.
 *
 * `size` is known at the level `raw` only. There the pieces of a key are held until its size is judged: at most as many
 * bytes as the larger bound says.
 *
 * @param filter options, or a filter that was made of them before
 * @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have; while iterating, for `size` where
 *   records are not read at the level `raw`
 *
 * @example
 * ```ts
 * import { filterKeys, pipe, readRdb } from 'rdb-aof';
 *
 * const dump = new Uint8Array([0x52, 0x45, 0x44, 0x49, 0x53, 0x30, 0x30, 0x30, 0x33, 0xfe, 0, 0, 1, 0x6b, 2, 0x68, 0x69, 0xff]);
 * const kinds: string[] = [];
 * for await (const record of pipe(readRdb(dump), filterKeys({ types: ['list'] }))) kinds.push(record.kind);
 * console.log(kinds.join(' ')); // header eof
 * ```
 */
export function filterKeys<R extends AnyRecord>(filter: FilterKeysOptions | KeyFilter): TransformObject<R, R> {
  if (filter instanceof KeyFilter) return new KeyFilterTransform(filter, 'utf8') as unknown as TransformObject<R, R>;
  checkObject(filter);
  checkChoices(filter, { strings: ['utf8', 'latin1'] });
  return new KeyFilterTransform(new KeyFilter(filter), filter.strings ?? 'utf8') as unknown as TransformObject<R, R>;
}

/** What happens to the rest of the key at hand. */
const DROP = 0;
const KEEP = 1;
/** Its size decides, and is not yet known. */
const HOLD = 2;

/**
 * State between batches: how many keys were kept, the `selectDb` that waits for its first key, and what becomes of the
 * key whose pieces come.
 */
class KeyFilterTransform implements TransformObject<LooseRecord> {
  readonly #filter: KeyFilter;
  readonly #strings: TextMode;
  readonly #span: KeySpan = { db: 0, type: 'string', bytes: NOTHING, start: 0, end: 0, expiresAt: undefined };
  #kept = 0;
  #select: LooseRecord | undefined;
  #verdict: typeof DROP | typeof KEEP | typeof HOLD = DROP;
  #held: LooseRecord[] = [];
  /** Stored bytes of the value whose pieces come, so far; below 0 while they are those of its frame. */
  #size = 0;

  constructor(filter: KeyFilter, strings: TextMode) {
    this.#filter = filter;
    this.#strings = strings;
  }

  get done(): boolean {
    return this.#kept >= this.#filter.limit;
  }

  fresh(): KeyFilterTransform {
    return new KeyFilterTransform(this.#filter, this.#strings);
  }

  push(batch: LooseRecord[]): LooseRecord[] {
    const kept: LooseRecord[] = [];
    for (const record of batch) {
      if (this.done) break;
      this.#take(record, kept);
    }
    return kept;
  }

  #take(record: LooseRecord, kept: LooseRecord[]): void {
    switch (record.kind) {
      case 'key':
        if (this.#matches(record) && this.#sizeFits(record)) this.#keep(record, kept);
        break;
      case 'keyJournal':
        // It has no type of its own: only modules end up here.
        if (this.#matches({ ...record, type: 'module' }) && !this.#filter.bySize) this.#keep(record, kept);
        break;
      case 'journal':
        if (this.#filter.matchesDb(record.db)) kept.push(record);
        break;
      case 'keyBegin':
        this.#begin(record, kept);
        break;
      case 'keyItems':
      case 'itemBytes':
        this.#piece(record, kept);
        break;
      case 'keyEnd':
        this.#piece(record, kept);
        if (this.#verdict === HOLD && this.#filter.matchesSize(this.#size)) this.#release(kept);
        this.#held = [];
        if (this.#verdict === KEEP) this.#kept++;
        this.#verdict = DROP;
        break;
      case 'selectDb':
        this.#select = record;
        break;
      case 'warning':
        if (this.#concerns(record.db, record.key)) kept.push(record);
        break;
      default:
        if (!isHint(record)) kept.push(record);
    }
  }

  #matches(record: Omit<KeySpan, 'bytes' | 'start' | 'end'> & { key: AnyString }): boolean {
    const span = this.#span;
    span.db = record.db;
    span.type = record.type;
    span.bytes = stringBytes(record.key, this.#strings);
    span.end = span.bytes.length;
    span.expiresAt = record.expiresAt;
    return this.#filter.matches(span);
  }

  #sizeFits({ value, valueStart }: { value: unknown; valueStart: number | undefined }): boolean {
    if (!this.#filter.bySize) return true;
    if (valueStart === undefined) throw needsRaw();
    return this.#filter.matchesSize((value as Uint8Array).length);
  }

  /** A whole key: with the `selectDb` that it needs. */
  #keep(record: LooseRecord, kept: LooseRecord[]): void {
    this.#keepSelect(kept);
    kept.push(record);
    this.#kept++;
  }

  #keepSelect(kept: LooseRecord[]): void {
    if (this.#select !== undefined) kept.push(this.#select);
    this.#select = undefined;
  }

  #begin(record: LooseRecord & { kind: 'keyBegin' }, kept: LooseRecord[]): void {
    this.#verdict = DROP;
    if (!this.#matches(record)) return;
    if (this.#filter.bySize) {
      if (record.valueStart === undefined) throw needsRaw();
      this.#size = -record.valueStart;
      this.#verdict = HOLD;
      this.#held = [record];
      return;
    }
    this.#verdict = KEEP;
    this.#keepSelect(kept);
    kept.push(record);
  }

  #piece(record: LooseRecord, kept: LooseRecord[]): void {
    if (this.#verdict === KEEP) kept.push(record);
    if (this.#verdict !== HOLD) return;
    this.#held.push(record);
    if (record.kind === 'itemBytes') this.#size += record.value.length;
    if (this.#size > this.#filter.maxSize) {
      this.#verdict = DROP;
      this.#held = [];
    } else if (this.#size >= this.#filter.minSize && this.#filter.maxSize === Number.POSITIVE_INFINITY) {
      this.#release(kept);
    }
  }

  /** The key that was held is wanted. */
  #release(kept: LooseRecord[]): void {
    this.#keepSelect(kept);
    for (const record of this.#held) kept.push(record);
    this.#held = [];
    this.#verdict = KEEP;
  }

  /** Whether a warning may be about a key that is kept. */
  #concerns(db: number | undefined, key: AnyString | undefined): boolean {
    if (key === undefined) return true;
    const bytes = stringBytes(key, this.#strings);
    return this.#filter.matchesName(db ?? 0, bytes, 0, bytes.length);
  }
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

function needsRaw(): RedisFileError {
  return new RedisFileError(
    'INVALID_ARGUMENT',
    "size is that of the stored value, which only records of the level 'raw' have: read with values: 'raw'",
  );
}
