import type { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { HyperLogLog } from '../hyperloglog.ts';
import type { Estimator } from '../hyperloglog-estimate.ts';
import type { Failure, Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
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

/** The string at the key that argument i is, in the heap; undefined where there is no such key. */
function stringAt(s: Session, a: Args, i: number): Uint8Array | undefined | Failure {
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(i), a.end(i), spot);
  if (type === NOTHING) return undefined;
  return type === STRING ? spot.bytes.subarray(spot.start, spot.end) : 'WRONGTYPE';
}

const tools: WeakMap<Session, HyperLogLog> = /* @__PURE__ */ new WeakMap();

/** One for all commands: those that are packed are changed where they lie, and others in its memory. */
function toolOf(s: Session): HyperLogLog {
  let tool = tools.get(s);
  if (tool === undefined) {
    tool = new HyperLogLog(s.options.hllSparseMaxBytes);
    tools.set(s, tool);
  }
  return tool;
}

interface Opened {
  log: HyperLogLog;
  /** What is there; undefined where the key is new. */
  value: Uint8Array | undefined;
}

/** Writes it back; the time of the key stays. */
function store(s: Session, a: Args, i: number, { log, value }: Opened): void {
  const { spot } = s;
  const { bytes } = log;
  if (bytes === value) return;
  s.db.resizeString(a.bytes, a.start(i), a.end(i), bytes.length, spot);
  spot.bytes.set(bytes, spot.start);
}

/** The one that is at a key, or a new one. */
function openAt(s: Session, a: Args, i: number): Opened | Failure {
  const value = stringAt(s, a, i);
  if (typeof value === 'string') return value;
  const log = toolOf(s);
  if (value === undefined) log.create();
  else if (!log.open(value)) return 'WRONGTYPE';
  return { log, value };
}

function pfadd(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const opened = openAt(s, a, 1);
  if (typeof opened === 'string') return opened;
  const { log, value } = opened;
  let changed = value === undefined;
  let damaged = false;
  for (let i = 2; i < a.count && !damaged; i++) {
    const result = log.add(a.bytes, a.start(i), a.end(i));
    if (result === undefined) damaged = true;
    else if (result) changed = true;
  }
  if (changed && !damaged) log.invalidate();
  if (changed) store(s, a, 1, opened);
  return damaged ? 'OTHER' : undefined;
}

function estimatorOf({ profile }: Session): Estimator {
  if (profile.release >= 500) return 'ertl';
  return profile.release >= 400 ? 'beta' : 'raw';
}

function pfcount(s: Session, a: Args): Outcome {
  // Of several keys it writes nothing.
  if (a.count !== 2) return a.count < 2 ? 'SYNTAX' : undefined;
  if (!s.db.has(a.bytes, a.start(1), a.end(1))) return undefined;
  const opened = openAt(s, a, 1);
  if (typeof opened === 'string') return opened;
  const counted = opened.log.count(estimatorOf(s));
  if (counted === undefined) return 'OTHER';
  if (counted) store(s, a, 1, opened);
  return undefined;
}

function pfmerge(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const others: Uint8Array[] = [];
  for (let i = 2; i < a.count; i++) {
    const value = stringAt(s, a, i);
    if (typeof value === 'string') return value;
    if (value !== undefined) others.push(value.slice());
  }
  const opened = openAt(s, a, 1);
  if (typeof opened === 'string') return opened;
  if (opened.log.merge(others, s.profile.release < SPARSE_MERGE_SINCE) === undefined) return 'WRONGTYPE';
  store(s, a, 1, opened);
  return undefined;
}

function pfdebug(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  if (!(a.is(1, 'TODENSE') || a.is(1, 'GETREG'))) return undefined;
  if (!s.db.has(a.bytes, a.start(2), a.end(2))) return 'NO_KEY';
  const opened = openAt(s, a, 2);
  if (typeof opened === 'string') return opened;
  if (opened.log.toDense() === undefined) return 'OTHER';
  store(s, a, 2, opened);
  return undefined;
}
