import { RedisFileError } from '../../../errors.ts';
import type { Args } from '../../args.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import { NOTHING, STRING } from '../../types.ts';

/** A string of the dataset has a length of 32 bits, and Node has no more memory in one piece. */
const LONGEST = 0xffff0000;

/**
 * Servers set no limit while they load a log, as its writer has checked it. This one is ours, so that a short command cannot ask for
 * any amount of memory.
 *
 * @throws RedisFileError `LIMIT_EXCEEDED`
 */
export function checkLength(s: Session, length: number): void {
  if (length <= LONGEST) return;
  throw new RedisFileError('LIMIT_EXCEEDED', `a command makes a string of ${length} bytes, at byte ${s.offset}`, {
    offset: s.offset,
    context: { db: s.selected, phase: 'replay' },
  });
}

/** Lets the string at the key that argument 1 is have at least so many bytes, zeros at the end; it is then at `s.spot`. */
export function growString(s: Session, a: Args, size: number): Outcome {
  const { spot } = s;
  const type = s.db.string(a.bytes, a.start(1), a.end(1), spot);
  if (type !== STRING && type !== NOTHING) return 'WRONGTYPE';
  const length = type === STRING ? spot.length : 0;
  if (type === STRING && length >= size) return undefined;
  checkLength(s, size);
  s.db.resizeString(a.bytes, a.start(1), a.end(1), Math.max(length, size), spot);
  spot.bytes.fill(0, spot.start + length, spot.end);
  return undefined;
}
