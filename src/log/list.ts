import type { LogContext } from './context.ts';
import { ItemsWriter } from './items.ts';
import { RPUSH } from './words.ts';

/** Lists: one `RPUSH` with the elements from head to tail. */
export function listWriter(c: LogContext): ItemsWriter {
  return new ItemsWriter(c, RPUSH);
}
