import type { ByteOutput } from '../../bytes/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { Gathered } from '../gathered.ts';
import type { ScanGroup } from '../handler.ts';
import { compareIds, idHalves, type PendingList } from '../pending.ts';
import { writeInt64, writeLength, writeLength64, writeRawId } from '../primitives.ts';

const NO_ID = '0-0';
/** `entries_read` of a group that does not know. */
const UNKNOWN = 0xffffffffffffffffn;

/** Generations that know the counters of groups, when consumers were active, and entries that nobody owns. */
const COUNTERS_SINCE = 2;
const ACTIVE_SINCE = 3;
const NACK_SINCE = 5;

/** What a stream says of itself. */
export interface StreamCounters {
  live: number;
  lastId: string;
  firstId: string;
  maxDeletedId: string;
  entriesAdded: number | bigint;
}

/** The consumer groups of a stream, which stand behind their number (redis: src/rdb.c, rdbSaveObject). */
export class StreamGroups {
  stream: StreamCounters = { live: 0, lastId: NO_ID, firstId: NO_ID, maxDeletedId: NO_ID, entriesAdded: 0 };
  readonly #c: EncodeContext;
  readonly #generation: number;
  readonly #gathered: Gathered;
  #count = 0;

  constructor(c: EncodeContext, generation: number) {
    this.#c = c;
    this.#generation = generation;
    this.#gathered = new Gathered(c);
  }

  begin(): void {
    this.#gathered.clear();
    this.#count = 0;
  }

  add(group: ScanGroup): void {
    const c = this.#c;
    const { out } = this.#gathered;
    this.#count++;
    c.strings.write(out, group.name, 0, group.name.length);
    const [msHi, msLo, seqHi, seqLo] = idHalves(group.lastDeliveredId);
    writeHalf(out, msHi, msLo);
    writeHalf(out, seqHi, seqLo);
    this.#writeEntriesRead(group);
    this.#writePending(group);
    this.#writeConsumers(group);
    this.#gathered.settle();
  }

  #writeEntriesRead({ entriesRead, lastDeliveredId }: ScanGroup): void {
    if (this.#generation >= COUNTERS_SINCE) {
      const known = entriesRead === undefined ? estimateRead(this.stream, lastDeliveredId) : entriesRead;
      writeLength64(this.#gathered.out, known ?? UNKNOWN);
      return;
    }
    if (entriesRead === undefined || entriesRead === null) return;
    const { live } = this.stream;
    // What a server makes of a file without it.
    const estimate = estimateRead({ ...this.stream, entriesAdded: live, maxDeletedId: NO_ID }, lastDeliveredId);
    if (estimate !== entriesRead) this.#c.lose('streamCounters', 'counters of a stream and its groups');
  }

  /** All pending entries, ascending, as far as somebody owns them or may not. */
  #writePending({ pending }: ScanGroup): void {
    const { out } = this.#gathered;
    const all = this.#generation >= NACK_SINCE;
    let count = pending.length;
    if (!all) {
      for (let i = 0; i < pending.length; i++) if (pending.consumer(i) < 0) count--;
      if (count < pending.length) {
        // Servers that find such entries end later, by an assertion.
        this.#c.lose('pending', `${pending.length - count} pending entries that no consumer owns`);
      }
    }
    writeLength(out, count);
    for (let i = 0; i < pending.length; i++) {
      if (!all && pending.consumer(i) < 0) continue;
      writePendingId(out, pending, i);
      writeInt64(out, pending.time(i));
      writeLength64(out, pending.count(i));
      if ((i & 0xffff) === 0xffff) this.#gathered.settle();
    }
  }

  #writeConsumers({ pending, consumers, nacked }: ScanGroup): void {
    const { out } = this.#gathered;
    const owned = byConsumer(pending, consumers.length);
    writeLength(out, consumers.length);
    consumers.forEach(({ name, seenTime, activeTime }, i) => {
      this.#c.strings.write(out, name, 0, name.length);
      writeInt64(out, seenTime);
      if (this.#generation >= ACTIVE_SINCE) writeInt64(out, activeTime ?? seenTime);
      else if (activeTime !== undefined && activeTime !== seenTime) {
        this.#c.lose('activeTime', 'when a consumer was active last');
      }
      const entries = owned.of(i);
      writeLength(out, entries.length);
      for (const entry of entries) writePendingId(out, pending, entry);
      this.#gathered.settle();
    });
    if (this.#generation >= NACK_SINCE) this.#writeNacked(pending, nacked ?? [], owned.of(-1));
  }

  /** Entries that were handed back, in that order; then others that nobody owns, as each must be told. */
  #writeNacked(pending: PendingList, nacked: readonly string[], unowned: Int32Array): void {
    const { out } = this.#gathered;
    const rest = new Map(Array.from(unowned, (entry) => [pending.id(entry), entry]));
    const order: number[] = [];
    for (const id of nacked) {
      const entry = rest.get(id);
      if (entry !== undefined) order.push(entry);
      rest.delete(id);
    }
    order.push(...rest.values());
    writeLength(out, order.length);
    for (const entry of order) writePendingId(out, pending, entry);
  }

  /** Writes them all. */
  end(): void {
    writeLength(this.#c.out, this.#count);
    this.#gathered.leave();
    this.#count = 0;
  }
}

function writePendingId(out: ByteOutput, pending: PendingList, i: number): void {
  writeRawId(out, pending.half(i, 0), pending.half(i, 1), pending.half(i, 2), pending.half(i, 3));
}

function writeHalf(out: ByteOutput, hi: number, lo: number): void {
  if (hi < 0x200000) writeLength(out, hi * 0x100000000 + lo);
  else writeLength64(out, (BigInt(hi) << 32n) | BigInt(lo));
}

/** Numbers of entries by the consumer that owns them, -1 for none. */
function byConsumer(pending: PendingList, consumers: number): { of(consumer: number): Int32Array } {
  const ends = new Int32Array(consumers + 1);
  for (let i = 0; i < pending.length; i++) ends[pending.consumer(i) + 1]!++;
  for (let i = 1; i <= consumers; i++) ends[i]! += ends[i - 1]!;
  const order = new Int32Array(pending.length);
  const at = ends.slice();
  for (let i = pending.length - 1; i >= 0; i--) order[--at[pending.consumer(i) + 1]!] = i;
  return { of: (consumer) => order.subarray(consumer < 0 ? 0 : ends[consumer]!, ends[consumer + 1]!) };
}

/**
 * How many entries a group has read, as a server reckons it for one that does not know (redis 7.0: src/t_stream.c,
 * streamEstimateDistanceFromFirstEverEntry); null where it cannot.
 */
function estimateRead(stream: StreamCounters, id: string): number | bigint | null {
  const { live, lastId, firstId, maxDeletedId, entriesAdded } = stream;
  if (entriesAdded === 0) return 0;
  const toLast = compareIds(id, lastId);
  if (live === 0 && toLast <= 0) return entriesAdded;
  if (id !== NO_ID && compareIds(id, maxDeletedId) < 0) return null;
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return null;
  if (maxDeletedId === NO_ID || compareIds(maxDeletedId, firstId) < 0) {
    const toFirst = compareIds(id, firstId);
    const before = BigInt(entriesAdded) - BigInt(live);
    if (toFirst < 0) return Number(before);
    if (toFirst === 0) return Number(before) + 1;
  }
  return null;
}
