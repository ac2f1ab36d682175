import type { Args } from '../../args.ts';
import { NEWEST } from '../../profile.ts';
import type { Failure, Session } from '../../session.ts';
import { newIdmp, StreamValue } from '../../values/stream.ts';
import type { StreamGroup } from '../../values/stream-group.ts';

/** From here on servers count what was added, deleted and read. */
const COUNTS_SINCE = 700;

/** From here on every stream has room for additions that must not repeat. */
const IDMP_SINCE = 806;

/** The stream at the key that argument i is; undefined where there is no such key. */
export function findStream(s: Session, a: Args, i: number): StreamValue | undefined | Failure {
  const value = s.db.value(a.bytes, a.start(i), a.end(i));
  if (value === undefined) return s.db.has(a.bytes, a.start(i), a.end(i)) ? 'WRONGTYPE' : undefined;
  if (!(value instanceof StreamValue)) return 'WRONGTYPE';
  // One from an RDB of an older server is counted from now on, as by the server that loads it.
  value.counts = s.profile.release >= COUNTS_SINCE;
  return value;
}

export function addStream(s: Session, a: Args, i: number): StreamValue {
  const stream = new StreamValue(s.keyspace.heap);
  // A log of unknown origin need not be of a server that has this.
  if (s.profile !== NEWEST && s.profile.family === 'redis' && s.profile.release >= IDMP_SINCE) stream.idmp = newIdmp();
  s.db.setValue(a.bytes, a.start(i), a.end(i), stream, undefined);
  return stream;
}

/** The stream at argument `key` and its group at the next one; undefined where one of them is not there. */
export function findGroup(
  s: Session,
  a: Args,
  key: number,
): { stream: StreamValue; group: StreamGroup } | undefined | Failure {
  const stream = findStream(s, a, key);
  if (stream === undefined || typeof stream === 'string') return stream;
  const group = stream.groups.get(a.text(key + 1));
  return group === undefined ? undefined : { stream, group };
}

/** From this release on a command makes the consumer that it names before it looks for entries, else with the first that it finds. */
const NAMES_FIRST = 702;

/** Whether a consumer is made also where there is nothing for it. */
export function namesFirst(s: Session): boolean {
  return s.profile.release >= NAMES_FIRST;
}
