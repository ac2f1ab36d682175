/**
 * Puts keys in the order of their bytes, as memcmp has it and the shorter one first, without ever making a string.
 */

import { readU32be } from '../bytes/index.ts';
import { type ByteMap, Spot } from './memory/index.ts';

/** A key, as lent: what `bytes` holds from `start` to `end`. */
export interface KeySpan {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Below this many keys an insertion sort beats a call into native code. */
const FEW = 20;

/**
 * Orders references to keys by the bytes of the keys.
 *
 * The next four bytes of each key and its reference are packed into one unsigned 64-bit number, and the numbers are
 * left to the native sort of a BigUint64Array, which compares without a callback and makes no BigInt. Runs of equal
 * bytes are sorted again by what follows. The packing relies on the order of bytes of all machines that run
 * JavaScript today: the low half of a word comes first.
 *
 * About 8 bytes of memory per key while it runs.
 *
 * @param refs is put in order; what compares equal is ordered by reference
 * @param read lends the key of a reference until its next call
 */
export function sortByBytes(refs: Uint32Array, read: (ref: number) => KeySpan): void {
  if (refs.length > FEW) new ByteSort(refs, read).run();
  else insertionSort(refs, read, 0, refs.length, 0);
}

/** What `sortEntries` reads with: made once, as it is called for every small collection. */
const NOTHING: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);
const entry: Spot = /* @__PURE__ */ new Spot();
const span: KeySpan = { bytes: NOTHING, start: 0, end: 0 };
let sorted: ByteMap | undefined;

function readEntry(name: number): KeySpan {
  sorted!.look(name, entry);
  span.bytes = entry.bytes;
  span.start = entry.keyStart;
  span.end = entry.start;
  return span;
}

/** Orders entries of a map, by their names, by the bytes of their keys. */
export function sortEntries(map: ByteMap, names: Uint32Array): void {
  sorted = map;
  sortByBytes(names, readEntry);
  // Nothing of a dataset stays for our sake.
  sorted = undefined;
  entry.bytes = span.bytes = NOTHING;
}

/** Sorts a few references whose keys agree in their first `depth` bytes. */
function insertionSort(
  refs: Uint32Array,
  read: (ref: number) => KeySpan,
  from: number,
  to: number,
  depth: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const ref = refs[i];
    const { bytes, start, end } = read(ref);
    const length = end - start;
    let at = i;
    for (; at > from; at--) {
      const other = read(refs[at - 1]);
      const others = other.bytes;
      // Keys that ended before `depth` agree with the others in all they have: then only the lengths count.
      const shared = Math.min(length, other.end - other.start);
      const shift = other.start - start;
      let a = start + depth;
      const stop = start + shared;
      while (a < stop && bytes[a] === others[a + shift]) a++;
      let order = a < stop ? bytes[a] - others[a + shift] : length - (other.end - other.start);
      if (order === 0) order = ref - refs[at - 1];
      if (order >= 0) break;
      refs[at] = refs[at - 1];
    }
    refs[at] = ref;
  }
}

class ByteSort {
  readonly #refs: Uint32Array;
  readonly #read: (ref: number) => KeySpan;
  readonly #words: BigUint64Array<ArrayBuffer>;
  /** The same memory: of each word first the reference, then four bytes of its key. */
  readonly #halves: Uint32Array<ArrayBuffer>;
  /** Runs yet to be sorted, each as its start, its end, and how many bytes agree, negative where a key may have ended. */
  readonly #runs: number[] = [];

  constructor(refs: Uint32Array, read: (ref: number) => KeySpan) {
    this.#refs = refs;
    this.#read = read;
    this.#words = new BigUint64Array(refs.length);
    this.#halves = new Uint32Array(this.#words.buffer);
  }

  run(): void {
    const runs = this.#runs;
    runs.push(0, this.#refs.length, 0);
    while (runs.length > 0) {
      const depth = runs.pop()!;
      const to = runs.pop()!;
      const from = runs.pop()!;
      if (depth >= 0) this.#sort(from, to, depth);
      else this.#sort(this.#setEndedApart(from, to, -depth), to, -depth);
    }
  }

  /** Sorts a run whose keys agree in `depth` bytes and are not shorter than that. */
  #sort(from: number, to: number, depth: number): void {
    if (to - from <= FEW) {
      insertionSort(this.#refs, this.#read, from, to, depth);
      return;
    }
    const skipped = this.#shared(from, to, depth);
    const ended = this.#gather(from, to, skipped);
    if (to - from === this.#words.length) this.#words.sort();
    else new BigUint64Array(this.#words.buffer, from * 8, to - from).sort();
    this.#split(from, to, skipped + 4, ended);
  }

  /** How many bytes all keys of a run share, at least `depth`. */
  #shared(from: number, to: number, depth: number): number {
    const refs = this.#refs;
    const read = this.#read;
    const { bytes, start, end } = read(refs[from]);
    let shared = end - start;
    for (let i = from + 1; i < to && shared > depth; i++) {
      const other = read(refs[i]);
      const others = other.bytes;
      const shift = other.start - start;
      const stop = start + Math.min(shared, other.end - other.start);
      let at = start + depth;
      while (at < stop && bytes[at] === others[at + shift]) at++;
      shared = at - start;
    }
    return shared;
  }

  /**
   * Packs a run; keys that end early are filled up with zeros.
   *
   * @returns whether a key has no byte left after these four
   */
  #gather(from: number, to: number, depth: number): boolean {
    const refs = this.#refs;
    const read = this.#read;
    const halves = this.#halves;
    let ended = false;
    for (let i = from; i < to; i++) {
      const ref = refs[i];
      const { bytes, start, end } = read(ref);
      const at = start + depth;
      let word: number;
      if (end - at > 4) {
        word = readU32be(bytes, at) | 0;
      } else {
        ended = true;
        word = 0;
        for (let j = at; j < end; j++) word |= bytes[j] << (24 - 8 * (j - at));
      }
      halves[2 * i] = ref;
      halves[2 * i + 1] = word;
    }
    return ended;
  }

  /** Takes the references back, and sorts runs of equal bytes or puts them on the list. */
  #split(from: number, to: number, depth: number, ended: boolean): void {
    const refs = this.#refs;
    const halves = this.#halves;
    let first = from;
    let word = halves[2 * from + 1];
    refs[from] = halves[2 * from];
    for (let i = from + 1; i <= to; i++) {
      if (i < to) {
        refs[i] = halves[2 * i];
        if (halves[2 * i + 1] === word) continue;
      }
      if (i - first > FEW) this.#runs.push(first, i, ended ? -depth : depth);
      else if (i - first > 1) insertionSort(refs, this.#read, first, i, depth);
      first = i;
      word = halves[2 * i + 1];
    }
  }

  /**
   * Moves the keys of a run that have no more than `depth` bytes to its front, the shortest first. They agree with all
   * others in what they have.
   *
   * @returns where the others begin
   */
  #setEndedApart(from: number, to: number, depth: number): number {
    const refs = this.#refs;
    const read = this.#read;
    const halves = this.#halves;
    let ended = 0;
    let kept = to;
    // From the back, so that the others close up behind those that leave.
    for (let i = to - 1; i >= from; i--) {
      const ref = refs[i];
      const { start, end } = read(ref);
      if (end - start > depth) refs[--kept] = ref;
      else {
        halves[2 * (from + ended)] = ref;
        halves[2 * (from + ended) + 1] = end - start;
        ended++;
      }
    }
    if (ended > 1) new BigUint64Array(this.#words.buffer, from * 8, ended).sort();
    for (let i = from; i < kept; i++) refs[i] = halves[2 * i];
    return kept;
  }
}
