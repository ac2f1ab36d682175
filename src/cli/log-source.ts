import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type AofRecord, type AofRecordFor, type Manifest, type ReadAofOptions, readAof } from '../index.ts';
import { findData, ioError, isSpecial, manifestName, readManifest } from '../io/index.ts';
import { BAD_INPUT, BUG, exitCodeOf, Refusal, Reported, USAGE } from './exit.ts';
import { openInput } from './input.ts';
import type { Progress } from './progress.ts';
import { reportError, reportWarning } from './report.ts';
import { refuseSecondStdin } from './scan.ts';

/** What commands on append-only files take. */
export const LOGS = 'append-only files, manifests, appendonlydirs or data directories, or - for standard input';

/** A log as the command line names it: a file of its own, or a set. */
export interface LogSource {
  /** Its name in messages. */
  name: string;
  /** Files in the order in which they load; `path` undefined for standard input. */
  files: { name: string; path: string | undefined }[];
  /** The set that they are, where they are one. */
  set: { path: string; dir: string; manifest: Manifest } | undefined;
}

/** Bytes that tell a manifest from a log. */
const HEAD = 64;

/**
 * Finds out what a path leads to.
 *
 * @throws Refusal for a directory without an append-only file; RedisFileError `IO`, `MANIFEST_INVALID`
 */
export function findLog(path: string | undefined, json: boolean): LogSource {
  if (path === undefined || path === '-')
    return { name: '<stdin>', files: [{ name: '<stdin>', path }], set: undefined };
  if (isSpecial(path)) return ofFile(path);
  if (!isDirectory(path)) return looksLikeManifest(path) ? ofManifest(path) : ofFile(path);
  const manifest = manifestName(path);
  if (manifest !== undefined) return ofManifest(join(path, manifest));
  const found = findData(path);
  for (const note of found.notes) reportWarning(path, 'DATA_DIRECTORY', note, undefined, json);
  if (found.kind === 'aofSet') return ofManifest(found.path!);
  if (found.kind === 'aof') return ofFile(found.path!);
  throw new Refusal(BAD_INPUT, `${path}: no append-only file: ${found.reason}`);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw ioError(path, error);
  }
}

function ofFile(path: string): LogSource {
  return { name: path, files: [{ name: path, path }], set: undefined };
}

function ofManifest(path: string): LogSource {
  const manifest = readManifest(path);
  const dir = dirname(path);
  const listed = manifest.base === undefined ? manifest.incr : [manifest.base, ...manifest.incr];
  return {
    name: path,
    files: listed.map(({ name }) => ({ name, path: join(dir, name) })),
    set: { path, dir, manifest },
  };
}

/** By its first line, as whoever names it may have renamed it; a comment counts only with the name that servers give. */
function looksLikeManifest(path: string): boolean {
  const head = Buffer.alloc(HEAD);
  try {
    const descriptor = openSync(path, 'r');
    try {
      readSync(descriptor, head, 0, HEAD, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw ioError(path, error);
  }
  const text = head.toString('latin1');
  if (/^\s*(?:file|seq|type)\s/i.test(text)) return true;
  return basename(path).endsWith('.manifest') && !/^(?:\*|\$|#TS:|REDIS|VALKEY)/.test(text);
}

/** What is done with one record; true where nothing more needs to be read. */
export type OnRecord = (record: AofRecord, file: string) => boolean | undefined;

export interface LogReading extends Pick<ReadAofOptions, 'values' | 'onContainer'> {
  /** Called behind each batch of records. */
  afterBatch?: () => Promise<void> | undefined;
}

/**
 * Shows all records of a log, file by file.
 *
 * @returns false where it was not read to its end
 * @throws RedisFileError where a file is damaged, behind the records before the damage
 */
export async function readLog(
  source: Pick<LogSource, 'files'>,
  progress: Progress,
  { afterBatch, ...options }: LogReading,
  onRecord: OnRecord,
): Promise<boolean> {
  for (const { name, path } of source.files) {
    const input = await openInput(path);
    progress.begin(input.size);
    let seen = 0;
    const onProgress = ({ bytes }: { bytes: number }): void => {
      progress.add(bytes - seen);
      seen = bytes;
    };
    const records = readAof(input.source, { ...options, file: name, onProgress } as ReadAofOptions);
    for await (const batch of records.batches()) {
      for (const record of batch as AofRecordFor<Record<never, never>>[]) if (onRecord(record, name)) return false;
      await afterBatch?.();
    }
  }
  return true;
}

/** Runs a command for its logs; of several, one that fails is reported, and the others are still read. */
export async function eachLog(
  paths: readonly string[],
  json: boolean,
  read: (path: string | undefined) => Promise<void>,
): Promise<void> {
  refuseSecondStdin(paths);
  let code: number | undefined;
  for (const path of paths.length > 0 ? paths : [undefined]) {
    try {
      await read(path);
    } catch (error) {
      const failed = exitCodeOf(error);
      if (paths.length < 2 || failed === USAGE || failed === BUG) throw error;
      reportError(error, json);
      code ??= failed;
    }
  }
  if (code !== undefined) throw new Reported(code);
}
