import { latin1 } from '../bytes/index.ts';

/** Longest first line that is looked at. */
const LONGEST = 4096;

function firstLine(code: Uint8Array): string {
  const end = code.subarray(0, LONGEST).indexOf(0x0a);
  return latin1(code, 0, end < 0 ? Math.min(code.length, LONGEST) : end);
}

/** The name of a function library, from the first line of its source: `#!lua name=mylib`. */
export function libraryName(code: Uint8Array): string | undefined {
  return /^#![^\s]+(?:\s+.*)?\sname=([A-Za-z0-9_]+)(?:\s|$)/.exec(firstLine(code))?.[1];
}

/** Its engine, from there too. */
export function libraryEngine(code: Uint8Array): string | undefined {
  return /^#!([^\s]+)/.exec(firstLine(code))?.[1];
}
