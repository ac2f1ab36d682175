import { grown } from '../bytes/index.ts';
import { blobError, checkEnd, type EntryVisitor, type PackedCodec, tooShort, WalkState } from './packed.ts';

/** Bytes that are taken in before the entries among them are visited; entries up to this size are always held. */
const PIECE = 65536;

/**
 * Walks a packed blob that is too large to hold, from pieces of any size. Entries up to `limit` bytes, which is at least
 * 64 KiB, reach the visitor whole; larger ones in pieces (`bigBegin` ... `bigEnd`), unless all of one was there at once.
 *
 * State between pushes: the start of a cut entry waits in `#rest`; inside a large entry `#big` counts the bytes of
 * it that are to come, `#tail` those of its backlen or padding.
 */
export class PackedStream {
  readonly state: WalkState = new WalkState();
  readonly codec: PackedCodec;
  readonly #total: number;
  readonly #visitor: EntryVisitor;
  readonly #limit: number;
  readonly #reuse: boolean;
  #rest = new Uint8Array(2 * PIECE);
  #length = 0;
  #opened = false;
  #big = 0;
  #tail = 0;

  /** @param reuse the visitor keeps no lent bytes, so that one buffer may serve for all */
  constructor(codec: PackedCodec, total: number, visitor: EntryVisitor, limit: number, reuse = true) {
    this.#reuse = reuse;
    this.codec = codec;
    this.#total = total;
    this.#visitor = visitor;
    this.#limit = Math.max(limit, PIECE);
  }

  /** @throws RedisFileError with the codec's code */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#big > 0) at = this.#passBig(bytes, at, end);
      else if (this.#tail > 0) at = this.#passTail(bytes, at, end);
      else {
        const stop = Math.min(end, at + PIECE);
        this.#take(bytes, at, stop);
        at = stop;
      }
    }
  }

  /** @throws RedisFileError where the blob is not complete */
  finish(): void {
    if (!this.#opened) throw tooShort(this.codec, this.#length, 0);
    if (this.#big > 0 || this.#tail > 0) throw blobError(this.codec, 'its last entry is cut', this.#total);
    checkEnd(this.codec, this.#rest, 0, this.#length, this.state);
  }

  #passBig(bytes: Uint8Array, at: number, end: number): number {
    const stop = Math.min(end, at + this.#big);
    this.#visitor.bigBytes(bytes, at, stop);
    this.#big -= stop - at;
    if (this.#big === 0) this.#endBig();
    return stop;
  }

  #endBig(): void {
    this.#visitor.bigEnd();
    this.state.count++;
    this.#tail = this.state.tail;
  }

  #passTail(bytes: Uint8Array, at: number, end: number): number {
    if (this.state.tailMayGrow) {
      if (bytes[at] === 0) {
        this.#tail++;
        this.state.tail++;
      }
      this.state.tailMayGrow = false;
    }
    const stop = Math.min(end, at + this.#tail);
    if (this.state.thorough && this.codec.verifyTail !== undefined) {
      for (let i = at; i < stop; i++) this.codec.verifyTail(bytes[i]!, this.#tail - (i - at) - 1, this.state);
    }
    this.#tail -= stop - at;
    return stop;
  }

  #take(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#rest.set(bytes.subarray(start, end), this.#length);
    this.#length += end - start;
    let at = 0;
    if (!this.#opened) {
      if (this.#length < this.codec.headerLength) return;
      this.codec.open(this.#rest, 0, this.#total, this.state);
      this.#opened = true;
      at = this.codec.headerLength;
    }
    const first = at;
    at = this.codec.walk(this.#rest, first, this.#length, this.#visitor, this.state);
    if (this.state.thorough) this.codec.verify?.(this.#rest, first, at, this.state);
    if (this.#reuse) this.#rest.copyWithin(0, at, this.#length);
    else this.#rest = this.#rest.slice(at, this.#length);
    this.#length -= at;
    if (this.#length > this.#limit) this.#considerBig();
  }

  /** The cut entry at the start of `#rest` is large: where its data is above the limit, it goes on as it comes. */
  #considerBig(): void {
    const { state } = this;
    if (this.#rest[0] === 0xff || !this.codec.measure(this.#rest, 0, this.#length, state)) {
      checkEnd(this.codec, this.#rest, 0, this.#length, state);
      return;
    }
    if (state.dataLength <= this.#limit) return;
    state.lastAt = state.nextAt;
    state.nextAt += state.dataAt + state.dataLength;
    if (this.codec.alternates) state.mode ^= 1;
    const here = Math.min(this.#length - state.dataAt, state.dataLength);
    this.#visitor.bigBegin(state.dataLength);
    this.#visitor.bigBytes(this.#rest, state.dataAt, state.dataAt + here);
    this.#big = state.dataLength - here;
    const left = this.#length - state.dataAt - here;
    this.#length = 0;
    if (this.#big === 0) {
      // Only some of the tail was missing.
      this.#endBig();
      const from = state.dataAt + here;
      if (left > 0) this.#passTail(this.#rest, from, from + left);
    }
  }

  /** Room for `count` more bytes; doubles, so that the cost stays linear. */
  #reserve(count: number): void {
    if (this.#length + count > this.#rest.length) this.#rest = grown(this.#rest, this.#length + count);
  }
}
