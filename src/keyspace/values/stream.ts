import { PendingList, type RdbHandler, type ScanFrame, type ScanGroup } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
import { STREAM, type Value } from '../types.ts';
import type { StreamGroup } from './stream-group.ts';
import { type EachString, type EntryBody, halvesOfId, idText, type NodeEntry, StreamNode } from './stream-node.ts';

/** Nodes that are shown before what was made of them may leave. */
const NODES = 16;

/** RDB types of streams, from 7.2 on and with idempotent producers. */
const TYPE_ID = 21;
const TYPE_ID_IDMP = 26;
const TYPE_ID_NACK = 27;

/** What a stream remembers of additions that must not repeat. */
export interface Idmp {
  duration: number | bigint;
  maxEntries: number | bigint;
  /** By producer, then by name of the addition, a character for each byte: ids in the order in which they came. */
  producers: Map<string, Map<string, bigint>>;
  added: number | bigint;
  duplicates: number | bigint;
}

/** What servers have by default: seconds, and additions of a producer. */
const DURATION = 100;
const ENTRIES = 100;

export function newIdmp(): Idmp {
  return { duration: DURATION, maxEntries: ENTRIES, producers: new Map(), added: 0, duplicates: 0 };
}

/** A stream: entries in nodes, counters, consumer groups. It stays when it is empty. */
export class StreamValue implements Value {
  readonly type: number = STREAM;
  length = 0;
  lastId = 0n;
  maxDeletedId = 0n;
  entriesAdded = 0n;
  /** Whether the counters are shown. */
  counts = true;
  /** By their names, a character for each byte. */
  groups: Map<string, StreamGroup> = new Map();
  idmp: Idmp | undefined;
  readonly #heap: Heap;
  #nodes: StreamNode[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Id of the first entry; 0 where there is none. */
  get firstId(): bigint {
    return this.#nodes[0]?.first ?? 0n;
  }

  /** Id of the last entry that is there; 0 where there is none. */
  get lastLiveId(): bigint {
    return this.#nodes[this.#nodes.length - 1]?.last ?? 0n;
  }

  /** Appends an entry with an id above all others, without a change of counters. */
  append(id: bigint, body: EntryBody): void {
    let node = this.#nodes[this.#nodes.length - 1];
    if (node === undefined || !node.takes(body.size)) {
      node = new StreamNode(this.#heap);
      this.#nodes.push(node);
    }
    node.append(id, body.bytes, body.length);
    this.length++;
  }

  /** The node in which an id is, or would be; -1 where all ids are below it. */
  #nodeOf(id: bigint): number {
    let low = 0;
    let high = this.#nodes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#nodes[middle]!.last < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#nodes.length ? low : -1;
  }

  has(id: bigint): boolean {
    const at = this.#nodeOf(id);
    return at >= 0 && this.#nodes[at]!.entries().some((entry) => entry.id === id);
  }

  /** Removes an entry. @returns whether it was there */
  remove(id: bigint): boolean {
    const at = this.#nodeOf(id);
    if (at < 0) return false;
    const node = this.#nodes[at]!;
    const entries = node.entries();
    const kept = entries.filter((entry) => entry.id !== id);
    if (kept.length === entries.length) return false;
    node.keep(kept);
    if (node.count === 0) this.#nodes.splice(at, 1);
    this.length--;
    return true;
  }

  /**
   * Removes the first entries, as long as there are more than `most`, and their ids are below `below`.
   *
   * @param removed told of each
   */
  trim(most: number, below: bigint | undefined, removed: (id: bigint) => void): void {
    let gone = 0;
    while (gone < this.#nodes.length && this.length > most) {
      const node = this.#nodes[gone]!;
      const excess = this.length - most;
      if (node.count <= excess && (below === undefined || node.last < below)) {
        for (const { id } of node.entries()) removed(id);
        this.length -= node.count;
        node.free();
        gone++;
        continue;
      }
      const entries = node.entries();
      const stop = entries.findIndex(({ id }, i) => i >= excess || (below !== undefined && id >= below));
      const count = stop < 0 ? entries.length : stop;
      for (let i = 0; i < count; i++) removed(entries[i]!.id);
      if (count > 0) node.keep(entries.slice(count));
      this.length -= count;
      if (node.count === 0) gone++;
      break;
    }
    this.#nodes.splice(0, gone);
  }

  /** Ids of entries from one on, up to `most` of them. */
  idsFrom(from: bigint, most: number): bigint[] {
    const ids: bigint[] = [];
    const first = this.#nodeOf(from);
    for (let at = first; at >= 0 && at < this.#nodes.length && ids.length < most; at++) {
      for (const { id } of this.#nodes[at]!.entries()) if (id >= from && ids.length < most) ids.push(id);
    }
    return ids;
  }

  /** Tells of the strings of all entries. */
  *#entries(): Generator<[node: StreamNode, entries: NodeEntry[]]> {
    for (const node of this.#nodes) yield [node, node.entries()];
  }

  clone(): Value {
    const copy = new StreamValue(this.#heap);
    copy.length = this.length;
    copy.lastId = this.lastId;
    copy.maxDeletedId = this.maxDeletedId;
    copy.entriesAdded = this.entriesAdded;
    copy.groups = new Map([...this.groups].map(([key, group]) => [key, group.clone()]));
    if (this.idmp !== undefined) {
      const producers = new Map([...this.idmp.producers].map(([key, entries]) => [key, new Map(entries)]));
      copy.idmp = { ...this.idmp, producers };
    }
    copy.#nodes = this.#nodes.map((node) => node.clone());
    return copy;
  }

  free(): void {
    for (const node of this.#nodes) node.free();
    this.#nodes = [];
    this.length = 0;
  }

  describe(frame: ScanFrame): void {
    frame.type = 'stream';
    frame.encoding = 'stream';
    const nacked = [...this.groups.values()].some(({ pending }) =>
      [...pending.values()].some(({ consumer }) => consumer === undefined),
    );
    frame.typeId = nacked ? TYPE_ID_NACK : this.idmp === undefined ? TYPE_ID : TYPE_ID_IDMP;
  }

  *show(handler: RdbHandler): Generator<void> {
    let shown = 0;
    const each: EachString = (bytes, start, end) => handler.bytes(bytes, start, end);
    for (const [node, entries] of this.#entries()) {
      for (const entry of entries) {
        handler.entry(...halvesOfId(entry.id));
        node.strings(entry, each);
        handler.entryEnd();
      }
      if (++shown % NODES === 0) yield;
    }
    handler.streamInfo({
      length: this.length,
      lastId: idText(this.lastId),
      firstId: idText(this.firstId),
      maxDeletedId: this.counts ? idText(this.maxDeletedId) : undefined,
      entriesAdded: this.counts ? near(this.entriesAdded) : undefined,
    });
    const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
    for (const [, group] of [...this.groups].sort(byName)) handler.streamGroup(describeGroup(group, this.counts));
    if (this.idmp === undefined) return;
    const { duration, maxEntries, producers, added, duplicates } = this.idmp;
    const list = [...producers].sort(byName).map(([id, entries]) => ({
      id: fromLatin1(id),
      entries: [...entries].map(([iid, entry]) => ({ iid: fromLatin1(iid), id: idText(entry) })),
    }));
    const idmp = { duration, maxEntries, producers: list, added, duplicates };
    handler.streamIdmp(idmp as Parameters<RdbHandler['streamIdmp']>[0]);
  }
}

function describeGroup(group: StreamGroup, counts: boolean): ScanGroup {
  const pending = new PendingList();
  const consumers = [...group.consumers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, consumer]) => consumer);
  const numbers = new Map(consumers.map((consumer, i) => [consumer, i]));
  const ids = group.ids();
  const nacked: [bigint, number][] = [];
  for (const id of ids) {
    const { time, count, nacked: place, consumer } = group.pending.get(id)!;
    const wide = BigInt.asUintN(64, BigInt(time));
    pending.add(...halvesOfId(id), Number(wide >> 32n), Number(wide & 0xffffffffn), count);
    if (consumer === undefined) nacked.push([id, place ?? 0]);
  }
  for (const id of ids) {
    const owner = group.pending.get(id)!.consumer;
    if (owner !== undefined) pending.own(...halvesOfId(id), numbers.get(owner)!);
  }
  return {
    name: group.name,
    lastDeliveredId: idText(group.lastId),
    entriesRead: !counts ? undefined : group.entriesRead < 0n ? null : near(group.entriesRead),
    pending,
    nacked: nacked.length > 0 ? nacked.sort(([, a], [, b]) => a - b).map(([id]) => idText(id)) : undefined,
    consumers: consumers.map(({ name, seen, active }) => ({ name, seenTime: seen, activeTime: active })),
  };
}

/** A Number where that is exact. */
export function near(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
