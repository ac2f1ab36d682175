import { PendingList, type ScanGroup } from '../../rdb/index.ts';
import { Names } from './names.ts';
import { PendingTable } from './pending-table.ts';
import { StreamId } from './stream-id.ts';

/** Owner of pending entries that nobody owns. */
export const NOBODY = 0xffffffff;

export interface Consumer {
  readonly name: Uint8Array<ArrayBuffer>;
  /** Owner of its pending entries. */
  readonly number: number;
  /** Unix ms of the last attempt to read, and of the last successful one. */
  seen: number | bigint;
  /** -1 for never. */
  active: number | bigint;
}

/** What a server remembers of streams besides their entries. */
export interface StreamMemory {
  /** What was added, deleted and read: from 7.0 on. */
  readonly counters: boolean;
  /** When a consumer was last active, apart from when it last asked: from 7.2 on. */
  readonly activeTimes: boolean;
}

/** A consumer group. */
export class StreamGroup {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly lastId: StreamId = new StreamId();
  /** -1 where nobody knows. */
  entriesRead: number | bigint;
  readonly consumers: Names<Consumer> = new Names();
  readonly pending: PendingTable;
  /** Entries that nobody owns, in the order in which they were handed back. */
  readonly nacked: Set<string>;
  #numbers = 0;

  constructor(
    name: Uint8Array<ArrayBuffer>,
    lastId: StreamId,
    entriesRead: number | bigint,
    pending: PendingTable = new PendingTable(),
    nacked: Iterable<string> = [],
  ) {
    this.name = name;
    this.lastId.copy(lastId);
    this.entriesRead = entriesRead;
    this.pending = pending;
    this.nacked = new Set(nacked);
  }

  addConsumer(name: Uint8Array<ArrayBuffer>, seen: number | bigint, active: number | bigint): Consumer {
    const consumer = { name, number: this.#numbers++, seen, active };
    this.consumers.add(consumer);
    return consumer;
  }

  /** The consumer of a name, which is made where there is none. */
  consumer(bytes: Uint8Array, start: number, end: number, now: number): Consumer {
    const name = bytes as Uint8Array<ArrayBuffer>;
    return this.consumers.find(bytes, start, end) ?? this.addConsumer(name.slice(start, end), now, -1);
  }

  /** A consumer leaves, and its pending entries with it. */
  removeConsumer(consumer: Consumer): void {
    const { pending } = this;
    for (let more = pending.begin(); more; ) {
      more = pending.owner === consumer.number ? pending.remove() : pending.next();
    }
    this.consumers.delete(consumer);
  }

  /** An entry is pending no more. @returns whether it was */
  drop(id: StreamId): boolean {
    if (!this.pending.find(id)) return false;
    this.dropHere(id);
    return true;
  }

  /** The same for the entry that is at hand in the table. @returns whether there is one behind it, which is then at hand */
  dropHere(id: StreamId): boolean {
    if (this.pending.owner === NOBODY) this.nacked.delete(id.toString());
    return this.pending.remove();
  }

  /** The pending entry at hand gets an owner. */
  own(id: StreamId, { number }: Consumer): void {
    if (this.pending.owner === NOBODY) this.nacked.delete(id.toString());
    this.pending.owner = number;
  }

  clone(): StreamGroup {
    const copy = new StreamGroup(this.name, this.lastId, this.entriesRead, this.pending.clone(), this.nacked);
    for (const consumer of this.consumers) copy.consumers.add({ ...consumer });
    copy.#numbers = this.#numbers;
    return copy;
  }

  /** What a handler is shown. @param memory what the server remembers */
  describe({ counters, activeTimes }: StreamMemory): ScanGroup {
    const consumers = this.consumers.sorted();
    const numbers = new Map(consumers.map(({ number }, i) => [number, i]));
    const list = new PendingList();
    const { pending } = this;
    const id = new StreamId();
    for (let more = pending.begin(); more; more = pending.next()) {
      const { msHi, msLo, seqHi, seqLo } = pending.id(id);
      list.add(msHi, msLo, seqHi, seqLo, pending.timeHigh, pending.timeLow, pending.count);
    }
    // Only what is complete can be searched.
    for (let more = pending.begin(); more; more = pending.next()) {
      const { msHi, msLo, seqHi, seqLo } = pending.id(id);
      const owner = numbers.get(pending.owner);
      if (owner !== undefined) list.own(msHi, msLo, seqHi, seqLo, owner);
    }
    return {
      name: this.name,
      lastDeliveredId: this.lastId.toString(),
      entriesRead: !counters ? undefined : this.entriesRead < 0 ? null : this.entriesRead,
      pending: list,
      nacked: this.nacked.size > 0 ? [...this.nacked] : undefined,
      consumers: consumers.map(({ name, seen, active }) => ({
        name,
        seenTime: seen,
        activeTime: activeTimes ? active : undefined,
      })),
    };
  }
}
