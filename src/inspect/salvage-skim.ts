import { readU32le } from '../bytes/index.ts';
import type { Family } from '../rdb/index.ts';
import { isText, LONG_NAME } from './salvage-evidence.ts';

/** No record begins there. */
export const NO: number = 0;
/** One may begin there: it is worth a probe. */
export const MAYBE: number = 1;
/** More bytes are needed to tell. */
export const UNKNOWN: number = 2;

/** Bytes that must come first are too many to wait for. */
const FAR = 1 << 12;
/** The longest name that a candidate may have. */
const LONGEST_NAME = 1 << 14;
/** The most databases that a candidate may speak of. */
export const MOST_DBS: number = 1 << 16;
/** What LZF packs best, in bytes for one. */
const LZF_RATIO = 88;

/** What stands behind the name of a key. */
const STRING = 1;
const LISTPACK = 2;
const ZIPLIST = 3;
const INTSET = 4;
const ZIPMAP = 5;
/** A count, or a number of a module. */
const COUNTED = 6;
/** Anything. */
const OTHER = 7;
const FIRST_OPCODE = 8;

const FORMS: Readonly<Record<string, number>> = {
  raw: STRING,
  listpack: LISTPACK,
  ziplist: ZIPLIST,
  intset: INTSET,
  zipmap: ZIPMAP,
  linkedlist: COUNTED,
  hashtable: COUNTED,
  skiplist: COUNTED,
  quicklist: COUNTED,
};
/** Hash types with something else between the name and the items. */
const WITH_HEAD: ReadonlySet<number> = /* @__PURE__ */ new Set([22, 23, 24, 25, 29, 30, 31, 32]);

/** Bytes that may begin a record in a file, and what stands behind them. */
export function skimTable(
  types: Readonly<Record<number, { type: string; encoding: string }>>,
  family: Family,
  version: number,
): Uint8Array {
  const table = new Uint8Array(256);
  for (const [id, { type, encoding }] of Object.entries(types)) {
    // Not KeyDB's tasks, whose byte is the letter at.
    if (type === 'cron') continue;
    table[Number(id)] = type === 'sbf' || WITH_HEAD.has(Number(id)) ? OTHER : (FORMS[encoding] ?? OTHER);
  }
  const redis = family === 'redis';
  for (let opcode = 244; opcode < 256; opcode++) table[opcode] = FIRST_OPCODE;
  if (redis && version >= 15) table[242] = FIRST_OPCODE;
  if ((redis && version >= 13) || family === 'valkey') table[243] = FIRST_OPCODE;
  if (family === 'dragonfly') for (const opcode of [200, 201, 202, 203, 220]) table[opcode] = FIRST_OPCODE;
  return table;
}

/** Says of most offsets, at the price of a few comparisons, that no record begins there. */
export class Skimmer {
  readonly #table: Uint8Array;
  readonly #plain: boolean;
  readonly #oddNames: boolean;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Behind the number that was read last. */
  #at = 0;
  /** Form of the string that was read last: 0 raw, 1 an integer, 2 LZF. */
  #form = 0;
  #stored = 0;

  /**
   * @param plain RDB 0: lengths of four bytes
   * @param oddNames names are no text, or not all
   */
  constructor(table: Uint8Array, plain: boolean, oddNames: boolean) {
    this.#oddNames = oddNames;
    this.#table = table;
    this.#plain = plain;
  }

  /** @param last no bytes follow these */
  look(bytes: Uint8Array, at: number, last: boolean): number {
    const form = this.#table[bytes[at]!]!;
    if (form === NO) return NO;
    this.#bytes = bytes;
    this.#at = at + 1;
    const short = last ? NO : UNKNOWN;
    if (form >= FIRST_OPCODE) return this.#opcode(bytes[at]!, short, last);
    if (!this.#string(LONGEST_NAME)) return this.#at > bytes.length ? short : NO;
    // Zeros look like keys without names, and anything like one with an odd name: no probe would take such a first key.
    if (this.#form === 0 && !this.#isName(this.#at - this.#stored, Math.min(this.#at, bytes.length))) return NO;
    // What goes on for long is not waited for here: a probe gives up before.
    if (this.#at - bytes.length > FAR) return MAYBE;
    if (this.#at >= bytes.length) return short;
    if (form === OTHER || this.#plain) return MAYBE;
    if (form === COUNTED) return this.#length() > 0 ? MAYBE : this.#at > bytes.length ? short : NO;
    const fits = this.#string(Number.MAX_SAFE_INTEGER);
    if (!fits) return this.#at > bytes.length && this.#form >= 0 ? short : NO;
    return this.#value(form, short);
  }

  #isName(from: number, to: number): boolean {
    if (this.#stored === 0) return false;
    return (
      this.#oddNames ||
      (this.#stored <= LONG_NAME && (this.#plain || to - from < this.#stored || isText(this.#bytes, from, to)))
    );
  }

  /** A string was read as the value of a key. */
  #value(form: number, short: number): number {
    const bytes = this.#bytes;
    const end = this.#at;
    const from = end - this.#stored;
    if (form !== STRING && this.#form === 1) return NO;
    if (form !== STRING && this.#form === 0 && from + 8 <= bytes.length) {
      const size = this.#stored;
      const first = readU32le(bytes, from);
      if ((form === LISTPACK || form === ZIPLIST) && first !== size) return NO;
      if (
        form === INTSET &&
        ((first !== 2 && first !== 4 && first !== 8) || 8 + first * readU32le(bytes, from + 4) !== size)
      ) {
        return NO;
      }
      if (form !== INTSET && end <= bytes.length && bytes[end - 1] !== 0xff) return NO;
    }
    // A string alone is never enough, so something must follow it.
    if (end < bytes.length) return form === STRING && this.#table[bytes[end]!] === NO ? NO : MAYBE;
    return end - bytes.length > FAR || short === NO ? MAYBE : short;
  }

  /** Records of other kinds, and what stands before a key. */
  #opcode(opcode: number, short: number, last: boolean): number {
    const bytes = this.#bytes;
    const at = this.#at;
    switch (opcode) {
      case 255:
        // The end of the file, which is known when no more bytes come.
        return last && (bytes.length === at + 8 || bytes.length === at) ? MAYBE : NO;
      case 253:
        return this.#known(at + 4, short);
      case 252:
        if (at + 8 > bytes.length) return short;
        // Times before 1970, or after many thousand years, say nothing.
        return bytes[at + 7] === 0 ? this.#known(at + 8, short) : NO;
      case 249:
        return this.#known(at + 1, short);
      case 248: {
        const idle = this.#length();
        return idle < 0 ? this.#cut(short) : this.#known(this.#at, short);
      }
      case 254: {
        const db = this.#length();
        if (db < 0) return this.#cut(short);
        return db < MOST_DBS ? this.#known(this.#at, short) : NO;
      }
      case 251:
        if (this.#length() < 0 || this.#length() < 0) return this.#cut(short);
        return this.#known(this.#at, short);
      case 250:
      case 245:
        return this.#string(LONGEST_NAME << 8) ? MAYBE : this.#cut(short);
      case 220:
      case 203:
      case 200:
        // Bytes that may stand alone say too little.
        return NO;
      default:
        return this.#length() < 0 ? this.#cut(short) : MAYBE;
    }
  }

  #cut(short: number): number {
    return this.#at > this.#bytes.length ? short : NO;
  }

  /** Whether a record may begin at an offset. */
  #known(at: number, short: number): number {
    if (at >= this.#bytes.length) return short;
    return this.#table[this.#bytes[at]!] === NO ? NO : MAYBE;
  }

  /** A LEN; -1 where there is none, or (`#at` beyond the end) too few bytes. */
  #length(): number {
    const bytes = this.#bytes;
    if (this.#at >= bytes.length) {
      this.#at = bytes.length + 1;
      return -1;
    }
    const first = this.#plain ? 0x80 : bytes[this.#at++]!;
    if (first < 0x40) return first;
    const size = first < 0x80 ? 1 : first === 0x80 ? 4 : first === 0x81 ? 8 : 0;
    if (size === 0) return -1;
    let value = first < 0x80 ? first & 0x3f : 0;
    if (this.#at + size > bytes.length) {
      this.#at = bytes.length + 1;
      return -1;
    }
    for (let i = 0; i < size; i++) value = value * 256 + bytes[this.#at++]!;
    return value;
  }

  /** Passes over a STR; false where there is none, or one of more than `most` bytes, or too few bytes to tell. */
  #string(most: number): boolean {
    const bytes = this.#bytes;
    const first = this.#at < bytes.length ? bytes[this.#at]! : 0;
    this.#form = 0;
    this.#stored = 0;
    if (first >= 0xc0 && !this.#plain) {
      if (first > 0xc3) {
        this.#form = -1;
        return false;
      }
      this.#at++;
      if (first < 0xc3) {
        this.#form = 1;
        this.#at += first === 0xc0 ? 1 : first === 0xc1 ? 2 : 4;
        return true;
      }
      this.#form = 2;
      const stored = this.#length();
      const size = stored < 0 ? -1 : this.#length();
      if (size < 0 || stored === 0 || size > most || size > stored * LZF_RATIO) {
        if (this.#at <= bytes.length) this.#form = -1;
        return false;
      }
      this.#stored = stored;
    } else {
      const stored = this.#length();
      if (stored < 0 || stored > most) {
        if (this.#at <= bytes.length) this.#form = -1;
        return false;
      }
      this.#stored = stored;
    }
    this.#at += this.#stored;
    return true;
  }
}
