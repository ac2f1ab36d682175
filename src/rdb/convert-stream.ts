import { setExact } from '../bytes/index.ts';
import type { ToString } from './convert.ts';
import type { ScanGroup, ScanStreamInfo } from './handler.ts';
import type { StreamConsumer, StreamGroup, StreamIdmp, StreamInfo } from './records.ts';
import type { S } from './strings.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A stream apart from its entries; groups and IDMP are still to come. */
export function convertStreamInfo(info: ScanStreamInfo): StreamInfo<S> {
  const made: StreamInfo<S> = { length: 0, lastId: info.lastId, groups: [] };
  setExact(made, 'length', info.length);
  if (info.firstId !== undefined) made.firstId = info.firstId;
  if (info.maxDeletedId !== undefined) made.maxDeletedId = info.maxDeletedId;
  if (info.entriesAdded !== undefined) setExact(made, 'entriesAdded', info.entriesAdded);
  return made;
}

export function convertGroup(group: ScanGroup, make: ToString): StreamGroup<S> {
  const consumers = group.consumers.map(({ name, seenTime, activeTime }) => {
    const consumer: StreamConsumer<S> = { name: make(name), seenTime: 0 };
    setExact(consumer, 'seenTime', seenTime);
    if (activeTime !== undefined) setExact(consumer, 'activeTime', activeTime);
    return consumer;
  });
  const made: StreamGroup<S> = {
    name: make(group.name),
    lastDeliveredId: group.lastDeliveredId,
    pending: [],
    consumers,
  };
  if (group.entriesRead === null) made.entriesRead = null;
  else if (group.entriesRead !== undefined) setExact(made, 'entriesRead', group.entriesRead);
  for (let i = 0; i < group.pending.length; i++) {
    const owner = group.pending.consumer(i);
    const entry = {
      id: group.pending.id(i),
      consumer: owner < 0 ? undefined : consumers[owner]!.name,
      deliveryTime: 0,
      deliveryCount: 0,
    };
    setExact(entry as StreamGroup<S>['pending'][number], 'deliveryTime', group.pending.time(i));
    setExact(entry as StreamGroup<S>['pending'][number], 'deliveryCount', group.pending.count(i));
    made.pending.push(entry);
  }
  if (group.nacked !== undefined) made.nacked = group.nacked;
  return made;
}

export function convertIdmp(idmp: StreamIdmp<Bytes>, make: ToString): StreamIdmp<S> {
  return {
    ...idmp,
    producers: idmp.producers.map(({ id, entries }) => ({
      id: make(id),
      entries: entries.map((entry) => ({ iid: make(entry.iid), id: entry.id })),
    })),
  };
}
