import { dirname, join } from 'node:path';
import { checkChoices, checkFunctions, checkObject, checkSignal, invalidArgument } from './bytes/index.ts';
import { RedisFileError } from './errors.ts';
import {
  checkPath,
  findData,
  LENT,
  LogDirectory,
  manifestName,
  openFile,
  readManifest,
  statOf,
  TemporaryBytes,
  Unchanged,
} from './io/index.ts';
import { newReplayer, type Replayer, type ReplayOptions } from './keyspace/index.ts';
import type { Progress } from './rdb/index.ts';
import { type DatasetOptions, datasetFile, replayFile } from './rewrite/index.ts';

/** Options of `rewriteAofDir`: those of `replay`, and how the base is written. */
export interface RewriteDirOptions
  extends Omit<ReplayOptions, 'large' | 'maxValueBytes'>,
    Pick<DatasetOptions, 'target' | 'cluster' | 'caps' | 'onLoss'> {
  /** What the base is: a log of commands (`aof`, default), or an RDB file. */
  to?: 'aof' | 'rdb';
  /** For a log: `commands` (default), those that build the values; `mixed`, RESTORE where that is shorter. */
  mode?: 'commands' | 'mixed';
  /** Called with every chunk that is read; `records` counts the commands that were replayed before it. */
  onProgress?: (progress: Progress) => void;
}

/** What `rewriteAofDir` did. */
export interface RewriteDirSummary {
  /** Commands that were replayed; EXEC is none of them. */
  commands: number;
  /** Keys of the dataset, with those that `dropExpired` leaves out. */
  keys: number;
  /** Bytes of the files that were read. */
  bytesRead: number;
  /** Bytes of the base. */
  bytesWritten: number;
  /** The path of the base. */
  base: string;
}

/** Timers and signals have their turn behind so many bytes, every few milliseconds. */
const BYTES_PER_TURN = 1 << 20;

/**
 * Rewrites an append-only file into a new directory: base, empty increment and manifest. It is the shortest log (or RDB
 * file, with `to: 'rdb'`) for the dataset that a server would hold right after loading `dir`, which is not touched. The
 * dataset is held in memory, outside of the heap of JavaScript, and no record is made on the way.
 *
 * The directory appears under its name when it is complete and on the disk; an error before that leaves nothing. No server may
 * write to `dir` meanwhile.
 *
 * Without `target` the base is for the server that wrote the log, where that is known (by its RDB preamble, or
 * `sourceVersion`).
 *
 * @param dir the directory of a multi-part append-only file, or its manifest; or a data directory, or its configuration, of
 *   which what a server would load is taken; or a file of its own
 * @param out a path at which nothing is yet, in a directory that is there
 * @throws RedisFileError (as a rejection) `IO` where a file cannot be read or written, its `cause` the system's error
 *   (EEXIST where something is at `out`), where there is no log, and where a file has changed while it was read;
 *   `MANIFEST_INVALID`; `CANNOT_REPLAY` for a command whose effect cannot be known; `LOSSY` for what the target cannot
 *   hold, where no `onLoss` takes it; `INVALID_ARGUMENT` for options; otherwise as `readAof`, the file in `context.file`
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readAofDir, rewriteAofDir } from 'rdb-aof/node';
 *
 * const out = join(await mkdtemp(join(tmpdir(), 'rewritten-')), 'appendonlydir');
 * const { commands, keys } = await rewriteAofDir('fixtures/aof/redis-7.4.1.multipart', out);
 * console.log(commands, keys); // 950 316
 * for await (const record of readAofDir(out)) {
 *   if (record.kind === 'fileStart') console.log(record.type, record.file);
 *   // base appendonly.aof.1.base.aof
 *   // incr appendonly.aof.1.incr.aof
 * }
 * ```
 */
export async function rewriteAofDir(
  dir: string,
  out: string,
  options: RewriteDirOptions = {},
): Promise<RewriteDirSummary> {
  checkPath(dir, 'dir');
  checkPath(out, 'out');
  checkOptions(options);
  const { signal } = options;
  signal?.throwIfAborted();
  const replayer = await newReplayer(options);
  // Wrong options fail before anything is read.
  const chunks = datasetFile(replayer, { ...options, spill: () => new TemporaryBytes() });
  const source = findSource(dir);
  const directory = new LogDirectory(out);
  try {
    const bytesRead = await replaySource(replayer, source, options);
    let bytesWritten = 0;
    let turn = BYTES_PER_TURN;
    for (const chunk of chunks) {
      signal?.throwIfAborted();
      directory.write(chunk);
      bytesWritten += chunk.length;
      if (bytesWritten < turn) continue;
      turn = bytesWritten + BYTES_PER_TURN;
      await new Promise((resolve) => setImmediate(resolve));
    }
    signal?.throwIfAborted();
    const { keyspace, session } = replayer;
    const keys = keyspace.databases.reduce((sum, [, { size }]) => sum + size, 0);
    return { commands: session.commands, keys, bytesRead, bytesWritten, base: await directory.commit() };
  } catch (error) {
    directory.abandon();
    throw error;
  }
}

/** Files of a log in the order in which they load. */
interface Source {
  files: { name: string; path: string }[];
  unchanged: Unchanged;
}

/** @throws RedisFileError `IO`, `MANIFEST_INVALID` */
function findSource(path: string): Source {
  const manifest = statOf(path)?.isDirectory() ? manifestName(path) : undefined;
  if (manifest !== undefined) return listed(join(path, manifest));
  if (path.endsWith('.manifest')) return listed(path);
  if (!statOf(path)?.isDirectory() && !path.endsWith('.conf')) return single(path);
  const found = findData(path);
  if (found.path === undefined) throw noLog(path, found.reason);
  return found.kind === 'aofSet' ? listed(found.path) : single(found.path);
}

function single(path: string): Source {
  return { files: [{ name: path, path }], unchanged: new Unchanged([path]) };
}

/** The files of a set go by the names that the manifest has. */
function listed(path: string): Source {
  // Looked at first: a server that ends a rewrite replaces it.
  const manifestOnly = new Unchanged([path]);
  const { base, incr } = readManifest(path);
  const files = (base === undefined ? incr : [base, ...incr]).map(({ name }) => ({
    name,
    path: join(dirname(path), name),
  }));
  if (files.length === 0) throw noLog(path, 'it lists no files');
  const unchanged = new Unchanged([path, ...files.map((file) => file.path)]);
  checkUnchanged(manifestOnly);
  return { files, unchanged };
}

function noLog(path: string, reason: string): RedisFileError {
  return new RedisFileError('IO', `${path}: no append-only file to load: ${reason}`, { context: { file: path } });
}

function checkUnchanged(files: Unchanged): void {
  const path = files.changed();
  if (path === undefined) return;
  throw new RedisFileError('IO', `${path}: has changed while it was read; is a server writing to it?`, {
    context: { file: path },
  });
}

/** @returns bytes that were read */
async function replaySource(
  replayer: Replayer,
  { files, unchanged }: Source,
  { signal, onProgress }: RewriteDirOptions,
): Promise<number> {
  const total = files.reduce((sum, { path }) => sum + (statOf(path)?.size ?? 0), 0);
  let bytes = 0;
  for (const { name, path } of files) {
    const { chunks } = await openFile(path, LENT);
    const onBytes = (count: number): void => {
      bytes += count;
      onProgress?.({ bytes, total, records: replayer.session.commands });
    };
    await replayFile(replayer, chunks, { file: name, onBytes, signal });
  }
  checkUnchanged(unchanged);
  return bytes;
}

/** @throws RedisFileError `INVALID_ARGUMENT` */
function checkOptions(options: RewriteDirOptions): void {
  checkObject(options);
  checkChoices(options, { to: ['aof', 'rdb'], mode: ['commands', 'mixed'] });
  checkSignal(options);
  checkFunctions(options, 'onProgress', 'onLoss');
  if (options.to === 'rdb' && options.mode === 'mixed') {
    throw invalidArgument('mode is for logs, and to: "rdb" writes none');
  }
}
