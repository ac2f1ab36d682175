import { basename, dirname } from 'node:path';
import { type LogClock, logBatches } from '../aof/index.ts';
import type { ByteSource } from '../bytes/index.ts';
import { type AofRecord, type Manifest, type ReadAofOptions, RedisFileError } from '../index.ts';
import { statOf } from '../io/index.ts';
import { type Input, openInput } from './input.ts';
import { findLog, type LogFiles } from './log-files.ts';
import type { Progress } from './progress.ts';
import { reportWarning } from './report.ts';

/** What commands on append-only files take. */
export const LOGS = 'append-only files, manifests, appendonlydirs or data directories, or - for standard input';

/** A log as the command line names it: a file of its own, or a set. */
export interface LogSource {
  /** Its name in messages. */
  name: string;
  /** Files in the order in which they load; `path` undefined for standard input, `input` there where it is open already. */
  files: { name: string; path: string | undefined; input?: Input }[];
  /** The set that they are, where they are one. */
  set: { path: string; dir: string; manifest: Manifest } | undefined;
}

/**
 * Finds out what a path leads to, and says what else there is to know about it.
 *
 * @throws Refusal for a directory without an append-only file; RedisFileError `IO`, `MANIFEST_INVALID`
 */
export function openLog(path: string | undefined, json: boolean): LogSource {
  return sourceOf(findLog(path), json);
}

/** The files of a log as its source. */
export function sourceOf({ name, files, manifest, manifestPath, notes }: LogFiles, json: boolean): LogSource {
  for (const note of notes) reportWarning(name, 'DATA_DIRECTORY', note, undefined, json);
  const set =
    manifest === undefined || manifestPath === undefined
      ? undefined
      : { path: manifestPath, dir: dirname(manifestPath), manifest };
  if (set === undefined) return { name, files, set };
  // Within its set a file goes by the name that the manifest has.
  return { name: set.path, files: files.map(({ path }) => ({ name: basename(path!), path })), set };
}

/** Bytes of all files of a log, as far as they are known. What cannot be looked at says so when it is read. */
export function bytesOf({ files }: Pick<LogSource, 'files'>): number {
  return files.reduce((sum, { path }) => sum + ((path === undefined ? undefined : statOf(path)?.size) ?? 0), 0);
}

/** More of an argument nobody looks at who needs but names and keys. */
const BEGINNING = 1 << 16;

/** Cutting the end of a log mends no line in a file behind which others are loaded, at which servers do not stop. */
export const TAKES_LINE = '--tolerant takes a line that has no end, as servers do';

/** Whether a file ends in a line that has no end. Where all is taken that servers take, none is an error. */
export function isOpenLine({ code, context }: RedisFileError): boolean {
  return code === 'UNEXPECTED_EOF' && context.phase === 'annotation';
}

/** The error with what can be done about it. */
export function withAdvice({ code, message, offset, context, cause }: RedisFileError, advice: string): RedisFileError {
  const place = offset === undefined ? {} : { offset };
  return new RedisFileError(code, `${message}; ${advice}`, { ...place, context, cause });
}

/** What is done with one record; true where nothing more needs to be read. */
export type OnRecord = (record: AofRecord, file: string) => boolean | undefined;

export interface LogReading
  extends Pick<ReadAofOptions, 'onContainer' | 'maxArgumentBytes' | 'maxCommandBytes' | 'tolerant'> {
  /** Values of the RDB that a file of the log begins with, by its place in the log. */
  values?: (file: number) => ReadAofOptions['values'];
  /** Arguments are not all wanted: the beginning of a very large one is enough. */
  beginnings?: boolean;
  /** What is read in place of a file, by its place in the log. */
  instead?: (source: ByteSource, file: number) => ByteSource;
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
  { afterBatch, values, instead, beginnings, ...options }: LogReading,
  onRecord: OnRecord,
): Promise<boolean> {
  const clock: LogClock = { time: undefined };
  for (const [i, { name, path, input: opened }] of source.files.entries()) {
    const input = opened ?? (await openInput(path));
    progress.begin(input.size);
    let seen = 0;
    const onProgress = ({ bytes }: { bytes: number }): void => {
      progress.add(bytes - seen);
      seen = bytes;
    };
    const level = values?.(i);
    const reading = { ...options, ...(level && { values: level }), file: name, onProgress };
    const use = beginnings ? { shorten: BEGINNING, clock } : { clock };
    const state = { bytes: 0, total: input.size, records: 0 };
    const file = instead?.(input.source, i) ?? input.source;
    try {
      for await (const batch of logBatches<Record<never, never>>(file, reading, undefined, state, use)) {
        for (const record of batch) if (onRecord(record, name)) return false;
        await afterBatch?.();
      }
    } catch (error) {
      throw RedisFileError.is(error) && isOpenLine(error) ? withAdvice(error, TAKES_LINE) : error;
    }
  }
  return true;
}
