import type { Args } from '../args.ts';
import type { Failure } from '../outcome.ts';
import type { Session } from '../session.ts';
import type { Value } from '../types.ts';
import type { ValueByType } from '../values/by-type.ts';

/** The value of this type at the key that argument i is; undefined where there is no such key. */
export function findValue<T extends keyof ValueByType>(
  s: Session,
  a: Args,
  i: number,
  type: T,
): ValueByType[T] | undefined | Failure {
  return s.db.typed(a.bytes, a.start(i), a.end(i), type);
}

/** Lets the key that argument i is hold a new value. */
export function addValue<V extends Value>(s: Session, a: Args, i: number, value: V): V {
  s.db.setValue(a.bytes, a.start(i), a.end(i), value, undefined);
  return value;
}
