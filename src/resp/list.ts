import { writeArgument, writeArgumentHead, writeIntegerArgument, writeLineEnd } from './argument.ts';
import { RespBuffer } from './buffer.ts';

/** Arguments that wait for their command, in RESP already. */
export class ArgumentList {
  readonly out: RespBuffer;
  count = 0;
  #markSize = 0;
  #markCount = 0;

  constructor(capacity: number = 256) {
    this.out = new RespBuffer(capacity);
  }

  /** Bytes of the arguments in RESP. */
  get size(): number {
    return this.out.length;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    writeArgument(this.out, bytes, start, end);
    this.count++;
  }

  addInteger(value: number | bigint): void {
    writeIntegerArgument(this.out, value);
    this.count++;
  }

  /** Begins an argument that comes in pieces. @param length its bytes in all */
  beginArgument(length: number): void {
    writeArgumentHead(this.out, length);
    this.count++;
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    this.out.append(bytes, start, end);
  }

  endArgument(): void {
    writeLineEnd(this.out);
  }

  /** Adds arguments that are in RESP already. */
  addEncoded(bytes: Uint8Array, start: number, end: number, count: number): void {
    this.out.append(bytes, start, end);
    this.count += count;
  }

  /** What is added from now on may be taken back. */
  mark(): void {
    this.#markSize = this.out.length;
    this.#markCount = this.count;
  }

  /** Bytes since `mark`. */
  get marked(): number {
    return this.out.length - this.#markSize;
  }

  /** Takes back what was added since `mark`. */
  dropLast(): void {
    this.out.length = this.#markSize;
    this.count = this.#markCount;
  }

  clear(): void {
    this.out.length = 0;
    this.count = 0;
  }
}
