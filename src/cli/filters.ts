import { type Command, InvalidArgumentError, Option } from 'commander';
import { KeyFilter, type KeyFilterOptions, type KeyType, RedisFileError } from '../index.ts';
import { FilteringHandler, type KeptKeys, type RetractingHandler } from '../inspect/index.ts';
import type { RdbHandler } from '../rdb/index.ts';
import { KEY_TYPES, parseDbs, parseRegex, parseSize, parseSlots, parseTtl, parseTypes } from '../records/index.ts';
import { suggest } from './completion/index.ts';
import { reportWarning } from './report.ts';

/** What the options of `addFilterOptions` become. */
export interface FilterOptions {
  key?: string[];
  keyRegex?: RegExp[];
  notKey?: string[];
  type?: KeyType[];
  db?: number[];
  slot?: [first: number, last: number][];
  ttl?: NonNullable<KeyFilterOptions['ttl']>;
  size?: NonNullable<KeyFilterOptions['size']>;
  limit?: number;
  /** Unix time in ms that `ttl` counts from, where a command takes it: the option of `addReplayOptions`. */
  now?: number;
}

/** The option by which times to live choose keys. */
function ttlOption(): Option {
  return new Option(
    '--ttl <which>',
    'only keys with a time to live: none, any, expired, or left, such as 10s..2h',
  ).argParser(oneOf(parseTtl));
}

/** Gives a command the options that choose keys, the same everywhere. @param ttl where `--ttl` means more than that */
export function addFilterOptions(command: Command, ttl: Option = ttlOption()): Command {
  return command
    .option(
      '--key <glob>',
      'only keys that match, as KEYS does it; may be repeated',
      listOf((text) => [text]),
    )
    .option(
      '--key-regex <regex>',
      'only keys in which it is found; may be repeated',
      listOf((text) => [parseRegex(text)]),
    )
    .option(
      '--not-key <glob>',
      'no keys that match; may be repeated',
      listOf((text) => [text]),
    )
    .addOption(
      suggest(
        new Option('--type <types>', 'only these types, such as hash,zset').argParser(listOf(parseTypes)),
        KEY_TYPES,
        'list',
      ),
    )
    .option('--db <numbers>', 'only these databases, such as 0,3', listOf(parseDbs))
    .option('--slot <ranges>', 'only these slots of a cluster, such as 0-5460,7000', listOf(parseSlots))
    .addOption(ttl)
    .option('--size <range>', 'only values that take so many bytes in the file, such as 1KB..1MB', oneOf(parseSize))
    .option('--limit <count>', 'at most so many keys; the rest of the file is not read', oneOf(parseLimit));
}

/** A parser whose messages commander shows as wrong usage of its option. */
export function oneOf<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (RedisFileError.is(error)) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** The same for options that may be repeated: what they say adds up. */
export function listOf<T>(parse: (text: string) => T[]): (text: string, before: T[] | undefined) => T[] {
  const checked = oneOf(parse);
  return (text, before = []) => [...before, ...checked(text)];
}

/** Reads one size, such as `64KB`. */
export function parseOneSize(text: string): number {
  try {
    const { max } = parseSize(`..${text}`);
    if (max !== undefined) return max;
  } catch {
    // What it says is of ranges.
  }
  throw new InvalidArgumentError(`expected a size such as 64KB, found ${JSON.stringify(text)}`);
}

/** Reads a count of what is wanted at most. */
export function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError(`expected a number from 1 on, found ${text}`);
  return Number(text);
}

/** The filter of one run of a command, over all its inputs. */
export class RunFilter {
  readonly #filter: KeyFilter | undefined;
  readonly #limit: number | undefined;
  readonly #count: KeptKeys = { kept: 0 };
  #handler: FilteringHandler | undefined;

  constructor(options: FilterOptions) {
    const { key: keys, keyRegex, notKey: notKeys, type: types, db: dbs, slot: slots, ttl, size, limit } = options;
    const given = { keys, keyRegex, notKeys, types, dbs, slots, ttl, size, limit };
    const any = Object.values(given).some((value) => value !== undefined);
    this.#filter = any ? new KeyFilter(options.now === undefined ? given : { ...given, now: options.now }) : undefined;
    this.#limit = limit;
  }

  /** Not all keys are wanted. */
  get active(): boolean {
    return this.#filter !== undefined;
  }

  /** What shows a handler only the keys that are wanted: itself, where all of them are. */
  over(handler: RdbHandler | RetractingHandler): RdbHandler {
    if (this.#filter === undefined) return handler;
    this.#handler = new FilteringHandler(handler, this.#filter, this.#count);
    return this.#handler;
  }

  /** Whether the key at hand, of which so many bytes were read, may still be taken back. */
  onTrial(stored: number): boolean {
    return this.#handler?.onTrial(stored) ?? false;
  }

  /** As many keys as were asked for were there: another input need not be opened. Says so on stderr. */
  isOver(name: string, json: boolean): boolean {
    if (this.#limit === undefined || this.#count.kept < this.#limit) return false;
    reportWarning(name, 'LIMIT_REACHED', `not read, as --limit ${this.#limit} was reached before`, undefined, json);
    return true;
  }

  /** Says on stderr where a file was not read to its end, and so not verified. */
  reportLimit(
    result: { name: string; complete: boolean; scanner?: { offset: number }; log?: object | undefined },
    json: boolean,
  ): void {
    const { name, complete, scanner, log } = result;
    // Of a log all was read before the first key was shown.
    if (complete || log !== undefined || this.#limit === undefined) return;
    const message = `--limit ${this.#limit} was reached: the rest was not read, and the checksum not verified`;
    reportWarning(name, 'LIMIT_REACHED', message, scanner?.offset, json);
  }
}
