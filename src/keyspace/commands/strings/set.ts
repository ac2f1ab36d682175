import type { Args } from '../../args.ts';
import type { Expiry } from '../../database.ts';
import type { Family } from '../../dispatch.ts';
import { sameBytes } from '../../memory/index.ts';
import type { Failure, Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { findTimeOption, timeOption } from '../../times.ts';
import { NOTHING, STRING } from '../../types.ts';
import { digestIs } from './digest.ts';

/** Commands that give keys a string as a whole. */
export const setting: Family = {
  SET: set,
  SETEX: setWithTime('s'),
  PSETEX: setWithTime('ms'),
  SETNX: setNx,
  GETSET: getSet,
  MSET: mset,
  MSETNX: msetNx,
  MSETEX: msetEx,
};

/** Gives the key at argument `key` the value at argument `value`. */
export function setArgument(s: Session, a: Args, key: number, value: number, expiry: Expiry): void {
  s.db.setText(a.bytes, a.start(key), a.end(key), a.bytes, a.start(value), a.end(value), expiry);
}

interface SetOptions {
  nx: boolean;
  xx: boolean;
  get: boolean;
  keep: boolean;
  expiry: Expiry;
  condition: Condition | undefined;
}

/** What the string that is there must be, or must not be: by itself, or by its digest. */
export interface Condition {
  digest: boolean;
  equal: boolean;
  /** The argument that it is compared with. */
  at: number;
}

/** The condition that an argument begins. */
export function conditionAt(a: Args, i: number): Condition | undefined {
  for (const [word, digest, equal] of CONDITIONS) if (a.is(i, word)) return { digest, equal, at: i + 1 };
  return undefined;
}

const CONDITIONS = [
  ['IFEQ', false, true],
  ['IFNE', false, false],
  ['IFDEQ', true, true],
  ['IFDNE', true, false],
] as const;

/** Reads NX, XX, GET, KEEPTTL, a time and a condition (redis: src/t_string.c, parseExtendedStringArgumentsOrReply). */
function setOptions(s: Session, a: Args, from: number): SetOptions | Failure {
  const options: SetOptions = {
    nx: false,
    xx: false,
    get: false,
    keep: false,
    expiry: undefined,
    condition: undefined,
  };
  // An option may be repeated: the last one counts.
  let time: ReturnType<typeof findTimeOption>;
  let at = 0;
  for (let i = from; i < a.count; i++) {
    const { nx, xx, keep, condition } = options;
    if (a.is(i, 'NX') && !xx && condition === undefined) options.nx = true;
    else if (a.is(i, 'XX') && !nx && condition === undefined) options.xx = true;
    else if (a.is(i, 'GET')) options.get = true;
    else if (a.is(i, 'KEEPTTL') && time === undefined) options.keep = true;
    else {
      const timed = findTimeOption(a, i);
      if (timed !== undefined && (time === undefined || time === timed) && !keep && i + 1 < a.count) {
        time = timed;
        at = ++i;
        continue;
      }
      const found = conditionAt(a, i);
      if (found === undefined || nx || xx || condition !== undefined || i + 1 >= a.count) return 'SYNTAX';
      options.condition = found;
      i++;
    }
  }
  if (time !== undefined) {
    options.expiry = timeOption(s, a, at, time[1], time[2]);
    if (options.expiry === undefined) return 'RANGE';
  }
  return options;
}

function set(s: Session, a: Args): Outcome {
  if (a.count === 3) {
    setArgument(s, a, 1, 2, undefined);
    return undefined;
  }
  if (a.count < 3) return 'SYNTAX';
  // What servers write for a string with a time.
  if (a.count === 5 && a.is(3, 'PXAT')) {
    const expiry = timeOption(s, a, 4, 'ms', false);
    if (expiry === undefined) return 'RANGE';
    setArgument(s, a, 1, 2, expiry);
    return undefined;
  }
  const options = setOptions(s, a, 3);
  if (typeof options === 'string') return options;
  const start = a.start(1);
  const end = a.end(1);
  const type = s.db.typeOf(a.bytes, start, end);
  if ((options.get || options.condition !== undefined) && type !== NOTHING && type !== STRING) return 'WRONGTYPE';
  if (options.nx && s.db.isTaken(a.bytes, start, end)) return undefined;
  if (options.xx && type === NOTHING) return undefined;
  if (options.condition !== undefined && !holds(s, a, 1, options.condition)) return undefined;
  setArgument(s, a, 1, 2, options.keep ? s.db.expiry(a.bytes, start, end) : options.expiry);
  return undefined;
}

/** Whether a condition is met by the string at a key; a key that is not there differs from anything. */
export function holds(s: Session, a: Args, key: number, { digest, equal, at }: Condition): boolean {
  const { spot } = s;
  if (s.db.string(a.bytes, a.start(key), a.end(key), spot) !== STRING) return !equal;
  const same = digest
    ? digestIs(spot.bytes.subarray(spot.start, spot.end), a, at)
    : spot.length === a.length(at) && sameBytes(spot.bytes, spot.start, a.bytes, a.start(at), spot.length);
  return same === equal;
}

function setWithTime(unit: 's' | 'ms'): (s: Session, a: Args) => Outcome {
  return (s, a) => {
    if (a.count !== 4) return 'SYNTAX';
    const expiry = timeOption(s, a, 2, unit, true);
    if (expiry === undefined) return 'RANGE';
    setArgument(s, a, 1, 3, expiry);
    return undefined;
  };
}

function setNx(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  if (!s.db.isTaken(a.bytes, a.start(1), a.end(1))) setArgument(s, a, 1, 2, undefined);
  return undefined;
}

function getSet(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
  if (type !== NOTHING && type !== STRING) return 'WRONGTYPE';
  setArgument(s, a, 1, 2, undefined);
  return undefined;
}

function mset(s: Session, a: Args): Outcome {
  if (a.count < 3 || a.count % 2 === 0) return 'SYNTAX';
  for (let i = 1; i < a.count; i += 2) setArgument(s, a, i, i + 1, undefined);
  return undefined;
}

function msetNx(s: Session, a: Args): Outcome {
  if (a.count < 3 || a.count % 2 === 0) return 'SYNTAX';
  for (let i = 1; i < a.count; i += 2) if (s.db.isTaken(a.bytes, a.start(i), a.end(i))) return undefined;
  return mset(s, a);
}

function msetEx(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  const keys = a.int(1);
  if (typeof keys !== 'number' || keys < 1 || 2 + 2 * keys > a.count) return 'SYNTAX';
  const from = 2 + 2 * keys;
  const options = setOptions(s, a, from);
  if (typeof options === 'string') return options;
  if (options.get || options.condition !== undefined) return 'SYNTAX';
  if (options.nx || options.xx) {
    for (let i = 2; i < from; i += 2) {
      const question = options.nx ? 'free' : 'existence';
      if (s.db.has(a.bytes, a.start(i), a.end(i), question) === options.nx) return undefined;
    }
  }
  for (let i = 2; i < from; i += 2) {
    const expiry = options.keep ? s.db.expiry(a.bytes, a.start(i), a.end(i)) : options.expiry;
    setArgument(s, a, i, i + 1, expiry);
  }
  return undefined;
}
