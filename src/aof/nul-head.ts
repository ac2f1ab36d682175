import { LINE_LIMIT } from '../resp/index.ts';

const LF = 0x0a;

/**
 * Watches what follows a `*` with a NUL behind it, which a power failure leaves. A server takes that for the torn end of a log,
 * provided that the file ends in this line; anything else it refuses (redis 7.0.15: src/aof.c, loadSingleAppendOnlyFile).
 */
export class NulHead {
  #torn: boolean;
  /** Bytes of the line. */
  #length = 1;

  /** @param begun a NUL stands behind `*` */
  constructor(begun: boolean) {
    this.#torn = begun;
  }

  /** To be asked at the end of the file. */
  get isTorn(): boolean {
    return this.#torn;
  }

  /** @param from position of the first byte behind the `*` */
  push(bytes: Uint8Array, from: number): void {
    if (!this.#torn) return;
    this.#length += bytes.length - from;
    this.#torn = this.#length < LINE_LIMIT && bytes.indexOf(LF, from) < 0;
  }
}
