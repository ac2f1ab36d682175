import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from '../index.ts';
import { findData, ioError, isSpecial, manifestName, noteOthers, readManifest, statOf } from '../io/index.ts';
import { Refusal } from './exit.ts';
import type { Input } from './input.ts';

/** A file of a log, as the command line names it or a manifest lists it. */
export interface LogFile {
  /** Undefined for standard input. */
  path: string | undefined;
  /** It is open already, as it can be read only once, and was looked at. */
  input?: Input;
  /** Its name in messages. */
  name: string;
  /** No other file is loaded behind it. */
  last: boolean;
  missing: boolean;
}

/** The files that a path leads to, in the order in which a server loads them. */
export interface LogFiles {
  /** What was named, in messages. */
  name: string;
  files: LogFile[];
  /** The manifest that lists them; undefined for a file of its own. */
  manifestPath: string | undefined;
  manifest: Manifest | undefined;
  /** What else there is to know, each a sentence. */
  notes: string[];
}

/** Bytes of a file that tell a manifest. */
const HEAD = 4096;

/**
 * Finds the log that is meant by a file, a manifest, the directory of a multi-part log, a data directory, or a
 * configuration file.
 *
 * @throws Refusal where there is no log; RedisFileError `IO`, `MANIFEST_INVALID`
 */
export function findLog(path: string | undefined): LogFiles {
  if (path === undefined || path === '-') return single('<stdin>', undefined, []);
  const stat = statOf(path);
  if (stat?.isDirectory()) {
    const name = manifestName(path);
    return name === undefined ? inData(path) : listed(path, join(path, name), []);
  }
  // What cannot be opened says so when it is read.
  if (stat === undefined || isSpecial(path)) return single(path, path, []);
  if (/\.conf$/.test(path)) return inData(path);
  return isManifest(path) ? listed(path, path, []) : single(path, path, []);
}

/** What a path leads to, apart from its content. */
export type Place =
  /** A file, a pipe, or standard input; `path` undefined for the latter. `said`: by what led there. */
  | { kind: 'file'; path: string | undefined; said: string | undefined; notes: string[] }
  /** A set, or the append-only file of a directory; `findLog` finds it. */
  | { kind: 'log'; said: string | undefined };

/**
 * Finds out whether a path leads to a log, whatever its files hold, or to a file that tells by its content what it is: a
 * directory without a log has its dump.
 *
 * @throws Refusal for a directory without data; RedisFileError `IO`, `MANIFEST_INVALID`
 */
export function findPlace(path: string | undefined): Place {
  const file: Place = { kind: 'file', path, said: undefined, notes: [] };
  if (path === undefined || path === '-') return { ...file, path: undefined };
  const stat = statOf(path);
  if (stat === undefined || isSpecial(path)) return file;
  if (stat.isDirectory() ? manifestName(path) !== undefined : !/\.conf$/.test(path)) {
    return stat.isDirectory() || isManifest(path) ? { kind: 'log', said: undefined } : file;
  }
  const found = findData(path);
  if (found.path === undefined) throw new Refusal('NO_DATA', `no data to load: ${found.reason}`, path);
  const said = `reads ${found.path}: ${found.reason}`;
  return found.kind === 'rdb' ? { kind: 'file', path: found.path, said, notes: found.notes } : { kind: 'log', said };
}

/** A log that is a file of its own. @param input where it is open already */
export function singleLog(path: string | undefined, input: Input | undefined): LogFiles {
  const log = single(path ?? '<stdin>', path, []);
  if (input !== undefined) log.files[0]!.input = input;
  return log;
}

function single(name: string, path: string | undefined, notes: string[]): LogFiles {
  const file: LogFile = { path, name, last: true, missing: false };
  return { name, files: [file], manifestPath: undefined, manifest: undefined, notes };
}

function inData(path: string): LogFiles {
  const found = findData(path);
  if (found.kind === 'aof') return single(found.path!, found.path!, found.notes);
  if (found.kind === 'aofSet') {
    const folder = `${dirname(found.path!)}/`;
    // Those on the files of the set are found anew, as for a manifest that is named itself.
    return listed(
      path,
      found.path!,
      found.notes.filter((note) => !note.startsWith(folder)),
    );
  }
  throw new Refusal('NO_DATA', `no append-only file to load: ${found.reason}`, path);
}

function listed(name: string, manifestPath: string, notes: string[]): LogFiles {
  const folder = dirname(manifestPath);
  const manifest = readManifest(manifestPath);
  const { base, incr } = manifest;
  const loaded = base === undefined ? incr : [base, ...incr];
  const files = loaded.map((file, i): LogFile => {
    const path = join(folder, file.name);
    return { path, name: path, last: i === loaded.length - 1, missing: statOf(path) === undefined };
  });
  noteOthers(manifestPath, manifest, notes);
  return { name, files, manifestPath, manifest, notes };
}

/** Whether a server would load the files of a log by their names: what a directory or a manifest leads to. */
export function isServed(log: LogFiles, path: string | undefined): boolean {
  return path !== undefined && path !== '-' && log.files[0]?.path !== path;
}

/** Whether the first line that is no comment begins as that of a manifest. */
function isManifest(path: string): boolean {
  if (path.endsWith('.manifest')) return true;
  const bytes = Buffer.alloc(HEAD);
  try {
    const descriptor = openSync(path, 'r');
    try {
      const length = readSync(descriptor, bytes, 0, HEAD, 0);
      return /^(?:#[^\n]*\n)*file[ \t"']/i.test(bytes.toString('latin1', 0, length));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw ioError(path, error);
  }
}
