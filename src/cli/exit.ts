import { RedisFileError } from '../index.ts';

/** What the process ends with. */
export const OK = 0;
/** The input is damaged, truncated or different. */
export const BAD_INPUT = 1;
/** Wrong usage. */
export const USAGE = 2;
/** A file cannot be read or written. */
export const CANNOT_READ = 3;
/** A bug of ours. */
export const BUG = 70;

/** Ends a command with a message and an exit code. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends a command whose errors were said already. */
export class Reported extends Refusal {
  constructor(exitCode: number) {
    super(exitCode, 'an input failed');
  }
}

/** Ends a command that gave up its output file; the cause says why. */
export class NotWritten extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`nothing was written to ${path}`, { cause });
    this.path = path;
  }
}

/** The exit code that an error leads to. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof NotWritten) return exitCodeOf(error.cause);
  if (error instanceof Refusal) return error.exitCode;
  if (!RedisFileError.is(error)) return BUG;
  if (error.code === 'IO') return CANNOT_READ;
  return error.code === 'INVALID_ARGUMENT' ? USAGE : BAD_INPUT;
}
