import type { WholeEntryVisitor } from './packed.ts';

/** Makes a packed blob, entry by entry; one instance makes one after the other. */
export interface PackedBuilder extends WholeEntryVisitor {
  /** Entries so far. */
  readonly count: number;
  /** Bytes that the blob has now, its end included. */
  readonly length: number;
  /** Begins a new blob. */
  begin(): void;
  /** Adds a string; one that is the decimal of an integer becomes that integer, as in the servers. */
  bytes(bytes: Uint8Array, start: number, end: number): void;
  /** Adds a safe integer. */
  integer(value: number): void;
  /** Adds an integer beyond them, as signed high and any low half. */
  int64(hi: number, lo: number): void;
  /** Notes how far the blob is. */
  mark(): void;
  /** Takes back what was added since the last `mark`. */
  undo(): void;
  /** Completes the blob. @returns its bytes, lent until the next `begin` */
  finish(): Uint8Array<ArrayBuffer>;
}
