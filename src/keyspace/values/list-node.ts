import { readU32le, writeU32le } from '../../bytes/index.ts';
import { copyBytes, type Heap, sameBytes } from '../memory/index.ts';

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

  stow(row: Int32Array, at: number): void {
    row[at] = this.#block;
    row[at + 1] = this.#start;
    row[at + 2] = this.#end;
    row[at + 3] = this.count;
  }

  fetch(row: Int32Array, at: number): void {
    this.#block = row[at]! >>> 0;
    this.#start = row[at + 1]!;
    this.#end = row[at + 2]!;
    this.count = row[at + 3]!;
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
    // A node that is full has no room to spare.
    const block = heap.allocate(Math.max(used + size, Math.min(used + size + (used >> 2), MOST)));
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
      length = readU32le(bytes, at + 1);
      this.from = at + 5;
    }
    this.to = this.from + length;
    return this.to + (length < LONG ? 1 : 5);
  }

  #lookBefore(at: number): number {
    const { bytes } = this;
    let length = bytes[at - 1]!;
    this.to = at - 1;
    if (length === LONG) {
      length = readU32le(bytes, at - 5);
      this.to = at - 5;
    }
    this.from = this.to - length;
    return this.from - (length < LONG ? 1 : 5);
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

  /** Calls `each` with all elements in their order. */
  forEach(each: (bytes: Uint8Array, start: number, end: number) => void): void {
    if (this.count === 0) return;
    const offset = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    let at = offset + this.#start;
    const stop = offset + this.#end;
    while (at < stop) {
      this.bytes = bytes;
      at = this.#lookFrom(at);
      each(bytes, this.from, this.to);
    }
  }

  /** Where in the block the first element begins. */
  get begin(): number {
    return this.#start;
  }

  /** Where the last one ends. */
  get end(): number {
    return this.#end;
  }

  /** Where the element at an index begins. */
  placeOf(index: number): number {
    const offset = this.#heap.offset(this.#block);
    this.bytes = this.#heap.bytes(this.#block);
    let at = offset + this.#start;
    for (let i = 0; i < index; i++) at = this.#lookFrom(at);
    return at - offset;
  }

  /**
   * Finds the next element that is like another, from a place on, or the last one before it.
   *
   * @returns where it begins; -1 where there is none
   */
  find(element: Uint8Array, place: number, forward: boolean): number {
    if (this.count === 0) return -1;
    const offset = this.#heap.offset(this.#block);
    const bytes = this.#heap.bytes(this.#block);
    const { length } = element;
    this.bytes = bytes;
    const stop = offset + (forward ? this.#end : this.#start);
    for (let at = offset + place; at !== stop; ) {
      const next = forward ? this.#lookFrom(at) : this.#lookBefore(at);
      if (this.to - this.from === length && sameBytes(element, 0, bytes, this.from, length)) {
        return (forward ? at : next) - offset;
      }
      at = next;
    }
    return -1;
  }

  /** Where the element behind the one at a place begins. */
  after(place: number): number {
    const offset = this.#heap.offset(this.#block);
    this.bytes = this.#heap.bytes(this.#block);
    return this.#lookFrom(offset + place) - offset;
  }

  /** Writes over the element at a place. @returns false where another one takes more or less room */
  overwrite(place: number, element: Uint8Array): boolean {
    this.after(place);
    if (this.to - this.from !== element.length) return false;
    this.bytes.set(element, this.from);
    return true;
  }

  /** Takes the element at a place away. @returns the place that is then between its neighbours */
  cut(place: number): number {
    const next = this.after(place);
    this.count--;
    if (this.count === 0) {
      this.free();
      return 0;
    }
    const offset = this.#heap.offset(this.#block);
    const { bytes } = this;
    // The side with fewer bytes moves.
    if (place - this.#start < this.#end - next) {
      const start = this.#start + next - place;
      bytes.copyWithin(offset + start, offset + this.#start, offset + place);
      this.#start = start;
      return next;
    }
    bytes.copyWithin(offset + place, offset + next, offset + this.#end);
    this.#end -= next - place;
    return place;
  }

  /** Puts an element where another one begins, or at the end. */
  insert(place: number, element: Uint8Array): void {
    const before = place - this.#start;
    const size = sizeOf(element.length);
    if (this.#block === 0 || this.#end + size > this.#heap.capacity(this.#block)) this.#makeRoom(size, false);
    const offset = this.#heap.offset(this.#block);
    const into = this.#heap.bytes(this.#block);
    const at = offset + this.#start + before;
    into.copyWithin(at + size, at, offset + this.#end);
    write(into, at, element, 0, element.length);
    this.#end += size;
    this.count++;
  }

  /** Moves the elements from a place on to a node of their own. */
  split(place: number): ListNode {
    let count = 0;
    for (let at = this.#start; at < place; at = this.after(at)) count++;
    const rest = new ListNode(this.#heap);
    rest.#take(this, place, this.count - count);
    this.#end = place;
    this.count = count;
    return rest;
  }

  /** Takes over all elements of the node behind this one, where both are so small that they are better one. */
  merge(next: ListNode): boolean {
    const used = this.#end - this.#start;
    const more = next.#end - next.#start;
    if (this.count === 0 || next.count === 0 || used + more > MOST / 2) return false;
    if (this.#end + more > this.#heap.capacity(this.#block)) this.#makeRoom(more, false);
    this.#take(next, next.#start, next.count);
    next.free();
    return true;
  }

  /** Copies the last elements of another node behind its own. */
  #take(other: ListNode, place: number, count: number): void {
    const heap = this.#heap;
    const size = other.#end - place;
    if (this.#block === 0) this.#block = heap.allocate(size);
    const from = heap.offset(other.#block);
    const at = heap.offset(this.#block) + this.#end;
    copyBytes(heap.bytes(this.#block), at, heap.bytes(other.#block), from + place, from + other.#end);
    this.#end += size;
    this.count += count;
  }

  free(): void {
    if (this.#block !== 0) this.#heap.free(this.#block);
    this.#block = this.#start = this.#end = this.count = 0;
  }

  clone(): ListNode {
    const copy = new ListNode(this.#heap);
    if (this.count > 0) copy.#take(this, this.#start, this.count);
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
  writeU32le(into, at + 1, length);
  copyBytes(into, at + 5, bytes, start, end);
  writeU32le(into, at + 5 + length, length);
  into[at + 9 + length] = LONG;
}
