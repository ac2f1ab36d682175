/**
 * The commands, run by a real server: it must hold what a server holds that loaded the dump. DEBUG DIGEST covers keys,
 * values, and that there are times; the rest is asked for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CommandBuilder, type CommandOptions, type LogRecord, type Loss, type RdbRecord } from '../../src/index.ts';
import { readExpected } from '../helpers/compare.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { type JsonObject, parseNdjson } from '../helpers/json.ts';
import { describeLive, type LiveServer, liveServer, ReplyError, type RespClient } from '../helpers/live.ts';
import { ndjsonOf, recordsOf } from '../helpers/read.ts';
import { datasetOf } from './dataset.ts';
import { commandsOf, encodeAll, respOf } from './make.ts';
import { hash, key, list, set, string, zset } from './records.ts';

/** Dumps of these servers hold what 7.0.15 refuses; commands for 7.0 are made of what is left. */
const NEWER = /^(redis-(7\.[24]|8)|valkey)/;

let target: LiveServer;

/** Runs commands on the empty server. No error may come back, unless it is expected. */
async function run(bytes: Uint8Array, count: number): Promise<string[]> {
  await target.client.pipeline([['SELECT', 0], ['FLUSHALL'], ['FUNCTION', 'FLUSH']]);
  const replies = await target.client.sendRaw(bytes, count);
  return replies.filter((reply) => reply instanceof ReplyError).map((reply) => (reply as Error).message);
}

/** What commands for 7.0 cannot hold of each dump. */
const LOST_BY_7: Readonly<Record<string, string[]>> = {
  'redis-7.2.6': [],
  'redis-7.4.1': ['fieldExpiry'],
  'redis-8.0': ['fieldExpiry'],
  'redis-8.6': ['fieldExpiry', 'idmp'],
  'redis-8.8': ['fieldExpiry', 'idmp', 'key', 'pending'],
  'redis-8.8.lfu': ['fieldExpiry', 'idmp', 'key', 'pending'],
  'valkey-8.0.1': [],
  'valkey-9.0.4': ['fieldExpiry'],
};

/** Values of keys in an order of their own, without what depends on the version that stores them. */
function byKey(lines: JsonObject[]): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { db, key, type, value } of lines) {
    const name = `${db} ${key}`;
    if (type === 'set') all.set(name, [...(value as string[])].sort());
    else if (type === 'hash') all.set(name, Object.entries(value as JsonObject).sort());
    else if (type === 'zset') {
      const items = value as { member: string; score: number }[];
      all.set(name, items.map(({ member, score }) => [member, score === 0 ? 0 : score]).sort());
    } else if (type === 'stream') {
      const { entries, length, lastId, maxDeletedId, entriesAdded, groups } = value as JsonObject;
      const kept = (groups as JsonObject[]).map((group) => {
        const owned = (group['pending'] as JsonObject[]).filter((entry) => entry['consumer'] !== undefined);
        const names = (group['consumers'] as JsonObject[]).map((consumer) => consumer['name']);
        return { ...group, nacked: undefined, pending: owned, consumers: names.sort() };
      });
      all.set(name, { entries, length, lastId, maxDeletedId, entriesAdded, groups: kept });
    } else all.set(name, value);
  }
  return all;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

async function digest(client: RespClient): Promise<string> {
  return String(await client.command('DEBUG', 'DIGEST'));
}

async function loaded<T>(bytes: Uint8Array, use: (server: LiveServer) => Promise<T>): Promise<T> {
  const server = (await liveServer({ files: { 'dump.rdb': bytes }, args: ['--databases', '16'] }))!;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

describeLive('commands of dumps, run by a server', () => {
  beforeAll(async () => {
    target = (await liveServer())!;
    await target.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
  });
  afterAll(async () => {
    await target?.stop();
  });

  const ways: [string, CommandOptions & { maxValueBytes?: number }][] = [
    ['commands', {}],
    ['commands, values in tiny pieces', { maxValueBytes: 1500 }],
    ['commands with tiny caps', { caps: { items: 3, bytes: 200 } }],
    ['commands for a cluster', { cluster: true }],
    ['the shorter of both', { mode: 'mixed' }],
    ['the shorter of both, values in tiny pieces', { mode: 'mixed', maxValueBytes: 1500 }],
    ['RESTORE', { mode: 'restore' }],
    ['RESTORE, values in tiny pieces', { mode: 'restore', maxValueBytes: 1500 }],
  ];

  it.each(corpusNames().filter((name) => !NEWER.test(name)))('%s builds the same dataset', async (name) => {
    const bytes = readCorpus(name);
    await loaded(bytes, async (source) => {
      const wanted = await digest(source.client);
      const dataset = await datasetOf(source.client);
      const check = async (resp: Uint8Array, count: number, way: string): Promise<void> => {
        expect(await run(resp, count), way).toEqual([]);
        const built = await datasetOf(target.client);
        const { negativeZeros } = dataset;
        expect({ ...built, negativeZeros }, way).toEqual(dataset);
        // The digest tells -0 from 0.
        const same = isDeepStrictEqual(built.negativeZeros, negativeZeros);
        if (same) expect(await digest(target.client), way).toBe(wanted);
      };
      for (const [way, options] of ways) {
        const { resp, count } = respOf(bytes, { target: 'redis:7.0', ...options });
        await check(resp, count, way);
        const values = options.mode === 'restore' ? 'raw' : 'data';
        // Views of packed values in pieces are left out: their buffer is used again under them (a defect of the reader).
        for (const views of options.maxValueBytes === undefined ? [false, true] : [false]) {
          const commands = commandsOf(bytes, { target: 'redis:7.0', ...options, values, views });
          if (options.maxValueBytes === undefined) {
            expect(Buffer.compare(encodeAll(commands), resp), `${way}, by records`).toBe(0);
          } else await check(encodeAll(commands), commands.length, `${way}, by records`);
        }
      }
      // Without a target it is the server that wrote the file; 7.0 knows all that older ones do.
      const { resp, count } = respOf(bytes, {});
      expect(await run(resp, count)).toEqual([]);
    });
  });

  it.each(handNames().filter((name) => readHand(name).info.server.loads))(
    '%s builds the same dataset',
    async (name) => {
      const { bytes, info } = readHand(name);
      await loaded(bytes, async (source) => {
        const dataset = await datasetOf(source.client);
        const losses: Loss[] = [];
        for (const options of [{}, { mode: 'mixed' as const }, { mode: 'restore' as const }]) {
          const { resp, count } = respOf(bytes, {
            target: 'redis:7.0',
            onLoss: (loss) => losses.push(loss),
            ...options,
          });
          // Stored values without items are refused one by one; a server that loads the file drops them.
          const errors = await run(resp, count);
          expect(errors.filter((error) => options.mode !== 'restore' || error !== 'ERR Bad data format')).toEqual([]);
          const built = await datasetOf(target.client);
          const { negativeZeros } = dataset;
          for (const key of info.server.drops ?? []) {
            for (let db = 0; db < 16; db++) built.keys.delete(`${db} ${key}`);
          }
          expect({ ...built, negativeZeros }, options.mode ?? 'commands').toEqual(dataset);
        }
      });
    },
  );

  it.each(corpusNames().filter((name) => NEWER.test(name)))('%s builds what 7.0 can hold', async (name) => {
    const bytes = readCorpus(name);
    const losses: Loss[] = [];
    const { resp, count } = respOf(bytes, { target: 'redis:7.0', onLoss: (loss) => losses.push(loss) });
    const expected = readExpected(name);
    const gone = new Set(losses.filter(({ kind }) => kind === 'key').map(({ key }) => latin1(key!)));
    // 7.0 has no vector sets, but the commands cannot know which modules a server has.
    const modules = expected.keys.filter(({ type }) => type === 'module').map(({ key }) => key);
    for (const key of modules) gone.add(key);
    expect(await run(resp, count)).toEqual(modules.map(() => 'ERR Bad data format'));
    const built = await datasetOf(target.client);
    const keys = expected.keys.filter(({ key }) => !gone.has(key)).map(({ db, key }) => `${db} ${key}`);
    expect([...built.keys.keys()].sort()).toEqual(keys.sort());
    for (const { db, key, type, expiresAt } of expected.keys) {
      if (gone.has(key)) continue;
      expect(built.keys.get(`${db} ${key}`)).toMatchObject({ type, expiresAt: expiresAt ?? -1 });
    }
    // The values as 7.0 tells them, against what the reader finds: by way of a dump that it saves.
    await target.client.command('SAVE');
    const saved = parseNdjson(ndjsonOf([new Uint8Array(readFileSync(join(target.dir, 'dump.rdb')))], 'latin1').text);
    const wanted = parseNdjson(ndjsonOf([bytes], 'latin1').text).filter((one) => !gone.has(one['key'] as string));
    expect(byKey(saved)).toEqual(byKey(wanted));
    const kinds = [...new Set(losses.map(({ kind }) => kind))].sort();
    expect(kinds).toEqual(LOST_BY_7[name]);
  });

  it('values of any kind come back equal', async () => {
    const text = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
    const score = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(0, 0.1, 1e300, -1e-300));
    const pairs = fc.uniqueArray(fc.tuple(text, text), { minLength: 1, maxLength: 20, selector: ([name]) => name });
    const value = fc.oneof(
      text.map(string),
      fc.array(text, { minLength: 1, maxLength: 20 }).map((items) => list(...items)),
      fc.uniqueArray(text, { minLength: 1, maxLength: 20 }).map((items) => set(...items)),
      fc
        .uniqueArray(fc.tuple(text, score), { minLength: 1, maxLength: 20, selector: ([member]) => member })
        .map((items) => zset(...items)),
      pairs.map((items) => hash(...items)),
    );
    const time = fc.option(fc.integer({ min: 4e12, max: 2 ** 43 }), { nil: undefined });
    const entry = fc.tuple(text, value, time, fc.nat({ max: 2 }));
    const dataset = fc.uniqueArray(entry, { maxLength: 15, selector: ([name, , , db]) => `${db} ${name}` });
    const caps = fc.record({ items: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 500 }) });
    await fc.assert(
      fc.asyncProperty(dataset, fc.option(caps, { nil: undefined }), async (entries, most) => {
        const sorted = entries.sort(([, , , a], [, , , c]) => a - c);
        const records = sorted.map(([name, data, expiresAt, db]) => key(name, data, { db, expiresAt }));
        const builder = new CommandBuilder({ target: 'redis:7.0', caps: most });
        const commands = [...builder.push(records), ...builder.end()];
        expect(await run(encodeAll(commands), commands.length)).toEqual([]);
        await target.client.command('SAVE');
        const saved = recordsOf([new Uint8Array(readFileSync(join(target.dir, 'dump.rdb')))]);
        expect(byName(saved)).toEqual(byName(records.map(asText)));
      }),
      { numRuns: 60 },
    );
  });
});

/** A record as it reads with `strings: 'latin1'`. */
function asText(record: LogRecord): RdbRecord<string> {
  return JSON.parse(
    JSON.stringify(record, (_, value) => (value instanceof Uint8Array ? latin1(value) : exact(value))),
    (_, value) => (typeof value === 'object' && value !== null && 'double' in value ? Number(value.double) : value),
  );
}

/** JSON has no infinities. */
function exact(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { double: String(value) } : value;
}

/** Keys with their values; what has no order is sorted, and -0 is 0. */
function byName(records: RdbRecord<string>[]): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const record of records) {
    if (record.kind !== 'key') continue;
    let value: unknown = record.value;
    if (record.type === 'set') value = [...record.value].sort();
    if (record.type === 'hash') value = record.value.map(({ field, value }) => [field, value]).sort();
    if (record.type === 'zset') value = record.value.map(({ member, score }) => [member, score + 0]).sort();
    all.set(`${record.db} ${record.key}`, [record.type, record.expiresAt, value]);
  }
  return all;
}
