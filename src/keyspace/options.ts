import {
  type Choices,
  checkChoices,
  checkFunctions,
  checkIntegers,
  checkObject,
  checkSignal,
  checkTime,
  describe,
  invalidArgument,
} from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import type { Script } from './outcome.ts';
import { parseProfile } from './profile.ts';

/** How a log is replayed. Everything has a default. */
export interface ReplayOptions {
  /**
   * Whose rules count: `redis:7.0`, `valkey:8.0`. By default those of the server that wrote the RDB at the beginning, and of the
   * newest Redis where there is none.
   */
  sourceVersion?: string;
  /** Unix time in ms that relative times count from: the present by default. */
  now?: number;
  /** Scripts by the SHA-1 of their source in hex, functions by their names: what each does by `call`, which gives replies. See `Script`. */
  scripts?: Readonly<Record<string, Script>>;
  /**
   * What a command does whose effect cannot be known: `throw` (default) ends the replay with `CANNOT_REPLAY`, `skip` leaves the
   * command out and tells `onSkipped`.
   */
  onUnsupported?: 'throw' | 'skip';
  /** Told of each command that was left out. */
  onSkipped?: (error: RedisFileError) => void;
  /** Commands of modules besides those that are known, such as `FOO.*`, whose first argument is a key. */
  journal?: readonly string[];
  /** How many databases the server has: a SELECT of any other is an error to it. By default every index counts. */
  databases?: number;
  /** `hll-sparse-max-bytes` of the server: 3000 by default. */
  hllSparseMaxBytes?: number;
  /** Take what servers load, not only what they write: see `AofOptions`. Only where bytes are read. */
  tolerant?: boolean;
  /** Leave out keys, and fields of hashes, whose time is before `now`. A server that loads the log would drop them, too, but later. */
  dropExpired?: boolean;
  /** Values above `maxValueBytes` come in pieces (default), or are an error: see `RdbOptions`. */
  large?: 'pieces' | 'error';
  /** 64 MiB by default. */
  maxValueBytes?: number;
  /** Ends the replay; its reason is thrown as it is. */
  signal?: AbortSignal;
}

const CHOICES: Choices = {
  onUnsupported: ['throw', 'skip'],
  large: ['pieces', 'error'],
  tolerant: [true, false],
  dropExpired: [true, false],
};

const SHA1 = /^[\dA-F]{40}$/i;

/** Scripts as commands are taken to name them: digests in lower case. */
export function scriptsByName(scripts: ReplayOptions['scripts'] = {}): Readonly<Record<string, Script>> {
  return Object.fromEntries(
    Object.entries(scripts).map(([name, script]) => [SHA1.test(name) ? name.toLowerCase() : name, script]),
  );
}

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkReplayOptions(options: ReplayOptions): void {
  checkObject(options);
  checkChoices(options, CHOICES);
  checkSignal(options);
  checkFunctions(options, 'onSkipped');
  const { sourceVersion, scripts, journal } = options;
  if (sourceVersion !== undefined) parseProfile(String(sourceVersion));
  checkTime(options, 'now');
  for (const name of ['databases', 'hllSparseMaxBytes', 'maxValueBytes'] as const) {
    const value = options[name];
    if (value !== Number.POSITIVE_INFINITY) checkIntegers(options, 1, name);
  }
  if (scripts !== undefined) checkObject(scripts, 'scripts');
  for (const [sha1, script] of Object.entries(scripts ?? {})) {
    if (typeof script !== 'function')
      throw invalidArgument(`scripts.${sha1} must be a function, found ${describe(script)}`);
  }
  if (journal !== undefined && !(Array.isArray(journal) && journal.every((name) => typeof name === 'string'))) {
    throw invalidArgument(`journal must be an array of names of commands, found ${describe(journal)}`);
  }
}
