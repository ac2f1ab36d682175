import { signed64 } from '../../bytes/index.ts';
import { RedisFileError } from '../../errors.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { RdbHandler } from '../handler.ts';
import { readCount } from './items.ts';
import type { BlobContext, BlobVisitor } from './packed.ts';

/** Largest expiry of a field, in ms (redis: src/ebuckets.h, EB_EXPIRE_TIME_MAX). */
const MAX_EXPIRY = 2 ** 48 - 1;

/**
 * Where the time of a field stands.
 * - `relative`: `i64le min`, then per field `LEN ttl` before it; 0 for none, else min + ttl - 1 (type 24).
 * - `absolute`: `LEN ms` before the field, 0 for none (type 22 of Redis 7.4 release candidates).
 * - `after`: `i64le ms` after the value, -1 for none (type 22 of Valkey 9).
 * - `seconds`: a STR of seconds after the value, -1 for none (types 31 and 32 of Dragonfly).
 */
export type TtlLayout = 'relative' | 'absolute' | 'after' | 'seconds';

/** Hashes, and Dragonfly's sets, whose fields have times of their own: `LEN n`, then the fields as `TtlLayout` says. */
export class TtlItemsReader implements ValueReader {
  readonly #layout: TtlLayout;
  readonly #strings: number;
  #left = -1;
  #base: number | bigint = 0;
  /** Part of the item that comes next: 0 a time before it, 1 and up its strings, then a time after it. */
  #part = 0;
  #time: number | bigint = -1;

  constructor(layout: TtlLayout, stringsPerItem: 1 | 2) {
    this.#layout = layout;
    this.#strings = stringsPerItem;
  }

  begin(): void {
    this.#left = -1;
    this.#part = 0;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#left < 0) {
      if (this.#layout === 'relative') this.#base = r.i64le();
      this.#left = readCount(c);
      r.commit();
      if (c.shown) c.handler.count(this.#left);
    }
    while (this.#left > 0) {
      if (this.#part === 0) {
        this.#time = this.#timeBefore(c);
        this.#part = 1;
        r.commit();
      }
      while (this.#part <= this.#strings) {
        c.string();
        this.#part++;
        r.commit();
      }
      const time = this.#timeAfter(c);
      if (c.shown) c.handler.expiry(time);
      this.#part = 0;
      this.#left--;
      r.commit();
    }
  }

  #timeBefore(c: ValueContext): number | bigint {
    if (this.#layout !== 'relative' && this.#layout !== 'absolute') return -1;
    const stored = c.length64();
    if (stored === 0) return -1;
    const time = this.#layout === 'absolute' ? BigInt(stored) : BigInt(this.#base) + BigInt(stored) - 1n;
    if (c.shown && (time < 0n || time > BigInt(MAX_EXPIRY))) {
      throw c.fail('BAD_VALUE', `a field that expires at ${time} ms, beyond the limit of 2^48`);
    }
    return Number(time);
  }

  #timeAfter(c: ValueContext): number | bigint {
    if (this.#layout === 'after') {
      const time = c.r.i64le();
      if (c.shown && time < -1) throw c.fail('BAD_VALUE', `a field that expires at ${time} ms`);
      return time;
    }
    if (this.#layout === 'seconds') {
      if (!c.shown) {
        c.string();
        return -1;
      }
      const seconds = c.integerText();
      return seconds < 0 ? -1 : seconds * 1000;
    }
    return this.#time;
  }
}

/** Type 25, and 23 of Redis 7.4 release candidates without the leading time: `i64le min, STR listpack`. */
export class TtlListpackHead implements ValueReader {
  readonly #inner: ValueReader;
  #begun = false;

  constructor(inner: ValueReader) {
    this.#inner = inner;
  }

  begin(): void {
    this.#begun = false;
    this.#inner.begin();
  }

  run(c: ValueContext): void {
    if (!this.#begun) {
      c.r.i64le();
      this.#begun = true;
      c.r.commit();
    }
    this.#inner.run(c);
  }
}

/** Entries of a packed hash with times: field, value, time in ms or 0, field, ... */
export class TimedEntries implements BlobVisitor {
  count = 0;
  #to!: RdbHandler;

  begin(c: BlobContext): void {
    this.count = 0;
    this.#to = c.handler;
  }

  finish(c: BlobContext): void {
    if (this.count % 3 !== 0)
      throw c.fail('BAD_VALUE', `${this.count} entries, expected field, value and time of each`);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#notTime('text');
    this.#to.bytes(bytes, start, end);
  }

  integer(value: number): void {
    if (this.count++ % 3 !== 2) this.#to.integer(value);
    else if (value < 0 || value > MAX_EXPIRY) {
      throw new RedisFileError('BAD_VALUE', `a field that expires at ${value} ms, beyond the limit of 2^48`);
    } else this.#to.expiry(value === 0 ? -1 : value);
  }

  int64(hi: number, lo: number): void {
    this.#notTime(String(signed64(hi, lo)));
    this.#to.int64(hi, lo);
  }

  bigBegin(length: number): void {
    this.#notTime(`${length} bytes`);
    this.#to.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#to.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#to.bigEnd();
  }

  #notTime(found: string): void {
    if (this.count++ % 3 === 2) {
      throw new RedisFileError('BAD_VALUE', `expected the time of a field, found ${found}`);
    }
  }
}

const PATH = -1;
const FIELD_COUNT = -2;

/** Type 23 of Valkey 9.2: `LEN paths, paths * (STR path, LEN n, n * (STR field, STR value))`. */
export class PathHashReader implements ValueReader {
  #paths = -1;
  /** Strings still to be read under this path, or what comes next. */
  #left = PATH;

  begin(): void {
    this.#paths = -1;
    this.#left = PATH;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#paths < 0) {
      this.#paths = readCount(c);
      r.commit();
    }
    while (this.#paths > 0) {
      if (this.#left === PATH) {
        if (c.shown) {
          c.contiguous();
          c.handler.path(c.bytes, c.start, c.end);
        } else {
          c.string();
        }
        this.#left = FIELD_COUNT;
        r.commit();
      }
      if (this.#left === FIELD_COUNT) {
        const fields = c.length();
        if (fields === 0) throw c.fail('BAD_LENGTH', 'a path without fields');
        this.#left = 2 * fields;
        r.commit();
      }
      while (this.#left > 0) {
        c.string();
        this.#left--;
        r.commit();
      }
      this.#left = PATH;
      this.#paths--;
    }
  }
}
