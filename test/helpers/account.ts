/**
 * The full account of a dataset, in one form from wherever it comes: a live server, records, or the oracle of a corpus file.
 * Every string has one character per byte; what may be beyond 2^53 is decimal text; what has no order is sorted.
 *
 * Not in it, as no command of a log can set it: encodings, idle times, when a consumer was last seen and active, and the
 * sign of a score of zero, which a server keeps or not by how it happens to store the set.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeDump, type RdbRecord, readRdb } from '../../src/index.ts';
import { type Json, type JsonObject, parseJson } from './json.ts';
import type { CommandArgument, LiveServer, Reply, RespClient } from './live.ts';

export interface AccountPending {
  id: string;
  /** Empty where nobody owns the entry. */
  consumer: string;
  /** Unix time in ms. */
  time: string;
  count: string;
}

export interface AccountGroup {
  name: string;
  lastId: string;
  /** Null where the server does not know; absent where it does not say. */
  entriesRead?: string | null;
  pending: AccountPending[];
  consumers: string[];
}

export interface AccountStream {
  entries: [id: string, ...fields: string[]][];
  lastId: string;
  maxDeletedId?: string;
  entriesAdded?: string;
  groups?: AccountGroup[];
  idmp?: { duration: string; maxEntries: string; producers: string; entries: string };
}

export interface AccountField {
  field: string;
  value: string;
  expiresAt?: string;
}

export interface AccountArray {
  items: [index: string, value: string][];
  insertIndex?: string;
}

export type AccountValue =
  | string
  | string[]
  | [member: string, score: string][]
  | AccountField[]
  | AccountStream
  | AccountArray;

export interface AccountKey {
  type: string;
  /** Unix time in ms. */
  expiresAt?: string;
  /** Absent for a module's key. */
  value?: AccountValue;
}

export interface Account {
  /** The source of each library, sorted. */
  functions: string[];
  /** By `db name`. */
  keys: Map<string, AccountKey>;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function emptyAccount(): Account {
  return { functions: [], keys: new Map() };
}

function add(account: Account, db: number, name: string, key: AccountKey): void {
  const id = `${db} ${name}`;
  if (account.keys.has(id)) throw new Error(`key ${JSON.stringify(name)} of db ${db} stands twice`);
  account.keys.set(id, key);
}

/** A score as the shortest text that reads back to the same double. */
function scoreText(score: number): string {
  return score === 0 ? '0' : String(score);
}

/** A score as servers print it. */
function printedScore(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/**
 * Servers show a negative time as 0, and take -1 for none. (They keep the key, as they take every negative time for none when
 * they look whether it is over.)
 */
function timeText(time: number | bigint | string | undefined): string | undefined {
  if (time === undefined || BigInt(time) === -1n) return undefined;
  return BigInt(time) < 0n ? '0' : String(time);
}

function withTime(key: AccountKey, time: string | undefined): AccountKey {
  if (time !== undefined) key.expiresAt = time;
  return key;
}

// Replies of a server, and the oracles of the corpus, which hold them.

/** A reply with one character per byte instead of bytes. */
type Text = string | number | bigint | null | Text[];

function text(reply: Reply): Text {
  if (reply instanceof Error) throw reply;
  if (Array.isArray(reply)) return reply.map(text);
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : reply;
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}

/** Alternating names and values as a map. */
function named(flat: readonly (Text | Json)[]): Map<string, Text> {
  const map = new Map<string, Text>();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i] as string, flat[i + 1] as Text);
  return map;
}

function groupOfInfo(info: readonly Text[]): AccountGroup {
  const from = named(info);
  const group: AccountGroup = {
    name: from.get('name') as string,
    lastId: from.get('last-delivered-id') as string,
    pending: (from.get('pending') as Text[][]).map(([id, consumer, time, count]) => ({
      id: id as string,
      consumer: consumer as string,
      time: String(time),
      // Shown as if it had a sign, which it has not.
      count: String(BigInt.asUintN(64, BigInt(count as string))),
    })),
    consumers: (from.get('consumers') as Text[][]).map((one) => named(one).get('name') as string).sort(byText),
  };
  const read = from.get('entries-read');
  // One that has overflowed is below zero, and says nothing any more.
  if (read !== undefined) group.entriesRead = read === null || String(read).startsWith('-') ? null : String(read);
  return group;
}

/** From XRANGE and XINFO STREAM, FULL where the version has that. */
function streamOfInfo(entries: readonly Text[], info: readonly Text[]): AccountStream {
  const from = named(info);
  const stream: AccountStream = {
    entries: (entries as [string, string[]][]).map(([id, fields]) => [id, ...fields]),
    lastId: from.get('last-generated-id') as string,
  };
  const deleted = from.get('max-deleted-entry-id');
  if (deleted !== undefined) stream.maxDeletedId = deleted as string;
  const added = from.get('entries-added');
  // Servers count without a sign, and show it with one.
  if (added !== undefined) stream.entriesAdded = String(BigInt.asUintN(64, BigInt(added as number)));
  const groups = from.get('groups');
  if (Array.isArray(groups))
    stream.groups = (groups as Text[][]).map(groupOfInfo).sort((a, b) => byText(a.name, b.name));
  else if (groups === 0) stream.groups = [];
  const duration = from.get('idmp-duration');
  if (duration !== undefined) {
    stream.idmp = {
      duration: String(duration),
      maxEntries: String(from.get('idmp-maxsize')),
      producers: String(from.get('pids-tracked')),
      entries: String(from.get('iids-tracked')),
    };
  }
  return stream;
}

/** What shows the value of a key of this type. */
function questions(type: string, key: Buffer): CommandArgument[][] {
  switch (type) {
    case 'string':
      return [['GET', key]];
    case 'list':
      return [['LRANGE', key, 0, -1]];
    case 'set':
      return [['SMEMBERS', key]];
    case 'zset':
      return [['ZRANGE', key, 0, -1, 'WITHSCORES']];
    case 'hash':
      return [['HGETALL', key]];
    case 'stream':
      return [
        ['XRANGE', key, '-', '+'],
        ['XINFO', 'STREAM', key, 'FULL', 'COUNT', 0],
      ];
    default:
      throw new Error(`${type} of a server of 7.0?`);
  }
}

function plainValue(type: string, value: Text): AccountValue {
  switch (type) {
    case 'string':
      return value as string;
    case 'list':
      return value as string[];
    case 'set':
      return (value as string[]).sort(byText);
    case 'zset':
      return pairs(value as string[])
        .map(([member, score]): [string, string] => [member, scoreText(printedScore(score))])
        .sort((a, b) => byText(a[0], b[0]));
    case 'hash':
      return pairs(value as string[])
        .map(([field, one]): AccountField => ({ field, value: one }))
        .sort((a, b) => byText(a.field, b.field));
    default:
      throw new Error(`type ${type}`);
  }
}

/** Databases that a server has unless it is told otherwise. */
const DATABASES = 16;

/** `SELECT` in front of what is asked of each database. */
async function askEach<T>(
  client: RespClient,
  items: readonly { db: number; ask: CommandArgument[][]; item: T }[],
): Promise<{ item: T; replies: Text[] }[]> {
  const commands: CommandArgument[][] = [];
  let db = -1;
  for (const one of items) {
    if (one.db !== db) commands.push(['SELECT', one.db]);
    db = one.db;
    commands.push(...one.ask);
  }
  const replies = await client.pipeline(commands);
  let at = 0;
  db = -1;
  return items.map(({ db: wanted, ask, item }) => {
    if (wanted !== db) at++;
    db = wanted;
    at += ask.length;
    return { item, replies: replies.slice(at - ask.length, at).map(text) };
  });
}

/**
 * What a server of 7.0 holds. No command shows a key whose time is over; such keys are taken from a dump that the server
 * writes. It must not delete them by itself (`DEBUG SET-ACTIVE-EXPIRE 0`).
 */
export async function accountOfServer(server: LiveServer): Promise<Account> {
  const { client } = server;
  const account = emptyAccount();
  const libraries = text(await client.command('FUNCTION', 'LIST', 'WITHCODE')) as Text[][];
  account.functions = libraries.map((library) => named(library).get('library_code') as string).sort(byText);

  const dbs = Array.from({ length: DATABASES }, (_, db) => ({ db, ask: [['KEYS', '*'], ['DBSIZE']], item: db }));
  const keys: { db: number; key: Buffer }[] = [];
  let hidden = false;
  for (const { item, replies } of await askEach(client, dbs)) {
    const [names, size] = replies as [string[], number];
    if (names.length !== size) hidden = true;
    for (const name of names) keys.push({ db: item, key: Buffer.from(name, 'latin1') });
  }

  const types = keys.map((item) => ({
    db: item.db,
    item,
    ask: [
      ['TYPE', item.key],
      ['PEXPIRETIME', item.key],
    ],
  }));
  const typed = (await askEach(client, types)).map(({ item, replies: [type, time] }) => {
    return { db: item.db, item: { ...item, type: String(type), time }, ask: questions(String(type), item.key) };
  });
  for (const { item, replies } of await askEach(client, typed)) {
    const [value, info] = replies;
    const key: AccountKey = { type: item.type };
    key.value = item.type === 'stream' ? streamOfInfo(value as Text[], info as Text[]) : plainValue(item.type, value!);
    add(account, item.db, item.key.toString('latin1'), withTime(key, timeText(item.time as number | bigint)));
  }
  if (hidden) {
    await client.command('SAVE');
    const stored = await accountOfRecords(readRdb(readFileSync(join(server.dir, 'dump.rdb'))));
    for (const [id, key] of stored.keys) if (!account.keys.has(id)) account.keys.set(id, key);
  }
  await client.command('SELECT', 0);
  return account;
}

/** `DEBUG DIGEST`. */
export async function digestOf(server: LiveServer): Promise<string> {
  return String(await server.client.command('DEBUG', 'DIGEST'));
}

/** One key of a corpus oracle. */
interface OracleKey {
  db: number;
  key: string;
  type: string;
  expiresAt?: number | bigint;
  value?: Json;
  fieldExpiresAt?: [string, number][];
  info?: Text[];
  dump?: string;
}

/** What a corpus file (`NAME.json.gz`) says that its server holds. */
export function accountOfOracle(path: string): Account {
  const oracle = parseJson(gunzipSync(readFileSync(path)).toString('utf8')) as JsonObject;
  const account = emptyAccount();
  account.functions = ((oracle['functions'] ?? []) as string[]).toSorted(byText);
  for (const from of oracle['keys'] as unknown as OracleKey[]) {
    const key: AccountKey = { type: from.type };
    if (from.type === 'stream') key.value = streamOfInfo(from.value as Text[], from.info!);
    else if (from.type === 'array') key.value = arrayOf(decodeDump(Buffer.from(from.dump!, 'base64')).value as never);
    else if (from.type === 'vectorset') key.type = 'module';
    else key.value = plainValue(from.type, flat(from.type, from.value as Text));
    for (const [field, time] of from.fieldExpiresAt ?? []) {
      const found = (key.value as AccountField[]).find((one) => one.field === field);
      if (found === undefined) throw new Error(`${path}: a time of a field that is not there`);
      found.expiresAt = String(time);
    }
    add(account, from.db, from.key, withTime(key, timeText(from.expiresAt)));
  }
  return account;
}

/** Pairs of the corpus as servers answer them. */
function flat(type: string, value: Text): Text {
  return type === 'hash' || type === 'zset' ? (value as Text[][]).flat() : value;
}

// Records.

type Bytes = Uint8Array<ArrayBuffer>;
type KeyOf<T extends string> = Extract<RdbRecord, { kind: 'key'; type: T }>;

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** A number, exactly. */
function exact<T extends { exact?: Record<string, bigint> }>(from: T, name: keyof T & string): string {
  return String(from.exact?.[name] ?? from[name]);
}

/** A time that may be absent. */
function timeOf(from: { expiresAt: number | undefined; exact?: Record<string, bigint> }): string | undefined {
  return from.expiresAt === undefined ? undefined : timeText(exact(from, 'expiresAt'));
}

function arrayOf(value: KeyOf<'array'>['value']): AccountArray {
  const array: AccountArray = { items: value.items.map((item) => [exact(item, 'index'), latin1(item.value)]) };
  if (value.insertIndex !== undefined) array.insertIndex = exact(value, 'insertIndex');
  return array;
}

function streamOf(value: KeyOf<'stream'>['value']): AccountStream {
  const stream: AccountStream = {
    entries: value.entries.map(({ id, fields }) => [id, ...fields.flat().map(latin1)]),
    lastId: value.lastId,
  };
  if (value.length !== value.entries.length) throw new Error(`length ${value.length}, entries ${value.entries.length}`);
  const firstId = value.entries[0]?.id ?? '0-0';
  if (value.firstId !== undefined && value.firstId !== firstId) {
    throw new Error(`first id ${value.firstId} instead of ${firstId}`);
  }
  if (value.maxDeletedId !== undefined) stream.maxDeletedId = value.maxDeletedId;
  if (value.entriesAdded !== undefined) stream.entriesAdded = exact(value, 'entriesAdded');
  stream.groups = value.groups
    .map((from): AccountGroup => {
      const group: AccountGroup = {
        name: latin1(from.name),
        lastId: from.lastDeliveredId,
        pending: from.pending.map((one) => ({
          id: one.id,
          consumer: one.consumer === undefined ? '' : latin1(one.consumer),
          time: exact(one, 'deliveryTime'),
          count: exact(one, 'deliveryCount'),
        })),
        consumers: from.consumers.map((one) => latin1(one.name)).sort(byText),
      };
      if (from.entriesRead !== undefined) {
        group.entriesRead = from.entriesRead === null ? null : exact(from, 'entriesRead');
      }
      return group;
    })
    .sort((a, b) => byText(a.name, b.name));
  if (value.idmp !== undefined) {
    stream.idmp = {
      duration: exact(value.idmp, 'duration'),
      maxEntries: exact(value.idmp, 'maxEntries'),
      producers: String(value.idmp.producers.length),
      entries: String(value.idmp.producers.reduce((sum, { entries }) => sum + entries.length, 0)),
    };
  }
  return stream;
}

function keyOf(record: Extract<RdbRecord, { kind: 'key' }>): AccountKey {
  const key: AccountKey = { type: record.type };
  switch (record.type) {
    case 'string':
      key.value = latin1(record.value);
      break;
    case 'list':
      key.value = record.value.map(latin1);
      break;
    case 'set':
      key.value = record.value.map(latin1).sort(byText);
      break;
    case 'zset':
      key.value = record.value
        .map(({ member, score }): [string, string] => [latin1(member), scoreText(score)])
        .sort((a, b) => byText(a[0], b[0]));
      break;
    case 'hash':
      key.value = record.value
        .map((item): AccountField => {
          const field: AccountField = { field: latin1(item.field), value: latin1(item.value) };
          const time = timeOf(item);
          if (time !== undefined) field.expiresAt = time;
          return field;
        })
        .sort((a, b) => byText(a.field, b.field));
      break;
    case 'stream':
      key.value = streamOf(record.value);
      break;
    case 'array':
      key.value = arrayOf(record.value);
      break;
    case 'module':
      break;
    default:
      throw new Error(`a key of type ${record.type}`);
  }
  return withTime(key, timeOf(record));
}

/** What records of the level `data` hold; keys whole. */
export async function accountOfRecords(
  records: Iterable<RdbRecord<Bytes>> | AsyncIterable<RdbRecord<Bytes>>,
): Promise<Account> {
  const account = emptyAccount();
  for await (const record of records) {
    switch (record.kind) {
      case 'function':
        account.functions.push(latin1(record.code));
        break;
      case 'key':
        add(account, record.db, latin1(record.key), keyOf(record));
        break;
      case 'keyJournal':
        add(account, record.db, latin1(record.key), withTime({ type: 'module' }, timeOf(record)));
        break;
      case 'keyBegin':
      case 'keyItems':
      case 'itemBytes':
      case 'keyEnd':
        throw new Error('a key in pieces');
      case 'warning':
        throw new Error(`warning ${record.code}: ${record.message}`);
    }
  }
  account.functions.sort(byText);
  return account;
}
