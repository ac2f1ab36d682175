/** Room before and behind the block, more than one sequence can overrun before that is noticed. */
const MARGIN = 16;

/**
 * The bytes of one compressed block, copied into an array with zeros before and behind it, so that the bit readers, most of which run
 * backwards, may load 32 bits first and check later. The copy costs little: a block has at most 128 KiB.
 */
export class BlockBytes {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(2 * MARGIN);
  view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  readonly start: number = MARGIN;
  end: number = MARGIN;
  #offset = 0;

  /**
   * Takes over a block.
   *
   * @param offset its absolute offset in the input
   */
  load(block: Uint8Array, offset: number): void {
    const needed = block.length + 2 * MARGIN;
    if (needed > this.bytes.length) {
      this.bytes = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      this.view = new DataView(this.bytes.buffer);
    }
    this.bytes.set(block, MARGIN);
    this.end = MARGIN + block.length;
    this.bytes.fill(0, this.end, this.end + MARGIN);
    this.#offset = offset - MARGIN;
  }

  /** Absolute offset of a position in `bytes`. */
  offset(at: number): number {
    return this.#offset + at;
  }
}
