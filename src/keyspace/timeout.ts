import type { Args } from './args.ts';
import type { Handler } from './dispatch.ts';
import { compareLongDoubles, type LongDouble, parseLongDouble, scaleLongDouble } from './numbers/long-double.ts';
import { atLeast } from './profile.ts';
import type { Session } from './session.ts';

/** Fractions of a second came with this release. */
const FRACTIONS = 600;

/** From here on the end of the wait must be a time that fits, too. */
const ENDS_IN_TIME = 702;

const MOST_MS = 2n ** 63n - 1n;
const MINUS_ONE: LongDouble = /* @__PURE__ */ { negative: true, mantissa: 1n, exponent: 0 };

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
  const ms = seconds === undefined ? undefined : scaleLongDouble(seconds, 1000n);
  if (ms === undefined) return false;
  const most = atLeast(s.profile, ENDS_IN_TIME) ? MOST_MS - BigInt(s.now) : MOST_MS;
  // Less than a millisecond below zero is rounded to zero.
  return (
    compareLongDoubles(ms, MINUS_ONE) > 0 &&
    compareLongDoubles(ms, { negative: false, mantissa: most, exponent: 0 }) <= 0
  );
}

/** A command with the time that it would wait as an argument. @param at which one, from the end where it is negative */
export function waiting(at: number, handler: Handler): Handler {
  return (s, a) => {
    const i = at < 0 ? a.count + at : at;
    return i > 0 && i < a.count && mayWait(s, a, i) ? handler(s, a) : 'RANGE';
  };
}
