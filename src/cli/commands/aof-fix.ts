import type { Command } from 'commander';
import { bytesOf } from '../../aof/index.ts';
import { isSpecial, openFileBlocking } from '../../io/index.ts';
import { aroundText, type CheckLogOptions, judgeFile, stateText, type Verdict } from '../aof-verdict.ts';
import { ask } from '../ask.ts';
import { examples } from '../command.ts';
import { Refusal } from '../exit.ts';
import { parseOneSize } from '../filters.ts';
import { addOutputOptions, type Job, type JobOptions, runJob } from '../job.ts';
import { cutEnd } from '../log-cutting.ts';
import { findLog, isServed, type LogFiles } from '../log-files.ts';
import { soundOf, writeSound } from '../log-resync.ts';
import { writeText } from '../output.ts';
import { countOf, reportWarning } from '../report.ts';

const MAX_LOSS = 1 << 20;

interface FixOptions extends CheckLogOptions, JobOptions {
  yes?: boolean;
  maxLoss?: number;
  /** False: `--no-backup`. */
  backup?: boolean;
  resync?: boolean;
}

/** `aof fix`: cuts what is torn at the end of a log, or steps over damage. */
export function addAofFix(group: Command): void {
  addOutputOptions(
    group
      .command('fix')
      .description('cut what is torn at the end of a log, or write a copy that steps over damage')
      .argument('<path>', 'a log, a manifest, or a directory of logs or of data; of a set the last file is cut')
      .option('--yes', 'do not ask')
      .option('--max-loss <size>', 'refuse to lose more bytes than this, such as 64KB; 1MB by default', parseOneSize)
      .option('--no-backup', 'keep no copy of the whole file as <file>.bak-<n>')
      .option('--resync', 'write a copy (--output) that goes on behind damage where commands stand again'),
  )
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
A log is cut behind its last command outside of a transaction: one that is not complete goes as a whole, and an RDB at
the beginning stays. Stop the server first. The backup is a copy, which shares its blocks with the file where the file
system can do that; both are on the disk when this ends. Where servers refuse also what is left, as they do at commands that
they do not know, this ends with 1.
--resync takes only known commands behind damage, in the form that servers write, and no part of a transaction of which
another part is lost, nor what lies in an argument that is whole. It drops commands whose name is damaged: one that is known
but for a byte. If a SELECT is among what is lost, commands behind it go to another database. Where the log may as well be
torn in a large argument as have a damaged length there, a warning says so: look at what was kept.
${examples('aof fix appendonlydir', 'aof fix --yes --max-loss 64KB appendonly.aof', 'aof fix --resync -o whole.aof appendonly.aof')}`,
    )
    .exitOverride()
    .action(fix);
}

async function fix(path: string, options: FixOptions): Promise<void> {
  if (path === '-' || isSpecial(path)) throw new Refusal('INVALID_ARGUMENT', 'only a file can be fixed', path);
  if (options.resync && options.output === undefined) {
    throw new Refusal('INVALID_ARGUMENT', '--resync writes a copy: name it with --output');
  }
  if (!options.resync && options.output !== undefined) {
    throw new Refusal('INVALID_ARGUMENT', '--output is for --resync; a torn log is cut in place, with a backup');
  }
  if (options.resync && options.backup === false) {
    throw new Refusal('INVALID_ARGUMENT', '--no-backup is for what is cut in place; --resync changes nothing');
  }
  const log = findLog(path);
  for (const note of log.notes) reportWarning(log.name, 'NOTE', note, undefined, options.json ?? false);
  const left = await runJob(options, 1, true, (job) =>
    options.resync ? resync(log, options, job) : cut(log, isServed(log, path), options, job),
  );
  // It is done, and must not pass for a sound log all the same.
  if (left !== undefined) {
    throw new Refusal('REFUSED', `servers refuse also what is left of it: ${left.refused}`, left.name);
  }
}

/** A file of which servers refuse also what is left, and why. */
interface Left {
  name: string;
  refused: string;
}

/** @returns the first file of which servers refuse also what is sound; undefined where there is none */
async function cut(
  log: LogFiles,
  served: boolean,
  options: FixOptions,
  { output, progress }: Job,
): Promise<Left | undefined> {
  const json = options.json ?? false;
  const missing = log.files.find((file) => file.missing);
  if (missing !== undefined) {
    throw new Refusal(
      'MISSING_FILE',
      `${missing.name} is listed and missing: nothing that is cut would help`,
      missing.name,
    );
  }
  let last: Verdict | undefined;
  let refused: Left | undefined;
  for (const file of log.files) {
    const time: number | undefined = last?.report.time;
    last = await judgeFile(file, progress, { ...options, strictVersion: false, served, time });
    refuseUncut(last);
    if (last.refusedCut !== undefined) refused ??= { name: file.name, refused: last.refusedCut };
  }
  progress.end();
  if (last === undefined || last.report.state === 'complete') {
    const name = last?.file.name ?? log.name;
    const text = json
      ? JSON.stringify({ file: name, ok: refused === undefined, state: 'complete', bytesLost: 0 })
      : `${name}: nothing to cut`;
    await writeText(output, `${text}\n`);
    return refused;
  }
  const { file, report } = last;
  const { state, size, validUpTo, commandsAfter } = report;
  refuseOther(last);
  const loss = size - validUpTo;
  const what = `${file.name}: ${stateText({ state, report, last: true })}`;
  refuseLoss(file.name, loss, options);
  if (!options.yes) await confirm(`${what}\nCut ${countOf(loss, 'byte')}?`, what, file.name);
  const backup = await cutEnd(log, file.path!, validUpTo, { size, backup: options.backup ?? true });
  if (json) {
    const result = {
      file: file.name,
      ok: refused === undefined,
      state,
      size: validUpTo,
      bytesLost: loss,
      commandsLost: commandsAfter,
      backup,
    };
    await writeText(output, `${JSON.stringify(result)}\n`);
    return refused;
  }
  const lost = `${countOf(loss, 'byte')} and ${countOf(commandsAfter, 'command')} in them lost`;
  const kept = backup === undefined ? '' : `; the whole file is kept as ${backup}`;
  await writeText(output, `${file.name}: cut at byte ${validUpTo}; ${lost}${kept}\n`);
  return refused;
}

/** What cannot be mended by cutting the end of the last file. */
function refuseUncut({ file, report, problem }: Verdict): void {
  const { name, last } = file;
  const { state, packed } = report;
  if (state === 'complete' || (!last && problem === undefined)) return;
  if (state === 'rdb') {
    throw new Refusal('DAMAGED', `${problem}; it is not cut there, as no server would load what is left`, name);
  }
  if (state === 'damaged' || !last) {
    const where = stateText({ state, report, last });
    const around = report.around === undefined ? '' : `; ${aroundText(report.around)}`;
    throw new Refusal('DAMAGED', `${where}${around}; --resync -o OUT ${name} writes a copy that steps over it`, name);
  }
  if (packed !== undefined) {
    throw new Refusal('WRONG_KIND', `is packed (${packed}), and cannot be cut; --resync -o OUT writes a copy`, name);
  }
}

/** A file of something else would be cut to nothing. One of zeros is what a crash leaves of a new log. */
function refuseOther({ file, report, problem }: Verdict): void {
  const { state, commands, rdbEnd, atNul } = report;
  if (state !== 'garbage' || commands > 0 || rdbEnd > 0 || atNul) return;
  throw new Refusal('WRONG_KIND', `is no append-only file: ${problem}`, file.name);
}

function refuseLoss(name: string, loss: number, { maxLoss = MAX_LOSS }: FixOptions): void {
  if (loss <= maxLoss) return;
  const limit = `more than ${countOf(maxLoss, 'byte')}; --max-loss allows it`;
  throw new Refusal('MAX_LOSS', `${countOf(loss, 'byte')} would be lost, ${limit}`, name);
}

async function confirm(question: string, what: string, file: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new Refusal('INVALID_ARGUMENT', `${what}; there is no terminal to ask on: --yes cuts without asking`, file);
  }
  if (!(await ask(question))) throw new Refusal('DECLINED', 'nothing was changed', file);
}

/** @returns as `cut` */
async function resync(log: LogFiles, options: FixOptions, { output, progress }: Job): Promise<Left | undefined> {
  if (log.manifest !== undefined) {
    throw new Refusal('INVALID_ARGUMENT', 'is a set; --resync takes one file of it, by its name', log.name);
  }
  const json = options.json ?? false;
  const [file] = log.files;
  const { name } = file!;
  const verdict = await judgeFile(file!, progress, { ...options, strictVersion: false, served: false });
  const { report } = verdict;
  if (report.state === 'rdb') throw new Refusal('DAMAGED', `${verdict.problem}; nothing behind it is read`, name);
  refuseOther(verdict);
  const { kept, lost } = soundOf(report);
  refuseLoss(
    name,
    lost.reduce((sum, { length }) => sum + length, 0),
    options,
  );
  const bytes = bytesOf(openFileBlocking(file!.path!).chunks, kept);
  const refused = await writeSound(bytes, output);
  for (const { offset, length, why } of lost) {
    reportWarning(name, 'LOST', `${countOf(length, 'byte')} lost${why}`, offset, json);
  }
  return refused === undefined ? undefined : { name, refused };
}
