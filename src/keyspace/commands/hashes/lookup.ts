import type { Args } from '../../args.ts';
import type { Failure } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { HASH } from '../../types.ts';
import { HashValue, NEVER } from '../../values/hash.ts';
import { addValue, findValue } from '../typed.ts';

/** The hash that the first argument names; undefined where there is no such key. */
export function findHash(s: Session, a: Args): HashValue | Failure | undefined {
  return findValue(s, a, 1, HASH);
}

/** A new hash under the first argument. */
export function addHash(s: Session, a: Args): HashValue {
  return addValue(s, a, 1, new HashValue(s.keyspace.heap));
}

/** Removes fields, and the key with the last one. */
export function removeFields(s: Session, a: Args, hash: HashValue, from: number, to: number): void {
  for (let i = from; i < to; i++) hash.remove(a.bytes, a.start(i), a.end(i));
  if (hash.size === 0) s.db.delete(a.bytes, a.start(1), a.end(1));
}

/**
 * Whether the time of a field is over, so that commands that look it up do not see it: Redis looks at its clock there also while it
 * loads (redis 7.4 to 8.10: src/t_hash.c, hashTypeGetValue), though nothing goes. Valkey does not.
 */
export function isOver(s: Session, hash: HashValue, bytes: Uint8Array, start: number, end: number): boolean {
  if (!hash.hasTimes || s.profile.family === 'valkey') return false;
  const time = hash.timeOf(bytes, start, end);
  return time !== NEVER && time < s.now;
}

/** Whether a command that looks a field up sees it. */
export function sees(s: Session, hash: HashValue, bytes: Uint8Array, start: number, end: number): boolean {
  return hash.has(bytes, start, end) && !isOver(s, hash, bytes, start, end);
}
