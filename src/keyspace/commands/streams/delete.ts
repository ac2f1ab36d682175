import type { Args } from '../../args.ts';
import type { Outcome } from '../../outcome.ts';
import { sinceRedis } from '../../profile.ts';
import type { Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { StreamId } from '../../values/stream-id.ts';
import { findGroup, findStream } from './find.ts';
import { named, parseId, parseIds } from './ids.ts';
import { dropReferences, isReferenced, type References, referencesAt } from './trim.ts';

const id: StreamId = /* @__PURE__ */ new StreamId();
const deleted: StreamId = /* @__PURE__ */ new StreamId();

function remove(stream: StreamValue, gone: StreamId): void {
  if (stream.remove(gone) && gone.compare(stream.maxDeletedId) > 0) stream.maxDeletedId.copy(gone);
}

export function xdel(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  if (parseIds(a, 2, a.count) !== a.count) return 'NOT_A_NUMBER';
  for (let i = 0; i < named.length; i++) remove(stream, named.at(i, id));
  return undefined;
}

/** Reads `[KEEPREF|DELREF|ACKED] IDS n id..` from an argument on; the ids are then in `named`. */
function parseDeletion(a: Args, from: number): References | 'SYNTAX' | 'NOT_A_NUMBER' {
  let references: References = 'KEEPREF';
  let given = false;
  for (let i = from; i < a.count; i++) {
    const found = referencesAt(a, i);
    if (found !== undefined) references = found;
    else if (a.is(i, 'IDS') && !given && i + 2 < a.count) {
      const count = a.int(i + 1);
      if (typeof count !== 'number' || count < 1 || i + 2 + count > a.count) return 'SYNTAX';
      if (parseIds(a, i + 2, i + 2 + count) !== i + 2 + count) return 'NOT_A_NUMBER';
      given = true;
      i += 1 + count;
    } else return 'SYNTAX';
  }
  return given ? references : 'SYNTAX';
}

function removeBy(stream: StreamValue, gone: StreamId, references: References): void {
  if (references === 'ACKED' && isReferenced(stream, gone)) return;
  remove(stream, gone);
  if (references === 'DELREF') dropReferences(stream, gone);
}

export function xdelex(s: Session, a: Args): Outcome {
  const references = parseDeletion(a, 2);
  if (references === 'SYNTAX' || references === 'NOT_A_NUMBER') return references;
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  for (let i = 0; i < named.length; i++) removeBy(stream, named.at(i, id), references);
  return undefined;
}

export function xackdel(s: Session, a: Args): Outcome {
  const references = a.count < 3 ? 'SYNTAX' : parseDeletion(a, 3);
  if (references === 'SYNTAX' || references === 'NOT_A_NUMBER') return references;
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found;
  const { stream, group } = found;
  for (let i = 0; i < named.length; i++) {
    if (group.drop(named.at(i, id))) removeBy(stream, id, references);
  }
  return undefined;
}

/** Since here XSETID takes counters. */
const COUNTERS = 700;

export function xsetid(s: Session, a: Args): Outcome {
  if (a.count < 3 || (a.count > 3 && s.profile.release < COUNTERS)) return 'SYNTAX';
  if (!parseId(a, 2, id)) return 'NOT_A_NUMBER';
  let added: number | bigint | undefined;
  deleted.set(0, 0, 0, 0);
  for (let i = 3; i < a.count; i += 2) {
    if (i + 1 >= a.count) return 'SYNTAX';
    if (a.is(i, 'ENTRIESADDED')) {
      added = a.int(i + 1);
      if (added === undefined || added < 0) return 'RANGE';
    } else if (a.is(i, 'MAXDELETEDID')) {
      if (!parseId(a, i + 1, deleted)) return 'NOT_A_NUMBER';
      if (id.compare(deleted) < 0) return 'RANGE';
    } else return 'SYNTAX';
  }
  const stream = findStream(s, a, 1);
  if (typeof stream === 'string') return stream;
  if (stream === undefined) return 'NO_KEY';
  // 7.0 looks only at one that is given.
  if (id.compare(stream.maxDeletedId) < 0 && s.profile.release >= 702) return 'RANGE';
  const { length } = stream;
  if (length > 0 && (id.compare(stream.lastLiveId) < 0 || (added !== undefined && length > added))) return 'RANGE';
  stream.lastId.copy(id);
  if (added !== undefined) stream.entriesAdded = added;
  if (!deleted.isZero) stream.maxDeletedId.copy(deleted);
  if (added !== undefined && sinceRedis(s.profile, 804)) {
    for (const group of stream.groups) if (group.entriesRead > added) group.entriesRead = added;
  }
  return undefined;
}
