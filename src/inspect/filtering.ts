import type { RedisFileError } from '../errors.ts';
import type { BytesRecord, LevelNumber, RdbHandler, ScanFrame, WarningCode } from '../rdb/index.ts';
import { SKIP } from '../rdb/index.ts';
import type { KeyFilter } from '../records/index.ts';
import { IdleHandler } from './idle.ts';
import { PassingHandler } from './passing.ts';

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
export class FilteringHandler extends PassingHandler {
  readonly #inner: RdbHandler | RetractingHandler;
  readonly #filter: KeyFilter;
  readonly #count: KeptKeys;
  #state: typeof PASSED | typeof SHOWN | typeof ON_TRIAL | typeof MEASURED = PASSED;
  #frame: ScanFrame | undefined;
  /** A value is being read or passed over. */
  #inValue = false;

  constructor(inner: RdbHandler | RetractingHandler, filter: KeyFilter, count: KeptKeys) {
    // What is about the value at hand, or about the members of the last one, goes to whoever is the sink by then.
    super(NOBODY, inner.moduleAuxLevel);
    this.#inner = inner;
    this.#filter = filter;
    this.#count = count;
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

  override key(frame: ScanFrame): LevelNumber {
    if (this.#count.kept >= this.#filter.limit) throw ENOUGH;
    this.#inValue = true;
    this.sink = NOBODY;
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
    this.sink = this.#inner;
    return this.#inner.key(frame);
  }

  override keyEnd(stored: number): void {
    this.#inValue = false;
    if (this.#state === MEASURED && this.#filter.matchesSize(stored)) {
      this.#accept();
      this.#inner.key(this.#frame!);
    } else if (this.#state === ON_TRIAL) {
      if (this.#filter.matchesSize(stored)) this.#accept();
      else this.#drop();
    }
    this.sink.keyEnd(stored);
  }

  /** The key at hand is wanted. */
  #accept(): void {
    this.#state = SHOWN;
    this.sink = this.#inner;
    this.#count.kept++;
  }

  #drop(): void {
    (this.#inner as RetractingHandler).abandon();
    this.#state = PASSED;
    this.sink = NOBODY;
  }

  override record(record: BytesRecord): void {
    // Not at the last key, as KeyDB's times of its members stand behind it; the end of the file is worth having.
    if (this.#count.kept >= this.#filter.limit && record.kind !== 'eof') throw ENOUGH;
    this.sink = NOBODY;
    this.#inner.record(record);
  }

  override warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void {
    if (this.#inValue) this.sink.warning(code, message, offset, error);
    else this.#inner.warning(code, message, offset, error);
  }
}
