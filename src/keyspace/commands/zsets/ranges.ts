import type { Args } from '../../args.ts';
import { compareBytes } from '../../memory/index.ts';
import { parseCDouble } from '../../numbers/double.ts';
import { Refusal } from '../../outcome.ts';
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
  const score = parseCDouble(a.bytes, exclusive ? start + 1 : start, a.end(i), false);
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
  const alone = a.length(i) === 1 || a.bytes[start + 1] === 0;
  if (alone && (first === PLUS || first === MINUS)) {
    return { edge: first === PLUS ? 1 : -1, start, exclusive: false };
  }
  if (first !== OPEN && first !== CLOSED) return undefined;
  return { edge: 0, start: start + 1, exclusive: first === OPEN };
}

/** Whether a member is behind the lower bound, and whether it is before the upper one. */
interface LexRange {
  above: (bytes: Uint8Array, start: number, end: number) => boolean;
  below: (bytes: Uint8Array, start: number, end: number) => boolean;
}

/** Undefined for what are no bounds. */
function lexRange(a: Args, least: number, most: number): LexRange | undefined {
  const min = lexBound(a, least);
  const max = lexBound(a, most);
  if (min === undefined || max === undefined) return undefined;
  const compare = (bound: LexBound, i: number, bytes: Uint8Array, start: number, end: number): number =>
    bound.edge !== 0 ? -bound.edge : compareBytes(bytes, start, end, a.bytes, bound.start, a.end(i));
  return {
    above: (bytes, start, end) => compare(min, least, bytes, start, end) >= (min.exclusive ? 1 : 0),
    below: (bytes, start, end) => compare(max, most, bytes, start, end) <= (max.exclusive ? -1 : 0),
  };
}

/** What a range is looked for: to delete it, or to copy it from its first or its last member on. */
export type LexUse = 'delete' | 'first' | 'last';

/**
 * Ranks of members between two arguments; undefined where these are none.
 *
 * @param skip how many to leave out, from the first or the last one on
 */
export function ranksByLex(
  zset: ZsetValue | undefined,
  a: Args,
  least: number,
  most: number,
  use: LexUse,
  skip: number = 0,
): Ranks | undefined {
  const range = lexRange(a, least, most);
  if (range === undefined) return undefined;
  if (zset === undefined || zset.size === 0) return NO_RANKS;
  const [first] = zset.slice(0, 1);
  const [last] = zset.slice(zset.size - 1, zset.size);
  if (first!.score !== last!.score) return ranksOfMixed(zset, range, use, skip);
  const from = zset.countBeforeMember((bytes, start, end) => range.above(bytes, start, end));
  const to = zset.countBeforeMember((bytes, start, end) => !range.below(bytes, start, end));
  const rest: Ranks = use === 'last' ? [from, to - skip] : [from + skip, to];
  return rest[0] < rest[1] ? rest : NO_RANKS;
}

/**
 * A range of members that are not in their order, as their scores differ: what servers find in a packed set (redis: src/t_zset.c,
 * zzlFirstInLexRange, zzlLastInLexRange, zzlDeleteRangeByLex). In a skiplist it depends on levels that are random, unless those above
 * the lower bound stand together, and those below the upper one.
 */
function ranksOfMixed(zset: ZsetValue, { above, below }: LexRange, use: LexUse, skip: number): Ranks {
  const members = zset.slice(0, zset.size).map(({ member }) => member);
  const isAbove = members.map((member) => above(member, 0, member.length));
  const isBelow = members.map((member) => below(member, 0, member.length));
  if (!isAbove.some((reached, i) => reached && isBelow[i])) return NO_RANKS;
  const first = isAbove.indexOf(true);
  const last = isBelow.lastIndexOf(true);
  const inRange = isAbove.at(-1)! && isBelow[0]!;
  if (!inRange && (use !== 'delete' || !zset.wide)) return NO_RANKS;
  if (zset.wide && use === 'delete') return onlyDeletion(isAbove, isBelow, zset.large);
  if (zset.wide && (isAbove.includes(false, first) || isBelow.lastIndexOf(false, last) >= 0)) {
    throw new Refusal('takes members between two others from a large set with different scores');
  }
  // The member that is found first has to be in the range, what is skipped from there on need not.
  if (use === 'last' ? !isAbove[last] : !isBelow[first]) return NO_RANKS;
  let from = Math.min(members.length, first + skip);
  let to = Math.max(0, last + 1 - skip);
  if (use === 'last') for (from = to; from > 0 && isAbove[from - 1]; ) from--;
  else for (to = from; to < members.length && isBelow[to]; ) to++;
  return from < to ? [from, to] : NO_RANKS;
}

/**
 * What a server deletes from a skiplist. By its levels, which are random, it may come to stand before any member that is above
 * the lower bound behind one that is not, or behind all members, and deletes from there on what is below the upper bound.
 *
 * In a small set, which is a skiplist only because SORT made it one, nearly all members have no levels: there it is where the
 * search ends that meets each of them.
 */
function onlyDeletion(isAbove: readonly boolean[], isBelow: readonly boolean[], large: boolean): Ranks {
  const { length } = isAbove;
  let only: Ranks | undefined;
  for (let from = 0; from <= length; from++) {
    const reached = from === length || isAbove[from]!;
    const behind = from === 0 || !isAbove[from - 1]!;
    if (!reached || !behind) continue;
    let to = from;
    while (to < length && isBelow[to]) to++;
    const ranks = from < to ? ([from, to] as const) : NO_RANKS;
    if (only !== undefined && (only[0] !== ranks[0] || only[1] !== ranks[1])) {
      throw new Refusal('takes members between two others from a large set with different scores');
    }
    if (!large) return ranks;
    only = ranks;
  }
  return only ?? NO_RANKS;
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
