/** Slots of the smallest table; a power of two. */
const FEWEST_SLOTS = 256;

/**
 * A set of byte strings that remembers fingerprints of 64 bits instead of the strings: it tells whether one was there
 * before, wrongly so in one of 10^7 sets of a million. Its table, two words a slot, stops growing at a limit; what comes
 * later is not taken in, and `full` says so.
 */
export class Fingerprints {
  /** Strings in the set. */
  count = 0;
  full = false;
  /** Where the string that was looked for last came from, if it was there. */
  origin = 0;
  readonly #mostSlots: number;
  #slots = FEWEST_SLOTS;
  #table = new Int32Array(2 * FEWEST_SLOTS);
  #origins: Uint16Array | undefined;
  /** The fingerprint that was looked for last, and the free slot where it belongs. */
  #a = 0;
  #b = 0;
  #free = 0;

  /**
   * @param mostSlots a power of two; each takes 8 bytes, and three of four are used
   * @param withOrigins remembers for each string a number below 65536, in 2 bytes more
   */
  constructor(mostSlots: number, withOrigins: boolean = false) {
    this.#mostSlots = mostSlots;
    if (withOrigins) this.#origins = new Uint16Array(FEWEST_SLOTS);
  }

  /** Forgets everything; the table shrinks where it was far too large for what was in it. */
  reset(): void {
    if (this.count === 0) return;
    if (this.#slots > FEWEST_SLOTS && this.count * 8 < this.#slots) {
      this.#slots = FEWEST_SLOTS;
      this.#table = new Int32Array(2 * FEWEST_SLOTS);
    } else {
      this.#table.fill(0);
    }
    this.count = 0;
    this.full = false;
  }

  /**
   * Takes a string in; true where it was there.
   *
   * @param space strings of different spaces (databases) are different
   */
  add(space: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.has(space, bytes, start, end)) return true;
    this.keep();
    return false;
  }

  /** Whether a string is in the set. `keep` takes it in; its bytes are of no use any more. */
  has(space: number, bytes: Uint8Array, start: number, end: number): boolean {
    // Spread over all bits, as the first letter of a name would make up for a small number: z:1 of db 0, x:1 of db 2.
    let a = Math.imul(0x811c9dc5 ^ space, 0x01000193);
    let b = Math.imul(end - start + 1, 0x9e3779b1) ^ Math.imul(space, 0x85ebca6b);
    let at = start;
    // Four bytes a step instead of one: 45 ns for a name of 20 bytes, insertion included, instead of 57.
    for (const words = end - 3; at < words; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x5bd1e995);
      b ^= b >>> 13;
    }
    for (; at < end; at++) {
      const byte = bytes[at]!;
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x5bd1e995) ^ (b >>> 15);
    }
    a ^= a >>> 16;
    // A slot whose second word is 0 is free.
    return this.#find(Math.imul(a, 0x7feb352d), b === 0 ? 1 : b);
  }

  #find(a: number, b: number): boolean {
    const table = this.#table;
    const mask = this.#slots - 1;
    this.#a = a;
    this.#b = b;
    let slot = (a ^ (a >>> 15)) & mask;
    for (;;) {
      const at = 2 * slot;
      if (table[at + 1] === 0) break;
      if (table[at] === a && table[at + 1] === b) {
        if (this.#origins !== undefined) this.origin = this.#origins[slot]!;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    this.#free = slot;
    return false;
  }

  /** Takes in the string that `has` did not find. */
  keep(origin: number = 0): void {
    if (this.full) return;
    const at = 2 * this.#free;
    this.#table[at] = this.#a;
    this.#table[at + 1] = this.#b;
    if (this.#origins !== undefined) this.#origins[this.#free] = origin;
    this.count++;
    if (this.count * 4 > this.#slots * 3) this.#grow();
  }

  #grow(): void {
    if (this.#slots >= this.#mostSlots) {
      this.full = true;
      return;
    }
    const old = this.#table;
    const origins = this.#origins;
    // Fourfold: a table of a million is built anew half as often as if it doubled.
    this.#slots = Math.min(4 * this.#slots, this.#mostSlots);
    this.#table = new Int32Array(2 * this.#slots);
    if (origins !== undefined) this.#origins = new Uint16Array(this.#slots);
    this.count = 0;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] === 0) continue;
      this.#find(old[at]!, old[at + 1]!);
      this.keep(origins?.[at / 2]);
    }
  }
}

/** Slots for the items of one value: 16 MB, one and a half million items. */
export const ITEM_SLOTS: number = 1 << 21;
