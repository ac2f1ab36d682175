import type { RdbHandler, ScanFrame } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
import { STREAM, type Value } from '../types.ts';
import { Names } from './names.ts';
import type { StreamGroup, StreamMemory } from './stream-group.ts';
import { StreamId } from './stream-id.ts';
import { cloneIdmp, type Idmp, showIdmp } from './stream-idmp.ts';
import { type EachString, type EntryStrings, NodeSpot, StreamNode } from './stream-node.ts';

/** Nodes that are shown before what was made of them may leave. */
const NODES = 16;

/** RDB types of streams, from 7.2 on and with idempotent producers. */
const TYPE_ID = 21;
const TYPE_ID_IDMP = 26;
const TYPE_ID_NACK = 27;

const ALL: StreamMemory = { counters: true, activeTimes: true };
const NO_ID: StreamId = /* @__PURE__ */ new StreamId();
const spot: NodeSpot = /* @__PURE__ */ new NodeSpot();

/** A stream: entries in nodes, counters, consumer groups. It stays when it is empty. */
export class StreamValue implements Value {
  readonly type: number = STREAM;
  length = 0;
  readonly lastId: StreamId = new StreamId();
  readonly maxDeletedId: StreamId = new StreamId();
  entriesAdded: number | bigint = 0;
  /** What of it is shown. */
  memory: StreamMemory = ALL;
  readonly groups: Names<StreamGroup> = new Names();
  idmp: Idmp | undefined;
  readonly #heap: Heap;
  #nodes: StreamNode[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Id of the first entry, not to be changed; 0 where there is none. */
  get firstId(): StreamId {
    return this.#nodes[0]?.first ?? NO_ID;
  }

  /** Id of the last entry that is there, not to be changed; 0 where there is none. */
  get lastLiveId(): StreamId {
    return this.#nodes[this.#nodes.length - 1]?.last ?? NO_ID;
  }

  /** Appends an entry with an id above all others, without a change of counters. */
  append(id: StreamId, strings: EntryStrings): void {
    const last = this.#nodes[this.#nodes.length - 1];
    if (last?.append(id, strings) !== true) {
      last?.fit();
      const node = new StreamNode(this.#heap);
      this.#nodes.push(node);
      node.append(id, strings);
    }
    this.length++;
  }

  /** The node in which an id is, or would be; -1 where all ids are below it. */
  #nodeOf(id: StreamId): number {
    const nodes = this.#nodes;
    let low = 0;
    let high = nodes.length - 1;
    if (high < 0 || nodes[high]!.last.compare(id) < 0) return -1;
    // Most of those that are looked for are among the last ones.
    if (high > 0 && nodes[high - 1]!.last.compare(id) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nodes[middle]!.last.compare(id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    if (at < 0) return false;
    const node = this.#nodes[at]!;
    return node.last.compare(id) === 0 || node.find(id, spot);
  }

  /** Removes an entry. @returns whether it was there */
  remove(id: StreamId): boolean {
    const at = this.#nodeOf(id);
    if (at < 0) return false;
    const node = this.#nodes[at]!;
    if (!node.find(id, spot)) return false;
    node.remove(spot);
    if (node.count === 0) this.#nodes.splice(at, 1);
    this.length--;
    return true;
  }

  /**
   * Removes the first entries, as long as there are more than `most`, and their ids are below `below`.
   *
   * @param removed told of each, by an id that is lent
   */
  trim(most: number, below: StreamId | undefined, removed: ((id: StreamId) => void) | undefined): void {
    let gone = 0;
    for (; gone < this.#nodes.length && this.length > most; gone++) {
      const node = this.#nodes[gone]!;
      const whole = node.count <= this.length - most && (below === undefined || node.last.compare(below) < 0);
      if (!whole) {
        while (this.length > most && (below === undefined || node.first.compare(below) < 0)) {
          removed?.(node.first);
          node.begin(spot);
          node.remove(spot);
          this.length--;
        }
        break;
      }
      if (removed !== undefined) {
        for (let more = node.begin(spot); more; more = node.next(spot)) removed(spot.id);
      }
      this.length -= node.count;
      node.free();
    }
    if (gone > 0) this.#nodes.splice(0, gone);
  }

  /** Reads the id of the first entry that is not below `from` into `into`. @returns false where there is none */
  firstFrom(from: StreamId, into: StreamId): boolean {
    const at = this.#nodeOf(from);
    if (at < 0) return false;
    this.#nodes[at]!.seek(from, spot);
    into.copy(spot.id);
    return true;
  }

  clone(): Value {
    const copy = new StreamValue(this.#heap);
    copy.length = this.length;
    copy.lastId.copy(this.lastId);
    copy.maxDeletedId.copy(this.maxDeletedId);
    copy.entriesAdded = this.entriesAdded;
    for (const group of this.groups) copy.groups.add(group.clone());
    copy.idmp = this.idmp === undefined ? undefined : cloneIdmp(this.idmp);
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
    const nacked = [...this.groups].some((group) => group.nacked.size > 0);
    frame.typeId = nacked ? TYPE_ID_NACK : this.idmp === undefined ? TYPE_ID : TYPE_ID_IDMP;
  }

  *show(handler: RdbHandler): Generator<void> {
    let shown = 0;
    // Others use the shared one while this waits.
    const entry = new NodeSpot();
    const each: EachString = (bytes, start, end) => handler.bytes(bytes, start, end);
    for (const node of this.#nodes) {
      for (let more = node.begin(entry); more; more = node.next(entry)) {
        const { msHi, msLo, seqHi, seqLo } = entry.id;
        handler.entry(msHi, msLo, seqHi, seqLo);
        node.strings(entry, each);
        handler.entryEnd();
      }
      if (++shown % NODES === 0) yield;
    }
    handler.streamInfo({
      length: this.length,
      lastId: this.lastId.toString(),
      firstId: this.firstId.toString(),
      maxDeletedId: this.memory.counters ? this.maxDeletedId.toString() : undefined,
      entriesAdded: this.memory.counters ? this.entriesAdded : undefined,
    });
    for (const group of this.groups.sorted()) handler.streamGroup(group.describe(this.memory));
    if (this.idmp !== undefined) showIdmp(this.idmp, handler);
  }
}
