import type { EntryVisitor } from '../../encodings/index.ts';

/**
 * Writes values of one type as a file holds them. One instance serves all keys, one after the other; the key at hand is
 * in the context. It sees what the scanner shows of a value (see `RdbHandler`): strings here, the rest in methods of its
 * own. It says when the key itself is written (`head`), as only then the number of the value type is known.
 */
export interface ValueWriter extends EntryVisitor {
  /** A key begins. */
  begin(): void;
  /** How many items will come, where that is known. */
  count(items: number): void;
  /** The value is complete. */
  end(): void;
  /** Forgets the value at hand. */
  abandon(): void;
}

/** Writes nothing: for values that the target cannot hold. */
export const NOTHING: ValueWriter = {
  begin() {},
  count() {},
  bytes() {},
  integer() {},
  int64() {},
  bigBegin() {},
  bigBytes() {},
  bigEnd() {},
  end() {},
  abandon() {},
};
