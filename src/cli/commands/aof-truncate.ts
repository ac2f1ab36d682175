import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Cut, CutFinder, type CutPoint } from '../../aof/index.ts';
import type { Manifest } from '../../index.ts';
import { isSpecial, statOf } from '../../io/index.ts';
import { examples } from '../command.ts';
import { Refusal } from '../exit.ts';
import { oneOf, parseLimit } from '../filters.ts';
import {
  backupOf,
  type CutSet,
  copyStart,
  cutFileInPlace,
  cutSetInPlace,
  refuseExisting,
  writeCutSet,
} from '../log-cutting.ts';
import { type LogSource, openLog, readLog } from '../log-source.ts';
import { standardOutput, writeText } from '../output.ts';
import { Progress } from '../progress.ts';
import { TAKES_ALL, TOLERANT } from '../replaying.ts';
import { countOf } from '../report.ts';
import { parseTime, timeText } from '../times.ts';

interface TruncateOptions {
  toTimestamp?: number;
  toOffset?: { file: string | undefined; offset: number };
  before?: string;
  nth?: number;
  output?: string;
  inPlace?: boolean;
  tolerant?: boolean;
  json?: boolean;
}

/** `aof truncate`: goes back to a point in time. */
export function addAofTruncate(group: Command): void {
  group
    .command('truncate')
    .description('cut an append-only file, over all files of its set, at a time, a place or a command')
    .argument('<path>', 'an append-only file, a manifest, an appendonlydir or a data directory')
    .option(
      '--to-timestamp <time>',
      'keep what was written up to this time: Unix milliseconds, or such as 2024-05-01T12:00:00Z',
      parseTime,
    )
    .option('--to-offset <file:byte>', 'keep what ends up to a byte of one of the files', parseOffset)
    .option('--before <name>', 'keep what stands before a command, such as FLUSHALL')
    .option('--nth <number>', 'with --before: before which one of that name (default: 1)', oneOf(parseLimit))
    .option('-o, --output <path>', 'write the result to a new directory; that of a file of its own to a new file')
    .option('--in-place', 'cut it where it is; what was there is kept, with .bak behind its name')
    .option(TOLERANT, TAKES_ALL)
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .exitOverride()
    .addHelpText(
      'after',
      `
No server may be writing to it. Transactions go as a whole, and an RDB at the beginning is never cut. Files behind the cut
are left out, and the manifest lists what stays. Times are those of annotations (aof-timestamp-enabled yes), which have whole
seconds: the cut is before the first annotation of a later time.
${examples(
  'aof truncate --to-timestamp 2024-05-01T12:00:00Z -o before appendonlydir',
  'aof truncate --before FLUSHALL --in-place /var/lib/redis',
  'aof truncate --to-offset appendonly.aof.3.incr.aof:1048576 -o short appendonlydir',
)}`,
    )
    .action(truncate);
}

function parseOffset(text: string): { file: string | undefined; offset: number } {
  const [, file, offset] = /^(?:(.+):)?(\d{1,15})$/s.exec(text) ?? [];
  if (offset === undefined)
    throw new InvalidArgumentError(`expected the name of a file and a byte, as in a.aof:100, found ${text}`);
  return { file, offset: Number(offset) };
}

async function truncate(path: string, options: TruncateOptions): Promise<void> {
  checkOptions(options);
  if (path === '-' || isSpecial(path))
    throw new Refusal('INVALID_ARGUMENT', 'only a file or a directory can be cut', path);
  const source = openLog(path, options.json ?? false);
  if (source.files.length === 0) throw new Refusal('NO_DATA', 'lists no files', source.name);
  const target = options.output ?? backupOf(source.set?.dir ?? source.name);
  // Rather before a long reading than behind it.
  refuseExisting(target);
  const found = await findCut(source, pointOf(source, options), options.tolerant ?? false);
  // What begins where a file does leaves nothing of that file.
  const first = found.offset === 0 ? found.file : found.file + 1;
  const result = describeCut(source, found, first, target);
  const { set } = source;
  // A server does not start with a file that is listed and missing.
  const whole = source.files.slice(first).every((file) => statOf(file.path!) !== undefined);
  if (options.inPlace && result.bytesDropped === 0 && whole) result.written = undefined;
  else if (set !== undefined) {
    const plan = planOf(set, source, found, first);
    await (options.inPlace ? cutSetInPlace(plan, target) : writeCutSet(plan, target));
  } else if (options.inPlace) await cutFileInPlace(source.name, found.offset, target);
  else await copyStart(source.name, target, found.offset, false);
  await writeText(standardOutput(), options.json ? `${JSON.stringify(result)}\n` : textOf(result, options));
}

function checkOptions({ toTimestamp, toOffset, before, nth, output, inPlace }: TruncateOptions): void {
  if ([toTimestamp, toOffset, before].filter((one) => one !== undefined).length !== 1) {
    throw new Refusal('INVALID_ARGUMENT', 'expected one of --to-timestamp, --to-offset and --before');
  }
  if (nth !== undefined && before === undefined) throw new Refusal('INVALID_ARGUMENT', '--nth needs --before');
  if (output === '-' || output === '')
    throw new Refusal('INVALID_ARGUMENT', '--output needs the name of what is to be written');
  if ((output === undefined) === (inPlace === undefined)) {
    throw new Refusal('INVALID_ARGUMENT', 'expected either --output or --in-place');
  }
}

function pointOf({ files }: LogSource, { toTimestamp, toOffset, before, nth = 1 }: TruncateOptions): CutPoint {
  if (toTimestamp !== undefined) return { kind: 'time', time: toTimestamp };
  if (before !== undefined) return { kind: 'command', name: before, nth };
  const { file, offset } = toOffset!;
  const index =
    file === undefined && files.length === 1
      ? 0
      : files.findIndex(({ name }) => basename(name) === basename(file ?? ''));
  if (index < 0) {
    const names = files.map(({ name }) => basename(name)).join(', ');
    throw new Refusal('INVALID_ARGUMENT', `--to-offset needs the name of one of the files: ${names}`);
  }
  return { kind: 'offset', file: index, offset };
}

/** @throws Refusal where there is no such point, or nothing would be left */
async function findCut(source: LogSource, point: CutPoint, tolerant: boolean): Promise<Cut> {
  const finder = new CutFinder(point);
  const containers: string[] = [];
  const onContainer = (kind: string): void => {
    containers.push(kind);
  };
  await readLog(source, new Progress(1), { values: () => 'skip', beginnings: true, onContainer, tolerant }, (record) =>
    finder.push(record),
  );
  if (containers.length > 0) {
    throw new Refusal('WRONG_KIND', `is packed with ${containers.join(' and ')}: unpack it first`, source.name);
  }
  const cut = finder.cut ?? missing(finder, point, source);
  refuseTooEarly(finder, point, source);
  if (cut.file > 0 || cut.offset > 0) return cut;
  const known = point.kind === 'time' ? `; ${knownTimes(finder)}` : '';
  throw new Refusal('NOT_FOUND', `nothing stands before that point${known}`, source.name);
}

/** The files were read to their end, and the point is not in them. */
function missing(finder: CutFinder, point: CutPoint, { name }: LogSource): Cut {
  if (point.kind === 'command') {
    const times = countOf(finder.found, 'time');
    throw new Refusal('NOT_FOUND', `the command ${point.name} stands there ${times}, expected ${point.nth}`, name);
  }
  if (finder.times === undefined) throw new Refusal('NOT_FOUND', knownTimes(finder), name);
  return finder.last;
}

/** What was there before the RDB at the beginning was written is not known any more. */
function refuseTooEarly(finder: CutFinder, point: CutPoint, { name }: LogSource): void {
  if (point.kind !== 'time' || finder.baseTime === undefined || finder.baseTime <= point.time) return;
  throw new Refusal(
    'NOT_FOUND',
    `that point is before the RDB at the beginning was written; ${knownTimes(finder)}`,
    name,
  );
}

/** As far as was read, which for a time is to the first annotation behind it. */
function knownTimes({ times, baseTime }: CutFinder): string {
  const base = baseTime === undefined ? '' : `the RDB at the beginning is of ${timeText(baseTime)}`;
  if (times === undefined) return `there are no annotations (#TS:)${base && `, and ${base}`}`;
  return `annotations begin at ${timeText(times[0])}${base && `, and ${base}`}`;
}

/** What `aof truncate` did, as its JSON. */
interface Result {
  /** The last file that stays, and what stays of it. */
  file: string;
  offset: number;
  /** Where the point itself lies, where a whole command or transaction before it goes too. */
  point: { file: string; offset: number };
  bytesDropped: number;
  filesDropped: string[];
  /** The new directory or file; the backup, where it was cut in place; undefined where nothing was to be done. */
  written: string | undefined;
}

function describeCut({ files }: LogSource, { file, offset, point }: Cut, first: number, target: string): Result {
  // Of a file that is listed and missing nothing is lost any more.
  const sizes = files.map(({ path }) => statOf(path!)?.size ?? 0);
  const length = first > file ? offset : sizes[first - 1]!;
  const after = sizes.slice(first).reduce((sum, size) => sum + size, 0);
  return {
    file: basename(files[first - 1]!.name),
    offset: length,
    point: { file: basename(files[file]!.name), offset: point },
    bytesDropped: sizes[first - 1]! - length + after,
    filesDropped: files.slice(first).map(({ name }) => basename(name)),
    written: target,
  };
}

function planOf(set: NonNullable<LogSource['set']>, source: LogSource, cut: Cut, first: number): CutSet {
  const names = source.files.map(({ name }) => name);
  const kept = names.slice(0, first);
  const size = statOf(source.files[first - 1]!.path!)?.size ?? 0;
  const length = first > cut.file ? cut.offset : size;
  return {
    dir: set.dir,
    manifestName: basename(set.path),
    manifest: manifestOf(set.manifest, kept, length < size),
    kept,
    length,
    dropped: names.slice(first),
  };
}

/** Without the history, whose files need not be there, and the offset at which the last increment ended before. */
function manifestOf({ base, incr }: Manifest, kept: readonly string[], shorter: boolean): Manifest {
  const stay = incr.filter(({ name }) => kept.includes(name));
  const { endOffset, ...last } = stay.at(-1) ?? {};
  if (shorter && endOffset !== undefined) stay.splice(-1, 1, last as (typeof stay)[number]);
  return { base, history: [], incr: stay };
}

function textOf(
  { file, offset, point, bytesDropped, filesDropped, written }: Result,
  options: TruncateOptions,
): string {
  if (written === undefined) return 'nothing stands behind that point: nothing was changed\n';
  const lines = [`the log ends at byte ${offset} of ${file}; ${countOf(bytesDropped, 'byte')} dropped`];
  if (point.file === file && point.offset !== offset) {
    lines.push(`the point lies at byte ${point.offset}, inside a command or a transaction, which goes as a whole`);
  }
  if (filesDropped.length > 0) lines.push(`files that are no longer part of it: ${filesDropped.join(', ')}`);
  lines.push(options.inPlace ? `what was there before: ${written}` : `written: ${written}`);
  return `${lines.join('\n')}\n`;
}
