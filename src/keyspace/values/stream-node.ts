import { copyBytes, type Heap } from '../memory/index.ts';

/** Entries and bytes of a node at most, unless a single entry is larger. */
const MOST_ENTRIES = 100;
const MOST_BYTES = 4096;

/** Bytes of an id. */
const ID = 16;

const LOW = 0xffffffffn;

/** A stream id as one number: the first one above the 64 bits of the second. */
export function makeId(ms: bigint | number, seq: bigint | number): bigint {
  return (BigInt(ms) << 64n) | BigInt(seq);
}

/** The unsigned halves of an id, from the highest. */
export function halvesOfId(id: bigint): [msHi: number, msLo: number, seqHi: number, seqLo: number] {
  return [Number(id >> 96n), Number((id >> 64n) & LOW), Number((id >> 32n) & LOW), Number(id & LOW)];
}

/** Text of an id: `ms-seq`. */
export function idText(id: bigint): string {
  return `${id >> 64n}-${id & 0xffffffffffffffffn}`;
}

/** Fields and values of an entry, one after the other, as `each` is told of them: spans that are lent. */
export type EachString = (bytes: Uint8Array, start: number, end: number) => void;

/** An entry in a node. */
export interface NodeEntry {
  id: bigint;
  /** Where it begins and ends in the node. */
  start: number;
  end: number;
}

/** A run of entries in one block: `[id][number of strings][length, string]...` each, ids ascending. */
export class StreamNode {
  count = 0;
  first = 0n;
  last = 0n;
  readonly #heap: Heap;
  #block = 0;
  #used = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Whether an entry of so many bytes may join the others. */
  takes(size: number): boolean {
    return this.count === 0 || (this.count < MOST_ENTRIES && this.#used + size <= MOST_BYTES);
  }

  /** Appends an entry, whose id is above all others. @param body what `encodeStrings` made */
  append(id: bigint, body: Uint8Array, length: number): void {
    this.#reserve(this.#used + ID + length);
    const heap = this.#heap;
    const at = heap.offset(this.#block) + this.#used;
    const bytes = heap.bytes(this.#block);
    const halves = halvesOfId(id);
    for (let i = 0; i < 4; i++) putWord(bytes, at + 4 * i, halves[i]!);
    copyBytes(bytes, at + ID, body, 0, length);
    this.#used += ID + length;
    if (this.count++ === 0) this.first = id;
    this.last = id;
  }

  #reserve(size: number): void {
    const heap = this.#heap;
    if (this.#block !== 0 && size <= heap.capacity(this.#block)) return;
    // A quarter more, so that a node that grows is copied rarely.
    const block = heap.allocate(Math.max(size, Math.min(size + (size >> 2), MOST_BYTES)));
    if (this.#block !== 0) {
      const from = heap.offset(this.#block);
      copyBytes(heap.bytes(block), heap.offset(block), heap.bytes(this.#block), from, from + this.#used);
      heap.free(this.#block);
    }
    this.#block = block;
  }

  /** All entries, in their order. */
  entries(): NodeEntry[] {
    const found: NodeEntry[] = [];
    if (this.count === 0) return found;
    const offset = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    for (let at = offset; at < offset + this.#used; ) {
      const start = at;
      const id = makeId(
        (BigInt(word(bytes, at)) << 32n) | BigInt(word(bytes, at + 4)),
        (BigInt(word(bytes, at + 8)) << 32n) | BigInt(word(bytes, at + 12)),
      );
      let left = word(bytes, at + ID);
      at += ID + 4;
      while (left-- > 0) {
        const long = bytes[at]! === LONG;
        at += long ? 5 + word(bytes, at + 1) : 1 + bytes[at]!;
      }
      found.push({ id, start: start - offset, end: at - offset });
    }
    return found;
  }

  /** Tells of the fields and values of an entry. */
  strings({ start }: NodeEntry, each: EachString): void {
    const bytes = this.#heap.bytes(this.#block);
    let at = this.#heap.offset(this.#block) + start + ID;
    let left = word(bytes, at);
    at += 4;
    while (left-- > 0) {
      const long = bytes[at]! === LONG;
      const length = long ? word(bytes, at + 1) : bytes[at]!;
      at += long ? 5 : 1;
      each(bytes, at, at + length);
      at += length;
    }
  }

  /** Keeps only some of its entries, which are given in their order. */
  keep(entries: readonly NodeEntry[]): void {
    if (entries.length === 0) {
      this.free();
      return;
    }
    const heap = this.#heap;
    const offset = heap.offset(this.#block);
    const bytes = heap.bytes(this.#block);
    let to = 0;
    for (const { start, end } of entries) {
      bytes.copyWithin(offset + to, offset + start, offset + end);
      to += end - start;
    }
    this.#used = to;
    this.count = entries.length;
    this.first = entries[0]!.id;
    this.last = entries[entries.length - 1]!.id;
  }

  clone(): StreamNode {
    const copy = new StreamNode(this.#heap);
    if (this.count === 0) return copy;
    copy.#reserve(this.#used);
    const from = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    copyBytes(this.#heap.bytes(copy.#block), this.#heap.offset(copy.#block), bytes, from, from + this.#used);
    copy.#used = this.#used;
    copy.count = this.count;
    copy.first = this.first;
    copy.last = this.last;
    return copy;
  }

  free(): void {
    if (this.#block !== 0) this.#heap.free(this.#block);
    this.#block = this.#used = this.count = 0;
  }
}

/** Lengths from here on take five bytes. */
const LONG = 255;

/** Puts the fields and values of an entry together for `append`. */
export class EntryBody {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  length = 4;
  #count = 0;

  /** Begins another entry. */
  clear(): void {
    this.length = 4;
    this.#count = 0;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.length + size + 5 > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.length + size + 5));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    if (size < LONG) this.bytes[this.length++] = size;
    else {
      this.bytes[this.length] = LONG;
      putWord(this.bytes, this.length + 1, size);
      this.length += 5;
    }
    copyBytes(this.bytes, this.length, bytes, start, end);
    this.length += size;
    putWord(this.bytes, 0, ++this.#count);
  }

  /** Bytes of the entry in a node. */
  get size(): number {
    return ID + this.length;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
