import { grown, latin1 } from '../../bytes/index.ts';
import { idHalves, type ScanGroup, type ScanStreamInfo, type StreamIdmp } from '../../rdb/index.ts';
import type { Heap } from '../memory/index.ts';
import type { Value } from '../types.ts';
import { StreamValue } from '../values/stream.ts';
import { estimateRead } from '../values/stream-estimate.ts';
import { NOBODY, StreamGroup } from '../values/stream-group.ts';
import { StreamId } from '../values/stream-id.ts';
import type { EntryStrings } from '../values/stream-node.ts';
import type { ValueLoader } from './value-loader.ts';

function idOf(text: string): StreamId {
  return new StreamId().set(...idHalves(text));
}

/** Strings of an entry, one behind the other. */
class Gathered implements EntryStrings {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  spans: Int32Array = new Int32Array(32);
  readonly from: number = 0;
  count = 0;
  #used = 0;

  clear(): void {
    this.count = this.#used = 0;
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    const used = this.#used + end - start;
    if (used > this.bytes.length) this.bytes = grown(this.bytes, used);
    if (2 * this.count === this.spans.length) this.spans = grown(this.spans);
    this.bytes.set(bytes.subarray(start, end), this.#used);
    this.spans[2 * this.count] = this.#used;
    this.spans[2 * this.count + 1] = used;
    this.#used = used;
    this.count++;
  }
}

export class StreamLoader implements ValueLoader {
  readonly #stream: StreamValue;
  readonly #strings = new Gathered();
  readonly #id = new StreamId();

  constructor(heap: Heap) {
    this.#stream = new StreamValue(heap);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.add(bytes, start, end);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#id.set(msHi, msLo, seqHi, seqLo);
    this.#strings.clear();
  }

  entryEnd(): void {
    this.#stream.append(this.#id, this.#strings);
  }

  streamInfo({ lastId, maxDeletedId, entriesAdded }: ScanStreamInfo): void {
    const stream = this.#stream;
    stream.lastId.copy(idOf(lastId));
    if (maxDeletedId !== undefined) stream.maxDeletedId.copy(idOf(maxDeletedId));
    stream.entriesAdded = entriesAdded ?? stream.length;
  }

  streamGroup({ name, lastDeliveredId, entriesRead, pending, nacked, consumers }: ScanGroup): void {
    const stream = this.#stream;
    const lastId = idOf(lastDeliveredId);
    const read = entriesRead === undefined ? estimateRead(stream, lastId) : (entriesRead ?? -1);
    const group = new StreamGroup(name.slice(), lastId, read);
    const made = consumers.map((one) =>
      group.addConsumer(one.name.slice(), one.seenTime, one.activeTime ?? one.seenTime),
    );
    const id = this.#id;
    for (let i = 0; i < pending.length; i++) {
      id.set(pending.half(i, 0), pending.half(i, 1), pending.half(i, 2), pending.half(i, 3));
      if (group.pending.find(id)) continue;
      group.pending.insert(id, pending.time(i), pending.count(i), made[pending.consumer(i)]?.number ?? NOBODY);
    }
    for (const one of nacked ?? []) if (group.pending.find(idOf(one))) group.nacked.add(one);
    stream.groups.add(group);
  }

  streamIdmp({ duration, maxEntries, producers, added, duplicates, exact }: StreamIdmp<Uint8Array<ArrayBuffer>>): void {
    const wide = exact as Record<string, bigint> | undefined;
    this.#stream.idmp = {
      duration: wide?.['duration'] ?? duration,
      maxEntries: wide?.['maxEntries'] ?? maxEntries,
      producers: new Map(
        producers.map(({ id, entries }) => [
          latin1(id),
          new Map(entries.map((entry) => [latin1(entry.iid), idOf(entry.id)])),
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
