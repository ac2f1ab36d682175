import type { Args } from '../args.ts';
import { findZset } from '../commands/zsets/find.ts';
import { NO_RANKS, type Ranks, ranksByLex, ranksByRank, ranksByScore } from '../commands/zsets/ranges.ts';
import { compareBytes } from '../memory/index.ts';
import type { Session } from '../session.ts';
import type { ZsetValue } from '../values/zset.ts';
import { type Bytes, CallFailed, fitting, integer, present, type Reader, type Readers, scoreText } from './reply.ts';

type By = 'rank' | 'score' | 'lex';

export const rangeReaders: Readers = {
  ZRANGE: range(undefined, undefined),
  ZREVRANGE: range('rank', true),
  ZRANGEBYSCORE: range('score', false),
  ZREVRANGEBYSCORE: range('score', true),
  ZRANGEBYLEX: range('lex', false),
  ZREVRANGEBYLEX: range('lex', true),
};

/** From here on ZRANGE has options, which say what is looked for. */
const OPTIONS_SINCE = 602;

interface Wanted {
  by: By;
  reverse: boolean;
  withScores: boolean;
  offset: number;
  /** Negative for all. */
  count: number;
}

/** redis: src/t_zset.c, zrangeGenericCommand. What the name of a command says no option may say. */
function wantedBy(s: Session, a: Args, by: By | undefined, reverse: boolean | undefined): Wanted {
  const wanted: Wanted = { by: by ?? 'rank', reverse: reverse ?? false, withScores: false, offset: 0, count: -1 };
  const free = by === undefined && s.profile.release >= OPTIONS_SINCE;
  for (let i = 4; i < a.count; i++) {
    if (a.is(i, 'WITHSCORES')) wanted.withScores = true;
    else if (a.is(i, 'LIMIT') && i + 2 < a.count) {
      wanted.offset = Number(integer(a, i + 1));
      wanted.count = Number(integer(a, i + 2));
      i += 2;
    } else if (free && a.is(i, 'REV')) wanted.reverse = true;
    else if (free && a.is(i, 'BYSCORE')) wanted.by = 'score';
    else if (free && a.is(i, 'BYLEX')) wanted.by = 'lex';
    else throw new CallFailed('SYNTAX');
  }
  if (wanted.by === 'rank' && wanted.count !== -1) throw new CallFailed('SYNTAX');
  if (wanted.by === 'lex' && wanted.withScores) throw new CallFailed('SYNTAX');
  return wanted;
}

function range(by: By | undefined, reverse: boolean | undefined): Reader {
  return (s, a) => {
    const wanted = wantedBy(s, a, by, reverse);
    const found = findZset(s, a, 1);
    const zset = present(found);
    const ranks = ranksOf(zset, a, wanted);
    if (ranks === undefined) throw new CallFailed('NOT_A_NUMBER');
    fitting(found);
    const members = zset?.slice(ranks[0], ranks[1]) ?? [];
    if (wanted.reverse) members.reverse();
    const replies: Bytes[] = [];
    for (const { member, score } of members) {
      replies.push(member as Bytes);
      if (wanted.withScores) replies.push(scoreText(s, score));
    }
    return replies;
  };
}

/** Undefined where the arguments are no bounds. */
function ranksOf(zset: ZsetValue | undefined, a: Args, { by, reverse, offset, count }: Wanted): Ranks | undefined {
  const size = zset?.size ?? 0;
  if (by === 'rank') {
    const ranks = ranksByRank(size, a, 2, 3);
    return ranks === undefined || !reverse ? ranks : [size - ranks[1], size - ranks[0]];
  }
  const least = reverse ? 3 : 2;
  const most = reverse ? 2 : 3;
  const skip = Math.max(0, offset);
  let ranks: Ranks | undefined;
  if (by === 'lex') ranks = ranksByLex(zset, a, least, most, reverse ? 'last' : 'first', skip);
  else {
    ranks = ranksByScore(zset, a, least, most);
    if (ranks !== undefined) ranks = reverse ? [ranks[0], ranks[1] - skip] : [ranks[0] + skip, ranks[1]];
  }
  if (ranks === undefined) return undefined;
  const [from, to] = ranks;
  if (offset < 0 || from >= to) return NO_RANKS;
  if (count < 0) return ranks;
  return reverse ? [Math.max(from, to - count), to] : [from, Math.min(to, from + count)];
}

/** The rank of the member that an argument is; undefined where it is not there. */
export function rankOf(zset: ZsetValue, a: Args, i: number): number | undefined {
  const score = zset.score(a.bytes, a.start(i), a.end(i));
  if (score === undefined) return undefined;
  let low = zset.countBefore((other) => other >= score);
  let high = zset.countBefore((other) => other > score) - 1;
  // Members with one score are in the order of their bytes.
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { member } = zset.slice(middle, middle + 1)[0]!;
    if (compareBytes(member, 0, member.length, a.bytes, a.start(i), a.end(i)) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
