import { findCommandIn } from '../../../commands/index.ts';
import type { Args } from '../../args.ts';
import type { Failure } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { OpaqueValue } from '../../values/opaque.ts';

/** Whether a command has fewer arguments than it needs. */
export function tooShort(a: Args): boolean {
  const arity = findCommandIn(a.bytes, a.spans, a.count)?.arity ?? -2;
  return arity < 0 ? a.count < -arity : a.count !== arity;
}

/** The key of a family that an argument names; undefined where there is none. */
export function findOpaque(s: Session, a: Args, i: number, family: string): OpaqueValue | Failure | undefined {
  const value = s.db.opaque(a.bytes, a.start(i), a.end(i));
  if (value instanceof OpaqueValue) {
    return value.family === undefined || value.family === family ? value : 'WRONGTYPE';
  }
  return s.db.has(a.bytes, a.start(i), a.end(i)) ? 'WRONGTYPE' : undefined;
}

export function addOpaque(s: Session, a: Args, i: number, family: string): OpaqueValue {
  const value = new OpaqueValue(s.keyspace.heap, family);
  s.db.setValue(a.bytes, a.start(i), a.end(i), value, undefined);
  return value;
}
