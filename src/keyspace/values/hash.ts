import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import { ByteMap, copyBytes, type Heap, Spot } from '../memory/index.ts';
import { readInt64, writeInt64 } from '../memory/int64.ts';
import { sortEntries } from '../order.ts';
import { HASH, type Value } from '../types.ts';

/** A field has no time. */
export const NEVER = -1;

/** Bytes of a time. */
const TIME = 8;

/** Fields that are shown before what was made of them may leave, and bytes likewise. */
const PIECE = 1000;
const PIECE_BYTES = 1 << 16;

/** RDB types of hashes: without times, and with them. */
const PLAIN_TYPE = 4;
const TIMED_TYPE = 24;

/**
 * A hash. Once a field has a time, each value has eight bytes in front of it for the time of its field; few hashes ever
 * come to that.
 */
export class HashValue implements Value {
  readonly type: number = HASH;
  readonly #heap: Heap;
  #fields: ByteMap;
  /** Bytes in front of each value. */
  #head = 0;
  /** Fields with a time. */
  #timed = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#fields = new ByteMap(heap);
  }

  stow(row: Int32Array, at: number): boolean {
    return this.#head === 0 && this.#fields.stow(row, at);
  }

  fetch(row: Int32Array, at: number): void {
    this.#fields.fetch(row, at);
  }

  get size(): number {
    return this.#fields.size;
  }

  /** Whether any field has a time. */
  get hasTimes(): boolean {
    return this.#timed > 0;
  }

  has(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#fields.has(bytes, start, end);
  }

  /** Finds a field: its value is then at `spot.start` to `spot.end`. */
  get(bytes: Uint8Array, start: number, end: number, spot: Spot): boolean {
    if (!this.#fields.find(bytes, start, end, spot)) return false;
    spot.start += this.#head;
    return true;
  }

  /** Gives a field a value, which must not lie in the heap. It loses its time unless that is to be kept. */
  set(
    bytes: Uint8Array,
    start: number,
    end: number,
    value: Uint8Array,
    from: number,
    to: number,
    keepTime: boolean = false,
  ): void {
    const spot = scratch;
    if (this.#head === 0) {
      this.#fields.put(bytes, start, end, to - from, spot);
      copyBytes(spot.bytes, spot.start, value, from, to);
      return;
    }
    const found = this.#fields.find(bytes, start, end, spot);
    const before = found ? readInt64(spot.bytes, spot.start) : NEVER;
    const time = keepTime ? before : NEVER;
    if (before !== time) this.#timed--;
    this.#fields.write(found, bytes, start, end, TIME + to - from, spot);
    writeInt64(spot.bytes, spot.start, time);
    copyBytes(spot.bytes, spot.start + TIME, value, from, to);
  }

  remove(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.timeOf(bytes, start, end) !== NEVER) this.#timed--;
    return this.#fields.remove(bytes, start, end);
  }

  /** When a field goes, in Unix ms; `NEVER` also for fields that are not there. */
  timeOf(bytes: Uint8Array, start: number, end: number): number | bigint {
    if (this.#timed === 0 || !this.#fields.find(bytes, start, end, scratch)) return NEVER;
    return readInt64(scratch.bytes, scratch.start);
  }

  /** Sets the time of a field that is there, or takes it away by `NEVER`. */
  setTime(bytes: Uint8Array, start: number, end: number, time: number | bigint): void {
    if (time === NEVER && this.#timed === 0) return;
    if (this.#head === 0) this.#makeRoom();
    const spot = scratch;
    if (!this.#fields.find(bytes, start, end, spot)) return;
    const before = readInt64(spot.bytes, spot.start);
    this.#timed += (time === NEVER ? 0 : 1) - (before === NEVER ? 0 : 1);
    writeInt64(spot.bytes, spot.start, time);
  }

  /** The first time comes. */
  #makeRoom(): void {
    const fields = new ByteMap(this.#heap);
    const from = new Spot();
    const to = new Spot();
    for (const name of this.#fields.names()) {
      this.#fields.look(name, from);
      // A key must not lie in the heap that is written to.
      const entry = from.bytes.slice(from.keyStart, from.end);
      const length = from.keyLength;
      fields.put(entry, 0, length, TIME + entry.length - length, to);
      writeInt64(to.bytes, to.start, NEVER);
      copyBytes(to.bytes, to.start + TIME, entry, length, entry.length);
    }
    this.#fields.clear();
    this.#fields = fields;
    this.#head = TIME;
  }

  clone(): HashValue {
    const copy = new HashValue(this.#heap);
    copy.#fields = this.#fields.clone();
    copy.#head = this.#head;
    copy.#timed = this.#timed;
    return copy;
  }

  free(): void {
    this.#fields.clear();
  }

  describe(frame: ScanFrame): void {
    frame.type = 'hash';
    frame.encoding = 'hashtable';
    frame.typeId = this.hasTimes ? TIMED_TYPE : PLAIN_TYPE;
  }

  *show(handler: RdbHandler): Generator<void> {
    const fields = this.#fields;
    const names = fields.names();
    const spot = new Spot();
    sortEntries(fields, names);
    handler.count(names.length);
    let left = PIECE;
    let bytes = 0;
    for (const name of names) {
      fields.look(name, spot);
      const value = spot.start + this.#head;
      handler.bytes(spot.bytes, spot.keyStart, spot.start);
      handler.bytes(spot.bytes, value, spot.end);
      if (this.#timed > 0) handler.expiry(readInt64(spot.bytes, spot.start));
      bytes += spot.end - spot.keyStart;
      if (--left > 0 && bytes < PIECE_BYTES) continue;
      left = PIECE;
      bytes = 0;
      yield;
    }
  }
}

const scratch: Spot = /* @__PURE__ */ new Spot();
