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

/**
 * Why a command ends where it is not one of the library's errors, as a stable string; README.md says what they mean.
 * What has the same meaning as an `ErrorCode` or the code of a warning has its name.
 */
export type RefusalCode =
  | 'INVALID_ARGUMENT'
  | 'EXISTS'
  | 'NO_DATA'
  | 'MISSING_FILE'
  | 'WRONG_KIND'
  | 'DAMAGED'
  | 'REFUSED'
  | 'OPEN_MULTI'
  | 'DUPLICATE_KEY'
  | 'DUPLICATE_ITEM'
  | 'BAD_LIBRARY'
  | 'CONFLICT'
  | 'UNASSIGNED_KEYS'
  | 'LOSSY'
  | 'MAX_LOSS'
  | 'NOT_FOUND'
  | 'CHANGED'
  | 'SCRIPT_FAILED'
  | 'DECLINED'
  | 'INPUT_FAILED';

/** Those of wrong usage. */
const USAGES: ReadonlySet<RefusalCode> = new Set(['INVALID_ARGUMENT', 'EXISTS']);

/** Ends a command with a message and an exit code. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** The file that it is about, which is said before the message unless that names it. */
  readonly file: string | undefined;
  readonly exitCode: number;

  constructor(code: RefusalCode, message: string, file?: string, exitCode?: number) {
    super(message);
    this.code = code;
    this.file = file;
    this.exitCode = exitCode ?? (USAGES.has(code) ? USAGE : BAD_INPUT);
  }
}

/** Ends a command whose errors were said already. */
export class Reported extends Refusal {
  constructor(exitCode: number) {
    super('INPUT_FAILED', 'an input failed', undefined, exitCode);
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
