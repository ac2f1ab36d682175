import { xxh3Wide } from './xxh3.ts';

const LENGTH_SIZE = 8;

/**
 * The name that XADD IDMPAUTO gives an entry: 16 bytes that depend on its fields and values, but not on the order of
 * its pairs (redis 8.6: src/t_stream.c). Each pair is hashed as the field, its length in eight bytes, and the value;
 * halves of all hashes are summed and xored, and both results mixed.
 */
export class IdmpName {
  #sumLow = 0n;
  #sumHigh = 0n;
  #xorLow = 0n;
  #xorHigh = 0n;
  #scratch: Uint8Array<ArrayBuffer> = new Uint8Array(256);

  /** Forgets all pairs. */
  reset(): void {
    this.#sumLow = 0n;
    this.#sumHigh = 0n;
    this.#xorLow = 0n;
    this.#xorHigh = 0n;
  }

  /** Takes a pair into account. Field and value are parts of one array, as the arguments of a command are. */
  add(bytes: Uint8Array, fieldStart: number, fieldEnd: number, valueStart: number, valueEnd: number): void {
    const field = fieldEnd - fieldStart;
    const size = field + LENGTH_SIZE + valueEnd - valueStart;
    if (size > this.#scratch.length) this.#scratch = new Uint8Array(2 * size);
    const scratch = this.#scratch;
    scratch.set(bytes.subarray(fieldStart, fieldEnd));
    for (let i = 0, rest = field; i < LENGTH_SIZE; i++, rest = Math.floor(rest / 256)) scratch[field + i] = rest % 256;
    scratch.set(bytes.subarray(valueStart, valueEnd), field + LENGTH_SIZE);
    const { low, high } = xxh3Wide(scratch, 0, size);
    this.#sumLow += low;
    this.#sumHigh += high;
    this.#xorLow ^= low;
    this.#xorHigh ^= high;
  }

  /** The name of all pairs since the last `reset`. */
  bytes(): Uint8Array<ArrayBuffer> {
    const name = new Uint8Array(16);
    const view = new DataView(name.buffer);
    view.setBigUint64(0, this.#sumLow ^ turned(this.#xorHigh), true);
    view.setBigUint64(8, this.#sumHigh ^ turned(this.#xorLow), true);
    return name;
  }
}

/** Rotated to the left by one. The sums may have more than 64 bits; a DataView keeps the low ones. */
function turned(value: bigint): bigint {
  return (value << 1n) | (value >> 63n);
}
