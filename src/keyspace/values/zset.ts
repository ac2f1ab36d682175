import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { ByteMap, compareBytes, type Heap, Spot } from '../memory/index.ts';
import { type KeySpan, sortByBytes } from '../order.ts';
import { type Value, ZSET } from '../types.ts';
import { ZsetOrder } from './zset-order.ts';

/** Members that are shown before what was made of them may leave. */
const PIECE = 1000;

/** RDB type of a sorted set with binary scores. */
const TYPE_ID = 5;

/** Bytes of a score. */
const SCORE = 8;

/** Up to here servers pack a sorted set. */
const MOST_PACKED = 128;
const LONGEST_PACKED = 64;

const word: DataView = /* @__PURE__ */ new DataView(new ArrayBuffer(SCORE));

/** Reads a double, little-endian. */
function readScore(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < SCORE; i++) word.setUint8(i, bytes[at + i]!);
  return word.getFloat64(0, true);
}

function writeScore(bytes: Uint8Array, at: number, score: number): void {
  word.setFloat64(0, score, true);
  for (let i = 0; i < SCORE; i++) bytes[at + i] = word.getUint8(i);
}

/**
 * A sorted set: a map from members to scores. Their order is worked out when a command asks for it; that of a large set is kept
 * from then on.
 */
export class ZsetValue implements Value {
  readonly type: number = ZSET;
  readonly #heap: Heap;
  #members: ByteMap;
  #order: ZsetOrder | undefined;
  /** A server would not pack it any more. */
  #wide = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#members = new ByteMap(heap);
  }

  get size(): number {
    return this.#members.size;
  }

  /** A server holds it as a skiplist: it is large, or was, or a member is. */
  get wide(): boolean {
    return this.#wide;
  }

  /** The score of a member; undefined where it is not there. */
  score(bytes: Uint8Array, start: number, end: number): number | undefined {
    return this.#members.find(bytes, start, end, scratch) ? readScore(scratch.bytes, scratch.start) : undefined;
  }

  /**
   * Gives a member, which must not lie in the heap, a score.
   *
   * @param packsZero a packed set of this server has no -0
   */
  set(bytes: Uint8Array, start: number, end: number, score: number, packsZero: boolean = false): void {
    if (end - start > LONGEST_PACKED) this.#wide = true;
    const members = this.#members;
    const spot = scratch;
    const found = members.find(bytes, start, end, spot);
    if (found) {
      // 0 is no other score than -0.
      if (readScore(spot.bytes, spot.start) === score) return;
      if (this.#order !== undefined) {
        const name = members.found;
        this.#order.remove(name);
        writeScore(spot.bytes, spot.start, this.#stored(score, packsZero));
        this.#order.add(name);
        return;
      }
      writeScore(spot.bytes, spot.start, this.#stored(score, packsZero));
      return;
    }
    members.write(false, bytes, start, end, SCORE, spot);
    if (members.size > MOST_PACKED) this.#wide = true;
    writeScore(spot.bytes, spot.start, this.#stored(score, packsZero));
    if (this.#order !== undefined && members.find(bytes, start, end, spot)) this.#order.add(members.found);
  }

  #stored(score: number, packsZero: boolean): number {
    return score === 0 && packsZero && !this.#wide ? 0 : score;
  }

  /** @returns whether it was there */
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#order !== undefined) {
      if (!this.#members.find(bytes, start, end, scratch)) return false;
      this.#order.remove(this.#members.found);
    }
    return this.#members.remove(bytes, start, end);
  }

  /** Calls `each` with all members, in no order; they lie in the heap. */
  forEach(each: (bytes: Uint8Array, start: number, end: number, score: number) => void): void {
    const spot = new Spot();
    for (const name of this.#members.names()) {
      this.#members.look(name, spot);
      each(spot.bytes, spot.keyStart, spot.start, readScore(spot.bytes, spot.start));
    }
  }

  // Order

  /** How many members are before the first for which `reached` holds, as it then does for all behind it. */
  countBefore(reached: (score: number, bytes: Uint8Array, start: number, end: number) => boolean): number {
    const spot = new Spot();
    const reachedBy = (name: number): boolean => {
      this.#members.look(name, spot);
      return reached(readScore(spot.bytes, spot.start), spot.bytes, spot.keyStart, spot.start);
    };
    if (!this.#members.packed) return this.#ordered().countBefore(reachedBy);
    const names = this.#sorted();
    const found = names.findIndex(reachedBy);
    return found < 0 ? names.length : found;
  }

  /** Copies of the members from one rank up to, and without, another. */
  slice(from: number, to: number): { member: Uint8Array; score: number }[] {
    const names = this.#members.packed ? this.#sorted().slice(from, to) : this.#ordered().slice(from, to);
    const spot = new Spot();
    return Array.from(names, (name) => {
      this.#members.look(name, spot);
      return { member: spot.bytes.slice(spot.keyStart, spot.start), score: readScore(spot.bytes, spot.start) };
    });
  }

  #ordered(): ZsetOrder {
    if (this.#order === undefined) {
      const a = new Spot();
      const b = new Spot();
      this.#order = new ZsetOrder(this.#sorted(), (first, second) => {
        this.#members.look(first, a);
        this.#members.look(second, b);
        const difference = readScore(a.bytes, a.start) - readScore(b.bytes, b.start);
        // The difference of infinities is no number.
        if (difference < 0 || difference > 0) return difference;
        return compareBytes(a.bytes, a.keyStart, a.start, b.bytes, b.keyStart, b.start);
      });
    }
    return this.#order;
  }

  /** All members by their scores, and by their bytes where these are the same. */
  #sorted(): Uint32Array {
    const names = this.#members.names();
    const spot = new Spot();
    const scores = new Float64Array(names.length);
    for (let i = 0; i < names.length; i++) {
      this.#members.look(names[i]!, spot);
      scores[i] = readScore(spot.bytes, spot.start);
    }
    const order = orderOf(scores);
    const sorted = new Uint32Array(names.length);
    for (let i = 0; i < order.length; i++) sorted[i] = names[order[i]!]!;
    const span: KeySpan = { bytes: spot.bytes, start: 0, end: 0 };
    const read = (name: number): KeySpan => {
      this.#members.look(name, spot);
      span.bytes = spot.bytes;
      span.start = spot.keyStart;
      span.end = spot.start;
      return span;
    };
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
      if (to - from > 1) sortByBytes(sorted.subarray(from, to), read);
      from = to;
    }
    return sorted;
  }

  clone(): Value {
    const copy = new ZsetValue(this.#heap);
    copy.#members = this.#members.clone();
    copy.#wide = this.#wide;
    return copy;
  }

  free(): void {
    this.#members.clear();
    this.#order = undefined;
  }

  describe(frame: ScanFrame): void {
    frame.type = 'zset';
    frame.encoding = 'skiplist';
    frame.typeId = TYPE_ID;
  }

  *show(handler: RdbHandler): Generator<void> {
    const spot = new Spot();
    const names = this.#sorted();
    handler.count(names.length);
    let shown = 0;
    // A set that packs may have no -0: members with that score come when it does not pack any more.
    const late: number[] = [];
    const wide = names.length > MOST_PACKED || this.#hasLong(names);
    for (const name of names) {
      this.#members.look(name, spot);
      const score = readScore(spot.bytes, spot.start);
      if (wide && Object.is(score, -0)) {
        late.push(name);
        continue;
      }
      handler.bytes(spot.bytes, spot.keyStart, spot.start);
      handler.score(score);
      if (++shown % PIECE === 0) yield;
    }
    for (const name of late) {
      this.#members.look(name, spot);
      handler.bytes(spot.bytes, spot.keyStart, spot.start);
      handler.score(-0);
    }
  }

  #hasLong(names: Uint32Array): boolean {
    const spot = new Spot();
    return names.some((name) => {
      this.#members.look(name, spot);
      return spot.keyLength > LONGEST_PACKED;
    });
  }
}

const scratch: Spot = /* @__PURE__ */ new Spot();

/** Largest number of which a double holds all smaller ones. */
const EXACT = 2 ** 53;

/**
 * Indexes in the order of their numbers. Integers, as most scores are, go with their index into one number each, so that the
 * native sort does it without a callback: 20 times as fast for a hundred of them.
 */
function orderOf(scores: Float64Array): Uint32Array {
  const count = scores.length;
  const most = EXACT / 2 / Math.max(count, 1);
  const order = new Uint32Array(count);
  let exact = true;
  for (let i = 0; i < count && exact; i++) {
    const score = scores[i]!;
    exact = Number.isInteger(score) && score < most && score > -most;
  }
  if (!exact) {
    for (let i = 0; i < count; i++) order[i] = i;
    return order.sort((a, b) => (scores[a]! < scores[b]! ? -1 : scores[a]! > scores[b]! ? 1 : a - b));
  }
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = scores[i]! * count + i;
  keys.sort();
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    order[i] = key - Math.floor(key / count) * count;
  }
  return order;
}
