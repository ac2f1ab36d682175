import { addInt64 } from '../numbers/integer.ts';
import type { StreamValue } from './stream.ts';
import type { StreamId } from './stream-id.ts';

/**
 * How many entries a group has read that stands at an id, as a server reckons it where it was not counted (redis 7.0 to 8.10:
 * src/t_stream.c, streamEstimateDistanceFromFirstEverEntry); -1 where it cannot.
 *
 * @param early as servers of 7.0, to which a deleted entry above the id means nothing where that is the last one
 */
export function estimateRead(stream: StreamValue, id: StreamId, early: boolean = false): number | bigint {
  const { entriesAdded, length, lastId, firstId, maxDeletedId } = stream;
  if (entriesAdded <= 0) return 0;
  const toLast = id.compare(lastId);
  if (length === 0 && toLast <= 0) return entriesAdded;
  if (!early && !id.isZero && id.compare(maxDeletedId) < 0) return -1;
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return -1;
  if (maxDeletedId.isZero || maxDeletedId.compare(firstId) < 0) {
    const toFirst = id.compare(firstId);
    if (toFirst <= 0) return addInt64(entriesAdded, toFirst < 0 ? -length : 1 - length) ?? -1;
  }
  return -1;
}
