import type { Args } from '../args.ts';
import { conditionAt, holds } from '../commands/strings/set.ts';
import type { ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import {
  type Answer,
  type Answers,
  copied,
  exists,
  findString,
  integer,
  integerIn,
  lengthAt,
  ok,
  type Readers,
  stringOrNull,
} from './reply.ts';

export const stringReaders: Readers = {
  GET: (s, a) => (findString(s, a, 1) ? copied(s.spot.bytes, s.spot.start, s.spot.end) : null),
  MGET: (s, a) => Array.from({ length: a.count - 1 }, (_, i) => stringOrNull(s, a, i + 1)),
  STRLEN: (s, a) => (findString(s, a, 1) ? s.spot.length : 0),
  GETRANGE: getRange,
  SUBSTR: getRange,
};

/** The string that was there. */
const before: Answer = (s, a) => {
  const old = stringOrNull(s, a, 1);
  return () => old;
};

/** The integer that is there then. */
const integerThen: Answer = (s, a) => () =>
  findString(s, a, 1) ? integerIn(s.spot.bytes, s.spot.start, s.spot.end) : 0;

const lengthThen: Answer = (s, a) => () => lengthAt(s, a, 1);

/** 1 where a key was there and is no more. */
const gone: Answer = (s, a) => {
  const had = exists(s, a, 1);
  return () => (had && !exists(s, a, 1) ? 1 : 0);
};

export const stringAnswers: Answers = {
  SET: set,
  SETEX: ok,
  PSETEX: ok,
  MSET: ok,
  SETNX: ifNew(1, 1),
  MSETNX: ifNew(1, 2),
  GETSET: before,
  GETDEL: before,
  GETEX: before,
  DELEX: gone,
  DELIFEQ: gone,
  APPEND: lengthThen,
  SETRANGE: lengthThen,
  INCR: integerThen,
  DECR: integerThen,
  INCRBY: integerThen,
  DECRBY: integerThen,
  INCRBYFLOAT: (s, a) => () => stringOrNull(s, a, 1),
};

function getRange(s: Session, a: Args): ScriptReply {
  const first = Number(integer(a, 2));
  const last = Number(integer(a, 3));
  if (!findString(s, a, 1)) return new Uint8Array(0);
  const { bytes, start, length } = s.spot;
  if (first < 0 && last < 0 && first > last) return new Uint8Array(0);
  const from = first < 0 ? Math.max(0, length + first) : first;
  const to = Math.min(length - 1, last < 0 ? Math.max(0, length + last) : last);
  return from > to ? new Uint8Array(0) : copied(bytes, start + from, start + to + 1);
}

/** 1 where none of the keys at arguments from `from` on was there. */
function ifNew(from: number, step: number): Answer {
  return (s, a) => {
    let none = true;
    for (let i = from; i < a.count && none && (step > 1 || i === from); i += step) none = !exists(s, a, i);
    return () => (none ? 1 : 0);
  };
}

function set(s: Session, a: Args): () => ScriptReply {
  let get = false;
  let done = true;
  for (let i = 3; i < a.count; i++) {
    const condition = conditionAt(a, i);
    if (a.is(i, 'GET')) get = true;
    else if (a.is(i, 'NX')) done = !exists(s, a, 1);
    else if (a.is(i, 'XX')) done = exists(s, a, 1);
    else if (condition !== undefined && ++i < a.count) done = holds(s, a, 1, condition);
  }
  const old = get ? stringOrNull(s, a, 1) : null;
  if (get) return () => old;
  return () => (done ? 'OK' : null);
}
