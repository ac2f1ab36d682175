import type { Command } from 'commander';
import { CheckHandler } from '../../inspect/index.ts';
import { addCommand, examples, SEVERAL } from '../command.ts';
import { type FoundRdb, findDataset } from '../dataset.ts';
import { BAD_INPUT, exitCodeOf, Refusal } from '../exit.ts';
import { STDIN } from '../input.ts';
import { type Job, type JobOptions, runJob } from '../job.ts';
import { isServed } from '../log-files.ts';
import { writeText } from '../output.ts';
import { reportFinding, resultError } from '../report.ts';
import { type CommonOptions, eachPath, type ScannedInput, scanRdb } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';
import { checkFiles } from './aof-check.ts';

interface CheckOptions extends CommonOptions, Pick<JobOptions, 'progress'> {}

/** `check`: decodes everything, verifies everything, and says where and why it stops. */
export function addCheck(root: Command): void {
  addCommand(
    root,
    'check',
    'read all, verify all, and say where and why it stops; of an append-only file as aof check does',
    SEVERAL,
  )
    .option('--json', 'write an object for each file that can be read, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
With --json the object of a file that is not sound has "ok": false and the error, which stands on standard error too. Of a
log they are those of aof check.
${examples('check dump.rdb && echo fine', 'check --json backups/*.rdb.gz', 'zcat dump.rdb.gz | rdb-aof check -')}`,
    )
    .action(checkAll);
}

async function checkAll(paths: readonly string[], options: CheckOptions): Promise<void> {
  const json = options.json ?? false;
  await runJob(options, paths.length, true, (job) => eachPath(paths, json, (path) => check(path, options, job)));
}

async function check(path: string | undefined, options: CheckOptions, job: Job): Promise<void> {
  const found = await orResult(path, options, job, () => findDataset(path, options));
  if (found.kind === 'log') await checkFiles(found.files, options, job, isServed(found.files, path));
  else await checkRdb(found, options, job);
}

/** Does a part of a check; where the file fails it, that is a result too. */
async function orResult<T>(
  path: string | undefined,
  { json }: CheckOptions,
  { output }: Job,
  part: () => Promise<T>,
  known: () => object = () => ({}),
): Promise<T> {
  try {
    return await part();
  } catch (error) {
    // Of what cannot be read, nothing was found out.
    if (json && exitCodeOf(error) === BAD_INPUT) {
      const file = path === undefined || path === '-' ? STDIN : path;
      await writeText(output, `${JSON.stringify({ file, ok: false, ...known(), error: resultError(error) })}\n`);
    }
    throw error;
  }
}

async function checkRdb(found: FoundRdb, options: CheckOptions, job: Job): Promise<void> {
  let handler: CheckHandler | undefined;
  let result: ScannedInput | undefined;
  const facts = (): object => ({
    family: result?.scanner.family,
    version: result?.scanner.version,
    keys: handler?.keys,
    size: result?.scanner.offset,
    checksum: result && checksumOf(handler),
    comparedKeys: handler?.comparedKeys,
  });
  const read = async (): Promise<ScannedInput> => {
    result = await scanRdb(found, job.progress, options, (name) => {
      handler = new CheckHandler((finding) => reportFinding(name, finding, options.json ?? false));
      return { handler, scan: { thorough: true } };
    });
    refuseTrailing(result, options);
    const { refused } = handler!;
    if (refused !== undefined) throw new Refusal(refused.code, refused.message, result.name);
    return result;
  };
  const { name, scanner } = await orResult(found.path, options, job, read, facts);
  const { output } = job;
  if (options.json) {
    await writeText(output, `${JSON.stringify({ file: name, ok: true, ...facts() })}\n`);
    return;
  }
  const { keys, comparedKeys } = handler!;
  const compared = comparedKeys === undefined ? '' : `, duplicates looked for among the first ${comparedKeys} keys`;
  const sum = checksumOf(handler) === 'verified' ? 'checksum verified' : 'without a checksum';
  await writeText(
    output,
    `${name}: OK: RDB version ${scanner.version} (${scanner.family}), ${keys} keys, ${scanner.offset} bytes, ${sum}${compared}\n`,
  );
}

function checksumOf(handler: CheckHandler | undefined): string {
  return handler?.eof?.checksum ?? 'absent';
}
