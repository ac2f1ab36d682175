import type { Args } from '../args.ts';
import { nothing } from '../arity.ts';
import type { Family } from '../dispatch.ts';
import { EXEC, MULTI, type Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';

/** Databases as a whole, and transactions. */
export const server: Family = {
  SELECT: select,
  MULTI,
  EXEC,
  SWAPDB: swapDb,
  FLUSHDB: flushDb,
  FLUSHALL: flushAll,
  DISCARD: nothing,
  WATCH: nothing,
  UNWATCH: nothing,
};

/** The number of a database that is there; undefined for anything else. */
export function databaseIndex(s: Session, a: Args, i: number): number | undefined {
  const index = a.int(i);
  return typeof index === 'number' && index >= 0 && index < s.options.databases ? index : undefined;
}

function select(s: Session, a: Args): Outcome {
  if (a.count !== 2) return 'SYNTAX';
  const index = databaseIndex(s, a, 1);
  if (index === undefined) return 'RANGE';
  s.select(index);
  return undefined;
}

function swapDb(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const first = databaseIndex(s, a, 1);
  const second = databaseIndex(s, a, 2);
  if (first === undefined || second === undefined) return 'RANGE';
  s.keyspace.swap(first, second);
  s.keyspace.modules.swap(first, second, s.profile.family);
  s.select(s.selected);
  return undefined;
}

function flushFits(a: Args): boolean {
  return a.count === 1 || (a.count === 2 && (a.is(1, 'ASYNC') || a.is(1, 'SYNC')));
}

function flushDb(s: Session, a: Args): Outcome {
  if (!flushFits(a)) return 'SYNTAX';
  s.db.clear();
  s.keyspace.modules.flushDb(s.selected, s.profile.family);
  return undefined;
}

function flushAll(s: Session, a: Args): Outcome {
  if (!flushFits(a)) return 'SYNTAX';
  s.keyspace.flush();
  return undefined;
}
