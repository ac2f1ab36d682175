import { type Choices, checkChoices, checkFunctions, checkObject, type TextMode } from '../bytes/index.ts';
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
  /**
   * What text among the strings stands for: its UTF-8 (`utf8`, default), or a byte for each character (`latin1`), as for
   * records that were read with `strings: 'latin1'`.
   */
  strings?: TextMode;
  /** Up to where values are packed, by the names of redis.conf; as the target has it by default. */
  thresholds?: Thresholds;
  /** Pack strings with LZF where that makes them shorter (`rdbcompression`); true by default. */
  compression?: boolean;
  /** Takes what the target cannot hold, and writing goes on without it; by default the first such thing is an error with the code `LOSSY`. */
  onLoss?: (loss: Loss) => void;
  /** The clock, in ms since 1970: for `ctime`, and to tell fields that have gone already. */
  now?: () => number;
  /**
   * Makes a place for more than 8 MiB of a value that must stand behind something which is known last: the number of its
   * items, the earliest time of the fields of a hash, the nodes of a stream before its groups. `writeRdb` and `writeAof` of
   * `rdb-aof/node` have one, a temporary file; elsewhere such a value is an error with the code `LIMIT_EXCEEDED` without it.
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

const CHOICES: Choices = {
  strings: ['utf8', 'latin1'],
  compression: [true, false],
  checksum: [true, false],
  hints: ['copy', 'drop'],
};

/** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
export function checkWriteOptions(options: WriteOptions): void {
  checkObject(options);
  checkChoices(options, CHOICES);
  checkFunctions(options, 'onLoss', 'now', 'spill');
}
