import type { Command } from 'commander';
import { CheckHandler } from '../../inspect/index.ts';
import { addCommand, examples, SEVERAL } from '../command.ts';
import { type FoundRdb, findDataset } from '../dataset.ts';
import { BAD_INPUT, Refusal } from '../exit.ts';
import { type Job, type JobOptions, runJob } from '../job.ts';
import { isServed } from '../log-files.ts';
import { writeText } from '../output.ts';
import { reportFinding } from '../report.ts';
import { type CommonOptions, eachPath, scanRdb } from '../scan.ts';
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
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      examples('check dump.rdb && echo fine', 'check --json backups/*.rdb.gz', 'zcat dump.rdb.gz | rdb-aof check -'),
    )
    .action(checkAll);
}

async function checkAll(paths: readonly string[], options: CheckOptions): Promise<void> {
  const json = options.json ?? false;
  await runJob(options, paths.length, true, (job) => eachPath(paths, json, (path) => check(path, options, job)));
}

async function check(path: string | undefined, options: CheckOptions, job: Job): Promise<void> {
  const found = await findDataset(path, options);
  if (found.kind === 'log') await checkFiles(found.files, options, job, isServed(found.files, path));
  else await checkRdb(found, options, job);
}

async function checkRdb(found: FoundRdb, options: CheckOptions, { output, progress }: Job): Promise<void> {
  let handler!: CheckHandler;
  const result = await scanRdb(found, progress, options, (name) => {
    handler = new CheckHandler((finding) => reportFinding(name, finding, options.json ?? false));
    return { handler, scan: { thorough: true } };
  });
  refuseTrailing(result, options);
  const { name, scanner } = result;
  const { keys, refused, comparedKeys } = handler;
  if (refused !== undefined) throw new Refusal(BAD_INPUT, `${name}: ${refused}`);
  const checksum = handler.eof?.checksum ?? 'absent';
  if (options.json) {
    const { version, family } = scanner;
    await writeText(
      output,
      `${JSON.stringify({ file: name, ok: true, family, version, keys, size: scanner.offset, checksum, comparedKeys })}\n`,
    );
    return;
  }
  const compared = comparedKeys === undefined ? '' : `, duplicates looked for among the first ${comparedKeys} keys`;
  const sum = checksum === 'verified' ? 'checksum verified' : 'without a checksum';
  await writeText(
    output,
    `${name}: OK: RDB version ${scanner.version} (${scanner.family}), ${keys} keys, ${scanner.offset} bytes, ${sum}${compared}\n`,
  );
}
