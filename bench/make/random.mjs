/** Numbers that look random and are the same on every machine: mulberry32. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed | 0;
  }

  /** From 0 up to, and not including, 1. */
  fraction() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }

  /** A whole number below `limit`. @param {number} limit */
  below(limit) {
    return Math.floor(this.fraction() * limit);
  }

  /** A whole number, both ends included. @param {number} least @param {number} most */
  between(least, most) {
    return least + this.below(most - least + 1);
  }

  /** True in `percent` of 100 cases. @param {number} percent */
  chance(percent) {
    return this.fraction() * 100 < percent;
  }

  /** A whole number below `limit`, small ones much more often: a fifth of them come in half of the cases. @param {number} limit */
  skewed(limit) {
    return Math.floor(limit * this.fraction() ** 2.3);
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return /** @type {T} */ (items[this.below(items.length)]);
  }
}

/**
 * Picks one of several things, each as often as its weight says.
 *
 * @template T
 * @param {Random} random
 * @param {readonly (readonly [weight: number, thing: T])[]} weighted
 * @returns {() => T}
 */
export function weightedPicker(random, weighted) {
  const total = weighted.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let left = random.below(total);
    for (const [weight, thing] of weighted) {
      left -= weight;
      if (left < 0) return thing;
    }
    throw new Error('weights must be whole numbers');
  };
}
