import type { Args } from './args.ts';
import type { Handler } from './dispatch.ts';
import { parseLongDouble } from './numbers/long-double.ts';
import { atLeast } from './profile.ts';
import type { Session } from './session.ts';

/** Fractions of a second came with this release. */
const FRACTIONS = 600;

const MOST_MS = 2 ** 63;

/**
 * Whether an argument is a time that a command may wait for. None waits while a log is loaded, but one that is given no such time
 * fails (redis: src/timeout.c, getTimeoutFromObjectOrReply).
 */
function mayWait(s: Session, a: Args, i: number): boolean {
  if (!atLeast(s.profile, FRACTIONS)) {
    const seconds = a.int(i);
    return seconds !== undefined && seconds >= 0;
  }
  const seconds = parseLongDouble(a.bytes, a.start(i), a.end(i));
  if (seconds === undefined) return false;
  const ms = Number(seconds.mantissa) * 2 ** seconds.exponent * (seconds.negative ? -1000 : 1000);
  // Less than a millisecond below zero is rounded to zero.
  return ms > -1 && ms < MOST_MS - s.now;
}

/** A command with the time that it would wait as an argument. @param at which one, from the end where it is negative */
export function waiting(at: number, handler: Handler): Handler {
  return (s, a) => {
    const i = at < 0 ? a.count + at : at;
    return i > 0 && i < a.count && mayWait(s, a, i) ? handler(s, a) : 'RANGE';
  };
}
