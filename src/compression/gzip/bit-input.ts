/** Bytes kept in view; a larger chunk is worked off in pieces of this size. */
const CAPACITY = 64 * 1024;
/** Zeros behind the last byte, so that 32-bit loads near the end stay inside of the array. */
const PADDING = 16;
const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/**
 * Input of a bit-by-bit format between `write` calls. The current piece of input is always in `bytes`, followed by
 * zeros, so that hot loops may load 32 bits anywhere up to `end` and only check afterwards whether what they used was real.
 *
 * The cursor is `at`, `hold` and `bits`: the low `bits` bits of `hold` come before the byte at `at`. A reader that runs out of
 * input puts the cursor back to where its item began and answers "more"; what is unread then moves to the front.
 */
export class BitInput {
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(CAPACITY + PADDING);
  readonly view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  hold = 0;
  bits = 0;
  /** Absolute offset of `bytes[0]`. */
  #base: number;
  #chunk: Uint8Array = EMPTY;
  #chunkAt = 0;

  /** @param offset absolute offset of the first byte that will be written */
  constructor(offset: number) {
    this.#base = offset;
  }

  /** Absolute offset of the byte that the next bit stands in. */
  get offset(): number {
    return this.#base + this.at - ((this.bits + 7) >> 3);
  }

  /** Absolute offset of the end of all that was written. */
  get written(): number {
    return this.#base + this.end + this.#chunk.length - this.#chunkAt;
  }

  /** True when bytes were written and not read; bits of a byte that was begun do not count. */
  get hasBytes(): boolean {
    return this.written > this.#base + this.at;
  }

  /** Appends a chunk; it is borrowed until `refill` answers false. */
  write(chunk: Uint8Array): void {
    if (this.#chunkAt === this.#chunk.length) {
      this.#chunk = chunk;
    } else {
      const joined = new Uint8Array(this.#chunk.length - this.#chunkAt + chunk.length);
      joined.set(this.#chunk.subarray(this.#chunkAt));
      joined.set(chunk, joined.length - chunk.length);
      this.#chunk = joined;
    }
    this.#chunkAt = 0;
  }

  /** Moves what is unread to the front and tops it up from the chunk; false when the chunk has no more. */
  refill(): boolean {
    const count = Math.min(this.#chunk.length - this.#chunkAt, CAPACITY - (this.end - this.at));
    if (count === 0) return false;
    this.bytes.copyWithin(0, this.at, this.end);
    this.#base += this.at;
    this.end -= this.at;
    this.at = 0;
    this.bytes.set(this.#chunk.subarray(this.#chunkAt, this.#chunkAt + count), this.end);
    this.end += count;
    this.bytes.fill(0, this.end, this.end + PADDING);
    this.#chunkAt += count;
    if (this.#chunkAt === this.#chunk.length) {
      this.#chunk = EMPTY;
      this.#chunkAt = 0;
    }
    return true;
  }

  /**
   * Sets the cursor from the local variables of a loop, which may have loaded bits ahead: whole bytes are given back, and at
   * most seven bits stay in `hold`.
   */
  settle(at: number, hold: number, bits: number): void {
    this.at = at - (bits >> 3);
    this.bits = bits & 7;
    this.hold = hold & ((1 << this.bits) - 1);
  }

  /** Reads up to 16 bits, or -1 without reading any when fewer have arrived. */
  take(count: number): number {
    let { at, hold, bits } = this;
    while (bits < count) {
      if (at === this.end) return -1;
      hold |= this.bytes[at++] << bits;
      bits += 8;
    }
    this.settle(at, hold >>> count, bits - count);
    return hold & ((1 << count) - 1);
  }

  /** Drops the rest of a byte that was begun. */
  align(): void {
    this.hold = 0;
    this.bits = 0;
  }
}
