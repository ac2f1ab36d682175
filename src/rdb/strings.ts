import { latin1, type StringMode, utf8 } from '../bytes/index.ts';
import type { ToString } from './convert.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A string as the caller wants it. */
export type S = Bytes | string;

/** Makes strings of records, in the form that the caller wants, out of bytes that are lent. */
export class StringMaker {
  /** Room for the digits of a number; strings made of it are copies, also where they could be views. */
  readonly digits: Bytes = new Uint8Array(20);
  readonly #mode: StringMode;
  readonly #views: boolean;

  constructor(mode: StringMode, views: boolean) {
    this.#mode = mode;
    this.#views = views;
  }

  make(bytes: Uint8Array, start: number, end: number): S {
    switch (this.#mode) {
      case 'utf8':
        return utf8(bytes, start, end);
      case 'latin1':
        return latin1(bytes, start, end);
      default:
        return this.copy(bytes, start, end);
    }
  }

  /** The same as bytes, whatever the caller wants. */
  copy(bytes: Uint8Array, start: number, end: number): Bytes {
    if (!this.#views || bytes === this.digits) return bytes.slice(start, end);
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start);
  }

  /** The same of bytes that are owned. */
  readonly convert: ToString = (bytes) => (this.#mode === 'bytes' ? bytes : this.make(bytes, 0, bytes.length));
}
