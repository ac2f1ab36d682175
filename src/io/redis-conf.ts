import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { splitArguments } from '../aof/index.ts';
import { RedisFileError } from '../errors.ts';
import { ioError } from './file.ts';

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
 * servers; files that are included are read in their place.
 *
 * @param notes told of what could not be followed
 * @throws RedisFileError `IO` where a file cannot be read, `BAD_STRING` for a line whose quotes are not closed
 */
export function readRedisConf(path: string, notes: string[]): DataSettings {
  const found = new Map<string, string>();
  readInto(found, path, dirname(path), notes, 0);
  const yes = found.get('appendonly')?.toLowerCase();
  return {
    dir: found.get('dir'),
    appendonly: yes === 'yes' ? true : yes === 'no' ? false : undefined,
    appendfilename: found.get('appendfilename'),
    appenddirname: found.get('appenddirname'),
    dbfilename: found.get('dbfilename'),
  };
}

function readInto(found: Map<string, string>, path: string, base: string, notes: string[], depth: number): void {
  if (depth > MAX_DEPTH) throw new RedisFileError('LIMIT_EXCEEDED', `${path}: files that include one another`);
  for (const line of readLines(path)) {
    const words = splitArguments(line)?.map((word) => Buffer.from(word).toString());
    if (words === undefined) throw new RedisFileError('BAD_STRING', `${path}: quotes that are not closed: ${line}`);
    const [name, value] = words;
    if (name === undefined || value === undefined) continue;
    if (name.toLowerCase() !== 'include') {
      found.set(name.toLowerCase(), value);
    } else if (/[*?[]/.test(value)) {
      notes.push(`${path} includes ${value}, a pattern that was not followed`);
    } else {
      readInto(found, resolve(base, value), base, notes, depth + 1);
    }
  }
}

/** The lines that are no comments. */
function readLines(path: string): Buffer[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw ioError(path, error);
  }
  return (
    text
      .split('\n')
      // JavaScript's own trim takes the byte A0 too, which ends letters such as à in UTF-8.
      .map((line) => line.replace(/^[ \t\r]+|[ \t\r]+$/g, ''))
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => Buffer.from(line, 'latin1'))
  );
}
