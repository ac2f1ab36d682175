import { behindRdb, sniff } from '../inspect/index.ts';
import { TemporaryBytes } from '../io/index.ts';
import { profileName, type Replayer } from '../keyspace/index.ts';
import { endFile, type Loss, RdbEncoder, refuseLoss } from '../rdb/index.ts';
import { isUnstored } from '../rewrite/index.ts';
import { Refusal } from './exit.ts';
import { type Input, lookAt, openInput } from './input.ts';
import { findLog, findPlace, type LogFiles, singleLog } from './log-files.ts';
import { sourceOf } from './log-source.ts';
import type { Progress } from './progress.ts';
import { type ReplayCommandOptions, replayLog } from './replaying.ts';
import { reportWarning } from './report.ts';
import { isTrailing } from './trailing.ts';

/** Options that say what an input is, and how it is read. */
export interface DatasetOptions extends ReplayCommandOptions {
  /** `rdb`: bytes behind the end of the RDB are none of our business; `aof`: it is a log, whatever it looks like. */
  as?: 'rdb' | 'aof';
  strictVersion?: boolean;
  /** Of an RDB, what is damaged is left out. */
  salvage?: boolean;
  /** Only the header is wanted, so a log is not replayed. */
  header?: boolean;
}

/** An input by its content: a log, or an RDB file. */
export type Found = { kind: 'log'; files: LogFiles } | FoundRdb;

export interface FoundRdb {
  kind: 'rdb';
  path: string | undefined;
  /** It is open already, as it can be read only once, and was looked at. */
  input: Input | undefined;
}

/**
 * Finds out whether an input is an RDB file or a log, by its content. An RDB that says of itself that it begins a log is one
 * where commands follow; what can be read only once is taken for one then.
 *
 * @throws Refusal for a directory without data; RedisFileError `IO`, `MANIFEST_INVALID`
 */
export async function findDataset(path: string | undefined, options: DatasetOptions): Promise<Found> {
  const json = options.json ?? false;
  const place = findPlace(path);
  const name = path ?? '-';
  if (place.said !== undefined) reportWarning(name, 'DATA_DIRECTORY', place.said, undefined, json);
  if (place.kind === 'log') return { kind: 'log', files: findLog(path) };
  for (const note of place.notes) reportWarning(name, 'DATA_DIRECTORY', note, undefined, json);
  if (options.as === 'rdb') return { kind: 'rdb', path: place.path, input: undefined };
  if (options.as === 'aof') return { kind: 'log', files: singleLog(place.path, undefined) };
  const strictVersion = options.strictVersion ?? false;
  const { found, input } = await lookAt(place.path, (source) => sniff(source, { strictVersion }));
  const log = found === 'log' || (found === 'base' && (await isLog(place.path, input, options)));
  return log ? { kind: 'log', files: singleLog(place.path, input) } : { kind: 'rdb', path: place.path, input };
}

/** Whether commands follow on an RDB that may begin a log. */
async function isLog(path: string | undefined, input: Input | undefined, options: DatasetOptions): Promise<boolean> {
  // These ask for the RDB alone.
  if (options.salvage || options.header) return false;
  if (input !== undefined) return true;
  const { source } = await openInput(path);
  try {
    return isTrailing(await behindRdb(source), options);
  } catch {
    // Reading it says what is wrong.
    return false;
  }
}

/** What is known of a log besides its dataset. */
export interface LogFacts {
  files: number;
  commands: number;
  /** Whose log it is, such as `redis:7.0`; undefined where nothing says so. */
  writer: string | undefined;
}

/** How the RDB is made that a dataset is shown as. */
export interface DatasetForm {
  /** Values are copied as they are stored, so they are packed as a server would. */
  stored: boolean;
  /** For whom: the server that wrote the log, or a newer one that can hold all that there is. */
  own: boolean;
  /** Takes what no RDB holds of a log. Where it is not there, commands that concern no key are passed over. */
  onLoss: ((loss: Loss) => void) | undefined;
}

/** An input that is ready to be read as an RDB. */
export interface Dataset {
  name: string;
  /** Undefined for an RDB file. */
  log: LogFacts | undefined;
  open(form: DatasetForm): AsyncIterable<Uint8Array> | Input['source'];
}

/**
 * Opens an input as a dataset. A log is replayed at once, and shown as the RDB that a server would save.
 *
 * @throws Refusal, RedisFileError as `findDataset` and `replayLog`
 */
export async function openDataset(
  path: string | undefined,
  progress: Progress,
  options: DatasetOptions,
): Promise<Dataset> {
  const found = await findDataset(path, options);
  if (found.kind === 'rdb') return openRdb(found, progress);
  const source = sourceOf(found.files, options.json ?? false);
  if (options.salvage) {
    throw new Refusal(
      'WRONG_KIND',
      'is an append-only file, and --salvage is for RDB files; aof check and aof fix are for its damage',
      source.name,
    );
  }
  if (options.header) {
    throw new Refusal(
      'WRONG_KIND',
      'is an append-only file, and has no header; aof stats and aof check read it',
      source.name,
    );
  }
  progress.expect(source.files.length - 1);
  const replayer = await replayLog(source, progress, options);
  const { session, writer } = replayer;
  const log: LogFacts = {
    files: source.files.length,
    commands: session.commands,
    writer: writer && profileName(writer),
  };
  return { name: source.name, log, open: (form) => rdbOf(replayer, source.name, form) };
}

/** Opens an RDB file. */
export async function openRdb(found: FoundRdb, progress: Progress): Promise<Dataset> {
  const { name, source, size } = found.input ?? (await openInput(found.path));
  progress.begin(size);
  return { name, log: undefined, open: () => source };
}

/** A dataset as an RDB file, in chunks. */
async function* rdbOf(
  replayer: Replayer,
  name: string,
  { stored, own, onLoss }: DatasetForm,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const family = replayer.writer?.family ?? 'redis';
  const encoder = new RdbEncoder({
    ...(own ? {} : { target: NEWEST[family] }),
    // What copies takes over the checksum, and the packed strings, of what it copies from.
    ...(stored ? {} : { compression: false, checksum: false }),
    spill: () => new TemporaryBytes(),
    onLoss: (loss) => {
      if (isUnstored(loss, replayer) || (onLoss === undefined && loss.kind === 'moduleAux')) return;
      const message = `${name}: ${loss.message}; rewrite writes it as commands, or --to rdb`;
      (onLoss ?? refuseLoss)({ ...loss, message });
    },
  });
  for (const _ of replayer.show(encoder, false)) yield* encoder.take();
  yield* endFile(encoder);
}

/** Servers that can hold whatever one of their family wrote. */
const NEWEST = { redis: 'redis:8.10', valkey: 'valkey:9.1' } as const;
