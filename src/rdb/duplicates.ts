/** Slots of the smallest table; a power of two. */
const FEWEST_SLOTS = 256;
/** Items after which no more are taken in: the table then holds 24 MB. */
const MOST_ITEMS = 1 << 20;

/**
 * Tells whether an item stood in the same value before, by fingerprints of 64 bits. A slot is three words: the
 * generation, so that starting anew costs nothing, and the two halves of the fingerprint.
 */
export class Duplicates {
  #generation = 1;
  #slots = FEWEST_SLOTS;
  #table = new Int32Array(3 * FEWEST_SLOTS);
  #count = 0;

  /** Forgets everything. */
  reset(): void {
    this.#generation = (this.#generation + 1) | 0 || 1;
    this.#count = 0;
  }

  /** Takes an item in; true where it was there. Beyond a million items it is always false. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    let a = 0x811c9dc5 | 0;
    let b = end - start;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x5bd1e995) ^ (b >>> 15);
    }
    a ^= a >>> 16;
    return this.#insert(Math.imul(a, 0x7feb352d), b);
  }

  #insert(a: number, b: number): boolean {
    const table = this.#table;
    const mask = this.#slots - 1;
    let slot = (a ^ (a >>> 15)) & mask;
    for (;;) {
      const at = slot * 3;
      if (table[at] !== this.#generation) break;
      if (table[at + 1] === a && table[at + 2] === b) return true;
      slot = (slot + 1) & mask;
    }
    if (this.#count >= MOST_ITEMS) return false;
    const at = slot * 3;
    table[at] = this.#generation;
    table[at + 1] = a;
    table[at + 2] = b;
    if (++this.#count * 2 > this.#slots) this.#grow();
    return false;
  }

  #grow(): void {
    const old = this.#table;
    const generation = this.#generation;
    this.#slots *= 2;
    this.#table = new Int32Array(3 * this.#slots);
    // Slots of a new table are of generation 0.
    this.#generation = 1;
    this.#count = 0;
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] === generation) this.#insert(old[at + 1]!, old[at + 2]!);
    }
  }
}
