import { CommanderError } from 'commander';
import { OK, USAGE } from './exit.ts';
import { watchEnd } from './interrupt.ts';
import { program } from './program.ts';
import { reportError } from './report.ts';

/**
 * Runs the command line.
 *
 * @param argv as in `process.argv`
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  watchEnd();
  // Messages that nobody reads change nothing about the result.
  process.stderr.on('error', () => undefined);
  const json = argv.includes('--json');
  try {
    await program().parseAsync([...argv]);
    return OK;
  } catch (error) {
    // Commander has said what is wrong; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    return reportError(error, json);
  }
}
