import { RedisFileError } from '../errors.ts';
import { type BytesRecord, Fingerprints, type LevelNumber, type ScanFrame, SKIP } from '../rdb/index.ts';
import type { RetractingHandler } from './filtering.ts';
import { KEY_SLOTS } from './json.ts';
import type { KeyChanges } from './key-changes.ts';
import { PassingHandler } from './passing.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Slots for the keys of a merge: 8 GB, 800 million keys. What is not compared might stand twice, so there is no less. */
const MERGED_SLOTS = 1 << 30;

/** Something that stands in the dataset already. */
export type Conflict = { origin: number } & (
  | { kind: 'key'; db: number; key: Bytes }
  | { kind: 'function'; name: string }
  | { kind: 'moduleAux'; name: string }
);

export interface MergeOptions {
  /** Changes come before comparing. */
  changes?: KeyChanges | undefined;
  /**
   * Every key is compared, however many there are: several files, or changed names. Otherwise as many as `check`
   * compares, in memory that has a limit.
   */
  all: boolean;
  /** Is told of what stands there already; what came first stays, unless it throws. */
  onConflict: (conflict: Conflict) => void;
}

/**
 * Shows another handler the records of several files as one dataset: every key once, every function library once.
 *
 * Kept in memory are fingerprints of keys, and what there is besides keys.
 */
export class MergingHandler extends PassingHandler implements RetractingHandler {
  readonly #inner: RetractingHandler;
  readonly #changes: KeyChanges | undefined;
  readonly #all: boolean;
  readonly #onConflict: (conflict: Conflict) => void;
  readonly #keys: Fingerprints;
  readonly #others: Map<string, { bytes: Uint8Array; origin: number }> = new Map();
  #origin = -1;
  /** The key at hand is left out. */
  #out = false;
  /** Why, until its size is known, which may leave it out anyway. */
  #conflict: Conflict | undefined;
  /** It failed or was taken back, so that the name is still free. */
  #gone = false;

  constructor(inner: RetractingHandler, { changes, all, onConflict }: MergeOptions) {
    super(inner);
    this.#inner = inner;
    this.#changes = changes;
    this.#all = all;
    this.#onConflict = onConflict;
    this.#keys = new Fingerprints(all ? MERGED_SLOTS : KEY_SLOTS, all);
  }

  /** The next file begins; conflicts name it by its number from now on. */
  nextFile(origin: number): void {
    this.#origin = origin;
  }

  override key(frame: ScanFrame): LevelNumber {
    const changed = this.#changes === undefined ? frame : this.#changes.apply(frame);
    const { db, bytes, start, end } = changed;
    this.#gone = false;
    this.#out = this.#keys.has(db, bytes, start, end);
    if (this.#out) {
      const origin = this.#all ? this.#keys.origin : this.#origin;
      this.#conflict = { kind: 'key', origin, db, key: bytes.slice(start, end) };
      return SKIP;
    }
    return this.#inner.key(changed);
  }

  override keyEnd(stored: number): void {
    if (this.#out) {
      const conflict = this.#conflict;
      this.#conflict = undefined;
      if (conflict !== undefined) this.#onConflict(conflict);
      return;
    }
    if (!this.#gone) this.#remember();
    this.#inner.keyEnd(stored);
  }

  #remember(): void {
    this.#keys.keep(this.#origin);
    if (!this.#keys.full || !this.#all) return;
    throw new RedisFileError('LIMIT_EXCEEDED', `more than ${this.#keys.count} keys, too many to be merged`);
  }

  override keyFailed(error: RedisFileError): void {
    this.#gone = true;
    if (!this.#out) this.#inner.keyFailed(error);
  }

  abandon(): void {
    const out = this.#out;
    this.#out = true;
    this.#conflict = undefined;
    if (!out) this.#inner.abandon();
  }

  override memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    if (!this.#out) this.#inner.memberExpiry(member, ms, raw);
  }

  override record(record: BytesRecord): void {
    if (record.kind === 'function') {
      const name = record.name ?? '';
      if (this.#isThere('function', name, record.code)) return;
    } else if (record.kind === 'moduleAux' && record.raw !== undefined) {
      if (this.#isThere('moduleAux', record.module, record.raw, record.when)) return;
    }
    this.#inner.record(record);
  }

  /**
   * Something that another file had with the same bytes is no conflict, and need not be there twice. What one file holds
   * is its own affair.
   */
  #isThere(kind: 'function' | 'moduleAux', name: string, bytes: Uint8Array, when: number = 0): boolean {
    const id = `${kind} ${when} ${name}`;
    const other = this.#others.get(id);
    if (other === undefined) {
      this.#others.set(id, { bytes, origin: this.#origin });
      return false;
    }
    if (other.origin === this.#origin) return false;
    if (!isEqual(other.bytes, bytes)) this.#onConflict({ kind, origin: other.origin, name });
    return true;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
