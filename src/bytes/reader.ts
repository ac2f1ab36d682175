import { RedisFileError } from '../errors.ts';
import { concat } from './concat.ts';

/**
 * Thrown, never seen by users, when the bytes at hand end inside an item. One shared object: making an
 * Error for each shortage costs five times as much.
 */
export const NEED_MORE: unique symbol = Symbol('need more bytes');

const NO_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** The most bytes of joined chunks whose room is used again. */
const ROOM_KEPT = 1 << 22;

/** Receives every byte once, in order, when the reader is done with it. */
export interface ByteSink {
  update(bytes: Uint8Array, start: number, end: number): void;
}

/**
 * The bytes of one file, pushed in chunks and read as if they were one piece.
 *
 * State between chunks: `mark` is the start of the item being read. Whoever runs short throws
 * `NEED_MORE` (through `need`); the owner of the reader catches it, calls `rewind`, and tries the same
 * item again after the next `append`. Items are small (a string, a number), so little is read twice; and
 * `append` only joins chunks once all bytes that the item asked for are there, so a value that spans
 * many chunks is copied once.
 *
 * There is one class and no subclass, as every parse loop slows down several times when it sees two.
 */
export class ByteReader {
  /** The chunk at hand. Positions below count in it. */
  bytes: Uint8Array = NO_BYTES;
  view: DataView = new DataView(NO_BYTES.buffer);
  pos = 0;
  end = 0;
  mark = 0;
  /** Absolute offset of `bytes[0]`. */
  base = 0;
  #sink: ByteSink | undefined = undefined;
  #sunk = 0;
  #want = 0;
  /** `bytes` is a copy of our own. */
  #own = false;
  #skip = 0;
  #parts: Uint8Array[] = [];
  #partsLength = 0;
  #captured: Uint8Array[] | undefined = undefined;
  #capturedLength = 0;
  #captureFrom = 0;
  readonly #reuse: boolean;
  #room: Uint8Array = NO_BYTES;

  /** @param reuse nobody keeps views of what is read, so that chunks may be joined in the same room again */
  constructor(reuse: boolean = false) {
    this.#reuse = reuse;
  }

  /** Absolute offset of the next byte to be read, bytes still to be skipped counted as read. */
  get offset(): number {
    return this.base + this.pos + this.#skip;
  }

  /** Absolute offset behind the last byte that was pushed. */
  get pushed(): number {
    return this.base + this.end + this.#partsLength;
  }

  /** Bytes that must still come before the running skip is over; 0 where none runs. */
  get skipping(): number {
    return this.#skip;
  }

  /** Makes sure that `count` bytes can be read at `pos`. */
  need(count: number): void {
    if (this.end - this.pos < count) this.#short(count);
  }

  #short(count: number): never {
    this.#want = this.pos - this.mark + count;
    throw NEED_MORE;
  }

  /** Everything before `pos` is done; a shortage from here on repeats from here. */
  commit(): void {
    this.mark = this.pos;
  }

  /** Back to the start of the item, after `NEED_MORE`. */
  rewind(): void {
    this.pos = this.mark;
  }

  /** One byte. */
  u8(): number {
    if (this.pos >= this.end) this.#short(1);
    return this.bytes[this.pos++]!;
  }

  u16le(): number {
    this.need(2);
    this.pos += 2;
    return this.view.getUint16(this.pos - 2, true);
  }

  u32le(): number {
    this.need(4);
    this.pos += 4;
    return this.view.getUint32(this.pos - 4, true);
  }

  u32be(): number {
    this.need(4);
    this.pos += 4;
    return this.view.getUint32(this.pos - 4, false);
  }

  i32le(): number {
    return this.u32le() | 0;
  }

  f32le(): number {
    this.need(4);
    this.pos += 4;
    return this.view.getFloat32(this.pos - 4, true);
  }

  f64le(): number {
    this.need(8);
    this.pos += 8;
    return this.view.getFloat64(this.pos - 8, true);
  }

  /** A signed 64-bit number, little endian: a Number where it is exact, else a bigint. */
  i64le(): number | bigint {
    this.need(8);
    const at = this.pos;
    this.pos += 8;
    const hi = this.view.getInt32(at + 4, true);
    if (hi >= -0x200000 && hi < 0x200000) return hi * 0x100000000 + this.view.getUint32(at, true);
    return this.view.getBigInt64(at, true);
  }

  /** Bytes that lie ready, at most `limit`; they count as read. Never waits for more than one. */
  available(limit: number): number {
    if (this.pos >= this.end) this.#short(1);
    return Math.min(this.end - this.pos, limit);
  }

  /** Passes over `count` bytes, which need not have come yet. */
  skip(count: number): void {
    const here = this.end - this.pos;
    if (count <= here) {
      this.pos += count;
      return;
    }
    this.pos = this.end;
    this.#skip += count - here;
  }

  /** Waits until what is passed over has come: only then is it known to exist. */
  settle(): void {
    if (this.#skip === 0) return;
    this.#want = 0;
    throw NEED_MORE;
  }

  /**
   * Takes the next chunk, which stays in use until it is read or `release` is called. False means that the bytes asked for are
   * still not there, so that there is no use in trying.
   */
  append(chunk: Uint8Array): boolean {
    if (chunk.length === 0) return false;
    if (this.#skip > 0) return this.#skipInto(chunk);
    const rest = this.end - this.mark;
    if (rest === 0 && this.#partsLength === 0) {
      this.#replace(chunk);
      return true;
    }
    this.#partsLength += chunk.length;
    if (rest + this.#partsLength < this.#want) {
      this.#parts.push(chunk.slice());
      return false;
    }
    this.#parts.push(chunk);
    // What is left of the chunk before moves out of the room first, and its bytes go to the sink.
    this.release();
    const joined = this.#join([this.bytes, ...this.#parts], rest + this.#partsLength);
    this.#parts = [];
    this.#partsLength = 0;
    this.#replace(joined);
    return true;
  }

  /** New room for every chunk costs a tenth of reading a file whose values are passed over. */
  #join(parts: readonly Uint8Array[], length: number): Uint8Array {
    if (!this.#reuse || length > ROOM_KEPT) return concat(parts);
    if (this.#room.length < length) this.#room = new Uint8Array(Math.min(2 * length, ROOM_KEPT));
    let at = 0;
    for (const part of parts) {
      this.#room.set(part, at);
      at += part.length;
    }
    return this.#room.subarray(0, length);
  }

  #skipInto(chunk: Uint8Array): boolean {
    this.commit();
    this.#replace(chunk);
    const over = Math.min(this.#skip, chunk.length);
    this.#skip -= over;
    this.pos = over;
    this.commit();
    return this.pos < this.end;
  }

  /** Lets go of the chunk: what was not read is kept in a copy, which is little, as an item is short. */
  release(): void {
    if (this.bytes.length > 0 && !this.#own) {
      const want = this.#want;
      this.#replace(this.bytes.slice(this.mark, this.end));
      this.#want = want;
      this.#own = true;
    }
  }

  #replace(bytes: Uint8Array): void {
    this.#flush(this.mark);
    if (this.#captured !== undefined) {
      this.#capture(this.mark);
      this.#captureFrom = 0;
    }
    this.base += this.mark;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = bytes.length;
    this.pos = this.mark = this.#sunk = this.#want = 0;
    this.#own = false;
  }

  /** From `mark` on, `sink` sees what is read (a checksum), a chunk at a time. */
  attach(sink: ByteSink | undefined): void {
    this.#sink = sink;
    this.#sunk = this.mark;
  }

  /** The sink sees the bytes up to `pos`, and nothing more. */
  detach(): void {
    this.#flush(this.pos);
    this.#sink = undefined;
  }

  #flush(until: number): void {
    if (until > this.#sunk) {
      this.#sink?.update(this.bytes, this.#sunk, until);
      this.#sunk = until;
    }
  }

  /** The bytes that were pushed and not read, as a copy; the reader is empty afterwards. */
  takeRest(): Uint8Array<ArrayBuffer> {
    const rest = concat([this.bytes.subarray(this.pos, this.end), ...this.#parts]);
    this.pos = this.end;
    this.commit();
    this.#parts = [];
    this.base += this.#partsLength;
    this.#partsLength = 0;
    return rest;
  }

  /** Keeps every byte from `from` (a position in `bytes`) on, until `takeCapture`. */
  startCapture(from: number): void {
    this.#captured = [];
    this.#capturedLength = 0;
    this.#captureFrom = from;
  }

  stopCapture(): void {
    this.#captured = undefined;
  }

  /** Bytes that a `takeCapture` now would give. */
  get capturedLength(): number {
    return this.#captured === undefined ? 0 : this.#capturedLength + this.mark - this.#captureFrom;
  }

  /**
   * The captured bytes up to `mark`; capturing goes on behind them.
   *
   * @param view allows a view on the chunk where the bytes lie in one
   */
  takeCapture(view: boolean): Uint8Array<ArrayBuffer> {
    const parts = this.#captured ?? [];
    const from = this.#captureFrom;
    this.#captureFrom = this.mark;
    if (parts.length === 0) {
      const span = this.bytes.subarray(from, this.mark) as Uint8Array<ArrayBuffer>;
      return view ? span : span.slice();
    }
    const whole = concat([...parts, this.bytes.subarray(from, this.mark)]);
    this.#captured = [];
    this.#capturedLength = 0;
    return whole;
  }

  #capture(until: number): void {
    if (until <= this.#captureFrom) return;
    this.#captured!.push(this.bytes.slice(this.#captureFrom, until));
    this.#capturedLength += until - this.#captureFrom;
    this.#captureFrom = until;
  }

  /** An error at the next byte. */
  fail(code: RedisFileError['code'], message: string, at: number = this.offset): RedisFileError {
    return new RedisFileError(code, message, { offset: at });
  }
}
