import { latin1 } from '../bytes/index.ts';

/** What the first line of a function library says: `#!lua name=mylib`. */
export interface LibraryHead {
  engine: string;
  name: string;
}

/**
 * Reads the first line as servers do when they load a library (redis: src/functions.c, functionExtractLibMetaData).
 *
 * @returns undefined where a server refuses the library for it
 */
export function parseLibraryHead(code: Uint8Array): LibraryHead | undefined {
  if (code[0] !== 0x23 || code[1] !== 0x21) return undefined;
  const end = code.indexOf(0x0a);
  const zero = code.indexOf(0);
  if (end < 0 || (zero >= 0 && zero < end)) return undefined;
  const words = splitWords(latin1(code, 0, end));
  const [first, second, ...more] = words ?? [];
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  const name = /^name=(\w+)$/i.exec(second)?.[1];
  return name === undefined ? undefined : { engine: first.slice(2), name };
}

/**
 * Whether a server has the language of a library: Lua all of them, others those whose modules may bring them, Valkey from 8.1
 * on (valkey: src/valkeymodule.h, ValkeyModule_RegisterScriptingEngine).
 */
export function hasEngine(head: LibraryHead | undefined, family: 'redis' | 'valkey', version: string): boolean {
  if (head === undefined || head.engine.toLowerCase() === 'lua') return true;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return family === 'valkey' && (major > 8 || (major === 8 && minor >= 1));
}

const BLANK = /[ \t\n\v\f\r]/;

/** Words between blanks; parts in quotes may hold blanks and escapes. Undefined where a quote is not closed properly. */
function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && BLANK.test(line[at]!)) at++;
    if (at === line.length) return words;
    let word = '';
    while (at < line.length && !BLANK.test(line[at]!)) {
      const quote = line[at]!;
      if (quote !== '"' && quote !== "'") {
        word += quote;
        at++;
        continue;
      }
      const end = closingQuote(line, at);
      // Nothing but a blank may follow.
      if (end < 0 || (end + 1 < line.length && !BLANK.test(line[end + 1]!))) return undefined;
      word += unquote(line.slice(at, end + 1));
      at = end + 1;
    }
    words.push(word);
  }
}

function closingQuote(line: string, from: number): number {
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === line[from]) return at;
    if (line[at] === '\\' && (line[from] === '"' || line[at + 1] === "'")) at++;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (text[0] === "'") return inner.replaceAll("\\'", "'");
  return inner.replace(/\\(?:x([0-9A-Fa-f]{2})|([\s\S]))/g, (_, hex: string | undefined, one: string) =>
    hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
