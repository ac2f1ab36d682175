import type { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { parseUint64 } from '../numbers/integer.ts';
import { type Failure, type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';
import { ARRAY } from '../types.ts';
import { ArrayValue, type Index, MOST_INDEX, nextIndex, toIndex } from '../values/array.ts';
import { GcraValue } from '../values/gcra.ts';
import { insertInRing } from './arrays/ring.ts';
import { addValue, findValue } from './typed.ts';

/** Arrays and rate limiters, which came with Redis 8.8. */
export const arrays: Family = {
  ARSET: arset,
  ARMSET: armset,
  ARDEL: ardel,
  ARDELRANGE: ardelrange,
  ARINSERT: arinsert,
  ARRING: arring,
  ARSEEK: arseek,
  GCRA: gcra,
  GCRASETVALUE: gcraSetValue,
};

/** The array that the first argument names; undefined where there is no such key. */
function findArray(s: Session, a: Args): ArrayValue | Failure | undefined {
  return findValue(s, a, 1, ARRAY);
}

function addArray(s: Session, a: Args): ArrayValue {
  return addValue(s, a, 1, new ArrayValue(s.keyspace.heap));
}

function dropIfEmpty(s: Session, a: Args, array: ArrayValue): void {
  if (array.size === 0) s.db.delete(a.bytes, a.start(1), a.end(1));
}

function indexOf(a: Args, i: number): Index | undefined {
  const index = parseUint64(a.bytes, a.start(i), a.end(i));
  return index === undefined || index > MOST_INDEX ? undefined : index;
}

/** Whether `count` indexes from this one on are there. */
function haveRoom(first: Index, count: number): boolean {
  return BigInt(first) + BigInt(count - 1) <= MOST_INDEX;
}

function arset(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  let index = indexOf(a, 2);
  if (index === undefined || !haveRoom(index, a.count - 3)) return 'RANGE';
  const found = findArray(s, a);
  if (typeof found === 'string') return found;
  const array = found ?? addArray(s, a);
  for (let i = 3; i < a.count; i++) {
    array.set(index, a.bytes, a.start(i), a.end(i));
    index = nextIndex(index);
  }
  return undefined;
}

function armset(s: Session, a: Args): Outcome {
  if (a.count < 4 || a.count % 2 !== 0) return 'SYNTAX';
  for (let i = 2; i < a.count; i += 2) if (indexOf(a, i) === undefined) return 'RANGE';
  const found = findArray(s, a);
  if (typeof found === 'string') return found;
  const array = found ?? addArray(s, a);
  for (let i = 2; i < a.count; i += 2) array.set(indexOf(a, i)!, a.bytes, a.start(i + 1), a.end(i + 1));
  return undefined;
}

function ardel(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  for (let i = 2; i < a.count; i++) if (indexOf(a, i) === undefined) return 'RANGE';
  const array = findArray(s, a);
  if (array === undefined || typeof array === 'string') return array;
  for (let i = 2; i < a.count; i++) array.delete(indexOf(a, i)!);
  dropIfEmpty(s, a, array);
  return undefined;
}

function ardelrange(s: Session, a: Args): Outcome {
  if (a.count < 4 || a.count % 2 !== 0) return 'SYNTAX';
  for (let i = 2; i < a.count; i++) if (indexOf(a, i) === undefined) return 'RANGE';
  const array = findArray(s, a);
  if (array === undefined || typeof array === 'string') return array;
  for (let i = 2; i < a.count; i += 2) {
    const first = indexOf(a, i)!;
    const last = indexOf(a, i + 1)!;
    if (first <= last) array.deleteRange(first, last);
    else array.deleteRange(last, first);
  }
  dropIfEmpty(s, a, array);
  return undefined;
}

function arinsert(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const found = findArray(s, a);
  if (typeof found === 'string') return found;
  let index = found?.cursor === undefined ? 0 : nextIndex(found.cursor);
  if (!haveRoom(index, a.count - 2)) return 'RANGE';
  const array = found ?? addArray(s, a);
  for (let i = 2; i < a.count; i++) {
    array.set(index, a.bytes, a.start(i), a.end(i));
    array.cursor = index;
    index = nextIndex(index);
  }
  return undefined;
}

function arring(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const size = indexOf(a, 2);
  if (size === undefined || size < 1) return 'RANGE';
  const found = findArray(s, a);
  if (typeof found === 'string') return found;
  insertInRing(found ?? addArray(s, a), size, a, 3);
  return undefined;
}

/** The next insertion goes to an index; what is there stays. */
function arseek(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const index = parseUint64(a.bytes, a.start(2), a.end(2));
  if (index === undefined) return 'RANGE';
  const array = findArray(s, a);
  if (array === undefined || typeof array === 'string') return array;
  if (index === 0) array.cursor = undefined;
  else array.cursor = typeof index === 'number' ? index - 1 : toIndex(index - 1n);
  return undefined;
}

function gcra(): Outcome {
  throw new Refusal('depends on the clock of the server that ran it');
}

const MICROSECONDS = 1000;

function gcraSetValue(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const tat = a.int(2);
  if (tat === undefined || tat < 0) return 'NOT_A_NUMBER';
  const { bytes } = a;
  const start = a.start(1);
  const end = a.end(1);
  if (s.db.has(bytes, start, end) && !(s.db.value(bytes, start, end) instanceof GcraValue)) return 'WRONGTYPE';
  const expiry = typeof tat === 'number' ? Math.floor(tat / MICROSECONDS) : toIndex(tat / BigInt(MICROSECONDS));
  s.db.setValue(bytes, start, end, new GcraValue(tat), expiry);
  return undefined;
}
