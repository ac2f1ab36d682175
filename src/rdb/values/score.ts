import { latin1 } from '../../bytes/index.ts';
import { RedisFileError } from '../../errors.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;

/** Whole numbers of so many digits are exact as doubles, and so are as many powers of ten. */
const EXACT = 15;
const POWERS: readonly number[] = /* @__PURE__ */ Array.from({ length: EXACT + 1 }, (_, i) => 10 ** i);

/**
 * The double that decimal text stands for, correctly rounded.
 *
 * Digits with a point among them, as nearly all scores are, become a whole number and a power of ten, both exact, so that
 * one division rounds once: 12 ns instead of 90 for a score of 8 characters. More than `EXACT` digits must not go that
 * way.
 */
export function parseScore(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  let digits = 0;
  let whole = 0;
  let point = end;
  for (; at < end; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit;
      digits++;
    } else if (bytes[at] === POINT && point === end) {
      point = at + 1;
    } else {
      return parseOther(latin1(bytes, start, end));
    }
  }
  if (digits === 0) return parseOther(latin1(bytes, start, end));
  if (digits > EXACT) return Number(latin1(bytes, start, end));
  const value = whole / POWERS[end - point]!;
  return negative ? -value : value;
}

/** Anything but plain digits: exponents, words, and what is no number. */
function parseOther(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  switch (text.toLowerCase()) {
    case 'inf':
    case '+inf':
    case 'infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    case 'nan':
    case '-nan':
      return Number.NaN;
    default:
      throw new RedisFileError('BAD_STRING', `expected a score, found ${JSON.stringify(text.slice(0, 40))}`);
  }
}
