/** Small RDB files, put together by hand. */
import type { RdbRecord, RecordStream } from '../../src/index.ts';

export const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'latin1'));

const concat = (...parts: (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));

export const string = (value: string | Uint8Array): Uint8Array<ArrayBuffer> => {
  const content = typeof value === 'string' ? bytes(value) : value;
  if (content.length < 64) return concat([content.length], content);
  const head = Buffer.alloc(5, 0x80);
  head.writeUInt32BE(content.length, 1);
  return concat(head, content);
};

const time = (ms: number): Uint8Array => {
  const field = Buffer.alloc(8);
  field.writeBigInt64LE(BigInt(ms));
  return field;
};

export const selectDb = (db: number): Uint8Array => Uint8Array.of(254, db);
export const resizeDb = (keys: number, expires: number): Uint8Array => Uint8Array.of(251, keys, expires);
export const slotInfo = (slot: number, keys: number): Uint8Array => Uint8Array.of(244, slot, keys, 0);
export const aux = (name: string, value: string): Uint8Array => concat([250], string(name), string(value));

/** A key with its expiry, if it has one. */
const key = (type: number, name: string | Uint8Array, at: number | undefined, ...value: Uint8Array[]): Uint8Array =>
  concat(at === undefined ? [] : concat([252], time(at)), [type], string(name), ...value);

export const stringKey = (name: string | Uint8Array, value: string, at?: number): Uint8Array =>
  key(0, name, at, string(value));
export const listKey = (name: string, items: string[], at?: number): Uint8Array =>
  key(1, name, at, Uint8Array.of(items.length), ...items.map(string));
export const setKey = (name: string, items: string[], at?: number): Uint8Array =>
  key(2, name, at, Uint8Array.of(items.length), ...items.map(string));
/** KeyDB: a time for one member of the key before. */
export const memberExpiry = (member: string, ms: number): Uint8Array =>
  concat(aux('keydb-subexpire-key', member), aux('keydb-subexpire-when', String(ms)));

/** A file of RDB 9 around its records, without a checksum. */
export const dump = (...records: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  concat(bytes('REDIS0009'), ...records, [255], new Uint8Array(8));

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** A source in chunks of some size. */
export function* inChunks(source: Uint8Array<ArrayBuffer>, size: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.length; at += size) yield source.slice(at, at + size);
}

type Loose = RdbRecord<Uint8Array<ArrayBuffer> | string, 'skip' | 'raw' | 'data'>;

/** A record in a few words: its kind, or the kind and the name of its key. */
export function brief(record: Loose | RdbRecord<string> | RdbRecord): string {
  const { kind } = record;
  if (kind === 'selectDb') return `select ${record.db}`;
  if (!('key' in record) || record.key === undefined) return kind;
  const name = typeof record.key === 'string' ? record.key : Buffer.from(record.key).toString('latin1');
  return kind === 'key' ? name : `${kind} ${name}`;
}

/** A stream that is made anew for every iteration. */
export const restream = <T>(make: () => RecordStream<T>): RecordStream<T> => ({
  [Symbol.asyncIterator]: () => make()[Symbol.asyncIterator](),
  batches: () => ({ [Symbol.asyncIterator]: () => make().batches()[Symbol.asyncIterator]() }),
});
