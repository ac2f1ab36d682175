import { latin1 } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import { findSet } from '../commands/sets.ts';
import { parseInt64 } from '../numbers/integer.ts';
import type { ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { SetValue } from '../values/set.ts';
import {
  type Answer,
  type Answers,
  added,
  type Bytes,
  CallFailed,
  copied,
  fitting,
  integer,
  present,
  type Reader,
  type Readers,
  removed,
  sizeThen,
  sortBytes,
} from './reply.ts';

export const setReaders: Readers = {
  SISMEMBER: (s, a) => (fitting(findSet(s, a, 1))?.has(a.bytes, a.start(2), a.end(2)) ? 1 : 0),
  SMISMEMBER: (s, a) => {
    const set = fitting(findSet(s, a, 1));
    return Array.from({ length: a.count - 2 }, (_, i) => (set?.has(a.bytes, a.start(i + 2), a.end(i + 2)) ? 1 : 0));
  },
  SCARD: (s, a) => fitting(findSet(s, a, 1))?.size ?? 0,
  SMEMBERS: (s, a) => inOrder(s, membersOf(fitting(findSet(s, a, 1)))),
  SINTER: combined(intersect),
  SUNION: combined(unite),
  SDIFF: combined(subtract),
  SINTERCARD: interCard,
};

/** Whether the member that argument `i` is was there. */
function had(i: number): Answer {
  return (s, a) => {
    const there = present(findSet(s, a, 1))?.has(a.bytes, a.start(i), a.end(i));
    return () => (there ? 1 : 0);
  };
}

export const setAnswers: Answers = {
  SADD: added,
  SREM: removed,
  SMOVE: had(3),
  SPOP: spop,
  SINTERSTORE: sizeThen(1),
  SUNIONSTORE: sizeThen(1),
  SDIFFSTORE: sizeThen(1),
};

/** Copies of all members, in no order. */
function membersOf(set: SetValue | undefined): Bytes[] {
  const members: Bytes[] = [];
  set?.every((bytes, start, end) => {
    members.push(copied(bytes, start, end));
    return true;
  });
  return members;
}

/** Up to 6.2 servers sort what a script gets, where scripts are what they log. */
const SORTED_UNTIL = 700;

/** Integers ascending, as a server keeps them in an intset; anything else by bytes, as it gives it in no order. */
function inOrder(s: Session, members: Bytes[]): Bytes[] {
  if (s.profile.release < SORTED_UNTIL) return sortBytes(members);
  const numbers = new Map<Bytes, number | bigint>();
  for (const member of members) {
    const number = parseInt64(member, 0, member.length);
    if (number === undefined) return sortBytes(members);
    numbers.set(member, number);
  }
  return members.sort((a, b) => (numbers.get(a)! < numbers.get(b)! ? -1 : 1));
}

/** From here on an intersection looks at all keys. */
const LOOKS_AT_ALL = 602;

function sourcesAt(s: Session, a: Args, from: number, to: number, intersects: boolean): (SetValue | undefined)[] {
  const sources: (SetValue | undefined)[] = [];
  for (let i = from; i < to; i++) {
    const set = fitting(findSet(s, a, i));
    sources.push(set);
    if (set === undefined && intersects && s.profile.release < LOOKS_AT_ALL) break;
  }
  return sources;
}

type Sources = readonly (SetValue | undefined)[];

function combined(combine: (sources: Sources) => Bytes[]): Reader {
  return (s, a) => inOrder(s, combine(sourcesAt(s, a, 1, a.count, combine === intersect)));
}

function intersect(sources: Sources): Bytes[] {
  if (sources.includes(undefined)) return [];
  const [least, ...others] = ([...sources] as SetValue[]).sort((a, b) => a.size - b.size);
  return membersOf(least).filter((member) => others.every((set) => set.has(member, 0, member.length)));
}

function unite(sources: Sources): Bytes[] {
  const all = new Map<string, Bytes>();
  for (const set of sources) for (const member of membersOf(set)) all.set(latin1(member), member);
  return [...all.values()];
}

function subtract([first, ...others]: Sources): Bytes[] {
  return membersOf(first).filter((member) => !others.some((set) => set?.has(member, 0, member.length)));
}

/** `numkeys key.. [LIMIT n]` */
function interCard(s: Session, a: Args): ScriptReply {
  const keys = Number(integer(a, 1));
  if (keys < 1 || 2 + keys > a.count) throw new CallFailed('RANGE');
  let limit = 0;
  for (let i = 2 + keys; i < a.count; i += 2) {
    if (!a.is(i, 'LIMIT') || i + 1 >= a.count) throw new CallFailed('SYNTAX');
    limit = Number(integer(a, i + 1));
    if (limit < 0) throw new CallFailed('RANGE');
  }
  const { length } = intersect(sourcesAt(s, a, 2, 2 + keys, true));
  return limit === 0 ? length : Math.min(limit, length);
}

/** A server takes members at random, which is refused unless it takes all. */
function spop(s: Session, a: Args): () => ScriptReply {
  const set = present(findSet(s, a, 1));
  if (a.count === 2) {
    const member = set?.size === 1 ? membersOf(set)[0]! : null;
    return () => member;
  }
  const members = set !== undefined && (a.int(2) ?? 0) >= set.size ? inOrder(s, membersOf(set)) : [];
  return () => members;
}
