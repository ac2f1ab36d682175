import { findCommandIn } from '../../commands/index.ts';
import type { Args } from '../args.ts';
import type { Family, Handler } from '../dispatch.ts';
import { type Outcome, Refusal, type Session } from '../session.ts';
import { OpaqueValue } from '../values/opaque.ts';

/** Commands on one key, its first argument, that are carried along in their order. */
const CARRIED = `
JSON.SET JSON.MERGE JSON.CLEAR JSON.TOGGLE JSON.NUMINCRBY JSON.NUMMULTBY JSON.STRAPPEND JSON.ARRAPPEND JSON.ARRINSERT
JSON.ARRPOP JSON.ARRTRIM BF.RESERVE BF.ADD BF.MADD BF.INSERT BF.LOADCHUNK CF.RESERVE CF.ADD CF.ADDNX CF.INSERT CF.INSERTNX
CF.DEL CF.COMPACT CF.LOADCHUNK CMS.INITBYDIM CMS.INITBYPROB CMS.INCRBY TOPK.RESERVE TDIGEST.CREATE TDIGEST.ADD TDIGEST.RESET
TS.CREATE TS.ALTER TS.ADD TS.INCRBY TS.DECRBY TS.DEL VADD VSETATTR`
  .trim()
  .split(/\s+/);

/** Keys of modules: what is in them is not known, only the commands that made it. */
export const modules: Family = {
  ...Object.fromEntries(CARRIED.map((name): [string, Handler] => [name, carry])),
  'JSON.DEL': deleteJson,
  'JSON.FORGET': deleteJson,
  VREM: () => {
    throw new Refusal('removes an element of a vector set, which may be the last one');
  },
};

/** Names of options under which a command depends on what is there. */
const CONDITIONS: readonly string[] = ['NX', 'XX'];

/** The family of a command: what stands before its dot. */
function familyOf(a: Args): string {
  const name = a.text(0).toUpperCase();
  const dot = name.indexOf('.');
  return dot < 0 ? name.slice(0, 1) : name.slice(0, dot);
}

export function carry(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const { bytes, spans, count } = a;
  const value = s.db.value(bytes, a.start(1), a.end(1));
  if (value instanceof OpaqueValue) {
    value.add(bytes, spans, count);
    return undefined;
  }
  if (s.db.has(bytes, a.start(1), a.end(1))) return 'WRONGTYPE';
  const last = a.count - 1;
  if (CONDITIONS.some((word) => a.is(last, word)) && a.is(last, 'XX')) return undefined;
  const made = new OpaqueValue(s.keyspace.heap, familyOf(a));
  made.add(bytes, spans, count);
  s.db.setValue(bytes, a.start(1), a.end(1), made, undefined);
  return undefined;
}

/** At its root a document goes as a key. */
function deleteJson(s: Session, a: Args): Outcome {
  if (a.count < 2 || a.count > 3) return 'SYNTAX';
  const value = s.db.value(a.bytes, a.start(1), a.end(1));
  if (value === undefined) return s.db.has(a.bytes, a.start(1), a.end(1)) ? 'WRONGTYPE' : undefined;
  if (!(value instanceof OpaqueValue)) return 'WRONGTYPE';
  if (a.count === 2 || a.is(2, '$') || a.is(2, '.')) s.db.delete(a.bytes, a.start(1), a.end(1));
  else value.add(a.bytes, a.spans, a.count);
  return undefined;
}

/** Whether a command is one that the caller wants to be carried along, such as `FOO.*`. */
export function isJournaled(s: Session, a: Args): boolean {
  if (findCommandIn(a.bytes, a.spans, a.count) !== undefined) return false;
  const name = a.text(0).toUpperCase();
  return s.options.journal.some((pattern) => {
    const wanted = pattern.toUpperCase();
    return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
  });
}
