import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { splitArguments } from '../aof/index.ts';
import { latin1 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { ioError } from './file.ts';
import { glob, isPattern } from './glob.ts';

/** What a configuration file says of where data is; undefined is what it does not say. */
export interface DataSettings {
  /** Absolute. */
  dir: string | undefined;
  appendonly: boolean | undefined;
  appendfilename: string | undefined;
  appenddirname: string | undefined;
  dbfilename: string | undefined;
}

/** Files that include one another, at most so deep: one that includes itself keeps a server from starting. */
const MAX_DEPTH = 16;

/** Where a relative path counts from, and what was said so far; the last one of a name counts. */
interface Reading {
  base: string;
  found: Map<string, string>;
}

/**
 * Reads the settings of a `redis.conf` or `valkey.conf` that say where data is. The last one of a name counts, as for
 * servers; files that are included are read in their place, also by a pattern. A `dir` holds at once: what follows counts
 * from there. Settings of other names are not looked at.
 *
 * @throws RedisFileError `IO` where a file cannot be read, `BAD_STRING` for a line that a server refuses
 */
export function readRedisConf(path: string): DataSettings {
  const found = new Map<string, string>();
  const base = latin1(Buffer.from(resolve(dirname(path))));
  readInto({ base, found }, [latin1(Buffer.from(path))], 0);
  return {
    dir: found.get('dir'),
    appendonly: found.has('appendonly') ? found.get('appendonly')!.toLowerCase() === 'yes' : undefined,
    appendfilename: found.get('appendfilename'),
    appenddirname: found.get('appenddirname'),
    dbfilename: found.get('dbfilename'),
  };
}

/** Paths and lines have one character per byte: they need not be UTF-8. */
function readInto(reading: Reading, paths: readonly string[], depth: number): void {
  const path = paths.map(shown).join(', ');
  if (depth > MAX_DEPTH) throw new RedisFileError('LIMIT_EXCEEDED', `${path}: files that include one another`);
  for (const line of readLines(paths)) {
    const words = splitArguments(Buffer.from(line, 'latin1'))?.map((word) => untilNul(latin1(word)));
    const name = words?.[0]?.toLowerCase() ?? '';
    const refused = words === undefined ? 'quotes that are not closed' : whyRefused(name, words.slice(1));
    if (refused !== undefined) {
      const message = `${path}: ${refused}, in a line that servers refuse: ${shown(line).trim()}`;
      throw new RedisFileError('BAD_STRING', message, { context: { file: path } });
    }
    const value = words![1] ?? '';
    if (name === 'include') {
      const included = isPattern(value) ? glob(reading.base, value) : [resolve(reading.base, value)];
      readInto(reading, included, depth + 1);
    } else if (name === 'dir') {
      reading.base = resolve(reading.base, value);
      reading.found.set(name, nameText(reading.base));
    } else reading.found.set(name, nameText(value));
  }
}

/** What is wrong with a setting that says where data is (redis 7.0: src/config.c). */
function whyRefused(name: string, values: readonly string[]): string | undefined {
  if (!READ.has(name)) return undefined;
  const [value] = values;
  if (value === undefined || values.length > 1) return `${values.length} values where one is expected`;
  if (name === 'appendonly') return /^(?:yes|no)$/i.test(value) ? undefined : 'neither yes nor no';
  if (value === '' && name !== 'dbfilename') return 'an empty name';
  return name.endsWith('name') && /[/\\]/.test(value) ? 'a path instead of a name' : undefined;
}

const READ: ReadonlySet<string> = new Set([
  'include',
  'dir',
  'appendonly',
  'appendfilename',
  'appenddirname',
  'dbfilename',
]);

/** What C sees of a text. */
function untilNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
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

/** As names stand in manifests: where it is no UTF-8, a byte is the lone surrogate U+DC00 + byte. */
function nameText(text: string): string {
  const read = shown(text);
  if (latin1(Buffer.from(read)) === text) return read;
  return text.replace(/[\x80-\xff]/g, (letter) => String.fromCharCode(0xdc00 + letter.charCodeAt(0)));
}

function shown(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}
