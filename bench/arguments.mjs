/** What the two commands have in common about their arguments. */

/** The arguments are wrong; the message says how. */
export class UsageError extends Error {}

/**
 * The number behind an option.
 *
 * @param {string} option
 * @param {string} text
 */
export function positive(option, text) {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`${option} needs a number above 0, not ${text}`);
  return value;
}

/** Progress, which is no result. @param {string} message */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/**
 * Runs a command; wrong usage ends it with exit code 2.
 *
 * @param {(args: string[]) => Promise<void>} command
 */
export async function runCommand(command) {
  try {
    await command(process.argv.slice(2));
  } catch (error) {
    const wrongUsage =
      error instanceof UsageError ||
      (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    if (!wrongUsage) throw error;
    say(`${error.message}\n(--help shows the usage)`);
    process.exitCode = 2;
  }
}
