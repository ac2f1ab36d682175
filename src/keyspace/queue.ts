import { RespBuffer } from '../resp/index.ts';

/** Commands of a transaction, copied, until it runs. */
export class CommandQueue {
  readonly #bytes = new RespBuffer(1024);
  /** For each command: offset, number of arguments. */
  readonly #heads: number[] = [];
  /** For each argument: its end. */
  readonly #ends: number[] = [];

  add(bytes: Uint8Array, spans: Int32Array, count: number, offset: number): void {
    for (let i = 0; i < count; i++) {
      this.#bytes.append(bytes, spans[2 * i]!, spans[2 * i + 1]!);
      this.#ends.push(this.#bytes.length);
    }
    this.#heads.push(offset, count);
  }

  forEach(each: (bytes: Uint8Array, spans: Int32Array, count: number, offset: number) => void): void {
    let next = 0;
    let start = 0;
    for (let at = 0; at < this.#heads.length; at += 2) {
      const count = this.#heads[at + 1]!;
      const spans = new Int32Array(2 * count);
      for (let i = 0; i < count; i++) {
        spans[2 * i] = start;
        start = this.#ends[next++]!;
        spans[2 * i + 1] = start;
      }
      each(this.#bytes.bytes, spans, count, this.#heads[at]!);
    }
  }
}
