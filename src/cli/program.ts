import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAof } from './commands/aof.ts';
import { addCheck } from './commands/check.ts';
import { addCompletion } from './commands/completion.ts';
import { addConvert } from './commands/convert.ts';
import { addInfo } from './commands/info.ts';
import { addJson, addNdjson } from './commands/json.ts';
import { addKeys } from './commands/keys.ts';
import { addResp } from './commands/resp.ts';
import { addRewrite } from './commands/rewrite.ts';
import { addSplit } from './commands/split.ts';
import { standardOutput } from './output.ts';

/**
 * The command line: everything that it understands.
 *
 * @param quiet says nothing about wrong usage, which the error that is thrown tells, too
 */
export function program(quiet: boolean = false): Command {
  const root = new Command('rdb-aof')
    .description('Reads and writes Redis and Valkey persistence files (RDB dumps), without a server.')
    .version(manifest.version)
    .helpCommand(true)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => {
        standardOutput();
        process.stdout.write(text);
      },
      // A line as those of all other errors.
      outputError: (text, write) => write(`rdb-aof: ${text.trimEnd().replaceAll('\n', ' ')}\n`),
      ...(quiet ? { writeErr: () => undefined } : {}),
    })
    .showHelpAfterError('(--help shows the usage)')
    .addHelpText(
      'after',
      `
Inputs are files, or - for standard input. They are told by their content; gzip, zstd and LZ4 are unpacked.
A file named by --output appears when it is complete, and not at all where something fails. One that is there is
replaced only with --force.
Exit codes: 0 fine; 1 damaged, truncated or refused; 2 wrong usage, or the output is there already; 3 cannot be read or
written; 129, 130 and 143 interrupted.

Examples:
  $ rdb-aof info dump.rdb
  $ rdb-aof ndjson dump.rdb | jq -r .key
  $ rdb-aof json -o dump.json dump.rdb
  $ zcat dump.rdb.gz | rdb-aof check -`,
    );
  for (const add of [
    addInfo,
    addKeys,
    addNdjson,
    addJson,
    addResp,
    addCheck,
    addConvert,
    addSplit,
    addRewrite,
    addAof,
    addCompletion,
  ])
    add(root);
  return root;
}
