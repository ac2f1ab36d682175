import { ascii, putDecimal } from '../bytes/index.ts';
import { type RespBuffer, sources, type Word } from './buffer.ts';

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const MINUS = 0x2d;
/** A line end as a number that a view writes in one go. */
const CRLF = CR | (LF << 8);

/** Most bytes around an argument: `$`, digits of a safe integer, two line ends. */
const AROUND = 1 + 17 + 4;

/** Characters of a safe integer. */
const LONGEST = 17;

/**
 * An argument that is written often, with its length and line ends, to be copied as it is.
 *
 * @param text ASCII
 */
export function word(text: string): Word {
  const bytes = ascii(`$${text.length}\r\n${text}\r\n`);
  return { bytes, view: new DataView(bytes.buffer) };
}

/**
 * Heads of arguments of up to 99 bytes: the first four characters as a number that a view writes in one go. That is all
 * of a head with one digit; one with two has a line feed behind them, which is written in any case and then overwritten.
 */
const HEADS: Int32Array = /* @__PURE__ */ Int32Array.from({ length: 100 }, (_, count) =>
  count < 10
    ? DOLLAR | ((48 + count) << 8) | (CR << 16) | (LF << 24)
    : DOLLAR | ((48 + ((count / 10) | 0)) << 8) | ((48 + (count % 10)) << 16) | (CR << 24),
);

/**
 * Writes the bytes from `start` to `end` as an argument.
 *
 * This is where most of the time of `resp` goes, so all that a short argument needs is done here, with one check of the
 * room, and heads, bytes and line ends are written in words: 3 to 4 % of all CPU time of `resp` less than with a function
 * for each part. Words of four bytes: through BigInts those of eight take a sixth of all CPU time more.
 */
export function writeArgument(out: RespBuffer, bytes: Uint8Array, start: number, end: number): void {
  const count = end - start;
  out.reserve(count + AROUND);
  const { view } = out;
  let at = out.length;
  if (count >= HEADS.length) {
    at = writeHead(out.bytes, at, DOLLAR, count);
    out.bytes.set(bytes.subarray(start, end), at);
  } else {
    at = writeShortHead(view, at, count);
    const from = sources.viewOn(bytes);
    if (from === undefined || count < 4) {
      for (let i = 0; i < count; i++) view.setUint8(at + i, bytes[start + i]!);
    } else if (count >= 8) {
      // The last words overlap those before them.
      const last = count - 8;
      for (let i = 0; i < last; i += 8) {
        view.setInt32(at + i, from.getInt32(start + i, true), true);
        view.setInt32(at + i + 4, from.getInt32(start + i + 4, true), true);
      }
      view.setInt32(at + last, from.getInt32(start + last, true), true);
      view.setInt32(at + last + 4, from.getInt32(start + last + 4, true), true);
    } else {
      view.setInt32(at, from.getInt32(start, true), true);
      view.setInt32(at + count - 4, from.getInt32(start + count - 4, true), true);
    }
  }
  at += count;
  view.setInt16(at, CRLF, true);
  out.length = at + 2;
}

/** Two digits of each number below 100, as a number that a view writes in one go. */
const PAIRS: Int16Array = /* @__PURE__ */ Int16Array.from(
  { length: 100 },
  (_, value) => (48 + ((value / 10) | 0)) | ((48 + (value % 10)) << 8),
);

/** Writes an integer as an argument, in decimal. */
export function writeIntegerArgument(out: RespBuffer, value: number | bigint): void {
  if (typeof value === 'bigint') {
    writeTextArgument(out, String(value));
    return;
  }
  out.reserve(AROUND + LONGEST);
  const { view } = out;
  const size = value < 0 ? -value : value;
  const digits = countDigits(size);
  const start = writeShortHead(view, out.length, value < 0 ? digits + 1 : digits);
  if (value < 0) view.setUint8(start, MINUS);
  const end = start + (value < 0 ? digits + 1 : digits);
  writeDigits(view, end, size);
  view.setInt16(end, CRLF, true);
  out.length = end + 2;
}

/** Writes two numbers that are not negative as an argument, with a dash between them; a second of zero is left out. */
export function writePairArgument(out: RespBuffer, first: number, second: number): void {
  out.reserve(AROUND + 2 * LONGEST);
  const { view } = out;
  const before = countDigits(first);
  const after = second === 0 ? 0 : countDigits(second);
  const start = writeShortHead(view, out.length, after === 0 ? before : before + 1 + after);
  let end = start + before;
  writeDigits(view, end, first);
  if (after > 0) {
    view.setUint8(end, MINUS);
    end += 1 + after;
    writeDigits(view, end, second);
  }
  view.setInt16(end, CRLF, true);
  out.length = end + 2;
}

/** Writes the head of an argument of fewer than 100 bytes; returns the position behind it. */
function writeShortHead(view: DataView, at: number, count: number): number {
  view.setInt32(at, HEADS[count]!, true);
  view.setUint8(at + 4, LF);
  return at + (count < 10 ? 4 : 5);
}

/** Writes a safe integer that is not negative, in decimal, so that it ends at `end`. */
function writeDigits(view: DataView, end: number, value: number): void {
  let at = end;
  let rest = value;
  // Integers of 32 bits are divided several times as fast as doubles, and nearly all numbers get there at once.
  while (rest > 0x7fffffff) {
    const upper = Math.floor(rest / 100);
    at -= 2;
    view.setInt16(at, PAIRS[rest - upper * 100]!, true);
    rest = upper;
  }
  let small = rest | 0;
  while (small >= 10) {
    const upper = (small / 100) | 0;
    at -= 2;
    view.setInt16(at, PAIRS[small - upper * 100]!, true);
    small = upper;
  }
  // What is left is a digit, or nothing where their number is even.
  if (small > 0 || value === 0) view.setUint8(at - 1, 48 + small);
}

/** Writes ASCII text as an argument. */
export function writeTextArgument(out: RespBuffer, text: string): void {
  out.reserve(text.length + AROUND);
  const into = out.bytes;
  let at = writeHead(into, out.length, DOLLAR, text.length);
  for (let i = 0; i < text.length; i++) into[at++] = text.charCodeAt(i);
  into[at] = CR;
  into[at + 1] = LF;
  out.length = at + 2;
}

/** Writes what stands before an argument of `count` bytes. */
export function writeArgumentHead(out: RespBuffer, count: number): void {
  out.reserve(AROUND);
  out.length = writeHead(out.bytes, out.length, DOLLAR, count);
}

/** Writes what stands behind an argument. */
export function writeLineEnd(out: RespBuffer): void {
  out.reserve(2);
  out.bytes[out.length++] = CR;
  out.bytes[out.length++] = LF;
}

/** Writes what stands before a command of `count` arguments. */
export function writeCommandHead(out: RespBuffer, count: number): void {
  out.reserve(AROUND);
  out.length = writeHead(out.bytes, out.length, STAR, count);
}

/** Writes a mark, a count and a line end at `at`, where there must be room; returns the position behind them. */
export function writeHead(into: Uint8Array, start: number, mark: number, count: number): number {
  let at = start;
  into[at++] = mark;
  // Nearly all counts have one or two digits.
  if (count < 10) {
    into[at++] = 48 + count;
  } else if (count < 100) {
    const tens = (count / 10) | 0;
    into[at++] = 48 + tens;
    into[at++] = 48 + count - 10 * tens;
  } else {
    at = putDecimal(count, into, at);
  }
  into[at] = CR;
  into[at + 1] = LF;
  return at + 2;
}

/** Digits of a safe integer that is not negative. */
export function countDigits(value: number): number {
  let rest = value;
  let count = 1;
  while (rest >= 10000) {
    rest = rest > 0x7fffffff ? Math.floor(rest / 10000) : (rest / 10000) | 0;
    count += 4;
  }
  if (rest >= 100) return rest >= 1000 ? count + 3 : count + 2;
  return rest >= 10 ? count + 1 : count;
}
