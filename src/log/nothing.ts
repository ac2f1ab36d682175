import type { ValueWriter } from './value.ts';

/** Writes nothing: for values that the target cannot hold. */
export const NOTHING: ValueWriter = {
  begin() {},
  bytes() {},
  integer() {},
  bigBegin() {},
  bigBytes() {},
  bigEnd() {},
  end() {
    return false;
  },
};
