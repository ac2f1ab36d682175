import { ascii, latin1, signed64, writeDecimal } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  DATA,
  Fingerprints,
  ITEM_SLOTS,
  type LevelNumber,
  type ScanFrame,
  type WarningCode,
} from '../rdb/index.ts';
import { KeyCounter } from './counts.ts';
import { type Finding, findingAt } from './finding.ts';
import { KEY_SLOTS } from './json.ts';

/** Decodes everything and keeps nothing: what is wrong ends in an error, what is odd becomes a finding. */
export class CheckHandler extends KeyCounter {
  /** Keys that stand twice in their database: a server refuses such a file. */
  duplicateKeys = 0;
  readonly #onFinding: (finding: Finding) => void;
  readonly #keys = new Fingerprints(KEY_SLOTS);
  readonly #items = new Fingerprints(ITEM_SLOTS);
  #frame: ScanFrame | undefined;
  /** Strings until the next that names an item, 0 where it is this one; -1 where none does. */
  #untilName = -1;
  #duplicateSeen = false;
  /** A value stands behind each name. */
  #paired = false;
  /** The items at hand are those of an intset. */
  #ascending = false;
  /** The one before. */
  #previous: number | string = '';

  constructor(onFinding: (finding: Finding) => void) {
    super(DATA);
    this.#onFinding = onFinding;
  }

  /** Keys after which duplicates were not looked for any more; undefined where all were compared. */
  get comparedKeys(): number | undefined {
    return this.#keys.full ? this.#keys.count : undefined;
  }

  override record(record: BytesRecord): void {
    super.record(record);
    this.#frame = undefined;
  }

  override key(frame: ScanFrame): LevelNumber {
    this.#frame = frame;
    this.#duplicateSeen = false;
    const { type } = frame;
    // Fields of a path hash are names only together with their path.
    const named = type === 'set' || type === 'zset' || (type === 'hash' && frame.encoding !== 'pathhash');
    this.#untilName = named ? 0 : -1;
    this.#paired = type === 'hash';
    // Of ascending numbers one alone can be the same; where they do not ascend, that is a finding of its own.
    this.#ascending = frame.encoding === 'intset';
    this.#previous = '';
    if (this.#untilName === 0) this.#items.reset();
    if (this.#keys.add(frame.db, frame.bytes, frame.start, frame.end)) {
      this.duplicateKeys++;
      this.warning('DUPLICATE_KEY', 'the key stands twice in its database', frame.offset);
    }
    return super.key(frame);
  }

  override bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#untilName < 0) return;
    if (this.#untilName > 0) {
      this.#untilName = 0;
      return;
    }
    if (this.#paired) this.#untilName = 1;
    if (this.#items.add(0, bytes, start, end)) this.#duplicate(latin1(bytes, start, Math.min(end, start + 100)));
  }

  #duplicate(name: string): void {
    if (this.#duplicateSeen) return;
    this.#duplicateSeen = true;
    const { type, offset } = this.#frame!;
    this.warning('DUPLICATE_ITEM', `${JSON.stringify(name)} stands twice in one ${type}`, offset);
  }

  override integer(value: number): void {
    if (this.#untilName < 0) return;
    if (this.#ascending) {
      if (value === this.#previous) this.#duplicate(String(value));
      this.#previous = value;
      return;
    }
    const digits = this.#digits;
    this.bytes(digits, writeDecimal(value, digits, digits.length), digits.length);
  }

  override int64(hi: number, lo: number): void {
    const name = String(signed64(hi, lo));
    if (this.#ascending) {
      if (name === this.#previous) this.#duplicate(name);
      this.#previous = name;
      return;
    }
    const text = ascii(name);
    this.bytes(text, 0, text.length);
  }

  /** What is too large to hold is not compared. */
  override bigBegin(): void {
    if (this.#untilName >= 0) this.#untilName = this.#untilName === 0 && this.#paired ? 1 : 0;
  }

  override warning(code: WarningCode, message: string, offset: number, _error?: RedisFileError): void {
    this.#onFinding(findingAt(this.#frame, code, message, offset));
  }

  readonly #digits = new Uint8Array(20);
}
