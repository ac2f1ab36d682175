import type { Args } from '../../args.ts';
import { addInt64 } from '../../numbers/integer.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { estimateRead } from '../../values/stream-estimate.ts';
import type { Consumer, StreamGroup } from '../../values/stream-group.ts';
import { StreamId } from '../../values/stream-id.ts';
import { countDelivery } from './claim.ts';
import { findIn, findStream, namesFirst } from './find.ts';
import { isSign, LARGEST_ID, parseId } from './ids.ts';

const GREATER = 0x3e;

/** A stream of the command, and where to read from: undefined for what nobody got yet. */
interface Reading {
  stream: StreamValue;
  group: StreamGroup;
  from: StreamId | undefined;
}

/** `GROUP g c [COUNT n] [BLOCK ms] [NOACK] [CLAIM ms] STREAMS key.. id..`; nothing blocks. */
export function xreadgroup(s: Session, a: Args): Outcome {
  let count = Number.POSITIVE_INFINITY;
  let noAck = false;
  let claim: number | bigint | undefined;
  let name = 0;
  let first = 0;
  for (let i = 1; i < a.count && first === 0; i++) {
    const more = i + 1 < a.count;
    if (more && a.is(i, 'STREAMS')) first = i + 1;
    else if (i + 2 < a.count && a.is(i, 'GROUP')) {
      name = i + 1;
      i += 2;
    } else if (a.is(i, 'NOACK')) noAck = true;
    else if (more && (a.is(i, 'COUNT') || a.is(i, 'BLOCK') || a.is(i, 'CLAIM'))) {
      const value = a.int(i + 1);
      if (value === undefined) return 'NOT_A_NUMBER';
      if (a.is(i, 'COUNT')) count = value > 0 ? Number(value) : Number.POSITIVE_INFINITY;
      else if (value < 0) return 'RANGE';
      else if (a.is(i, 'CLAIM')) claim = value;
      i++;
    } else return 'SYNTAX';
  }
  const streams = (a.count - first) / 2;
  if (first === 0 || name === 0 || !Number.isInteger(streams)) return 'SYNTAX';
  const readings: Reading[] = [];
  for (let i = 0; i < streams; i++) {
    const stream = findStream(s, a, first + i);
    if (typeof stream === 'string') return stream;
    const group = stream === undefined ? undefined : findIn(stream, a, name);
    if (stream === undefined || group === undefined) return 'NO_GROUP';
    const at = first + streams + i;
    const from = new StreamId();
    const isNew = isSign(a, at, GREATER);
    if (!isNew && !parseId(a, at, from)) return 'NOT_A_NUMBER';
    // Servers take the largest id for it.
    readings.push({ stream, group, from: isNew || from.compare(LARGEST_ID) === 0 ? undefined : from });
  }
  for (const { stream, group, from } of readings) {
    if (from === undefined && !namesFirst(s) && stream.lastLiveId.compare(group.lastId) <= 0) continue;
    const consumer = group.consumer(a.bytes, a.start(name + 1), a.end(name + 1), s.now);
    consumer.seen = s.now;
    if (from !== undefined) readAgain(s, stream, group, consumer, from, count);
    else {
      const left = claim === undefined ? count : count - claimIdle(s, stream, group, consumer, claim, count);
      deliver(s, stream, group, consumer, left, noAck);
    }
  }
  return undefined;
}

const id: StreamId = /* @__PURE__ */ new StreamId();

/** What a consumer has got already, once more. @param from changed */
function readAgain(
  s: Session,
  stream: StreamValue,
  group: StreamGroup,
  { number }: Consumer,
  from: StreamId,
  count: number,
): void {
  const { pending } = group;
  let left = count;
  if (!from.increment()) return;
  for (let more = pending.seek(from); more && left > 0; more = pending.next()) {
    if (pending.owner !== number) continue;
    left--;
    if (!stream.has(pending.id(id))) continue;
    pending.time = s.now;
    countDelivery(group);
  }
}

/** Entries of others that have waited for so long. @returns how many */
function claimIdle(
  s: Session,
  stream: StreamValue,
  group: StreamGroup,
  consumer: Consumer,
  idle: number | bigint,
  count: number,
): number {
  const { pending } = group;
  let claimed = 0;
  for (let more = pending.begin(); more && claimed < count; more = pending.next()) {
    if (s.now - Number(pending.time) < idle || !stream.has(pending.id(id))) continue;
    group.own(id, consumer);
    pending.time = s.now;
    countDelivery(group);
    claimed++;
  }
  return claimed;
}

function deliver(
  s: Session,
  stream: StreamValue,
  group: StreamGroup,
  consumer: Consumer,
  count: number,
  noAck: boolean,
): void {
  const { pending } = group;
  id.copy(group.lastId);
  for (let left = count; left > 0 && id.increment() && stream.firstFrom(id, id); left--) {
    group.entriesRead = readWith(s, stream, group, id);
    group.lastId.copy(id);
    consumer.active = s.now;
    if (noAck) continue;
    if (pending.find(id)) {
      group.own(id, consumer);
      pending.time = s.now;
      pending.count = 1;
    } else pending.insert(id, s.now, 1, consumer.number);
  }
}

/** How many entries are read with the next one (redis: src/t_stream.c, streamReplyWithRange). */
function readWith(s: Session, stream: StreamValue, group: StreamGroup, next: StreamId): number | bigint {
  const { entriesRead, lastId } = group;
  const { firstId, maxDeletedId, entriesAdded } = stream;
  // 7.0 looks for deleted entries from the entry itself on, and not at the first one.
  const early = s.profile.release < 702;
  const deleted = !maxDeletedId.isZero && maxDeletedId.compare(early ? next : lastId) >= 0;
  if (entriesRead !== -1 && (early || lastId.compare(firstId) >= 0) && !deleted) {
    // Servers let it overflow, and count on from there; what is below zero is shown as unknown.
    return addInt64(entriesRead, 1) ?? -0x8000000000000000n;
  }
  return entriesAdded > 0 ? estimateRead(stream, next, early) : entriesRead;
}
