import { readU32le } from '../bytes/index.ts';

const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/**
 * Compressed input between `write` calls: answers "are there n bytes in one piece?", whatever the chunks were.
 *
 * A request that lies within the current chunk is answered with a view and costs no copy. One that crosses a chunk
 * boundary is collected in a buffer of our own, which grows with the bytes that came, never with the bytes that
 * were asked for: a header may claim what it likes. A request that cannot be met takes over all that is there, so
 * that the caller's chunk is never looked at after that.
 */
export class ByteQueue {
  /** Absolute offset of the next unread byte. */
  offset: number;
  #chunk: Uint8Array = EMPTY;
  #at = 0;
  #held: Uint8Array<ArrayBuffer> = EMPTY;
  #heldStart = 0;
  #heldEnd = 0;

  /** @param offset absolute offset of the first byte that will be written */
  constructor(offset = 0) {
    this.offset = offset;
  }

  /** Bytes written and not consumed. */
  get available(): number {
    return this.#heldEnd - this.#heldStart + this.#chunk.length - this.#at;
  }

  /** Appends a chunk, borrowed until a `peek` fails or all of it is consumed. */
  write(chunk: Uint8Array): void {
    this.#hold(this.#chunk.length - this.#at);
    this.#chunk = chunk;
    this.#at = 0;
  }

  /**
   * The next `count` bytes without consuming them, or `undefined` when fewer have arrived. The view is valid until
   * the next `write` or `peek`. Always a plain `Uint8Array`, also when chunks are Node `Buffer`s, whose `slice` does not copy.
   */
  peek(count: number): Uint8Array | undefined {
    const held = this.#heldEnd - this.#heldStart;
    const left = this.#chunk.length - this.#at;
    if (held === 0 && left >= count) {
      return new Uint8Array(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, count);
    }
    if (held < count) this.#hold(Math.min(count - held, left));
    if (this.#heldEnd - this.#heldStart < count) return undefined;
    return new Uint8Array(this.#held.buffer, this.#heldStart, count);
  }

  /** The next four bytes as a little-endian number, not consumed, or -1 when fewer have arrived. */
  peekU32(): number {
    const bytes = this.peek(4);
    return bytes === undefined ? -1 : readU32le(bytes, 0);
  }

  /** Consumes `count` bytes, at most as many as the last `peek` showed. */
  consume(count: number): void {
    this.skip(count);
  }

  /** Consumes up to `count` bytes without looking at them and returns how many there were. */
  skip(count: number): number {
    const fromHeld = Math.min(count, this.#heldEnd - this.#heldStart);
    this.#heldStart += fromHeld;
    if (this.#heldStart === this.#heldEnd) this.#heldStart = this.#heldEnd = 0;
    const fromChunk = Math.min(count - fromHeld, this.#chunk.length - this.#at);
    this.#at += fromChunk;
    if (this.#at === this.#chunk.length) {
      this.#chunk = EMPTY;
      this.#at = 0;
    }
    this.offset += fromHeld + fromChunk;
    return fromHeld + fromChunk;
  }

  /** Moves `count` bytes of the chunk behind those that are held already. */
  #hold(count: number): void {
    if (count === 0) return;
    const live = this.#heldEnd - this.#heldStart;
    if (this.#heldEnd + count > this.#held.length) {
      const roomy = live + count > this.#held.length;
      const target = roomy ? new Uint8Array(Math.max(live + count, 2 * this.#held.length)) : this.#held;
      target.set(this.#held.subarray(this.#heldStart, this.#heldEnd));
      this.#held = target;
      this.#heldStart = 0;
      this.#heldEnd = live;
    }
    this.#held.set(this.#chunk.subarray(this.#at, this.#at + count), this.#heldEnd);
    this.#heldEnd += count;
    this.#at += count;
    if (this.#at === this.#chunk.length) {
      this.#chunk = EMPTY;
      this.#at = 0;
    }
  }
}
