import type { RespOutput } from '../resp/index.ts';
import type { LogContext } from './context.ts';
import { EXAT, EXPIREAT, PEXPIREAT, PXAT } from './words.ts';

/** A time in ms as whole seconds, which are shorter, or undefined where that would not be exact. */
export function wholeSeconds(ms: number | bigint): number | bigint | undefined {
  if (typeof ms === 'bigint') return ms % 1000n === 0n ? ms / 1000n : undefined;
  return ms % 1000 === 0 ? ms / 1000 : undefined;
}

/** Writes `EXAT seconds` or `PXAT ms`. */
export function writeTimeOption(out: RespOutput, ms: number | bigint): void {
  const seconds = wholeSeconds(ms);
  out.word(seconds === undefined ? PXAT : EXAT);
  out.integer(seconds ?? ms);
}

/**
 * Sets the time at which the key at hand goes. Times of the past count as well; relative forms, which count from when
 * the log is loaded, are never used.
 */
export function writeExpiry(c: LogContext, ms: number | bigint): void {
  const seconds = wholeSeconds(ms);
  c.command(seconds === undefined ? PEXPIREAT : EXPIREAT);
  c.out.integer(seconds ?? ms);
  c.out.end();
}
