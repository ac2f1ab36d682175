import type { Command } from 'commander';
import { KeyLister } from '../../inspect/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS, SEVERAL } from '../command.ts';
import { addFilterOptions, type FilterOptions, RunFilter } from '../filters.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { type CommonOptions, eachInput, scanInput } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';

interface KeysOptions extends CommonOptions, FilterOptions, JobOptions {
  /** Names as they are, each followed by a zero byte. */
  '0'?: boolean;
}

/** `keys`: the names of keys, without decoding a value. */
export function addKeys(root: Command): void {
  const command = addCommand(root, 'keys', 'write the names of keys, one per line', SEVERAL).option(
    '-0',
    'write names as they are, each followed by a zero byte',
  );
  addReplayOptions(addFilterOptions(addOutputOptions(command)))
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
A name with control bytes or a backslash, or that begins with a quote, is written as "..." with \\xHH.${OF_LOGS}
${examples(
  'keys dump.rdb | wc -l',
  'keys --type hash --ttl none -o hashes.txt dump.rdb',
  'keys -0 --key "session:*" dump.rdb | xargs -0 redis-cli UNLINK',
)}`,
    )
    .action(writeKeys);
}

async function writeKeys(paths: readonly string[], options: KeysOptions): Promise<void> {
  const filter = new RunFilter(options);
  const lister = new KeyLister(options['0'] ?? false);
  await runJob(options, paths.length, false, async ({ output, progress }) => {
    try {
      await eachInput(paths, filter, options, async (path) => {
        const result = await scanInput(path, progress, options, () => ({
          handler: filter.over(lister),
          scan: { afterChunk: () => (lister.full ? output.write(lister.take()) : undefined) },
        }));
        refuseTrailing(result, options);
        return result;
      });
    } finally {
      // What was read before the damage is true.
      await output.write(lister.take());
    }
  });
}
