import type { StreamValue } from './stream.ts';

/**
 * How many entries a group has read that stands at an id, as a server reckons it where it was not counted (redis 7.0 to 8.10:
 * src/t_stream.c, streamEstimateDistanceFromFirstEverEntry); -1 where it cannot.
 */
export function estimateRead(stream: StreamValue, id: bigint): bigint {
  const { entriesAdded, length, lastId, firstId, maxDeletedId } = stream;
  if (entriesAdded === 0n) return 0n;
  if (length === 0 && id <= lastId) return entriesAdded;
  if (id !== 0n && id < maxDeletedId) return -1n;
  if (id === lastId) return entriesAdded;
  if (id > lastId) return -1n;
  if (maxDeletedId === 0n || maxDeletedId < firstId) {
    if (id < firstId) return entriesAdded - BigInt(length);
    if (id === firstId) return entriesAdded - BigInt(length) + 1n;
  }
  return -1n;
}
