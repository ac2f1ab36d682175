import type { RedisFileError } from '../errors.ts';
import type {
  BytesRecord,
  CronValue,
  ItemForm,
  LevelNumber,
  RdbHandler,
  SbfValue,
  ScanFrame,
  ScanGroup,
  ScanStreamInfo,
  StreamIdmp,
  WarningCode,
} from '../rdb/index.ts';
import { SKIP } from '../rdb/index.ts';
import type { KeyFilter } from '../records/index.ts';
import { IdleHandler } from './idle.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Thrown by a handler that wants nothing more of the file: the scan ends there, without an error. */
export const ENOUGH: unique symbol = Symbol('enough');

/** A handler that looks at values, and so sees a key before its size is known. */
export interface RetractingHandler extends RdbHandler {
  /** Takes back the key at hand: it is not wanted. No `keyEnd` follows. */
  abandon(): void;
}

/** Keys that were wanted so far, in all inputs of a command together. */
export interface KeptKeys {
  kept: number;
}

/** What goes on with the value at hand. */
const PASSED = 0;
const SHOWN = 1;
/** It is shown, and its size decides whether it stays. */
const ON_TRIAL = 2;
/** It is passed over, and its size decides whether its key is shown at the end. */
const MEASURED = 3;

const NOBODY: RdbHandler = /* @__PURE__ */ new IdleHandler();

/**
 * Shows another handler the keys that a filter wants, and all other records. A key that is not wanted is passed over by
 * the scanner, so that its value costs what it costs to step over it.
 *
 * Where sizes decide, a handler that can take back a key sees it at once; any other handler is taken for one that looks
 * at no values, and sees it when its end is known.
 */
export class FilteringHandler implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  readonly #inner: RdbHandler | RetractingHandler;
  readonly #filter: KeyFilter;
  readonly #count: KeptKeys;
  /** Sees the events of the value at hand. */
  #sink: RdbHandler = NOBODY;
  #state: typeof PASSED | typeof SHOWN | typeof ON_TRIAL | typeof MEASURED = PASSED;
  #frame: ScanFrame | undefined;
  /** A value is being read or passed over. */
  #inValue = false;

  constructor(inner: RdbHandler | RetractingHandler, filter: KeyFilter, count: KeptKeys) {
    this.#inner = inner;
    this.#filter = filter;
    this.#count = count;
    this.moduleAuxLevel = inner.moduleAuxLevel;
  }

  /**
   * Judges a key by what has come of its value so far, where that is enough to judge it.
   *
   * @param stored bytes of the value that were read
   * @returns true while the key may still have to be taken back
   */
  onTrial(stored: number): boolean {
    if (this.#state !== ON_TRIAL) return false;
    if (stored > this.#filter.maxSize) this.#drop();
    else if (stored >= this.#filter.minSize && this.#filter.maxSize === Number.POSITIVE_INFINITY) this.#accept();
    return this.#state === ON_TRIAL;
  }

  key(frame: ScanFrame): LevelNumber {
    if (this.#count.kept >= this.#filter.limit) throw ENOUGH;
    this.#inValue = true;
    this.#sink = NOBODY;
    this.#state = PASSED;
    if (!this.#filter.matches(frame)) return SKIP;
    if (!this.#filter.bySize) {
      this.#accept();
      return this.#inner.key(frame);
    }
    this.#frame = frame;
    if (!('abandon' in this.#inner)) {
      this.#state = MEASURED;
      return SKIP;
    }
    this.#state = ON_TRIAL;
    this.#sink = this.#inner;
    return this.#inner.key(frame);
  }

  count(items: number): void {
    this.#sink.count(items);
  }

  keyEnd(stored: number): void {
    this.#inValue = false;
    if (this.#state === MEASURED && this.#filter.matchesSize(stored)) {
      this.#accept();
      this.#inner.key(this.#frame!);
    } else if (this.#state === ON_TRIAL) {
      if (this.#filter.matchesSize(stored)) this.#accept();
      else this.#drop();
    }
    this.#sink.keyEnd(stored);
  }

  /** The key at hand is wanted. */
  #accept(): void {
    this.#state = SHOWN;
    this.#sink = this.#inner;
    this.#count.kept++;
  }

  #drop(): void {
    (this.#inner as RetractingHandler).abandon();
    this.#state = PASSED;
    this.#sink = NOBODY;
  }

  record(record: BytesRecord): void {
    // Not at the last key, as KeyDB's times of its members stand behind it; the end of the file is worth having.
    if (this.#count.kept >= this.#filter.limit && record.kind !== 'eof') throw ENOUGH;
    this.#sink = NOBODY;
    this.#inner.record(record);
  }

  warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void {
    if (this.#inValue) this.#sink.warning(code, message, offset, error);
    else this.#inner.warning(code, message, offset, error);
  }

  // Everything else is about the value at hand, or about the members of the last one

  keyFailed(error: RedisFileError): void {
    this.#sink.keyFailed(error);
  }

  memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    this.#sink.memberExpiry(member, ms, raw);
  }

  rawPiece(bytes: Bytes): void {
    this.#sink.rawPiece(bytes);
  }

  raw(bytes: Bytes): void {
    this.#sink.raw(bytes);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#sink.bytes(bytes, start, end);
  }

  integer(value: number): void {
    this.#sink.integer(value);
  }

  int64(hi: number, lo: number): void {
    this.#sink.int64(hi, lo);
  }

  bigBegin(length: number): void {
    this.#sink.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#sink.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#sink.bigEnd();
  }

  score(value: number): void {
    this.#sink.score(value);
  }

  expiry(ms: number | bigint): void {
    this.#sink.expiry(ms);
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    this.#sink.path(bytes, start, end);
  }

  index(value: number | bigint): void {
    this.#sink.index(value);
  }

  insertIndex(value: number | bigint): void {
    this.#sink.insertIndex(value);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#sink.entry(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.#sink.entryEnd();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#sink.streamInfo(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#sink.streamGroup(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#sink.streamIdmp(idmp);
  }

  moduleBegin(module: string, version: number): void {
    this.#sink.moduleBegin(module, version);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#sink.modulePart(type, value, bits);
  }

  gcra(tat: number | bigint): void {
    this.#sink.gcra(tat);
  }

  cron(value: CronValue<Bytes>): void {
    this.#sink.cron(value);
  }

  sbf(value: SbfValue<Bytes>): void {
    this.#sink.sbf(value);
  }

  blob(form: ItemForm): void {
    this.#sink.blob(form);
  }

  streamNode(id: string): void {
    this.#sink.streamNode(id);
  }
}
