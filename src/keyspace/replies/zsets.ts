import { latin1 } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import { findZset } from '../commands/zsets/find.ts';
import { ranksByLex, ranksByScore } from '../commands/zsets/ranges.ts';
import { Refusal, type ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { ZsetValue } from '../values/zset.ts';
import {
  type Answer,
  type Answers,
  added,
  type Bytes,
  CallFailed,
  fitting,
  present,
  type Reader,
  type Readers,
  removed,
  scoreText,
  sizeThen,
} from './reply.ts';
import { rangeReaders, rankOf } from './zset-ranges.ts';

export const zsetReaders: Readers = {
  ...rangeReaders,
  ZSCORE: (s, a) => scoreAt(s, a, fitting(findZset(s, a, 1)), 2),
  ZMSCORE: (s, a) => {
    const zset = fitting(findZset(s, a, 1));
    return Array.from({ length: a.count - 2 }, (_, i) => scoreAt(s, a, zset, i + 2));
  },
  ZCARD: (s, a) => fitting(findZset(s, a, 1))?.size ?? 0,
  ZRANK: rank(false),
  ZREVRANK: rank(true),
  ZCOUNT: (s, a) => {
    const found = findZset(s, a, 1);
    const ranks = ranksByScore(present(found), a, 2, 3);
    if (ranks === undefined) throw new CallFailed('NOT_A_NUMBER');
    fitting(found);
    return ranks[1] - ranks[0];
  },
  ZLEXCOUNT: (s, a) => {
    const found = findZset(s, a, 1);
    const zset = present(found);
    if (zset?.wide && hasScores(zset)) throw new Refusal('has a script that counts members with different scores');
    const ranks = ranksByLex(zset, a, 2, 3, 'first');
    if (ranks === undefined) throw new CallFailed('NOT_A_NUMBER');
    fitting(found);
    return ranks[1] - ranks[0];
  },
};

export const zsetAnswers: Answers = {
  ZADD: zadd,
  ZINCRBY: (s, a) => {
    const increment = a.double(2) ?? 0;
    const score = sum(present(findZset(s, a, 1))?.score(a.bytes, a.start(3), a.end(3)), increment);
    return () => scoreText(s, score);
  },
  ZREM: removed,
  ZREMRANGEBYRANK: removed,
  ZREMRANGEBYSCORE: removed,
  ZREMRANGEBYLEX: removed,
  ZUNIONSTORE: sizeThen(1),
  ZINTERSTORE: sizeThen(1),
  ZDIFFSTORE: sizeThen(1),
  ZRANGESTORE: sizeThen(1),
  GEOSEARCHSTORE: sizeThen(1),
  ZPOPMIN: pop(true),
  ZPOPMAX: pop(false),
  ZMPOP: popMany(1),
  BZMPOP: popMany(2),
  BZPOPMIN: blockingPop(true),
  BZPOPMAX: blockingPop(false),
};

function scoreAt(s: Session, a: Args, zset: ZsetValue | undefined, i: number): Bytes | null {
  const score = zset?.score(a.bytes, a.start(i), a.end(i));
  return score === undefined ? null : scoreText(s, score);
}

/** Whether its members have not all the same score. */
function hasScores(zset: ZsetValue): boolean {
  const { size } = zset;
  return size > 0 && zset.slice(0, 1)[0]!.score !== zset.slice(size - 1, size)[0]!.score;
}

/** `key member [WITHSCORE]` */
function rank(reverse: boolean): Reader {
  return (s, a) => {
    const withScore = a.count > 3;
    if (withScore && (a.count > 4 || !a.is(3, 'WITHSCORE') || s.profile.release < 702)) throw new CallFailed('SYNTAX');
    const zset = fitting(findZset(s, a, 1));
    const found = zset === undefined ? undefined : rankOf(zset, a, 2);
    if (found === undefined) return null;
    const place = reverse ? zset!.size - 1 - found : found;
    return withScore ? [place, scoreAt(s, a, zset, 2)] : place;
  };
}

// ZADD

function sum(current: number | undefined, given: number): number {
  return current === undefined ? given : current + given;
}

/** How many members are new; with CH also those whose score is another one; with INCR the score, or null. */
function zadd(s: Session, a: Args): () => ScriptReply {
  let from = 2;
  const flags = new Set<string>();
  for (; from < a.count; from++) {
    const word = ADD_WORDS.find((one) => a.is(from, one));
    if (word === undefined) break;
    flags.add(word);
  }
  if (!flags.has('CH') && !flags.has('INCR')) return added(s, a);
  // One member may be there several times, and each time counts.
  const zset = present(findZset(s, a, 1));
  const scores = new Map<string, number | undefined>();
  let count = 0;
  let reply: ScriptReply = null;
  for (let i = from; i + 1 < a.count; i += 2) {
    const given = a.double(i) ?? 0;
    const member = latin1(a.bytes, a.start(i + 1), a.end(i + 1));
    const current = scores.has(member) ? scores.get(member) : zset?.score(a.bytes, a.start(i + 1), a.end(i + 1));
    if (flags.has(current === undefined ? 'XX' : 'NX')) continue;
    const score = flags.has('INCR') ? sum(current, given) : given;
    if (current !== undefined && ((flags.has('GT') && score <= current) || (flags.has('LT') && score >= current))) {
      continue;
    }
    if (score !== current) count++;
    scores.set(member, score);
    reply = scoreText(s, score);
  }
  return () => (flags.has('INCR') ? reply : count);
}

const ADD_WORDS: readonly string[] = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'];

// Members that leave

type Scored = readonly [member: Bytes, score: Bytes];

function taken(s: Session, zset: ZsetValue, min: boolean, count: number): Scored[] {
  const { size } = zset;
  const most = Math.min(count, size);
  const members = min ? zset.slice(0, most) : zset.slice(size - most, size).reverse();
  return members.map(({ member, score }) => [member as Bytes, scoreText(s, score)]);
}

function pop(min: boolean): Answer {
  return (s, a) => {
    const zset = present(findZset(s, a, 1));
    const count = a.count > 2 ? Number(a.int(2) ?? 0) : 1;
    const members = zset === undefined || count < 1 ? [] : taken(s, zset, min, count).flat();
    return () => members;
  };
}

/** The first of the keys from one argument up to another that holds a sorted set, with members of it. */
function firstOf(
  s: Session,
  a: Args,
  from: number,
  to: number,
  min: boolean,
  count: number,
): [Bytes, Scored[]] | undefined {
  for (let i = from; i < to; i++) {
    const zset = present(findZset(s, a, i));
    if (zset !== undefined && count > 0) return [a.copy(i), taken(s, zset, min, count)];
  }
  return undefined;
}

function popMany(at: number): Answer {
  return (s, a) => {
    const where = at + 1 + Number(a.int(at) ?? 0);
    if (where >= a.count) return () => null;
    const count = where + 2 < a.count ? Number(a.int(where + 2) ?? 0) : 1;
    const found = firstOf(s, a, at + 1, where, a.is(where, 'MIN'), count);
    return () => (found === undefined ? null : [found[0], found[1].map((pair) => [...pair])]);
  };
}

function blockingPop(min: boolean): Answer {
  return (s, a) => {
    const found = firstOf(s, a, 1, a.count - 1, min, 1);
    return () => (found === undefined ? null : [found[0], ...found[1][0]!]);
  };
}
