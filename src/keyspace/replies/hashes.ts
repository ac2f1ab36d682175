import type { Args } from '../args.ts';
import { findHash } from '../commands/hashes/lookup.ts';
import type { ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { HashValue } from '../values/hash.ts';
import { itemsOf } from './items.ts';
import {
  type Answer,
  type Answers,
  added,
  type Bytes,
  copied,
  fitting,
  integerIn,
  ok,
  present,
  type Readers,
  removed,
} from './reply.ts';

export const hashReaders: Readers = {
  HGET: (s, a) => fieldAt(s, a, hashAt(s, a), 2),
  HMGET: (s, a) => fieldsAt(s, a, hashAt(s, a), 2, a.count),
  HGETALL: (s, a) => allOf(hashAt(s, a)),
  HKEYS: (s, a) => allOf(hashAt(s, a)).filter((_, i) => i % 2 === 0),
  HVALS: (s, a) => allOf(hashAt(s, a)).filter((_, i) => i % 2 === 1),
  HLEN: (s, a) => hashAt(s, a)?.size ?? 0,
  HEXISTS: (s, a) => (hashAt(s, a)?.has(a.bytes, a.start(2), a.end(2)) ? 1 : 0),
  HSTRLEN: (s, a) => (hashAt(s, a)?.get(a.bytes, a.start(2), a.end(2), s.spot) ? s.spot.length : 0),
};

/** The values of the fields behind FIELDS, as they were. */
const fieldsBefore: Answer = (s, a) => {
  let at = 2;
  while (at < a.count && !a.is(at, 'FIELDS')) at++;
  const count = at + 1 < a.count ? Number(a.int(at + 1) ?? 0) : 0;
  const values = fieldsAt(s, a, present(findHash(s, a)), at + 2, Math.min(a.count, at + 2 + count));
  return () => values;
};

const valueThen: Answer = (s, a) => () => fieldAt(s, a, hashAt(s, a), 2);

const integerThen: Answer = (s, a) => () => {
  const found = hashAt(s, a)?.get(a.bytes, a.start(2), a.end(2), s.spot);
  return found ? integerIn(s.spot.bytes, s.spot.start, s.spot.end) : 0;
};

export const hashAnswers: Answers = {
  HSET: added,
  HMSET: ok,
  HSETNX: added,
  HDEL: removed,
  HINCRBY: integerThen,
  HINCRBYFLOAT: valueThen,
  HGETDEL: fieldsBefore,
  HGETEX: fieldsBefore,
};

function hashAt(s: Session, a: Args): HashValue | undefined {
  return fitting(findHash(s, a));
}

function fieldAt(s: Session, a: Args, hash: HashValue | undefined, i: number): Bytes | null {
  const { spot } = s;
  return hash?.get(a.bytes, a.start(i), a.end(i), spot) ? copied(spot.bytes, spot.start, spot.end) : null;
}

function fieldsAt(s: Session, a: Args, hash: HashValue | undefined, from: number, to: number): ScriptReply[] {
  const values: ScriptReply[] = [];
  for (let i = from; i < to; i++) values.push(fieldAt(s, a, hash, i));
  return values;
}

/** Fields and their values, by the bytes of the fields. */
function allOf(hash: HashValue | undefined): Bytes[] {
  return hash === undefined ? [] : itemsOf(hash);
}
