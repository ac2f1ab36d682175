import type { Args } from '../../args.ts';
import type { Family } from '../../dispatch.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { findTimeOption, timeOption } from '../../times.ts';
import { NOTHING, STRING } from '../../types.ts';
import { conditionAt, holds } from './set.ts';

/** Commands that take a string away, or change its time. */
export const taking: Family = {
  GETDEL: getDel,
  GETEX: getEx,
  DELEX: delEx,
  DELIFEQ: delIfEq,
};

function getDel(s: Session, a: Args): Outcome {
  if (a.count !== 2) return 'SYNTAX';
  const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
  if (type === NOTHING) return undefined;
  if (type !== STRING) return 'WRONGTYPE';
  s.db.delete(a.bytes, a.start(1), a.end(1));
  return undefined;
}

function getEx(s: Session, a: Args): Outcome {
  if (a.count < 2) return 'SYNTAX';
  let persist = false;
  let time: ReturnType<typeof findTimeOption>;
  let at = 0;
  for (let i = 2; i < a.count; i++) {
    if (a.is(i, 'PERSIST') && time === undefined) {
      persist = true;
      continue;
    }
    const timed = findTimeOption(a, i);
    if (timed === undefined || (time !== undefined && time !== timed) || persist || i + 1 >= a.count) return 'SYNTAX';
    time = timed;
    at = ++i;
  }
  const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
  if (type === NOTHING) return undefined;
  if (type !== STRING) return 'WRONGTYPE';
  if (a.count === 2) return undefined;
  const expiry = time === undefined ? undefined : timeOption(s, a, at, time[1], time[2]);
  if (time !== undefined && expiry === undefined) return 'RANGE';
  s.db.setExpiry(a.bytes, a.start(1), a.end(1), expiry);
  return undefined;
}

function delEx(s: Session, a: Args): Outcome {
  if (a.count === 2) {
    s.db.delete(a.bytes, a.start(1), a.end(1));
    return undefined;
  }
  const condition = a.count === 4 ? conditionAt(a, 2) : undefined;
  if (condition === undefined) return 'SYNTAX';
  const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
  if (type === NOTHING) return undefined;
  if (type !== STRING) return 'WRONGTYPE';
  if (holds(s, a, 1, condition)) s.db.delete(a.bytes, a.start(1), a.end(1));
  return undefined;
}

function delIfEq(s: Session, a: Args): Outcome {
  if (a.count !== 3) return 'SYNTAX';
  const type = s.db.typeOf(a.bytes, a.start(1), a.end(1));
  if (type === NOTHING) return undefined;
  if (type !== STRING) return 'WRONGTYPE';
  if (holds(s, a, 1, { digest: false, equal: true, at: 2 })) s.db.delete(a.bytes, a.start(1), a.end(1));
  return undefined;
}
