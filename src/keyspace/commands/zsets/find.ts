import type { Args } from '../../args.ts';
import type { Failure } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { ZsetValue } from '../../values/zset.ts';

/** The sorted set at the key that argument i is; undefined where there is no such key. */
export function findZset(s: Session, a: Args, i: number): ZsetValue | undefined | Failure {
  const value = s.db.value(a.bytes, a.start(i), a.end(i));
  if (value === undefined) return s.db.has(a.bytes, a.start(i), a.end(i)) ? 'WRONGTYPE' : undefined;
  return value instanceof ZsetValue ? value : 'WRONGTYPE';
}

export function addZset(s: Session, a: Args, i: number): ZsetValue {
  const zset = new ZsetValue(s.keyspace.heap);
  s.db.setValue(a.bytes, a.start(i), a.end(i), zset, undefined);
  return zset;
}

export function dropEmptyZset(s: Session, a: Args, i: number, zset: ZsetValue): void {
  if (zset.size === 0) s.db.delete(a.bytes, a.start(i), a.end(i));
}

/** Puts a sorted set, or nothing where it is empty, in the place of whatever a key held. */
export function storeZset(s: Session, a: Args, i: number, zset: ZsetValue): void {
  if (zset.size > 0) s.db.setValue(a.bytes, a.start(i), a.end(i), zset, undefined);
  else s.db.delete(a.bytes, a.start(i), a.end(i));
}

/** From 7.0 on a packed sorted set holds integers as such, and has no -0. */
export function packsZero(s: Session): boolean {
  return s.profile.release >= 700;
}
