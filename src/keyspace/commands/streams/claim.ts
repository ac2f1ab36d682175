import type { Args } from '../../args.ts';
import type { Outcome, Session } from '../../session.ts';
import type { Consumer, Pending, StreamGroup } from '../../values/stream-group.ts';
import { findGroup, namesFirst } from './find.ts';
import { parseId, parseIds, parseRangeId } from './ids.ts';

/** From here on entries that are gone can neither be claimed nor stay pending. */
const DROPS_GONE = 700;

interface ClaimOptions {
  time: number | bigint | undefined;
  retries: number | bigint | undefined;
  force: boolean;
  justId: boolean;
  lastId: bigint;
}

function claimOptions(s: Session, a: Args, from: number): ClaimOptions | Outcome {
  const options: ClaimOptions = { time: undefined, retries: undefined, force: false, justId: false, lastId: 0n };
  for (let i = from; i < a.count; i++) {
    const more = i + 1 < a.count;
    if (a.is(i, 'FORCE')) options.force = true;
    else if (a.is(i, 'JUSTID')) options.justId = true;
    else if (more && (a.is(i, 'IDLE') || a.is(i, 'TIME'))) {
      const given = a.int(i + 1);
      if (given === undefined) return 'NOT_A_NUMBER';
      options.time = a.is(i, 'TIME') ? given : BigInt(s.now) - BigInt(given);
      i++;
    } else if (more && a.is(i, 'RETRYCOUNT')) {
      options.retries = a.int(++i);
      if (options.retries === undefined) return 'NOT_A_NUMBER';
    } else if (more && a.is(i, 'LASTID')) {
      const id = parseId(a, ++i);
      if (id === undefined) return 'NOT_A_NUMBER';
      options.lastId = id;
    } else return 'SYNTAX';
  }
  return options;
}

/** The consumer for whom entries are claimed, made where there is none. */
function callerOf(s: Session, a: Args, group: StreamGroup): Consumer {
  const consumer = group.consumer(a.text(3), a.copy(3), s.now);
  consumer.seen = s.now;
  return consumer;
}

/** redis: src/t_stream.c, xclaimCommand. */
export function xclaim(s: Session, a: Args): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  const minIdle = a.int(4);
  if (minIdle === undefined) return 'NOT_A_NUMBER';
  const ids: bigint[] = [];
  let from = 5;
  for (; from < a.count; from++) {
    const id = parseId(a, from);
    if (id === undefined) break;
    ids.push(id);
  }
  const options = claimOptions(s, a, from);
  if (options === undefined || typeof options === 'string') return options;
  if (options.lastId > group.lastId) group.lastId = options.lastId;
  const { time = s.now } = options;
  const delivered = time < 0 || time > s.now ? s.now : Number(time);
  let consumer = namesFirst(s) ? callerOf(s, a, group) : undefined;
  for (const id of ids) {
    let pending = group.pending.get(id);
    const exists = stream.has(id);
    if (!exists && (s.profile.release >= DROPS_GONE || pending === undefined)) {
      group.pending.delete(id);
      continue;
    }
    if (pending === undefined) {
      if (!options.force) continue;
      pending = { consumer: undefined, time: 0, count: 1 };
      group.pending.set(id, pending);
    } else if (isTooFresh(s, pending, minIdle)) continue;
    consumer ??= callerOf(s, a, group);
    pending.consumer = consumer;
    delete pending.nacked;
    pending.time = delivered;
    if (options.retries !== undefined && options.retries >= 0) pending.count = options.retries;
    else if (!options.justId) pending.count = Number(pending.count) + 1;
    consumer.active = s.now;
  }
  return undefined;
}

function isTooFresh(s: Session, { consumer, time }: Pending, minIdle: number | bigint): boolean {
  return consumer !== undefined && minIdle > 0 && s.now - Number(time) < minIdle;
}

const TRIES_EACH = 10;

export function xautoclaim(s: Session, a: Args): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const minIdle = a.int(4);
  const start = a.bytes[a.start(5)] === OPEN ? undefined : parseRangeId(a, 5);
  if (minIdle === undefined || start === undefined) return 'NOT_A_NUMBER';
  let count = 100;
  let justId = false;
  for (let i = 6; i < a.count; i++) {
    if (a.is(i, 'JUSTID')) justId = true;
    else if (a.is(i, 'COUNT') && i + 1 < a.count) {
      const given = a.int(++i);
      if (given === undefined || given < 1) return 'RANGE';
      count = Number(given);
    } else return 'SYNTAX';
  }
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  let consumer = namesFirst(s) ? callerOf(s, a, group) : undefined;
  let tries = count * TRIES_EACH;
  for (const id of group.ids()) {
    if (id < start) continue;
    if (tries-- <= 0 || count <= 0) break;
    const pending = group.pending.get(id)!;
    if (s.profile.release >= DROPS_GONE && !stream.has(id)) {
      group.pending.delete(id);
      count--;
      continue;
    }
    if (isTooFresh(s, pending, minIdle)) continue;
    consumer ??= callerOf(s, a, group);
    pending.consumer = consumer;
    delete pending.nacked;
    pending.time = s.now;
    if (!justId) pending.count = Number(pending.count) + 1;
    consumer.active = s.now;
    count--;
  }
  return undefined;
}

const OPEN = 0x28;

const MOST_RETRIES = 0x7fffffffffffffffn;

/** `key group SILENT|FAIL|FATAL IDS n id.. [RETRYCOUNT c] [FORCE]`: entries are handed back, and nobody owns them. */
export function xnack(s: Session, a: Args): Outcome {
  if (a.count < 7 || !a.is(4, 'IDS')) return 'SYNTAX';
  const mode = (['SILENT', 'FAIL', 'FATAL'] as const).find((word) => a.is(3, word));
  const number = a.int(5);
  if (mode === undefined || typeof number !== 'number' || number < 1 || 6 + number > a.count) return 'SYNTAX';
  const ids = parseIds(a, 6, 6 + number);
  if (ids === undefined) return 'NOT_A_NUMBER';
  let retries: number | bigint | undefined;
  let force = false;
  for (let i = 6 + number; i < a.count; i++) {
    if (a.is(i, 'FORCE')) force = true;
    else if (a.is(i, 'RETRYCOUNT') && i + 1 < a.count) {
      retries = a.int(++i);
      if (retries === undefined || retries < 0) return 'RANGE';
    } else return 'SYNTAX';
  }
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  for (const id of ids) {
    let pending = group.pending.get(id);
    if (pending === undefined) {
      if (!force || !stream.has(id)) continue;
      pending = { consumer: undefined, time: 0, count: 0 };
      group.pending.set(id, pending);
    }
    pending.consumer = undefined;
    pending.time = 0;
    pending.nacked = group.nacks++;
    if (retries !== undefined) pending.count = retries;
    else if (mode === 'FATAL') pending.count = MOST_RETRIES;
    else if (mode === 'SILENT' && pending.count > 0) pending.count = Number(pending.count) - 1;
  }
  return undefined;
}
