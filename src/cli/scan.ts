import type { ByteSource } from '../index.ts';
import { type FileScan, type ScanResult, scanFile } from '../inspect/index.ts';
import type { Loss, RdbHandler } from '../rdb/index.ts';
import { type Dataset, type DatasetOptions, type FoundRdb, type LogFacts, openDataset, openRdb } from './dataset.ts';
import { BUG, exitCodeOf, Refusal, Reported, USAGE } from './exit.ts';
import type { RunFilter } from './filters.ts';
import type { Progress } from './progress.ts';
import { reportError } from './report.ts';

/** Options that all commands on datasets have. */
export interface CommonOptions extends DatasetOptions {
  /** Errors and warnings as JSON. */
  json?: boolean;
}

/** What is known of an input besides. */
export interface InputFacts {
  /** Its name in messages. */
  name: string;
  /** Undefined for an RDB file. */
  log: LogFacts | undefined;
}

export type ScannedInput = ScanResult & InputFacts;

/** Who is shown an input. */
export interface Reading {
  handler: RdbHandler;
  scan?: FileScan;
  /** Values of a log are made as the server that wrote it would have them, as they are written on. */
  own?: boolean;
  /** They are written on: takes what of a log cannot be, as no RDB holds it. See `DatasetForm`. */
  onLoss?: (loss: Loss) => void;
}

/** Opens an input and shows it to a handler. `begin` is told its name and gives the handler. */
export function scanInput(
  path: string | undefined,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => Reading,
): Promise<ScannedInput> {
  return readInput(path, progress, options, begin, scanFile);
}

/** The same for another way to read a file than `scanFile`. */
export async function readInput<R>(
  path: string | undefined,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => Reading,
  read: (source: ByteSource, handler: RdbHandler, scan: FileScan) => Promise<R>,
): Promise<R & InputFacts> {
  return readDataset(await openDataset(path, progress, options), progress, options, begin, read);
}

/** `scanInput` for what was found to be an RDB file. */
export async function scanRdb(
  found: FoundRdb,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => Reading,
): Promise<ScannedInput> {
  return readDataset(await openRdb(found, progress), progress, options, begin, scanFile);
}

async function readDataset<R>(
  { name, log, open }: Dataset,
  progress: Progress,
  options: CommonOptions,
  begin: (name: string) => Reading,
  read: (source: ByteSource, handler: RdbHandler, scan: FileScan) => Promise<R>,
): Promise<R & InputFacts> {
  const { handler, scan, own = false, onLoss } = begin(name);
  const result = await read(open({ stored: scan?.capture ?? false, own, onLoss }), handler, {
    ...scan,
    file: name,
    strictVersion: options.strictVersion ?? false,
    onBytes: (count) => {
      // What a log was read for is done by now.
      if (log === undefined) progress.add(count);
      scan?.onBytes?.(count);
    },
  });
  return { ...result, name, log };
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
    throw new Refusal('INVALID_ARGUMENT', 'standard input can be read only once, and is named twice');
  }
}
