import type { Args } from '../args.ts';
import type { Family, Handler } from '../dispatch.ts';
import { type Failure, type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';
import { SET } from '../types.ts';
import { SetValue } from '../values/set.ts';
import { addValue, findValue } from './typed.ts';

/** Sets. */
export const sets: Family = {
  SADD: sadd,
  SREM: srem,
  SMOVE: smove,
  SPOP: spop,
  SINTERSTORE: store(intersect),
  SUNIONSTORE: store(unite),
  SDIFFSTORE: store(subtract),
};

/** The set at the key that argument i is; undefined where there is no such key. */
export function findSet(s: Session, a: Args, i: number): SetValue | undefined | Failure {
  return findValue(s, a, i, SET);
}

function addSet(s: Session, a: Args, i: number): SetValue {
  return addValue(s, a, i, new SetValue(s.keyspace.heap));
}

function sadd(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const found = findSet(s, a, 1);
  if (typeof found === 'string') return found;
  const set = found ?? addSet(s, a, 1);
  for (let i = 2; i < a.count; i++) set.add(a.bytes, a.start(i), a.end(i));
  return undefined;
}

function srem(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const set = findSet(s, a, 1);
  if (set === undefined || typeof set === 'string') return set;
  for (let i = 2; i < a.count; i++) {
    set.remove(a.bytes, a.start(i), a.end(i));
    if (set.size > 0) continue;
    s.db.delete(a.bytes, a.start(1), a.end(1));
    break;
  }
  return undefined;
}

function smove(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const from = findSet(s, a, 1);
  if (from === undefined || typeof from === 'string') return from;
  const to = findSet(s, a, 2);
  if (typeof to === 'string') return to;
  if (from === to || !from.remove(a.bytes, a.start(3), a.end(3))) return undefined;
  if (from.size === 0) s.db.delete(a.bytes, a.start(1), a.end(1));
  (to ?? addSet(s, a, 2)).add(a.bytes, a.start(3), a.end(3));
  return undefined;
}

/** Servers write SREM, or DEL, for what they have popped. */
function spop(s: Session, a: Args): Outcome {
  if (a.count !== 2 && a.count !== 3) return 'SYNTAX';
  const count = a.count === 3 ? a.int(2) : 1;
  if (count === undefined || count < 0) return 'RANGE';
  const set = findSet(s, a, 1);
  if (set === undefined || typeof set === 'string' || count === 0) return typeof set === 'string' ? set : undefined;
  if (count < set.size) throw new Refusal('takes members away at random');
  s.db.delete(a.bytes, a.start(1), a.end(1));
  return undefined;
}

type Sources = readonly (SetValue | undefined)[];
type Add = (bytes: Uint8Array, start: number, end: number) => void;

function store(combine: (sources: Sources, add: Add) => void): Handler {
  return (s, a) => {
    if (a.count < 3) return 'SYNTAX';
    const sources: (SetValue | undefined)[] = [];
    for (let i = 2; i < a.count; i++) {
      const set = findSet(s, a, i);
      if (typeof set === 'string') return set;
      sources.push(set);
      // Up to 6.0 SINTERSTORE looks no further behind a key that is not there.
      if (set === undefined && combine === intersect && s.profile.release < 602) break;
    }
    const result = new SetValue(s.keyspace.heap);
    combine(sources, (bytes, start, end) => {
      const member = bytes.slice(start, end);
      result.add(member, 0, member.length);
    });
    if (result.size > 0) s.db.setValue(a.bytes, a.start(1), a.end(1), result, undefined);
    else s.db.delete(a.bytes, a.start(1), a.end(1));
    return undefined;
  };
}

function unite(sources: Sources, add: Add): void {
  for (const set of sources) set?.every((bytes, start, end) => add(bytes, start, end) as undefined);
}

function intersect(sources: Sources, add: Add): void {
  const all = sources.filter((set) => set !== undefined);
  if (all.length < sources.length) return;
  const [least, ...others] = all.sort((a, b) => a.size - b.size);
  least!.every((bytes, start, end) => {
    const member = bytes.slice(start, end);
    if (others.every((set) => set.has(member, 0, member.length))) add(member, 0, member.length);
    return true;
  });
}

function subtract([first, ...others]: Sources, add: Add): void {
  first?.every((bytes, start, end) => {
    const member = bytes.slice(start, end);
    if (!others.some((set) => set?.has(member, 0, member.length))) add(member, 0, member.length);
    return true;
  });
}
