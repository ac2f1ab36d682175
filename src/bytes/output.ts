import { ascii, latin1, writeDecimal } from './text.ts';

/** Digits of a safe integer and its sign. */
const LONGEST_DECIMAL = 17;

/**
 * Bytes to be written, in a buffer that grows. Who writes many bytes in a loop calls `reserve` and then works on
 * `bytes` and `length` directly.
 */
export class ByteOutput {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity: number = 1 << 16) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes; doubles, so that the cost stays linear. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
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

  /** ASCII text; prepare it with `ascii` where it is written often. */
  text(text: string): void {
    this.raw(ascii(text));
  }

  /** A safe integer in decimal. */
  decimal(value: number): void {
    this.reserve(2 * LONGEST_DECIMAL);
    const at = this.length;
    // Digits come from the last to the first, so they are made behind the place and moved.
    const end = at + 2 * LONGEST_DECIMAL;
    const start = writeDecimal(value, this.bytes, end);
    this.bytes.copyWithin(at, start, end);
    this.length = at + end - start;
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
