import { copyBytes, sameBytes as same } from './bytes.ts';
import { entrySize, Spot, sameHead } from './entry.ts';
import { HashIndex } from './hash-index.ts';
import type { Heap } from './heap.ts';

/** Up to so many entries and bytes a map is one block that is searched from its begin. */
const MOST_PACKED = 128;
const MOST_PACKED_BYTES = 8192;

/**
 * A map from byte strings to byte strings (payloads) in a heap. A small one is a single block of entries, one behind the
 * other; a larger one has a block for each entry and an index.
 *
 * Entries are looked at through a `Spot`, which holds until the map changes.
 */
export class ByteMap {
  size = 0;
  readonly #heap: Heap;
  /** The one block; 0 for none. */
  #block = 0;
  #used = 0;
  #index: HashIndex | undefined;
  /** What `find` found: a position in the one block, or the block of the entry. */
  #at = 0;

  constructor(heap: Heap, large: boolean = false) {
    this.#heap = heap;
    if (large) this.#index = new HashIndex(heap);
  }

  /** Writes a map that is one block to three numbers of a row. @returns false where it is larger */
  stow(row: Int32Array, at: number): boolean {
    if (this.#index !== undefined) return false;
    row[at] = this.#block;
    row[at + 1] = this.#used;
    row[at + 2] = this.size;
    return true;
  }

  /** Becomes the map that such numbers stand for. */
  fetch(row: Int32Array, at: number): void {
    this.#block = row[at]! >>> 0;
    this.#used = row[at + 1]!;
    this.size = row[at + 2]!;
  }

  /** Finds the entry with a key. */
  find(bytes: Uint8Array, start: number, end: number, spot: Spot): boolean {
    if (this.#index === undefined) return this.#findPacked(bytes, start, end, spot);
    const ref = this.#index.find(bytes, start, end);
    if (ref === 0) return false;
    this.#at = ref;
    spot.read(this.#heap.bytes(ref), this.#heap.offset(ref));
    return true;
  }

  /** It is a single block, in which an entry may have another number after each change. In a larger one numbers hold. */
  get packed(): boolean {
    return this.#index === undefined;
  }

  /** The number of the entry that `find` found, or `put` made where it was there before. */
  get found(): number {
    return this.#at;
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    return this.find(bytes, start, end, scratch);
  }

  #findPacked(key: Uint8Array, start: number, end: number, spot: Spot): boolean {
    if (this.#block === 0) return false;
    const bytes = this.#heap.bytes(this.#block);
    const from = this.#heap.offset(this.#block);
    const stop = from + this.#used;
    const length = end - start;
    const last = key[end - 1];
    let at = from;
    while (at < stop) {
      const keyLength = bytes[at]!;
      const payload = bytes[at + 1]!;
      if (keyLength === 255 || payload === 255) {
        spot.read(bytes, at);
        if (spot.keyLength === length && same(bytes, spot.keyStart, key, start, length)) {
          this.#at = at - from;
          return true;
        }
        at = spot.end;
        continue;
      }
      // Names that begin alike differ at the end.
      if (
        keyLength === length &&
        (length === 0 || (bytes[at + 1 + length] === last && same(bytes, at + 2, key, start, length)))
      ) {
        this.#at = at - from;
        spot.read(bytes, at);
        return true;
      }
      at += 2 + keyLength + payload;
    }
    return false;
  }

  /**
   * Gives the entry with a key a payload of `length` bytes, which are still to be written where the spot says; nothing
   * of what was there before is sure to be left. The key must not lie in this heap.
   *
   * @returns true where the key is new
   */
  put(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): boolean {
    return this.write(this.find(bytes, start, end, spot), bytes, start, end, length, spot);
  }

  /** `put` for who has called `find` just before, with this key and this spot, which said `found`. */
  write(found: boolean, bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): boolean {
    if (this.#index !== undefined) {
      if (found) {
        this.#resize(bytes, start, end, length, spot, false);
      } else {
        this.#addBlock(bytes, start, end, length, spot);
      }
      return !found;
    }
    if (found) this.#resizePacked(bytes, start, end, length, spot);
    else this.#addPacked(bytes, start, end, length, spot);
    return !found;
  }

  /**
   * Changes the length of the payload of the entry that is there; the bytes that both lengths have stay, others are for
   * the caller to write. The key must not lie in this heap.
   */
  resize(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): void {
    this.find(bytes, start, end, spot);
    if (this.#index !== undefined) {
      this.#resize(bytes, start, end, length, spot, true);
      return;
    }
    const kept = spot.bytes.slice(spot.start, spot.start + Math.min(length, spot.length));
    this.#resizePacked(bytes, start, end, length, spot);
    spot.bytes.set(kept, spot.start);
  }

  #resize(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot, keep: boolean): void {
    const heap = this.#heap;
    const ref = this.#at;
    const old = spot.length;
    const size = entrySize(end - start, length);
    if (sameHead(old, length) && heap.fits(ref, size)) {
      if (old !== length) spot.write(spot.bytes, heap.offset(ref), end - start, length);
      return;
    }
    const from = spot.bytes;
    const at = spot.start;
    const moved = heap.allocate(size);
    spot.write(heap.bytes(moved), heap.offset(moved), end - start, length);
    copyBytes(spot.bytes, spot.keyStart, bytes, start, end);
    if (keep) copyBytes(spot.bytes, spot.start, from, at, at + Math.min(old, length));
    this.#index!.move(moved);
    heap.free(ref);
  }

  #addBlock(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): void {
    const heap = this.#heap;
    const ref = heap.allocate(entrySize(end - start, length));
    spot.write(heap.bytes(ref), heap.offset(ref), end - start, length);
    copyBytes(spot.bytes, spot.keyStart, bytes, start, end);
    this.#index!.add(ref);
    this.size++;
  }

  #addPacked(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): void {
    const size = entrySize(end - start, length);
    if (this.size >= MOST_PACKED || this.#used + size > MOST_PACKED_BYTES) {
      this.#unpack();
      this.#index!.find(bytes, start, end);
      this.#addBlock(bytes, start, end, length, spot);
      return;
    }
    this.#reserve(this.#used + size);
    const heap = this.#heap;
    spot.write(heap.bytes(this.#block), heap.offset(this.#block) + this.#used, end - start, length);
    copyBytes(spot.bytes, spot.keyStart, bytes, start, end);
    this.#used += size;
    this.size++;
  }

  /** The block becomes one of at least so many bytes. */
  #reserve(size: number): void {
    const heap = this.#heap;
    if (this.#block !== 0 && heap.fits(this.#block, size)) return;
    const block = heap.allocate(size);
    if (this.#block !== 0) {
      const from = heap.offset(this.#block);
      copyBytes(heap.bytes(block), heap.offset(block), heap.bytes(this.#block), from, from + this.#used);
      heap.free(this.#block);
    }
    this.#block = block;
  }

  /** An entry of another length goes to the end. */
  #resizePacked(bytes: Uint8Array, start: number, end: number, length: number, spot: Spot): void {
    if (spot.length === length) return;
    this.#cutPacked(spot);
    this.#addPacked(bytes, start, end, length, spot);
  }

  /** Takes out the entry that `#findPacked` found. */
  #cutPacked(spot: Spot): void {
    const from = this.#heap.offset(this.#block);
    const { bytes, end } = spot;
    bytes.copyWithin(from + this.#at, end, from + this.#used);
    this.#used -= end - (from + this.#at);
    this.size--;
  }

  /** Each entry gets a block of its own. */
  #unpack(): void {
    const heap = this.#heap;
    const index = new HashIndex(heap);
    const entry = new Spot();
    for (let at = 0; at < this.#used; ) {
      const offset = heap.offset(this.#block);
      const from = heap.bytes(this.#block);
      entry.read(from, offset + at);
      const size = entry.end - offset - at;
      const ref = heap.allocate(size);
      copyBytes(heap.bytes(ref), heap.offset(ref), from, offset + at, offset + at + size);
      index.find(from, entry.keyStart, entry.start);
      index.add(ref);
      at += size;
    }
    if (this.#block !== 0) heap.free(this.#block);
    this.#block = this.#used = 0;
    this.#index = index;
  }

  /** @returns whether there was an entry with the key */
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#index === undefined) {
      if (!this.#findPacked(bytes, start, end, scratch)) return false;
      this.#cutPacked(scratch);
      if (this.size === 0) this.clear();
      else this.#reserve(this.#used);
      return true;
    }
    const ref = this.#index.find(bytes, start, end);
    if (ref === 0) return false;
    this.#index.remove();
    this.#heap.free(ref);
    this.size--;
    return true;
  }

  /** Everything goes, and its memory with it. */
  clear(): void {
    if (this.#index !== undefined) {
      this.#index.forEach((ref) => {
        this.#heap.free(ref);
      });
      this.#index = new HashIndex(this.#heap);
    } else if (this.#block !== 0) {
      this.#heap.free(this.#block);
      this.#block = this.#used = 0;
    }
    this.size = 0;
  }

  /** A copy with the same entries, in the same heap. */
  clone(): ByteMap {
    const copy = new ByteMap(this.#heap, this.#index !== undefined);
    const from = new Spot();
    const to = new Spot();
    for (const name of this.names()) {
      this.look(name, from);
      // A key must not lie in the heap that is written to.
      const key = from.bytes.slice(from.keyStart, from.start);
      copy.put(key, 0, key.length, from.length, to);
      this.look(name, from);
      copyBytes(to.bytes, to.start, from.bytes, from.start, from.end);
    }
    return copy;
  }

  /** A number for each entry, in no order; they hold until the map changes. */
  names(): Uint32Array {
    const names = new Uint32Array(this.size);
    let count = 0;
    if (this.#index !== undefined) {
      this.#index.forEach((ref) => {
        names[count++] = ref;
      });
      return names;
    }
    const entry = new Spot();
    for (let at = 0; at < this.#used; ) {
      names[count++] = at;
      const offset = this.#heap.offset(this.#block);
      entry.read(this.#heap.bytes(this.#block), offset + at);
      at = entry.end - offset;
    }
    return names;
  }

  /** Looks at the entry that has a number. */
  look(name: number, spot: Spot): void {
    const heap = this.#heap;
    if (this.#index !== undefined) spot.read(heap.bytes(name), heap.offset(name));
    else spot.read(heap.bytes(this.#block), heap.offset(this.#block) + name);
  }
}

const scratch: Spot = /* @__PURE__ */ new Spot();
