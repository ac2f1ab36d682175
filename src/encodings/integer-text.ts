/** Text is no canonical decimal of 64 bits. */
export const NO_INTEGER = 0;
/** The number is in `value`. */
export const SAFE_INTEGER = 1;
/** The number is beyond the safe integers, and in `hi` (signed) and `lo`. */
export const WIDE_INTEGER = 2;

/** Digits of 2^63 and a sign. */
const LONGEST = 20;
/** Digits that always fit a Number. */
const SAFE_DIGITS = 15;
const WORD = 0x100000000;

/**
 * Tells whether text is the decimal of a signed 64-bit integer as the servers print it: no plus, no leading zeros, no
 * "-0" (redis: src/util.c, string2ll). One shared instance, as its result is used at once.
 */
export class IntegerText {
  value = 0;
  hi = 0;
  lo = 0;

  parse(bytes: Uint8Array, start: number, end: number): typeof NO_INTEGER | typeof SAFE_INTEGER | typeof WIDE_INTEGER {
    const length = end - start;
    if (length === 0 || length > LONGEST) return NO_INTEGER;
    let at = start;
    let digit = bytes[at]! - 48;
    const negative = digit === -3;
    if (negative) {
      if (length === 1) return NO_INTEGER;
      digit = bytes[++at]! - 48;
      if (digit === 0) return NO_INTEGER;
    } else if (digit === 0) {
      this.value = 0;
      return length === 1 ? SAFE_INTEGER : NO_INTEGER;
    }
    if (digit < 0 || digit > 9) return NO_INTEGER;
    const digits = end - at;
    // The digits that fit a Number, then up to four more.
    const split = digits <= SAFE_DIGITS ? end : at + SAFE_DIGITS;
    let upper = digit;
    for (at++; at < split; at++) {
      digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return NO_INTEGER;
      upper = upper * 10 + digit;
    }
    if (split === end) {
      this.value = negative ? -upper : upper;
      return SAFE_INTEGER;
    }
    let lower = 0;
    let scale = 1;
    for (; at < end; at++) {
      digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return NO_INTEGER;
      lower = lower * 10 + digit;
      scale *= 10;
    }
    return scale > 10_000 ? NO_INTEGER : this.#join(upper, scale, lower, negative);
  }

  /** `upper` times `scale` plus `lower`, the first below 10^15 and the scale at most 10^4. */
  #join(
    upper: number,
    scale: number,
    lower: number,
    negative: boolean,
  ): typeof NO_INTEGER | typeof SAFE_INTEGER | typeof WIDE_INTEGER {
    const low = (upper % WORD) * scale + lower;
    let hi = Math.floor(upper / WORD) * scale + Math.floor(low / WORD);
    let lo = low % WORD;
    if (hi < 0x200000) {
      const value = hi * WORD + lo;
      this.value = negative ? -value : value;
      return SAFE_INTEGER;
    }
    if (hi > 0x7fffffff && !(negative && hi === 0x80000000 && lo === 0)) return NO_INTEGER;
    if (negative) {
      hi = lo === 0 ? -hi : -hi - 1;
      lo = lo === 0 ? 0 : WORD - lo;
    }
    this.hi = hi | 0;
    this.lo = lo >>> 0;
    return WIDE_INTEGER;
  }
}

/** The shared instance. */
export const integerText: IntegerText = /* @__PURE__ */ new IntegerText();
