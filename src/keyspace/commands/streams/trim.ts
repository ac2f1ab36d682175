import type { Args } from '../../args.ts';
import { type Failure, type Outcome, Refusal } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { StreamId } from '../../values/stream-id.ts';
import { findStream } from './find.ts';
import { parseId } from './ids.ts';

/** What becomes of references to entries that go, in groups. */
export type References = 'KEEPREF' | 'DELREF' | 'ACKED';

/** Which entries go. One object, set anew for each command. */
export class Trim {
  by: 'nothing' | 'length' | 'id' = 'nothing';
  most = 0;
  readonly below: StreamId = new StreamId();
  approximate = false;
  limited = false;
  references: References | undefined = undefined;

  reset(): void {
    this.by = 'nothing';
    this.most = 0;
    this.approximate = this.limited = false;
    this.references = undefined;
  }
}

export const trim: Trim = /* @__PURE__ */ new Trim();

export function referencesAt(a: Args, i: number): References | undefined {
  if (a.length(i) !== 7 && a.length(i) !== 6 && a.length(i) !== 5) return undefined;
  return (['KEEPREF', 'DELREF', 'ACKED'] as const).find((word) => a.is(i, word));
}

/**
 * Reads an option on trimming at an argument: `MAXLEN|MINID [=|~] x`, `LIMIT n`, `KEEPREF|DELREF|ACKED`. A LIMIT is accepted
 * behind `=`, too, as servers leave it there when they write what they have trimmed.
 *
 * @returns the argument behind it; `i` where there is none
 */
export function parseTrim(a: Args, i: number): number | Failure {
  const more = i + 1 < a.count;
  if (more && (a.is(i, 'MAXLEN') || a.is(i, 'MINID'))) {
    if (trim.by !== 'nothing') return 'SYNTAX';
    return parseBound(a, i);
  }
  if (more && a.is(i, 'LIMIT')) {
    const limit = a.int(i + 1);
    if (limit === undefined || limit < 0) return 'RANGE';
    trim.limited = limit > 0;
    return i + 2;
  }
  const references = referencesAt(a, i);
  if (references === undefined) return i;
  if (trim.references !== undefined) return 'SYNTAX';
  trim.references = references;
  return i + 1;
}

function parseBound(a: Args, i: number): number | Failure {
  let at = i + 1;
  if (at + 1 < a.count && (a.is(at, '~') || a.is(at, '='))) trim.approximate = a.is(at++, '~');
  if (a.is(i, 'MAXLEN')) {
    const most = a.int(at);
    if (most === undefined) return 'NOT_A_NUMBER';
    if (most < 0) return 'RANGE';
    trim.by = 'length';
    trim.most = Number(most);
  } else {
    if (!parseId(a, at, trim.below)) return 'NOT_A_NUMBER';
    trim.by = 'id';
  }
  return at + 1;
}

/**
 * To be asked before anything changes.
 *
 * @param added how many entries are to come before the trimming, the first of which has the id `first`
 * @throws Refusal where the result depends on how the server has packed the entries
 */
export function refuseApproximate(stream: StreamValue | undefined, added: number, first: StreamId): void {
  if (!trim.approximate) return;
  const length = stream?.length ?? 0;
  const lowest = length === 0 ? first : stream!.firstId;
  const trims =
    length + added > 0 && (trim.by === 'length' ? length + added > trim.most : lowest.compare(trim.below) < 0);
  if (trims) throw new Refusal('trims a stream approximately, by how its server has packed it');
}

/** Trims a stream as `trim` says. */
export function applyTrim(stream: StreamValue): void {
  if (trim.by === 'nothing') return;
  const below = trim.by === 'id' ? trim.below : undefined;
  if (trim.references === 'ACKED') trimAcked(stream, trim.most, below);
  else if (trim.references === 'DELREF') stream.trim(trim.most, below, (id) => dropReferences(stream, id));
  else stream.trim(trim.most, below, undefined);
}

/** Entries that a group has still to read, or to acknowledge, stay. */
function trimAcked(stream: StreamValue, most: number, below: StreamId | undefined): void {
  const id = new StreamId();
  while (stream.length > most && stream.firstFrom(id, id)) {
    if (below !== undefined && id.compare(below) >= 0) return;
    if (!isReferenced(stream, id)) stream.remove(id);
    if (!id.increment()) return;
  }
}

/** Whether a group has still to read an entry, or to acknowledge it. */
export function isReferenced(stream: StreamValue, id: StreamId): boolean {
  for (const group of stream.groups) if (group.lastId.compare(id) < 0 || group.pending.find(id)) return true;
  return false;
}

export function dropReferences(stream: StreamValue, id: StreamId): void {
  for (const group of stream.groups) group.drop(id);
}

export function xtrim(s: Session, a: Args): Outcome {
  if (a.count < 4) return 'SYNTAX';
  trim.reset();
  for (let i = 2; i < a.count; ) {
    const end = parseTrim(a, i);
    if (typeof end === 'string') return end;
    if (end === i) return 'SYNTAX';
    i = end;
  }
  if (trim.by === 'nothing') return 'SYNTAX';
  const stream = findStream(s, a, 1);
  if (stream === undefined || typeof stream === 'string') return stream;
  refuseApproximate(stream, 0, stream.firstId);
  applyTrim(stream);
  return undefined;
}
