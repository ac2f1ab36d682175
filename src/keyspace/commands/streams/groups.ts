import type { Args } from '../../args.ts';
import type { Outcome, Session } from '../../session.ts';
import { StreamGroup } from '../../values/stream-group.ts';
import { isNewer } from './delete.ts';
import { addStream, findGroup, findStream } from './find.ts';
import { parseId, parseIds, parseRangeId } from './ids.ts';

export function xgroup(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  if (a.is(1, 'CREATE')) return create(s, a);
  if (a.is(1, 'SETID')) return setId(s, a);
  if (a.is(1, 'DESTROY')) return destroy(s, a);
  if (a.is(1, 'CREATECONSUMER')) return createConsumer(s, a);
  if (a.is(1, 'DELCONSUMER')) return deleteConsumer(s, a);
  return 'SYNTAX';
}

/** `[MKSTREAM] [ENTRIESREAD n]` from argument 5 on. */
function options(a: Args, makes: boolean): { make: boolean; read: bigint } | Outcome {
  let make = false;
  let read = -1n;
  for (let i = 5; i < a.count; i++) {
    if (makes && a.is(i, 'MKSTREAM')) make = true;
    else if (a.is(i, 'ENTRIESREAD') && i + 1 < a.count) {
      const given = a.int(++i);
      if (given === undefined) return 'NOT_A_NUMBER';
      if (given < -1) return 'RANGE';
      read = BigInt(given);
    } else return 'SYNTAX';
  }
  return { make, read };
}

function create(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const given = options(a, true);
  if (given === undefined || typeof given === 'string') return given;
  const found = findStream(s, a, 2);
  if (typeof found === 'string') return found;
  if (found === undefined && !given.make) return 'NO_KEY';
  const id = a.is(4, '$') ? (found?.lastId ?? 0n) : parseId(a, 4);
  if (id === undefined) return 'NOT_A_NUMBER';
  const stream = found ?? addStream(s, a, 2);
  const name = a.text(3);
  if (stream.groups.has(name)) return 'OTHER';
  const { read } = given;
  const most = isNewer(s, 804) && read > stream.entriesAdded ? stream.entriesAdded : read;
  stream.groups.set(name, new StreamGroup(a.copy(3), id, most));
  return undefined;
}

function setId(s: Session, a: Args): Outcome {
  if (a.count < 5) return 'SYNTAX';
  const given = options(a, false);
  if (given === undefined || typeof given === 'string') return given;
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  const id = a.is(4, '$') ? stream.lastId : parseRangeId(a, 4);
  if (id === undefined) return 'NOT_A_NUMBER';
  group.lastId = id;
  group.entriesRead = isNewer(s, 804) && given.read > stream.entriesAdded ? stream.entriesAdded : given.read;
  return undefined;
}

function destroy(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const stream = findStream(s, a, 2);
  if (typeof stream === 'string') return stream;
  if (stream === undefined) return 'NO_KEY';
  stream.groups.delete(a.text(3));
  return undefined;
}

function createConsumer(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  found.group.consumer(a.text(4), a.copy(4), s.now);
  return undefined;
}

function deleteConsumer(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { group } = found;
  const consumer = group.consumers.get(a.text(4));
  if (consumer === undefined) return undefined;
  for (const [id, pending] of group.pending) if (pending.consumer === consumer) group.pending.delete(id);
  group.consumers.delete(a.text(4));
  return undefined;
}

export function xack(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found;
  const ids = parseIds(a, 3, a.count);
  if (ids === undefined) return 'NOT_A_NUMBER';
  for (const id of ids) found.group.pending.delete(id);
  return undefined;
}
