import type { Args } from '../../args.ts';
import type { Failure } from '../../outcome.ts';
import { NEWEST, sinceRedis } from '../../profile.ts';
import type { Session } from '../../session.ts';
import { STREAM } from '../../types.ts';
import { StreamValue } from '../../values/stream.ts';
import type { StreamGroup } from '../../values/stream-group.ts';
import { newIdmp } from '../../values/stream-idmp.ts';
import { addValue, findValue } from '../typed.ts';

/** From here on every stream has room for additions that must not repeat. */
const IDMP_SINCE = 806;

/** The stream at the key that argument i is; undefined where there is no such key. */
export function findStream(s: Session, a: Args, i: number): StreamValue | undefined | Failure {
  return findValue(s, a, i, STREAM);
}

export function addStream(s: Session, a: Args, i: number): StreamValue {
  const stream = new StreamValue(s.keyspace.heap);
  // A log of unknown origin need not be of a server that has this.
  if (s.profile !== NEWEST && sinceRedis(s.profile, IDMP_SINCE)) stream.idmp = newIdmp();
  return addValue(s, a, i, stream);
}

/** The group of a stream that argument i names. */
export function findIn(stream: StreamValue, a: Args, i: number): StreamGroup | undefined {
  return stream.groups.find(a.bytes, a.start(i), a.end(i));
}

/** What `findGroup` found. One object, as most commands look for a group. */
const found: { stream: StreamValue | undefined; group: StreamGroup | undefined } = {
  stream: undefined,
  group: undefined,
};

/** The stream at argument `key` and its group at the next one; undefined where one of them is not there. */
export function findGroup(
  s: Session,
  a: Args,
  key: number,
): { stream: StreamValue; group: StreamGroup } | undefined | Failure {
  const stream = findStream(s, a, key);
  if (stream === undefined || typeof stream === 'string') return stream;
  const group = findIn(stream, a, key + 1);
  if (group === undefined) return undefined;
  found.stream = stream;
  found.group = group;
  return found as { stream: StreamValue; group: StreamGroup };
}

/** From this release on a command makes the consumer that it names before it looks for entries, else with the first that it finds. */
const NAMES_FIRST = 702;

/** Whether a consumer is made also where there is nothing for it. */
export function namesFirst(s: Session): boolean {
  return s.profile.release >= NAMES_FIRST;
}
