import type { Command } from 'commander';
import { CheckHandler } from '../../inspect/index.ts';
import { addCommand, examples, SEVERAL } from '../command.ts';
import { BAD_INPUT, Refusal } from '../exit.ts';
import { RunFilter } from '../filters.ts';
import { type Job, type JobOptions, runJob } from '../job.ts';
import { writeText } from '../output.ts';
import { reportFinding } from '../report.ts';
import { type CommonOptions, eachInput, refuseTrailing, type ScannedInput, scanInput } from '../scan.ts';

interface CheckOptions extends CommonOptions, Pick<JobOptions, 'progress'> {}

/** `check`: decodes everything, verifies everything, and says where and why it stops. */
export function addCheck(root: Command): void {
  addCommand(root, 'check', 'read all, verify all, and say where and why it stops', SEVERAL)
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .addHelpText(
      'after',
      examples('check dump.rdb && echo fine', 'check --json backups/*.rdb.gz', 'zcat dump.rdb.gz | rdb-aof check -'),
    )
    .action(checkAll);
}

async function checkAll(paths: readonly string[], options: CheckOptions): Promise<void> {
  const everything = new RunFilter({});
  await runJob(options, paths.length, true, (job) =>
    eachInput(paths, everything, options, (path) => check(path, options, job)),
  );
}

async function check(
  path: string | undefined,
  options: CheckOptions,
  { output, progress }: Job,
): Promise<ScannedInput> {
  let handler!: CheckHandler;
  const result = await scanInput(path, progress, options, (name) => {
    handler = new CheckHandler((finding) => reportFinding(name, finding, options.json ?? false));
    return { handler };
  });
  refuseTrailing(result, options);
  const { name, scanner } = result;
  const { keys, duplicateKeys, comparedKeys } = handler;
  if (duplicateKeys > 0) {
    throw new Refusal(
      BAD_INPUT,
      `${name}: ${duplicateKeys} keys stand twice in their database; a server refuses to load it`,
    );
  }
  const checksum = handler.eof?.checksum ?? 'absent';
  if (options.json) {
    const { version, family } = scanner;
    await writeText(
      output,
      `${JSON.stringify({ file: name, ok: true, family, version, keys, size: scanner.offset, checksum, comparedKeys })}\n`,
    );
    return result;
  }
  const compared = comparedKeys === undefined ? '' : `, duplicates looked for among the first ${comparedKeys} keys`;
  const sum = checksum === 'verified' ? 'checksum verified' : 'without a checksum';
  await writeText(
    output,
    `${name}: OK: RDB version ${scanner.version} (${scanner.family}), ${keys} keys, ${scanner.offset} bytes, ${sum}${compared}\n`,
  );
  return result;
}
