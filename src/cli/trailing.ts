import { RedisFileError } from '../index.ts';
import type { ScanResult } from '../inspect/index.ts';

/** What decides on bytes behind the end of an RDB. */
export interface TrailingOptions {
  as?: 'rdb' | 'aof';
}

/**
 * Refuses bytes behind the end of the RDB, which would be left out without a word: the log of an append-only file, or
 * garbage.
 */
export function refuseTrailing(
  { name, trailing, tail, scanner }: ScanResult & { name: string },
  options: TrailingOptions,
): void {
  if (!isTrailing({ trailing, tail }, options)) return;
  throw new RedisFileError(
    'TRAILING_DATA',
    `expected the end of the file behind the RDB, found ${trailing} more bytes. Commands of an append-only file with ` +
      'an RDB preamble would need --as aof; --as rdb reads the RDB and leaves them out',
    { offset: scanner.offset, context: { file: name } },
  );
}

/** Whether bytes behind the end of the RDB would be missed. */
export function isTrailing(
  { trailing, tail }: Pick<ScanResult, 'trailing' | 'tail'>,
  options: TrailingOptions,
): boolean {
  return trailing > 0 && options.as !== 'rdb' && !isReplicationMark(tail);
}

/**
 * What stands behind the RDB where only the first line of a captured diskless transfer was cut off: forty hex digits, or
 * as many zero bytes. Nothing is lost with them.
 */
function isReplicationMark(tail: Uint8Array): boolean {
  return (
    tail.length === 40 && (tail.every((byte) => byte === 0) || /^[0-9a-f]{40}$/.test(String.fromCharCode(...tail)))
  );
}
