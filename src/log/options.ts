import { type Choices, checkChoices, checkFunctions, checkObject, checkTime } from '../bytes/index.ts';
import type { Loss } from '../rdb/index.ts';
import type { Caps } from './caps.ts';

/** How records become commands. */
export interface CommandOptions {
  /**
   * The oldest server that the commands are for: `redis:2.6` to `redis:8.10`, `valkey:7.2` to `valkey:9.1` (`TARGETS`
   * has them all). By default the one that wrote the file, and for records that tell none (a replayed log) one that has
   * what is needed.
   */
  target?: string;
  /**
   * `commands` (default): those that build the value.
   *
   * `mixed`: RESTORE with the value as the target would store it, where that is shorter than its commands, or keeps what
   * they lose (times of consumers among it). For records of any level. Values whose commands are above 16 MiB leave as
   * commands.
   *
   * `restore`: RESTORE with the value as it is stored, which keeps encodings, idle times and times of consumers too and
   * is shorter for most; for records read with `values: 'raw'`. What the target does not know in that form, and values
   * above 16 MiB, leave as commands.
   */
  mode?: 'commands' | 'mixed' | 'restore';
  /** Write RESTORE with REPLACE, over keys that are there already. */
  replace?: boolean;
  /** Commands for a cluster: each has one key. */
  cluster?: boolean;
  /**
   * Look for keys that stand twice in a database, and let the last one count. No server loads such a file; without this
   * the commands of both would run into one value. It takes 32 MB for three million keys, beyond which it looks no more,
   * and a tenth of the time.
   */
  duplicates?: boolean;
  /** Unix time in ms before which fields are gone where the target has no times for them: the present by default. */
  now?: number;
  /** How large a command may become. */
  caps?: Partial<Caps>;
  /** Takes what the target cannot hold; without it the first such thing is an error with the code `LOSSY`. */
  onLoss?: (loss: Loss) => void;
}

const CHOICES: Choices = {
  mode: ['commands', 'mixed', 'restore'],
  replace: [true, false],
  cluster: [true, false],
  duplicates: [true, false],
};

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkCommandOptions(options: CommandOptions): void {
  checkObject(options);
  checkChoices(options, CHOICES);
  checkFunctions(options, 'onLoss');
  checkTime(options, 'now');
}
