const STAR = 0x2a;
const DOLLAR = 0x24;
const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;

/** Digits of a length at most; no argument is longer. */
const DIGITS = 10;

/** The size that a head like `$12` gives, and where its argument starts; undefined where servers write no such head. */
export function sizeHead(bytes: Uint8Array, dollar: number): { start: number; size: number } | undefined {
  let at = dollar + 1;
  let size = 0;
  while (at <= dollar + DIGITS && bytes[at]! >= 48 && bytes[at]! <= 57) size = size * 10 + bytes[at++]! - 48;
  const canonical = at > dollar + 1 && (bytes[dollar + 1] !== 48 || at === dollar + 2);
  return canonical && bytes[at] === CR && bytes[at + 1] === LF ? { start: at + 2, size } : undefined;
}

/** Whether an argument can end there: a line end, and behind it what may follow, or the end of the log. */
export function endsHere(bytes: Uint8Array, end: number): boolean {
  if (bytes[end] !== CR || bytes[end + 1] !== LF) return false;
  const next = bytes[end + 2];
  return next === undefined || next === STAR || next === DOLLAR || next === HASH;
}
