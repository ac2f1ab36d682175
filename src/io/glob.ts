import { lstatSync, readdirSync } from 'node:fs';
import { isAbsolute, parse } from 'node:path';
import { ioError } from './file.ts';

/** One letter of a name, or any number of them. */
type Token = '*' | ((letter: string) => boolean);

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[a-z\d]/i,
  alpha: /[a-z]/i,
  blank: /[ \t]/,
  digit: /\d/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[\da-f]/i,
};

/** Whether a path is a pattern to servers (redis 7.0: src/config.c, loadServerConfig). */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The files that a pattern leads to, as C's `glob` finds it without flags, in the order of the bytes, which is that of the locale C.
 * Texts have one character per byte, as names need not be UTF-8.
 *
 * @param base where a relative pattern counts from
 * @throws RedisFileError `IO` for a directory that is there and cannot be listed, where C sees nothing
 */
export function glob(base: string, pattern: string): string[] {
  // Such a pattern leads to directories alone, which have no lines.
  if (pattern.endsWith('/')) return [];
  const root = isAbsolute(pattern) ? parse(pattern).root : '';
  let found = [root === '' ? base : root.slice(0, -1)];
  for (const part of pattern.slice(root.length).split('/')) {
    if (part !== '')
      found = found.flatMap((folder) => (isPattern(part) ? matching(folder, part) : named(folder, part)));
  }
  return found.sort();
}

function matching(folder: string, part: string): string[] {
  const names = orNothing(folder, (path) => readdirSync(path, 'latin1')) ?? [];
  const hidden = /^\\?\./.test(part);
  const tokens = tokensOf(part);
  return ['.', '..', ...names]
    .filter((name) => (hidden || !name.startsWith('.')) && matches(tokens, name))
    .map((name) => `${folder}/${name}`);
}

function named(folder: string, part: string): string[] {
  const path = `${folder}/${part.replace(/\\(.)/gs, '$1')}`;
  return orNothing(path, (bytes) => lstatSync(bytes)) === undefined ? [] : [path];
}

/** @returns undefined where nothing is there */
function orNothing<T>(path: string, look: (path: Buffer) => T): T | undefined {
  const bytes = Buffer.from(path === '' ? '/' : path, 'latin1');
  try {
    return look(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw ioError(bytes.toString(), error);
  }
}

/** Goes back to the last `*` only, so that no pattern takes long. */
function matches(tokens: readonly Token[], name: string): boolean {
  let token = 0;
  let star = -1;
  let starAt = 0;
  for (let at = 0; at < name.length; ) {
    const wanted = tokens[token];
    if (wanted === '*') {
      star = token++;
      starAt = at;
    } else if (wanted?.(name[at]!)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

function tokensOf(part: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < part.length; ) {
    const set = part[at] === '[' ? readSet(part, at + 1) : undefined;
    if (set !== undefined) {
      tokens.push(set.has);
      at = set.end;
    } else if (part[at] === '*') {
      tokens.push('*');
      at++;
    } else if (part[at] === '?') {
      tokens.push(() => true);
      at++;
    } else {
      const { letter, end } = readLetter(part, at);
      tokens.push((other) => other === letter);
      at = end;
    }
  }
  return tokens;
}

/** @returns undefined where no `]` closes it: then the bracket is one like any letter */
function readSet(part: string, start: number): { has: (letter: string) => boolean; end: number } | undefined {
  const negated = part[start] === '!' || part[start] === '^';
  const first = negated ? start + 1 : start;
  const choices: ((letter: string) => boolean)[] = [];
  for (let at = first; at < part.length; ) {
    if (part[at] === ']' && at > first) {
      return { has: (letter) => choices.some((choice) => choice(letter)) !== negated, end: at + 1 };
    }
    const name = /^\[:([a-z]+):\]/.exec(part.slice(at, at + 12))?.[1];
    const named = name === undefined ? undefined : CLASSES[name];
    if (named !== undefined) {
      choices.push((letter) => named.test(letter));
      at += name!.length + 4;
      continue;
    }
    const low = readLetter(part, at);
    const isRange = part[low.end] === '-' && low.end + 1 < part.length && part[low.end + 1] !== ']';
    const high = isRange ? readLetter(part, low.end + 1) : low;
    choices.push((letter) => letter >= low.letter && letter <= high.letter);
    at = high.end;
  }
  return undefined;
}

/** A letter, of which a backslash may say that it is only that. */
function readLetter(part: string, at: number): { letter: string; end: number } {
  const escaped = part[at] === '\\' && at + 1 < part.length;
  return escaped ? { letter: part[at + 1]!, end: at + 2 } : { letter: part[at]!, end: at + 1 };
}
