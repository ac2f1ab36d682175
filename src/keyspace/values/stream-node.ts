import { readU32le, WORD, writeU32le } from '../../bytes/index.ts';
import { copyBytes, type Heap, sameBytes } from '../memory/index.ts';
import { StreamId } from './stream-id.ts';
import { putVarint, varint, varintEnd, varintSize } from './varint.ts';

/** Entries and bytes of a node at most, unless a single entry is larger. */
const MOST_ENTRIES = 128;
const MOST_BYTES = 4096;

/** Its fields have the names that the node says. */
const SAME = 1;
/** Its id stands there in full. */
const WIDE = 2;
const WIDE_ID = 16;

/** Fields and values of an entry: string i is from `spans[2 * (from + i)]` on. They do not lie in the heap. */
export interface EntryStrings {
  bytes: Uint8Array;
  spans: Int32Array;
  from: number;
  count: number;
}

/** Told of each field and value of an entry, one after the other: spans that are lent. */
export type EachString = (bytes: Uint8Array, start: number, end: number) => void;

/** An entry in a node; it holds until the node changes. */
export class NodeSpot {
  readonly id: StreamId = new StreamId();
  /** Where it begins, where its strings begin, and where it ends, in the block. */
  start = 0;
  body = 0;
  end = 0;
  same = false;
}

/**
 * A run of entries in one block, ids ascending: `[number of fields][their names]` of the entry that began it, then for each
 * entry `[flags][size of the rest][id]`, and its values where it has the same names, else `[number of fields]` and names and
 * values in turns. A string is its length and its bytes. An id is its distance to that of the entry that began the node
 * (first number), and its second number. Lengths and ids are numbers of variable size.
 */
export class StreamNode {
  count = 0;
  readonly first: StreamId = new StreamId();
  readonly last: StreamId = new StreamId();
  readonly #heap: Heap;
  readonly #base = new StreamId();
  #block = 0;
  /** Bytes of the names, with their number. */
  #head = 0;
  /** Where the first entry begins: those before it were taken out. */
  #start = 0;
  #used = 0;
  /** Where the entry begins that was looked for last, or the one behind it: what comes next is mostly looked for next. */
  #hint = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Appends an entry, whose id is above all others. @returns false where the node is full */
  append(id: StreamId, strings: EntryStrings): boolean {
    const begins = this.#head === 0;
    const same = begins || this.#sameNames(strings);
    if (begins) this.#base.copy(id);
    const base = this.#base;
    const delta = (id.msHi - base.msHi) * WORD + id.msLo - base.msLo;
    const wide = delta < 0 || delta >= WORD || id.seqHi !== 0;
    const idSize = wide ? WIDE_ID : varintSize(delta) + varintSize(id.seqLo);
    const rest = idSize + bodySize(strings, same);
    const size = 1 + varintSize(rest) + rest;
    if (begins) this.#begin(strings, size);
    else if (this.count >= MOST_ENTRIES || this.#size + size > MOST_BYTES) return false;
    else this.#reserve(size);
    const bytes = this.#heap.bytes(this.#block);
    let at = this.#heap.offset(this.#block) + this.#used;
    bytes[at++] = (same ? SAME : 0) | (wide ? WIDE : 0);
    at = putVarint(bytes, at, rest);
    if (wide) at = putWide(bytes, at, id);
    else at = putVarint(bytes, putVarint(bytes, at, delta), id.seqLo);
    if (!same) at = putVarint(bytes, at, strings.count >>> 1);
    for (let i = same ? 1 : 0; i < strings.count; i += same ? 2 : 1) at = putString(bytes, at, strings, i);
    this.#used += size;
    if (this.count++ === 0) this.first.copy(id);
    this.last.copy(id);
    return true;
  }

  /** Writes the names of the fields. @param size of the entry that is to follow */
  #begin(strings: EntryStrings, size: number): void {
    let head = varintSize(strings.count >>> 1);
    for (let i = 0; i < strings.count; i += 2) head += stringSize(strings, i);
    this.#reserve(head + size);
    const bytes = this.#heap.bytes(this.#block);
    let at = putVarint(bytes, this.#heap.offset(this.#block), strings.count >>> 1);
    for (let i = 0; i < strings.count; i += 2) at = putString(bytes, at, strings, i);
    this.#head = this.#start = this.#used = head;
  }

  #sameNames({ bytes, spans, from, count }: EntryStrings): boolean {
    const own = this.#heap.bytes(this.#block);
    let at = this.#heap.offset(this.#block);
    if (varint(own, at) !== count >>> 1) return false;
    at = varintEnd(own, at);
    for (let i = 2 * from; i < 2 * (from + count); i += 4) {
      const length = spans[i + 1]! - spans[i]!;
      if (varint(own, at) !== length) return false;
      at = varintEnd(own, at);
      if (!sameBytes(own, at, bytes, spans[i]!, length)) return false;
      at += length;
    }
    return true;
  }

  /** Bytes of what is there, without what was taken out at the front. */
  get #size(): number {
    return this.#head + this.#used - this.#start;
  }

  /** Makes room for so many bytes more. */
  #reserve(more: number): void {
    if (this.#block !== 0 && this.#used + more <= this.#heap.capacity(this.#block)) return;
    const size = this.#size + more;
    // Twice as much, so that a node that grows is copied rarely; what is left over goes when it is full.
    this.#move(this.#block === 0 ? size : Math.max(size, Math.min(2 * size, MOST_BYTES)));
  }

  /** Goes to a block of so many bytes, without what was taken out at its front. */
  #move(size: number): void {
    const heap = this.#heap;
    const block = heap.allocate(size);
    if (this.#block !== 0) {
      const bytes = heap.bytes(this.#block);
      const from = heap.offset(this.#block);
      const into = heap.bytes(block);
      const to = heap.offset(block);
      copyBytes(into, to, bytes, from, from + this.#head);
      copyBytes(into, to + this.#head, bytes, from + this.#start, from + this.#used);
      this.#used -= this.#start - this.#head;
      this.#start = this.#head;
      this.#hint = 0;
      heap.free(this.#block);
    }
    this.#block = block;
  }

  /** Gives back memory that it does not need. */
  fit(): void {
    if (this.#block !== 0 && !this.#heap.fits(this.#block, this.#size)) this.#move(this.#size);
  }

  /** Goes to the first entry. @returns false where there is none */
  begin(spot: NodeSpot): boolean {
    spot.end = this.#start;
    return this.next(spot);
  }

  /** Goes to the entry behind the one at hand. */
  next(spot: NodeSpot): boolean {
    const start = spot.end;
    if (start >= this.#used) return false;
    const offset = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    let at = offset + start;
    const flags = bytes[at++]!;
    const rest = varint(bytes, at);
    at = varintEnd(bytes, at);
    spot.start = start;
    spot.end = at - offset + rest;
    spot.same = (flags & SAME) !== 0;
    if (flags & WIDE) {
      spot.id.set(readU32le(bytes, at), readU32le(bytes, at + 4), readU32le(bytes, at + 8), readU32le(bytes, at + 12));
      at += WIDE_ID;
    } else {
      const low = this.#base.msLo + varint(bytes, at);
      at = varintEnd(bytes, at);
      spot.id.set(low < WORD ? this.#base.msHi : this.#base.msHi + 1, low >>> 0, 0, varint(bytes, at));
      at = varintEnd(bytes, at);
    }
    spot.body = at - offset;
    return true;
  }

  /** Goes to the first entry that is not below an id. */
  seek(id: StreamId, spot: NodeSpot): boolean {
    spot.end = this.#hint;
    let more = this.#hint !== 0 && this.next(spot);
    // Where that is behind the id, others before it may be, too.
    if (!more || spot.id.compare(id) > 0) more = this.begin(spot);
    for (; more; more = this.next(spot)) {
      if (spot.id.compare(id) < 0) continue;
      this.#hint = spot.start;
      return true;
    }
    return false;
  }

  find(id: StreamId, spot: NodeSpot): boolean {
    return this.seek(id, spot) && spot.id.compare(id) === 0;
  }

  /** Tells of the fields and values of an entry. */
  strings(spot: NodeSpot, each: EachString): void {
    const bytes = this.#heap.bytes(this.#block);
    const offset = this.#heap.offset(this.#block);
    let at = offset + spot.body;
    let name = spot.same ? offset : at;
    let left = varint(bytes, name);
    name = varintEnd(bytes, name);
    if (!spot.same) at = name;
    while (left-- > 0) {
      if (spot.same) name = tell(bytes, name, each);
      else at = tell(bytes, at, each);
      at = tell(bytes, at, each);
    }
  }

  /** Takes an entry out. */
  remove(spot: NodeSpot): void {
    const wasFirst = spot.start === this.#start;
    const wasLast = spot.end === this.#used;
    this.#hint = wasLast ? 0 : wasFirst ? spot.end : spot.start;
    if (--this.count === 0) {
      this.free();
      return;
    }
    if (wasFirst) this.#start = spot.end;
    else {
      const offset = this.#heap.offset(this.#block);
      this.#heap.bytes(this.#block).copyWithin(offset + spot.start, offset + spot.end, offset + this.#used);
      this.#used -= spot.end - spot.start;
    }
    if (wasFirst && this.begin(spot)) this.first.copy(spot.id);
    if (wasLast) {
      for (let more = this.begin(spot); more; more = this.next(spot)) {
        if (spot.end === this.#used) this.last.copy(spot.id);
      }
    }
    if (4 * this.#size < this.#heap.capacity(this.#block)) this.fit();
  }

  clone(): StreamNode {
    const copy = new StreamNode(this.#heap);
    if (this.count === 0) return copy;
    copy.#reserve(this.#used);
    const from = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    copyBytes(this.#heap.bytes(copy.#block), this.#heap.offset(copy.#block), bytes, from, from + this.#used);
    copy.#head = this.#head;
    copy.#start = this.#start;
    copy.#used = this.#used;
    copy.#base.copy(this.#base);
    copy.count = this.count;
    copy.first.copy(this.first);
    copy.last.copy(this.last);
    return copy;
  }

  free(): void {
    if (this.#block !== 0) this.#heap.free(this.#block);
    this.#block = this.#head = this.#start = this.#used = this.#hint = this.count = 0;
  }
}

function bodySize(strings: EntryStrings, same: boolean): number {
  let size = same ? 0 : varintSize(strings.count >>> 1);
  for (let i = same ? 1 : 0; i < strings.count; i += same ? 2 : 1) size += stringSize(strings, i);
  return size;
}

function stringSize({ spans, from }: EntryStrings, i: number): number {
  const at = 2 * (from + i);
  const length = spans[at + 1]! - spans[at]!;
  return varintSize(length) + length;
}

function putString(into: Uint8Array, at: number, { bytes, spans, from }: EntryStrings, i: number): number {
  const start = spans[2 * (from + i)]!;
  const end = spans[2 * (from + i) + 1]!;
  const to = putVarint(into, at, end - start);
  copyBytes(into, to, bytes, start, end);
  return to + end - start;
}

function tell(bytes: Uint8Array, at: number, each: EachString): number {
  const start = varintEnd(bytes, at);
  const end = start + varint(bytes, at);
  each(bytes, start, end);
  return end;
}

function putWide(bytes: Uint8Array, at: number, { msHi, msLo, seqHi, seqLo }: StreamId): number {
  writeU32le(bytes, at, msHi);
  writeU32le(bytes, at + 4, msLo);
  writeU32le(bytes, at + 8, seqHi);
  writeU32le(bytes, at + 12, seqLo);
  return at + WIDE_ID;
}
