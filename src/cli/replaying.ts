import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Option } from 'commander';
import { RedisFileError } from '../index.ts';
import { newReplayer, type Replayer, type ReplayOptions } from '../keyspace/index.ts';
import { replayFile } from '../rewrite/index.ts';
import { Refusal } from './exit.ts';
import { openInput } from './input.ts';
import { isOpenLine, type LogSource, TAKES_LINE, withAdvice } from './log-source.ts';
import type { Progress } from './progress.ts';
import { reportWarning } from './report.ts';
import { parseTime } from './times.ts';

/** Options of commands that replay a log. */
export interface ReplayCommandOptions {
  sourceVersion?: string;
  now?: number;
  scriptModule?: string;
  skipUnsupported?: boolean;
  journal?: string[];
  tolerant?: boolean;
  json?: boolean;
}

/** The option of all that reads logs. */
export const TOLERANT = '--tolerant';
export const TAKES_ALL = 'take what servers load, not only what they write';

/** What a command line says of how a log is replayed. */
export function replayOptions(): Option[] {
  return [
    new Option('--source-version <server>', 'whose rules count, such as redis:6.2, where the log does not say it'),
    new Option(
      '--now <time>',
      'what relative times count from: Unix milliseconds, or such as 2024-05-01T12:00:00Z',
    ).argParser(parseTime),
    new Option('--script-module <file>', 'a module whose exports are scripts: { [sha1]: (call, keys, argv) => void }'),
    new Option(
      '--skip-unsupported',
      'leave out commands that cannot be replayed, each with a warning, instead of ending there',
    ),
    new Option(
      '--journal <names>',
      'commands of other modules to carry along, such as FOO.*; may be repeated',
    ).argParser((name: string, before: string[] | undefined) => [...(before ?? []), name]),
    new Option(TOLERANT, TAKES_ALL),
  ];
}

/** Replays a log, and says what is odd about it. */
export async function replayLog(
  source: LogSource,
  progress: Progress,
  options: ReplayCommandOptions,
): Promise<Replayer> {
  const json = options.json ?? false;
  const given: ReplayOptions = {
    ...(options.sourceVersion !== undefined && { sourceVersion: options.sourceVersion }),
    ...(options.now !== undefined && { now: options.now }),
    ...(options.journal !== undefined && { journal: options.journal }),
    ...(options.scriptModule !== undefined && { scripts: await loadScripts(options.scriptModule) }),
    tolerant: options.tolerant ?? false,
    onUnsupported: options.skipUnsupported ? 'skip' : 'throw',
    onSkipped: (error) => reportWarning(source.name, 'CANNOT_REPLAY', `left out: ${error.message}`, error.offset, json),
  };
  const replayer = await newReplayer(given);
  if (source.files.length === 0) throw new Refusal('NO_DATA', 'lists no files', source.name);
  for (const { name, path, input: opened } of source.files) {
    const input = opened ?? (await openInput(path));
    progress.begin(input.size);
    try {
      await replayFile(replayer, input.source, { file: name, onBytes: (count) => progress.add(count) });
    } catch (error) {
      if (scriptErrors.has(error as object)) {
        throw new Refusal('SCRIPT_FAILED', `a script of ${options.scriptModule} throws: ${String(error)}`, name);
      }
      throw withWayOut(error, given.tolerant);
    }
  }
  sayWhatWasOdd(source.name, replayer, json);
  return replayer;
}

/** What a log that is damaged says of itself: that it is not hopeless. */
const DAMAGES: ReadonlySet<string> = new Set(['UNEXPECTED_EOF', 'AOF_BAD_FORMAT']);

function withWayOut(error: unknown, tolerant: boolean | undefined): unknown {
  // What is wrong from its first byte on is no log.
  if (!RedisFileError.is(error) || !DAMAGES.has(error.code) || error.offset === 0) return error;
  if (isOpenLine(error)) return withAdvice(error, TAKES_LINE);
  // A server may well load what it does not write, in which there is nothing to repair.
  const odd = error.code === 'AOF_BAD_FORMAT' && !tolerant ? ', --tolerant takes what servers load all the same' : '';
  return withAdvice(error, `aof fix repairs what can be repaired${odd}`);
}

function sayWhatWasOdd(name: string, replayer: Replayer, json: boolean): void {
  const { session } = replayer;
  const failed = [...session.failures.values()].reduce((sum, count) => sum + count, 0);
  if (failed > 0) {
    const kinds = [...session.failures].map(([kind, count]) => `${kind} ${count}`).join(', ');
    reportWarning(
      name,
      'FAILED_COMMANDS',
      `${failed === 1 ? '1 command fails' : `${failed} commands fail`}, as in a server that loads it: ${kinds}`,
      undefined,
      json,
    );
  }
  if (session.unfinished > 0) {
    const what = 'the log ends inside a transaction, which is left out, as servers do';
    reportWarning(name, 'OPEN_MULTI', what, undefined, json);
  }
  if (replayer.writer === undefined && session.commands > 0) {
    reportWarning(
      name,
      'UNKNOWN_WRITER',
      'nothing says which server wrote it: replayed by the rules of the newest Redis; --source-version names another',
      undefined,
      json,
    );
  }
}

/** @throws Refusal for what cannot be loaded, or is no module of scripts */
async function loadScripts(path: string): Promise<NonNullable<ReplayOptions['scripts']>> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    throw new Refusal('INVALID_ARGUMENT', `--script-module cannot be loaded: ${(error as Error).message}`, path);
  }
  const scripts = (module['scripts'] ?? module['default'] ?? module) as Record<string, unknown>;
  for (const [sha1, script] of Object.entries(scripts)) {
    if (typeof script !== 'function') throw new Refusal('INVALID_ARGUMENT', `${sha1} is no function`, path);
  }
  return Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, watched(script as Script)]));
}

type Script = NonNullable<ReplayOptions['scripts']>[string];

/** What scripts have thrown, which is no fault of ours. */
const scriptErrors = new WeakSet<object>();

function watched(script: Script): Script {
  return (...args) => {
    try {
      return script(...args);
    } catch (error) {
      if (RedisFileError.is(error)) throw error;
      const own = typeof error === 'object' && error !== null ? error : new Error(String(error));
      scriptErrors.add(own);
      throw own;
    }
  };
}
