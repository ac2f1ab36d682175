import type { RedisFileError } from '../errors.ts';
import type { EofRecord, Family, KeyType } from '../rdb/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A key by its name. */
export interface SalvageKey {
  db: number;
  /** Owned by the receiver. */
  key: Bytes;
  type: KeyType;
}

/** A part of a file of which nothing could be kept. */
export interface SalvageGap {
  /** Absolute offset of its first byte. */
  offset: number;
  /** Undefined where it goes on to an end that could not be read (a damaged container). */
  length: number | undefined;
  /** Why reading did not go on there. */
  reason: RedisFileError;
  /** Only a value is damaged, and its end is known: the gap is one record. */
  known: boolean;
  /** Keys in it whose names were read; there may be others. */
  lost: SalvageKey[];
  /** The last key before it that was kept. */
  keyBefore: SalvageKey | undefined;
  /** The first key behind it that was found. */
  keyAfter: SalvageKey | undefined;
  /** It may hide that another database was chosen: keys behind it, up to the next such record, are shown in the one before. */
  dbUnknown: boolean;
}

/** What became of a file. */
export interface SalvageReport {
  /** The first gaps, at most `GAPS_HELD`; `onGap` sees all. */
  gaps: SalvageGap[];
  gapCount: number;
  /** Bytes in gaps, as far as their ends are known. */
  gapBytes: number;
  /** Keys that were shown. */
  keys: number;
  /** Keys that were read as far as their names and not shown. */
  keysLost: number;
  /** Keys shown between a gap that may hide the choice of a database and the next choice. */
  keysDbUnknown: number;
  /** As the file says it, or assumed where its header is damaged. */
  family: Family;
  version: number;
  headerDamaged: boolean;
  /**
   * `mismatch` without gaps: some value, or name, may be wrong, and nobody can say which. `unchecked`: there are gaps, so
   * that it says nothing. `missing`: the end of the file was not found.
   */
  checksum: EofRecord['checksum'] | 'mismatch' | 'unchecked' | 'missing';
  /** Why the container around the file could not be read to its end. */
  sourceError: RedisFileError | undefined;
  /** False where the handler had seen enough before the end. */
  complete: boolean;
  /** Bytes behind the end of the RDB, and the first of them. */
  trailing: number;
  tail: Bytes;
  /** Bytes of the file, unpacked. */
  size: number;
  /** Bytes that were looked at, some more than once: a measure of the work. */
  examined: number;
}

/** Gaps that a report holds. */
export const GAPS_HELD: number = 1000;
