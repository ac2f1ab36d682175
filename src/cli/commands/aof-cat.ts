import { type Command, Option } from 'commander';
import { KeptLog, KeptPreamble, LogFilter } from '../../aof/index.ts';
import { type AofCommand, AofEncoder, type AofRecord, CommandBuilder, type LogRecord } from '../../index.ts';
import type { Escape } from '../../inspect/index.ts';
import { parseDbs } from '../../records/index.ts';
import { examples } from '../command.ts';
import { Refusal } from '../exit.ts';
import { listOf, oneOf, parseLimit, parseOneSize } from '../filters.ts';
import { addOutputOptions, type Job, type JobOptions, runJob } from '../job.ts';
import { openLogDirectory } from '../log-directory.ts';
import { LogLines } from '../log-lines.ts';
import { LOGS, type LogReading, openLog, readLog } from '../log-source.ts';
import type { Output } from '../output.ts';
import { TAKES_ALL, TOLERANT } from '../replaying.ts';
import { countOf, reportWarning } from '../report.ts';
import { eachPath } from '../scan.ts';
import { parseTime } from '../times.ts';

/** What becomes of an RDB at the beginning. */
type Preamble = 'commands' | 'keep' | 'skip';

interface CatOptions extends JobOptions {
  format: 'json' | 'resp';
  escape?: Escape;
  preamble?: Preamble;
  multiPart?: boolean;
  key?: string[];
  command?: string[];
  db?: number[];
  since?: number;
  until?: number;
  maxArgument?: number;
  limit?: number;
  tolerant?: boolean;
  json?: boolean;
}

/** Largest command by default. */
const MAX_COMMAND = 1 << 30;

/** Bytes that are worth writing. */
const FULL = 1 << 16;

/** `aof cat`: the commands of logs, as JSON or as a log. */
export function addAofCat(group: Command): void {
  const command = group
    .command('cat')
    .description('write the commands of append-only files, as lines of JSON or as a log')
    .argument('[paths...]', LOGS)
    .addOption(
      new Option('--format <form>', 'json: an object per command; resp: a log that servers load')
        .choices(['json', 'resp'])
        .default('json', 'json; resp with --multi-part'),
    )
    .addOption(new Option('--escape <form>', 'write every argument in this form').choices(['base64', 'hex', 'latin1']))
    .addOption(
      new Option(
        '--preamble <how>',
        'an RDB at the beginning: as the commands that build it (as with resp), left out (as with json), or as it is',
      ).choices(['commands', 'skip', 'keep']),
    )
    .option('--multi-part', 'write a log of several files, as servers from 7.0 on have it: --output is its directory')
    .option(
      '--key <glob>',
      'only commands with a key that matches; may be repeated',
      listOf((text) => [text]),
    )
    .option('--command <names>', 'only these commands, such as set,del,"xgroup create"', listOf(parseNames))
    .option('--db <numbers>', 'only these databases, such as 0,3', listOf(parseDbs))
    .option('--since <time>', 'only from this time on: Unix milliseconds, or such as 2024-05-01T12:00:00Z', parseTime)
    .option('--until <time>', 'only up to this time', parseTime)
    .option(
      '--max-argument <size>',
      'refuse larger arguments, which are held in memory; 512MB by default',
      parseOneSize,
    )
    .option('--limit <count>', 'at most so many commands; the rest is not read', oneOf(parseLimit))
    .option(TOLERANT, TAKES_ALL)
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride();
  addOutputOptions(command)
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
With --format resp the files of a set, and several logs, become one log; SELECT stands only where it is needed, MULTI and
EXEC around what is left of a transaction, and annotations stay. A command with several keys is kept whole where one of
them matches. Keys are those that a command names: the ones that a script makes up are not known.
--multi-part makes the directory (appendonlydir) with a base that holds the log, an empty increment and the manifest. Where
nothing is filtered, an RDB at the beginning stays one, as with --preamble keep.
Times are those of annotations (aof-timestamp-enabled yes), in whole seconds; commands before the first one have none.
${examples(
  'aof cat appendonlydir | jq -c .argv',
  'aof cat --key "user:*" --since 2024-05-01T12:00:00Z /var/lib/redis',
  'aof cat --format resp --db 0 -o db0.aof appendonlydir',
  'aof cat --multi-part -o appendonlydir appendonly.aof',
  'aof cat --format resp --preamble keep -o appendonly.aof appendonlydir',
)}`,
    )
    .action(catLogs);
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim().replace(/\s+/g, ' '));
}

async function catLogs(paths: readonly string[], given: CatOptions, command: Command): Promise<void> {
  const options = completed(given, command.getOptionValueSource('format') === 'default');
  const json = options.json ?? false;
  const work = async ({ output, progress }: Job): Promise<void> => {
    const cat = new Cat(options, output);
    await eachPath(paths, json, async (path) => {
      const source = openLog(path, json);
      if (cat.isOver(source.name)) return;
      let complete: boolean;
      try {
        complete = await readLog(source, progress, cat.reading(), (record, file) => cat.add(record, file));
      } finally {
        // What was read before the damage is true and goes out.
        await cat.write(0);
      }
      cat.endLog(source.name, complete);
    });
    await cat.end();
  };
  const open = options.multiPart ? () => openLogDirectory(options.output) : undefined;
  await runJob(options, paths.length, false, work, open);
}

/** @throws Refusal for options that do not go together */
function completed(options: CatOptions, defaultFormat: boolean): CatOptions {
  const { multiPart, force, key, command, db, since, until, limit } = options;
  const filtered = [key, command, db, since, until, limit].some((filter) => filter !== undefined);
  const format = multiPart && defaultFormat ? 'resp' : options.format;
  if (multiPart && format === 'json')
    throw new Refusal('INVALID_ARGUMENT', '--multi-part writes a log, not JSON: --format resp');
  if (multiPart && force)
    throw new Refusal('INVALID_ARGUMENT', '--multi-part writes a new directory, which --force does not replace');
  if (options.escape !== undefined && format === 'resp') {
    throw new Refusal('INVALID_ARGUMENT', '--escape is for --format json: a log holds the bytes themselves');
  }
  const usual = format === 'json' ? 'skip' : multiPart && !filtered ? 'keep' : 'commands';
  const preamble = options.preamble ?? usual;
  if (preamble === 'keep' && format === 'json')
    throw new Refusal('INVALID_ARGUMENT', '--preamble keep is for --format resp');
  if (preamble === 'keep' && filtered) {
    throw new Refusal(
      'INVALID_ARGUMENT',
      '--preamble keep leaves the RDB as it is, which nothing can be chosen of; with filters it becomes commands',
    );
  }
  return { ...options, format, preamble };
}

/** One run of the command, over all its inputs. */
class Cat {
  readonly #preamble: Preamble;
  /** What copies the RDB of the very first file, where it stays as it is. */
  readonly #rdb: KeptPreamble | undefined;
  /** The file at hand is that one. */
  #first = true;
  readonly #options: CatOptions;
  readonly #output: Output;
  readonly #filter: LogFilter;
  readonly #lines: LogLines | undefined;
  readonly #log: KeptLog;
  readonly #encoder: AofEncoder = new AofEncoder();
  #chunks: Uint8Array[] = [];
  /** Bytes in `#chunks`. */
  #ready = 0;
  #kept = 0;
  #builder: CommandBuilder | undefined;
  /** Keys of RDBs that are left out, of the log at hand. */
  #skipped = 0;
  #timed = false;
  #torn: string | undefined;

  constructor(options: CatOptions, output: Output) {
    const { key: keys, command: names, db: dbs, since, until, limit } = options;
    this.#options = options;
    this.#output = output;
    this.#filter = new LogFilter({ keys, names, dbs, since, until });
    this.#lines = options.format === 'json' ? new LogLines(options.escape ?? 'text') : undefined;
    this.#log = new KeptLog(this.#filter, limit);
    this.#preamble = options.preamble ?? 'commands';
    this.#rdb = this.#preamble === 'keep' ? new KeptPreamble((bytes) => output.write(bytes)) : undefined;
  }

  /** How the next log is read. */
  reading(): LogReading {
    const { maxArgument, tolerant = false } = this.#options;
    const usual: LogReading = { afterBatch: () => this.write(FULL), tolerant };
    // A command holds its arguments, so that as much is allowed.
    if (maxArgument !== undefined) {
      usual.maxArgumentBytes = maxArgument;
      usual.maxCommandBytes = Math.max(2 * maxArgument, MAX_COMMAND);
    }
    if (this.#preamble === 'skip') return { ...usual, values: () => 'skip' };
    const kept = this.#first ? this.#rdb : undefined;
    if (kept === undefined) return usual;
    return {
      ...usual,
      values: (file) => (file === 0 ? 'skip' : undefined),
      instead: (source, file) => {
        this.#first = file === 0;
        return file === 0 ? kept.copy(source) : source;
      },
    };
  }

  /** @returns true where nothing more needs to be read */
  add(record: AofRecord, file: string): boolean {
    if (this.#full) return true;
    if (this.#first) this.#rdb?.see(record);
    if (record.kind === 'rdb') this.#addRdb(record.record as LogRecord, file);
    else if (record.kind === 'warning') this.#warn(file, record.code, record.message, record.offset);
    else if (record.kind === 'eof' && record.openMulti !== undefined) this.#torn = file;
    else if (this.#lines === undefined) this.#log.push(record);
    else if (record.kind === 'command' && this.#filter.wants(record)) this.#line(file, record);
    if (record.kind === 'annotation' && record.time !== undefined) this.#timed = true;
    return this.#full;
  }

  #line(file: string, command: { offset: number | undefined } & Pick<AofCommand, 'db' | 'argv'>): void {
    this.#lines!.add(file, command);
    this.#kept++;
  }

  /** The preamble is over with its own end, before commands come. */
  #addRdb(record: LogRecord, file: string): void {
    if (this.#first && this.#rdb !== undefined) return;
    if (this.#preamble === 'skip') {
      if (record.kind === 'key') this.#skipped++;
      return;
    }
    this.#builder ??= this.#newBuilder();
    this.#addBuilt(this.#builder.push([record]), file);
    if (record.kind !== 'eof') return;
    this.#addBuilt(this.#builder.end(), file);
    this.#builder = undefined;
  }

  /** A command for each key where some are chosen: no server has put them together. */
  #newBuilder(): CommandBuilder {
    const { key, command } = this.#options;
    return new CommandBuilder({ cluster: key !== undefined || command !== undefined });
  }

  #addBuilt(commands: readonly AofCommand[], file: string): void {
    for (const command of commands) {
      if (this.#full || isSelect(command)) continue;
      if (this.#lines === undefined) this.#log.add(command);
      else if (this.#filter.wants(command)) this.#line(file, { ...command, offset: undefined });
    }
  }

  get #full(): boolean {
    return this.#lines === undefined ? this.#log.full : this.#kept >= (this.#options.limit ?? Number.POSITIVE_INFINITY);
  }

  /** Writes what is ready, where it is at least so much. */
  write(least: number): Promise<void> | undefined {
    if (this.#lines !== undefined) {
      return this.#lines.out.length > least ? this.#output.write(this.#lines.take()) : undefined;
    }
    if (this.#rdb?.waiting) return undefined;
    this.#collect(this.#encoder.push(this.#log.take()));
    if (least === 0) this.#collect(this.#encoder.flush());
    return this.#ready > least ? this.#writeChunks() : undefined;
  }

  #collect(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#ready += chunk.length;
    }
  }

  async #writeChunks(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#ready = 0;
    for (const chunk of chunks) await this.#output.write(chunk);
  }

  /** As many commands as were asked for were there: another log need not be opened. */
  isOver(name: string): boolean {
    this.#log.reset();
    this.#builder = undefined;
    this.#skipped = 0;
    this.#torn = undefined;
    if (!this.#full) return false;
    this.#warn(name, 'LIMIT_REACHED', `not read, as --limit ${this.#options.limit} was reached before`);
    return true;
  }

  /** Says what somebody who looks at the output alone would not know. @throws Refusal for a transaction that is open */
  endLog(name: string, complete: boolean): void {
    if (!complete)
      this.#warn(name, 'LIMIT_REACHED', `--limit ${this.#options.limit} was reached: the rest was not read`);
    if (this.#skipped > 0) {
      const advice = '--preamble commands shows the commands that build them';
      this.#warn(name, 'PREAMBLE_SKIPPED', `${countOf(this.#skipped, 'key')} of the RDB are left out; ${advice}`);
    }
    if (this.#torn !== undefined) {
      throw new Refusal('OPEN_MULTI', 'ends inside a transaction, which no server runs', this.#torn);
    }
  }

  /** @throws Refusal where times were to choose, and no annotation tells any */
  async end(): Promise<void> {
    this.#collect(this.#encoder.end());
    await this.#writeChunks();
    const { untimed, unknown, allKeys, timed } = this.#filter;
    if (timed && !this.#timed && !this.#full) {
      throw new Refusal('NOT_FOUND', '--since and --until need annotations (#TS:), and there are none');
    }
    const left = (count: number, what: string): void => {
      if (count > 0) this.#warn('', 'LEFT_OUT', `${countOf(count, 'command')} left out ${what}`);
    };
    left(untimed, 'whose time no annotation tells');
    left(unknown, 'whose keys are not known');
    left(allKeys, 'that change all keys (FLUSHALL, FLUSHDB, SWAPDB)');
  }

  #warn(file: string, code: string, message: string, offset?: number): void {
    reportWarning(file, code, message, offset, this.#options.json ?? false);
  }
}

function isSelect({ argv }: AofCommand): boolean {
  return argv.length === 2 && new TextDecoder().decode(argv[0]) === 'SELECT';
}
