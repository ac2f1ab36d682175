import { ascii, putDecimal, signed64 } from '../../bytes/index.ts';
import {
  encodeIntset,
  integerText,
  type ListpackBuilder,
  listpack,
  NO_INTEGER,
  SAFE_INTEGER,
  WalkState,
  walkPacked,
} from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { ItemStrings } from './items.ts';
import type { ValueWriter } from './writer.ts';

const SET = 2;
const INTSET = 11;
const LISTPACK = 20;

/** First versions that have them. */
const INTSET_SINCE = 2;
const LISTPACK_SINCE = 11;

/** How the members so far are kept. */
const INTEGERS = 0;
const PACKED = 1;
const EXPANDED = 2;

/** Largest listpack that servers build. */
const LARGEST = 1 << 30;

/**
 * Sets: integers only become an intset (type 11), few short members a listpack (20, from RDB 11), all others `LEN n,
 * n * STR` (2). Each form takes over what the one before it had (redis: src/t_set.c, setTypeMaybeConvert).
 */
export class SetWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #strings: ItemStrings;
  readonly #builder: ListpackBuilder;
  readonly #state = new WalkState();
  #digits = new Uint8Array(20);
  #integers: (number | bigint)[] = [];
  #form = INTEGERS;
  #claimed: number | undefined;

  constructor(c: EncodeContext, builder: ListpackBuilder) {
    this.#c = c;
    this.#strings = new ItemStrings(c);
    this.#builder = builder;
  }

  begin(): void {
    this.#claimed = undefined;
    this.#integers = [];
    this.#form = INTEGERS;
    if (this.#c.target.rdb < INTSET_SINCE) this.#toExpanded();
  }

  count(items: number): void {
    this.#claimed = items;
    const { intsetEntries, setEntries } = this.#c.limits;
    const most = this.#c.target.rdb >= LISTPACK_SINCE ? Math.max(intsetEntries, setEntries) : intsetEntries;
    if (this.#form === EXPANDED || items > most) this.#toExpanded();
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#form === INTEGERS) {
      const kind = integerText.parse(bytes, start, end);
      if (kind === NO_INTEGER) this.#leaveIntegers();
      else if (kind === SAFE_INTEGER) this.#addInteger(integerText.value);
      else this.#addInteger(signed64(integerText.hi, integerText.lo));
      if (kind !== NO_INTEGER) return;
    }
    if (this.#form === PACKED) {
      if (this.#fits(end - start)) {
        this.#builder.bytes(bytes, start, end);
        return;
      }
      this.#toExpanded();
    }
    this.#strings.bytes(bytes, start, end);
    this.#strings.items.endItem();
  }

  #addInteger(value: number | bigint): void {
    if (this.#integers.length < this.#c.limits.intsetEntries) {
      this.#integers.push(value);
      return;
    }
    this.#leaveIntegers();
    this.#again(value);
  }

  /** Adds an integer to whatever form there is now. */
  #again(value: number | bigint): void {
    if (typeof value === 'number') this.integer(value);
    else {
      const text = ascii(String(value));
      this.bytes(text, 0, text.length);
    }
  }

  integer(value: number): void {
    if (this.#form === INTEGERS) {
      this.#addInteger(value);
      return;
    }
    const digits = this.#digits;
    this.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): void {
    if (this.#form === INTEGERS) this.#addInteger(signed64(hi, lo));
    else this.#again(signed64(hi, lo));
  }

  /** The members are more than an intset takes, or not all integers. */
  #leaveIntegers(): void {
    const had = this.#integers;
    this.#integers = [];
    if (this.#c.target.rdb >= LISTPACK_SINCE && (this.#claimed ?? 0) <= this.#c.limits.setEntries) {
      this.#form = PACKED;
      this.#builder.begin();
    } else this.#toExpanded();
    for (const value of had) this.#again(value);
  }

  #fits(size: number): boolean {
    const { setEntries, setValue } = this.#c.limits;
    return this.#builder.count < setEntries && size <= setValue && this.#builder.length + size < LARGEST;
  }

  #toExpanded(): void {
    const from = this.#form;
    this.#form = EXPANDED;
    const { items } = this.#strings;
    items.begin(SET, this.#claimed);
    if (from === INTEGERS) {
      const had = this.#integers;
      this.#integers = [];
      for (const value of had) this.#again(value);
    } else if (from === PACKED) {
      // The member that is too much may be in them.
      this.#digits = new Uint8Array(20);
      const blob = this.#builder.finish();
      walkPacked(listpack, blob, 0, blob.length, this, this.#state);
    }
  }

  bigBegin(length: number): void {
    if (this.#form !== EXPANDED) this.#toExpanded();
    this.#strings.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#strings.items.endItem();
  }

  /** A member that was announced does not come. */
  expectLess(): boolean {
    if (this.#claimed !== undefined) this.#claimed--;
    return this.#form !== EXPANDED || this.#strings.items.expectLess();
  }

  /** The time of the last member. */
  expiry(): void {
    this.#c.lose('memberExpiry', 'a time at which a member goes');
  }

  end(): void {
    const c = this.#c;
    if (this.#form === INTEGERS) {
      if (this.#integers.length > 0) c.blob(INTSET, encodeIntset(this.#integers));
      this.#integers = [];
    } else if (this.#form === PACKED) {
      if (this.#builder.count > 0) c.blob(LISTPACK, this.#builder.finish());
    } else this.#strings.items.end();
  }

  abandon(): void {
    this.#integers = [];
    this.#strings.items.abandon();
  }
}
