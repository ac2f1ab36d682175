/** Seed of the servers (redis: src/hyperloglog.c, hllPatLen). */
import { readI32le } from '../bytes/index.ts';

const SEED = 0xadc83b19 | 0;

/** The multiplier c6a4a793 5bd1e995, as halves and quarters. */
const M_HIGH = 0xc6a4a793 | 0;
const M_LOW = 0x5bd1e995;
const M_LOW_UPPER = 0x5bd1;
const M_LOW_LOWER = 0xe995;

/**
 * MurmurHash64A with the seed of the servers' HyperLogLogs. The hash is left in two halves, as BigInt costs ten times
 * as much.
 */
export class Murmur64 {
  high = 0;
  low = 0;

  hash(bytes: Uint8Array, start: number, end: number): void {
    // The length times the multiplier, xor the seed. Lengths are below 2^53.
    const length = end - start;
    this.#multiply(Math.floor(length / 2 ** 32) | 0, length | 0);
    let high = this.high;
    let low = this.low ^ SEED;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      this.#multiply(readI32le(bytes, at + 4), readI32le(bytes, at));
      // Shifting by 47 leaves 17 bits.
      this.#multiply(this.high, this.low ^ (this.high >>> 15));
      this.#multiply(high ^ this.high, low ^ this.low);
      high = this.high;
      low = this.low;
    }
    if (at < end) {
      for (let shift = 0; at < end; at++, shift += 8) {
        if (shift < 32) low ^= bytes[at] << shift;
        else high ^= bytes[at] << (shift - 32);
      }
      this.#multiply(high, low);
      high = this.high;
      low = this.low;
    }
    this.#multiply(high, low ^ (high >>> 15));
    this.low ^= this.high >>> 15;
  }

  /** The low 64 bits of the product; the low halves are multiplied in parts of 16 bits. */
  #multiply(high: number, low: number): void {
    const lower = low & 0xffff;
    const upper = low >>> 16;
    const u = (Math.imul(upper, M_LOW_LOWER) >>> 0) + (Math.imul(lower, M_LOW_LOWER) >>> 16);
    const v = (Math.imul(lower, M_LOW_UPPER) >>> 0) + (u & 0xffff);
    this.high =
      (Math.imul(upper, M_LOW_UPPER) +
        Math.floor(u / 0x10000) +
        Math.floor(v / 0x10000) +
        Math.imul(low, M_HIGH) +
        Math.imul(high, M_LOW)) |
      0;
    this.low = Math.imul(low, M_LOW);
  }
}
