import type { Args } from '../../args.ts';
import type { Outcome, Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { findGroup, findStream } from './find.ts';
import { parseId, parseIds } from './ids.ts';
import { dropReferences, isReferenced, type References, referencesAt } from './trim.ts';

function remove(stream: StreamValue, id: bigint): void {
  if (stream.remove(id) && id > stream.maxDeletedId) stream.maxDeletedId = id;
}

export function xdel(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  const ids = parseIds(a, 2, a.count);
  if (ids === undefined) return 'NOT_A_NUMBER';
  for (const id of ids) remove(stream, id);
  return undefined;
}

/** `[KEEPREF|DELREF|ACKED] IDS n id..` from an argument on. */
function parseDeletion(a: Args, from: number): { references: References; ids: bigint[] } | Outcome {
  let references: References = 'KEEPREF';
  let ids: bigint[] | undefined;
  for (let i = from; i < a.count; i++) {
    const found = referencesAt(a, i);
    if (found !== undefined) references = found;
    else if (a.is(i, 'IDS') && ids === undefined && i + 2 < a.count) {
      const count = a.int(i + 1);
      if (typeof count !== 'number' || count < 1 || i + 2 + count > a.count) return 'SYNTAX';
      ids = parseIds(a, i + 2, i + 2 + count);
      if (ids === undefined) return 'NOT_A_NUMBER';
      i += 1 + count;
    } else return 'SYNTAX';
  }
  return ids === undefined ? 'SYNTAX' : { references, ids };
}

function removeBy(stream: StreamValue, id: bigint, references: References): void {
  if (references === 'ACKED' && isReferenced(stream, id)) return;
  remove(stream, id);
  if (references === 'DELREF') dropReferences(stream, id);
}

export function xdelex(s: Session, a: Args): Outcome {
  const deletion = parseDeletion(a, 2);
  if (deletion === undefined || typeof deletion === 'string') return deletion;
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  for (const id of deletion.ids) removeBy(stream, id, deletion.references);
  return undefined;
}

export function xackdel(s: Session, a: Args): Outcome {
  const deletion = a.count < 3 ? 'SYNTAX' : parseDeletion(a, 3);
  if (deletion === undefined || typeof deletion === 'string') return deletion;
  const found = findGroup(s, a, 1);
  if (found === undefined || typeof found === 'string') return found;
  const { stream, group } = found;
  for (const id of deletion.ids) if (group.pending.delete(id)) removeBy(stream, id, deletion.references);
  return undefined;
}

export function xsetid(s: Session, a: Args): Outcome {
  if (a.count < 3) return 'SYNTAX';
  const id = parseId(a, 2);
  if (id === undefined) return 'NOT_A_NUMBER';
  let added: number | bigint | undefined;
  let deleted = 0n;
  for (let i = 3; i < a.count; i += 2) {
    if (i + 1 >= a.count) return 'SYNTAX';
    if (a.is(i, 'ENTRIESADDED')) {
      added = a.int(i + 1);
      if (added === undefined || added < 0) return 'RANGE';
    } else if (a.is(i, 'MAXDELETEDID')) {
      const given = parseId(a, i + 1);
      if (given === undefined) return 'NOT_A_NUMBER';
      if (id < given) return 'RANGE';
      deleted = given;
    } else return 'SYNTAX';
  }
  const stream = findStream(s, a, 1);
  if (typeof stream === 'string') return stream;
  if (stream === undefined) return 'NO_KEY';
  // 7.0 looks only at one that is given.
  if (id < stream.maxDeletedId && s.profile.release >= 702) return 'RANGE';
  if (stream.length > 0 && (id < stream.lastLiveId || (added !== undefined && stream.length > added))) return 'RANGE';
  stream.lastId = id;
  if (added !== undefined) stream.entriesAdded = BigInt(added);
  if (deleted !== 0n) stream.maxDeletedId = deleted;
  if (added !== undefined && isNewer(s, 804)) {
    for (const group of stream.groups.values()) {
      if (group.entriesRead > stream.entriesAdded) group.entriesRead = stream.entriesAdded;
    }
  }
  return undefined;
}

/** A release of Redis, as Valkey did not follow. */
export function isNewer(s: Session, release: number): boolean {
  return s.profile.family === 'redis' && s.profile.release >= release;
}
