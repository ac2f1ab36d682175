import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { ByteMap, type Heap, Spot } from '../memory/index.ts';
import { sortEntries } from '../order.ts';
import { SET, type Value } from '../types.ts';

/** Members that are shown before what was made of them may leave. */
const PIECE = 1000;

/** RDB type of a set of strings. */
const TYPE_ID = 2;

/** A set: keys of a map without payloads. */
export class SetValue implements Value {
  readonly type: number = SET;
  readonly #members: ByteMap;

  constructor(heap: Heap, members: ByteMap = new ByteMap(heap)) {
    this.#members = members;
    this.#heap = heap;
  }

  readonly #heap: Heap;

  stow(row: Int32Array, at: number): boolean {
    return this.#members.stow(row, at);
  }

  fetch(row: Int32Array, at: number): void {
    this.#members.fetch(row, at);
  }

  get size(): number {
    return this.#members.size;
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#members.has(bytes, start, end);
  }

  /** @returns whether the member, which must not lie in the heap, is new */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#members.put(bytes, start, end, 0, scratch);
  }

  /** @returns whether it was there */
  remove(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#members.remove(bytes, start, end);
  }

  /** Calls `each` with all members, which lie in the heap, as long as it does not answer false. */
  every(each: (bytes: Uint8Array, start: number, end: number) => boolean | undefined): void {
    const spot = new Spot();
    for (const name of this.#members.names()) {
      this.#members.look(name, spot);
      if (each(spot.bytes, spot.keyStart, spot.start) === false) return;
    }
  }

  clone(): Value {
    return new SetValue(this.#heap, this.#members.clone());
  }

  free(): void {
    this.#members.clear();
  }

  describe(frame: ScanFrame): void {
    frame.type = 'set';
    frame.encoding = 'hashtable';
    frame.typeId = TYPE_ID;
  }

  *show(handler: RdbHandler): Generator<void> {
    const spot = new Spot();
    const names = this.#members.names();
    sortEntries(this.#members, names);
    handler.count(names.length);
    let shown = 0;
    for (const name of names) {
      this.#members.look(name, spot);
      handler.bytes(spot.bytes, spot.keyStart, spot.start);
      if (++shown % PIECE === 0) yield;
    }
  }
}

const scratch: Spot = /* @__PURE__ */ new Spot();
