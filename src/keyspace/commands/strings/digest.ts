import type { Args } from '../../args.ts';
import { xxh3 } from '../../xxh3.ts';

/** Hex digits of a digest. */
const DIGITS = 16;

/** Whether an argument is the digest of bytes, as the command DIGEST gives it, in either case. */
export function digestIs(bytes: Uint8Array, a: Args, i: number): boolean {
  return a.length(i) === DIGITS && a.text(i).toLowerCase() === xxh3(bytes).toString(16).padStart(DIGITS, '0');
}
