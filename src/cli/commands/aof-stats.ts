import { type Command, Option } from 'commander';
import { type HeavyTop, type LogStats, StatsCounter } from '../../aof/index.ts';
import { isSpecial } from '../../io/index.ts';
import { commandWriter, type Loss, type LossKind } from '../../log/index.ts';
import { datasetLog } from '../../rewrite/index.ts';
import { addReplayOptions, examples } from '../command.ts';
import { Refusal } from '../exit.ts';
import { oneOf, parseLimit } from '../filters.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { bytesOf, LOGS, type LogSource, openLog, readLog } from '../log-source.ts';
import { writeText } from '../output.ts';
import type { Progress } from '../progress.ts';
import { type ReplayCommandOptions, replayLog } from '../replaying.ts';
import { countOf, reportWarning } from '../report.ts';
import { eachPath } from '../scan.ts';
import { timeText } from '../times.ts';

interface StatsOptions extends JobOptions, ReplayCommandOptions {
  prefix: 'first' | 'last';
  top: number;
  rewrite?: boolean;
  json?: boolean;
}

/** What a rewrite would make of a log. */
interface Rewritten {
  keys: number;
  bytes: number;
  /** Bytes of the files that it would replace. */
  of: number;
}

/** `aof stats`: what fills a log. */
export function addAofStats(group: Command): void {
  const command = group
    .command('stats')
    .description('say what is in an append-only file: commands, prefixes and keys by bytes, and when they were written')
    .argument('[paths...]', LOGS)
    .addOption(
      new Option('--prefix <colon>', 'at which colon the prefix of a key ends')
        .choices(['first', 'last'])
        .default('first'),
    )
    .addOption(new Option('--top <count>', 'how many prefixes and keys').argParser(oneOf(parseLimit)).default(10))
    .option('--rewrite', 'also say how long the log would be behind a rewrite, which takes memory for the dataset')
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride();
  addReplayOptions(addOutputOptions(command))
    .option('--json', 'write an object; errors and warnings as JSON too')
    .addHelpText(
      'after',
      `
Bytes are those of the file; a command with several keys is shared by them. Memory does not grow with the log: beyond 4096 keys
or prefixes, the lightest make room: bytes may then be too high, by how much is said, and counts too low. Of each key the
first 256 bytes count.
${examples('aof stats appendonlydir', 'aof stats --rewrite appendonlydir', 'aof stats --prefix last --top 50 --json appendonly.aof | jq .keys')}`,
    )
    .action(writeStats);
}

async function writeStats(paths: readonly string[], options: StatsOptions): Promise<void> {
  refuseReplayOptions(options);
  const json = options.json ?? false;
  await runJob(options, paths.length, true, ({ output, progress }) =>
    eachPath(paths, json, async (path) => {
      const source = openLog(path, json);
      const counter = new StatsCounter(options.prefix);
      const { tolerant = false } = options;
      await readLog(source, progress, { values: () => 'skip', beginnings: true, tolerant }, (record) => {
        counter.add(record);
        return false;
      });
      const stats = counter.stats(options.top);
      const rewritten = options.rewrite ? await rewrittenSize(source, progress, options) : undefined;
      const text = json
        ? JSON.stringify({ file: source.name, ...stats, rewritten }, undefined, 2)
        : textOf(source.name, stats, rewritten);
      await writeText(output, `${text}\n`);
    }),
  );
}

/** @throws Refusal for what says how a log is replayed, where none is */
function refuseReplayOptions(options: StatsOptions): void {
  if (options.rewrite) return;
  const { sourceVersion, now, scriptModule, skipUnsupported, journal } = options;
  const given = Object.entries({
    '--source-version': sourceVersion,
    '--now': now,
    '--script-module': scriptModule,
    '--skip-unsupported': skipUnsupported,
    '--journal': journal,
  }).find(([, value]) => value !== undefined);
  if (given !== undefined) throw new Refusal('INVALID_ARGUMENT', `${given[0]} is for --rewrite, which replays the log`);
}

/** Replays a log, and counts the bytes of its rewrite without writing them. */
async function rewrittenSize(source: LogSource, progress: Progress, options: StatsOptions): Promise<Rewritten> {
  if (source.files.some(({ path }) => path === undefined || isSpecial(path))) {
    throw new Refusal('WRONG_KIND', 'is read twice for --rewrite, so it must be a file', source.name);
  }
  progress.expect(source.files.length);
  const replayer = await replayLog(source, progress, options);
  let bytes = 0;
  const told = new Set<LossKind>();
  const onLoss = ({ kind, message }: Loss): void => {
    if (!told.has(kind)) reportWarning(source.name, 'LOSSY', message, undefined, options.json ?? false);
    told.add(kind);
  };
  for (const chunk of datasetLog(replayer, commandWriter({ onLoss }), false)) bytes += chunk.length;
  const keys = replayer.keyspace.databases.reduce((sum, [, { size }]) => sum + size, 0);
  return { keys, bytes, of: bytesOf(source) };
}

function textOf(name: string, stats: LogStats, rewritten: Rewritten | undefined): string {
  const { commands, bytes, annotations, preambleKeys, byCommand, prefixes, keys, timeline, span, untimed } = stats;
  const lines = [`${name}: ${countOf(commands, 'command')}, ${countOf(bytes, 'byte')}`];
  if (preambleKeys > 0) lines.push(`  RDB at the beginning: ${countOf(preambleKeys, 'key')}`);
  if (rewritten !== undefined) {
    const { keys: left, bytes: least, of } = rewritten;
    const share = of === 0 ? '' : `, ${((100 * least) / of).toFixed(1)} % of ${of}`;
    lines.push(`  behind a rewrite: ${countOf(least, 'byte')}${share}, ${countOf(left, 'key')}`);
  }
  lines.push('  commands:');
  for (const { name: command, count, bytes: size } of byCommand) lines.push(row(command, count, size));
  lines.push(...heavy('prefixes of keys', prefixes), ...heavy('keys', keys));
  if (annotations === 0) return [...lines, '  times: no annotations'].join('\n');
  lines.push(`  times, every ${countOf(span, 'second')}:`);
  for (const { time, commands: count, bytes: size } of timeline) lines.push(row(timeText(time), count, size));
  if (untimed.commands > 0) lines.push(row('(before the first annotation)', untimed.commands, untimed.bytes));
  return lines.join('\n');
}

function heavy(what: string, { items, error }: HeavyTop): string[] {
  if (items.length === 0) return [];
  const exact = error === 0 ? '' : ` (each at most ${countOf(error, 'byte')} too high)`;
  return [
    `  ${what}, by bytes written${exact}:`,
    ...items.map(({ name, count, weight }) => row(shown(name), count, weight)),
  ];
}

/** A key on one line. */
function shown(name: string): string {
  if (name === '') return '(none)';
  return /^[\x21-\x7e]+$/.test(name) ? name : JSON.stringify(name);
}

function row(name: string, count: number, bytes: number): string {
  return `    ${name}: ${count}, ${countOf(bytes, 'byte')}`;
}
