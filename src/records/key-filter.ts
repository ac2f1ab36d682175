import { checkObject, checkTime, describe } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { KeyType } from '../rdb/index.ts';
import { compileGlob, type KeyMatcher } from './glob.ts';
import { hashSlot, SLOTS } from './slot.ts';
import { keyText } from './text.ts';

/** A pattern as KEYS understands it (see `compileGlob`): its bytes, or text for its UTF-8. */
export type Glob = string | Uint8Array;

/** Time that a key has left, in ms, both ends included. */
export interface TtlRange {
  /** 0 by default. */
  from?: number;
  /** No limit by default. */
  to?: number;
}

/** Bytes that a value takes in the file, as it is stored there, both ends included. */
export interface SizeRange {
  /** 0 by default. */
  min?: number;
  /** No limit by default. */
  max?: number;
}

/**
 * Which keys are wanted: those that satisfy all options that are given. In a list one hit is enough, so that an empty
 * list wants no key at all.
 */
export interface KeyFilterOptions {
  /** One of these patterns matches the name. */
  keys?: Glob | readonly Glob[];
  /**
   * One of these is found in the name. They see it as text: UTF-8, and each byte that is none as the lone surrogate
   * U+DC00 + byte (`/\udcff/` finds the byte ff), so that any name can be told. The flags `g` and `y` mean nothing.
   */
  keyRegex?: RegExp | readonly RegExp[];
  /** None of these patterns matches the name. */
  notKeys?: Glob | readonly Glob[];
  types?: readonly KeyType[];
  dbs?: readonly number[];
  /** Slots of a cluster, 0 to 16383, alone or from the first to the last. */
  slots?: readonly (number | readonly [first: number, last: number])[];
  /**
   * `none`: the key never expires; `any`: it has a time at which it does; `expired`: that time has passed; or the time
   * that is left lies in a range. A key that has expired is in no range.
   */
  ttl?: 'none' | 'any' | 'expired' | TtlRange;
  /** The time that `ttl` counts from, Unix time in ms; when the filter is made by default. */
  now?: number;
  size?: SizeRange;
  /** At most so many keys, the first ones; 1 or more. */
  limit?: number;
}

/** What a filter looks at: a key before its value. A scanner's frame is one. */
export interface KeySpan {
  db: number;
  type: KeyType;
  /** The name lies in `bytes` from `start` to `end`. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Unix time in ms; undefined for never. */
  expiresAt: number | bigint | undefined;
}

const TYPES: Readonly<Record<KeyType, true>> = {
  string: true,
  list: true,
  set: true,
  zset: true,
  hash: true,
  stream: true,
  array: true,
  gcra: true,
  module: true,
  cron: true,
  json: true,
  sbf: true,
};

/** The types that a key may have. */
export const KEY_TYPES: readonly KeyType[] = /* @__PURE__ */ Object.keys(TYPES) as KeyType[];

/**
 * Decides which keys are wanted, over spans of bytes, so that nothing is made for a key that is not. It keeps no state:
 * whoever uses it counts for `limit`, and measures for `size`.
 *
 * @example
 * ```ts
 * import { KeyFilter } from 'rdb-aof';
 *
 * const filter = new KeyFilter({ keys: 'user:*', types: ['hash'] });
 * const bytes = new TextEncoder().encode('user:1');
 * const key = { db: 0, type: 'hash', bytes, start: 0, end: bytes.length, expiresAt: undefined } as const;
 * console.log(filter.matches(key)); // true
 * ```
 */
export class KeyFilter {
  /** Most keys that are wanted; infinite where there is no limit. */
  readonly limit: number;
  /** The size of a value decides too, which `matches` does not know: ask `matchesSize`. */
  readonly bySize: boolean;
  readonly minSize: number;
  readonly maxSize: number;
  readonly #dbs: ReadonlySet<number> | undefined;
  readonly #types: ReadonlySet<KeyType> | undefined;
  readonly #slots: Uint8Array | undefined;
  readonly #keys: KeyMatcher[] | undefined;
  readonly #notKeys: KeyMatcher[];
  readonly #regexes: RegExp[] | undefined;
  /** Only keys with a time (true), or only those without (false). */
  readonly #expires: boolean | undefined;
  /** Earliest and latest time of a key that is wanted. */
  readonly #earliest: number;
  readonly #latest: number;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: KeyFilterOptions) {
    checkObject(options);
    for (const name of ['types', 'dbs', 'slots'] as const) {
      const list = options[name];
      if (list !== undefined && !Array.isArray(list)) throw invalid(`${name} must be an array, found ${show(list)}`);
    }
    const { keys, notKeys, keyRegex, types, dbs, slots, ttl, size, limit } = options;
    checkTime(options, 'now');
    const now = options.now ?? Date.now();
    this.#keys = keys === undefined ? undefined : listOf(keys).map(compileGlob);
    this.#notKeys = notKeys === undefined ? [] : listOf(notKeys).map(compileGlob);
    this.#regexes = keyRegex === undefined ? undefined : listOf(keyRegex).map(stateless);
    this.#types = types === undefined ? undefined : new Set(types.map(checkType));
    this.#dbs = dbs === undefined ? undefined : new Set(dbs.map((db) => checkWhole('dbs', db)));
    this.#slots = slots === undefined ? undefined : slotTable(slots);

    this.#expires = ttl === undefined ? undefined : ttl !== 'none';
    const [from, to] = timeRange(ttl);
    this.#earliest = now + from;
    this.#latest = now + to;
    // As the server has it: a key is gone when its time lies behind, not at the very millisecond.
    if (ttl === 'expired') this.#latest = now - 1;

    this.bySize = size !== undefined;
    if (size !== undefined) checkObject(size, 'size');
    [this.minSize, this.maxSize] = checkRange('size', ['min', size?.min], ['max', size?.max]);
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
      throw invalid(`limit must be a positive integer, found ${show(limit)}`);
    }
    this.limit = limit ?? Number.POSITIVE_INFINITY;
  }

  /** Whether a key is wanted, as far as can be told before its value; cheap questions come first. */
  matches(key: KeySpan): boolean {
    if (this.#types !== undefined && !this.#types.has(key.type)) return false;
    if (this.#expires !== undefined && !this.#matchesTime(key.expiresAt)) return false;
    return this.matchesName(key.db, key.bytes, key.start, key.end);
  }

  /** Whether a key is wanted, as far as its name and database tell. */
  matchesName(db: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#dbs !== undefined && !this.#dbs.has(db)) return false;
    if (this.#slots !== undefined && this.#slots[hashSlot(bytes, start, end)] === 0) return false;
    if (this.#keys !== undefined && !anyMatches(this.#keys, bytes, start, end)) return false;
    if (anyMatches(this.#notKeys, bytes, start, end)) return false;
    return this.#regexes === undefined || this.#matchesText(this.#regexes, keyText(bytes, start, end));
  }

  /** Whether any key of a database may be wanted. */
  matchesDb(db: number): boolean {
    return this.#dbs === undefined || this.#dbs.has(db);
  }

  /** Whether a value of so many stored bytes is wanted. */
  matchesSize(bytes: number): boolean {
    return bytes >= this.minSize && bytes <= this.maxSize;
  }

  #matchesTime(expiresAt: number | bigint | undefined): boolean {
    if (expiresAt === undefined) return this.#expires === false;
    return this.#expires === true && expiresAt >= this.#earliest && expiresAt <= this.#latest;
  }

  #matchesText(regexes: RegExp[], text: string): boolean {
    for (const regex of regexes) if (regex.test(text)) return true;
    return false;
  }
}

/** By index, as the iterators of `some` and `for of` cost more than most patterns. */
function anyMatches(matchers: KeyMatcher[], bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = 0; i < matchers.length; i++) if (matchers[i]!(bytes, start, end)) return true;
  return false;
}

function listOf<T extends Glob | RegExp>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** A copy that begins every test at the start of the text. */
function stateless(regex: RegExp): RegExp {
  if (!(regex instanceof RegExp)) throw invalid(`keyRegex must be a RegExp, found ${show(regex)}`);
  return new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''));
}

function slotTable(slots: NonNullable<KeyFilterOptions['slots']>): Uint8Array {
  const table = new Uint8Array(SLOTS);
  for (const slot of slots) {
    const [first, last] = Array.isArray(slot) ? slot : [slot, slot];
    if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < SLOTS)) {
      throw invalid(`slots must be numbers from 0 to ${SLOTS - 1}, or pairs of the first and the last, found ${slot}`);
    }
    table.fill(1, first, last + 1);
  }
  return table;
}

function checkType(type: KeyType): KeyType {
  if (!Object.hasOwn(TYPES, type)) throw invalid(`types must be of ${KEY_TYPES.join(', ')}, found ${show(type)}`);
  return type;
}

function checkWhole(name: string, value: number): number {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw invalid(`${name} must be whole numbers from 0 on, found ${show(value)}`);
  }
  return value;
}

type Bound = [name: string, value: number | undefined];

/** Both ends of a range, the lower one 0 and the upper one infinite where they are not given. */
function checkRange(name: string, [lowName, low]: Bound, [highName, high]: Bound): [number, number] {
  const from = low === undefined ? 0 : checkWhole(`${name}.${lowName}`, low);
  if (high === undefined || high === Number.POSITIVE_INFINITY) return [from, Number.POSITIVE_INFINITY];
  const to = checkWhole(`${name}.${highName}`, high);
  if (from > to) throw invalid(`${name}.${lowName} is ${from}, above ${name}.${highName}, which is ${to}`);
  return [from, to];
}

/** Ms from now on in which the time of a key must lie. */
function timeRange(ttl: KeyFilterOptions['ttl']): [number, number] {
  if (ttl === undefined || ttl === 'none' || ttl === 'any' || ttl === 'expired') {
    return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  }
  if (typeof ttl === 'object' && ttl !== null && !Array.isArray(ttl)) {
    return checkRange('ttl', ['from', ttl.from], ['to', ttl.to]);
  }
  throw invalid(`ttl must be "none", "any", "expired" or { from, to } in ms, found ${show(ttl)}`);
}

function show(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : describe(value);
}

function invalid(message: string): RedisFileError {
  return new RedisFileError('INVALID_ARGUMENT', message);
}
