import type { Args } from './args.ts';
import { narrow64 } from './numbers/integer.ts';
import type { Session } from './session.ts';

/**
 * The time in Unix ms that an argument of EX, PX, EXAT or PXAT means (redis: src/t_string.c,
 * getExpireMillisecondsOrReply). One that is past is a time as any other while a log is loaded.
 *
 * @returns undefined for what is no time: no integer, not above 0, or beyond 64 bits
 */
export function timeOption(
  s: Session,
  a: Args,
  i: number,
  unit: 's' | 'ms',
  relative: boolean,
): number | bigint | undefined {
  const given = a.int(i);
  if (given === undefined || given <= 0) return undefined;
  if (typeof given === 'number') {
    const time = (unit === 's' ? given * 1000 : given) + (relative ? s.now : 0);
    if (Number.isSafeInteger(time)) return time;
  }
  return narrow64(BigInt(given) * (unit === 's' ? 1000n : 1n) + (relative ? BigInt(s.now) : 0n));
}

/** Which option a word is, and what it says of the number behind it. */
export const TIME_OPTIONS: readonly (readonly [word: string, unit: 's' | 'ms', relative: boolean])[] = [
  ['PXAT', 'ms', false],
  ['EX', 's', true],
  ['PX', 'ms', true],
  ['EXAT', 's', false],
];

/** Finds the option that an argument is; undefined where it is none with a time. */
export function findTimeOption(a: Args, i: number): (typeof TIME_OPTIONS)[number] | undefined {
  const length = a.length(i);
  if (length !== 2 && length !== 4) return undefined;
  return TIME_OPTIONS.find(([word]) => a.is(i, word));
}
