import { ascii, ByteOutput } from '../../bytes/index.ts';
import type { PackedBuilder } from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { writeFloat64 } from '../primitives.ts';
import { ItemStrings } from './items.ts';
import { packedScoreText, scoreText } from './scores.ts';
import type { ValueWriter } from './writer.ts';

const ZSET = 3;
const ZSET_2 = 5;
const ZIPLIST = 12;
const LISTPACK = 17;

/** First versions that have packed sets, binary scores, listpacks, and the shortest text of scores in these. */
const PACKED_SINCE = 2;
const BINARY_SINCE = 8;
const LISTPACK_SINCE = 10;
const SHORTEST_SINCE = 11;

/** Length bytes that stand for infinities (redis: src/rdb.c, rdbSaveDoubleValue). */
const PLUS_INFINITY = 254;
const MINUS_INFINITY = 255;

/** Largest integer that a score is written as in a packed set. */
const LARGEST_INTEGER = 2 ** 52;
/** Largest packed value that servers build. */
const LARGEST = 1 << 30;

/**
 * Sorted sets: few short members are packed (types 12, 17), all others `LEN n, n * (STR member, score)` (3 with scores
 * as text, 5 with doubles). Members wait until it is known which it is, as a packed set must be in order (redis:
 * src/t_zset.c, zzlInsert).
 */
export class ZsetWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #strings: ItemStrings;
  readonly #builder: PackedBuilder;
  /**
   * Members that wait, one after the other, where each ends, and their scores. The arrays keep what was in them, as one
   * whose length is set to 0 gives its memory back and gets new one for every value.
   */
  readonly #members = new ByteOutput(1 << 10);
  readonly #ends: number[] = [];
  readonly #scores: number[] = [];
  #waiting = 0;
  #scored = 0;
  #packed = true;
  #sorted = true;
  #claimed: number | undefined;
  #dropped = 0;

  constructor(c: EncodeContext, builder: PackedBuilder) {
    this.#c = c;
    this.#strings = new ItemStrings(c);
    this.#builder = builder;
  }

  begin(): void {
    this.#members.length = this.#waiting = this.#scored = 0;
    this.#packed = this.#sorted = true;
    this.#claimed = undefined;
    this.#dropped = 0;
    if (this.#c.target.rdb < PACKED_SINCE) this.#expand();
  }

  count(items: number): void {
    this.#claimed = items;
    if (!this.#packed || items > this.#c.limits.zsetEntries) this.#expand();
  }

  #fits(size: number): boolean {
    const { zsetEntries, zsetValue } = this.#c.limits;
    return this.#waiting < zsetEntries && size <= zsetValue && this.#members.length + size < LARGEST / 2;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#packed && !this.#fits(end - start)) this.#expand();
    if (this.#packed) {
      this.#members.span(bytes, start, end);
      this.#ends[this.#waiting++] = this.#members.length;
    } else this.#strings.bytes(bytes, start, end);
  }

  integer(value: number): void {
    if (!this.#packed) {
      this.#strings.integer(value);
      return;
    }
    const text = ascii(String(value));
    this.bytes(text, 0, text.length);
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String((BigInt(hi) << 32n) | BigInt(lo >>> 0)));
    this.bytes(text, 0, text.length);
  }

  bigBegin(length: number): void {
    if (this.#packed) this.#expand();
    this.#strings.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.bigBytes(bytes, start, end);
  }

  bigEnd(): void {}

  /** A member that was announced does not come. */
  expectLess(): boolean {
    if (!this.#packed) return this.#strings.items.expectLess();
    this.#dropped++;
    return true;
  }

  /** The score of the last member. */
  score(value: number): void {
    if (Number.isNaN(value)) {
      this.#dropMember();
      return;
    }
    if (!this.#packed) {
      this.#writeScore(value);
      this.#strings.items.endItem();
      return;
    }
    const last = this.#scored++;
    this.#scores[last] = value;
    if (last > 0 && this.#sorted && this.#compare(last - 1, last) > 0) this.#sorted = false;
  }

  /** A score that is no number: no server takes it. */
  #dropMember(): void {
    this.#c.lose('score', 'a member whose score is no number');
    if (this.#packed) {
      this.#dropped++;
      this.#waiting--;
      this.#members.length = this.#start(this.#waiting);
    } else if (!this.#strings.items.dropItem()) {
      throw this.#c.fail('BAD_VALUE', 'a score that is no number, in a value too large for it to be left out');
    }
  }

  #writeScore(score: number): void {
    const { out } = this.#strings.items;
    if (this.#c.target.rdb >= BINARY_SINCE) writeFloat64(out, score);
    else if (score === Number.POSITIVE_INFINITY) out.byte(PLUS_INFINITY);
    else if (score === Number.NEGATIVE_INFINITY) out.byte(MINUS_INFINITY);
    else {
      const text = scoreText(score);
      out.byte(text.length);
      out.text(text);
    }
  }

  #expand(): void {
    this.#packed = false;
    const { items } = this.#strings;
    const claimed = this.#claimed === undefined ? undefined : this.#claimed - this.#dropped;
    items.begin(this.#c.target.rdb >= BINARY_SINCE ? ZSET_2 : ZSET, claimed);
    // The last member may still wait for its score.
    for (let i = 0; i < this.#waiting; i++) {
      this.#strings.bytes(this.#members.bytes, this.#start(i), this.#ends[i]!);
      if (i === this.#scored) break;
      this.#writeScore(this.#scores[i]!);
      items.endItem();
    }
    this.#members.length = this.#waiting = this.#scored = 0;
  }

  #start(i: number): number {
    return i === 0 ? 0 : this.#ends[i - 1]!;
  }

  /** By score, then by the bytes of the member. */
  #compare(a: number, b: number): number {
    const order = this.#scores[a]! - this.#scores[b]!;
    // Infinities have no difference.
    if (order !== 0 && !Number.isNaN(order)) return order;
    const { bytes } = this.#members;
    const [startA, startB] = [this.#start(a), this.#start(b)];
    const [sizeA, sizeB] = [this.#ends[a]! - startA, this.#ends[b]! - startB];
    for (let i = 0; i < sizeA && i < sizeB; i++) {
      const difference = bytes[startA + i]! - bytes[startB + i]!;
      if (difference !== 0) return difference;
    }
    return sizeA - sizeB;
  }

  end(): void {
    if (!this.#packed) {
      this.#strings.items.end();
      return;
    }
    const count = this.#waiting;
    if (count === 0) return;
    const builder = this.#builder;
    builder.begin();
    if (this.#sorted) for (let i = 0; i < count; i++) this.#pack(i);
    else {
      const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => this.#compare(a, b));
      for (const i of order) this.#pack(i);
    }
    this.#c.blob(this.#c.target.rdb >= LISTPACK_SINCE ? LISTPACK : ZIPLIST, builder.finish());
  }

  #pack(i: number): void {
    this.#builder.bytes(this.#members.bytes, this.#start(i), this.#ends[i]!);
    const score = this.#scores[i]!;
    if (Number.isInteger(score) && Math.abs(score) < LARGEST_INTEGER && !Object.is(score, -0)) {
      this.#builder.integer(score);
    } else {
      const text = ascii(packedScoreText(score, this.#c.target.rdb >= SHORTEST_SINCE));
      this.#builder.bytes(text, 0, text.length);
    }
  }

  abandon(): void {
    this.#strings.items.abandon();
  }
}
