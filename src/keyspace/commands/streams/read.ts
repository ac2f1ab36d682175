import type { Args } from '../../args.ts';
import type { Outcome, Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { estimateRead } from '../../values/stream-estimate.ts';
import type { Consumer, StreamGroup } from '../../values/stream-group.ts';
import { findStream, namesFirst } from './find.ts';
import { parseId } from './ids.ts';

/** `GROUP g c [COUNT n] [BLOCK ms] [NOACK] [CLAIM ms] STREAMS key.. id..`; nothing blocks. */
export function xreadgroup(s: Session, a: Args): Outcome {
  let count = Number.POSITIVE_INFINITY;
  let noAck = false;
  let claim: number | bigint | undefined;
  let group = 0;
  let first = 0;
  for (let i = 1; i < a.count && first === 0; i++) {
    const more = i + 1 < a.count;
    if (more && a.is(i, 'STREAMS')) first = i + 1;
    else if (i + 2 < a.count && a.is(i, 'GROUP')) {
      group = i + 1;
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
  if (first === 0 || group === 0 || !Number.isInteger(streams)) return 'SYNTAX';
  const readings: { stream: StreamValue; group: StreamGroup; from: bigint | undefined }[] = [];
  for (let i = 0; i < streams; i++) {
    const stream = findStream(s, a, first + i);
    if (typeof stream === 'string') return stream;
    const found = stream?.groups.get(a.text(group));
    if (stream === undefined || found === undefined) return 'NO_GROUP';
    const at = first + streams + i;
    const from = a.is(at, '>') ? undefined : parseId(a, at);
    if (from === undefined && !a.is(at, '>')) return 'NOT_A_NUMBER';
    readings.push({ stream, group: found, from });
  }
  for (const { stream, group: found, from } of readings) {
    if (from === undefined && !namesFirst(s) && !hasMore(stream, found)) continue;
    const consumer = found.consumer(a.text(group + 1), a.copy(group + 1), s.now);
    consumer.seen = s.now;
    if (from !== undefined) readAgain(s, stream, found, consumer, from, count);
    else {
      const left = claim === undefined ? count : count - claimIdle(s, stream, found, consumer, claim, count);
      deliver(s, stream, found, consumer, left, noAck);
    }
  }
  return undefined;
}

/** Whether there are entries that the group has not delivered. */
function hasMore(stream: StreamValue, group: StreamGroup): boolean {
  if (stream.length === 0) return false;
  for (const _ of stream.idsFrom(group.lastId + 1n, 1)) return true;
  return false;
}

/** What a consumer has got already, once more. */
function readAgain(
  s: Session,
  stream: StreamValue,
  group: StreamGroup,
  consumer: Consumer,
  from: bigint,
  count: number,
): void {
  let left = count;
  for (const id of group.ids()) {
    const pending = group.pending.get(id)!;
    if (id <= from || pending.consumer !== consumer) continue;
    if (left-- <= 0) return;
    if (!stream.has(id)) continue;
    pending.time = s.now;
    pending.count = Number(pending.count) + 1;
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
  let claimed = 0;
  for (const id of group.ids()) {
    const pending = group.pending.get(id)!;
    if (claimed >= count) break;
    if (s.now - Number(pending.time) < idle || !stream.has(id)) continue;
    pending.consumer = consumer;
    delete pending.nacked;
    pending.time = s.now;
    pending.count = Number(pending.count) + 1;
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
  if (count <= 0 || stream.length === 0) return;
  for (const id of stream.idsFrom(group.lastId + 1n, count)) {
    group.entriesRead = readWith(s, stream, group, id);
    group.lastId = id;
    consumer.active = s.now;
    if (!noAck) group.pending.set(id, { consumer, time: s.now, count: 1 });
  }
}

/** How many entries are read with the next one (redis: src/t_stream.c, streamReplyWithRange). */
function readWith(s: Session, stream: StreamValue, group: StreamGroup, id: bigint): bigint {
  const { entriesRead, lastId } = group;
  const { firstId, maxDeletedId, length, entriesAdded } = stream;
  // 7.0 looks for deleted entries from the entry itself on, and not at the first one.
  const early = s.profile.release < 702;
  const deleted = length > 0 && maxDeletedId !== 0n && maxDeletedId >= (early ? id : lastId);
  if (entriesRead >= 0n && (early || lastId >= firstId) && !deleted) return entriesRead + 1n;
  return entriesAdded > 0n ? estimateRead(stream, id) : entriesRead;
}
