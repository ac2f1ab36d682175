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
    // An intset that is not strictly ascending is a finding of its own.
    const named = type === 'zset' || type === 'hash' || (type === 'set' && frame.encoding !== 'intset');
    this.#untilName = named ? 0 : -1;
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
    const frame = this.#frame!;
    if (frame.type === 'hash') this.#untilName = 1;
    if (frame.encoding === 'pathhash' || !this.#items.add(0, bytes, start, end) || this.#duplicateSeen) return;
    this.#duplicateSeen = true;
    const name = JSON.stringify(latin1(bytes, start, Math.min(end, start + 100)));
    this.warning('DUPLICATE_ITEM', `${name} stands twice in one ${frame.type}`, frame.offset);
  }

  override integer(value: number): void {
    if (this.#untilName < 0) return;
    const digits = this.#digits;
    this.bytes(digits, writeDecimal(value, digits, digits.length), digits.length);
  }

  override int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  /** What is too large to hold is not compared. */
  override bigBegin(): void {
    if (this.#untilName >= 0) this.#untilName = this.#untilName === 0 && this.#frame!.type === 'hash' ? 1 : 0;
  }

  override warning(code: WarningCode, message: string, offset: number, _error?: RedisFileError): void {
    this.#onFinding(findingAt(this.#frame, code, message, offset));
  }

  readonly #digits = new Uint8Array(20);
}
