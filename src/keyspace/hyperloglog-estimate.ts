/**
 * How many different elements a HyperLogLog has seen, as generations of servers estimate it (redis: src/hyperloglog.c,
 * hllCount). PFCOUNT stores the result in the value, so that it shows in its bytes.
 */

/**
 * Which formula: `raw` of 2.8.9 to 3.2, with corrections for small counts; `beta` of 4.0, which is LogLog-Beta;
 * `ertl` from 5.0 on.
 */
export type Estimator = 'raw' | 'beta' | 'ertl';

/** Registers. */
const M = 16_384;
/** Bits of a hash from which a register counts the trailing zeros. */
const Q = 50;

/** @param histogram how many registers have each value, from 0 to 63 */
export function estimate(histogram: ArrayLike<number>, estimator: Estimator): number {
  if (estimator === 'ertl') return ertl(histogram);
  // The sum of 2^-register is exact in practice: only values above 38 need more bits than a double has.
  let sum = 0;
  for (let value = 0; value < 64; value++) sum += histogram[value] / 2 ** value;
  return estimator === 'beta' ? beta(sum, histogram[0]) : raw(sum, histogram[0]);
}

/** One half of the inverse of the natural logarithm of two. */
const ALPHA_INFINITE = 0.7213475204444817;

function ertl(histogram: ArrayLike<number>): number {
  let z = M * tau((M - histogram[Q + 1]) / M);
  for (let value = Q; value >= 1; value--) z = (z + histogram[value]) * 0.5;
  z += M * sigma(histogram[0] / M);
  return Math.round((ALPHA_INFINITE * M * M) / z);
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY;
  let x = start;
  let y = 1;
  let z = x;
  for (let before = -1; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let x = start;
  let y = 1;
  let z = 1 - x;
  for (let before = -1; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    const rest = 1 - x;
    z -= rest * rest * y;
  }
  return z / 3;
}

const ALPHA: number = 0.7213 / (1 + 1.079 / M);

/** Coefficients of LogLog-Beta for 2^14 registers (Qin, Kim, Tung: arXiv 1612.02284). */
const BETA: readonly number[] = [
  0.070471823, 0.17393686, 0.16339839, -0.09237745, 0.03738027, -0.005384159, 0.00042419,
];

function beta(sum: number, zeros: number): number {
  const log = Math.log(zeros + 1);
  let correction = -0.370393911 * zeros;
  for (const [i, coefficient] of BETA.entries()) correction += coefficient * log ** (i + 1);
  return Math.round(ALPHA * M * (M - zeros) * (1 / (sum + correction)));
}

/** Linear counting for small counts, then a polynomial against the bias that the raw estimate has below 72000. */
function raw(sum: number, zeros: number): number {
  const e = (1 / sum) * ALPHA * M * M;
  if (e < M * 2.5 && zeros !== 0) return Math.floor(M * Math.log(M / zeros));
  if (e >= 72_000) return Math.floor(e);
  // In the server's order of operations, for the same last bits.
  const bias =
    5.9119 * 1e-18 * (e * e * e * e) -
    1.4253 * 1e-12 * (e * e * e) +
    1.294 * 1e-7 * (e * e) -
    5.2921 * 1e-3 * e +
    83.3216;
  return Math.floor(e - e * (bias / 100));
}
