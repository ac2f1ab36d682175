import { type Choices, checkChoices, checkIntegers, checkText } from '../bytes/index.ts';
import { checkOptions, type RdbOptions } from '../rdb/index.ts';

/**
 * How an append-only file is read. What concerns the RDB that it may begin with has the names of `RdbOptions`.
 * Everything has a default; flags are off.
 */
export interface AofOptions extends Omit<RdbOptions, 'onError'> {
  /**
   * Read what servers load, not only what they write: numbers with blanks, signs or junk behind them, bare LF, any two
   * bytes behind an argument. Negative lengths are refused all the same.
   */
  tolerant?: boolean;
  /** Largest argument in bytes: 512 MiB by default, which is what a server takes. */
  maxArgumentBytes?: number;
  /** Largest command in bytes, with 64 counted for each argument besides its length: 1 GiB by default. */
  maxCommandBytes?: number;
  /**
   * How many databases the server has (`databases` in redis.conf, 16 by default there): a SELECT of any other is an error to
   * it and changes nothing. By default every index counts.
   */
  databases?: number;
  /** What damage does: `throw` (default), or `stop`, which ends the records with a `warning` and without `eof`. */
  onError?: 'throw' | 'stop';
  /** Name of the file, for `fileStart` and the context of errors. */
  file?: string;
}

const CHOICES: Choices = { tolerant: [true, false], onError: ['throw', 'stop'] };

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkAofOptions(options: AofOptions): void {
  checkOptions(options as RdbOptions);
  checkChoices(options, CHOICES);
  checkIntegers(options, 1, 'maxArgumentBytes', 'maxCommandBytes', 'databases');
  checkText(options, 'file');
}
