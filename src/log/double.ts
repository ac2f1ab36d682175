import { writeFraction } from '../bytes/index.ts';

/** Below this all digits of an integer count, and `String` writes no exponent. */
const PLAIN = 2 ** 53;

/**
 * The shortest text that a server reads back to the same bits (redis: src/util.c, string2d; `strtod` before). Of texts
 * of equal length it is the plainest. A NaN has none.
 *
 * The digits are those of JavaScript, which are the fewest that tell a double from its neighbours; what is left to
 * choose is where the point and the exponent stand.
 */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  // Most scores: integers that do not end in three zeros, and fractions above one. Nothing is shorter than all digits.
  if (size >= 1 && size < PLAIN && value % 1000 !== 0) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? 'inf' : '-inf';
  const [, sign = '', first = '', more = '', exponent = '0'] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(
    value.toExponential(),
  )!;
  return sign + shortest(first + more, Number(exponent) - more.length);
}

/** The number `digits` times ten to the power of `exponent`, in the fewest characters. */
function shortest(digits: string, exponent: number): string {
  const scientific = `${digits}e${exponent}`;
  const point = digits.length + exponent;
  let plain: string;
  if (exponent >= 0) plain = digits + '0'.repeat(exponent);
  else if (point > 0) plain = `${digits.slice(0, point)}.${digits.slice(point)}`;
  else plain = `.${'0'.repeat(-point)}${digits}`;
  return plain.length <= scientific.length ? plain : scientific;
}

/** Longest text of a double: a sign, 17 digits, a point, an exponent. */
export const LONGEST_DOUBLE: number = 32;

/**
 * `doubleText` as bytes.
 *
 * @param into has room for `LONGEST_DOUBLE` bytes
 * @returns bytes written
 */
export function writeDouble(value: number, into: Uint8Array): number {
  const size = Math.abs(value);
  if (size >= 0.1 && size < 1e15 && !Number.isInteger(value)) {
    const start = value < 0 ? 1 : 0;
    const end = writeFraction(size, into, start);
    if (start === 1) into[0] = 0x2d;
    if (end > 0) return end;
  }
  const text = doubleText(value);
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
  return text.length;
}
