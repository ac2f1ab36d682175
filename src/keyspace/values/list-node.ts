import { copyBytes, type Heap } from '../memory/index.ts';

/** Lengths from here on take five bytes. */
const LONG = 255;

/** Most bytes of a node, unless it holds a single element. */
const MOST = 4096;

/** Bytes of an element with its length on both sides. */
function sizeOf(length: number): number {
  return length + (length < LONG ? 2 : 10);
}

/**
 * A run of elements in one block: `[length][bytes][length]` each, so that it can be read from both ends. There is room on
 * both sides of them, so that it can grow there.
 */
export class ListNode {
  count = 0;
  readonly #heap: Heap;
  #block = 0;
  #start = 0;
  #end = 0;
  // The element that was looked at last
  bytes: Uint8Array = EMPTY;
  from = 0;
  to = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Whether an element of this length may join the others. */
  takes(length: number): boolean {
    return this.count === 0 || this.#end - this.#start + sizeOf(length) <= MOST;
  }

  pushTail(bytes: Uint8Array, start: number, end: number): void {
    const size = sizeOf(end - start);
    if (this.#block === 0 || this.#end + size > this.#heap.capacity(this.#block)) this.#makeRoom(size, false);
    const into = this.#heap.bytes(this.#block);
    write(into, this.#heap.offset(this.#block) + this.#end, bytes, start, end);
    this.#end += size;
    this.count++;
  }

  pushHead(bytes: Uint8Array, start: number, end: number): void {
    const size = sizeOf(end - start);
    if (this.#block === 0 || this.#start < size) this.#makeRoom(size, true);
    this.#start -= size;
    write(this.#heap.bytes(this.#block), this.#heap.offset(this.#block) + this.#start, bytes, start, end);
    this.count++;
  }

  /** Moves the elements to one side, where there is room enough, or to a larger block. */
  #makeRoom(size: number, atHead: boolean): void {
    const heap = this.#heap;
    const used = this.#end - this.#start;
    const capacity = this.#block === 0 ? 0 : heap.capacity(this.#block);
    // A quarter more than needed, so that elements are moved rarely.
    if (this.#block !== 0 && used + size + (used >> 2) <= capacity) {
      const offset = heap.offset(this.#block);
      const to = atHead ? capacity - used : 0;
      heap.bytes(this.#block).copyWithin(offset + to, offset + this.#start, offset + this.#end);
      this.#start = to;
      this.#end = to + used;
      return;
    }
    const block = heap.allocate(used + size + (used >> 2));
    const to = atHead ? heap.capacity(block) - used : 0;
    if (this.#block !== 0) {
      const from = heap.offset(this.#block);
      const at = heap.offset(block) + to;
      copyBytes(heap.bytes(block), at, heap.bytes(this.#block), from + this.#start, from + this.#end);
      heap.free(this.#block);
    }
    this.#block = block;
    this.#start = to;
    this.#end = to + used;
  }

  /** Looks at the first element, or the last one. */
  look(head: boolean): void {
    const offset = this.#heap.offset(this.#block);
    this.bytes = this.#heap.bytes(this.#block);
    if (head) this.#lookFrom(offset + this.#start);
    else this.#lookBefore(offset + this.#end);
  }

  #lookFrom(at: number): number {
    const { bytes } = this;
    let length = bytes[at]!;
    this.from = at + 1;
    if (length === LONG) {
      length = word(bytes, at + 1);
      this.from = at + 5;
    }
    this.to = this.from + length;
    return this.to + (length < LONG ? 1 : 5);
  }

  #lookBefore(at: number): void {
    const { bytes } = this;
    let length = bytes[at - 1]!;
    this.to = at - 1;
    if (length === LONG) {
      length = word(bytes, at - 5);
      this.to = at - 5;
    }
    this.from = this.to - length;
  }

  /** Takes the first element away, or the last one; the node gives its memory back when it is empty. */
  drop(head: boolean): void {
    this.look(head);
    const size = sizeOf(this.to - this.from);
    if (head) this.#start += size;
    else this.#end -= size;
    this.count--;
    if (this.count === 0) this.free();
  }

  /** Calls `each` with all elements in their order, as long as it does not answer false. */
  every(each: (bytes: Uint8Array, start: number, end: number) => boolean | undefined): boolean {
    if (this.count === 0) return true;
    const offset = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    let at = offset + this.#start;
    const stop = offset + this.#end;
    while (at < stop) {
      this.bytes = bytes;
      at = this.#lookFrom(at);
      if (each(bytes, this.from, this.to) === false) return false;
    }
    return true;
  }

  /** Copies of all elements. */
  elements(): Uint8Array[] {
    const all: Uint8Array[] = [];
    this.every((bytes, start, end) => {
      all.push(bytes.slice(start, end));
      return true;
    });
    return all;
  }

  free(): void {
    if (this.#block !== 0) this.#heap.free(this.#block);
    this.#block = this.#start = this.#end = this.count = 0;
  }

  clone(): ListNode {
    const copy = new ListNode(this.#heap);
    if (this.#block === 0) return copy;
    const heap = this.#heap;
    copy.#block = heap.allocate(this.#end - this.#start);
    copy.#end = this.#end - this.#start;
    copy.count = this.count;
    const from = heap.offset(this.#block);
    const bytes = heap.bytes(this.#block);
    copyBytes(heap.bytes(copy.#block), heap.offset(copy.#block), bytes, from + this.#start, from + this.#end);
    return copy;
  }
}

const EMPTY: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

function write(into: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  if (length < LONG) {
    into[at] = length;
    copyBytes(into, at + 1, bytes, start, end);
    into[at + 1 + length] = length;
    return;
  }
  into[at] = LONG;
  putWord(into, at + 1, length);
  copyBytes(into, at + 5, bytes, start, end);
  putWord(into, at + 5 + length, length);
  into[at + 9 + length] = LONG;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function putWord(into: Uint8Array, at: number, value: number): void {
  into[at] = value;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}
