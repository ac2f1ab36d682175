const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** What ends a bare token, besides the end of the line. */
const ENDS: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x09, 0x00]);

const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x62, 0x08],
  [0x61, 0x07],
]);

/** C's `isspace`. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/**
 * The tokens of a line, as servers split manifests and configuration files (redis 7.0: src/sds.c, sdssplitargs):
 * bare, in `"..."` with escapes, or in `'...'`.
 *
 * @returns undefined for quotes that are not closed, or are followed by anything but a blank
 */
export function splitArguments(line: Uint8Array): Uint8Array<ArrayBuffer>[] | undefined {
  const tokens: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at])) at++;
    if (at >= line.length || line[at] === 0) return tokens;
    const token: number[] = [];
    while (at < line.length && !ENDS.has(line[at]!)) {
      const byte = line[at++]!;
      if (byte !== QUOTE && byte !== APOSTROPHE) {
        token.push(byte);
        continue;
      }
      const end = byte === QUOTE ? quoted(line, at, token) : apostrophed(line, at, token);
      if (end === undefined || (end < line.length && line[end] !== 0 && !isSpace(line[end]))) return undefined;
      at = end;
      // Behind quotes the token is over.
      break;
    }
    tokens.push(new Uint8Array(token));
  }
}

/** @returns the place behind the closing quote */
function quoted(line: Uint8Array, start: number, token: number[]): number | undefined {
  for (let at = start; at < line.length && line[at] !== 0; at++) {
    const byte = line[at]!;
    if (byte === QUOTE) return at + 1;
    const next = line[at + 1];
    if (byte !== BACKSLASH || next === undefined || next === 0) {
      token.push(byte);
      continue;
    }
    const high = next === 0x78 ? hexDigit(line[at + 2]) : -1;
    const low = hexDigit(line[at + 3]);
    if (high >= 0 && low >= 0) {
      token.push(high * 16 + low);
      at += 3;
    } else {
      token.push(ESCAPES.get(next) ?? next);
      at++;
    }
  }
  return undefined;
}

function apostrophed(line: Uint8Array, start: number, token: number[]): number | undefined {
  for (let at = start; at < line.length && line[at] !== 0; at++) {
    const byte = line[at]!;
    if (byte === APOSTROPHE) return at + 1;
    if (byte === BACKSLASH && line[at + 1] === APOSTROPHE) at++;
    token.push(line[at]!);
  }
  return undefined;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

/** A token in the form that servers write: bare, or in quotes where that is needed (redis 7.0: src/sds.c, sdscatrepr). */
export function joinArgument(bytes: Uint8Array): string {
  let text = '';
  let bare = bytes.length > 0;
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    const escaped = SHOWN[letter];
    if (escaped !== undefined) text += escaped;
    else if (byte >= 0x20 && byte < 0x7f) text += letter;
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
    if (escaped !== undefined || byte <= 0x20 || byte >= 0x7f) bare = false;
  }
  return bare && !text.includes("'") ? text : `"${text}"`;
}

const SHOWN: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};
