import { type Command, Option } from 'commander';
import { type HeavyTop, type LogStats, StatsCounter } from '../../aof/index.ts';
import { examples } from '../command.ts';
import { oneOf, parseLimit } from '../filters.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { LOGS, openLog, readLog } from '../log-source.ts';
import { writeText } from '../output.ts';
import { countOf } from '../report.ts';
import { eachPath } from '../scan.ts';
import { timeText } from '../times.ts';

interface StatsOptions extends JobOptions {
  prefix: 'first' | 'last';
  top: number;
  json?: boolean;
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
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride();
  addOutputOptions(command)
    .option('--json', 'write an object; errors and warnings as JSON too')
    .addHelpText(
      'after',
      `
Bytes are those of the file; a command with several keys is shared by them. Memory does not grow with the log: beyond 4096 keys
or prefixes, the lightest make room: bytes may then be too high, by how much is said, and counts too low. Of each key the
first 256 bytes count.
${examples('aof stats appendonlydir', 'aof stats --prefix last --top 50 --json appendonly.aof | jq .keys')}`,
    )
    .action(writeStats);
}

async function writeStats(paths: readonly string[], options: StatsOptions): Promise<void> {
  const json = options.json ?? false;
  await runJob(options, paths.length, true, ({ output, progress }) =>
    eachPath(paths, json, async (path) => {
      const source = openLog(path, json);
      const counter = new StatsCounter(options.prefix);
      await readLog(source, progress, { values: () => 'skip', beginnings: true }, (record) => {
        counter.add(record);
        return false;
      });
      const stats = counter.stats(options.top);
      const text = json ? JSON.stringify({ file: source.name, ...stats }, undefined, 2) : textOf(source.name, stats);
      await writeText(output, `${text}\n`);
    }),
  );
}

function textOf(name: string, stats: LogStats): string {
  const { commands, bytes, annotations, preambleKeys, byCommand, prefixes, keys, timeline, span, untimed } = stats;
  const lines = [`${name}: ${countOf(commands, 'command')}, ${countOf(bytes, 'byte')}`];
  if (preambleKeys > 0) lines.push(`  RDB at the beginning: ${countOf(preambleKeys, 'key')}`);
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
