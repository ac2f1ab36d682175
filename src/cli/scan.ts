import { type ByteSource, RedisFileError } from '../index.ts';
import { type FileScan, type ScanResult, scanFile } from '../inspect/index.ts';
import type { RdbHandler } from '../rdb/index.ts';
import { BUG, exitCodeOf, Refusal, Reported, USAGE } from './exit.ts';
import type { RunFilter } from './filters.ts';
import { openInput } from './input.ts';
import type { Progress } from './progress.ts';
import { reportError } from './report.ts';

/** Options that all commands on RDB files have. */
export interface CommonOptions {
  /** Errors and warnings as JSON. */
  json?: boolean;
  /** `rdb`: bytes behind the end of the RDB are none of our business. */
  as?: 'rdb';
  strictVersion?: boolean;
}

/** What a scan found, and the name of the input in messages. */
export type ScannedInput = ScanResult & { name: string };

/** Opens an input and shows it to a handler. `begin` is told its name and gives the handler. */
export function scanInput(
  path: string | undefined,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => { handler: RdbHandler; scan?: FileScan },
): Promise<ScannedInput> {
  return readInput(path, progress, options, begin, scanFile);
}

/** The same for another way to read a file than `scanFile`. */
export async function readInput<R>(
  path: string | undefined,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => { handler: RdbHandler; scan?: FileScan },
  read: (source: ByteSource, handler: RdbHandler, scan: FileScan) => Promise<R>,
): Promise<R & { name: string }> {
  const { name, source, size } = await openInput(path);
  progress.begin(size);
  const { handler, scan } = begin(name);
  const result = await read(source, handler, {
    ...scan,
    file: name,
    strictVersion: options.strictVersion ?? false,
    onBytes: (count) => {
      progress.add(count);
      scan?.onBytes?.(count);
    },
  });
  return { ...result, name };
}

/**
 * Runs a command for its inputs, one after the other. Of several, one that fails is reported, and the others are still
 * read; the process ends with the exit code of the first that failed.
 */
export async function eachInput(
  paths: readonly string[],
  filter: RunFilter,
  options: CommonOptions,
  read: (path: string | undefined) => Promise<ScannedInput>,
): Promise<void> {
  const json = options.json ?? false;
  await eachPath(paths, json, async (path) => {
    if (!filter.isOver(path ?? '-', json)) filter.reportLimit(await read(path), json);
  });
}

/** The same for commands that have no filter. */
export async function eachPath(
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

export function refuseSecondStdin(paths: readonly string[]): void {
  if (paths.filter((path) => path === '-').length > 1) {
    throw new Refusal(USAGE, 'standard input can be read only once, and is named twice');
  }
}

/**
 * Refuses bytes behind the end of the RDB, which would be left out without a word: the log of an append-only file, or
 * garbage.
 */
export function refuseTrailing({ name, trailing, tail, scanner }: ScannedInput, options: CommonOptions): void {
  if (!isTrailing({ trailing, tail }, options)) return;
  throw new RedisFileError(
    'TRAILING_DATA',
    `expected the end of the file behind the RDB, found ${trailing} more bytes. Commands of an append-only file with ` +
      'an RDB preamble would need --as aof; --as rdb reads the RDB and leaves them out',
    { offset: scanner.offset, context: { file: name } },
  );
}

/** Whether bytes behind the end of the RDB would be missed. */
export function isTrailing({ trailing, tail }: Pick<ScanResult, 'trailing' | 'tail'>, options: CommonOptions): boolean {
  return trailing > 0 && options.as !== 'rdb' && !isReplicationMark(tail);
}

/**
 * What stands behind the RDB where only the first line of a captured diskless transfer was cut off: forty hex digits, or
 * as many zero bytes. Nothing is lost with them.
 */
function isReplicationMark(tail: Uint8Array): boolean {
  return (
    tail.length === 40 && (tail.every((byte) => byte === 0) || /^[0-9a-f]{40}$/.test(String.fromCharCode(...tail)))
  );
}
