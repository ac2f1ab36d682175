import type { Args } from '../../args.ts';
import { type Failure, type Outcome, Refusal, type Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { findStream } from './find.ts';
import { parseId } from './ids.ts';

/** What becomes of references to entries that go, in groups. */
export type References = 'KEEPREF' | 'DELREF' | 'ACKED';

/** Which entries go. */
export interface Trim {
  most: number;
  below: bigint | undefined;
  approximate: boolean;
  references: References;
}

export function referencesAt(a: Args, i: number): References | undefined {
  return (['KEEPREF', 'DELREF', 'ACKED'] as const).find((word) => a.is(i, word));
}

/**
 * Reads `MAXLEN|MINID [=|~] x [LIMIT n]` from an argument on. A LIMIT is accepted behind `=`, too, as servers leave it there when
 * they write what they have trimmed.
 *
 * @returns the argument behind it
 */
export function parseTrim(a: Args, i: number, trim: Trim): number | Failure {
  const byLength = a.is(i, 'MAXLEN');
  let at = i + 1;
  trim.approximate = false;
  if (at < a.count && a.length(at) === 1) {
    if (a.is(at, '~')) {
      trim.approximate = true;
      at++;
    } else if (a.is(at, '=')) at++;
  }
  if (at >= a.count) return 'SYNTAX';
  if (byLength) {
    const most = a.int(at);
    if (most === undefined) return 'NOT_A_NUMBER';
    if (most < 0) return 'RANGE';
    trim.most = Number(most);
    trim.below = undefined;
  } else {
    const below = parseId(a, at);
    if (below === undefined) return 'NOT_A_NUMBER';
    trim.below = below;
    trim.most = 0;
  }
  at++;
  if (at + 1 < a.count && a.is(at, 'LIMIT')) {
    const limit = a.int(at + 1);
    if (limit === undefined || limit < 0) return 'RANGE';
    at += 2;
  }
  return at;
}

/** Trims a stream. @throws Refusal where it depends on how the server has packed the entries */
export function applyTrim(stream: StreamValue, { most, below, approximate, references }: Trim): void {
  const nothing = below === undefined ? stream.length <= most : stream.length === 0 || stream.firstId >= below;
  if (nothing) return;
  if (approximate) throw new Refusal('trims a stream approximately, by how its server has packed it');
  if (references === 'ACKED') {
    trimAcked(stream, most, below);
    return;
  }
  stream.trim(most, below, (id) => {
    if (references === 'DELREF') dropReferences(stream, id);
  });
}

/** Entries that a group has still to read, or to acknowledge, stay. */
function trimAcked(stream: StreamValue, most: number, below: bigint | undefined): void {
  for (const id of stream.idsFrom(0n, Number.POSITIVE_INFINITY)) {
    if (stream.length <= most || (below !== undefined && id >= below)) return;
    if (!isReferenced(stream, id)) stream.remove(id);
  }
}

/** Whether a group has still to read an entry, or to acknowledge it. */
export function isReferenced(stream: StreamValue, id: bigint): boolean {
  for (const group of stream.groups.values()) if (group.lastId < id || group.pending.has(id)) return true;
  return false;
}

export function dropReferences(stream: StreamValue, id: bigint): void {
  for (const group of stream.groups.values()) group.pending.delete(id);
}

export function xtrim(s: Session, a: Args): Outcome {
  if (a.count < 4 || !(a.is(2, 'MAXLEN') || a.is(2, 'MINID'))) return 'SYNTAX';
  const trim: Trim = { most: 0, below: undefined, approximate: false, references: 'KEEPREF' };
  const end = parseTrim(a, 2, trim);
  if (typeof end === 'string') return end;
  for (let i = end; i < a.count; i++) {
    const references = referencesAt(a, i);
    if (references === undefined) return 'SYNTAX';
    trim.references = references;
  }
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  applyTrim(stream, trim);
  return undefined;
}
