/**
 * Unpacked bytes that matches may still refer to, and room for the block that is being unpacked.
 *
 * A ring whose laps differ in length: a block never crosses the end, it rather begins a new lap at 0, so that blocks are always
 * in one piece. The memory is the window plus two blocks, and is taken as output comes: what a frame header claims allocates
 * nothing. (Moving the window instead would cost one copy of 128 MiB for every block of a file made with `--long=27`.)
 */
export class History {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Where the next byte goes. */
  position = 0;
  /** Where the previous lap ended, which is where the bytes before position 0 are; 0 in the first lap. */
  lapEnd = 0;
  /** Bytes of this frame so far. */
  produced = 0;
  /** Largest distance of a match. */
  window = 0;
  #capacity = 0;

  /**
   * Forgets everything.
   *
   * @param window largest distance of a match, in bytes
   * @param size bytes that the frame says it holds, if it does; the caller refuses more
   * @param blockMaximum largest block
   */
  reset(window: number, size: number | undefined, blockMaximum: number): void {
    this.window = window;
    this.position = 0;
    this.lapEnd = 0;
    this.produced = 0;
    // Whoever begins a new lap has then left window + blockMaximum bytes behind: no match of the window can reach what the
    // new lap overwrites.
    this.#capacity = Math.min(window, size ?? window) + 2 * blockMaximum;
  }

  /** Makes room for a block of up to `count` bytes at `position`. */
  reserve(count: number): void {
    const needed = this.position + count;
    if (needed <= this.bytes.length) return;
    if (this.bytes.length < this.#capacity) {
      const grown = new Uint8Array(this.#grownLength(needed));
      grown.set(this.bytes.subarray(0, this.position));
      this.bytes = grown;
      if (needed <= grown.length) return;
    }
    this.lapEnd = this.position;
    this.position = 0;
  }

  /**
   * Doubles until an eighth of the capacity is reached, then takes all of it: doubling to the end would leave as much garbage
   * behind as is in use, while untouched pages of a large array cost nothing on most systems.
   */
  #grownLength(needed: number): number {
    const doubled = Math.max(needed, 2 * this.bytes.length);
    return doubled > this.#capacity / 8 ? this.#capacity : doubled;
  }

  /** Accepts what was written behind `position` up to `end` and returns a copy of it, owned by the receiver. */
  commit(end: number): Uint8Array<ArrayBuffer> {
    const piece = this.bytes.slice(this.position, end);
    this.produced += end - this.position;
    this.position = end;
    return piece;
  }
}
