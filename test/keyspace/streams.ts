/** What streams hold, by a server and in a dataset of our own, in the same words. */
import { latin1 } from '../../src/bytes/index.ts';
import { KeyLook } from '../../src/keyspace/database.ts';
import { StreamValue } from '../../src/keyspace/values/stream.ts';
import { emptyFrame, type RdbHandler, type ScanGroup, type ScanStreamInfo, streamId } from '../../src/rdb/index.ts';
import type { Reply } from '../helpers/live.ts';
import type { Replay } from './run.ts';

/** Times from here on are those of a clock. */
const CLOCK = 1_600_000_000_000;

export interface Held {
  length: number;
  lastId: string;
  maxDeletedId: string | undefined;
  entriesAdded: string | undefined;
  entries: [id: string, strings: string[]][];
  groups: {
    name: string;
    lastId: string;
    entriesRead: string | null | undefined;
    pending: [id: string, consumer: string, time: string, count: string][];
    consumers: string[];
  }[];
  /** Of the only group that has some. */
  nacked?: string[];
}

const timeOf = (time: unknown): string => (Number(time) >= CLOCK ? 'now' : String(time));

/** Names and values in turns. */
function record(reply: Reply): Record<string, Reply> {
  const all = reply as Reply[];
  return Object.fromEntries(all.flatMap((name, i) => (i % 2 === 0 ? [[String(name), all[i + 1]!]] : [])));
}

const text = (reply: Reply | undefined): string => {
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : String(reply);
};

/** What XINFO STREAM FULL says. */
export function infoOf(reply: Reply): Held {
  const info = record(reply);
  const groups = (info['groups'] as Reply[]).map(record);
  return {
    length: info['length'] as number,
    lastId: text(info['last-generated-id']),
    maxDeletedId: text(info['max-deleted-entry-id']),
    entriesAdded: text(info['entries-added']),
    entries: (info['entries'] as [Reply, Reply[]][]).map(([id, strings]) => [text(id), strings.map(text)]),
    groups: groups.map((group) => ({
      name: text(group['name']),
      lastId: text(group['last-delivered-id']),
      entriesRead: group['entries-read'] === null ? null : text(group['entries-read']),
      pending: ((group['pending'] as Reply[][] | undefined) ?? (group['pel'] as Reply[][])).map(
        ([id, consumer, time, count]) => [text(id), text(consumer), timeOf(time), text(count)],
      ),
      consumers: (group['consumers'] as Reply[]).map((consumer) => text(record(consumer)['name'])).sort(),
    })),
  };
}

/** What a stream of our own shows. */
export function shown(value: StreamValue): Held {
  const held: Held = { length: 0, lastId: '', maxDeletedId: '', entriesAdded: '', entries: [], groups: [] };
  value.describe(emptyFrame());
  const handler: Partial<RdbHandler> = {
    entry: (...halves) => {
      held.entries.push([streamId(...halves), []]);
    },
    bytes: (bytes, start, end) => {
      held.entries.at(-1)![1].push(latin1(bytes, start, end));
    },
    entryEnd: () => {},
    streamInfo: ({ length, lastId, maxDeletedId, entriesAdded }: ScanStreamInfo) => {
      const added = entriesAdded === undefined ? undefined : String(entriesAdded);
      Object.assign(held, { length, lastId, maxDeletedId, entriesAdded: added });
    },
    streamGroup: ({ name, lastDeliveredId, entriesRead, pending, nacked, consumers }: ScanGroup) => {
      if (nacked !== undefined) held.nacked = nacked;
      const names = consumers.map((consumer) => latin1(consumer.name));
      held.groups.push({
        name: latin1(name),
        lastId: lastDeliveredId,
        entriesRead: entriesRead == null ? entriesRead : String(entriesRead),
        pending: Array.from({ length: pending.length }, (_, i) => {
          const owner = names[pending.consumer(i)] ?? '';
          return [pending.id(i), owner, timeOf(pending.time(i)), String(pending.count(i))];
        }),
        consumers: names.sort(),
      });
    },
    streamIdmp: () => {},
  };
  for (const _ of value.show(handler as RdbHandler));
  return held;
}

/** All streams of the selected database, by key. */
export function heldStreams({ session }: Replay): Record<string, Held> {
  const found: [string, Held][] = [];
  const look = new KeyLook();
  for (const name of session.db.names()) {
    session.db.look(name, look);
    const key = latin1(look.spot.bytes, look.spot.keyStart, look.keyEnd);
    if (!(look.value instanceof StreamValue)) continue;
    look.value.memory = session.keyspace.streams;
    found.push([key, shown(look.value)]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
