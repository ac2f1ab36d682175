import { signed64 } from '../../bytes/index.ts';
import { RedisFileError } from '../../errors.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import type { RdbHandler } from '../handler.ts';
import { readCount } from './items.ts';
import type { BlobContext, BlobVisitor } from './packed.ts';
import { parseScore } from './score.ts';

/** Length bytes of a text score that stand for a value (redis: src/rdb.c, rdbLoadDoubleValue). */
const NAN = 253;
const PLUS_INFINITY = 254;
const MINUS_INFINITY = 255;

/** Types 3 and 5: `LEN n, n * (STR member, score)`, the score as text or as a double. */
export class ZsetReader implements ValueReader {
  readonly #textScores: boolean;
  #left = -1;
  #atScore = false;

  constructor(textScores: boolean) {
    this.#textScores = textScores;
  }

  begin(): void {
    this.#left = -1;
    this.#atScore = false;
  }

  run(c: ValueContext): void {
    const { r } = c;
    if (this.#left < 0) {
      this.#left = readCount(c);
      r.commit();
      if (c.shown) c.handler.count(this.#left);
    }
    while (this.#left > 0) {
      if (!this.#atScore) {
        c.string();
        this.#atScore = true;
        r.commit();
      }
      const score = this.#textScores ? readTextScore(c) : r.f64le();
      if (c.shown) {
        if (Number.isNaN(score)) c.refuse('NAN_SCORE', 'BAD_VALUE', 'a score that is no number, which servers refuse');
        c.handler.score(score);
      }
      this.#atScore = false;
      this.#left--;
      r.commit();
    }
  }
}

/** A score before RDB 8: a length byte and decimal text. */
function readTextScore(c: ValueContext): number {
  const { r } = c;
  const length = r.u8();
  if (length === NAN) return Number.NaN;
  if (length === PLUS_INFINITY) return Number.POSITIVE_INFINITY;
  if (length === MINUS_INFINITY) return Number.NEGATIVE_INFINITY;
  r.need(length);
  r.pos += length;
  return c.shown ? parseScore(r.bytes, r.pos - length, r.pos) : 0;
}

function showScore(c: BlobContext, score: number): void {
  if (Number.isNaN(score)) c.warn('NAN_SCORE', 'a score that is no number');
  c.handler.score(score);
}

/** Entries of a packed sorted set: member, score, member, score, ... */
export class ScoredEntries implements BlobVisitor {
  count = 0;
  #to!: RdbHandler;
  #c!: BlobContext;

  begin(c: BlobContext): void {
    this.count = 0;
    this.#to = c.handler;
    this.#c = c;
  }

  finish(c: BlobContext): void {
    if (this.count % 2 !== 0) throw c.fail('BAD_VALUE', `${this.count} entries, which are no pairs`);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if ((this.count++ & 1) === 0) this.#to.bytes(bytes, start, end);
    else showScore(this.#c, parseScore(bytes, start, end));
  }

  integer(value: number): void {
    if ((this.count++ & 1) === 0) this.#to.integer(value);
    else this.#to.score(value);
  }

  int64(hi: number, lo: number): void {
    if ((this.count++ & 1) === 0) this.#to.int64(hi, lo);
    else this.#to.score(Number(signed64(hi, lo)));
  }

  bigBegin(length: number): void {
    if ((this.count++ & 1) === 1) throw new RedisFileError('BAD_STRING', `expected a score, found ${length} bytes`);
    this.#to.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#to.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#to.bigEnd();
  }
}
