import type { Args } from '../../args.ts';
import type { Outcome } from '../../outcome.ts';
import type { Session } from '../../session.ts';
import type { StreamValue } from '../../values/stream.ts';
import { StreamId } from '../../values/stream-id.ts';
import { type Idmp, newIdmp } from '../../values/stream-idmp.ts';
import { findStream } from './find.ts';
import { parseId } from './ids.ts';

const LONGEST_DURATION = 86_400;
const MOST_ENTRIES = 10_000;

/** Whether a producer has added this before; it is then counted. Nothing ages while a log is loaded. */
export function repeats({ idmp }: StreamValue, producer: string, name: string): boolean {
  if (idmp === undefined || idmp.producers.get(producer)?.has(name) !== true) return false;
  idmp.duplicates = Number(idmp.duplicates) + 1;
  return true;
}

/** Remembers an addition; the oldest ones of its producer go where there are too many. */
export function remember(stream: StreamValue, producer: string, name: string, id: StreamId): void {
  stream.idmp ??= newIdmp();
  const { idmp } = stream;
  idmp.added = Number(idmp.added) + 1;
  keep(idmp, producer, name, id);
}

function keep(idmp: Idmp, producer: string, name: string, id: StreamId): void {
  let entries = idmp.producers.get(producer);
  if (entries === undefined) {
    entries = new Map();
    idmp.producers.set(producer, entries);
  }
  entries.set(name, id);
  for (const oldest of entries.keys()) {
    if (entries.size <= Number(idmp.maxEntries)) return;
    entries.delete(oldest);
  }
}

export function xcfgset(s: Session, a: Args): Outcome {
  if (a.count < 4 || a.count % 2 !== 0) return 'SYNTAX';
  let duration: number | undefined;
  let entries: number | undefined;
  for (let i = 2; i < a.count; i += 2) {
    const value = a.int(i + 1);
    if (typeof value !== 'number' || value < 1) return 'RANGE';
    if (a.is(i, 'IDMP-DURATION') && value <= LONGEST_DURATION) duration = value;
    else if (a.is(i, 'IDMP-MAXSIZE') && value <= MOST_ENTRIES) entries = value;
    else return 'SYNTAX';
  }
  const stream = findStream(s, a, 1);
  if (typeof stream === 'string') return stream;
  if (stream === undefined) return 'NO_KEY';
  stream.idmp ??= newIdmp();
  const { idmp } = stream;
  const changed =
    (duration !== undefined && duration !== idmp.duration) || (entries !== undefined && entries !== idmp.maxEntries);
  idmp.duration = duration ?? idmp.duration;
  idmp.maxEntries = entries ?? idmp.maxEntries;
  if (changed) idmp.producers.clear();
  return undefined;
}

export function xidmprecord(s: Session, a: Args): Outcome {
  if (a.count !== 5) return 'SYNTAX';
  const id = new StreamId();
  if (!parseId(a, 4, id)) return 'NOT_A_NUMBER';
  const stream = findStream(s, a, 1);
  if (typeof stream === 'string') return stream;
  if (stream === undefined || !stream.has(id)) return 'NO_KEY';
  stream.idmp ??= newIdmp();
  const producer = a.text(2);
  const name = a.text(3);
  const known = stream.idmp.producers.get(producer)?.get(name);
  if (known !== undefined) return known.compare(id) === 0 ? undefined : 'OTHER';
  keep(stream.idmp, producer, name, id);
  return undefined;
}
