/** The commands that change how those behind them are read. */
export const OTHER = 0;
export const SELECT = 1;
export const MULTI = 2;
export const EXEC = 3;
export const DISCARD = 4;
export const RESET = 5;

/** Longest database index, which is a C `int`. */
const INT_DIGITS = 10;
const INT_MAX = 0x7fffffff;

/** Which of them a name is, in whatever case. */
export function nameKind(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 4 || length > 7) return OTHER;
  switch (bytes[start]! | 0x20) {
    case 0x73:
      return is(bytes, start, length, 'select') ? SELECT : OTHER;
    case 0x6d:
      return is(bytes, start, length, 'multi') ? MULTI : OTHER;
    case 0x65:
      return is(bytes, start, length, 'exec') ? EXEC : OTHER;
    case 0x64:
      return is(bytes, start, length, 'discard') ? DISCARD : OTHER;
    case 0x72:
      return is(bytes, start, length, 'reset') ? RESET : OTHER;
    default:
      return OTHER;
  }
}

/** Whether bytes are a lowercase word in any case. Letters only: the bit that folds case folds other bytes too. */
function is(bytes: Uint8Array, start: number, length: number, word: string): boolean {
  if (length !== word.length) return false;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    if ((byte | 0x20) !== word.charCodeAt(i) || byte < 0x41) return false;
  }
  return true;
}

/**
 * The index that an argument of SELECT names; undefined for what a server answers with an error, which leaves the
 * selection as it was. How many databases there are is a setting of the server, and not known here.
 */
export function databaseOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  const length = end - start;
  if (length < 1 || length > INT_DIGITS) return undefined;
  // Servers take canonical numbers only (redis 3.2 to 8.10: src/util.c, string2ll).
  if (bytes[start] === 0x30 && length > 1) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= INT_MAX ? value : undefined;
}

/** Unix time in ms that a line `#TS:1700000000` gives; undefined for any other line. */
export function annotationTime(line: Uint8Array): number | undefined {
  if (line[1] !== 0x54 || line[2] !== 0x53 || line[3] !== 0x3a) return undefined;
  let seconds = 0;
  let at = 4;
  for (; at < line.length && line[at]! >= 48 && line[at]! <= 57; at++) seconds = seconds * 10 + line[at]! - 48;
  const time = seconds * 1000;
  return at > 4 && Number.isSafeInteger(time) ? time : undefined;
}
