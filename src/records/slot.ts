import crc16xmodem from 'crc/calculators/crc16xmodem';
import { describe, invalidArgument, isBytes } from '../bytes/index.ts';

/** Slots of a cluster. */
export const SLOTS = 16384;

const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * The slot of a key in a cluster, 0 to 16383: CRC16 of the key or, where it has a `{tag}` that is not empty, of what
 * stands between its first `{` and the first `}` behind that (redis: src/cluster.c, keyHashSlot).
 *
 * @param key bytes that hold the key, from `start` to `end`; nothing of them is kept
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no bytes
 *
 * @example
 * ```ts
 * import { hashSlot } from 'rdb-aof';
 *
 * const bytes = (text: string) => new TextEncoder().encode(text);
 * console.log(hashSlot(bytes('foo'))); // 12182
 * console.log(hashSlot(bytes('{foo}.bar'))); // 12182
 * ```
 */
export function hashSlot(key: Uint8Array, start: number = 0, end: number = key?.length): number {
  if (!isBytes(key)) throw invalidArgument(`a key must be a Uint8Array, found ${describe(key)}`);
  let from = start;
  let to = end;
  const open = indexOf(key, OPEN, start, end);
  if (open >= 0) {
    const close = indexOf(key, CLOSE, open + 1, end);
    if (close > open + 1) {
      from = open + 1;
      to = close;
    }
  }
  // The calculator takes whole arrays.
  return crc16xmodem(new Uint8Array(key.buffer, key.byteOffset + from, to - from)) & (SLOTS - 1);
}

function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}
