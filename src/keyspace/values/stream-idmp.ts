import type { RdbHandler, StreamIdmp } from '../../rdb/index.ts';
import type { StreamId } from './stream-id.ts';

/** What a stream remembers of additions that must not repeat. */
export interface Idmp {
  duration: number | bigint;
  maxEntries: number | bigint;
  /** By producer, then by name of the addition, a character for each byte: ids in the order in which they came. */
  producers: Map<string, Map<string, StreamId>>;
  added: number | bigint;
  duplicates: number | bigint;
}

/** What servers have by default: seconds, and additions of a producer. */
const DURATION = 100;
const ENTRIES = 100;

export function newIdmp(): Idmp {
  return { duration: DURATION, maxEntries: ENTRIES, producers: new Map(), added: 0, duplicates: 0 };
}

export function cloneIdmp(idmp: Idmp): Idmp {
  // Ids in it never change.
  return { ...idmp, producers: new Map([...idmp.producers].map(([key, entries]) => [key, new Map(entries)])) };
}

export function showIdmp({ duration, maxEntries, producers, added, duplicates }: Idmp, handler: RdbHandler): void {
  const list = [...producers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, entries]) => ({
      id: fromLatin1(id),
      entries: [...entries].map(([iid, entry]) => ({ iid: fromLatin1(iid), id: entry.toString() })),
    }));
  const idmp = { duration, maxEntries, producers: list, added, duplicates };
  handler.streamIdmp(idmp as StreamIdmp<Uint8Array<ArrayBuffer>>);
}

function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
