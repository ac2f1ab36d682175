import { ascii } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import { findGroup, findStream } from '../commands/streams/find.ts';
import { parseRangeId } from '../commands/streams/ids.ts';
import { Refusal, type ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { StreamValue } from '../values/stream.ts';
import { StreamId } from '../values/stream-id.ts';
import { enough, showUntilEnough } from './items.ts';
import {
  type Answer,
  type Answers,
  type Bytes,
  CallFailed,
  copied,
  fitting,
  integer,
  ok,
  present,
  type Reader,
  type Readers,
  removed,
} from './reply.ts';

export const streamReaders: Readers = {
  XLEN: (s, a) => fitting(findStream(s, a, 1))?.length ?? 0,
  XRANGE: range(false),
  XREVRANGE: range(true),
};

export const streamAnswers: Answers = {
  XADD: xadd,
  XDEL: removed,
  XTRIM: removed,
  XSETID: ok,
  XACK: (s, a) => {
    const pending = pendingAt(s, a, 1);
    return () => pending - pendingAt(s, a, 1);
  },
  XGROUP: xgroup,
};

function xadd(s: Session, a: Args): () => ScriptReply {
  const before = present(findStream(s, a, 1))?.lastId.clone();
  return () => {
    const stream = present(findStream(s, a, 1));
    if (stream === undefined) return null;
    if (before !== undefined && stream.lastId.compare(before) === 0) {
      throw new Refusal('has a script that adds to a stream what may be there, and its id is not known');
    }
    return ascii(stream.lastId.toString());
  };
}

/** How many entries of the group at argument `key` + 1 are pending. */
function pendingAt(s: Session, a: Args, key: number): number {
  return present(findGroup(s, a, key))?.group.pending.size ?? 0;
}

function xgroup(s: Session, a: Args): ReturnType<Answer> {
  if (a.count < 4) return () => 'OK';
  const sizes = (): readonly [groups: number, consumers: number, pending: number] => {
    const stream = present(findStream(s, a, 2));
    const group = stream === undefined ? undefined : present(findGroup(s, a, 2))?.group;
    return [stream?.groups.size ?? 0, group?.consumers.size ?? 0, group?.pending.size ?? 0];
  };
  const [groups, consumers, pending] = sizes();
  return () => {
    if (a.is(1, 'DESTROY')) return groups - sizes()[0];
    if (a.is(1, 'CREATECONSUMER')) return sizes()[1] - consumers;
    return a.is(1, 'DELCONSUMER') ? pending - sizes()[2] : 'OK';
  };
}

const OPEN = 0x28;
const DASH = 0x2d;
const MOST = 0xffffffff;

interface Bound {
  id: StreamId;
  exclusive: boolean;
}

/** From here on `(` leaves a bound out. */
const EXCLUSIVE_SINCE = 602;

/** An id without its second number stands for all that have the first one. */
function bound(s: Session, a: Args, i: number, last: boolean): Bound {
  const exclusive = s.profile.release >= EXCLUSIVE_SINCE && a.length(i) > 1 && a.bytes[a.start(i)] === OPEN;
  const id = new StreamId();
  if (exclusive) a.spans[2 * i]!++;
  const text = a.bytes.subarray(a.start(i), a.end(i));
  const special = text.length === 1 && (text[0] === DASH || text[0] === 0x2b);
  const valid = parseRangeId(a, i, id) && !(exclusive && special);
  if (exclusive) a.spans[2 * i]!--;
  if (!valid) throw new CallFailed('RANGE');
  if (last && !special && !text.includes(DASH)) id.set(id.msHi, id.msLo, MOST, MOST);
  // Nothing is behind the greatest id, and nothing before the least one.
  const most = id.msHi === MOST && id.msLo === MOST && id.seqHi === MOST && id.seqLo === MOST;
  if (exclusive && (last ? id.isZero : most)) throw new CallFailed('RANGE');
  return { id, exclusive };
}

/** `key first last [COUNT n]`, or with both turned around. */
function range(reverse: boolean): Reader {
  return (s, a) => {
    const first = bound(s, a, reverse ? 3 : 2, false);
    const last = bound(s, a, reverse ? 2 : 3, true);
    let count = Number.POSITIVE_INFINITY;
    for (let i = 4; i < a.count; i += 2) {
      if (!a.is(i, 'COUNT') || i + 1 >= a.count) throw new CallFailed('SYNTAX');
      count = Math.max(0, Number(integer(a, i + 1)));
    }
    const stream = fitting(findStream(s, a, 1));
    if (stream === undefined) return [];
    return count === 0 ? null : entriesOf(stream, first, last, reverse, count);
  };
}

type Entry = [id: Bytes, strings: Bytes[]];

function entriesOf(stream: StreamValue, first: Bound, last: Bound, reverse: boolean, count: number): Entry[] {
  const entries: Entry[] = [];
  const id = new StreamId();
  let strings: Bytes[] | undefined;
  showUntilEnough(stream, {
    entry: (msHi, msLo, seqHi, seqLo) => {
      id.set(msHi, msLo, seqHi, seqLo);
      if (id.compare(last.id) >= (last.exclusive ? 0 : 1)) enough();
      const inside = id.compare(first.id) >= (first.exclusive ? 1 : 0);
      if (inside && !reverse && entries.length === count) enough();
      strings = inside ? [] : undefined;
      if (strings !== undefined) entries.push([ascii(id.toString()), strings]);
      // Of the last ones no more are held than are asked for, or twice as many.
      if (entries.length > 2 * count) entries.splice(0, entries.length - count);
    },
    bytes: (bytes, start, end) => {
      strings?.push(copied(bytes, start, end));
    },
    entryEnd: () => undefined,
    streamInfo: enough,
  });
  if (!reverse) return entries;
  return entries.slice(Math.max(0, entries.length - count)).reverse();
}
