/**
 * Writes values of one type as commands. One instance serves all keys, one after the other; the key at hand is in the
 * context. It sees what the scanner shows of a value (see `RdbHandler`): strings here, the rest in methods of its own.
 */
export interface ValueWriter {
  /** A key begins. */
  begin(): void;
  /** A string; lent until the call returns. */
  bytes(bytes: Uint8Array, start: number, end: number): void;
  /** A string that is stored as an integer. */
  integer(value: number): void;
  /** A string too large to hold: its length, its bytes in pieces, its end. */
  bigBegin(length: number): void;
  bigBytes(bytes: Uint8Array, start: number, end: number): void;
  bigEnd(): void;
  /** The value is complete. True where the key exists now and its time is still to be set. */
  end(): boolean;
}
