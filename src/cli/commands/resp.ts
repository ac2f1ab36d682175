import { type Command, Option } from 'commander';
import { CommandWriter, type Loss, TARGETS } from '../../log/index.ts';
import { refuseLoss } from '../../rdb/index.ts';
import { addCommand, addReplayOptions, examples, OF_LOGS, SEVERAL } from '../command.ts';
import { suggest } from '../completion/index.ts';
import { Refusal } from '../exit.ts';
import { addFilterOptions, type FilterOptions, RunFilter } from '../filters.ts';
import { addOutputOptions, type JobOptions, runJob } from '../job.ts';
import { quoteKey, reportFinding, reportWarning } from '../report.ts';
import { type CommonOptions, eachInput, scanInput } from '../scan.ts';
import { refuseTrailing } from '../trailing.ts';

interface RespCommandOptions extends CommonOptions, FilterOptions, JobOptions {
  target?: string;
  restore?: boolean;
  replace?: boolean;
  cluster?: boolean;
  duplicates?: boolean;
  allowLoss?: boolean;
}

/** Bytes that are worth writing. */
const FULL = 1 << 16;

/** `resp`: every key as the commands that build it, for `redis-cli --pipe`. */
export function addResp(root: Command): void {
  const command = addCommand(
    root,
    'resp',
    'write every key as the commands that build it, for redis-cli --pipe',
    SEVERAL,
  )
    .addOption(
      suggest(
        new Option(
          '--target <server>',
          'the oldest server they are for, such as redis:6.2 (default: for the keys of each file, the one that wrote it)',
        ),
        TARGETS,
      ),
    )
    .option('--restore', 'RESTORE with the values as they are stored, as far as the target knows them')
    .option('--replace', 'with --restore: replace keys that are there')
    .option('--cluster', 'one key in each command, as clusters need it')
    .option('--duplicates', 'look for keys that stand twice, and let the last one count; a tenth slower')
    .option('--allow-loss', 'leave out what the target cannot hold, with a warning, instead of ending there');
  addReplayOptions(addFilterOptions(addOutputOptions(command)))
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
Several files become one log, in their order. Commands add to what is there: where files have keys in common, use
--duplicates, or their values run into one another.${OF_LOGS}
${examples(
  'resp dump.rdb | redis-cli --pipe',
  'resp --restore --target redis:7.0 --key "user:*" -o users.resp dump.rdb',
  'resp --duplicates shard1.rdb shard2.rdb | redis-cli --pipe',
)}`,
    )
    .action(writeResp);
}

async function writeResp(paths: readonly string[], options: RespCommandOptions): Promise<void> {
  if (options.replace && !options.restore) {
    throw new Refusal('INVALID_ARGUMENT', '--replace is for --restore: other commands add to what is there');
  }
  const filter = new RunFilter(options);
  const json = options.json ?? false;
  let name = '';
  const writer = new CommandWriter({
    target: options.target,
    mode: options.restore ? 'restore' : 'commands',
    replace: options.replace ?? false,
    cluster: options.cluster ?? false,
    duplicates: options.duplicates ?? false,
    ...(options.now === undefined ? {} : { now: options.now }),
    onWarning: (code, message, offset, frame) => {
      const key = frame?.bytes.slice(frame.start, frame.end);
      reportFinding(name, { code, message, offset, db: frame?.db, key }, json);
    },
    ...(options.allowLoss ? { onLoss: (loss) => reportLoss(name, loss, json) } : {}),
  });
  await runJob(options, paths.length, false, ({ output, progress }) =>
    eachInput(paths, filter, options, async (path) => {
      if (writer.broken) {
        throw new Refusal('INPUT_FAILED', 'not read, as the last command of the input before broke off inside', path);
      }
      try {
        const result = await scanInput(path, progress, options, (inputName) => {
          name = inputName;
          return {
            handler: filter.over(writer),
            own: options.target === undefined,
            onLoss: options.allowLoss ? (loss) => reportLoss(name, loss, json) : refuseLoss,
            scan: {
              capture: options.restore ?? false,
              afterChunk: ({ valueLength }) => {
                // A key whose size may still rule it out stays, so that it can be taken back without a trace.
                if (filter.onTrial(valueLength) || writer.ready < FULL) return undefined;
                return output.write(writer.take());
              },
            },
          };
        });
        refuseTrailing(result, options);
        return result;
      } catch (error) {
        // What was read before the damage is true and goes out; half a key does not stay.
        writer.abandon();
        throw error;
      } finally {
        // Nothing waits for more of its kind in the next input, whose keys may have the same names.
        writer.finish();
        await output.write(writer.take());
      }
    }),
  );
}

/** Says what the target cannot hold. */
function reportLoss(file: string, { message, offset, db, key }: Loss, json: boolean): void {
  const of = key === undefined ? '' : `: db ${db}, key ${quoteKey(key)}`;
  reportWarning(file, 'LOSSY', `${message}${of}`, offset, json);
}
