import { type Choices, checkChoices, checkIntegers, checkObject, type StringMode } from '../bytes/index.ts';
import type { Family, Level } from './records.ts';

/** How an RDB file is read. Everything has a default; flags are off. */
export interface RdbOptions {
  /**
   * How deep values are read: `skip` not at all (for lists of keys), `raw` as stored bytes, `structure` as packed
   * blobs and nodes, `data` (default) as what users mean.
   */
  values?: Level;
  /** How strings are handed out: as bytes (default), or decoded as `utf8` or `latin1` (one character per byte). */
  strings?: StringMode;
  /**
   * Byte fields are views on the input chunk instead of copies: faster for who is done with a batch before asking for
   * the next, and a waste of memory for who keeps them, as each keeps its whole chunk alive.
   */
  views?: boolean;
  /** Compute the CRC64 and compare it at the end (`verify`, default), or not. */
  checksum?: 'verify' | 'ignore';
  /** What happens to a value above `maxValueBytes`: an `error` (default), or it arrives in `pieces`. */
  large?: 'error' | 'pieces';
  /**
   * Largest value in bytes that is held: 64 MiB by default. With `large: 'pieces'` it is 1 MiB, with 200 bytes counted
   * for each string besides its length, as that is what holding it takes. Names (of keys, groups, aux fields) and the
   * source of functions are held up to 64 MiB in any case.
   */
  maxValueBytes?: number;
  /** Refuse files of a version above the newest known one; by default they are tried. */
  strictVersion?: boolean;
  /** Whose file it is, against what its magic and aux fields say. */
  family?: Family;
  /**
   * What damage does: `throw` (default); `skip` a value whose content is damaged but whose end is known, with a
   * `warning` record in its place; or `stop`, which ends the records with a `warning` and without `eof`.
   */
  onError?: 'throw' | 'skip' | 'stop';
}

const MIB = 1 << 20;

/** The largest value that is held where the caller names none. */
export function defaultLimit(options: RdbOptions): number {
  return options.maxValueBytes ?? (options.large === 'pieces' ? MIB : 64 * MIB);
}

const CHOICES: Choices = {
  values: ['skip', 'raw', 'structure', 'data'],
  strings: ['bytes', 'utf8', 'latin1'],
  views: [true, false],
  checksum: ['verify', 'ignore'],
  large: ['error', 'pieces'],
  strictVersion: [true, false],
  family: ['redis', 'valkey', 'dragonfly'],
  onError: ['throw', 'skip', 'stop'],
};

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkOptions(options: RdbOptions): void {
  checkObject(options);
  checkChoices(options, CHOICES);
  checkIntegers(options, 1, 'maxValueBytes');
}
