import type { ARRAY, HASH, LIST, SET, STREAM, ZSET } from '../types.ts';
import type { ArrayValue } from './array.ts';
import type { HashValue } from './hash.ts';
import type { ListValue } from './list.ts';
import type { SetValue } from './set.ts';
import type { StreamValue } from './stream.ts';
import type { ZsetValue } from './zset.ts';

/** What a key of each type holds, of the types that commands look for. */
export interface ValueByType {
  [LIST]: ListValue;
  [SET]: SetValue;
  [ZSET]: ZsetValue;
  [HASH]: HashValue;
  [STREAM]: StreamValue;
  [ARRAY]: ArrayValue;
}
