import { readI32le, writeU32le } from '../../bytes/index.ts';
import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { ByteMap, compareBytes, type Heap, Spot } from '../memory/index.ts';
import { sortEntries } from '../order.ts';
import { type Value, ZSET } from '../types.ts';
import { type Reached, ZsetOrder } from './zset-order.ts';

/** Members that are shown before what was made of them may leave. */
const PIECE = 1000;

/** RDB type of a sorted set with binary scores. */
const TYPE_ID = 5;

/** Bytes of a score. */
const SCORE = 8;

/** Up to here servers pack a sorted set. */
export const MOST_PACKED = 128;
const LONGEST_PACKED = 64;

/** A double, and the same bytes as two words, the low one first on all machines that run JavaScript today. */
const double: Float64Array = /* @__PURE__ */ new Float64Array(1);
const words: Int32Array = /* @__PURE__ */ new Int32Array(double.buffer);

function readScore(bytes: Uint8Array, at: number): number {
  words[0] = readI32le(bytes, at);
  words[1] = readI32le(bytes, at + 4);
  return double[0]!;
}

function writeScore(bytes: Uint8Array, at: number, score: number): void {
  double[0] = score;
  writeU32le(bytes, at, words[0]!);
  writeU32le(bytes, at + 4, words[1]!);
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
  #large = false;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#members = new ByteMap(heap);
  }

  stow(row: Int32Array, at: number): boolean {
    if (this.#order !== undefined || !this.#members.stow(row, at)) return false;
    row[at + 3] = this.#large ? 2 : this.#wide ? 1 : 0;
    return true;
  }

  fetch(row: Int32Array, at: number): void {
    this.#members.fetch(row, at);
    this.#wide = row[at + 3]! !== 0;
    this.#large = row[at + 3]! === 2;
  }

  get size(): number {
    return this.#members.size;
  }

  /** A server holds it as a skiplist: it is large, or was, or a member is. */
  get wide(): boolean {
    return this.#wide;
  }

  /** So large by itself that no server packs it. */
  get large(): boolean {
    return this.#large;
  }

  /** A server unpacks it for good. */
  widen(): void {
    this.#wide = true;
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
    if (end - start > LONGEST_PACKED) this.#wide = this.#large = true;
    const members = this.#members;
    const spot = scratch;
    const found = members.find(bytes, start, end, spot);
    if (found) {
      const current = readScore(spot.bytes, spot.start);
      // 0 is no other score than -0.
      if (current === score) return;
      writeScore(spot.bytes, spot.start, this.#stored(score, packsZero));
      if (this.#order === undefined) return;
      this.#order.remove(members.found, current);
      this.#order.add(members.found, score);
      return;
    }
    members.write(false, bytes, start, end, SCORE, spot);
    if (members.size > MOST_PACKED) this.#wide = this.#large = true;
    writeScore(spot.bytes, spot.start, this.#stored(score, packsZero));
    if (this.#order !== undefined && members.find(bytes, start, end, spot)) this.#order.add(members.found, score);
  }

  #stored(score: number, packsZero: boolean): number {
    return score === 0 && packsZero && !this.#wide ? 0 : score;
  }

  /** Gives a member that is there another score, also 0 for -0, while nobody has asked for the order. */
  replace(bytes: Uint8Array, start: number, end: number, score: number): void {
    if (this.#members.find(bytes, start, end, scratch)) writeScore(scratch.bytes, scratch.start, score);
  }

  /** Makes each -0 a 0, where a server packs it. */
  packZeros(): void {
    if (this.#wide) return;
    const spot = scratch;
    for (const name of this.#members.names()) {
      this.#members.look(name, spot);
      if (readScore(spot.bytes, spot.start) === 0) writeScore(spot.bytes, spot.start, 0);
    }
  }

  /** @returns whether it was there */
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#order !== undefined) {
      if (!this.#members.find(bytes, start, end, scratch)) return false;
      this.#order.remove(this.#members.found, readScore(scratch.bytes, scratch.start));
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

  /** How many members are before the first score for which `reached` holds, as it then does for all behind it. */
  countBefore(reached: (score: number) => boolean): number {
    return this.#countBefore(reached);
  }

  /** The same by members, where all scores are the same. */
  countBeforeMember(reached: (bytes: Uint8Array, start: number, end: number) => boolean): number {
    const spot = new Spot();
    return this.#countBefore((_score, name) => {
      this.#members.look(name, spot);
      return reached(spot.bytes, spot.keyStart, spot.start);
    });
  }

  #countBefore(reached: Reached): number {
    if (!this.#members.packed) return this.#ordered().countBefore(reached);
    // For a few of them the order is not needed.
    const spot = new Spot();
    let count = 0;
    for (const name of this.#members.names()) {
      this.#members.look(name, spot);
      if (!reached(readScore(spot.bytes, spot.start), name)) count++;
    }
    return count;
  }

  /** Copies of the members from one rank up to, and without, another. */
  slice(from: number, to: number): { member: Uint8Array; score: number }[] {
    const names = this.#members.packed ? this.#slicePacked(from, to) : this.#ordered().slice(from, to);
    const spot = new Spot();
    return Array.from(names, (name) => {
      this.#members.look(name, spot);
      return { member: spot.bytes.slice(spot.keyStart, spot.start), score: readScore(spot.bytes, spot.start) };
    });
  }

  /** Removes the members from one rank up to, and without, another. */
  removeRanks(from: number, to: number): void {
    if (from >= to) return;
    const members = this.#members;
    if (members.packed) {
      for (const { member } of this.slice(from, to)) members.remove(member, 0, member.length);
      return;
    }
    const spot = new Spot();
    for (const name of this.#ordered().cut(from, to)) {
      members.look(name, spot);
      members.remove(spot.bytes, spot.keyStart, spot.start);
    }
  }

  #slicePacked(from: number, to: number): Uint32Array {
    const last = from === this.size - 1;
    if (to - from !== 1 || (from !== 0 && !last)) return this.#sorted().subarray(from, to);
    // The first one, or the last one, is found in one pass.
    const names = this.#members.names();
    const spot = new Spot();
    const best = new Spot();
    let at = 0;
    this.#members.look(names[0]!, best);
    for (let i = 1; i < names.length; i++) {
      this.#members.look(names[i]!, spot);
      const order = this.#compare(spot, best);
      if (last ? order < 0 : order > 0) continue;
      at = i;
      this.#members.look(names[i]!, best);
    }
    return names.subarray(at, at + 1);
  }

  #compare(a: Spot, b: Spot): number {
    const x = readScore(a.bytes, a.start);
    const y = readScore(b.bytes, b.start);
    if (x !== y) return x < y ? -1 : 1;
    return compareBytes(a.bytes, a.keyStart, a.start, b.bytes, b.keyStart, b.start);
  }

  #ordered(): ZsetOrder {
    if (this.#order === undefined) {
      const a = new Spot();
      const b = new Spot();
      const sorted = this.#sorted();
      const scores = new Float64Array(sorted.length);
      for (let i = 0; i < sorted.length; i++) {
        this.#members.look(sorted[i]!, a);
        scores[i] = readScore(a.bytes, a.start);
      }
      this.#order = new ZsetOrder(sorted, scores, (first, second) => {
        this.#members.look(first, a);
        this.#members.look(second, b);
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
    for (let from = 0; from < order.length; ) {
      let to = from + 1;
      while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
      if (to - from > 1) sortEntries(this.#members, sorted.subarray(from, to));
      from = to;
    }
    return sorted;
  }

  clone(): Value {
    const copy = new ZsetValue(this.#heap);
    copy.#members = this.#members.clone();
    copy.#wide = this.#wide;
    copy.#large = this.#large;
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
    const names = this.#unpacking(this.#sorted());
    handler.count(names.length);
    let shown = 0;
    for (const name of names) {
      this.#members.look(name, spot);
      handler.bytes(spot.bytes, spot.keyStart, spot.start);
      handler.score(readScore(spot.bytes, spot.start));
      if (++shown % PIECE === 0) yield;
    }
  }

  /**
   * The order in which members are shown: that of a sorted set, unless a score is -0, which a packed set has not. Then a long
   * member comes first, so that it is never packed; without one, those with that score come last, when it may be too large.
   */
  #unpacking(names: Uint32Array): Uint32Array {
    const spot = new Spot();
    const negative: number[] = [];
    let long = -1;
    for (const name of names) {
      this.#members.look(name, spot);
      if (Object.is(readScore(spot.bytes, spot.start), -0)) negative.push(name);
      if (long < 0 && spot.keyLength > LONGEST_PACKED) long = name;
    }
    if (negative.length === 0) return names;
    const order = new Uint32Array(names.length);
    if (long >= 0) {
      order[0] = long;
      order.set(
        names.filter((name) => name !== long),
        1,
      );
    } else {
      const late = new Set(negative);
      order.set(names.filter((name) => !late.has(name)));
      order.set(negative, names.length - negative.length);
    }
    return order;
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
