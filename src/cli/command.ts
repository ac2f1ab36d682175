import { type Command, Option } from 'commander';
import { replayOptions } from './replaying.ts';

/** What a command says of its inputs. */
const ONE = 'an RDB or append-only file, the directory of a log or of data, or - for standard input';
/** The same where it takes more than one. */
export const SEVERAL =
  'RDB and append-only files, directories of logs or of data, one after the other, or - for standard input';

/** A subcommand that reads RDB files and logs, with what all of them have. */
export function addCommand(root: Command, name: string, description: string, several?: string): Command {
  return root
    .command(name)
    .description(description)
    .argument(several === undefined ? '[file]' : '[files...]', several ?? ONE)
    .addOption(
      new Option(
        '--as <kind>',
        'rdb: leave out what stands behind the end of the RDB; aof: commands follow on it',
      ).choices(['rdb', 'aof']),
    )
    .option('--strict-version', 'refuse files of a version newer than known')
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride();
}

/** Gives a command that shows datasets the options that say how a log is replayed. */
export function addReplayOptions(command: Command): Command {
  for (const option of replayOptions()) command.addOption(option);
  return command;
}

/** What the help of such a command says of logs. */
export const OF_LOGS = `
Of an append-only file the dataset is shown that it replays to, which is held in memory; encodings and sizes are then those
that its values have in an RDB file.`;

/** The last part of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line.includes('rdb-aof ') ? '' : 'rdb-aof '}${line}`).join('\n')}`;
}
