import { latin1 } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import type { Family } from '../dispatch.ts';
import { compareBytes } from '../memory/index.ts';
import { parseCDouble } from '../numbers/double.ts';
import { type Failure, type Outcome, Refusal } from '../outcome.ts';
import type { Session } from '../session.ts';
import { STRING } from '../types.ts';
import { HashValue } from '../values/hash.ts';
import { ListValue } from '../values/list.ts';
import { SetValue } from '../values/set.ts';
import { ZsetValue } from '../values/zset.ts';
import { isOver } from './hashes/lookup.ts';

/** SORT, which writes where it has a STORE (redis: src/sort.c). */
export const sort: Family = { SORT: sortCommand };

interface SortOptions {
  by: Pattern | undefined;
  /** The pattern has no place for an element: nothing is sorted. */
  asIs: boolean;
  alpha: boolean;
  descending: boolean;
  offset: number;
  count: number;
  gets: (Pattern | undefined)[];
  /** The argument that names the result. */
  store: number | undefined;
}

/** Key, or key and field of a hash, with a place for an element in the key. */
interface Pattern {
  before: Uint8Array;
  after: Uint8Array;
  field: Uint8Array | undefined;
  /** It is `#`, the element itself. */
  self: boolean;
}

const STAR = 0x2a;
const HASH = 0x23;

function patternAt(a: Args, i: number): Pattern | undefined {
  const text = a.copy(i);
  const nothing = new Uint8Array(0);
  // Servers look for all of these up to a NUL only.
  const end = text.indexOf(0);
  const seen = end < 0 ? text : text.subarray(0, end);
  if (seen.length === 1 && seen[0] === HASH) return { before: nothing, after: nothing, field: undefined, self: true };
  const star = seen.indexOf(STAR);
  if (star < 0) return undefined;
  const arrow = latin1(seen).indexOf('->', star + 1);
  const hasField = arrow >= 0 && arrow + 2 < seen.length;
  return {
    before: text.subarray(0, star),
    after: text.subarray(star + 1, hasField ? arrow : text.length),
    field: hasField ? text.subarray(arrow + 2) : undefined,
    self: false,
  };
}

function sortOptions(a: Args): SortOptions | Failure {
  const options: SortOptions = {
    by: undefined,
    asIs: false,
    alpha: false,
    descending: false,
    offset: 0,
    count: -1,
    gets: [],
    store: undefined,
  };
  for (let i = 2; i < a.count; i++) {
    const left = a.count - i - 1;
    if (a.is(i, 'ASC')) options.descending = false;
    else if (a.is(i, 'DESC')) options.descending = true;
    else if (a.is(i, 'ALPHA')) options.alpha = true;
    else if (left >= 2 && a.is(i, 'LIMIT')) {
      const offset = a.int(i + 1);
      const count = a.int(i + 2);
      if (offset === undefined || count === undefined) return 'NOT_A_NUMBER';
      options.offset = Number(offset);
      options.count = Number(count);
      i += 2;
    } else if (left >= 1 && a.is(i, 'STORE')) options.store = ++i;
    else if (left >= 1 && a.is(i, 'BY')) {
      options.by = patternAt(a, ++i);
      // For weights # is a pattern without a place for the element, as any other.
      // Servers do not sort after it even where a later BY has a place.
      if (options.by === undefined || options.by.self) options.asIs = true;
    } else if (left >= 1 && a.is(i, 'GET')) options.gets.push(patternAt(a, ++i));
    else return 'SYNTAX';
  }
  return options;
}

/** What a pattern leads to from an element: a string, or a field of a hash. */
function follow(s: Session, pattern: Pattern, element: Uint8Array): Uint8Array | undefined {
  if (pattern.self) return element;
  const { before, after, field } = pattern;
  const key = new Uint8Array(before.length + element.length + after.length);
  key.set(before);
  key.set(element, before.length);
  key.set(after, before.length + element.length);
  const { spot } = s;
  if (field === undefined) {
    if (s.db.string(key, 0, key.length, spot) !== STRING) return undefined;
    return spot.bytes.slice(spot.start, spot.end);
  }
  const value = s.db.value(key, 0, key.length);
  if (!(value instanceof HashValue) || !value.get(field, 0, field.length, spot)) return undefined;
  if (isOver(s, value, field, 0, field.length)) return undefined;
  return spot.bytes.slice(spot.start, spot.end);
}

/** The elements as they stand: of a list and a sorted set in their order. */
function elementsOf(s: Session, a: Args): { elements: Uint8Array[]; isSet: boolean } | Failure {
  const elements: Uint8Array[] = [];
  const value = s.db.value(a.bytes, a.start(1), a.end(1));
  if (value === undefined) {
    return s.db.has(a.bytes, a.start(1), a.end(1)) ? 'WRONGTYPE' : { elements, isSet: false };
  }
  if (value instanceof ListValue) {
    value.forEach((bytes, start, end) => {
      elements.push(bytes.slice(start, end));
    });
  } else if (value instanceof SetValue) {
    value.every((bytes, start, end) => {
      elements.push(bytes.slice(start, end));
      return true;
    });
  } else if (value instanceof ZsetValue) {
    for (const { member } of value.slice(0, value.size)) elements.push(member);
  } else return 'WRONGTYPE';
  return { elements, isSet: value instanceof SetValue };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return compareBytes(a, 0, a.length, b, 0, b.length);
}

function sortCommand(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  const options = sortOptions(a);
  if (typeof options === 'string') return options;
  const source = s.db.value(a.bytes, a.start(1), a.end(1));
  // Servers unpack what they sort, which tells later what becomes of -0, and of ranges of members.
  if (source instanceof ZsetValue) source.widen();
  if (options.store === undefined) return undefined;
  const found = elementsOf(s, a);
  if (typeof found === 'string') return found;
  const sorted = sortElements(s, found, options);
  if (sorted === undefined) return 'NOT_A_NUMBER';
  const { length } = sorted;
  const first = Math.min(Math.max(options.offset, 0), length);
  const last = options.count < 0 ? length : Math.min(first + options.count, length);
  const list = new ListValue(s.keyspace.heap);
  const push = (element: Uint8Array): void => list.push(false, element, 0, element.length);
  for (const element of sorted.slice(first, last)) {
    if (options.gets.length === 0) push(element);
    for (const get of options.gets) push((get && follow(s, get, element)) ?? new Uint8Array(0));
  }
  if (list.length > 0) s.db.setValue(a.bytes, a.start(options.store), a.end(options.store), list, undefined);
  else s.db.delete(a.bytes, a.start(options.store), a.end(options.store));
  return undefined;
}

interface Weighed {
  element: Uint8Array;
  number: number;
  text: Uint8Array | undefined;
}

/** @returns undefined where a weight is no number */
function sortElements(
  s: Session,
  { elements, isSet }: { elements: Uint8Array[]; isSet: boolean },
  options: SortOptions,
): Uint8Array[] | undefined {
  const { by, alpha, descending } = options;
  const direction = descending ? -1 : 1;
  if (options.asIs) {
    // A set has no order, so that servers give it one where the result is kept.
    if (isSet) return elements.sort((x, y) => direction * compare(x, y));
    return descending ? elements.reverse() : elements;
  }
  const weighed: Weighed[] = [];
  for (const element of elements) {
    const text = by === undefined ? element : follow(s, by, element);
    let number: number | undefined = 0;
    if (!alpha && text !== undefined) {
      number = parseCDouble(text, 0, text.length, true);
      if (number === undefined) return undefined;
    }
    weighed.push({ element, number, text });
  }
  if (!alpha) {
    weighed.sort((x, y) => direction * (x.number - y.number || compare(x.element, y.element)));
  } else {
    weighed.sort((x, y) => direction * compareTexts(x, y, by !== undefined));
  }
  return weighed.map(({ element }) => element);
}

function compareTexts(x: Weighed, y: Weighed, byOthers: boolean): number {
  const order =
    x.text === undefined || y.text === undefined
      ? Number(x.text !== undefined) - Number(y.text !== undefined)
      : compare(x.text, y.text);
  if (order === 0 && byOthers && compare(x.element, y.element) !== 0) {
    throw new Refusal('sorts elements whose weights are the same, in no certain order');
  }
  return order;
}
