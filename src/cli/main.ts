import { CommanderError } from 'commander';
import { OK, Refusal, USAGE } from './exit.ts';
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
    await program(json).parseAsync([...argv]);
    return OK;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, json);
    // Asking for help or the version is no error.
    if (error.exitCode === 0) return OK;
    // Commander has said what is wrong, but for who wants objects.
    if (json)
      reportError(new Refusal('INVALID_ARGUMENT', error.message.replace(/^error: /, '').replaceAll('\n', ' ')), true);
    return USAGE;
  }
}
