import { addInt64 } from '../numbers/integer.ts';
import type { StreamValue } from './stream.ts';
import type { StreamId } from './stream-id.ts';

/**
 * How many entries a group has read that stands at an id, as a server reckons it where it was not counted (redis 7.0 to 8.10:
 * src/t_stream.c, streamEstimateDistanceFromFirstEverEntry); -1 where it cannot.
 */
export function estimateRead(stream: StreamValue, id: StreamId): number | bigint {
  const { entriesAdded, length, lastId, firstId, maxDeletedId } = stream;
  if (entriesAdded <= 0) return 0;
  const toLast = id.compare(lastId);
  if (length === 0 && toLast <= 0) return entriesAdded;
  if (!id.isZero && id.compare(maxDeletedId) < 0) return -1;
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return -1;
  if (maxDeletedId.isZero || maxDeletedId.compare(firstId) < 0) {
    const toFirst = id.compare(firstId);
    if (toFirst <= 0) return addInt64(entriesAdded, toFirst < 0 ? -length : 1 - length) ?? -1;
  }
  return -1;
}
