import { findCommand, keysOf } from '../commands/index.ts';
import { compileGlob, type KeyMatcher } from '../records/index.ts';

/** Which commands of a log are wanted. What is not given chooses nothing. */
export interface LogFilterOptions {
  /** Patterns, one of which a key of the command matches. */
  keys?: readonly string[] | undefined;
  /** Names in any case, one of which it has; that of a container stands for its subcommands. */
  names?: readonly string[] | undefined;
  dbs?: readonly number[] | undefined;
  /** Unix times in ms, both included. Annotations have whole seconds. */
  since?: number | undefined;
  until?: number | undefined;
}

/** What a filter looks at. */
export interface FilteredCommand {
  db: number;
  argv: readonly Uint8Array[];
  time?: number | undefined;
}

/** They have no keys, and change all of them. */
const ALL_KEYS: ReadonlySet<string | undefined> = new Set(['FLUSHALL', 'FLUSHDB', 'SWAPDB']);

/** Chooses commands of a log, and counts what somebody would miss among those left out. */
export class LogFilter {
  /** Commands that were left out as no annotation tells their time. */
  untimed = 0;
  /** Commands that were left out as it is not known what their keys are. */
  unknown = 0;
  /** Commands that were left out though they change all keys. */
  allKeys = 0;
  readonly #keys: readonly KeyMatcher[] | undefined;
  readonly #names: ReadonlySet<string> | undefined;
  readonly #dbs: ReadonlySet<number> | undefined;
  readonly #since: number;
  readonly #until: number;
  readonly #timed: boolean;

  constructor({ keys, names, dbs, since, until }: LogFilterOptions) {
    this.#keys = keys?.map((pattern) => compileGlob(pattern));
    this.#names = names && new Set(names.map((name) => name.toUpperCase()));
    this.#dbs = dbs && new Set(dbs);
    this.#timed = since !== undefined || until !== undefined;
    // The second in which it lies is one whose commands may be wanted.
    this.#since = since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(since / 1000) * 1000;
    this.#until = until ?? Number.POSITIVE_INFINITY;
  }

  /** Times choose. */
  get timed(): boolean {
    return this.#timed;
  }

  wants(command: FilteredCommand): boolean {
    if (this.#dbs !== undefined && !this.#dbs.has(command.db)) return false;
    if (this.#names !== undefined && !this.#isNamed(command.argv)) return false;
    if (this.#timed && !this.#isInTime(command.time)) return false;
    return this.#keys === undefined || this.#hasKey(command.argv, this.#keys);
  }

  #isNamed(argv: readonly Uint8Array[]): boolean {
    const names = this.#names!;
    const name = commandName(argv);
    const space = name.indexOf(' ');
    return names.has(name) || (space > 0 && names.has(name.slice(0, space)));
  }

  #isInTime(time: number | undefined): boolean {
    if (time === undefined) {
      this.untimed++;
      return false;
    }
    return time >= this.#since && time <= this.#until;
  }

  #hasKey(argv: readonly Uint8Array[], matchers: readonly KeyMatcher[]): boolean {
    const keys = keysOf(argv);
    if (keys === undefined) this.unknown++;
    else if (keys.length === 0 && ALL_KEYS.has(findCommand(argv)?.name)) this.allKeys++;
    return keys?.some((key) => matchers.some((matches) => matches(key))) ?? false;
  }
}

const decoder = /* @__PURE__ */ new TextDecoder();

/** Longest name that is shown of a command that nobody knows. */
const LONGEST_NAME = 64;

/** The name of a command in uppercase, with that of the subcommand where it has one. */
export function commandName(argv: readonly Uint8Array[]): string {
  const known = findCommand(argv);
  if (known !== undefined) return known.name;
  return decoder.decode(argv[0]?.subarray(0, LONGEST_NAME)).toUpperCase();
}
