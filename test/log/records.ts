/** Records made by hand. Strings have one character per byte. */
import type { DataValue, KeyRecord, LogRecord, StreamInfo } from '../../src/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export const b = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));

/** A key; what is not given is absent. */
export function key(
  name: string,
  value: DataValue<Bytes>,
  more: Partial<KeyRecord<Bytes, 'data'>> = {},
): LogRecord & { kind: 'key' } {
  return {
    kind: 'key',
    offset: 0,
    db: 0,
    key: b(name),
    encoding: 'raw',
    expiresAt: undefined,
    idle: undefined,
    freq: undefined,
    meta: undefined,
    memberExpires: undefined,
    typeId: 0,
    valueStart: undefined,
    ...value,
    ...more,
  } as LogRecord & { kind: 'key' };
}

export const string = (text: string): DataValue<Bytes> => ({ type: 'string', value: b(text) });
export const list = (...items: string[]): DataValue<Bytes> => ({ type: 'list', value: items.map(b) });
export const set = (...items: string[]): DataValue<Bytes> => ({ type: 'set', value: items.map(b) });
export const zset = (...items: [string, number][]): DataValue<Bytes> => ({
  type: 'zset',
  value: items.map(([member, score]) => ({ member: b(member), score })),
});
export const hash = (...items: [string, string, number?][]): DataValue<Bytes> => ({
  type: 'hash',
  value: items.map(([field, value, expiresAt]) => ({ field: b(field), value: b(value), expiresAt })),
});

/** A stream of entries, each with one pair of field and value. */
export function stream(
  ids: readonly string[],
  info: Partial<StreamInfo<Bytes>> = {},
): DataValue<Bytes> & { type: 'stream' } {
  return {
    type: 'stream',
    value: {
      entries: ids.map((id) => ({ id, fields: [[b('f'), b('v')]] })),
      length: ids.length,
      lastId: ids.at(-1) ?? '0-0',
      firstId: ids[0] ?? '0-0',
      maxDeletedId: '0-0',
      entriesAdded: ids.length,
      groups: [],
      ...info,
    },
  };
}
