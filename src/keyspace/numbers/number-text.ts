/**
 * The syntax of numbers with fractions in C (strtod, strtold): a sign, then digits with a point and an exponent, or
 * the same in hexadecimal digits with a power of two, or infinity.
 */
import { latin1 } from '../../bytes/index.ts';

/** A number that was found, not yet rounded. */
export interface NumberText {
  kind: 'decimal' | 'hex' | 'infinity';
  negative: boolean;
  /** Whether it is zero, as all its digits are. */
  zero: boolean;
  /** Where it begins behind its sign, and where it ends. */
  start: number;
  end: number;
  /** All digits, without point and prefix. */
  digits: string;
  /** The number is its digits times ten, in hexadecimal times two, to this power. It may be clamped when it is huge. */
  exponent: number;
}

/** Exponents of text beyond this are cut: whatever the digits, the number is out of reach of all formats. */
const FAR = 1e15;

/**
 * Takes a span apart.
 *
 * @returns undefined when it is not entirely one number, which "nan" is not
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number): NumberText | undefined {
  const negative = start < end && bytes[start] === 0x2d;
  const first = negative || (start < end && bytes[start] === 0x2b) ? start + 1 : start;
  if (first === end) return undefined;
  const lead = bytes[first];
  if ((lead | 0x20) === 0x69) {
    if (!/^(inf|infinity)$/i.test(latin1(bytes, first, end))) return undefined;
    return { kind: 'infinity', negative, zero: false, start: first, end, digits: '', exponent: 0 };
  }
  if (lead === 0x30 && first + 1 < end && (bytes[first + 1] | 0x20) === 0x78) {
    return scanDigits(bytes, first + 2, end, first, negative, 'hex');
  }
  return scanDigits(bytes, first, end, first, negative, 'decimal');
}

function scanDigits(
  bytes: Uint8Array,
  from: number,
  end: number,
  start: number,
  negative: boolean,
  kind: 'decimal' | 'hex',
): NumberText | undefined {
  const hex = kind === 'hex';
  let at = from;
  let point = -1;
  let zero = true;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x2e && point < 0) point = at;
    else if (isDigit(byte, hex)) zero &&= byte === 0x30;
    else break;
  }
  const whole = point < 0 ? at : point;
  const fraction = point < 0 ? at : point + 1;
  if (whole - from + at - fraction === 0) return undefined;
  let exponent = 0;
  if (at < end) {
    if ((bytes[at] | 0x20) !== (hex ? 0x70 : 0x65)) return undefined;
    const power = scanExponent(bytes, at + 1, end);
    if (power === undefined) return undefined;
    exponent = power;
  }
  exponent -= (at - fraction) * (hex ? 4 : 1);
  const digits = latin1(bytes, from, whole) + latin1(bytes, fraction, at);
  return { kind, negative, zero, start, end, digits, exponent };
}

function scanExponent(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === 0x2d;
  let at = start < end && (negative || bytes[start] === 0x2b) ? start + 1 : start;
  if (at >= end) return undefined;
  let value = 0;
  for (; at < end; at++) {
    if (!isDigit(bytes[at], false)) return undefined;
    value = Math.min(FAR, value * 10 + (bytes[at] - 48));
  }
  return negative ? -value : value;
}

function isDigit(byte: number, hex: boolean): boolean {
  if (byte >= 0x30 && byte <= 0x39) return true;
  return hex && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66;
}
