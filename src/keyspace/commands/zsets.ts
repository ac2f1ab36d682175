import type { Args } from '../args.ts';
import type { Family, Handler } from '../dispatch.ts';
import type { Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { waiting } from '../timeout.ts';
import type { ZsetValue } from '../values/zset.ts';
import { blockingPop, type Pops, pop, popMany } from './pops.ts';
import { addZset, dropEmptyZset, findZset, packsZero } from './zsets/find.ts';
import { type Ranks, ranksByLex, ranksByRank, ranksByScore } from './zsets/ranges.ts';
import { zsetStores } from './zsets/store.ts';

const POPS: Pops<ZsetValue> = {
  find: findZset,
  drop(s, a, i, zset, first, count) {
    const { size } = zset;
    const taken = Math.min(count, size);
    if (first) zset.removeRanks(0, taken);
    else zset.removeRanks(size - taken, size);
    dropEmptyZset(s, a, i, zset);
  },
  ends: ['MIN', 'MAX'],
};

/** Sorted sets. What blocks in a server acts at once or not at all. */
export const zsets: Family = {
  ZADD: zadd,
  ZINCRBY: zincrby,
  ZREM: zrem,
  ZREMRANGEBYRANK: removeRange((zset, a) => ranksByRank(zset?.size ?? 0, a, 2, 3)),
  ZREMRANGEBYSCORE: removeRange((zset, a) => ranksByScore(zset, a, 2, 3)),
  ZREMRANGEBYLEX: removeRange((zset, a) => ranksByLex(zset, a, 2, 3, 'delete')),
  ZPOPMIN: pop(POPS, true),
  ZPOPMAX: pop(POPS, false),
  ZMPOP: popMany(POPS, 1),
  BZMPOP: waiting(1, popMany(POPS, 2)),
  BZPOPMIN: blockingPop(POPS, true),
  BZPOPMAX: blockingPop(POPS, false),
  ...zsetStores,
};

interface AddOptions {
  nx: boolean;
  xx: boolean;
  gt: boolean;
  lt: boolean;
  incr: boolean;
  /** The first score. */
  from: number;
}

function addOptions(a: Args): AddOptions {
  const options = { nx: false, xx: false, gt: false, lt: false, incr: false, from: 2 };
  for (; options.from < a.count; options.from++) {
    const { from } = options;
    if (a.is(from, 'NX')) options.nx = true;
    else if (a.is(from, 'XX')) options.xx = true;
    else if (a.is(from, 'GT')) options.gt = true;
    else if (a.is(from, 'LT')) options.lt = true;
    else if (a.is(from, 'INCR')) options.incr = true;
    else if (!a.is(from, 'CH')) break;
  }
  return options;
}

const PLAIN: AddOptions = { nx: false, xx: false, gt: false, lt: false, incr: false, from: 2 };

/** A letter, as options begin with one and nearly all scores do not. */
function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

function zadd(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const options = isLetter(a.bytes[a.start(2)]) ? addOptions(a) : PLAIN;
  const { nx, xx, gt, lt, incr, from } = options;
  const values = a.count - from;
  if (values === 0 || values % 2 !== 0 || (incr && values > 2)) return 'SYNTAX';
  if ((nx && (xx || gt || lt)) || (gt && lt)) return 'SYNTAX';
  // The usual case needs no list of scores.
  const single = values === 2 ? a.double(from) : undefined;
  const scores = values === 2 ? undefined : parseScores(a, from);
  if (single === undefined && scores === undefined) return 'NOT_A_NUMBER';
  const found = findZset(s, a, 1);
  if (typeof found === 'string') return found;
  if (found === undefined && xx) return undefined;
  const zset = found ?? addZset(s, a, 1);
  const zero = packsZero(s);
  let failure: Outcome;
  for (let i = from; i < a.count; i += 2) {
    const given = scores === undefined ? single! : scores[(i - from) / 2]!;
    const start = a.start(i + 1);
    const end = a.end(i + 1);
    if (options === PLAIN) {
      zset.set(a.bytes, start, end, given, zero);
      continue;
    }
    const current = zset.score(a.bytes, start, end);
    if (current === undefined ? xx : nx) continue;
    const score = incr && current !== undefined ? current + given : given;
    if (Number.isNaN(score)) failure = 'NOT_A_NUMBER';
    else if (current === undefined || !((gt && score <= current) || (lt && score >= current))) {
      zset.set(a.bytes, start, end, score, zero);
    }
  }
  dropEmptyZset(s, a, 1, zset);
  return failure;
}

function parseScores(a: Args, from: number): number[] | undefined {
  const scores: number[] = [];
  for (let i = from; i < a.count; i += 2) {
    const score = a.double(i);
    if (score === undefined) return undefined;
    scores.push(score);
  }
  return scores;
}

function zincrby(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const increment = a.double(2);
  if (increment === undefined) return 'NOT_A_NUMBER';
  const found = findZset(s, a, 1);
  if (typeof found === 'string') return found;
  const current = found?.score(a.bytes, a.start(3), a.end(3));
  const score = current === undefined ? increment : current + increment;
  if (Number.isNaN(score)) return 'NOT_A_NUMBER';
  (found ?? addZset(s, a, 1)).set(a.bytes, a.start(3), a.end(3), score, packsZero(s));
  return undefined;
}

function zrem(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const zset = findZset(s, a, 1);
  if (zset === undefined || typeof zset === 'string') return zset;
  for (let i = 2; i < a.count && zset.size > 0; i++) zset.remove(a.bytes, a.start(i), a.end(i));
  dropEmptyZset(s, a, 1, zset);
  return undefined;
}

function removeRange(ranksOf: (zset: ZsetValue | undefined, a: Args) => Ranks | undefined): Handler {
  return (s, a) => {
    if (a.count !== 4) return 'SYNTAX';
    const zset = findZset(s, a, 1);
    const ranks = ranksOf(typeof zset === 'string' ? undefined : zset, a);
    if (ranks === undefined) return 'NOT_A_NUMBER';
    if (zset === undefined || typeof zset === 'string') return zset;
    zset.removeRanks(...ranks);
    dropEmptyZset(s, a, 1, zset);
    return undefined;
  };
}
