import type { Args } from '../../args.ts';
import type { Family, Handler } from '../../dispatch.ts';
import type { Failure, Outcome } from '../../outcome.ts';
import { sinceRedis } from '../../profile.ts';
import type { Session } from '../../session.ts';
import { SetValue } from '../../values/set.ts';
import { MOST_PACKED, ZsetValue } from '../../values/zset.ts';
import { findZset, packsZero, storeZset } from './find.ts';
import { NO_RANKS, type Ranks, ranksByLex, ranksByRank, ranksByScore } from './ranges.ts';

/** Commands that make a sorted set of others. */
export const zsetStores: Family = {
  ZUNIONSTORE: combine(unite),
  ZINTERSTORE: combine(intersect),
  ZDIFFSTORE: combine(subtract),
  ZRANGESTORE: rangeStore,
};

/** A source: a sorted set, or a set whose members all have the score 1. */
class Source {
  readonly value: ZsetValue | SetValue | undefined;
  readonly weight: number;

  constructor(value: ZsetValue | SetValue | undefined, weight: number) {
    this.value = value;
    this.weight = weight;
  }

  get size(): number {
    return this.value?.size ?? 0;
  }

  score(member: Uint8Array): number | undefined {
    const { value } = this;
    if (value instanceof SetValue) return value.has(member, 0, member.length) ? 1 : undefined;
    return value?.score(member, 0, member.length);
  }

  /** Calls `each` with copies of its members. */
  forEach(each: (member: Uint8Array, score: number) => void): void {
    const { value } = this;
    if (value instanceof SetValue) {
      value.every((bytes, start, end) => {
        each(bytes.slice(start, end), 1);
        return true;
      });
    } else {
      value?.forEach((bytes, start, end, score) => {
        each(bytes.slice(start, end), score);
      });
    }
  }
}

type Aggregate = 'SUM' | 'MIN' | 'MAX' | 'COUNT';

interface Operation {
  sources: Source[];
  aggregate: Aggregate;
  result: ZsetValue;
}

function readOperation(s: Session, a: Args, weighted: boolean): Operation | Failure {
  const keys = a.int(2);
  if (keys === undefined) return 'NOT_A_NUMBER';
  if (keys < 1) return 'SYNTAX';
  if (typeof keys !== 'number' || 3 + keys > a.count) return 'SYNTAX';
  const values: (ZsetValue | SetValue | undefined)[] = [];
  for (let i = 3; i < 3 + keys; i++) {
    const value = s.db.value(a.bytes, a.start(i), a.end(i));
    const fits = value === undefined || value instanceof ZsetValue || value instanceof SetValue;
    if (!fits || (value === undefined && s.db.has(a.bytes, a.start(i), a.end(i)))) return 'WRONGTYPE';
    values.push(value);
  }
  const weights = new Array<number>(keys).fill(1);
  let aggregate: Aggregate = 'SUM';
  for (let i = 3 + keys; i < a.count; ) {
    if (weighted && a.is(i, 'WEIGHTS') && i + keys < a.count) {
      for (let k = 0; k < keys; k++) {
        const weight = a.double(i + 1 + k);
        if (weight === undefined) return 'NOT_A_NUMBER';
        weights[k] = weight;
      }
      i += 1 + keys;
    } else if (weighted && a.is(i, 'AGGREGATE') && i + 1 < a.count) {
      const found = (['SUM', 'MIN', 'MAX', 'COUNT'] as const).find((word) => a.is(i + 1, word));
      if (found === undefined || (found === 'COUNT' && !sinceRedis(s.profile, 808))) return 'SYNTAX';
      aggregate = found;
      i += 2;
    } else {
      return 'SYNTAX';
    }
  }
  const sources = values.map((value, i) => new Source(value, weights[i]!));
  return { sources, aggregate, result: new ZsetValue(s.keyspace.heap) };
}

function combine(work: (operation: Operation) => void): Handler {
  return (s, a) => {
    if (a.count < 4) return 'SYNTAX';
    const operation = readOperation(s, a, work !== subtract);
    if (typeof operation === 'string') return operation;
    work(operation);
    // Servers pack a result when it is complete.
    if (packsZero(s)) operation.result.packZeros();
    storeZset(s, a, 1, operation.result);
    return undefined;
  };
}

/** Servers take the smallest source first, so that sums of floats come out in that order; equal ones stay as they are. */
function bySize(sources: readonly Source[]): Source[] {
  return [...sources].sort((a, b) => a.size - b.size);
}

function weigh(score: number, { weight }: Source, aggregate: Aggregate): number {
  return aggregate === 'COUNT' ? weight : weight * score;
}

/**
 * redis: src/t_zset.c, zunionInterAggregate: infinities that cancel each other are 0, and of 0 and -0, none of which is
 * less, the first one stays.
 */
function join(a: number, b: number, aggregate: Aggregate): number {
  if (aggregate === 'MIN' || aggregate === 'MAX') {
    // Math.min takes -0 for less.
    const wins = aggregate === 'MIN' ? b < a : b > a;
    return wins ? b : a;
  }
  const sum = a + b;
  return Number.isNaN(sum) ? 0 : sum;
}

function unite({ sources, aggregate, result }: Operation): void {
  for (const source of bySize(sources)) {
    source.forEach((member, given) => {
      const product = weigh(given, source, aggregate);
      const score = Number.isNaN(product) ? 0 : product;
      const current = result.score(member, 0, member.length);
      if (current === undefined) result.set(member, 0, member.length, score);
      else result.replace(member, 0, member.length, join(current, score, aggregate));
    });
  }
}

function intersect({ sources, aggregate, result }: Operation): void {
  const [first, ...others] = bySize(sources);
  first!.forEach((member, given) => {
    const product = weigh(given, first!, aggregate);
    let score = Number.isNaN(product) ? 0 : product;
    for (const other of others) {
      const found = other.score(member);
      if (found === undefined) return;
      score = join(score, weigh(found, other, aggregate), aggregate);
    }
    result.set(member, 0, member.length, score);
  });
}

function subtract({ sources: [first, ...others], result }: Operation): void {
  first!.forEach((member, score) => {
    if (!others.some((other) => other.score(member) !== undefined)) result.set(member, 0, member.length, score);
  });
}

interface RangeOptions {
  by: 'rank' | 'score' | 'lex';
  reverse: boolean;
  offset: number;
  /** Negative for all. */
  count: number;
}

function rangeOptions(a: Args): RangeOptions | Failure {
  const options: RangeOptions = { by: 'rank', reverse: false, offset: 0, count: -1 };
  let limited = false;
  for (let i = 5; i < a.count; i++) {
    // Once each. LIMIT may come more than once.
    if (a.is(i, 'BYSCORE') && options.by === 'rank') options.by = 'score';
    else if (a.is(i, 'BYLEX') && options.by === 'rank') options.by = 'lex';
    else if (a.is(i, 'REV') && !options.reverse) options.reverse = true;
    else if (a.is(i, 'LIMIT') && i + 2 < a.count) {
      const offset = a.int(i + 1);
      const count = a.int(i + 2);
      if (offset === undefined || count === undefined) return 'NOT_A_NUMBER';
      options.offset = Number(offset);
      options.count = Number(count);
      limited = true;
      i += 2;
    } else return 'SYNTAX';
  }
  return limited && options.count !== -1 && options.by === 'rank' ? 'SYNTAX' : options;
}

function rangeStore(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const options = rangeOptions(a);
  if (typeof options === 'string') return options;
  const source = findZset(s, a, 2);
  const zset = typeof source === 'string' ? undefined : source;
  const ranks = ranksOf(zset, a, options);
  if (ranks === undefined) return 'NOT_A_NUMBER';
  if (typeof source === 'string') return source;
  const result = new ZsetValue(s.keyspace.heap);
  const [from, to] = ranks;
  // Where a server knows how many there will be, it does not pack what gets too large for it.
  const zero = packsZero(s) && !(options.by === 'rank' && to - from > MOST_PACKED);
  const members = zset?.slice(from, to) ?? [];
  // The order of arrival tells which -0 comes before what makes the set too large to be packed. None is in a packed one.
  for (const { member, score } of options.reverse && zset?.wide ? [...members].reverse() : members) {
    result.set(member, 0, member.length, score, zero);
  }
  storeZset(s, a, 1, result);
  return undefined;
}

function ranksOf(zset: ZsetValue | undefined, a: Args, options: RangeOptions): Ranks | undefined {
  const { by, reverse, offset, count } = options;
  const size = zset?.size ?? 0;
  if (by === 'rank') {
    const ranks = ranksByRank(size, a, 3, 4);
    if (ranks === undefined || ranks === NO_RANKS || !reverse) return ranks;
    return [size - ranks[1], size - ranks[0]];
  }
  const [least, most] = reverse ? [4, 3] : [3, 4];
  const skip = Math.max(0, offset);
  const ranks =
    by === 'score'
      ? afterSkip(ranksByScore(zset, a, least!, most!), reverse, skip)
      : ranksByLex(zset, a, least!, most!, reverse ? 'last' : 'first', skip);
  if (ranks === undefined || ranks === NO_RANKS) return ranks;
  if (offset < 0) return NO_RANKS;
  const [from, to] = ranks;
  const length = count < 0 ? Number.POSITIVE_INFINITY : count;
  const limited: Ranks = reverse ? [Math.max(from, to - length), to] : [from, Math.min(to, from + length)];
  return limited[0] < limited[1] ? limited : NO_RANKS;
}

/** Ranks without the first ones of them, or the last ones where the order is reversed. */
function afterSkip(ranks: Ranks | undefined, reverse: boolean, skip: number): Ranks | undefined {
  if (ranks === undefined) return undefined;
  const [from, to] = ranks;
  const rest: Ranks = reverse ? [from, to - skip] : [from + skip, to];
  return rest[0] < rest[1] ? rest : NO_RANKS;
}
