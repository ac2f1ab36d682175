import type { ScanGroup } from '../rdb/index.ts';
import type { RespOutput } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { isPendingZero, shortId, writePendingId } from './ids.ts';
import {
  COUNT,
  CREATE,
  CREATECONSUMER,
  ENTRIESREAD,
  FAIL,
  FORCE,
  GROUP,
  IDS,
  MKSTREAM,
  ONE,
  RETRYCOUNT,
  STREAMS,
  TIME,
  XCLAIM,
  XGROUP,
  XNACK,
  XREADGROUP,
  ZERO,
} from './words.ts';

/** What a command of ids has behind them. */
const TAIL = 100;

/** The largest count that commands take; that of an entry may be larger. */
const MOST_RETRIES = 0x7fffffffffffffffn;

/** What an id has around it. */
const ID_AROUND = 7;

/**
 * Creates a consumer group: `XGROUP CREATE`.
 *
 * @param withStream the stream is not there, and is created too
 */
export function createGroup(c: LogContext, group: ScanGroup, withStream: boolean): void {
  const { out, target } = c;
  out.begin(XGROUP);
  out.word(CREATE);
  c.key();
  argument(out, group.name);
  out.text(shortId(group.lastDeliveredId));
  if (withStream) out.word(MKSTREAM);
  if (target.streamCounters && group.entriesRead != null) {
    out.word(ENTRIESREAD);
    out.integer(group.entriesRead);
  }
  out.end();
}

/**
 * What a group has: its pending entries, and the consumers that have none. When a consumer was last seen cannot be set
 * by any command.
 *
 * @param gone ids that are pending already, or cannot be
 */
export function writeMembers(c: LogContext, group: ScanGroup, gone: ReadonlySet<string>): void {
  const { pending } = group;
  writeClaims(c, group, (i) => gone.size === 0 || !gone.has(pending.id(i)));
  const owners = new Set<number>();
  for (let i = 0; i < pending.length; i++) if (!isPendingZero(pending, i)) owners.add(pending.consumer(i));
  group.consumers.forEach(({ name }, i) => {
    if (!owners.has(i)) writeConsumer(c, group.name, name);
  });
  writeNacked(c, group, (id) => !gone.has(id));
}

function argument(out: RespOutput, bytes: Uint8Array): void {
  out.argument(bytes, 0, bytes.length);
}

/** Gives consumers their pending entries: one `XCLAIM` for all of the same consumer, delivery time and count. */
export function writeClaims(
  c: LogContext,
  { name, pending, consumers }: ScanGroup,
  wanted: (i: number) => boolean,
): void {
  const { out, caps } = c;
  const order: number[] = [];
  for (let i = 0; i < pending.length; i++) if (pending.consumer(i) >= 0 && wanted(i)) order.push(i);
  const compare = (a: number, b: number): number =>
    pending.consumer(a) - pending.consumer(b) ||
    compareNumbers(pending.time(a), pending.time(b)) ||
    compareNumbers(pending.count(a), pending.count(b));
  order.sort(compare);
  for (let at = 0; at < order.length; ) {
    const first = order[at]!;
    const owner = pending.consumer(first);
    c.command(XCLAIM);
    argument(out, name);
    argument(out, consumers[owner]!.name);
    out.word(ZERO);
    const most = Math.min(order.length, at + caps.items);
    do writePendingId(out, pending, order[at++]!);
    while (at < most && out.size + TAIL < caps.bytes && compare(first, order[at]!) === 0);
    out.word(TIME);
    out.integer(pending.time(first));
    out.word(RETRYCOUNT);
    const count = pending.count(first);
    out.integer(retries(count));
    out.word(FORCE);
    out.end();
    tellRetries(c, count);
  }
}

function retries(count: number | bigint): number | bigint {
  return count > MOST_RETRIES ? MOST_RETRIES : count;
}

/** Behind the command, which must not break off. */
function tellRetries(c: LogContext, count: number | bigint): void {
  if (count > MOST_RETRIES) c.lose('pending', 'a delivery count above what commands take');
}

function compareNumbers(a: number | bigint, b: number | bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A consumer that owns nothing. */
function writeConsumer(c: LogContext, group: Uint8Array, consumer: Uint8Array): void {
  const { out, target } = c;
  if (target.createConsumer) {
    out.begin(XGROUP);
    out.word(CREATECONSUMER);
    c.key();
    argument(out, group);
    argument(out, consumer);
  } else {
    // Reading its history, which is empty, creates it.
    out.begin(XREADGROUP);
    out.word(GROUP);
    argument(out, group);
    argument(out, consumer);
    out.word(COUNT);
    out.word(ONE);
    out.word(STREAMS);
    c.key();
    out.word(ZERO);
  }
  out.end();
}

/** Entries that nobody owns, in the order in which they were handed back. */
export function writeNacked(
  c: LogContext,
  { name, pending, nacked }: ScanGroup,
  wanted: (id: string) => boolean,
): void {
  const { out, caps, target } = c;
  const unowned = new Map<string, number | bigint>();
  for (let i = 0; i < pending.length; i++) if (pending.consumer(i) < 0) unowned.set(pending.id(i), pending.count(i));
  if (unowned.size === 0) return;
  if (!target.xnack) {
    c.lose('pending', `${unowned.size} pending entries that no consumer owns`);
    return;
  }
  const inOrder = new Set([...(nacked ?? []).filter((id) => unowned.has(id)), ...unowned.keys()]);
  const ids = [...inOrder].filter(wanted);
  for (let at = 0; at < ids.length; ) {
    const from = at;
    const count = unowned.get(ids[at]!)!;
    const most = Math.min(ids.length, at + caps.items);
    let bytes = 0;
    do bytes += ids[at++]!.length + ID_AROUND;
    while (at < most && bytes + TAIL < caps.bytes && unowned.get(ids[at]!) === count);
    c.command(XNACK);
    argument(out, name);
    out.word(FAIL);
    out.word(IDS);
    out.integer(at - from);
    for (const id of ids.slice(from, at)) out.text(shortId(id));
    out.word(RETRYCOUNT);
    out.integer(retries(count));
    out.word(FORCE);
    out.end();
    tellRetries(c, count);
  }
}
