import { latin1, setExact } from '../../bytes/index.ts';
import { listpack, StreamNodeDecoder } from '../../encodings/index.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import { DATA, type ScanGroup, type ScanStreamInfo, STRUCTURE } from '../handler.ts';
import { compareHalves, type IdHalves, PendingList, streamId } from '../pending.ts';
import type { StreamIdmp } from '../records.ts';

/** Bytes of a raw stream id. */
const RAW_ID = 16;

/** Characters of a name in a message. */
const NAME_SHOWN = 100;

/** What of a stream comes next. */
const NODES = 0;
const NODE_ID = 1;
const NODE = 2;
const INFO = 3;
const GROUP = 4;
const PENDING = 5;
const CONSUMER = 6;
const OWNED = 7;
const NACK_COUNT = 8;
const NACKED = 9;
const IDMP_HEAD = 10;
const PRODUCER = 11;
const IDEMPOTENT_ID = 12;
const IDMP_TAIL = 13;
const NODE_END = 14;
const GROUP_END = 15;
const DONE = 16;

/**
 * Streams (redis: src/rdb.c, rdbLoadObject and rdbSaveStreamConsumers). `generation` is the number of the layout:
 * 1 type 15 (Redis 5), 2 type 19 (7.0: ids of first and deleted entries, counters), 3 type 21 (7.2: active time),
 * 4 type 26 (8.6: idempotent producers), 5 type 27 (8.8: nacked entries).
 */
export class StreamReader implements ValueReader {
  readonly #generation: number;
  #decoder: StreamNodeDecoder | undefined;
  #state = NODES;
  /** Items still to come of what the state counts; groups and consumers have their own counts. */
  #left = 0;
  #nodes = 0;
  #groups = 0;
  #consumers = 0;
  #live = 0;
  /** The id of the last node, where that is looked at. */
  #nodeId: IdHalves | undefined;
  #group: ScanGroup | undefined;
  readonly #groupNames: Set<string> = new Set();
  readonly #consumerNames: Set<string> = new Set();
  #idmp: StreamIdmp<Uint8Array<ArrayBuffer>> | undefined;

  constructor(generation: 1 | 2 | 3 | 4 | 5) {
    this.#generation = generation;
  }

  begin(): void {
    this.#state = NODES;
    this.#left = this.#groups = this.#consumers = this.#live = 0;
    this.#group = this.#nodeId = undefined;
    this.#decoder?.restart();
    if (this.#groupNames.size > 0) this.#groupNames.clear();
    this.#idmp = undefined;
  }

  run(c: ValueContext): void {
    while (this.#state !== DONE) {
      this.#step(c);
      c.r.commit();
    }
  }

  /** Reads one item and decides what comes next. */
  #step(c: ValueContext): void {
    switch (this.#state) {
      case NODES:
        this.#nodes = c.length();
        if (c.level === STRUCTURE) c.handler.count(this.#nodes);
        this.#state = this.#nodes > 0 ? NODE_ID : INFO;
        break;
      case NODE_ID:
        this.#readNodeId(c);
        break;
      case NODE:
        this.#readNode(c);
        break;
      case NODE_END:
        this.#endNode(c);
        break;
      case INFO:
        this.#readInfo(c);
        break;
      case GROUP:
        this.#readGroup(c);
        break;
      case PENDING:
        this.#readPending(c);
        break;
      case CONSUMER:
        this.#readConsumer(c);
        break;
      case OWNED:
        this.#readOwned(c);
        break;
      case NACK_COUNT:
        this.#left = c.length();
        this.#state = NACKED;
        if (this.#left === 0) this.#state = GROUP_END;
        break;
      case NACKED:
        this.#readNacked(c);
        break;
      case GROUP_END:
        this.#endGroup(c);
        break;
      case IDMP_HEAD:
        this.#readIdmpHead(c);
        break;
      case PRODUCER:
        this.#readProducer(c);
        break;
      case IDEMPOTENT_ID:
        this.#readIdempotentId(c);
        break;
      default:
        this.#readIdmpTail(c);
    }
  }

  #readNodeId(c: ValueContext): void {
    if (c.shown) {
      c.contiguous();
      const { bytes, start } = c;
      if (c.end - start !== RAW_ID) {
        throw c.fail('BAD_STREAM', `the id of a stream node of ${c.end - start} bytes, expected ${RAW_ID}`);
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, RAW_ID);
      const [msHi, msLo, seqHi, seqLo] = readHalves(view, 0);
      if (c.level < DATA) c.handler.streamNode(streamId(msHi, msLo, seqHi, seqLo));
      else {
        this.#decoder ??= new StreamNodeDecoder(c.handler);
        this.#decoder.thorough = c.thorough;
        this.#decoder.begin(msHi, msLo, seqHi, seqLo);
        if (c.thorough) this.#checkOrder(c, [msHi, msLo, seqHi, seqLo]);
      }
    } else {
      c.string();
    }
    this.#state = NODE;
  }

  /** Nodes stand in the order of their ids. */
  #checkOrder(c: ValueContext, id: IdHalves): void {
    const before = this.#nodeId;
    this.#nodeId = id;
    const order = before === undefined ? 1 : compareHalves(id, before);
    if (order > 0) return;
    if (order === 0) throw c.fail('BAD_STREAM', `a stream node ${streamId(...id)} that is there twice`);
    // Servers put them in order.
    c.warn('STREAM_INCONSISTENT', `a stream node ${streamId(...id)} behind ${streamId(...before!)}`);
  }

  #readNode(c: ValueContext): void {
    if (c.level < DATA || this.#decoder === undefined) c.string();
    else c.packed(listpack, this.#decoder);
    this.#state = NODE_END;
  }

  /** Reads nothing, so that an error here leaves the reader behind the node. */
  #endNode(c: ValueContext): void {
    const decoder = this.#decoder;
    if (c.level === DATA && decoder !== undefined) {
      decoder.finish();
      this.#live += decoder.live;
      if (decoder.disorder) c.warn('STREAM_INCONSISTENT', 'entries of a stream whose ids do not ascend');
      if (decoder.live !== decoder.announcedLive || decoder.deleted !== decoder.announcedDeleted) {
        c.warn(
          'STREAM_INCONSISTENT',
          `a node of ${decoder.live} live and ${decoder.deleted} deleted entries says ${decoder.announcedLive} and ${decoder.announcedDeleted}`,
        );
      }
    }
    this.#nodes--;
    this.#state = this.#nodes > 0 ? NODE_ID : INFO;
  }

  #readInfo(c: ValueContext): void {
    if (!c.shown) {
      for (let lengths = this.#generation >= 2 ? 8 : 3; lengths > 0; lengths--) c.length64();
      this.#groups = c.length();
      this.#afterGroups();
      return;
    }
    const length = c.length64();
    const info: ScanStreamInfo = {
      length,
      lastId: readId(c),
      firstId: this.#generation >= 2 ? readId(c) : undefined,
      maxDeletedId: this.#generation >= 2 ? readId(c) : undefined,
      entriesAdded: this.#generation >= 2 ? c.length64() : undefined,
    };
    this.#groups = c.length();
    if (c.level === DATA && length !== this.#live) {
      c.warn('STREAM_INCONSISTENT', `a stream of ${this.#live} live entries says ${length}`);
    }
    c.handler.streamInfo(info);
    this.#afterGroups();
  }

  #afterGroups(): void {
    if (this.#groups > 0) this.#state = GROUP;
    else this.#state = this.#generation >= 4 ? IDMP_HEAD : DONE;
  }

  #readGroup(c: ValueContext): void {
    if (c.shown) {
      const name = c.owned();
      const lastDeliveredId = readId(c);
      const entriesRead = this.#generation >= 2 ? c.length64() : undefined;
      this.#left = c.length();
      this.#checkName(c, this.#groupNames, 'group', name);
      if (this.#consumerNames.size > 0) this.#consumerNames.clear();
      this.#group = {
        name,
        lastDeliveredId,
        entriesRead: entriesRead === UNKNOWN ? null : entriesRead,
        pending: new PendingList(),
        nacked: this.#generation >= 5 ? [] : undefined,
        consumers: [],
      };
    } else {
      c.contiguous();
      for (let lengths = this.#generation >= 2 ? 3 : 2; lengths > 0; lengths--) c.length64();
      this.#left = c.length();
    }
    this.#consumers = -1;
    this.#state = this.#left > 0 ? PENDING : CONSUMER;
  }

  /** Behind all that its step reads, as a step that lacks bytes begins anew. */
  #checkName(c: ValueContext, names: Set<string>, what: string, name: Uint8Array): void {
    const text = latin1(name);
    const before = names.size;
    if (names.add(text).size > before) return;
    const shown = JSON.stringify(text.slice(0, NAME_SHOWN));
    c.refuse('STREAM_INCONSISTENT', 'BAD_STREAM', `a ${what} ${shown} that is there twice`);
  }

  #readPending(c: ValueContext): void {
    const { r } = c;
    r.need(RAW_ID + 8);
    const { view, pos } = r;
    r.pos += RAW_ID + 8;
    const count = c.length64();
    if (c.shown) {
      const { pending } = this.#group!;
      pending.add(
        view.getUint32(pos),
        view.getUint32(pos + 4),
        view.getUint32(pos + 8),
        view.getUint32(pos + 12),
        view.getUint32(pos + 20, true),
        view.getUint32(pos + 16, true),
        count,
      );
      if (this.#left === 1) this.#checkPending(c, pending);
    }
    this.#left--;
    if (this.#left === 0) this.#state = CONSUMER;
  }

  /** Servers put pending entries in order, and refuse those that are there twice. */
  #checkPending(c: ValueContext, pending: PendingList): void {
    if (pending.ascends) return;
    c.warn('STREAM_INCONSISTENT', 'pending entries of a group that do not ascend');
    pending.sort();
    if (!pending.ascends) c.refuse('STREAM_INCONSISTENT', 'BAD_STREAM', 'an entry is pending twice in its group');
  }

  /** The count of consumers, or one of them. */
  #readConsumer(c: ValueContext): void {
    if (this.#consumers < 0) {
      this.#consumers = c.length();
    } else {
      if (c.shown) {
        const name = c.owned();
        const seenTime = c.r.i64le();
        const activeTime = this.#generation >= 3 ? c.r.i64le() : undefined;
        this.#left = c.length();
        this.#checkName(c, this.#consumerNames, 'consumer', name);
        this.#group!.consumers.push({ name, seenTime, activeTime });
      } else {
        c.contiguous();
        const times = this.#generation >= 3 ? 16 : 8;
        c.r.need(times);
        c.r.pos += times;
        this.#left = c.length();
      }
      this.#consumers--;
      if (this.#left > 0) {
        this.#state = OWNED;
        return;
      }
    }
    this.#afterConsumer();
  }

  #afterConsumer(): void {
    if (this.#consumers > 0) this.#state = CONSUMER;
    else if (this.#generation >= 5) this.#state = NACK_COUNT;
    else this.#state = GROUP_END;
  }

  #readOwned(c: ValueContext): void {
    const { r } = c;
    r.need(RAW_ID);
    const { view, pos } = r;
    r.pos += RAW_ID;
    if (c.shown) {
      const group = this.#group!;
      const [msHi, msLo, seqHi, seqLo] = readHalves(view, pos);
      if (group.pending.isOwned(msHi, msLo, seqHi, seqLo)) {
        const id = streamId(msHi, msLo, seqHi, seqLo);
        c.refuse('STREAM_INCONSISTENT', 'BAD_STREAM', `${id} is pending for a consumer, and once more for one`);
      }
      if (!group.pending.own(msHi, msLo, seqHi, seqLo, group.consumers.length - 1)) {
        const id = streamId(msHi, msLo, seqHi, seqLo);
        c.refuse('STREAM_INCONSISTENT', 'BAD_STREAM', `a consumer owns ${id}, which is not pending in its group`);
      }
    }
    this.#left--;
    if (this.#left === 0) this.#afterConsumer();
  }

  #readNacked(c: ValueContext): void {
    const { r } = c;
    r.need(RAW_ID);
    const { view, pos } = r;
    r.pos += RAW_ID;
    if (c.shown) {
      const [msHi, msLo, seqHi, seqLo] = readHalves(view, pos);
      const id = streamId(msHi, msLo, seqHi, seqLo);
      this.#group!.nacked!.push(id);
      if (!this.#group!.pending.has(msHi, msLo, seqHi, seqLo)) {
        c.warn('STREAM_INCONSISTENT', `nacked entry ${id} is not pending in its group`);
      }
    }
    this.#left--;
    if (this.#left === 0) this.#state = GROUP_END;
  }

  /** Reads nothing, as `#endNode`. */
  #endGroup(c: ValueContext): void {
    if (c.shown) {
      const group = this.#group!;
      let unowned = 0;
      for (let i = 0; i < group.pending.length; i++) if (group.pending.consumer(i) < 0) unowned++;
      if (unowned > (group.nacked?.length ?? 0)) {
        // Servers that load it end when they meet such an entry.
        c.refuse('STREAM_INCONSISTENT', 'BAD_STREAM', `${unowned} pending entries of a group belong to no consumer`);
      }
      c.handler.streamGroup(group);
    }
    this.#group = undefined;
    this.#groups--;
    this.#afterGroups();
  }

  #readIdmpHead(c: ValueContext): void {
    const duration = c.length();
    const maxEntries = c.length();
    this.#left = 0;
    this.#groups = c.length();
    this.#idmp = { duration, maxEntries, producers: [], added: 0, duplicates: 0 };
    this.#state = this.#groups > 0 ? PRODUCER : IDMP_TAIL;
  }

  #readProducer(c: ValueContext): void {
    const id = c.owned();
    this.#left = c.length();
    this.#idmp!.producers.push({ id, entries: [] });
    this.#groups--;
    this.#afterIdempotentId();
  }

  #readIdempotentId(c: ValueContext): void {
    const iid = c.owned();
    const id = readId(c);
    if (c.shown) this.#idmp!.producers.at(-1)!.entries.push({ iid, id });
    this.#left--;
    this.#afterIdempotentId();
  }

  #afterIdempotentId(): void {
    if (this.#left > 0) this.#state = IDEMPOTENT_ID;
    else this.#state = this.#groups > 0 ? PRODUCER : IDMP_TAIL;
  }

  #readIdmpTail(c: ValueContext): void {
    const added = c.length64();
    const duplicates = c.length64();
    const idmp = this.#idmp!;
    setExact(idmp, 'added', added);
    setExact(idmp, 'duplicates', duplicates);
    if (c.shown) c.handler.streamIdmp(idmp);
    this.#state = DONE;
  }
}

/** `entries_read` of a group that does not know. */
const UNKNOWN = 0xffffffffffffffffn;

/** An id as two LENs. */
function readId(c: ValueContext): string {
  const ms = c.length64();
  return `${ms}-${c.length64()}`;
}

function readHalves(view: DataView, at: number): IdHalves {
  return [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
}
