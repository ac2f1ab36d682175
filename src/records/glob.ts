import { describe, isBytes } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';

/** Tells whether the bytes from `start` to `end` match; nothing of them is kept. */
export type KeyMatcher = (bytes: Uint8Array, start?: number, end?: number) => boolean;

/** A position of a pattern: a byte (0 to 255), any byte, or from `CLASS` on the number of a class. */
const ANY = 256;
const CLASS = 257;

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** Positions that stand together, without a `*` between them. Bytes alone have their own array, to compare faster. */
interface Run {
  units: Uint32Array;
  /** Set where all positions are bytes. */
  literal: Uint8Array | undefined;
}

/** A pattern between its stars: `a*b*` is `a`, `b` and an empty run. */
interface Pattern {
  runs: Run[];
  /** For each class 256 bytes, 1 for those in it. */
  classes: Uint8Array[];
}

/**
 * Compiles a pattern as the command KEYS understands it (redis: src/util.c, stringmatchlen), over bytes.
 *
 * | Pattern | Matches |
 * | --- | --- |
 * | `*` | any bytes, also none |
 * | `?` | one byte (not one character: `?` is half of `é`) |
 * | `[abc]`, `[a-z]`, `[z-a]` | one of these bytes |
 * | `[^a-z]` | one byte that is none of these |
 * | `\x` | the byte `x`, whatever it is; also inside a class |
 * | anything else | itself |
 *
 * What the server does in corners is kept: a class without its `]` goes to the end of the pattern, `[]` matches nothing
 * and `[^]` any byte; `[a-]` is a range up to `]`, and has no end; a `\` at the end is itself; ends of ranges are signed
 * bytes, as on the machines that servers run on, so that `[a-\xff]` is ff and everything up to `a`; and the empty key is
 * matched by `*` and by the empty pattern, but not by `**`.
 *
 * The time of a match grows with the length of the key times that of the pattern at worst, never exponentially.
 *
 * @param pattern its bytes, of which nothing is kept, or text, which stands for its UTF-8
 *
 * @example
 * ```ts
 * import { compileGlob } from 'rdb-aof';
 *
 * const matches = compileGlob('user:[0-9]*');
 * console.log(matches(new TextEncoder().encode('user:17'))); // true
 * console.log(matches(new TextEncoder().encode('user:x'))); // false
 * ```
 */
export function compileGlob(pattern: Uint8Array | string): KeyMatcher {
  if (typeof pattern !== 'string' && !isBytes(pattern)) {
    throw new RedisFileError('INVALID_ARGUMENT', `a pattern must be a string or bytes, found ${describe(pattern)}`);
  }
  const bytes = typeof pattern === 'string' ? new TextEncoder().encode(pattern) : pattern;
  if (bytes.length === 1 && bytes[0] === STAR) return () => true;
  const { runs, classes } = parsePattern(bytes);
  const head = runs[0]!;
  const tail = runs.at(-1)!;
  if (runs.length === 1) return (key, start = 0, end = key.length) => isExactly(head, classes, key, start, end);

  const middle = runs.slice(1, -1);
  const ends = head.units.length + tail.units.length;
  return (key, start = 0, end = key.length) => {
    // The server gives up on an empty key before it looks at the pattern.
    if (end - start < ends || start === end) return false;
    const last = end - tail.units.length;
    if (!isAt(head, classes, key, start) || !isAt(tail, classes, key, last)) return false;
    let from = start + head.units.length;
    // The leftmost place of each run leaves the most room for those behind it, so no choice is ever taken back.
    for (const run of middle) {
      const at = find(run, classes, key, from, last);
      if (at < 0) return false;
      from = at + run.units.length;
    }
    return true;
  };
}

function isExactly(run: Run, classes: Uint8Array[], key: Uint8Array, start: number, end: number): boolean {
  return end - start === run.units.length && isAt(run, classes, key, start);
}

/** Whether a run matches at a place behind which there are bytes enough. */
function isAt(run: Run, classes: Uint8Array[], key: Uint8Array, at: number): boolean {
  const { literal, units } = run;
  if (literal !== undefined) {
    for (let i = 0; i < literal.length; i++) if (key[at + i] !== literal[i]) return false;
    return true;
  }
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    const byte = key[at + i]!;
    if (unit < ANY ? unit !== byte : unit >= CLASS && classes[unit - CLASS]![byte] === 0) return false;
  }
  return true;
}

/** The first place from `from` on where a run matches and ends by `end`, or -1. */
function find(run: Run, classes: Uint8Array[], key: Uint8Array, from: number, end: number): number {
  for (let at = from; at <= end - run.units.length; at++) if (isAt(run, classes, key, at)) return at;
  return -1;
}

function parsePattern(pattern: Uint8Array): Pattern {
  const classes: Uint8Array[] = [];
  const runs: Run[] = [];
  let units: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    let unit = pattern[at]!;
    if (unit === STAR) {
      // Stars that follow each other are one.
      while (pattern[at + 1] === STAR) at++;
      runs.push(makeRun(units));
      units = [];
      continue;
    }
    if (unit === QUESTION) unit = ANY;
    else if (unit === BACKSLASH && at + 1 < pattern.length) unit = pattern[++at]!;
    else if (unit === OPEN) {
      const members = new Uint8Array(256);
      at = parseClass(pattern, at + 1, members);
      unit = CLASS + classes.length;
      classes.push(members);
    }
    units.push(unit);
  }
  runs.push(makeRun(units));
  return { runs, classes };
}

function makeRun(units: number[]): Run {
  return {
    units: Uint32Array.from(units),
    literal: units.every((unit) => unit < ANY) ? Uint8Array.from(units) : undefined,
  };
}

/** Reads a class from behind its `[`, and returns the place of its `]`, or of the last byte where it has none. */
function parseClass(pattern: Uint8Array, from: number, members: Uint8Array): number {
  const negated = pattern[from] === CARET;
  let at = negated ? from + 1 : from;
  for (; at < pattern.length && pattern[at] !== CLOSE; at++) {
    const left = pattern.length - at;
    if (pattern[at] === BACKSLASH && left >= 2) members[pattern[++at]!] = 1;
    else if (left >= 3 && pattern[at + 1] === DASH) {
      addRange(members, signed(pattern[at]!), signed(pattern[at + 2]!));
      at += 2;
    } else members[pattern[at]!] = 1;
  }
  if (negated) for (let byte = 0; byte < 256; byte++) members[byte] = members[byte] === 0 ? 1 : 0;
  return Math.min(at, pattern.length - 1);
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** Adds a range, its ends in either order. */
function addRange(members: Uint8Array, one: number, other: number): void {
  for (let byte = Math.min(one, other); byte <= Math.max(one, other); byte++) members[byte & 0xff] = 1;
}
