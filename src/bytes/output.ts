import { grown } from './grown.ts';
import { LONGEST_DECIMAL, putDecimal } from './number.ts';
import { latin1 } from './text.ts';

/**
 * Bytes to be written, in a buffer that grows. Who writes many bytes in a loop calls `reserve` and then works on
 * `bytes` and `length` directly.
 */
export class ByteOutput {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  /** What `#view` is a view on: `bytes`, unless they were replaced meanwhile. */
  #viewed: Uint8Array | undefined;
  #view: DataView | undefined;

  constructor(capacity: number = 1 << 16) {
    this.bytes = new Uint8Array(capacity);
  }

  /** A view on `bytes`, for those who write several bytes at once; made when it is asked for, and kept. */
  get view(): DataView {
    return this.#viewed === this.bytes ? this.#view! : this.#renewView();
  }

  #renewView(): DataView {
    const { bytes } = this;
    this.#viewed = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }

  /** Makes room for `count` more bytes; doubles, so that the cost stays linear. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    this.bytes = grown(this.bytes, this.length + count);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Prepared bytes, short ones mostly. */
  raw(bytes: Uint8Array): void {
    const count = bytes.length;
    this.reserve(count);
    const into = this.bytes;
    const at = this.length;
    // A loop is faster than the call into `set` up to about 32 bytes.
    if (count <= 32) for (let i = 0; i < count; i++) into[at + i] = bytes[i]!;
    else into.set(bytes, at);
    this.length = at + count;
  }

  /**
   * Those of `bytes` from `start` to `end`. Short ones without a view on them, which took 6 % of a conversion that makes
   * every value anew.
   */
  span(bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const into = this.bytes;
    const at = this.length;
    if (count <= 64) for (let i = 0; i < count; i++) into[at + i] = bytes[start + i]!;
    else into.set(bytes.subarray(start, end), at);
    this.length = at + count;
  }

  /** ASCII text. */
  text(text: string): void {
    const count = text.length;
    this.reserve(count);
    const into = this.bytes;
    const at = this.length;
    for (let i = 0; i < count; i++) into[at + i] = text.charCodeAt(i);
    this.length = at + count;
  }

  /** A safe integer in decimal. */
  decimal(value: number): void {
    this.reserve(LONGEST_DECIMAL);
    this.length = putDecimal(value, this.bytes, this.length);
  }

  /** The bytes so far, owned by the caller; the output is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  /** The bytes so far as characters, one each. */
  toLatin1(): string {
    return latin1(this.bytes, 0, this.length);
  }
}
