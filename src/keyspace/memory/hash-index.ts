import { hashBytes, sameBytes } from './bytes.ts';
import { Spot } from './entry.ts';
import type { Heap } from './heap.ts';

/** Slots of the smallest and of the largest segment; powers of two. */
const FEWEST_SLOTS = 16;
const MOST_SLOTS = 1 << 15;

/** A part of the table: the entries whose hashes begin with the same bits. */
class Segment {
  /** Hash and reference of each slot; a reference of 0 is a free one. */
  pairs: Int32Array;
  mask: number;
  count = 0;
  /** How many leading bits of the hashes are the same. */
  readonly depth: number;

  constructor(slots: number, depth: number) {
    this.pairs = new Int32Array(2 * slots);
    this.mask = slots - 1;
    this.depth = depth;
  }

  /** Adds what is not there. */
  add(hash: number, ref: number): void {
    const { pairs, mask } = this;
    let slot = hash & mask;
    while (pairs[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    pairs[2 * slot] = hash;
    pairs[2 * slot + 1] = ref;
    this.count++;
  }

  get crowded(): boolean {
    return this.count * 4 > (this.mask + 1) * 3;
  }

  double(): void {
    const old = this.pairs;
    this.pairs = new Int32Array(2 * old.length);
    this.mask = 2 * this.mask + 1;
    this.count = 0;
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.add(old[at]!, old[at + 1]!);
  }
}

/**
 * References to entries of a heap by their keys: a hash table with its hashes beside the references, so that a look at the
 * entry is needed only where they agree, and growth needs none. It grows by segments of at most 256 KB, each of which
 * splits when it is full: no moment at which all of it is there twice, and no largest size.
 */
export class HashIndex {
  readonly #heap: Heap;
  #directory: Segment[] = [new Segment(FEWEST_SLOTS, 0)];
  /** Leading bits of a hash that choose the segment. */
  #bits = 0;
  readonly #spot = new Spot();
  // Where `find` ended
  #hash = 0;
  #segment: Segment = this.#directory[0]!;
  #slot = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** The entry with a key; 0 for none, and `add` then adds one with this key. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end);
    this.#hash = hash;
    const segment = this.#segmentOf(hash);
    this.#segment = segment;
    const { pairs, mask } = segment;
    let slot = hash & mask;
    for (;;) {
      const ref = pairs[2 * slot + 1]!;
      if (ref === 0) return 0;
      if (pairs[2 * slot] === hash && this.#isKey(ref >>> 0, bytes, start, end)) {
        this.#slot = slot;
        return ref >>> 0;
      }
      slot = (slot + 1) & mask;
    }
  }

  #segmentOf(hash: number): Segment {
    return this.#directory[this.#bits === 0 ? 0 : hash >>> (32 - this.#bits)]!;
  }

  #isKey(ref: number, bytes: Uint8Array, start: number, end: number): boolean {
    const spot = this.#spot;
    spot.read(this.#heap.bytes(ref), this.#heap.offset(ref));
    return spot.keyLength === end - start && sameBytes(spot.bytes, spot.keyStart, bytes, start, end - start);
  }

  /** Adds the entry that `find` did not find. */
  add(ref: number): void {
    let segment = this.#segment;
    segment.add(this.#hash, ref | 0);
    while (segment.crowded) {
      if (segment.mask + 1 < MOST_SLOTS) {
        segment.double();
        return;
      }
      this.#split(segment);
      segment = this.#segmentOf(this.#hash);
    }
  }

  /** The entry that `find` found is somewhere else now. */
  move(ref: number): void {
    this.#segment.pairs[2 * this.#slot + 1] = ref | 0;
  }

  /** Takes out the entry that `find` found. Those behind it move up, so that no slot stays lost. */
  remove(): void {
    const { pairs, mask } = this.#segment;
    let hole = this.#slot;
    for (let slot = (hole + 1) & mask; pairs[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const home = pairs[2 * slot]! & mask;
      // It may move where the hole is not before the place at which its search begins.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      pairs[2 * hole] = pairs[2 * slot]!;
      pairs[2 * hole + 1] = pairs[2 * slot + 1]!;
      hole = slot;
    }
    pairs[2 * hole + 1] = 0;
    this.#segment.count--;
  }

  #split(segment: Segment): void {
    const depth = segment.depth + 1;
    if (depth > this.#bits) {
      this.#directory = this.#directory.flatMap((one) => [one, one]);
      this.#bits++;
    }
    const low = new Segment(MOST_SLOTS, depth);
    const high = new Segment(MOST_SLOTS, depth);
    const { pairs } = segment;
    for (let at = 0; at < pairs.length; at += 2) {
      if (pairs[at + 1] === 0) continue;
      ((pairs[at]! >>> (32 - depth)) & 1 ? high : low).add(pairs[at]!, pairs[at + 1]!);
    }
    const directory = this.#directory;
    const shift = this.#bits - depth;
    for (let i = 0; i < directory.length; i++) {
      if (directory[i] === segment) directory[i] = (i >>> shift) & 1 ? high : low;
    }
  }

  /** Calls `each` with all references, in no order. */
  forEach(each: (ref: number) => void): void {
    let last: Segment | undefined;
    for (const segment of this.#directory) {
      if (segment === last) continue;
      last = segment;
      const { pairs } = segment;
      for (let at = 1; at < pairs.length; at += 2) if (pairs[at] !== 0) each(pairs[at]! >>> 0);
    }
  }
}
