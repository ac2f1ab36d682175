/**
 * An entry is a key and a payload: `[length of the key][length of the payload][key][payload]`. A length is a byte, or 255
 * and four bytes, little-endian.
 */
import { readU32le, writeU32le } from '../../bytes/index.ts';

/** Lengths from here on take five bytes. */
const LONG = 255;

/** Where the parts of an entry are, in `bytes`. They hold until the map that gave them changes. */
export class Spot {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  keyStart = 0;
  /** End of the key, and begin of the payload. */
  start = 0;
  /** End of the payload, and of the entry. */
  end = 0;

  /** Reads the entry that begins at `at`. */
  read(bytes: Uint8Array<ArrayBuffer>, at: number): void {
    let key = bytes[at]!;
    let payload: number;
    let from = at + 1;
    if (key === LONG) {
      key = readU32le(bytes, from);
      from += 4;
    }
    payload = bytes[from++]!;
    if (payload === LONG) {
      payload = readU32le(bytes, from);
      from += 4;
    }
    this.bytes = bytes;
    this.keyStart = from;
    this.start = from + key;
    this.end = this.start + payload;
  }

  /** Writes the head of an entry at `at`; key and payload are still to be written. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number, key: number, payload: number): void {
    let from = at;
    if (key < LONG) bytes[from++] = key;
    else from = writeLong(bytes, from, key);
    if (payload < LONG) bytes[from++] = payload;
    else from = writeLong(bytes, from, payload);
    this.bytes = bytes;
    this.keyStart = from;
    this.start = from + key;
    this.end = this.start + payload;
  }

  get keyLength(): number {
    return this.start - this.keyStart;
  }

  get length(): number {
    return this.end - this.start;
  }
}

/** Bytes of a whole entry. */
export function entrySize(key: number, payload: number): number {
  return (key < LONG ? 1 : 5) + (payload < LONG ? 1 : 5) + key + payload;
}

/** Whether an entry keeps the places of its key when its payload changes from one length to the other. */
export function sameHead(before: number, after: number): boolean {
  return before < LONG === after < LONG;
}

function writeLong(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = LONG;
  return writeU32le(bytes, at + 1, value);
}
