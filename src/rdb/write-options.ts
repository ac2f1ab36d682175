import { RedisFileError } from '../errors.ts';
import type { ScanFrame } from './handler.ts';
import type { Loss } from './loss.ts';
import type { WarningCode } from './records.ts';
import type { Spill } from './spill.ts';
import type { Thresholds } from './thresholds.ts';

/** Options of everything that writes values. */
export interface EncodeOptions {
  /**
   * Whom it is for: a server (`redis:2.6` to `redis:8.10`, `valkey:7.2` to `valkey:9.1`, a patch release behind it or
   * not) or a version of the format (`rdb:6` to `rdb:15`, `rdb:80`). What is written is what that server would save.
   */
  target?: string;
  /** Up to where values are packed, by the names of redis.conf; as the target has it by default. */
  thresholds?: Thresholds;
  /** Pack strings with LZF where that makes them shorter (`rdbcompression`); true by default. */
  compression?: boolean;
  /** Takes what the target cannot hold, and writing goes on without it; by default the first such thing is an error with the code `LOSSY`. */
  onLoss?: (loss: Loss) => void;
  /** The clock, in ms since 1970: for `ctime`, and to tell fields that have gone already. */
  now?: () => number;
  /**
   * Makes a place for the items of a value whose number is known last, where they are more than 8 MiB; without one such a
   * value is an error with the code `LIMIT_EXCEEDED`. Values that come whole, or from a file that tells their number,
   * never need it.
   */
  spill?: () => Spill;
}

/** Options of files that are written. */
export interface WriteOptions extends EncodeOptions {
  /**
   * End with the CRC64 of the file (`rdbchecksum`), or with zeros in its place. By default there is one, unless the file
   * that records come from had none and no target is named.
   */
  checksum?: boolean;
  /**
   * What becomes of records that only tell how many keys will follow (`resizeDb`, `slotInfo`, Valkey's aux field
   * `slot-info`): `copy` (default) for records that come from a reader as they are, `drop` where keys may be missing,
   * moved or renamed.
   */
  hints?: 'copy' | 'drop';
}

/** What an encoder is told besides. */
export interface EncoderOptions extends WriteOptions {
  /** Values without a file around them, as in payloads. */
  bare?: boolean;
  /** The scanner keeps the stored bytes of records (`capture`). */
  captured?: boolean;
  /** Bytes of a chunk, for who writes many files at once. */
  chunkBytes?: number;
  /** Takes what is odd in the file; the frame is that of the key it is about. */
  onWarning?: (code: WarningCode, message: string, offset: number, frame: ScanFrame | undefined) => void;
}

const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  compression: [true, false, undefined],
  checksum: [true, false, undefined],
  hints: ['copy', 'drop', undefined],
};

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkWriteOptions(options: WriteOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new RedisFileError('INVALID_ARGUMENT', 'options must be an object');
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = (options as Record<string, unknown>)[name];
    if (!choices.includes(value)) {
      const known = choices.filter((choice) => choice !== undefined).map((choice) => JSON.stringify(choice));
      throw new RedisFileError(
        'INVALID_ARGUMENT',
        `${name} must be one of ${known.join(', ')}, found ${String(value)}`,
      );
    }
  }
  for (const name of ['onLoss', 'now', 'spill'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new RedisFileError('INVALID_ARGUMENT', `${name} must be a function`);
    }
  }
}
