import type { Command } from 'commander';
import { type FileInfo, InfoHandler } from '../../inspect/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS, SEVERAL } from '../command.ts';
import type { LogFacts } from '../dataset.ts';
import { addFilterOptions, type FilterOptions, RunFilter } from '../filters.ts';
import { addOutputOptions, type Job, type JobOptions, runJob } from '../job.ts';
import { writeText } from '../output.ts';
import { countOf, reportWarning } from '../report.ts';
import { type CommonOptions, eachInput, type ScannedInput, scanInput } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';

interface InfoOptions extends CommonOptions, FilterOptions, JobOptions {
  /** Read at most the first 64 KiB, as far as the first key. */
  header?: boolean;
}

const HEADER_BYTES = 1 << 16;

/** `info`: what files are and what is in them, without decoding values. */
export function addInfo(root: Command): void {
  const command = addCommand(
    root,
    'info',
    'say what a file is: family, version, aux fields, functions, keys by type, checksum state',
    SEVERAL,
  ).option('--header', 'read only what stands before the first key, at most 64 KiB');
  addReplayOptions(addFilterOptions(addOutputOptions(command)))
    .option('--json', 'write an object; strings have one character per byte. Errors and warnings as JSON too')
    .addHelpText(
      'after',
      `${OF_LOGS}
${examples('info dump.rdb', 'info --header --json backup.rdb.zst', 'info --key "user:*" -o users.txt *.rdb', 'info appendonlydir')}`,
    )
    .action(writeInfo);
}

/** Of several files, one object or text after the other. */
async function writeInfo(paths: readonly string[], options: InfoOptions): Promise<void> {
  const filter = new RunFilter(options);
  await runJob(options, paths.length, true, (job) =>
    eachInput(paths, filter, options, (path) => writeFileInfo(path, options, filter, job)),
  );
}

async function writeFileInfo(
  path: string | undefined,
  options: InfoOptions,
  filter: RunFilter,
  { output, progress }: Job,
): Promise<ScannedInput> {
  const handler = new InfoHandler();
  const containers: string[] = [];
  let bytes = 0;
  const result = await scanInput(path, progress, options, () => ({
    // The header ends at the first key, wanted or not.
    handler: options.header ? handler : filter.over(handler),
    scan: {
      onContainer: (kind) => containers.push(kind),
      onBytes: (count) => {
        bytes += count;
      },
      ...(options.header ? { enough: () => handler.headerDone || bytes >= HEADER_BYTES } : {}),
    },
  }));
  if (!options.header) refuseTrailing(result, options);
  const info = handler.info(result.scanner.family);
  const { log, name } = result;
  const complete = !options.header || handler.headerDone;
  if (!complete) {
    const message = `what stands before the first key is larger than ${HEADER_BYTES / 1024} KiB, and was not read to its end`;
    reportWarning(name, 'INCOMPLETE', message, undefined, options.json ?? false);
  }
  if (options.json) {
    const packed = containers.length > 0 ? { containers } : {};
    const counts = log !== undefined ? ofLog(info) : options.header ? headerOnly(info) : info;
    await writeText(
      output,
      `${JSON.stringify({ file: name, log, ...packed, ...counts, ...(complete ? {} : { complete }) }, undefined, 2)}\n`,
    );
  } else {
    const head = log === undefined ? rdbLines(name, info, containers, options.header ?? false) : [logLine(name, log)];
    await writeText(output, `${[...head, ...keyLines(info, options.header ?? false)].join('\n')}\n`);
  }
  return result;
}

/** Of a log, what says how its dataset was shown says nothing. */
function ofLog({ functions, keys, expires, dbs }: FileInfo): Partial<FileInfo> {
  return { functions, keys, expires, dbs };
}

function logLine(name: string, { files, commands, writer }: LogFacts): string {
  const by = writer === undefined ? '' : `, of ${writer}`;
  const parts = files === 1 ? '' : ` in ${countOf(files, 'file')}`;
  return `${name}: append-only file${by}, ${countOf(commands, 'command')}${parts}`;
}

/** With `--header` no key was counted, so no count is given. */
function headerOnly({ family, version, aux, functions, modules }: FileInfo): Partial<FileInfo> {
  return { family, version, aux, functions, modules };
}

function rdbLines(name: string, info: FileInfo, containers: string[], header: boolean): string[] {
  const packed = containers.length > 0 ? `, packed with ${containers.join(' and ')}` : '';
  const lines = [`${name}: RDB version ${info.version} (${info.family})${packed}`];
  const size = info.size === undefined ? '' : `, ${info.size} bytes`;
  if (!header) lines.push(`  checksum: ${info.checksum}${size}`);
  for (const [field, value] of Object.entries(info.aux)) lines.push(`  ${field}: ${printable(value)}`);
  return lines;
}

function keyLines(info: FileInfo, header: boolean): string[] {
  const lines: string[] = [];
  for (const { name: library, engine, code } of info.functions) {
    lines.push(`  function library ${library ?? '?'} (${engine ?? '?'}, ${code.length} bytes)`);
  }
  for (const { module, version, when } of info.modules) {
    lines.push(`  module ${module} version ${version}, data ${when === 1 ? 'before' : 'after'} the keys`);
  }
  if (info.hashTemplates > 0) lines.push(`  hash templates: ${info.hashTemplates}`);
  if (info.slotImports > 0) lines.push(`  slot imports under way: ${info.slotImports}`);
  if (!header) {
    lines.push(`  keys: ${info.keys}, of which ${info.expires} expire`);
    for (const { db, keys, expires, byType, byEncoding } of info.dbs) {
      lines.push(
        `  db ${db}: ${keys} keys, ${expires} expire`,
        `    types: ${counts(byType)}`,
        `    encodings: ${counts(byEncoding)}`,
      );
    }
  }
  return lines;
}

function counts(by: Record<string, number>): string {
  return Object.entries(by)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** Text of an aux field on one line. */
function printable(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : JSON.stringify(value);
}
