/**
 * Sine, cosine and arc sine, correctly rounded. Servers take theirs from the C library, whose results are correctly
 * rounded nearly always; of those of JavaScript one in thirty is the neighbour. It matters, as servers store distances.
 *
 * About 600 ns each, thirty times what JavaScript needs.
 *
 * Numbers are pairs of doubles, whose sum has about 106 bits: the larger is the double nearest to the sum.
 */
interface Pair {
  readonly hi: number;
  readonly lo: number;
}

/** The table has sines and cosines of multiples of one divided by this. */
const STEPS = 64;
/** Bits of the fixed-point numbers that the table is computed in. */
const BITS = 160n;
const ONE: bigint = /* @__PURE__ */ (() => 1n << BITS)();

const table: (readonly [sine: Pair, cosine: Pair])[] = [];

/** A fixed-point number as a pair. */
function pairOf(value: bigint): Pair {
  // Numbers of up to 2^160 and a bit are within reach of doubles.
  const scale = 2 ** -Number(BITS);
  const hi = Number(value);
  return { hi: hi * scale, lo: Number(value - BigInt(hi)) * scale };
}

/** Sine and cosine of `step / STEPS`, by their series. */
function tabled(step: number): readonly [sine: Pair, cosine: Pair] {
  const known = table[step];
  if (known !== undefined) return known;
  const x = (BigInt(step) * ONE) / BigInt(STEPS);
  const sums = [0n, 0n];
  let term = ONE;
  for (let n = 0; term !== 0n; n++) {
    sums[n % 2] += n % 4 < 2 ? term : -term;
    term = ((term * x) >> BITS) / BigInt(n + 1);
  }
  const entry = [pairOf(sums[1]), pairOf(sums[0])] as const;
  table[step] = entry;
  return entry;
}

const MINUS_OVER_6: Pair = /* @__PURE__ */ over(-6);
const OVER_120: Pair = /* @__PURE__ */ over(120);
const OVER_24: Pair = /* @__PURE__ */ over(24);
const MINUS_HALF: Pair = { hi: -0.5, lo: 0 };
const UNIT: Pair = { hi: 1, lo: 0 };

function over(n: number): Pair {
  return pairOf(ONE / BigInt(n));
}

/** Sum of two numbers, exactly. */
function sumOf(a: number, b: number): Pair {
  const hi = a + b;
  const back = hi - a;
  return { hi, lo: a - (hi - back) + (b - back) };
}

/** Product of two numbers, exactly: each is cut into halves of 26 bits, whose products fit. */
function productOf(a: number, b: number): Pair {
  const hi = a * b;
  const cutA = 134217729 * a;
  const highA = cutA - (cutA - a);
  const lowA = a - highA;
  const cutB = 134217729 * b;
  const highB = cutB - (cutB - b);
  const lowB = b - highB;
  return { hi, lo: highA * highB - hi + highA * lowB + lowA * highB + lowA * lowB };
}

/** Brings a sum into order; the first is the larger. */
function pair(a: number, b: number): Pair {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

function add(a: Pair, b: Pair): Pair {
  const sum = sumOf(a.hi, b.hi);
  const low = sumOf(a.lo, b.lo);
  const first = pair(sum.hi, sum.lo + low.hi);
  return pair(first.hi, first.lo + low.lo);
}

function multiply(a: Pair, b: Pair): Pair {
  const product = productOf(a.hi, b.hi);
  return pair(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

/** Sine and cosine of a number from 0 to a few turns. */
function sineAndCosine(x: number): readonly [sine: Pair, cosine: Pair] {
  const step = Math.round(x * STEPS);
  // Exact, and small: three terms of each series need both parts of their pairs, the others only one.
  const r = x - step / STEPS;
  const square = productOf(r, r);
  const s = square.hi;
  const sineRest = { hi: -1 / 5040 + s * (1 / 362880 - s / 39916800), lo: 0 };
  const cosineRest = { hi: -1 / 720 + s * (1 / 40320 - s / 3628800), lo: 0 };
  const sineTail = multiply(square, add(MINUS_OVER_6, multiply(square, add(OVER_120, multiply(square, sineRest)))));
  const sine = add({ hi: r, lo: 0 }, multiply({ hi: r, lo: 0 }, sineTail));
  const cosineTail = multiply(square, add(OVER_24, multiply(square, cosineRest)));
  const cosine = add(UNIT, multiply(square, add(MINUS_HALF, cosineTail)));
  const [tableSine, tableCosine] = tabled(step);
  return [
    add(multiply(tableSine, cosine), multiply(tableCosine, sine)),
    add(multiply(tableCosine, cosine), negate(multiply(tableSine, sine))),
  ];
}

function negate({ hi, lo }: Pair): Pair {
  return { hi: -hi, lo: -lo };
}

/** Below this the sine of a number is the number, and so is its arc sine. */
const TINY = 1e-9;

/** The sine of up to a few turns. */
export function sin(x: number): number {
  const size = Math.abs(x);
  if (size < TINY) return x;
  const { hi } = sineAndCosine(size)[0];
  return x < 0 ? -hi : hi;
}

/** Beyond a few turns only the sign and the size of a cosine matter here. */
const FEW_TURNS = 32;

/** The cosine; of more than a few turns that of JavaScript, and of an infinite number NaN. */
export function cos(x: number): number {
  const size = Math.abs(x);
  return size < FEW_TURNS ? sineAndCosine(size)[1].hi : Math.cos(x);
}

/** The arc sine of a number from 0 to 1. What rounding has made larger counts as 1. */
export function asin(x: number): number {
  if (x < TINY) return x;
  if (x >= 1) return Math.PI / 2;
  const near = Math.asin(x);
  // One step of Newton's method doubles the digits.
  const [sine, cosine] = sineAndCosine(near);
  return near + (x - sine.hi - sine.lo) / cosine.hi;
}
