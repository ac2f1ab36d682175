import type { Family } from './records.ts';

/** What a scanner is told. */
export interface ScanOptions {
  /** Compute and compare the CRC64. */
  checksum: boolean;
  /** Largest string or blob, in bytes, that is held. */
  maxValueBytes: number;
  /** Larger ones come in pieces instead of being an error. */
  pieces: boolean;
  /** Refuse versions above the newest known one. */
  strictVersion: boolean;
  /** Overrides what the magic says. */
  family: Family | undefined;
  /** Pass over values whose content is damaged, as far as their end is known. */
  skipDamaged: boolean;
  /** Keep the bytes of every record, for the level `raw`. */
  capture: boolean;
  /** The handler keeps no lent bytes, so that buffers may be used again. */
  reuse: boolean;
  /** See `ValueContext`. */
  thorough?: boolean;
}
