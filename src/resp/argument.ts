import { ascii, writeDecimal } from '../bytes/index.ts';
import type { RespBuffer, Word } from './buffer.ts';

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;

/** Most bytes around an argument: `$`, digits of a safe integer, two line ends. */
const AROUND = 1 + 17 + 4;

/**
 * An argument that is written often, with its length and line ends, to be copied as it is.
 *
 * @param text ASCII
 */
export function word(text: string): Word {
  const bytes = ascii(`$${text.length}\r\n${text}\r\n`);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Writes the bytes from `start` to `end` as an argument. */
export function writeArgument(out: RespBuffer, bytes: Uint8Array, start: number, end: number): void {
  const count = end - start;
  out.reserve(count + AROUND);
  const into = out.bytes;
  let at = writeHead(into, out.length, DOLLAR, count);
  out.put(at, bytes, start, end);
  at += count;
  into[at] = CR;
  into[at + 1] = LF;
  out.length = at + 2;
}

/** Writes an integer as an argument, in decimal. */
export function writeIntegerArgument(out: RespBuffer, value: number | bigint): void {
  if (typeof value === 'bigint') {
    writeTextArgument(out, String(value));
    return;
  }
  out.reserve(2 * AROUND);
  const into = out.bytes;
  const count = countDigits(value);
  const at = writeHead(into, out.length, DOLLAR, count) + count;
  writeDecimal(value, into, at);
  into[at] = CR;
  into[at + 1] = LF;
  out.length = at + 2;
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
    at += countDigits(count);
    writeDecimal(count, into, at);
  }
  into[at] = CR;
  into[at + 1] = LF;
  return at + 2;
}

/** Characters of a safe integer in decimal, its sign included. */
export function countDigits(value: number): number {
  let rest = value;
  let count = 1;
  if (value < 0) {
    rest = -value;
    count = 2;
  }
  while (rest >= 10000) {
    rest = Math.floor(rest / 10000);
    count += 4;
  }
  if (rest >= 1000) return count + 3;
  if (rest >= 100) return count + 2;
  return rest >= 10 ? count + 1 : count;
}
