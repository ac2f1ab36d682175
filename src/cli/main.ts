import { Command, CommanderError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { check } from './check.ts';
import { OK, USAGE } from './exit.ts';
import { addFilterOptions } from './filters.ts';
import { writeInfo } from './info.ts';
import { writeKeys } from './keys.ts';
import { writeJson } from './ndjson.ts';
import { settleOutputs, watchOutputs } from './output.ts';
import { reportError } from './report.ts';
import { writeResp } from './resp.ts';

/** Signals that end the process, with the exit code that says so. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the command line.
 *
 * @param argv as in `process.argv`
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => process.exit(code));
  watchOutputs();
  const json = argv.includes('--json');
  try {
    await program().parseAsync([...argv]);
    await settleOutputs();
    return OK;
  } catch (error) {
    // Commander has said what is wrong; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    return reportError(error, json);
  }
}

function program(): Command {
  const root = new Command('rdb-aof')
    .description('Reads Redis and Valkey persistence files (RDB dumps), without a server.')
    .version(manifest.version)
    .helpCommand(true)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows the usage)')
    .addHelpText(
      'after',
      `
Inputs are files, or - for standard input. They are told by their content; gzip, zstd and LZ4 are unpacked.
Exit codes: 0 fine; 1 damaged, truncated or refused; 2 wrong usage; 3 cannot be read or written.

Examples:
  $ rdb-aof info dump.rdb
  $ rdb-aof ndjson dump.rdb | jq -r .key
  $ zcat dump.rdb.gz | rdb-aof check -`,
    );
  // Without a command there is nothing to do: the help is the answer, and it was wrong usage.
  root.action(() => {
    root.outputHelp({ error: true });
    throw new CommanderError(USAGE, 'rdb-aof.usage', '');
  });

  addFilterOptions(
    command(
      root,
      'info',
      'say what a file is: family, version, aux fields, functions, keys by type, checksum state',
      SEVERAL,
    ),
  )
    .option('--header', 'read only what stands before the first key, at most 64 KiB')
    .option('--json', 'write an object; strings have one character per byte')
    .addHelpText('after', examples('info dump.rdb', 'info --header --json backup.rdb.zst', 'info --key "user:*" *.rdb'))
    .action(writeInfo);
  addFilterOptions(command(root, 'keys', 'write the names of keys, one per line', SEVERAL))
    .option('-0', 'write names as they are, each followed by a zero byte')
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      `
A name with control bytes or a backslash, or that begins with a quote, is written as "..." with \\xHH.
${examples('keys dump.rdb | wc -l', 'keys --type hash --ttl none dump.rdb', 'keys -0 dump.rdb | xargs -0 redis-cli UNLINK')}`,
    )
    .action(writeKeys);
  addFilterOptions(command(root, 'ndjson', 'write every key with its value as JSON, one object per line', SEVERAL))
    .addOption(escapeOption())
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText('after', examples('ndjson dump.rdb > dump.ndjson', 'ndjson --escape base64 --limit 1 dump.rdb'))
    .action((paths, options) => writeJson(paths, 'lines', options));
  addFilterOptions(command(root, 'json', 'write every key with its value as one JSON array', SEVERAL))
    .addOption(escapeOption())
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText('after', examples('json dump.rdb > dump.json'))
    .action((paths, options) => writeJson(paths, 'array', options));
  addFilterOptions(command(root, 'resp', 'write every key as the commands that build it, for redis-cli --pipe'))
    .option(
      '--target <server>',
      'the oldest server they are for, such as redis:6.2 (default: the one that wrote the file)',
    )
    .option('--restore', 'RESTORE with the values as they are stored, as far as the target knows them')
    .option('--replace', 'let RESTORE replace keys that are there')
    .option('--cluster', 'one key in each command, as clusters need it')
    .option('--duplicates', 'look for keys that stand twice, and let the last one count; a tenth slower')
    .option('--allow-loss', 'leave out what the target cannot hold, with a warning, instead of ending there')
    .option('--json', 'write errors and warnings as JSON objects')
    .addHelpText(
      'after',
      examples(
        'resp dump.rdb | redis-cli --pipe',
        'resp --restore --target redis:7.0 --key "user:*" dump.rdb > users.resp',
      ),
    )
    .action(writeResp);
  command(root, 'check', 'read all, verify all, and say where and why it stops')
    .option('--json', 'write the result, errors and warnings as JSON objects')
    .addHelpText('after', examples('check dump.rdb && echo fine'))
    .action(check);
  return root;
}

/** What a command says of its inputs, where it takes more than one. */
const SEVERAL = 'files, read one after the other, or - for standard input';

/** A subcommand with what all of them have. */
function command(root: Command, name: string, description: string, several?: string): Command {
  return root
    .command(name)
    .description(description)
    .argument(several === undefined ? '[file]' : '[files...]', several ?? 'a file, or - for standard input')
    .addOption(new Option('--as <kind>', 'rdb: leave out what stands behind the end of the RDB').choices(['rdb']))
    .option('--strict-version', 'refuse files of a version newer than known')
    .exitOverride();
}

function escapeOption(): Option {
  return new Option('--escape <form>', 'write every key, member, field and value in this form').choices([
    'base64',
    'hex',
    'latin1',
  ]);
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ rdb-aof ${line}`).join('\n')}`;
}
