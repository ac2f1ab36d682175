/** Records of the library as the JSON that `ndjson --escape latin1` prints, to hold the two against each other. */
import type { DataValue, KeyFrame, KeyMeta, ModulePart, StreamValue } from '../../src/index.ts';
import { type Json, type JsonObject, parseJson } from './json.ts';

interface WithExact {
  exact?: Record<string, bigint>;
}

function exact<T extends WithExact, K extends keyof T & string>(owner: T, member: K): Json {
  return (owner.exact?.[member] ?? owner[member]) as Json;
}

function double(value: number): Json {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return value;
}

function parts(list: ModulePart<string>[]): Json {
  return list.map((part): JsonObject => {
    if (part.type === 'string') return { type: 'string', value: part.value };
    if (part.type === 'sint' || part.type === 'uint') return { type: part.type, value: exact(part, 'value') };
    const shown: JsonObject = { type: part.type, value: double(part.value) };
    if ('bits' in part && part.bits !== undefined) shown['bits'] = part.bits;
    return shown;
  });
}

function stream(value: StreamValue<string>): Json {
  const { entries, lastId, firstId, maxDeletedId, groups, idmp } = value;
  const shown: JsonObject = { entries: entries as unknown as Json, length: exact(value, 'length'), lastId };
  if (firstId !== undefined) shown['firstId'] = firstId;
  if (maxDeletedId !== undefined) shown['maxDeletedId'] = maxDeletedId;
  if (value.entriesAdded !== undefined) shown['entriesAdded'] = exact(value, 'entriesAdded');
  shown['groups'] = groups.map((group) => {
    const one: JsonObject = { name: group.name, lastDeliveredId: group.lastDeliveredId };
    if (group.entriesRead !== undefined) one['entriesRead'] = exact(group, 'entriesRead');
    one['pending'] = group.pending.map((entry) => {
      const pending: JsonObject = { id: entry.id };
      if (entry.consumer !== undefined) pending['consumer'] = entry.consumer;
      pending['deliveryTime'] = exact(entry, 'deliveryTime');
      pending['deliveryCount'] = exact(entry, 'deliveryCount');
      return pending;
    });
    if (group.nacked !== undefined) one['nacked'] = group.nacked;
    one['consumers'] = group.consumers.map((consumer) => {
      const shownConsumer: JsonObject = { name: consumer.name, seenTime: exact(consumer, 'seenTime') };
      if (consumer.activeTime !== undefined) shownConsumer['activeTime'] = exact(consumer, 'activeTime');
      return shownConsumer;
    });
    return one;
  });
  if (idmp !== undefined) {
    shown['idmp'] = {
      duration: idmp.duration,
      maxEntries: idmp.maxEntries,
      producers: idmp.producers as unknown as Json,
      added: exact(idmp, 'added'),
      duplicates: exact(idmp, 'duplicates'),
    };
  }
  return shown;
}

/** Type and value, with what stands beside the value; fields of hashes keep their order and their repetitions. */
export function valueJson(key: DataValue<string>): { value: Json; beside: JsonObject } {
  const beside: JsonObject = {};
  switch (key.type) {
    case 'zset':
      return { value: key.value.map(({ member, score }) => ({ member, score: double(score) })), beside };
    case 'hash':
      return { value: hash(key.value, beside), beside };
    case 'stream':
      return { value: stream(key.value), beside };
    case 'array':
      if (key.value.insertIndex !== undefined) beside['insertIndex'] = exact(key.value, 'insertIndex');
      return { value: key.value.items.map((item) => [exact(item, 'index'), item.value]), beside };
    case 'gcra':
      return { value: exact(key.value, 'tat'), beside };
    case 'module':
      return { value: { module: key.value.module, version: key.value.version, data: parts(key.value.parts) }, beside };
    case 'cron': {
      const { script, keys, args } = key.value;
      const [start, interval] = [exact(key.value, 'start'), exact(key.value, 'interval')];
      return { value: { script, start, interval, keys, args }, beside };
    }
    case 'sbf': {
      const { options, growth, error, filters } = key.value;
      const [previous, current, max] = (['previous', 'current', 'max'] as const).map((name) => exact(key.value, name));
      return {
        value: {
          options,
          growth,
          error,
          previous: previous!,
          current: current!,
          max: max!,
          filters: filters as unknown as Json,
        },
        beside,
      };
    }
    default:
      return { value: key.value, beside };
  }
}

function hash(items: Extract<DataValue<string>, { type: 'hash' }>['value'], beside: JsonObject): Json {
  const times = new Pairs();
  const fields = new Pairs();
  let path: string | undefined;
  let inner = fields;
  for (const item of items) {
    if (item.path !== undefined && item.path !== path) {
      path = item.path;
      inner = new Pairs();
      fields.add(path, inner as unknown as Json);
    }
    inner.add(item.field, item.value);
    if (item.expiresAt !== undefined) times.add(item.field, exact(item, 'expiresAt'));
  }
  if (times.list.length > 0) beside['fieldExpiresAt'] = times as unknown as Json;
  return fields as unknown as Json;
}

/** Members of an object, in order and with repetitions. */
export class Pairs {
  readonly list: [string, Json][] = [];

  add(name: string, value: Json): void {
    this.list.push([name, value]);
  }
}

/** JSON text, with `Pairs` as objects and bigints digit by digit. */
function textOf(value: unknown): string {
  if (value instanceof Pairs)
    return `{${value.list.map(([name, item]) => `${textOf(name)}:${textOf(item)}`).join(',')}}`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const shown = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${shown.map(([name, item]) => `${textOf(name)}:${textOf(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** An object that may hold `Pairs`, parsed from its text as the output of a command would be. */
export function asJson(object: JsonObject): JsonObject {
  return parseJson(textOf(object)) as JsonObject;
}

/** A whole key record as its JSON object. */
export function keyJson(record: KeyFrame<string> & DataValue<string>): JsonObject {
  const shown: JsonObject = { db: record.db, key: record.key, type: record.type, encoding: record.encoding };
  if (record.expiresAt !== undefined) shown['expiresAt'] = exact(record, 'expiresAt');
  if (record.idle !== undefined) shown['idle'] = record.idle;
  if (record.freq !== undefined) shown['freq'] = record.freq;
  const { value, beside } = valueJson(record);
  shown['value'] = value;
  Object.assign(shown, beside);
  if (record.memberExpires !== undefined) {
    const times = new Pairs();
    for (const { member, expiresAt } of record.memberExpires) times.add(member, expiresAt);
    shown['fieldExpiresAt'] = times as unknown as Json;
  }
  if (record.meta !== undefined) {
    shown['meta'] = record.meta.map((one: KeyMeta<string>) => ({
      class: one.class,
      version: one.version,
      flags: one.flags,
      data: parts(one.parts),
    }));
  }
  return asJson(shown);
}
