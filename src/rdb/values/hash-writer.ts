import {
  type ListpackBuilder,
  listpack,
  type PackedBuilder,
  type PackedCodec,
  WalkState,
  type WholeEntryVisitor,
  walkPacked,
  ziplist,
  zipmap,
} from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { writeInt64 } from '../primitives.ts';
import { ItemStrings } from './items.ts';
import { TimedFields } from './timed-fields.ts';
import type { ValueWriter } from './writer.ts';

const HASH = 4;
const ZIPMAP = 9;
const ZIPLIST = 13;
const LISTPACK = 16;
const LISTPACK_EX = 25;

/** First versions that have packed hashes, those of them that are ziplists, and listpacks. */
const PACKED_SINCE = 2;
const ZIPLIST_SINCE = 4;
const LISTPACK_SINCE = 10;
/** From here on fields have times: 12 of Redis, 80 of Valkey. */
const TIMES_SINCE = 12;
/** Layouts with times of fields have type numbers from here on. */
const FIRST_TIMED = 22;

/** Largest packed value that servers build. */
const LARGEST = 1 << 30;
/** Latest time of a field in Redis, in ms (redis: src/ebuckets.h, EB_EXPIRE_TIME_MAX). */
const LATEST = 2 ** 48 - 1;

const EMPTY = /* @__PURE__ */ new Uint8Array(0);

/**
 * Hashes: few short fields are packed (types 9, 13, 16; 25 with times), all others `LEN n, n * (STR field, STR value)`
 * (4; with times 22 and 24, see `TimedFields`). A time stands behind its field, so fields are written before it is known
 * whether they have one.
 */
export class HashWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #strings: ItemStrings;
  readonly #timed: TimedFields;
  readonly #builder: PackedBuilder;
  readonly #codec: PackedCodec;
  readonly #ordered: ListpackBuilder;
  readonly #state = new WalkState();
  #packed = true;
  #claimed: number | undefined;
  #valueNext = false;
  /** Fields of this hash may have times, and the target has them. */
  #keepsTimes = false;
  #anyTime = false;
  /** Packed: times of the pairs, -1 for none, and where each begins in the blob. */
  readonly #times: (number | bigint)[] = [];
  readonly #starts: number[] = [];
  /** Expanded: a pair waits for the time that may follow it. */
  #open = false;
  #openTime: number | bigint = -1;

  constructor(c: EncodeContext, builder: PackedBuilder, ordered: ListpackBuilder) {
    this.#c = c;
    this.#strings = new ItemStrings(c);
    this.#timed = new TimedFields(c);
    this.#builder = builder;
    this.#codec = c.target.rdb >= LISTPACK_SINCE ? listpack : c.target.rdb >= ZIPLIST_SINCE ? ziplist : zipmap;
    this.#ordered = ordered;
  }

  begin(): void {
    const { frame, target } = this.#c;
    // Types from 22 on; others have none, in whatever family.
    this.#keepsTimes = target.rdb >= TIMES_SINCE && frame.typeId >= FIRST_TIMED;
    this.#packed = true;
    this.#valueNext = this.#open = this.#anyTime = false;
    this.#claimed = undefined;
    this.#times.length = this.#starts.length = 0;
    this.#builder.begin();
    if (target.rdb < PACKED_SINCE) this.#expand();
  }

  count(items: number): void {
    this.#claimed = items;
    if (!this.#packed || items > this.#c.limits.hashEntries) this.#expand();
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#beforeString(end - start);
    if (this.#packed) this.#builder.bytes(bytes, start, end);
    else this.#strings.bytes(bytes, start, end);
    this.#afterString();
  }

  integer(value: number): void {
    this.#beforeString(0);
    if (this.#packed) this.#builder.integer(value);
    else this.#strings.integer(value);
    this.#afterString();
  }

  int64(hi: number, lo: number): void {
    this.#beforeString(0);
    if (this.#packed) this.#builder.int64(hi, lo);
    else this.#strings.int64(hi, lo);
    this.#afterString();
  }

  bigBegin(length: number): void {
    this.#beforeString(length);
    if (this.#packed) this.#expand();
    this.#strings.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#afterString();
  }

  #beforeString(size: number): void {
    if (!this.#packed) {
      if (this.#open) this.#closePair();
      return;
    }
    const { hashEntries, hashValue } = this.#c.limits;
    const builder = this.#builder;
    const isField = !this.#valueNext;
    if ((isField && this.#times.length >= hashEntries) || size > hashValue || builder.length + size > LARGEST) {
      this.#expand();
    } else if (isField) {
      builder.mark();
      this.#starts.push(builder.length - 1);
    }
  }

  #afterString(): void {
    if (!this.#valueNext) {
      this.#valueNext = true;
      return;
    }
    this.#valueNext = false;
    if (this.#packed) this.#times.push(-1);
    else {
      this.#open = true;
      this.#openTime = -1;
    }
  }

  /** No time follows the last pair any more. */
  #closePair(): void {
    this.#open = false;
    const { items } = this.#strings;
    if (this.#keepsTimes) this.#timed.endField(this.#openTime, items.length);
    items.endItem();
  }

  /** A field that was announced does not come. */
  expectLess(): boolean {
    if (!this.#packed) return this.#strings.items.expectLess();
    if (this.#claimed !== undefined) this.#claimed--;
    return true;
  }

  /** The time of the last field. */
  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    const { target } = this.#c;
    if (target.rdb < TIMES_SINCE) {
      this.#loseTime(ms);
      return;
    }
    if (ms > LATEST) {
      if (target.family === 'redis') {
        this.#c.lose('fieldExpiry', `a field that goes at ${ms}`);
        return;
      }
    }
    if (!this.#packed && !this.#keepsTimes) {
      throw this.#c.fail('INVALID_ARGUMENT', 'a field with a time in a hash that came as one whose fields have none');
    }
    this.#anyTime = true;
    // 0 is a time for Valkey, and none for Redis.
    const time = ms === 0 && target.family === 'redis' ? 1 : ms;
    if (this.#packed) this.#times[this.#times.length - 1] = time;
    else this.#openTime = time;
  }

  /** The target has no times of fields. A field that has gone already does not come back as one that stays. */
  #loseTime(ms: number | bigint): void {
    this.#c.lose('fieldExpiry', `a field that goes at ${ms} (fields whose time is past are left out)`);
    if (ms > this.#c.now) return;
    if (this.#packed) {
      this.#builder.undo();
      this.#times.pop();
      this.#starts.pop();
      if (this.#claimed !== undefined) this.#claimed--;
      return;
    }
    if (!this.#strings.items.dropItem()) {
      throw this.#c.fail('BAD_VALUE', 'a field whose time is past, in a value too large for it to be left out');
    }
    this.#open = false;
  }

  #expand(): void {
    this.#packed = false;
    const { items } = this.#strings;
    if (this.#anyTime) this.#keepsTimes = true;
    this.#timed.clear();
    // Where times may follow, all pairs are gathered, also for targets without times: those whose time is past are left out.
    items.begin(HASH, this.#keepsTimes || this.#c.frame.typeId >= FIRST_TIMED ? undefined : this.#claimed);
    const builder = this.#builder;
    const strings = builder.count;
    if (strings === 0) return;
    // A map has no field without a value.
    if (strings % 2 === 1) builder.bytes(EMPTY, 0, 0);
    this.#valueNext = false;
    const blob = builder.finish();
    walkPacked(this.#codec, blob, 0, blob.length, new Replay(this, strings, this.#replayTime), this.#state);
    builder.begin();
    if (this.#open && !this.#valueNext) this.#closePair();
  }

  /** The pair that was just replayed is the i-th. */
  readonly #replayTime = (i: number): void => {
    this.#openTime = this.#times[i]!;
  };

  end(): void {
    const c = this.#c;
    if (!this.#packed) {
      if (this.#open) this.#closePair();
      const { items } = this.#strings;
      if (this.#keepsTimes && this.#timed.any) {
        this.#timed.write(items);
        items.abandon();
      } else items.end();
      return;
    }
    if (this.#times.length === 0) return;
    if (!this.#anyTime) {
      const { rdb } = c.target;
      c.blob(rdb >= LISTPACK_SINCE ? LISTPACK : rdb >= ZIPLIST_SINCE ? ZIPLIST : ZIPMAP, this.#builder.finish());
    } else if (c.target.family === 'redis') this.#endOrdered();
    else {
      // Valkey packs no hash with times.
      this.#expand();
      this.end();
    }
  }

  /** `i64 least time, STR listpack` of field, value, time: those with times first, the next to go at the head. */
  #endOrdered(): void {
    const times = this.#times;
    const starts = this.#starts;
    const order = times.map((_, i) => i).sort((a, b) => orderOf(times[a]!) - orderOf(times[b]!) || a - b);
    const ordered = this.#ordered;
    const blob = this.#builder.finish();
    starts.push(blob.length - 1);
    ordered.begin();
    for (const i of order) {
      ordered.entries(blob, starts[i]!, starts[i + 1]!, 2);
      ordered.integer(Math.max(Number(times[i]), 0));
    }
    this.#c.head(LISTPACK_EX);
    writeInt64(this.#c.out, times[order[0]!]!);
    const made = ordered.finish();
    this.#c.strings.write(this.#c.out, made, 0, made.length);
  }

  abandon(): void {
    this.#strings.items.abandon();
    this.#timed.clear();
  }
}

/** Fields without a time stand behind all others. */
function orderOf(time: number | bigint): number {
  return time < 0 ? Number.MAX_SAFE_INTEGER : Number(time);
}

/** Shows a hash the strings that it had packed once more. */
class Replay implements WholeEntryVisitor {
  readonly #to: HashWriter;
  readonly #strings: number;
  readonly #afterPair: (i: number) => void;
  #seen = 0;

  constructor(to: HashWriter, strings: number, afterPair: (i: number) => void) {
    this.#to = to;
    this.#strings = strings;
    this.#afterPair = afterPair;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#seen === this.#strings) return;
    this.#to.bytes(bytes, start, end);
    this.#next();
  }

  integer(value: number): void {
    this.#to.integer(value);
    this.#next();
  }

  int64(hi: number, lo: number): void {
    this.#to.int64(hi, lo);
    this.#next();
  }

  #next(): void {
    if (++this.#seen % 2 === 0) this.#afterPair(this.#seen / 2 - 1);
  }
}
