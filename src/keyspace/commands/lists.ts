import type { Args } from '../args.ts';
import type { Family, Handler } from '../dispatch.ts';
import type { Failure, Outcome } from '../outcome.ts';
import type { Session } from '../session.ts';
import { waiting } from '../timeout.ts';
import { LIST } from '../types.ts';
import { ListValue } from '../values/list.ts';
import { blockingPop, type Pops, pop, popMany } from './pops.ts';
import { addValue, findValue } from './typed.ts';

const POPS: Pops<ListValue> = {
  find: findList,
  drop(s, a, i, list, first, count) {
    list.drop(first, count);
    dropEmpty(s, a, i, list);
  },
  ends: ['LEFT', 'RIGHT'],
};

/** Lists. What blocks in a server acts at once or not at all, as while a server loads. */
export const lists: Family = {
  LPUSH: push(true, false),
  RPUSH: push(false, false),
  LPUSHX: push(true, true),
  RPUSHX: push(false, true),
  LINSERT: insert,
  LSET: set,
  LREM: remove,
  LTRIM: trim,
  LPOP: pop(POPS, true),
  RPOP: pop(POPS, false),
  LMPOP: popMany(POPS, 1),
  BLMPOP: waiting(1, popMany(POPS, 2)),
  BLPOP: blockingPop(POPS, true),
  BRPOP: blockingPop(POPS, false),
  RPOPLPUSH: (s, a) => (a.count === 3 ? move(s, a, false, true) : 'SYNTAX'),
  BRPOPLPUSH: waiting(3, (s, a) => (a.count === 4 ? move(s, a, false, true) : 'SYNTAX')),
  LMOVE: (s, a) => (a.count === 5 ? moveBetween(s, a) : 'SYNTAX'),
  BLMOVE: waiting(5, (s, a) => (a.count === 6 ? moveBetween(s, a) : 'SYNTAX')),
  LMOVEM: (s, a) => moveMany(s, a, 5),
  BLMOVEM: waiting(5, (s, a) => moveMany(s, a, 6)),
};

/** The list at the key that argument i is; undefined where there is no such key. */
export function findList(s: Session, a: Args, i: number): ListValue | undefined | Failure {
  return findValue(s, a, i, LIST);
}

function addList(s: Session, a: Args, i: number): ListValue {
  return addValue(s, a, i, new ListValue(s.keyspace.heap));
}

function dropEmpty(s: Session, a: Args, i: number, list: ListValue): void {
  if (list.length === 0) s.db.delete(a.bytes, a.start(i), a.end(i));
}

function push(head: boolean, onlyThere: boolean): Handler {
  return (s, a) => {
    if (a.count < 3) return 'SYNTAX';
    const found = findList(s, a, 1);
    if (typeof found === 'string') return found;
    if (found === undefined && onlyThere) return undefined;
    const list = found ?? addList(s, a, 1);
    for (let i = 2; i < a.count; i++) list.push(head, a.bytes, a.start(i), a.end(i));
    return undefined;
  };
}

function insert(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const before = a.is(2, 'BEFORE');
  if (!before && !a.is(2, 'AFTER')) return 'SYNTAX';
  const list = findList(s, a, 1);
  if (list === undefined || typeof list === 'string') return list;
  list.insert(before, a.copy(3), a.copy(4));
  return undefined;
}

function set(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const list = findList(s, a, 1);
  if (typeof list === 'string') return list;
  if (list === undefined) return 'NO_KEY';
  const given = a.int(2);
  if (given === undefined) return 'NOT_A_NUMBER';
  const index = Number(given) < 0 ? list.length + Number(given) : Number(given);
  if (index < 0 || index >= list.length) return 'RANGE';
  list.set(index, a.copy(3));
  return undefined;
}

function remove(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const count = a.int(2);
  if (count === undefined) return 'NOT_A_NUMBER';
  const list = findList(s, a, 1);
  if (list === undefined || typeof list === 'string') return list;
  list.remove(Number(count), a.copy(3));
  dropEmpty(s, a, 1, list);
  return undefined;
}

function trim(s: Session, a: Args): Outcome {
  if (a.count !== 4) return 'SYNTAX';
  const first = a.int(2);
  const last = a.int(3);
  if (first === undefined || last === undefined) return 'NOT_A_NUMBER';
  const list = findList(s, a, 1);
  if (list === undefined || typeof list === 'string') return list;
  const { length } = list;
  const from = Math.max(0, Number(first) < 0 ? length + Number(first) : Number(first));
  const to = Math.min(length - 1, Number(last) < 0 ? length + Number(last) : Number(last));
  if (from > to || from >= length) {
    s.db.delete(a.bytes, a.start(1), a.end(1));
    return undefined;
  }
  list.drop(false, length - 1 - to);
  list.drop(true, from);
  return undefined;
}

function sides(a: Args): [from: boolean, to: boolean] | undefined {
  const side = (i: number): boolean | undefined => (a.is(i, 'LEFT') ? true : a.is(i, 'RIGHT') ? false : undefined);
  const from = side(3);
  const to = side(4);
  return from === undefined || to === undefined ? undefined : [from, to];
}

function moveBetween(s: Session, a: Args): Outcome {
  const both = sides(a);
  return both === undefined ? 'SYNTAX' : move(s, a, ...both);
}

/** Moves an element from one end of a list to one end of another, or of the same one. */
function move(s: Session, a: Args, fromHead: boolean, toHead: boolean): Outcome {
  const from = findList(s, a, 1);
  if (from === undefined || typeof from === 'string') return from;
  const to = findList(s, a, 2);
  if (typeof to === 'string') return to;
  const element = from.peek(fromHead);
  from.drop(fromHead, 1);
  // A list that is moved within itself stays, also where this was its only element.
  if (to !== from) dropEmpty(s, a, 1, from);
  (to ?? addList(s, a, 2)).push(toHead, element, 0, element.length);
  return undefined;
}

/** `src dst LEFT|RIGHT LEFT|RIGHT [timeout] [COUNT n|EXACTLY n OBO|BULK]`. @param from where options begin */
function moveMany(s: Session, a: Args, from: number): Outcome {
  const both = a.count < from ? undefined : sides(a);
  if (both === undefined) return 'SYNTAX';
  let count = 1;
  let bulk = false;
  if (a.count > from) {
    if (a.count !== from + 3) return 'SYNTAX';
    const exactly = a.is(from, 'EXACTLY');
    bulk = a.is(from + 2, 'BULK');
    if ((!exactly && !a.is(from, 'COUNT')) || (!bulk && !a.is(from + 2, 'OBO'))) return 'SYNTAX';
    const given = a.int(from + 1);
    if (given === undefined || given < 1) return 'RANGE';
    count = Number(given);
    const source = findList(s, a, 1);
    if (typeof source === 'string') return source;
    if (exactly && (source?.length ?? 0) < count) return undefined;
    count = Math.min(count, source?.length ?? 0);
  }
  if (!bulk) {
    for (let i = 0; i < count; i++) {
      const failure = move(s, a, ...both);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }
  return moveBlock(s, a, count, both);
}

/** The elements keep the order in which they stand. */
function moveBlock(s: Session, a: Args, count: number, [fromHead, toHead]: [boolean, boolean]): Outcome {
  const from = findList(s, a, 1);
  if (from === undefined || typeof from === 'string') return from;
  const to = findList(s, a, 2);
  if (typeof to === 'string') return to;
  const elements: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    elements.push(from.peek(fromHead));
    from.drop(fromHead, 1);
  }
  if (to !== from) dropEmpty(s, a, 1, from);
  if (elements.length === 0) return undefined;
  // Taken from the head they come in their order, which pushing to a head turns around.
  if (fromHead === toHead) elements.reverse();
  const into = to ?? addList(s, a, 2);
  for (const element of elements) into.push(toHead, element, 0, element.length);
  return undefined;
}
