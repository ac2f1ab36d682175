import { ascii } from '../../bytes/index.ts';
import type { Args } from '../args.ts';
import { compareBytes } from '../memory/index.ts';
import { formatDouble17, formatDoubleShort } from '../numbers/double.ts';
import { parseInt64 } from '../numbers/integer.ts';
import type { Failure, ScriptReply } from '../outcome.ts';
import type { Session } from '../session.ts';
import { NOTHING, STRING } from '../types.ts';
import { HashValue } from '../values/hash.ts';
import { ListValue } from '../values/list.ts';
import { SetValue } from '../values/set.ts';
import { StreamValue } from '../values/stream.ts';
import { ZsetValue } from '../values/zset.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** Gives the reply of a command that changes nothing. The number of arguments fits its arity. @throws CallFailed */
export type Reader = (s: Session, a: Args) => ScriptReply;

/**
 * Of a command that may change something: looks at what is there before it runs, and gives the reply when it has succeeded. It
 * has to bear arguments that make the command fail.
 */
export type Answer = (s: Session, a: Args) => () => ScriptReply;

export type Readers = Readonly<Record<string, Reader>>;
export type Answers = Readonly<Record<string, Answer>>;

/** Thrown into a script whose command fails; one that does not catch it ends there. */
export class CallFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure);
    this.failure = failure;
  }
}

/** What a search found, where it is of the right type. */
export function fitting<T extends object>(found: T | Failure | undefined): T | undefined {
  if (typeof found === 'string') throw new CallFailed(found as Failure);
  return found as T | undefined;
}

/** The same for an answer, where another type makes the command fail later. */
export function present<T extends object>(found: T | Failure | undefined): T | undefined {
  return typeof found === 'string' ? undefined : (found as T | undefined);
}

export function integer(a: Args, i: number): number | bigint {
  const given = a.int(i);
  if (given === undefined) throw new CallFailed('NOT_A_NUMBER');
  return given;
}

/** A copy that the script may keep. */
export function copied(bytes: Uint8Array, start: number, end: number): Bytes {
  return bytes.slice(start, end) as Bytes;
}

/** A score as servers print it in a reply. */
export function scoreText(s: Session, score: number): Bytes {
  return ascii(s.profile.release < SHORT_SINCE ? formatDouble17(score) : formatDoubleShort(score));
}

const SHORT_SINCE = 702;

/** In place. */
export function sortBytes<T extends Uint8Array>(items: T[]): T[] {
  return items.sort((a, b) => compareBytes(a, 0, a.length, b, 0, b.length));
}

export function exists(s: Session, a: Args, i: number): boolean {
  return s.db.has(a.bytes, a.start(i), a.end(i));
}

/** Whether a key holds a string, which is then at `s.spot`. */
export function findString(s: Session, a: Args, i: number): boolean {
  const type = s.db.string(a.bytes, a.start(i), a.end(i), s.spot);
  if (type !== STRING && type !== NOTHING) throw new CallFailed('WRONGTYPE');
  return type === STRING;
}

/** The string that a key holds; null where it holds none, whatever else it holds. */
export function stringOrNull(s: Session, a: Args, i: number): Bytes | null {
  const { spot } = s;
  if (s.db.string(a.bytes, a.start(i), a.end(i), spot) !== STRING) return null;
  return copied(spot.bytes, spot.start, spot.end);
}

/** Number of bytes of the string that a key holds; 0 where it holds none. */
export function lengthAt(s: Session, a: Args, i: number): number {
  return s.db.string(a.bytes, a.start(i), a.end(i), s.spot) === STRING ? s.spot.length : 0;
}

/** Number of items of the collection that a key holds; 0 where it holds none. */
export function sizeAt(s: Session, a: Args, i: number): number {
  const value = s.db.value(a.bytes, a.start(i), a.end(i));
  if (value instanceof ListValue || value instanceof StreamValue) return value.length;
  return value instanceof SetValue || value instanceof HashValue || value instanceof ZsetValue ? value.size : 0;
}

/** The integer that bytes are, as a command has just written them. */
export function integerIn(bytes: Uint8Array, start: number, end: number): number | bigint {
  return parseInt64(bytes, start, end) ?? 0;
}

// Answers that many commands give

export const ok: Answer = () => () => 'OK';

/** How many items more the first key then has. */
export const added: Answer = (s, a) => {
  const before = sizeAt(s, a, 1);
  return () => sizeAt(s, a, 1) - before;
};

/** How many items less. */
export const removed: Answer = (s, a) => {
  const before = sizeAt(s, a, 1);
  return () => before - sizeAt(s, a, 1);
};

/** How many items the key at argument `i` then has. */
export function sizeThen(i: number): Answer {
  return (s, a) => () => sizeAt(s, a, i);
}
