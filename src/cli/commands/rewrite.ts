import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { tap } from '../../bytes/index.ts';
import { sniff } from '../../inspect/index.ts';
import { openFileBlocking, TemporaryBytes } from '../../io/index.ts';
import type { Replayer } from '../../keyspace/index.ts';
import { TARGETS } from '../../log/index.ts';
import { type Loss, refuseLoss } from '../../rdb/index.ts';
import { datasetFile } from '../../rewrite/index.ts';
import { examples } from '../command.ts';
import { suggest } from '../completion/index.ts';
import { Refusal } from '../exit.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { DirectoryOutput } from '../log-directory.ts';
import { bytesOf, LOGS, type LogSource, openLog } from '../log-source.ts';
import { type Output, openOutput, standardOutput, writeText } from '../output.ts';
import { type ReplayCommandOptions, replayLog, replayOptions } from '../replaying.ts';
import { countOf, quoteKey, reportWarning } from '../report.ts';
import { InPlace } from '../rewriting.ts';

interface RewriteCommandOptions extends ReplayCommandOptions, JobOptions {
  target?: string;
  mode?: 'commands' | 'mixed';
  to?: 'aof' | 'rdb';
  inPlace?: boolean;
  multiPart?: boolean;
  dropExpired?: boolean;
  allowLoss?: boolean;
}

/** `rewrite`: compacts a log. */
export function addRewrite(root: Command): void {
  const command = root
    .command('rewrite')
    .description('compact an append-only file into the shortest log that loads to the same dataset')
    .argument('[path]', `${LOGS}; or an RDB file`)
    .addOption(
      suggest(
        new Option('--target <server>', 'the oldest server that is to load it (default: the one that wrote it)'),
        TARGETS,
      ),
    )
    .addOption(
      new Option('--mode <mode>', 'commands: those that build the values; mixed: RESTORE where that is shorter')
        .choices(['commands', 'mixed'])
        .default('commands'),
    )
    .addOption(
      new Option('--to <format>', 'aof: a log of commands; rdb: an RDB file').choices(['aof', 'rdb']).default('aof'),
    )
    .option('--in-place', 'replace the log by its rewrite; what was there is kept, with .bak behind its name')
    .option('--multi-part', 'write a directory, whatever the name of --output')
    .option('--drop-expired', 'leave out keys and fields whose time is past')
    .option('--allow-loss', 'leave out what the target cannot hold, with a warning, instead of ending there');
  for (const option of replayOptions()) command.addOption(option);
  addOutputOptions(command)
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride()
    .addHelpText(
      'after',
      `
No server may be writing to it. The dataset is held in memory while it is rewritten. --output names a file, or a directory,
which is then complete (base, empty increment, manifest): with a slash behind its name, or the name appendonlydir.
A command whose effect cannot be known (a script without --script-module, a random choice, SORT by weights that are the same,
an unknown command) ends the rewrite with its name and place, and nothing is written.
${examples(
  'rewrite -o small.aof appendonly.aof',
  'rewrite -o rewritten/appendonlydir /var/lib/redis',
  'rewrite --in-place /var/lib/redis/appendonlydir',
  'rewrite --to rdb --target redis:7.2 -o dump.rdb appendonlydir',
  'rewrite -o appendonlydir dump.rdb',
)}`,
    )
    .action(rewrite);
}

async function rewrite(path: string | undefined, options: RewriteCommandOptions): Promise<void> {
  checkOptions(path, options);
  const json = options.json ?? false;
  const source = openLog(path, json);
  const read = bytesOf(source);
  const losses: Loss[] = [];
  let written = 0;
  let place: Output | undefined;
  let replayer: Replayer | undefined;
  await runJob(
    options,
    source.files.length,
    options.output === undefined,
    async ({ output, progress }) => {
      replayer = await replayLog(source, progress, options);
      const counted: Output = {
        ...pick(output),
        write: (bytes) => {
          written += bytes.length;
          return output.write(bytes);
        },
      };
      await writeDataset(replayer, counted, options, (loss) => {
        losses.push(loss);
        if (json || losses.length <= SHOWN) reportLoss(source.name, loss, json);
      });
    },
    async () => {
      place = await openPlace(source, options);
      return place;
    },
  );
  if (losses.length > SHOWN && !json) {
    reportWarning(
      source.name,
      'LOSSY',
      `${countOf(losses.length - SHOWN, 'further thing')} that the target cannot hold`,
      undefined,
      json,
    );
  }
  await tell(place!, replayer!, { read, written }, options);
}

/** Losses that are told one by one. */
const SHOWN = 10;

function pick(output: Output): Omit<Output, 'write'> {
  return {
    onTerminal: output.onTerminal,
    path: output.path,
    commit: () => output.commit(),
    abandon: () => output.abandon(),
  };
}

function checkOptions(path: string | undefined, options: RewriteCommandOptions): void {
  const { output, inPlace, multiPart, to, mode } = options;
  if (inPlace && output !== undefined) throw new Refusal('INVALID_ARGUMENT', 'expected either --output or --in-place');
  if (inPlace && (path === undefined || path === '-')) {
    throw new Refusal('INVALID_ARGUMENT', 'standard input cannot be replaced: name a file or a directory');
  }
  if (multiPart && (output === undefined || output === '-')) {
    throw new Refusal('INVALID_ARGUMENT', '--multi-part writes a directory: name it with --output');
  }
  if (to === 'rdb' && mode === 'mixed')
    throw new Refusal('INVALID_ARGUMENT', '--mode is for logs, and --to rdb writes none');
}

async function openPlace(source: LogSource, options: RewriteCommandOptions): Promise<Output> {
  const { output, inPlace, multiPart, to } = options;
  if (inPlace) {
    if (source.set === undefined) await refuseOtherName(source.files[0]!.path!, to === 'rdb');
    return new InPlace(source, to === 'rdb');
  }
  if (output !== undefined && source.set !== undefined) refuseOwnFile(output, source, source.set);
  if (output !== undefined && (multiPart || isDirectoryName(output))) {
    if (options.force)
      throw new Refusal('INVALID_ARGUMENT', 'a directory is written anew, and --force does not replace one');
    return new DirectoryOutput(output);
  }
  return openOutput(options);
}

/** Whoever reads a file again takes it for what its name says. */
async function refuseOtherName(path: string, rdb: boolean): Promise<void> {
  const packed: string[] = [];
  const onContainer = (kind: string): void => {
    packed.push(kind);
  };
  let head = '';
  const source = tap(openFileBlocking(path).chunks, (chunk) => {
    head ||= Buffer.from(chunk.subarray(0, 6)).toString('latin1');
  });
  const found = await sniff(source, { onContainer });
  if (packed.length > 0) {
    throw new Refusal(
      'WRONG_KIND',
      `is packed (${packed.join(', ')}), and what replaces it would not be: --output`,
      path,
    );
  }
  // What is neither is read all the same, and says what is wrong.
  if (found === 'rdb' && /^(?:REDIS|VALKEY)/.test(head) && !rdb) {
    throw new Refusal(
      'WRONG_KIND',
      'is an RDB file, which no log can replace under that name: --to rdb, or --output',
      path,
    );
  }
}

/** A set must not lose a file to its own rewrite, which does not take the place of all of it. */
function refuseOwnFile(output: string, { files }: LogSource, set: NonNullable<LogSource['set']>): void {
  const own = [set.path, ...files.map(({ path }) => path!)].map((path) => resolve(path));
  if (own.includes(resolve(output))) {
    throw new Refusal('INVALID_ARGUMENT', 'is a file of the log that is read: --in-place replaces all of it', output);
  }
}

function isDirectoryName(path: string): boolean {
  return /\/$/.test(path) || basename(path) === 'appendonlydir';
}

async function writeDataset(
  replayer: Replayer,
  output: Output,
  options: RewriteCommandOptions,
  onLoss: (loss: Loss) => void,
): Promise<void> {
  const { to, target, mode, dropExpired } = options;
  const lose = (loss: Loss): void => {
    if (options.allowLoss) onLoss(loss);
    else refuseLoss({ ...loss, message: `${loss.message}; --allow-loss leaves it out` });
  };
  const spill = (): TemporaryBytes => new TemporaryBytes();
  for (const chunk of datasetFile(replayer, { to, target, mode, dropExpired, onLoss: lose, spill })) {
    const waiting = output.write(chunk);
    if (waiting !== undefined) await waiting;
  }
}

function reportLoss(file: string, { message, db, key }: Loss, json: boolean): void {
  const of = key === undefined ? '' : `: db ${db}, key ${quoteKey(key)}`;
  reportWarning(file, 'LOSSY', `${message}${of}`, undefined, json);
}

/** Says what it saved: behind a log on standard output on standard error. */
async function tell(
  place: Output,
  replayer: Replayer,
  { read, written }: { read: number; written: number },
  options: RewriteCommandOptions,
): Promise<void> {
  const { keyspace, session } = replayer;
  const keys = keyspace.databases.reduce((sum, [, { size }]) => sum + size, 0);
  const backup = place instanceof InPlace ? place.backup : undefined;
  const result = {
    commands: session.commands,
    keys,
    bytesRead: read,
    bytesWritten: written,
    written: place.path,
    backup,
  };
  const share = read === 0 ? '' : `, ${((100 * written) / read).toFixed(1)} % of ${read}`;
  const lines = [`${countOf(keys, 'key')} of ${countOf(session.commands, 'command')}: ${written} bytes${share}`];
  if (backup !== undefined) lines.push(`what was there before: ${backup}`);
  const text = options.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`;
  if (place.path === undefined) process.stderr.write(text);
  else await writeText(standardOutput(), text);
}
