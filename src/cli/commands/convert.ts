import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ByteSource, TARGETS, type Thresholds, type TtlChange } from '../../index.ts';
import {
  type Conflict,
  type FileScan,
  HeadHandler,
  KeyChanges,
  MergingHandler,
  type SalvageGap,
  type SalvageReport,
  salvageFile,
  scanFile,
} from '../../inspect/index.ts';
import { isSpecial, TemporaryBytes } from '../../io/index.ts';
import { RdbEncoder, type RdbHandler } from '../../rdb/index.ts';
import { parseDbs, parseTtl, parseTtlChange } from '../../records/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS, SEVERAL } from '../command.ts';
import { suggest } from '../completion/index.ts';
import { BAD_INPUT, Refusal, Reported } from '../exit.ts';
import { addFilterOptions, type FilterOptions, listOf, oneOf, RunFilter } from '../filters.ts';
import { addOutputOptions, type Job, type JobOptions, runJob } from '../job.ts';
import { Losses } from '../losses.ts';
import { Progress } from '../progress.ts';
import { countOf, quoteKey, reportFinding, reportGap, reportSalvage, reportWarning } from '../report.ts';
import { type CommonOptions, type Reading, readInput, refuseSecondStdin, scanInput } from '../scan.ts';
import { isTrailing, refuseTrailing } from '../trailing.ts';
import { writeEnd, writeReady } from '../writing.ts';

interface ConvertOptions extends CommonOptions, Omit<FilterOptions, 'ttl'>, JobOptions {
  target?: string;
  lossy?: boolean;
  salvage?: boolean;
  onConflict: 'first' | 'last' | 'error';
  toDb?: number;
  renamePrefix?: [from: Uint8Array, to: Uint8Array][];
  ttl?: TtlOptions;
  set?: [name: string, value: number][];
  /** False: `--no-compression`, `--no-checksum`. */
  compression: boolean;
  checksum: boolean;
}

/** `--ttl` chooses keys, or changes them; it may be given once for each. */
interface TtlOptions {
  which?: NonNullable<FilterOptions['ttl']>;
  change?: TtlChange;
}

/** `convert`: RDB files to one RDB file, for any server. */
export function addConvert(root: Command): void {
  const command = addCommand(root, 'convert', 'write RDB files as one, for the same server or another', SEVERAL)
    .addOption(
      suggest(
        new Option(
          '--target <server>',
          'whom it is for, such as redis:7.2, valkey:8.0 or rdb:9 (default: who wrote the first file)',
        ),
        TARGETS,
      ),
    )
    .option('--lossy', 'leave out what the target cannot hold, with a warning, instead of refusing')
    .option(
      '--salvage',
      'keep what is whole of damaged files, and say what is not; ends with 1 where anything is missing',
    )
    .addOption(
      new Option('--on-conflict <which>', 'which counts of keys that stand in several files')
        .choices(['first', 'last', 'error'])
        .default('error'),
    )
    .option('--to-db <number>', 'the database of all keys', oneOf(parseDb))
    .option('--rename-prefix <old=new>', 'other names for keys that begin so; may be repeated', listOf(parsePrefix))
    .option(
      '--set <name=value>',
      'a threshold of redis.conf, such as hash-max-listpack-entries=64',
      listOf(parseSetting),
    )
    .option('--no-compression', 'pack no strings with LZF')
    .option('--no-checksum', 'end without a checksum');
  const ttl = new Option(
    '--ttl <which>',
    'only keys with a time to live: none, any, expired, or left, such as 10s..2h; or what becomes of it: keep, strip, ' +
      '+1h, -30s, at:MS (Unix time). May be given for both',
  ).argParser(parseBothTtls);
  addReplayOptions(addFilterOptions(addOutputOptions(command), ttl))
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
Without --target, and for the server that wrote a file, values are copied as they are stored. Keys are chosen by their
old names, databases and times; then they get new ones. Several files become one: a key that two have is an error unless
--on-conflict says which counts. What the target cannot hold is listed, and nothing is written unless --lossy; to
standard output it ends with the first such thing.

With --salvage every key that is whole beyond doubt is kept, and every gap is told: where it is, why, and between which
keys. The file is written all the same, and the exit code says whether it is all that there was.
${OF_LOGS}
${examples(
  'convert --target redis:6.2 -o old.rdb dump.rdb',
  'convert --key "user:*" --rename-prefix user:=customer: --ttl strip dump.rdb > users.rdb',
  'convert --salvage -o whole.rdb damaged.rdb',
  'convert --on-conflict last -o all.rdb shard1.rdb shard2.rdb shard3.rdb',
  'zcat dump.rdb.gz | rdb-aof convert --target valkey:8.0 --lossy -o new.rdb -',
)}`,
    )
    .action(convert);
}

function parseDb(text: string): number {
  const [db, ...more] = parseDbs(text);
  if (db === undefined || more.length > 0) throw new InvalidArgumentError(`expected one database, found ${text}`);
  return db;
}

function parsePrefix(text: string): [from: Uint8Array, to: Uint8Array][] {
  const at = text.indexOf('=');
  if (at < 0) throw new InvalidArgumentError(`expected old=new, found ${text}`);
  const encoder = new TextEncoder();
  return [[encoder.encode(text.slice(0, at)), encoder.encode(text.slice(at + 1))]];
}

function parseSetting(text: string): [name: string, value: number][] {
  const [, name, value] = /^([a-z-]+)[= ](-?\d{1,10})$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`expected name=value with a whole number, found ${text}`);
  return [[name, Number(value)]];
}

/** No text means both. */
function parseBothTtls(text: string, before: TtlOptions = {}): TtlOptions {
  if (/^(?:keep|strip|at:|@|[+-])/.test(text)) {
    if (before.change !== undefined) throw new InvalidArgumentError('times can be changed only in one way');
    return { ...before, change: oneOf(parseTtlChange)(text) };
  }
  if (before.which !== undefined) throw new InvalidArgumentError('keys can be chosen only in one way');
  return { ...before, which: oneOf(parseTtl)(text) };
}

async function convert(paths: readonly string[], options: ConvertOptions): Promise<void> {
  refuseSecondStdin(paths);
  if (options.output === undefined && process.stdout.isTTY) {
    throw new Refusal('INVALID_ARGUMENT', 'an RDB file is not for a terminal: name a file with -o, or -o - to insist');
  }
  const conversion = new Conversion(paths.length > 0 ? paths : [undefined], options);
  await runJob(options, paths.length, false, (job) => conversion.run(job));
  if (conversion.damaged) throw new Reported(BAD_INPUT);
}

/** One run of the command. */
class Conversion {
  readonly #paths: readonly (string | undefined)[];
  readonly #options: ConvertOptions;
  readonly #json: boolean;
  readonly #filter: RunFilter;
  readonly #losses: Losses;
  readonly #encoder: RdbEncoder;
  readonly #merge: MergingHandler;
  /** The input at hand. */
  #name = '';
  /** Keys of it that were left out, as an input before has them, or it has them twice. */
  #leftOut = 0;
  /** Some input was damaged, and is written as far as it could be salvaged. */
  damaged = false;

  constructor(paths: readonly (string | undefined)[], options: ConvertOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#json = options.json ?? false;
    const { ttl, ...filters } = options;
    this.#filter = new RunFilter(ttl?.which === undefined ? filters : { ...filters, ttl: ttl.which });
    this.#losses = new Losses(options.lossy ?? false, this.#json);
    const changes = changesOf(options);
    const several = paths.length > 1;
    this.#encoder = new RdbEncoder({
      target: options.target,
      captured: true,
      spill: () => new TemporaryBytes(),
      hints: several || changes !== undefined || this.#filter.active || options.salvage ? 'drop' : 'copy',
      ...(options.set === undefined ? {} : { thresholds: Object.fromEntries(options.set) as Thresholds }),
      // What is not asked for stays as it is stored.
      ...(options.compression ? {} : { compression: false }),
      ...(options.checksum ? {} : { checksum: false }),
      onLoss: (loss) => this.#losses.add(loss, this.#encoder.target.name),
      onWarning: (code, message, offset, frame) => {
        const key = frame?.bytes.slice(frame.start, frame.end);
        reportFinding(this.#name, { code, message, offset, db: frame?.db, key }, this.#json);
      },
    });
    this.#merge = new MergingHandler(this.#encoder, {
      changes,
      all: several || changes !== undefined,
      onConflict: (conflict) => this.#settle(conflict),
    });
  }

  async run({ output, progress }: Job): Promise<void> {
    this.#losses.retractable = output.path !== undefined;
    const order = [...this.#paths.keys()];
    if (this.#options.onConflict === 'last' && order.length > 1) {
      await this.#writeHead(this.#paths[0]);
      // What is read first stays, so that one pass is enough.
      order.reverse();
    }
    for (const i of order) {
      if (!this.#filter.isOver(nameOf(this.#paths[i]), this.#json)) await this.#read(i, { output, progress });
    }
    this.#losses.refuse();
    await writeEnd(this.#encoder, output);
  }

  /** Aux fields, and the version where no target is named, are those of the input that is named first. */
  async #writeHead(path: string | undefined): Promise<void> {
    if (path === undefined || path === '-' || isSpecial(path)) {
      throw new Refusal(
        'INVALID_ARGUMENT',
        'with --on-conflict last the first of several inputs is read twice, so it must be a file; name one first, or ' +
          'use --on-conflict first with the inputs the other way round',
      );
    }
    // Of a log this takes a replay of its own, as the dataset is not kept while the others are read.
    const head = new HeadHandler();
    const read = this.#options.salvage ? salvageFile : scanFile;
    const scan = { capture: true, enough: () => head.done };
    await readInput<object>(
      path,
      new Progress(1),
      this.#options,
      () => ({ handler: head, scan, own: this.#options.target === undefined }),
      read,
    );
    for (const record of head.records) this.#encoder.record(record);
  }

  async #read(i: number, { output, progress }: Job): Promise<void> {
    const encoder = this.#encoder;
    const filter = this.#filter;
    const path = this.#paths[i];
    this.#merge.nextFile(i);
    this.#leftOut = 0;
    const begin = (name: string): Reading => {
      this.#name = name;
      return {
        handler: filter.over(this.#merge),
        own: this.#options.target === undefined,
        onLoss: (loss) => this.#losses.add(loss, 'an RDB file'),
        scan: {
          capture: true,
          // A key whose size may still rule it out stays, so that it can be taken back without a trace.
          afterChunk: ({ valueLength }) => (filter.onTrial(valueLength) ? undefined : writeReady(encoder, output)),
        },
      };
    };
    if (this.#options.salvage) {
      const report = await readInput(path, progress, this.#options, begin, (source, handler, scan) =>
        this.#salvage(source, handler, scan),
      );
      filter.reportLimit(report, this.#json);
    } else {
      const result = await scanInput(path, progress, this.#options, begin);
      refuseTrailing(result, this.#options);
      filter.reportLimit(result, this.#json);
    }
    this.#losses.report(this.#name);
    this.#reportLeftOut();
  }

  /** Reads what can be read, and says what cannot. */
  async #salvage(source: ByteSource, handler: RdbHandler, scan: FileScan): Promise<SalvageReport> {
    const name = this.#name;
    const json = this.#json;
    let last: SalvageGap | undefined;
    const report = await salvageFile(source, handler, {
      ...scan,
      spill: () => new TemporaryBytes(),
      onGap: (gap) => {
        last = gap;
        reportGap(name, gap, json);
      },
    });
    const { sourceError, trailing, checksum, complete } = report;
    if (sourceError !== undefined && sourceError !== last?.reason) {
      reportWarning(name, sourceError.code, sourceError.message, sourceError.offset, json);
    }
    const trails = isTrailing(report, this.#options);
    if (trails) {
      const message = `${countOf(trailing, 'byte')} behind the end of the RDB left out`;
      reportWarning(name, 'TRAILING_DATA', message, report.size - trailing, json);
    }
    const mismatch = checksum === 'mismatch';
    if (mismatch) {
      const message = 'everything can be read, but its checksum is another: some name or value is not what it was';
      reportWarning(name, 'CHECKSUM_MISMATCH', message, undefined, json);
    }
    const missing = complete && checksum === 'missing';
    if (
      report.gapCount === 0 &&
      !report.headerDamaged &&
      sourceError === undefined &&
      !mismatch &&
      !missing &&
      !trails
    ) {
      return report;
    }
    this.damaged = true;
    reportSalvage(name, report, json);
    return report;
  }

  #reportLeftOut(): void {
    if (this.#leftOut === 0) return;
    const { onConflict, salvage } = this.#options;
    const why =
      salvage && onConflict === 'error'
        ? 'as another of the same name stands before it'
        : `as --on-conflict ${onConflict} has it`;
    const message = `${countOf(this.#leftOut, 'key')} left out, ${why}`;
    reportWarning(this.#name, 'CONFLICT', message, undefined, this.#json);
  }

  /** @throws Refusal unless it is known which of the two counts */
  #settle(conflict: Conflict): void {
    const { onConflict, salvage } = this.#options;
    const other = nameOf(this.#paths[conflict.origin]);
    const twice = other === this.#name;
    const what = conflictText(conflict);
    // Behind a gap the database of keys may be another one than it seems.
    const lost = salvage === true && twice;
    if (lost) this.damaged = true;
    if (lost || onConflict === 'first' || (onConflict === 'last' && !twice)) {
      if (conflict.kind === 'key') this.#leftOut++;
      else reportWarning(this.#name, 'CONFLICT', `${what} left out, as ${other} has another`, undefined, this.#json);
      return;
    }
    const where = twice ? `${what} stands there twice` : `${what} stands in ${other} too`;
    const wayOut = twice
      ? onConflict === 'last'
        ? '; in one pass only the first of one file can be kept (--on-conflict first)'
        : '; --on-conflict first keeps the first'
      : '; --on-conflict first or last says which counts';
    throw new Refusal('CONFLICT', where + wayOut, this.#name);
  }
}

function changesOf({ toDb, renamePrefix, ttl }: ConvertOptions): KeyChanges | undefined {
  const change = ttl?.change ?? 'keep';
  if (toDb === undefined && renamePrefix === undefined && change === 'keep') return undefined;
  return new KeyChanges({ db: toDb, prefixes: renamePrefix ?? [], ttl: change });
}

function nameOf(path: string | undefined): string {
  return path === undefined || path === '-' ? '<stdin>' : path;
}

function conflictText(conflict: Conflict): string {
  switch (conflict.kind) {
    case 'key':
      return `key ${quoteKey(conflict.key)} of db ${conflict.db}`;
    case 'function':
      return `function library ${conflict.name}`;
    case 'moduleAux':
      return `data of module ${conflict.name}`;
  }
}
