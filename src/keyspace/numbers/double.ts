/**
 * Doubles as the servers read and print them.
 */
import { latin1 } from '../../bytes/index.ts';
import { type NumberText, scanNumber } from './number-text.ts';

/** Digits that fit a Number with nothing lost. */
const SAFE_DIGITS = 15;

/** Powers of ten up to the fraction digits of the fast path; all are exact. */
const TENS: readonly number[] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/**
 * Reads a double (redis: src/util.c, string2d): what C's strtod takes, with no blank before it and nothing behind it.
 * Refused are "nan", what overflows, and what is not zero but becomes it.
 *
 * @returns undefined when the span is no such number
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const negative = bytes[at] === 0x2d;
  if (negative || bytes[at] === 0x2b) at++;
  // Short decimals without an exponent: one division of two exact numbers rounds correctly.
  const length = end - at;
  if (length > 0 && length <= SAFE_DIGITS) {
    let value = 0;
    let point = -1;
    const first = at;
    for (; at < end; at++) {
      const digit = bytes[at] - 48;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === -2 && point < 0) point = at;
      else break;
    }
    if (at === end) {
      if (point >= 0) {
        if (end - first === 1) return undefined;
        value /= TENS[end - point - 1];
      }
      return negative ? -value : value;
    }
  }
  return parseAny(bytes, start, end);
}

/** The same up to 4.0: the text ends at its first NUL, and nothing at all is zero (redis 2.8: src/object.c, getDoubleFromObject). */
export function parseOldDouble(bytes: Uint8Array, start: number, end: number): number | undefined {
  let to = start;
  while (to < end && bytes[to] !== 0) to++;
  return to === start ? 0 : parseDouble(bytes, start, to);
}

/** The smallest number that has all its digits. */
const LEAST_NORMAL = 2 ** -1022;

/**
 * Reads what C's strtod takes where nobody looks at the length of the text: up to a NUL, with blanks before it, nothing at all
 * being zero. Refused is "nan", and text behind the number.
 *
 * @param inRange refuse what overflows or loses digits near zero; else that is infinite, or what is left
 */
export function parseCDouble(bytes: Uint8Array, start: number, end: number, inRange: boolean): number | undefined {
  let to = start;
  while (to < end && bytes[to] !== 0) to++;
  if (to === start) return 0;
  let from = start;
  while (from < to && (bytes[from] === 0x20 || (bytes[from]! >= 0x09 && bytes[from]! <= 0x0d))) from++;
  const text = scanNumber(bytes, from, to);
  if (text === undefined) return undefined;
  const size = anySize(text, bytes);
  if (inRange && text.kind !== 'infinity' && !text.zero && (size < LEAST_NORMAL || size === Number.POSITIVE_INFINITY)) {
    return undefined;
  }
  return text.negative ? -size : size;
}

function parseAny(bytes: Uint8Array, start: number, end: number): number | undefined {
  const text = scanNumber(bytes, start, end);
  if (text === undefined) return undefined;
  const size = sizeOf(text, bytes);
  if (size === undefined) return undefined;
  return text.negative ? -size : size;
}

function sizeOf(text: NumberText, bytes: Uint8Array): number | undefined {
  const size = anySize(text, bytes);
  if (text.kind === 'infinity') return size;
  return size === Number.POSITIVE_INFINITY || (size === 0 && !text.zero) ? undefined : size;
}

function anySize(text: NumberText, bytes: Uint8Array): number {
  if (text.kind === 'infinity') return Number.POSITIVE_INFINITY;
  // JavaScript reads decimals of any length correctly rounded, and their syntax is that of C.
  return text.kind === 'hex' ? hexDouble(text) : Number(latin1(bytes, text.start, text.end));
}

/** Digits and a binary exponent, rounded once to the nearest double, ties to even. */
function hexDouble({ digits, exponent }: NumberText): number {
  // 16 digits have at least 61 bits, more than a double holds; of the rest only counts whether it is zero.
  const hex = digits.replace(/^0+/, '');
  let mantissa = BigInt(`0x${hex.slice(0, 16)}0`);
  if (/[^0]/.test(hex.slice(16))) mantissa |= 1n;
  let power = exponent - 4 + 4 * Math.max(0, hex.length - 16);
  const bits = mantissa === 0n ? 0 : mantissa.toString(2).length;
  if (bits === 0 || bits + power < -1100) return 0;
  if (bits + power > 1100) return Number.POSITIVE_INFINITY;
  // The last bit of the result stands for 2^-1074, or for the 53rd bit of the number.
  const drop = Math.max(-1074 - power, bits - 53);
  if (drop > 0) {
    const wide = BigInt(drop);
    const half = 1n << (wide - 1n);
    const rest = mantissa & ((1n << wide) - 1n);
    mantissa >>= wide;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    power += drop;
  }
  // Exact in two steps, as 2^power alone may be no double. The mantissa is at most 2^53.
  const step = Math.trunc(power / 2);
  return Number(mantissa) * 2 ** step * 2 ** (power - step);
}

/** Text of a double as servers up to 7.0 print it, in C `%.17g`. */
export function formatDouble17(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [, sign, first, more, power] = /^(-?)(\d)\.(\d+)e([+-]\d+)$/.exec(exponential16(value))!;
  const exponent = Number(power);
  const digits = first + more;
  if (exponent < -4 || exponent >= 17) {
    const fraction = more.replace(/0+$/, '');
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${first}${fraction && `.${fraction}`}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  const plain =
    exponent < 0
      ? `0.${'0'.repeat(-exponent - 1)}${digits}`
      : `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  return sign + plain.replace(/\.?0*$/, '');
}

/** 17 digits, correctly rounded. JavaScript rounds ties up, C to even. */
function exponential16(value: number): string {
  const longer = value.toExponential(17);
  const end = longer.indexOf('e');
  if (longer[end - 1] === '5' && Number(longer[end - 2]) % 2 === 0) {
    // No double is so near to a tie that 100 digits do not tell them apart.
    const tie = `${longer.slice(0, end)}${'0'.repeat(83)}e`;
    if (value.toExponential(100).startsWith(tie)) return longer.slice(0, end - 1) + longer.slice(end);
  }
  return value.toExponential(16);
}

/**
 * Text of a double as servers from 7.2 print it (redis: deps/fpconv, fpconv_dtoa): few digits that read back to the
 * same double. The servers' digits come from Grisu2, which in one of a thousand numbers finds one or two more than the
 * shortest; here they are always the shortest.
 */
export function formatDoubleShort(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [, sign, first, more = '', power] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential())!;
  const exponent = Number(power);
  const digits = first + more;
  // The number is the digits times ten to the power of `shift`.
  const shift = exponent - more.length;
  const size = Math.abs(exponent);
  if (shift >= 0 && size < digits.length + 7) return sign + digits + '0'.repeat(shift);
  if (shift < 0 && (shift > -7 || size < 4)) {
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  }
  return `${sign}${first}${more && `.${more}`}e${exponent < 0 ? '-' : '+'}${size}`;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
