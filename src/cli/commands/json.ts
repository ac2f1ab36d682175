import { type Command, Option } from 'commander';
import { type Escape, JsonWriter } from '../../inspect/index.ts';
import { TemporaryBytes } from '../../io/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS, SEVERAL } from '../command.ts';
import { addFilterOptions, type FilterOptions, RunFilter } from '../filters.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { JsonOutput } from '../json-output.ts';
import { reportFinding } from '../report.ts';
import { type CommonOptions, eachInput, scanInput } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';

interface JsonCommandOptions extends CommonOptions, FilterOptions, JobOptions {
  escape?: Escape;
}

/** `ndjson`: every key with its value, one object per line. */
export function addNdjson(root: Command): void {
  addJsonCommand(root, 'ndjson', 'write every key with its value as JSON, one object per line', 'lines', [
    'ndjson dump.rdb | jq -r .key',
    'ndjson --type hash --limit 10 dump.rdb',
    'ndjson --escape base64 -o dump.ndjson dump.rdb',
    'ndjson /var/lib/redis/appendonlydir',
  ]);
}

/** `json`: the same as one array. */
export function addJson(root: Command): void {
  addJsonCommand(root, 'json', 'write every key with its value as one JSON array', 'array', [
    'json -o dump.json dump.rdb',
    'json --key "user:*" --db 0 dump.rdb | jq length',
  ]);
}

function addJsonCommand(
  root: Command,
  name: string,
  description: string,
  form: 'lines' | 'array',
  lines: readonly string[],
): void {
  const command = addCommand(root, name, description, SEVERAL).addOption(
    new Option('--escape <form>', 'write every key, member, field and value in this form').choices([
      'base64',
      'hex',
      'latin1',
    ]),
  );
  addReplayOptions(addFilterOptions(addOutputOptions(command)))
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `${OF_LOGS}
${examples(...lines)}`,
    )
    .action((paths, options) => writeJson(paths, form, options));
}

async function writeJson(
  paths: readonly string[],
  form: 'lines' | 'array',
  options: JsonCommandOptions,
): Promise<void> {
  const filter = new RunFilter(options);
  let name: string | undefined;
  const writer = new JsonWriter({
    escape: options.escape ?? 'text',
    form,
    onFinding: (finding) => reportFinding(name ?? '', finding, options.json ?? false),
    spill: () => new TemporaryBytes(),
  });
  await runJob(options, paths.length, false, async ({ output: bytes, progress }) => {
    const output = new JsonOutput(bytes, writer, filter);
    try {
      await eachInput(paths, filter, options, async (path) => {
        try {
          const result = await scanInput(path, progress, options, (inputName) => {
            name = inputName;
            writer.nextFile();
            return {
              handler: filter.over(writer),
              scan: { afterChunk: ({ valueLength }) => output.afterChunk(valueLength) },
            };
          });
          refuseTrailing(result, options);
          return result;
        } catch (error) {
          // What was read before the damage is true and goes out; the half object does not.
          writer.breakOff();
          throw error;
        }
      });
      writer.finish();
    } finally {
      // Of inputs that cannot be opened nothing is written, not even the beginning of an array.
      if (name !== undefined) await output.end();
    }
  });
}
