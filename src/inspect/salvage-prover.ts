import { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  DATA,
  type EofRecord,
  ItemNames,
  type KeyType,
  type LevelNumber,
  RAW,
  RdbScanner,
  type ScanFrame,
  type WarningCode,
} from '../rdb/index.ts';
import { IdleHandler } from './idle.ts';
import { isNumber, isText } from './salvage-evidence.ts';
import { type Inside, SCAN, scanInside } from './salvage-probe.ts';
import type { SalvageKey } from './salvage-report.ts';
import { MOST_DBS } from './salvage-skim.ts';

/** Where reading cannot go on. */
export interface Damage {
  error: RedisFileError;
  /** Offset behind the record, where only its value is damaged. */
  end: number | undefined;
  /** The key at hand, where its name was read. */
  key: SalvageKey | undefined;
}

/** Longest part of a name that is kept. */
const NAME = 1 << 10;
/** Names that must have been read before they tell how names look, and one in how many may look otherwise. */
const NAMES_SEEN = 16;
const ODD_NAMES = 16;

/** A key that was read, by its place and its name. */
export class KeyNote {
  start = 0;
  valueAt = 0;
  end = -1;
  typeId = 0;
  /** Its database, type and name, once somebody asks. */
  #db = 0;
  #type: KeyType = 'string';
  #name = new Uint8Array(64);
  #length = 0;

  set(frame: ScanFrame, db: number, start: number, valueAt: number): void {
    this.start = start;
    this.valueAt = valueAt;
    this.end = -1;
    this.typeId = frame.typeId;
    this.#db = db;
    this.#type = frame.type;
    const length = Math.min(frame.end - frame.start, NAME);
    if (length > this.#name.length) this.#name = new Uint8Array(NAME);
    const { bytes, start: from } = frame;
    for (let i = 0; i < length; i++) this.#name[i] = bytes[from + i]!;
    this.#length = length;
  }

  same(other: KeyNote): boolean {
    if (this.#length !== other.#length || this.#db !== other.#db) return false;
    for (let i = 0; i < this.#length; i++) if (this.#name[i] !== other.#name[i]) return false;
    return true;
  }

  get nameless(): boolean {
    return this.#length === 0;
  }

  get key(): SalvageKey {
    return { db: this.#db, type: this.#type, key: this.#name.slice(0, this.#length) };
  }
}

/** A value must be what any server takes, and where it is not, its end is looked for. */
const PROVING = { thorough: true, skipDamaged: true } as const;

/** Thrown to end the reading at a damaged value, once its end is known. */
const STOP = Symbol('stop');

/**
 * Reads records to their last byte before anybody sees them, and says up to where they may be shown.
 *
 * A key is confirmed by what follows it: a record that is whole, and no chance (see `#isWeak`). So the last one is always
 * still on trial, as its length may be what is damaged.
 */
export class Prover extends IdleHandler {
  /** Offset of the next byte to be pushed. */
  fed = 0;
  /** Everything before this offset may be shown. */
  confirmed = 0;
  /** The last key, whole but not confirmed; undefined where there is none. */
  last: KeyNote | undefined;
  /** The last confirmed one. */
  before: KeyNote | undefined;
  /** Where the keys behind it begin that may be chance; -1 where there are none. */
  weakFrom = -1;
  weakKeys = 0;
  /** Keys that were read, weak ones not. */
  keys = 0;
  /** The first one behind the last damage. */
  first: SalvageKey | undefined;
  eof: EofRecord | undefined;
  /** The database at hand, whatever damage was passed over. */
  db = 0;
  /** A gap may hide that another one was chosen. */
  dbUnknown = false;
  /** Keys that were read meanwhile. */
  keysDbUnknown = 0;
  /** A record that is too large to be kept: where it begins. */
  tooLarge = -1;
  readonly #longest: number;
  #scanner: RdbScanner;
  #note = new KeyNote();
  #spare = new KeyNote();
  #failed: RedisFileError | undefined;
  #end: number | undefined;
  #inKey = false;
  #names = 0;
  #oddNames = 0;
  #numberNames = 0;
  #odd = false;
  #number = false;
  #weakBefore: KeyNote | undefined;
  #blobKeys = 0;
  readonly #items = new ItemNames();

  /** @param longest bytes of a string beyond which its length cannot be right */
  constructor(longest: number, family: RdbScanner['family'] | undefined) {
    super(RAW);
    this.#longest = longest;
    this.#scanner = new RdbScanner(this, { ...SCAN, ...PROVING, checksum: true, family });
  }

  get inside(): Inside {
    const { family, version, c } = this.#scanner;
    const oddNames = this.#oddNames * ODD_NAMES > this.#names;
    const numberNames = this.#numberNames * ODD_NAMES > this.#names;
    return { family, version, templates: c.templates, oddNames, numberNames };
  }

  /** Where the record at hand begins. */
  get recordStart(): number {
    return this.#scanner.recordStart;
  }

  get offset(): number {
    return this.#scanner.offset;
  }

  /** The header was not read yet. */
  get atHeader(): boolean {
    return this.#scanner.phase() === 'the header';
  }

  get atEnd(): boolean {
    return this.#scanner.phase() === 'the checksum';
  }

  /** Goes on with a record at `offset`, behind damage. */
  restart(offset: number, inside: Inside = this.inside): void {
    this.#scanner = scanInside(this, { ...SCAN, ...PROVING }, inside, offset);
    this.fed = this.confirmed = offset;
    this.last = undefined;
    this.weakFrom = this.tooLarge = -1;
    this.weakKeys = this.#blobKeys = 0;
    this.#weakBefore = undefined;
    this.first = this.eof = this.#failed = undefined;
    this.#inKey = false;
  }

  /** @returns what ends the reading, if anything does */
  push(bytes: Uint8Array): Damage | undefined {
    this.fed += bytes.length;
    return this.#try(() => this.#scanner.push(bytes));
  }

  finish(): Damage | undefined {
    return this.#try(() => this.#scanner.end());
  }

  #try(read: () => void): Damage | undefined {
    this.#end = undefined;
    try {
      read();
      return undefined;
    } catch (error) {
      if (error !== STOP && !RedisFileError.is(error)) throw error;
      const cause = error === STOP ? this.#failed! : (error as RedisFileError);
      return { error: cause, end: this.#end, key: this.#inKey ? this.#note.key : undefined };
    }
  }

  /** What was read so far is shown without waiting for more. */
  confirm(): void {
    this.confirmed = this.recordStart;
    if (!this.#scanner.inBlob) this.#countKeys(0);
    this.#settle();
  }

  /** Keys that may be chance are none. */
  dropWeak(): void {
    this.weakFrom = -1;
    this.weakKeys = 0;
  }

  #countKeys(more: number): void {
    const keys = more + this.weakKeys + this.#blobKeys;
    this.keys += keys;
    if (this.dbUnknown) this.keysDbUnknown += keys;
    this.#blobKeys = 0;
  }

  #settle(): void {
    if (this.last !== undefined) this.before = this.last;
    this.last = undefined;
    this.weakFrom = -1;
    this.weakKeys = 0;
    this.#weakBefore = undefined;
  }

  override key(frame: ScanFrame): LevelNumber {
    const note = this.#note;
    note.set(frame, this.db, this.#scanner.recordStart, this.#scanner.c.r.offset);
    this.#inKey = true;
    this.#failed = undefined;
    this.first ??= note.key;
    this.#items.begin(frame);
    this.#odd = !isText(frame.bytes, frame.start, frame.end);
    this.#number = isNumber(frame.bytes, frame.start, frame.end);
    return DATA;
  }

  override keyFailed(error?: RedisFileError): void {
    this.#failed = error;
  }

  /** What servers put right, or refuse, but never write. */
  override warning(_code: WarningCode, message: string, offset: number): void {
    if (!this.#inKey || this.#failed !== undefined) return;
    this.#failed = new RedisFileError('BAD_VALUE', message, { offset });
  }

  #duplicate(): void {
    this.warning('DUPLICATE_ITEM', 'an item stands twice in one value', this.#scanner.offset);
  }

  override bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#items.bytes(bytes, start, end)) this.#duplicate();
  }

  override integer(value: number): void {
    if (this.#items.integer(value)) this.#duplicate();
  }

  override int64(hi: number, lo: number): void {
    if (this.#items.int64(hi, lo)) this.#duplicate();
  }

  override bigBegin(length?: number): void {
    this.#items.large();
    if (length !== undefined && length > this.#longest) {
      this.#stop(
        new RedisFileError('BAD_LENGTH', `a string of ${length} bytes, more than servers store`, {
          offset: this.#scanner.offset,
        }),
      );
    }
  }

  #stop(error: RedisFileError): never {
    this.#failed = error;
    throw STOP;
  }

  override keyEnd(): void {
    const note = this.#note;
    const scanner = this.#scanner;
    note.end = scanner.offset;
    if (this.tooLarge === note.start) this.#failed ??= tooLargeError(note.start);
    if (this.#failed !== undefined) {
      this.#end = note.end;
      throw STOP;
    }
    this.#inKey = false;
    if (this.#isWeak()) return;
    if (scanner.inBlob) {
      // It counts once the whole blob is read.
      this.#blobKeys++;
      this.#settle();
      return;
    }
    this.#countKeys(1);
    this.confirmed = note.start;
    this.#settle();
    this.last = note;
    this.#note = this.#spare === this.before ? new KeyNote() : this.#spare;
    this.#spare = note;
  }

  /**
   * A key that chance, or zeros, may have made: it has no name, or its name is no text in a file whose other names are.
   * It is shown where something better follows it at once.
   */
  #isWeak(): boolean {
    const note = this.#note;
    this.#names++;
    if (this.#odd) this.#oddNames++;
    if (this.#number) this.#numberNames++;
    const odd = this.#odd && this.#names > NAMES_SEEN && this.#oddNames * ODD_NAMES < this.#names;
    if (!note.nameless && !odd) return false;
    if (this.#scanner.inBlob) return false;
    if (this.#weakBefore?.same(note)) {
      this.#inKey = true;
      this.#stop(new RedisFileError('BAD_VALUE', 'the same key again, directly behind it', { offset: note.start }));
    }
    if (this.weakFrom < 0) this.weakFrom = note.start;
    this.weakKeys++;
    this.#weakBefore = note;
    this.#note = new KeyNote();
    return true;
  }

  override memberExpiry(): void {
    if (this.last !== undefined) this.last.end = this.#scanner.offset;
  }

  override record(record: BytesRecord): void {
    const scanner = this.#scanner;
    if (record.kind === 'selectDb') {
      if (record.db >= MOST_DBS) {
        this.#stop(new RedisFileError('BAD_VALUE', `database ${record.db}`, { offset: record.offset }));
      }
      this.db = record.db;
      if (!scanner.inBlob) this.#countKeys(0);
      this.weakKeys = 0;
      this.dbUnknown = false;
    }
    if (record.kind === 'eof') {
      this.eof = record;
      return;
    }
    if (scanner.inBlob) return;
    if (this.tooLarge === record.offset) {
      this.#failed = tooLargeError(record.offset);
      this.#end = scanner.offset;
      throw STOP;
    }
    // A file begins with its header; everything else could be the beginning of damage.
    this.confirmed = record.kind === 'header' ? scanner.offset : record.offset;
    this.#countKeys(0);
    this.#settle();
  }
}

function tooLargeError(offset: number): RedisFileError {
  return new RedisFileError(
    'LIMIT_EXCEEDED',
    'a record too large to be held until it is known to be whole; give the option spill',
    {
      offset,
    },
  );
}
