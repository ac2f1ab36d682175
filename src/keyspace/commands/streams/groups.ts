import type { Args } from '../../args.ts';
import type { Outcome } from '../../outcome.ts';
import { sinceRedis } from '../../profile.ts';
import type { Session } from '../../session.ts';
import { StreamGroup } from '../../values/stream-group.ts';
import { StreamId } from '../../values/stream-id.ts';
import { addStream, findGroup, findIn, findStream } from './find.ts';
import { isSign, named, parseId, parseIds, parseRangeId } from './ids.ts';

/** Since here a group that has read more than was added is taken to have read all of it. */
const CLAMPS = 804;

const DOLLAR = 0x24;

const id: StreamId = /* @__PURE__ */ new StreamId();
const NEW_STREAM: StreamId = /* @__PURE__ */ new StreamId();

export function xgroup(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  if (a.names(1, 'CREATE')) return create(s, a);
  if (a.names(1, 'SETID')) return setId(s, a);
  if (a.names(1, 'DESTROY')) return destroy(s, a);
  if (a.names(1, 'CREATECONSUMER')) return createConsumer(s, a);
  if (a.names(1, 'DELCONSUMER')) return deleteConsumer(s, a);
  return 'SYNTAX';
}

/** Options of the command at hand. */
let makes = false;
let read: number | bigint = -1;

/** Reads `[MKSTREAM] [ENTRIESREAD n]` from argument 5 on. */
function parseOptions(a: Args, mayMake: boolean): Outcome {
  makes = false;
  read = -1;
  for (let i = 5; i < a.count; i++) {
    if (mayMake && a.is(i, 'MKSTREAM')) makes = true;
    else if (a.is(i, 'ENTRIESREAD') && i + 1 < a.count) {
      const given = a.int(++i);
      if (given === undefined) return 'NOT_A_NUMBER';
      if (given < -1) return 'RANGE';
      read = given;
    } else return 'SYNTAX';
  }
  return undefined;
}

/** What a group has read where a command says so. */
function readOf(s: Session, added: number | bigint): number | bigint {
  return sinceRedis(s.profile, CLAMPS) && read > added ? added : read;
}

function create(s: Session, a: Args): Outcome {
  if (a.count < 5 || a.count > 8) return 'SYNTAX';
  const wrong = parseOptions(a, true);
  if (wrong !== undefined) return wrong;
  const found = findStream(s, a, 2);
  if (typeof found === 'string') return found;
  if (found === undefined && !makes) return 'NO_KEY';
  if (isSign(a, 4, DOLLAR)) id.copy(found?.lastId ?? NEW_STREAM);
  else if (!parseId(a, 4, id)) return 'NOT_A_NUMBER';
  const stream = found ?? addStream(s, a, 2);
  if (findIn(stream, a, 3) !== undefined) return 'OTHER';
  stream.groups.add(new StreamGroup(a.copy(3), id, readOf(s, stream.entriesAdded)));
  return undefined;
}

function setId(s: Session, a: Args): Outcome {
  if (a.count !== 5 && a.count !== 7) return 'SYNTAX';
  const wrong = parseOptions(a, false);
  if (wrong !== undefined) return wrong;
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  if (isSign(a, 4, DOLLAR)) id.copy(stream.lastId);
  else if (!parseRangeId(a, 4, id)) return 'NOT_A_NUMBER';
  group.lastId.copy(id);
  group.entriesRead = readOf(s, stream.entriesAdded);
  return undefined;
}

function destroy(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const stream = findStream(s, a, 2);
  if (typeof stream === 'string') return stream;
  if (stream === undefined) return 'NO_KEY';
  const group = findIn(stream, a, 3);
  if (group !== undefined) stream.groups.delete(group);
  return undefined;
}

function createConsumer(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  found.group.consumer(a.bytes, a.start(4), a.end(4), s.now);
  return undefined;
}

function deleteConsumer(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const found = findGroup(s, a, 2);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { group } = found;
  const consumer = group.consumers.find(a.bytes, a.start(4), a.end(4));
  if (consumer !== undefined) group.removeConsumer(consumer);
  return undefined;
}

export function xack(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found;
  if (parseIds(a, 3, a.count) !== a.count) return 'NOT_A_NUMBER';
  for (let i = 0; i < named.length; i++) found.group.drop(named.at(i, id));
  return undefined;
}
