import type { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { HyperLogLog } from '../hyperloglog.ts';
import type { Estimator } from '../hyperloglog-estimate.ts';
import type { Failure, Outcome, Session } from '../session.ts';
import { NOTHING, STRING } from '../types.ts';

/** HyperLogLogs, which are strings. PFCOUNT of one key writes the estimate that it finds out of date. */
export const hyperloglogs: Family = {
  PFADD: pfadd,
  PFCOUNT: pfcount,
  PFMERGE: pfmerge,
  PFDEBUG: pfdebug,
};

/** Up to here PFMERGE always packs its result. */
const SPARSE_MERGE_SINCE = 400;

/** A copy of the string at the key that argument i is; undefined where there is no such key. */
function stringAt(s: Session, a: Args, i: number): Uint8Array | undefined | Failure {
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(i), a.end(i), spot);
  if (type === NOTHING) return undefined;
  return type === STRING ? spot.bytes.slice(spot.start, spot.end) : 'WRONGTYPE';
}

/** Writes it back; the time of the key stays. */
function store(s: Session, a: Args, i: number, value: Uint8Array): void {
  const { spot } = s;
  s.db.resizeString(a.bytes, a.start(i), a.end(i), value.length, spot);
  spot.bytes.set(value, spot.start);
}

/** The one that is at a key, or a new one. */
function openAt(s: Session, a: Args, i: number): { log: HyperLogLog; isNew: boolean } | Failure {
  const value = stringAt(s, a, i);
  if (typeof value === 'string') return value;
  const log = new HyperLogLog(s.options.hllSparseMaxBytes);
  if (value === undefined) log.create();
  else if (!log.open(value)) return 'WRONGTYPE';
  return { log, isNew: value === undefined };
}

function pfadd(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const opened = openAt(s, a, 1);
  if (typeof opened === 'string') return opened;
  const { log, isNew } = opened;
  let changed = isNew;
  let damaged = false;
  for (let i = 2; i < a.count && !damaged; i++) {
    const result = log.add(a.bytes, a.start(i), a.end(i));
    if (result === undefined) damaged = true;
    else if (result) changed = true;
  }
  if (changed && !damaged) log.invalidate();
  if (changed) store(s, a, 1, log.bytes);
  return damaged ? 'OTHER' : undefined;
}

function estimatorOf({ profile }: Session): Estimator {
  if (profile.release >= 500) return 'ertl';
  return profile.release >= 400 ? 'beta' : 'raw';
}

function pfcount(s: Session, a: Args): Outcome {
  // Of several keys it writes nothing.
  if (a.count !== 2) return a.count < 2 ? 'SYNTAX' : undefined;
  const value = stringAt(s, a, 1);
  if (value === undefined || typeof value === 'string') return value;
  const log = new HyperLogLog(s.options.hllSparseMaxBytes);
  if (!log.open(value)) return 'WRONGTYPE';
  const counted = log.count(estimatorOf(s));
  if (counted === undefined) return 'OTHER';
  if (counted) store(s, a, 1, log.bytes);
  return undefined;
}

function pfmerge(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const others: Uint8Array[] = [];
  for (let i = 2; i < a.count; i++) {
    const value = stringAt(s, a, i);
    if (typeof value === 'string') return value;
    if (value !== undefined) others.push(value);
  }
  const opened = openAt(s, a, 1);
  if (typeof opened === 'string') return opened;
  if (opened.log.merge(others, s.profile.release < SPARSE_MERGE_SINCE) === undefined) return 'WRONGTYPE';
  store(s, a, 1, opened.log.bytes);
  return undefined;
}

function pfdebug(s: Session, a: Args): Outcome {
  if (a.count < 3 || !(a.is(1, 'TODENSE') || a.is(1, 'GETREG'))) return undefined;
  const value = stringAt(s, a, 2);
  if (value === undefined || typeof value === 'string') return value ?? 'NO_KEY';
  const log = new HyperLogLog(s.options.hllSparseMaxBytes);
  if (!log.open(value)) return 'WRONGTYPE';
  if (log.toDense() === undefined) return 'OTHER';
  store(s, a, 2, log.bytes);
  return undefined;
}
