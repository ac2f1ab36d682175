import type { Command } from 'commander';
import { RedisFileError } from '../../index.ts';
import { type CheckLogOptions, judgeFile, stateText, type Verdict } from '../aof-verdict.ts';
import { examples } from '../command.ts';
import { BAD_INPUT, CANNOT_READ, exitCodeOf, Refusal, Reported } from '../exit.ts';
import { type Job, type JobOptions, runJob } from '../job.ts';
import { findLog, isServed, type LogFiles } from '../log-files.ts';
import { type Output, writeText } from '../output.ts';
import { countOf, reportError, reportWarning, resultError } from '../report.ts';

export interface AofCheckOptions extends CheckLogOptions, Pick<JobOptions, 'progress'> {}

/** `aof check`: reads a log as a server loads it, and says what it would refuse. */
export function addAofCheck(group: Command): void {
  group
    .command('check')
    .description('read a log as a server loads it, and say what it would refuse and where')
    .argument('[path]', 'a log, a manifest, a directory of logs or of data, or - for standard input')
    .option('--strict-version', 'refuse an RDB of a version newer than known')
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .option('--json', 'write an object for each file and a summary, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
Of a set all files are read in the order in which a server loads them. A log that is torn at its end counts as damaged,
though servers with aof-load-truncated yes cut it and load it.
${examples('aof check appendonlydir && echo fine', 'aof check --json /var/lib/redis | jq .state', 'zcat log.aof.gz | rdb-aof aof check -')}`,
    )
    .exitOverride()
    .action(checkLogFiles);
}

async function checkLogFiles(path: string | undefined, options: AofCheckOptions): Promise<void> {
  await runJob(options, 1, true, (job) => {
    const log = findLog(path);
    return checkFiles(log, options, job, isServed(log, path));
  });
}

/**
 * Checks the files of a log.
 *
 * @param served as `isServed` says
 * @throws RedisFileError, Refusal, Reported where they are not all sound
 */
export async function checkFiles(
  log: LogFiles,
  options: CheckLogOptions,
  { output, progress }: Job,
  served: boolean,
): Promise<void> {
  const json = options.json ?? false;
  for (const note of log.notes) reportWarning(log.name, 'NOTE', note, undefined, json);
  const verdicts: Verdict[] = [];
  let time: number | undefined;
  let missing = 0;
  let code: number | undefined;
  for (const file of log.files) {
    if (file.missing) {
      missing++;
      reportError(
        new Refusal('MISSING_FILE', `${file.name} is listed and missing: a server does not start`, file.name),
        json,
      );
      code ??= BAD_INPUT;
      continue;
    }
    try {
      const verdict = await judgeFile(file, progress, { ...options, served, time });
      time = verdict.report.time;
      verdicts.push(verdict);
      await writeVerdict(verdict, output, json);
    } catch (error) {
      if (!RedisFileError.is(error)) throw error;
      error.context.file ??= file.name;
      const failed = exitCodeOf(error);
      // Of what cannot be read, nothing was found out.
      if (json && failed !== CANNOT_READ) {
        await writeText(output, `${JSON.stringify({ file: file.name, ok: false, error: resultError(error) })}\n`);
      }
      reportError(error, json);
      code = Math.max(code ?? 0, failed === CANNOT_READ ? CANNOT_READ : BAD_INPUT);
    }
  }
  const bad = verdicts.find(({ problem }) => problem !== undefined);
  await writeSummary(
    log,
    verdicts,
    { missing, ok: code === undefined && bad === undefined, allRead: code === undefined },
    output,
    json,
  );
  if (bad !== undefined) throw problemError(bad);
  if (code !== undefined) throw new Reported(code);
}

function problemError({ file, problem, report }: Verdict): Error {
  const { error } = report;
  if (error === undefined)
    return new Refusal(report.state === 'openMulti' ? 'OPEN_MULTI' : 'REFUSED', problem!, file.name);
  const { offset, context, code, cause } = error;
  const place = offset === undefined ? {} : { offset };
  return new RedisFileError(code, problem!, { ...place, cause, context: { ...context, file: file.name } });
}

async function writeVerdict(
  { file, report, keys, problem, loads, loadsCut }: Verdict,
  output: Output,
  json: boolean,
): Promise<void> {
  const { state, size, rdbEnd, validUpTo, commands, annotations, commandsAfter, openMulti, packed } = report;
  if (json) {
    const { findings, lost, around, openLine } = report;
    const after = {
      bytesAfter: state === 'rdb' ? undefined : size - validUpTo,
      commandsAfter,
      openMulti,
      openLine,
      lost,
      around,
    };
    const rdb = rdbEnd === 0 ? undefined : { end: rdbEnd, keys };
    const where = { file: file.name, ok: problem === undefined, state, last: file.last, packed, size, rdb };
    const error = report.error && {
      code: report.error.code,
      message: report.error.message,
      offset: report.error.offset,
    };
    const object = { ...where, commands, annotations, validUpTo, ...after, loads, loadsCut, problem, error, findings };
    await writeText(output, `${JSON.stringify(object)}\n`);
    return;
  }
  const rdb = rdbEnd === 0 ? '' : `, an RDB of ${countOf(keys, 'key')} up to byte ${rdbEnd}`;
  const counts = `${countOf(size, 'byte')}${rdb}, ${countOf(commands, 'command')}`;
  const verdict = problem === undefined ? 'OK' : !loads ? 'refused' : state === 'damaged' ? 'damaged' : 'not complete';
  const text = stateText({ state, report, last: file.last });
  const unpack = packed === undefined ? '' : `; packed (${packed}), which servers do not read before it is unpacked`;
  await writeText(output, `${file.name}: ${verdict}: ${counts}; ${text}${unpack}\n`);
}

async function writeSummary(
  { name, files, manifest }: LogFiles,
  verdicts: readonly Verdict[],
  { missing, ok, allRead }: { missing: number; ok: boolean; allRead: boolean },
  output: Output,
  json: boolean,
): Promise<void> {
  const sum = (of: (verdict: Verdict) => number): number => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const commands = sum(({ report }) => report.commands);
  const bytes = sum(({ report }) => report.size);
  const loads = ok || (allRead && verdicts.every((verdict) => verdict.loads));
  if (json) {
    const summary = { path: name, ok, loads, files: files.length, missing, bytes, commands };
    await writeText(output, `${JSON.stringify({ summary })}\n`);
  } else if (manifest !== undefined) {
    const damaged = verdicts.some(({ report }) => report.state === 'damaged');
    const verdict = ok ? 'OK' : !loads ? 'refused' : damaged ? 'damaged' : 'not complete';
    await writeText(
      output,
      `${name}: ${verdict}: ${countOf(files.length, 'file')}, ${countOf(bytes, 'byte')}, ${countOf(commands, 'command')}\n`,
    );
  }
}
