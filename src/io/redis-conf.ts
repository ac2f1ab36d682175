import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { splitArguments } from '../aof/index.ts';
import { latin1 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { ioError } from './file.ts';
import { glob, isPattern } from './glob.ts';

/** What a configuration file says of where data is; undefined is what it does not say. */
export interface DataSettings {
  dir: string | undefined;
  appendonly: boolean | undefined;
  appendfilename: string | undefined;
  appenddirname: string | undefined;
  dbfilename: string | undefined;
}

/** Files that include one another, at most so deep: one that includes itself keeps a server from starting. */
const MAX_DEPTH = 16;

/**
 * Reads the settings of a `redis.conf` or `valkey.conf` that say where data is. The last one of a name counts, as for
 * servers; files that are included are read in their place, also by a pattern.
 *
 * @throws RedisFileError `IO` where a file cannot be read, `BAD_STRING` for a line whose quotes are not closed
 */
export function readRedisConf(path: string): DataSettings {
  const found = new Map<string, string>();
  readInto(found, [latin1(Buffer.from(path))], latin1(Buffer.from(resolve(dirname(path)))), 0);
  const yes = found.get('appendonly')?.toLowerCase();
  return {
    dir: found.get('dir'),
    appendonly: yes === 'yes' ? true : yes === 'no' ? false : undefined,
    appendfilename: found.get('appendfilename'),
    appenddirname: found.get('appenddirname'),
    dbfilename: found.get('dbfilename'),
  };
}

/** Paths and lines have one character per byte: they need not be UTF-8. */
function readInto(found: Map<string, string>, paths: readonly string[], base: string, depth: number): void {
  const path = paths.map(shown).join(', ');
  if (depth > MAX_DEPTH) throw new RedisFileError('LIMIT_EXCEEDED', `${path}: files that include one another`);
  for (const line of readLines(paths)) {
    const words = splitArguments(Buffer.from(line, 'latin1'))?.map((word) => latin1(word));
    if (words === undefined) {
      throw new RedisFileError('BAD_STRING', `${path}: quotes that are not closed: ${shown(line)}`);
    }
    const [name, value] = words;
    if (name === undefined || value === undefined) continue;
    if (name.toLowerCase() !== 'include') found.set(name.toLowerCase(), shown(value));
    else readInto(found, isPattern(value) ? glob(base, value) : [resolve(base, value)], base, depth + 1);
  }
}

/** The lines that are no comments. Files of one pattern are one text, so that a last line without an end goes on. */
function readLines(paths: readonly string[]): string[] {
  // Blanks at the ends are left to what splits the line: JavaScript's own trim takes the byte A0 too, the last one of à.
  return paths
    .map(readText)
    .join('')
    .split('\n')
    .filter((line) => !/^[ \t\r]*(?:#|$)/.test(line));
}

function readText(path: string): string {
  try {
    return readFileSync(Buffer.from(path, 'latin1'), 'latin1');
  } catch (error) {
    // A directory can be opened, and has no lines.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return '';
    throw ioError(shown(path), error);
  }
}

function shown(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}
