import { latin1 } from '../../bytes/index.ts';
import { idHalves, type ScanGroup, type ScanStreamInfo, type StreamIdmp } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { StreamValue } from '../values/stream.ts';
import { estimateRead } from '../values/stream-estimate.ts';
import { StreamGroup } from '../values/stream-group.ts';
import { EntryBody, makeId } from '../values/stream-node.ts';
import type { ValueLoader } from './value-loader.ts';

type Halves = [msHi: number, msLo: number, seqHi: number, seqLo: number];

function idOf([msHi, msLo, seqHi, seqLo]: Halves): bigint {
  return makeId((BigInt(msHi) << 32n) | BigInt(msLo), (BigInt(seqHi) << 32n) | BigInt(seqLo));
}

function idOfText(id: string): bigint {
  return idOf(idHalves(id));
}

export class StreamLoader implements ValueLoader {
  readonly #stream: StreamValue;
  readonly #body = new EntryBody();
  #id = 0n;

  constructor(heap: Heap) {
    this.#stream = new StreamValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#body.add(bytes, start, end);
  }

  entry(...halves: Halves): void {
    this.#id = idOf(halves);
    this.#body.clear();
  }

  entryEnd(): void {
    this.#stream.append(this.#id, this.#body);
  }

  streamInfo({ lastId, maxDeletedId, entriesAdded }: ScanStreamInfo): void {
    const stream = this.#stream;
    stream.lastId = idOfText(lastId);
    stream.maxDeletedId = maxDeletedId === undefined ? 0n : idOfText(maxDeletedId);
    stream.entriesAdded = BigInt(entriesAdded ?? stream.length);
  }

  streamGroup({ name, lastDeliveredId, entriesRead, pending, nacked, consumers }: ScanGroup): void {
    const stream = this.#stream;
    const lastId = idOfText(lastDeliveredId);
    const read = entriesRead === undefined ? estimateRead(stream, lastId) : entriesRead === null ? -1n : entriesRead;
    const group = new StreamGroup(name.slice(), lastId, BigInt(read));
    const made = consumers.map(({ name: consumer, seenTime, activeTime }) => ({
      name: consumer.slice(),
      seen: seenTime,
      active: activeTime ?? seenTime,
    }));
    for (const consumer of made) group.consumers.set(latin1(consumer.name), consumer);
    for (let i = 0; i < pending.length; i++) {
      const id = idOf([pending.half(i, 0), pending.half(i, 1), pending.half(i, 2), pending.half(i, 3)]);
      const consumer = made[pending.consumer(i)];
      group.pending.set(id, { consumer, time: pending.time(i), count: pending.count(i) });
    }
    for (const id of nacked ?? []) {
      const entry = group.pending.get(idOfText(id));
      if (entry !== undefined) entry.nacked = group.nacks++;
    }
    stream.groups.set(latin1(name), group);
  }

  streamIdmp({ duration, maxEntries, producers, added, duplicates, exact }: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    const wide = exact as Record<string, bigint> | undefined;
    this.#stream.idmp = {
      duration: wide?.['duration'] ?? duration,
      maxEntries: wide?.['maxEntries'] ?? maxEntries,
      producers: new Map(
        producers.map(({ id, entries }) => [
          latin1(id),
          new Map(entries.map((entry) => [latin1(entry.iid), idOfText(entry.id)])),
        ]),
      ),
      added: wide?.['added'] ?? added,
      duplicates: wide?.['duplicates'] ?? duplicates,
    };
  }

  end(): Value {
    return this.#stream;
  }

  abandon(): void {
    this.#stream.free();
  }
}
