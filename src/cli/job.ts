import { type Command, InvalidArgumentError } from 'commander';
import { RedisFileError } from '../index.ts';
import { NotWritten, Refusal, Reported } from './exit.ts';
import { type Output, type OutputOptions, openOutput } from './output.ts';
import { Progress } from './progress.ts';

/** What a command works with while it runs. */
export interface Job {
  output: Output;
  progress: Progress;
}

export interface JobOptions extends OutputOptions {
  /** False: `--no-progress`. */
  progress?: boolean;
}

/** Gives a command the options that say where its result goes. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('-o, --output <file>', 'write to a file, which appears when it is complete', parsePath)
    .option('--force', 'let --output replace a file that is there');
}

function parsePath(path: string): string {
  if (path === '') throw new InvalidArgumentError('expected the name of a file, found nothing');
  return path;
}

/**
 * Opens the output, runs a command, and brings what it wrote to its place. Where the command fails, no file appears.
 *
 * @param inputs how many there are
 * @param atEnd the result is written when all is read, so that progress may be shown on the same terminal before
 * @param open opens the output, where it is another one than the options of all commands say
 * @returns what the command returns
 */
export async function runJob<T>(
  options: JobOptions,
  inputs: number,
  atEnd: boolean,
  work: (job: Job) => Promise<T>,
  open: (options: JobOptions) => Output | Promise<Output> = openOutput,
): Promise<T> {
  const output = await open(options);
  const progress = new Progress(inputs);
  if (options.progress !== false && hasReader() && (atEnd || !output.onTerminal)) progress.start();
  try {
    const result = await work({ output, progress });
    progress.end();
    await output.commit();
    return result;
  } catch (error) {
    progress.end();
    output.abandon();
    throw output.path === undefined ? error : giveUp(output.path, error);
  }
}

/** Somebody sees the progress, on a terminal that can move its cursor. */
function hasReader(): boolean {
  const { CI, TERM } = process.env;
  const automatic = CI !== undefined && CI !== '' && CI !== 'false';
  return process.stderr.isTTY && TERM !== 'dumb' && !automatic;
}

/** Adds to an error that the file is not there. */
function giveUp(path: string, error: unknown): unknown {
  // These errors were said already, each by itself.
  if (error instanceof Reported) {
    return new NotWritten(path, new Refusal('INPUT_FAILED', 'an input failed', undefined, error.exitCode));
  }
  // Its own failure says so.
  if (RedisFileError.is(error) && error.code === 'IO' && error.context.file === path) return error;
  return new NotWritten(path, error);
}
