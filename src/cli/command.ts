import { type Command, Option } from 'commander';

/** What a command says of its inputs, where it takes more than one. */
export const SEVERAL = 'files, read one after the other, or - for standard input';

/** A subcommand that reads RDB files, with what all of them have. */
export function addCommand(root: Command, name: string, description: string, several?: string): Command {
  return root
    .command(name)
    .description(description)
    .argument(several === undefined ? '[file]' : '[files...]', several ?? 'a file, or - for standard input')
    .addOption(new Option('--as <kind>', 'rdb: leave out what stands behind the end of the RDB').choices(['rdb']))
    .option('--strict-version', 'refuse files of a version newer than known')
    .option('--no-progress', 'never show on the terminal how far a long job is')
    .exitOverride();
}

/** The last part of a command's help. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line.includes('rdb-aof ') ? '' : 'rdb-aof '}${line}`).join('\n')}`;
}
