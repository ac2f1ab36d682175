import type { LogContext } from './context.ts';
import { ItemsWriter } from './items.ts';
import { SADD } from './words.ts';

/** Sets: one `SADD`. Times of single members, which KeyDB and Dragonfly have, are a loss. */
export function setWriter(c: LogContext): ItemsWriter {
  return new ItemsWriter(c, SADD);
}
