/**
 * C's `long double` as x86 processors have it: 64 bits of mantissa, exponents to 2^16383. INCRBYFLOAT and HINCRBYFLOAT
 * compute in it. (On some ARM machines it has 113 bits of mantissa; their results may differ in the last places.)
 */
import { type NumberText, scanNumber } from './number-text.ts';

/** A number that fits the format: mantissa times two to the power of the exponent. Infinity has an infinite exponent. */
export interface LongDouble {
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** What the last bit of the smallest number stands for, as a power of two. */
const LEAST = -16_445;
/** Numbers from two to this power on are infinite. */
const BEYOND = 16_384;
/** The server copies the text into a buffer of this many bytes first, with a NUL behind it. */
const LONGEST_TEXT = 5 * 1024 - 1;
/** No number in reach has more decimal places before or behind its point. */
const REACH = 5000;
/** Decimals that are printed. */
const PLACES = 17;
const SCALE: bigint = /* @__PURE__ */ BigInt(10 ** PLACES);

/**
 * Reads a number (redis: src/util.c, string2ld): what C's strtold takes, with no blank before it and nothing behind
 * it. Refused are "nan", what overflows, and what is not zero but becomes it.
 *
 * @returns undefined when the span is no such number
 */
export function parseLongDouble(bytes: Uint8Array, start: number, end: number): LongDouble | undefined {
  if (end - start > LONGEST_TEXT) return undefined;
  const text = scanNumber(bytes, start, end);
  if (text === undefined) return undefined;
  const { negative, zero } = text;
  if (text.kind === 'infinity') return { negative, mantissa: 1n, exponent: Number.POSITIVE_INFINITY };
  if (zero) return { negative, mantissa: 0n, exponent: 0 };
  const number = text.kind === 'hex' ? fromHex(text) : fromDecimal(text);
  return number === undefined || number.mantissa === 0n ? undefined : number;
}

function fromHex({ negative, digits, exponent }: NumberText): LongDouble | undefined {
  if (Math.abs(exponent) > 1e6) return undefined;
  return round(negative, BigInt(`0x${digits}`), exponent);
}

function fromDecimal({ negative, digits, exponent }: NumberText): LongDouble | undefined {
  const significant = digits.replace(/^0+/, '');
  const magnitude = significant.length + exponent;
  if (magnitude > REACH || magnitude < -REACH) return undefined;
  const integer = BigInt(significant);
  if (exponent >= 0) return round(negative, integer * 10n ** BigInt(exponent), 0);
  const divisor = 10n ** BigInt(-exponent);
  // Two bits more than are kept: the first decides on rounding, and the last tells whether anything follows it.
  const shift = Math.max(0, MANTISSA_BITS + 2 + bitLength(divisor) - bitLength(integer));
  const dividend = integer << BigInt(shift);
  const quotient = dividend / divisor;
  const exact = quotient * divisor === dividend;
  return round(negative, (quotient << 1n) | (exact ? 0n : 1n), -shift - 1);
}

/** The sum, rounded once; undefined where it is infinite or none. */
export function addLongDoubles(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (a.exponent === Number.POSITIVE_INFINITY || b.exponent === Number.POSITIVE_INFINITY) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signed(a, exponent) + signed(b, exponent);
  // The sum of two zeros is negative when both are.
  if (sum === 0n) {
    return { negative: a.mantissa === 0n && b.mantissa === 0n && a.negative && b.negative, mantissa: 0n, exponent: 0 };
  }
  return round(sum < 0n, sum < 0n ? -sum : sum, exponent);
}

/** The product with an integer, rounded once; undefined where it is infinite and the number is not. */
export function scaleLongDouble(number: LongDouble, by: bigint): LongDouble | undefined {
  if (number.exponent === Number.POSITIVE_INFINITY) return number;
  return round(number.negative, number.mantissa * by, number.exponent);
}

/** The largest finite number. */
export const LARGEST_LONG_DOUBLE: LongDouble = /* @__PURE__ */ {
  negative: false,
  mantissa: 0xffffffffffffffffn,
  exponent: BEYOND - MANTISSA_BITS,
};

/** Negative, zero or positive, as the first is less than the second, equal to it or larger. */
export function compareLongDoubles(a: LongDouble, b: LongDouble): number {
  const left = extended(a);
  const right = extended(b);
  const exponent = Math.min(left.exponent, right.exponent);
  const difference = signed(left, exponent) - signed(right, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Infinity as a number beyond all others. */
function extended(number: LongDouble): LongDouble {
  return number.exponent === Number.POSITIVE_INFINITY ? { ...number, mantissa: 1n, exponent: BEYOND } : number;
}

function signed(number: LongDouble, exponent: number): bigint {
  if (number.mantissa === 0n) return 0n;
  const size = number.mantissa << BigInt(number.exponent - exponent);
  return number.negative ? -size : size;
}

/** Rounds to the format, ties to even; undefined where the number becomes infinite. */
function round(negative: boolean, exact: bigint, power: number): LongDouble | undefined {
  let mantissa = exact;
  let exponent = power;
  const drop = Math.max(bitLength(exact) - MANTISSA_BITS, LEAST - power);
  if (drop > 0) {
    mantissa = shiftRounded(exact, drop);
    exponent += drop;
  }
  if (mantissa === 0n) return { negative, mantissa, exponent: 0 };
  if (bitLength(mantissa) + exponent > BEYOND) return undefined;
  return { negative, mantissa, exponent };
}

/** Divided by two to the power of `bits`, ties to even. */
function shiftRounded(value: bigint, bits: number): bigint {
  const wide = BigInt(bits);
  const quotient = value >> wide;
  const rest = value - (quotient << wide);
  const half = 1n << (wide - 1n);
  const up = rest > half || (rest === half && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * hex.length - Math.clz32(Number.parseInt(hex[0], 16)) + 28;
}

/**
 * Prints with at most 17 decimals, as C's `%.17Lf` without zeros at the end (redis: src/util.c, ld2string).
 *
 * @param minusZero what rounds to -0 keeps its sign, as on servers up to 5.0
 */
export function formatLongDouble(number: LongDouble, minusZero: boolean = false): string {
  const { negative, mantissa, exponent } = number;
  const scaled = mantissa * SCALE;
  const places = exponent >= 0 ? scaled << BigInt(exponent) : shiftRounded(scaled, -exponent);
  if (places === 0n) return negative && minusZero ? '-0' : '0';
  const digits = places.toString().padStart(PLACES + 1, '0');
  const text = `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`.replace(/\.?0*$/, '');
  return negative ? `-${text}` : text;
}
