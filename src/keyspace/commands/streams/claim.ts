import type { Args } from '../../args.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { type Consumer, NOBODY, type StreamGroup } from '../../values/stream-group.ts';
import { StreamId } from '../../values/stream-id.ts';
import { findGroup, namesFirst } from './find.ts';
import { named, parseId, parseIds, parseRangeId } from './ids.ts';

/** From here on entries that are gone can neither be claimed nor stay pending. */
const DROPS_GONE = 700;

const id: StreamId = /* @__PURE__ */ new StreamId();

/** Options of the XCLAIM at hand. One object, set anew for each. */
const options: {
  time: number | bigint | undefined;
  retries: number | bigint | undefined;
  force: boolean;
  justId: boolean;
  readonly lastId: StreamId;
} = { time: undefined, retries: undefined, force: false, justId: false, lastId: /* @__PURE__ */ new StreamId() };

function parseOptions(s: Session, a: Args, from: number): Outcome {
  options.time = options.retries = undefined;
  options.force = options.justId = false;
  options.lastId.set(0, 0, 0, 0);
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
      if (!parseId(a, ++i, options.lastId)) return 'NOT_A_NUMBER';
    } else return 'SYNTAX';
  }
  return undefined;
}

/** The consumer for whom entries are claimed, made where there is none. */
function callerOf(s: Session, a: Args, group: StreamGroup): Consumer {
  const consumer = group.consumer(a.bytes, a.start(3), a.end(3), s.now);
  consumer.seen = s.now;
  return consumer;
}

/** The pending entry at hand was delivered once more. */
export function countDelivery({ pending }: StreamGroup): void {
  const { count } = pending;
  pending.count = typeof count === 'number' ? count + 1 : BigInt.asUintN(64, count + 1n);
}

function uncountDelivery({ pending }: StreamGroup): void {
  const { count } = pending;
  if (count > 0) pending.count = typeof count === 'number' ? count - 1 : count - 1n;
}

/** redis: src/t_stream.c, xclaimCommand. */
export function xclaim(s: Session, a: Args): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  const { pending } = group;
  const minIdle = a.int(4);
  if (minIdle === undefined) return 'NOT_A_NUMBER';
  const wrong = parseOptions(s, a, parseIds(a, 5, a.count));
  if (wrong !== undefined) return wrong;
  const { retries, justId, force, lastId } = options;
  if (lastId.compare(group.lastId) > 0) group.lastId.copy(lastId);
  const { time = s.now } = options;
  const delivered = time < 0 || time > s.now ? s.now : Number(time);
  let consumer = namesFirst(s) ? callerOf(s, a, group) : undefined;
  for (let i = 0; i < named.length; i++) {
    named.at(i, id);
    const isPending = pending.find(id);
    if ((s.profile.release >= DROPS_GONE || !isPending) && !stream.has(id)) {
      if (isPending) group.dropHere(id);
      continue;
    }
    if (!isPending) {
      if (!force) continue;
      pending.insert(id, 0, 1, NOBODY);
    } else if (isTooFresh(s, group, minIdle)) continue;
    consumer ??= callerOf(s, a, group);
    group.own(id, consumer);
    pending.time = delivered;
    if (retries !== undefined && retries >= 0) pending.count = retries;
    else if (!justId) countDelivery(group);
    consumer.active = s.now;
  }
  return undefined;
}

/** Whether the pending entry at hand has an owner who got it not long enough ago. */
function isTooFresh(s: Session, { pending }: StreamGroup, minIdle: number | bigint): boolean {
  return minIdle > 0 && pending.owner !== NOBODY && s.now - Number(pending.time) < minIdle;
}

const TRIES_EACH = 10;

/**
 * From 7.0 on servers ask for memory for so many ids of 16 bytes first, and this is more than a process can have. Of the numbers
 * below only the machine knows.
 */
const MOST_CLAIMED = 2 ** 43;
const OPEN = 0x28;

/** The id from which on XAUTOCLAIM looks, which an open interval leaves out. */
function parseStart(a: Args, i: number): boolean {
  if (a.length(i) < 2 || a.bytes[a.start(i)] !== OPEN) return parseRangeId(a, i, id);
  const at = 2 * i;
  a.spans[at]!++;
  const valid = parseRangeId(a, i, id) && id.increment();
  a.spans[at]!--;
  return valid;
}

export function xautoclaim(s: Session, a: Args): Outcome {
  if (a.count < 6) return 'SYNTAX';
  const minIdle = a.int(4);
  if (minIdle === undefined || !parseStart(a, 5)) return 'NOT_A_NUMBER';
  let count = 100;
  let justId = false;
  for (let i = 6; i < a.count; i++) {
    if (a.is(i, 'JUSTID')) justId = true;
    else if (a.is(i, 'COUNT') && i + 1 < a.count) {
      const given = a.int(++i);
      if (given === undefined || given < 1) return 'RANGE';
      count = Number(given);
      if (count >= MOST_CLAIMED && s.profile.release >= DROPS_GONE) return 'RANGE';
    } else return 'SYNTAX';
  }
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found ?? 'NO_GROUP';
  const { stream, group } = found;
  const { pending } = group;
  let consumer = namesFirst(s) ? callerOf(s, a, group) : undefined;
  let tries = count * TRIES_EACH;
  for (let more = pending.seek(id); more && tries > 0 && count > 0; tries--) {
    pending.id(id);
    if (s.profile.release >= DROPS_GONE && !stream.has(id)) {
      more = group.dropHere(id);
      count--;
      continue;
    }
    if (!isTooFresh(s, group, minIdle)) {
      consumer ??= callerOf(s, a, group);
      group.own(id, consumer);
      pending.time = s.now;
      if (!justId) countDelivery(group);
      consumer.active = s.now;
      count--;
    }
    more = pending.next();
  }
  return undefined;
}

const MOST_RETRIES = 0x7fffffffffffffffn;

/** `key group SILENT|FAIL|FATAL IDS n id.. [RETRYCOUNT c] [FORCE]`: entries are handed back, and nobody owns them. */
export function xnack(s: Session, a: Args): Outcome {
  if (a.count < 7 || !a.is(4, 'IDS')) return 'SYNTAX';
  const mode = (['SILENT', 'FAIL', 'FATAL'] as const).find((word) => a.is(3, word));
  const number = a.int(5);
  if (mode === undefined || typeof number !== 'number' || number < 1 || 6 + number > a.count) return 'SYNTAX';
  if (parseIds(a, 6, 6 + number) !== 6 + number) return 'NOT_A_NUMBER';
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
  const { pending } = group;
  for (let i = 0; i < named.length; i++) {
    named.at(i, id);
    if (!pending.find(id)) {
      if (!force || !stream.has(id)) continue;
      pending.insert(id, 0, 0, NOBODY);
    }
    const text = id.toString();
    group.nacked.delete(text);
    group.nacked.add(text);
    pending.owner = NOBODY;
    pending.time = 0;
    if (retries !== undefined) pending.count = retries;
    else if (mode === 'FATAL') pending.count = MOST_RETRIES;
    else if (mode === 'SILENT') uncountDelivery(group);
  }
  return undefined;
}
