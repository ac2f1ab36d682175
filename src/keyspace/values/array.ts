import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { ByteMap, copyBytes, type Heap, Spot } from '../memory/index.ts';
import { sortEntries } from '../order.ts';
import { ARRAY, type Value } from '../types.ts';

/** An index of 64 bits without sign: a Number where that is exact. */
export type Index = number | bigint;

/** Largest index. */
export const MOST_INDEX: bigint = /* @__PURE__ */ 2n ** 64n - 2n;

const WORD = 0x100000000;
const INDEX_BYTES = 8;

/** Elements that are shown before what was made of them may leave, and bytes likewise. */
const PIECE = 1000;
const PIECE_BYTES = 1 << 16;

const ARRAY_TYPE = 28;

/**
 * A sparse array: strings by index, and where the last insertion went. Elements lie in a map by the bytes of their index,
 * the high ones first, so that the order of bytes is that of indexes.
 */
export class ArrayValue implements Value {
  readonly type: number = ARRAY;
  /** Index of the last insertion; undefined for none. */
  cursor: Index | undefined;
  readonly #heap: Heap;
  #items: ByteMap;
  /** Largest index in use; undefined while it is not known. */
  #last: Index | undefined;
  readonly #key = new Uint8Array(INDEX_BYTES);

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#items = new ByteMap(heap);
  }

  /** Elements in use. */
  get size(): number {
    return this.#items.size;
  }

  /** Bytes that name an index, until the next call. */
  #name(index: Index): Uint8Array {
    const key = this.#key;
    let high: number;
    let low: number;
    if (typeof index === 'number') {
      high = Math.floor(index / WORD);
      // It takes the low 32 bits of a number that has more.
      low = index >>> 0;
    } else {
      high = Number(index >> 32n);
      low = Number(index & 0xffffffffn);
    }
    for (let i = 3; i >= 0; i--) {
      key[i] = high;
      key[i + 4] = low;
      high >>>= 8;
      low >>>= 8;
    }
    return key;
  }

  get(index: Index, spot: Spot): boolean {
    return this.#items.find(this.#name(index), 0, INDEX_BYTES, spot);
  }

  /** Sets an element to bytes that must not lie in the heap. */
  set(index: Index, bytes: Uint8Array, start: number, end: number): void {
    const isNew = this.#items.put(this.#name(index), 0, INDEX_BYTES, end - start, scratch);
    copyBytes(scratch.bytes, scratch.start, bytes, start, end);
    if (!isNew) return;
    if (this.#items.size === 1 || (this.#last !== undefined && index > this.#last)) this.#last = index;
  }

  delete(index: Index): void {
    if (this.#items.remove(this.#name(index), 0, INDEX_BYTES) && index === this.#last) this.#last = undefined;
  }

  /** Deletes what lies between two indexes, both included. */
  deleteRange(first: Index, last: Index): void {
    if (BigInt(last) - BigInt(first) < BigInt(this.size)) {
      for (let index = first; index <= last; index = nextIndex(index)) this.delete(index);
      return;
    }
    const doomed: Index[] = [];
    for (const name of this.#items.names()) {
      this.#items.look(name, scratch);
      const index = indexOf(scratch);
      if (index >= first && index <= last) doomed.push(index);
    }
    for (const index of doomed) this.delete(index);
  }

  /** Largest index in use. Undefined for an empty array. */
  get last(): Index | undefined {
    if (this.#last !== undefined || this.size === 0) return this.#last;
    let last: Index = 0;
    for (const name of this.#items.names()) {
      this.#items.look(name, scratch);
      const index = indexOf(scratch);
      if (index > last) last = index;
    }
    this.#last = last;
    return last;
  }

  /** Everything goes but the cursor. */
  clear(): void {
    this.#items.clear();
    this.#last = undefined;
  }

  clone(): ArrayValue {
    const copy = new ArrayValue(this.#heap);
    copy.#items = this.#items.clone();
    copy.#last = this.#last;
    copy.cursor = this.cursor;
    return copy;
  }

  free(): void {
    this.#items.clear();
  }

  describe(frame: ScanFrame): void {
    frame.type = 'array';
    frame.encoding = 'array';
    frame.typeId = ARRAY_TYPE;
  }

  *show(handler: RdbHandler): Generator<void> {
    const items = this.#items;
    const names = items.names();
    const spot = new Spot();
    sortEntries(items, names);
    handler.count(names.length);
    if (this.cursor !== undefined) handler.insertIndex(this.cursor);
    let left = PIECE;
    let bytes = 0;
    for (const name of names) {
      items.look(name, spot);
      handler.index(indexOf(spot));
      handler.bytes(spot.bytes, spot.start, spot.end);
      bytes += spot.length;
      if (--left > 0 && bytes < PIECE_BYTES) continue;
      left = PIECE;
      bytes = 0;
      yield;
    }
  }
}

const scratch: Spot = /* @__PURE__ */ new Spot();

/** The index that an entry is named by. */
function indexOf({ bytes, keyStart }: Spot): Index {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 4; i++) {
    high = high * 256 + bytes[keyStart + i]!;
    low = low * 256 + bytes[keyStart + 4 + i]!;
  }
  const index = high * WORD + low;
  return Number.isSafeInteger(index) ? index : (BigInt(high) << 32n) | BigInt(low);
}

/** A Number where that is exact. */
export function toIndex(index: bigint): Index {
  const near = Number(index);
  return Number.isSafeInteger(near) ? near : index;
}

export function nextIndex(index: Index): Index {
  return typeof index === 'number' && index < Number.MAX_SAFE_INTEGER ? index + 1 : BigInt(index) + 1n;
}
