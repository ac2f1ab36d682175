import { type ByteOutput, putUnsigned64 } from '../bytes/index.ts';
import type { KeyType } from '../rdb/index.ts';
import { type Phrase, phrase, put } from './phrase.ts';
import { writeInteger } from './text.ts';

const COMMA = 0x2c;
const QUOTE = 0x22;
const DASH = 0x2d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

const MEMBER: Phrase = /* @__PURE__ */ phrase('{"member":"');
const SCORE: Phrase = /* @__PURE__ */ phrase('","score":');
const ENTRY: Phrase = /* @__PURE__ */ phrase('{"id":"');
const FIELDS: Phrase = /* @__PURE__ */ phrase('","fields":[');
const ENTRY_END: Phrase = /* @__PURE__ */ phrase(']}');
const PAIR: Phrase = /* @__PURE__ */ phrase('["');
const BETWEEN: Phrase = /* @__PURE__ */ phrase('","');
const FIELD_VALUE: Phrase = /* @__PURE__ */ phrase('":"');
const BEFORE_ELEMENT: Phrase = /* @__PURE__ */ phrase(',"');
const STRING_PART: Phrase = /* @__PURE__ */ phrase('{"type":"string","value":"');

/** Room for what stands around a string, a number of 64 bits included. */
const AROUND = 64;

/** What the next string is. */
const WHOLE = 0;
const ELEMENT = 1;
const HASH_VALUE = 2;
const ENTRY_FIELD = 3;
const ENTRY_VALUE = 4;
const ARRAY_VALUE = 5;
const MODULE_STRING = 6;
const ZSET_MEMBER = 7;
const SET_MEMBER = 8;
const HASH_FIELD = 9;
/** From here on those that may not stand twice, and those of them that may have a time. */
const FIRST_NAME = ZSET_MEMBER;
const FIRST_TIMED = SET_MEMBER;

const FIRST_ROLE: Readonly<Record<KeyType, number>> = {
  string: WHOLE,
  json: WHOLE,
  list: ELEMENT,
  set: SET_MEMBER,
  zset: ZSET_MEMBER,
  hash: HASH_FIELD,
  stream: ENTRY_FIELD,
  array: ARRAY_VALUE,
  module: MODULE_STRING,
  gcra: WHOLE,
  cron: WHOLE,
  sbf: WHOLE,
};

/**
 * What stands around the strings of a value.
 *
 * All this is called for every item. So it makes room once and then writes into the buffer itself: with calls that
 * each make sure of their room, for each piece of punctuation, the whole job took a tenth more.
 */
export class JsonItems {
  readonly #out: ByteOutput;
  #role = WHOLE;
  /** Nothing stands before the next item of the innermost list. */
  #first = true;
  #index: number | bigint = 0;

  constructor(out: ByteOutput) {
    this.#out = out;
  }

  begin(type: KeyType): void {
    this.#role = FIRST_ROLE[type];
    this.#first = true;
  }

  /** The string at hand names an item. */
  get naming(): boolean {
    return this.#role >= FIRST_NAME;
  }

  /** It may have a time, where the layout knows times. */
  get namingTimed(): boolean {
    return this.#role >= FIRST_TIMED;
  }

  /** Writes what stands before the inside of a string, with room for a number behind it. @returns where it ends */
  beginString(): number {
    const out = this.#out;
    out.reserve(AROUND);
    const role = this.#role;
    let at = out.length;
    if (role === HASH_VALUE || role === ENTRY_VALUE) return at;
    const into = out.bytes;
    if (this.#first) this.#first = false;
    else into[at++] = COMMA;
    switch (role) {
      case ZSET_MEMBER:
        at = put(out.view, at, MEMBER);
        break;
      case ENTRY_FIELD:
        at = put(out.view, at, PAIR);
        break;
      case ARRAY_VALUE:
        into[at++] = OPEN_ARRAY;
        out.length = at;
        writeInteger(out, this.#index);
        out.reserve(AROUND);
        at = put(out.view, out.length, BEFORE_ELEMENT);
        break;
      case MODULE_STRING:
        at = put(out.view, at, STRING_PART);
        break;
      default:
        into[at++] = QUOTE;
    }
    out.length = at;
    return at;
  }

  /** Writes what stands behind it: the string has left room for that. */
  endString(): void {
    const out = this.#out;
    const into = out.bytes;
    let at = out.length;
    switch (this.#role) {
      case HASH_FIELD:
        at = put(out.view, at, FIELD_VALUE);
        this.#role = HASH_VALUE;
        break;
      case HASH_VALUE:
        into[at++] = QUOTE;
        this.#role = HASH_FIELD;
        break;
      case ZSET_MEMBER:
        at = put(out.view, at, SCORE);
        break;
      case ENTRY_FIELD:
        at = put(out.view, at, BETWEEN);
        this.#role = ENTRY_VALUE;
        break;
      case ENTRY_VALUE:
        into[at++] = QUOTE;
        into[at++] = CLOSE_ARRAY;
        this.#role = ENTRY_FIELD;
        break;
      case ARRAY_VALUE:
        into[at++] = QUOTE;
        into[at++] = CLOSE_ARRAY;
        break;
      case MODULE_STRING:
        into[at++] = QUOTE;
        into[at++] = CLOSE_OBJECT;
        break;
      default:
        into[at++] = QUOTE;
    }
    out.length = at;
  }

  /** An item that is no string follows, or a list of items begins. */
  comma(): void {
    if (this.#first) this.#first = false;
    else this.#out.byte(COMMA);
  }

  /** The fields of a path follow. */
  beginPath(): void {
    this.#first = true;
  }

  /** The position of the element that follows. */
  index(value: number | bigint): void {
    this.#index = value;
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    const out = this.#out;
    out.reserve(2 * AROUND);
    const into = out.bytes;
    let at = out.length;
    if (!this.#first) into[at++] = COMMA;
    at = putUnsigned64(msHi, msLo, into, put(out.view, at, ENTRY));
    into[at++] = DASH;
    at = putUnsigned64(seqHi, seqLo, into, at);
    out.length = put(out.view, at, FIELDS);
    this.#first = true;
  }

  entryEnd(): void {
    const out = this.#out;
    out.reserve(AROUND);
    out.length = put(out.view, out.length, ENTRY_END);
    this.#first = false;
  }
}
