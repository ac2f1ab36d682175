import type { Spill } from '../rdb/index.ts';

/** More than this is handed out in several pieces. */
const PIECE = 1 << 20;
/** Room is made for at least this many bytes. */
const LEAST_ROOM = 1 << 16;

/**
 * The bytes of a file that were read and are not done with, by their absolute offsets. What is too much for memory waits in
 * a spill, and then can only be taken as a whole.
 *
 * Bytes that `take` handed out are never overwritten: a handler may still look at the name of its last key. Others are:
 * new room for each chunk of garbage took 70 MB more.
 */
export class ByteWindow {
  /** Offset of the first byte that is held, or waits in the spill. */
  start = 0;
  #room: Uint8Array = new Uint8Array(0);
  /** Where the bytes in memory lie, and the offset of their first. */
  #from = 0;
  #to = 0;
  #base = 0;
  /** Some of the room was handed out. */
  #handedOut = false;
  #spill: Spill | undefined;

  /** Offset behind the last byte. */
  get end(): number {
    return this.#base + this.#to - this.#from;
  }

  /** Bytes in memory. */
  get held(): number {
    return this.#to - this.#from;
  }

  get spilled(): boolean {
    return this.#spill !== undefined;
  }

  append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#room.length) {
      const { held } = this;
      const size = held + chunk.length + Math.max(held, chunk.length);
      if (!this.#handedOut && size <= this.#room.length) this.#room.copyWithin(0, this.#from, this.#to);
      else {
        const room = new Uint8Array(Math.max(LEAST_ROOM, size));
        room.set(this.#room.subarray(this.#from, this.#to));
        this.#room = room;
        this.#handedOut = false;
      }
      this.#from = 0;
      this.#to = held;
    }
    this.#room.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** The bytes between two offsets, as far as they are in memory; lent. */
  view(from: number, to: number): Uint8Array {
    const shift = this.#from - this.#base;
    return this.#room.subarray(Math.max(from + shift, this.#from), Math.min(to + shift, this.#to));
  }

  /** Forgets everything before an offset. */
  dropTo(offset: number): void {
    this.#closeSpill();
    const to = Math.min(offset, this.end);
    if (to > this.#base) {
      this.#from += to - this.#base;
      this.#base = to;
    }
    this.start = this.#base;
  }

  /** Everything before an offset, in pieces; it is forgotten. */
  *take(offset: number): Generator<Uint8Array> {
    const spill = this.#spill;
    if (spill !== undefined) yield* spill.drain();
    while (this.#base < offset) {
      const piece = this.view(this.#base, Math.min(offset, this.#base + PIECE));
      if (piece.length === 0) break;
      this.#from += piece.length;
      this.#base += piece.length;
      this.#handedOut = true;
      yield piece;
    }
    this.#closeSpill();
    this.start = this.#base;
  }

  /** Moves everything out of memory. */
  spillTo(spill: () => Spill): void {
    this.#spill ??= spill();
    this.#spill.write(this.#room.subarray(this.#from, this.#to));
    this.#base += this.held;
    this.#from = this.#to = 0;
    if (this.#handedOut) this.#leaveRoom();
  }

  /** Forgets everything, to be appended once more from its first byte on. */
  again(): Iterator<Uint8Array> {
    const spill = this.#spill;
    const rest = this.#room.subarray(this.#from, this.#to);
    this.#spill = undefined;
    this.#leaveRoom();
    this.#base = this.start;
    return twice(spill, rest);
  }

  #leaveRoom(): void {
    this.#room = new Uint8Array(0);
    this.#from = this.#to = 0;
    this.#handedOut = false;
  }

  #closeSpill(): void {
    this.#spill?.close?.();
    this.#spill = undefined;
  }
}

function* twice(spill: Spill | undefined, rest: Uint8Array): Generator<Uint8Array> {
  if (spill !== undefined) yield* spill.drain();
  spill?.close?.();
  for (let at = 0; at < rest.length; at += LEAST_ROOM) yield rest.subarray(at, at + LEAST_ROOM);
}
