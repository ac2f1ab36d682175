import type { Args } from '../../args.ts';
import type { Failure } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { ZSET } from '../../types.ts';
import { ZsetValue } from '../../values/zset.ts';
import { addValue, findValue } from '../typed.ts';

/** The sorted set at the key that argument i is; undefined where there is no such key. */
export function findZset(s: Session, a: Args, i: number): ZsetValue | undefined | Failure {
  return findValue(s, a, i, ZSET);
}

export function addZset(s: Session, a: Args, i: number): ZsetValue {
  return addValue(s, a, i, new ZsetValue(s.keyspace.heap));
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
