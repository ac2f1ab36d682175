import type { Args } from '../../args.ts';
import { compareBytes } from '../../memory/index.ts';
import { parseDouble } from '../../numbers/double.ts';
import type { ZsetValue } from '../../values/zset.ts';

/** Ranks from one up to, and without, another. */
export type Ranks = readonly [from: number, to: number];

export const NO_RANKS: Ranks = [0, 0];

const OPEN = 0x28;
const CLOSED = 0x5b;
const PLUS = 0x2b;
const MINUS = 0x2d;

interface Bound {
  score: number;
  exclusive: boolean;
}

function scoreBound(a: Args, i: number): Bound | undefined {
  const start = a.start(i);
  const exclusive = a.bytes[start] === OPEN && a.length(i) > 0;
  const score = parseDouble(a.bytes, exclusive ? start + 1 : start, a.end(i));
  return score === undefined ? undefined : { score, exclusive };
}

/** Ranks of scores between two arguments; undefined where these are none. */
export function ranksByScore(zset: ZsetValue | undefined, a: Args, least: number, most: number): Ranks | undefined {
  const min = scoreBound(a, least);
  const max = scoreBound(a, most);
  if (min === undefined || max === undefined) return undefined;
  if (zset === undefined) return NO_RANKS;
  const from = zset.countBefore((score) => (min.exclusive ? score > min.score : score >= min.score));
  const to = zset.countBefore((score) => (max.exclusive ? score >= max.score : score > max.score));
  return from < to ? [from, to] : NO_RANKS;
}

/** A bound of members: undefined for what is none. `edge` is -1 for the begin of all, 1 for their end. */
interface LexBound {
  edge: -1 | 0 | 1;
  start: number;
  exclusive: boolean;
}

function lexBound(a: Args, i: number): LexBound | undefined {
  const start = a.start(i);
  const first = a.length(i) > 0 ? a.bytes[start] : undefined;
  if (a.length(i) === 1 && (first === PLUS || first === MINUS)) {
    return { edge: first === PLUS ? 1 : -1, start, exclusive: false };
  }
  if (first !== OPEN && first !== CLOSED) return undefined;
  return { edge: 0, start: start + 1, exclusive: first === OPEN };
}

/** Ranks of members between two arguments; undefined where these are none. */
export function ranksByLex(zset: ZsetValue | undefined, a: Args, least: number, most: number): Ranks | undefined {
  const min = lexBound(a, least);
  const max = lexBound(a, most);
  if (min === undefined || max === undefined) return undefined;
  if (zset === undefined) return NO_RANKS;
  const compare = (bound: LexBound, i: number, bytes: Uint8Array, start: number, end: number): number =>
    bound.edge !== 0 ? -bound.edge : compareBytes(bytes, start, end, a.bytes, bound.start, a.end(i));
  const from = zset.countBefore((_score, bytes, start, end) => {
    const order = compare(min, least, bytes, start, end);
    return min.exclusive ? order > 0 : order >= 0;
  });
  const to = zset.countBefore((_score, bytes, start, end) => {
    const order = compare(max, most, bytes, start, end);
    return max.exclusive ? order >= 0 : order > 0;
  });
  return from < to ? [from, to] : NO_RANKS;
}

/** Ranks between two arguments, counted from the end where they are negative; undefined where these are no integers. */
export function ranksByRank(size: number, a: Args, first: number, last: number): Ranks | undefined {
  const start = a.int(first);
  const end = a.int(last);
  if (start === undefined || end === undefined) return undefined;
  const from = Math.max(0, Number(start) < 0 ? size + Number(start) : Number(start));
  const to = Math.min(size - 1, Number(end) < 0 ? size + Number(end) : Number(end));
  return from > to || from >= size ? NO_RANKS : [from, to + 1];
}
