import type { Args } from '../args.ts';
import { findList } from '../commands/lists.ts';
import { sameBytes } from '../memory/index.ts';
import type { ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { ListValue } from '../values/list.ts';
import { itemsOf } from './items.ts';
import {
  type Answer,
  type Answers,
  type Bytes,
  CallFailed,
  fitting,
  integer,
  ok,
  present,
  type Readers,
  removed,
  sizeAt,
  sizeThen,
} from './reply.ts';

export const listReaders: Readers = {
  LLEN: (s, a) => fitting(findList(s, a, 1))?.length ?? 0,
  LINDEX: (s, a) => {
    const list = fitting(findList(s, a, 1));
    if (list === undefined) return null;
    const given = Number(integer(a, 2));
    const index = given < 0 ? list.length + given : given;
    return range(list, index, index + 1)[0] ?? null;
  },
  LRANGE: (s, a) => {
    const first = Number(integer(a, 2));
    const last = Number(integer(a, 3));
    const list = fitting(findList(s, a, 1));
    if (list === undefined) return [];
    const { length } = list;
    return range(list, Math.max(0, first < 0 ? length + first : first), (last < 0 ? length + last : last) + 1);
  },
  LPOS: lpos,
};

export const listAnswers: Answers = {
  LPUSH: sizeThen(1),
  RPUSH: sizeThen(1),
  LPUSHX: sizeThen(1),
  RPUSHX: sizeThen(1),
  LREM: removed,
  LSET: ok,
  LTRIM: ok,
  LINSERT: (s, a) => {
    const before = sizeAt(s, a, 1);
    return () => {
      const now = sizeAt(s, a, 1);
      return now === before && now > 0 ? -1 : now;
    };
  },
  LPOP: pop(true),
  RPOP: pop(false),
  LMPOP: popMany(1),
  BLMPOP: popMany(2),
  BLPOP: blockingPop(true),
  BRPOP: blockingPop(false),
  RPOPLPUSH: (s, a) => endOf(s, a, false),
  BRPOPLPUSH: (s, a) => endOf(s, a, false),
  LMOVE: (s, a) => endOf(s, a, a.is(3, 'LEFT')),
  BLMOVE: (s, a) => endOf(s, a, a.is(3, 'LEFT')),
};

/** Elements from one index up to, and without, another. */
function range(list: ListValue, from: number, to: number): Bytes[] {
  const { length } = list;
  const stop = Math.min(to, length);
  if (from < 0 || from >= stop) return [];
  // The ends are at hand.
  if (stop - from === 1 && (from === 0 || stop === length)) return [list.peek(from === 0) as Bytes];
  return itemsOf(list, from, stop);
}

/** The elements that leave one end, the first one first. */
function taken(list: ListValue, head: boolean, count: number): Bytes[] {
  const { length } = list;
  return head ? range(list, 0, count) : range(list, Math.max(0, length - count), length).reverse();
}

/** From here on nothing at all may be taken from a list. */
const TAKES_NOTHING = 700;

function pop(head: boolean): Answer {
  return (s, a) => {
    const list = present(findList(s, a, 1));
    const count = a.count > 2 ? Number(a.int(2) ?? 0) : 1;
    const none = list === undefined || (count === 0 && s.profile.release < TAKES_NOTHING);
    const elements = none ? null : taken(list, head, count);
    return () => (elements === null || a.count > 2 ? elements : elements[0]!);
  };
}

/** The first of the keys from one argument up to another that holds a list, with elements of it. */
function firstOf(s: Session, a: Args, from: number, to: number, head: boolean, count: number): [Bytes, Bytes[]] | null {
  for (let i = from; i < to; i++) {
    const list = present(findList(s, a, i));
    if (list !== undefined) return [a.copy(i), taken(list, head, count)];
  }
  return null;
}

function popMany(at: number): Answer {
  return (s, a) => {
    const where = at + 1 + Number(a.int(at) ?? 0);
    if (where >= a.count) return () => null;
    const count = where + 2 < a.count ? Number(a.int(where + 2) ?? 0) : 1;
    const found = firstOf(s, a, at + 1, where, a.is(where, 'LEFT'), count);
    return () => found;
  };
}

function blockingPop(head: boolean): Answer {
  return (s, a) => {
    const found = firstOf(s, a, 1, a.count - 1, head, 1);
    return () => (found === null ? null : [found[0], found[1][0]!]);
  };
}

function endOf(s: Session, a: Args, head: boolean): () => ScriptReply {
  const element = (present(findList(s, a, 1))?.peek(head) as Bytes | undefined) ?? null;
  return () => element;
}

/** `key element [RANK n] [COUNT n] [MAXLEN n]` (redis: src/t_list.c, lposCommand). */
function lpos(s: Session, a: Args): ScriptReply {
  let rank = 1;
  let count: number | undefined;
  let most = 0;
  for (let i = 3; i < a.count; i += 2) {
    if (i + 1 >= a.count) throw new CallFailed('SYNTAX');
    const given = Number(integer(a, i + 1));
    if (a.is(i, 'RANK')) rank = given;
    else if (a.is(i, 'COUNT')) count = given;
    else if (a.is(i, 'MAXLEN')) most = given;
    else throw new CallFailed('SYNTAX');
  }
  if (rank === 0 || (count ?? 0) < 0 || most < 0) throw new CallFailed('RANGE');
  const list = fitting(findList(s, a, 1));
  const found = list === undefined ? [] : placesOf(list, a, rank < 0, most);
  const from = Math.abs(rank) - 1;
  if (count === undefined) return found[from] ?? null;
  return found.slice(from, count === 0 ? found.length : from + count);
}

/** Indexes of elements like argument 2, among the first `most` that are looked at, or among all. */
function placesOf(list: ListValue, a: Args, backwards: boolean, most: number): number[] {
  const { length } = list;
  const looked = most === 0 ? length : most;
  const found: number[] = [];
  let at = 0;
  list.forEach((bytes, start, end) => {
    const near = backwards ? at >= length - looked : at < looked;
    const same = end - start === a.length(2) && sameBytes(bytes, start, a.bytes, a.start(2), end - start);
    if (near && same) found.push(at);
    at++;
  });
  return backwards ? found.reverse() : found;
}
