import type { Args } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import { type Outcome, Refusal } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import type { OpaqueValue } from '../../values/opaque.ts';
import { addOpaque, findOpaque, tooShort } from './carry.ts';

/** Commands on documents that may make one, replace all of it, or remove it. */
export const json: Family = {
  'JSON.SET': set,
  'JSON.MSET': setMany,
  'JSON.MERGE': merge,
  'JSON.DEL': remove,
  'JSON.FORGET': remove,
};

const FAMILY = 'JSON';

function isRoot(a: Args, i: number): boolean {
  return a.is(i, '$') || a.is(i, '.');
}

interface SetOptions {
  condition: 'NX' | 'XX' | undefined;
  /** Arguments without the condition. */
  kept: number[];
}

function setOptions(a: Args): SetOptions | undefined {
  const options: SetOptions = { condition: undefined, kept: [0, 1, 2, 3] };
  for (let i = 4; i < a.count; i++) {
    if (a.is(i, 'NX') || a.is(i, 'XX')) {
      if (options.condition !== undefined) return undefined;
      options.condition = a.is(i, 'NX') ? 'NX' : 'XX';
    } else {
      options.kept.push(i);
      if (a.is(i, 'FPHA') && i + 1 < a.count) options.kept.push(++i);
    }
  }
  return options;
}

function set(s: Session, a: Args): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const options = setOptions(a);
  if (options === undefined) return 'SYNTAX';
  const { condition, kept } = options;
  const found = findOpaque(s, a, 1, FAMILY);
  if (typeof found === 'string') return found;
  const root = isRoot(a, 2);
  if (found === undefined && !root) return 'OTHER';
  if (root) {
    // Whether it may be gone is asked for here only.
    if (condition !== undefined) found?.ask('existence');
    if (condition === (found === undefined ? 'XX' : 'NX')) return undefined;
    setRoot(s, a, 1, found, kept);
    return undefined;
  }
  found!.add(a.bytes, a.spans, a.count);
  return undefined;
}

/**
 * Puts a document in the place of all that a key holds.
 *
 * @param which arguments of the command, or words, the key at the second place
 */
function setRoot(
  s: Session,
  a: Args,
  key: number,
  found: OpaqueValue | undefined,
  which: readonly (number | string)[],
): void {
  const value = found ?? addOpaque(s, a, key, FAMILY);
  if (found !== undefined) {
    keepFormerTime(s, a, key, value);
    value.restart();
    value.unsure = false;
  }
  value.append(a.bytes, a.spans, which, [undefined, value]);
}

/** Modules differ in whether the time of a key outlasts its document. */
function keepFormerTime(s: Session, a: Args, i: number, value: OpaqueValue): void {
  if (value.unsure || value.formerTime !== undefined) return;
  const time = s.db.expiry(a.bytes, a.start(i), a.end(i));
  if (time === undefined) return;
  s.db.setExpiry(a.bytes, a.start(i), a.end(i), undefined);
  value.formerTime = time;
}

/** All or nothing, as far as keys go; carried along as one JSON.SET for each document. */
function setMany(s: Session, a: Args): Outcome {
  if (tooShort(a) || a.count % 3 !== 1) return 'SYNTAX';
  for (let i = 1; i < a.count; i += 3) {
    const found = findOpaque(s, a, i, FAMILY);
    if (typeof found === 'string') return found;
    if (found === undefined && !isRoot(a, i + 1)) return 'OTHER';
  }
  for (let i = 1; i < a.count; i += 3) {
    const found = findOpaque(s, a, i, FAMILY) as OpaqueValue | undefined;
    const which = ['JSON.SET', i, i + 1, i + 2] as const;
    if (isRoot(a, i + 1)) setRoot(s, a, i, found, which);
    else found!.append(a.bytes, a.spans, which, [undefined, found]);
  }
  return undefined;
}

function merge(s: Session, a: Args): Outcome {
  if (tooShort(a)) return 'SYNTAX';
  const found = findOpaque(s, a, 1, FAMILY);
  if (typeof found === 'string') return found;
  const root = isRoot(a, 2);
  if (found === undefined && !root) return 'OTHER';
  const removes = root && a.text(3).trim() === 'null';
  if (removes && found !== undefined) mayGo(s, a, found);
  const value = found ?? addOpaque(s, a, 1, FAMILY);
  value.add(a.bytes, a.spans, a.count);
  if (removes) value.unsure = true;
  return undefined;
}

/** A key that may go with a command and come again must not have a time, of which nothing would be known then. */
export function mayGo(s: Session, a: Args, value: OpaqueValue): void {
  if (value.unsure) return;
  value.ask('time');
  if (s.db.expiry(a.bytes, a.start(1), a.end(1)) !== undefined) {
    throw new Refusal('may remove a key that has a time');
  }
}

function remove(s: Session, a: Args): Outcome {
  if (a.count < 2 || a.count > 3) return 'SYNTAX';
  const found = findOpaque(s, a, 1, FAMILY);
  if (found === undefined || typeof found === 'string') return found;
  if (a.count === 2 || isRoot(a, 2)) s.db.delete(a.bytes, a.start(1), a.end(1));
  else found.add(a.bytes, a.spans, a.count);
  return undefined;
}
