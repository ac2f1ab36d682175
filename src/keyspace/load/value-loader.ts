import type { ScanGroup, ScanStreamInfo, StreamIdmp } from '../../rdb/index.ts';
import type { Value } from '../types.ts';

/**
 * Makes a value of what an RDB file or a DUMP payload stores, told as to an `RdbHandler`: see there what comes in which
 * order. Integers and strings in pieces come as whole strings. What a type does not have need not be here.
 */
export interface ValueLoader {
  /** The next string; lent, and not in the heap. */
  bytes(bytes: Uint8Array, start: number, end: number): void;
  score?(value: number): void;
  /** Time of the field or member that came last; -1 for never. */
  expiry?(ms: number | bigint): void;
  index?(value: number | bigint): void;
  insertIndex?(value: number | bigint): void;
  entry?(msHi: number, msLo: number, seqHi: number, seqLo: number): void;
  entryEnd?(): void;
  streamInfo?(info: ScanStreamInfo): void;
  streamGroup?(group: ScanGroup): void;
  streamIdmp?(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void;
  /** The value is complete. Undefined where it has no items, which a server drops. */
  end(): Value | undefined;
  /** It is damaged after all: its memory goes back. */
  abandon(): void;
}
