import { hashSlot } from '../../records/index.ts';
import type { Args } from '../args.ts';
import { nothing } from '../arity.ts';
import type { Database } from '../database.ts';
import type { Family } from '../dispatch.ts';
import { type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';

/** What nodes of a cluster write where slots go to other nodes. */
export const slots: Family = {
  TRIMSLOTS: trimSlots,
  SFLUSH: flushSlots,
  CLUSTER: cluster,
};

const SLOTS = 16384;

/** `n s e s e ...` from an argument on, or without the count up to `to`. */
function slotRanges(a: Args, from: number, to: number): [number, number][] | undefined {
  const ranges: [number, number][] = [];
  for (let i = from; i < to; i += 2) {
    const first = a.int(i);
    const last = i + 1 < to ? a.int(i + 1) : undefined;
    if (typeof first !== 'number' || typeof last !== 'number') return undefined;
    if (first < 0 || last >= SLOTS || first > last) return undefined;
    ranges.push([first, last]);
  }
  return ranges.length === 0 ? undefined : ranges;
}

function dropSlots(db: Database, ranges: readonly [number, number][]): void {
  const doomed: Uint8Array[] = [];
  db.forEachKey((bytes, start, end) => {
    const slot = hashSlot(bytes.slice(start, end));
    if (ranges.some(([first, last]) => slot >= first && slot <= last)) doomed.push(bytes.slice(start, end));
  });
  for (const key of doomed) db.delete(key, 0, key.length);
}

function trimSlots(s: Session, a: Args): Outcome {
  if (a.count < 5 || !a.is(1, 'RANGES')) return 'SYNTAX';
  const ranges = slotRanges(a, 3, a.count);
  if (ranges === undefined || a.int(2) !== ranges.length) return 'RANGE';
  dropSlots(s.db, ranges);
  return undefined;
}

function flushSlots(s: Session, a: Args): Outcome {
  const last = a.count - 1;
  const to = last > 0 && (a.is(last, 'SYNC') || a.is(last, 'ASYNC')) ? last : a.count;
  const ranges = slotRanges(a, 1, to);
  if (ranges === undefined) return 'RANGE';
  dropSlots(s.db, ranges);
  return undefined;
}

/** Valkey from 9.0 on; its clusters have databases besides 0. */
function cluster(s: Session, a: Args): Outcome {
  if (a.count > 2 && a.is(1, 'FLUSHSLOT')) return flushSlot(s, a);
  if (a.count > 2 && a.is(1, 'SYNCSLOTS') && a.is(2, 'FINISH')) refuseFailed(a);
  return nothing(s, a);
}

/** `CLUSTER FLUSHSLOT slot [ASYNC | SYNC]` */
function flushSlot(s: Session, a: Args): Outcome {
  if (a.count > 4 || (a.count === 4 && !a.is(3, 'SYNC') && !a.is(3, 'ASYNC'))) return 'SYNTAX';
  const slot = a.int(2);
  if (typeof slot !== 'number' || slot < 0 || slot >= SLOTS) return 'RANGE';
  for (const [, database] of s.keyspace.databases) dropSlots(database, [[slot, slot]]);
  return undefined;
}

/** An import of slots that did not succeed: what had come goes, and which keys these are stands nowhere. */
function refuseFailed(a: Args): void {
  for (let i = 3; i < a.count; i++) {
    if (a.is(i, 'FAILED') || a.is(i, 'CANCELED') || a.is(i, 'CANCELLED')) {
      throw new Refusal('ends an import of slots that failed: which keys go is not known');
    }
  }
}
