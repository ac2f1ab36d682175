/** What the writer makes, loaded by a real server: it must hold what it holds from the original. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type DumpInput,
  decodeDump,
  decodeFunctions,
  encodeDump,
  encodeFunctions,
  type LossKind,
  RdbParser,
  type RdbRecord,
  TARGETS,
} from '../../src/index.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';
import { type Dataset, datasetOf } from '../log/dataset.ts';
import { rewrite, type Way, writeAll } from '../rdb/write-helpers.ts';

/** 7.0.15 loads files of these, and of no newer servers. */
const OLD = /^redis-([1-6]|7\.0)/;
const RADIX = ['radix-tree-keys', 'radix-tree-nodes'];
/** Of a stream all is compared, but how the server keeps it; before RDB 10 nothing says what a group has read. */
const unset = (target: string): ReadonlySet<string> =>
  new Set(target === 'redis:7.0' ? RADIX : [...RADIX, 'entries-read', 'lag']);
/** What 7.0 takes for the first id of an empty stream of a file of 5.0. */
const NO_FIRST = '18446744073709551615-18446744073709551615';

let server: LiveServer;

/** Makes the server hold what a file holds. */
async function load(bytes: Uint8Array): Promise<void> {
  writeFileSync(join(server.dir, 'dump.rdb'), bytes);
  await server.client.command('FUNCTION', 'FLUSH');
  await server.client.command('DEBUG', 'RELOAD', 'NOSAVE');
}

async function held(
  bytes: Uint8Array,
  target: string,
): Promise<{ dataset: Dataset; digest: string; encodings: Map<string, string> }> {
  await load(bytes);
  const { client } = server;
  const dataset = await datasetOf(client, unset(target));
  for (const [name, holding] of dataset.keys) {
    if (holding.stream === undefined) continue;
    const stream = JSON.parse(JSON.stringify(holding.stream).replaceAll(NO_FIRST, '0-0'));
    dataset.keys.set(name, { ...holding, stream });
  }
  const digest = String(await client.command('DEBUG', 'DIGEST'));
  return { dataset, digest, encodings: await encodings() };
}

async function encodings(): Promise<Map<string, string>> {
  const { client } = server;
  const made = new Map<string, string>();
  for (let db = 0; db < 16; db++) {
    await client.command('SELECT', db);
    for (const key of (await client.command('KEYS', '*')) as Buffer[]) {
      made.set(`${db} ${key.toString('latin1')}`, String(await client.command('OBJECT', 'ENCODING', key)));
    }
  }
  await client.command('SELECT', 0);
  return made;
}

/** What is gone of a dataset, by the kinds of losses and the keys they are about. */
function withoutLost(dataset: Dataset, lost: ReadonlyMap<string, ReadonlySet<LossKind>>): Dataset {
  const keys = new Map(dataset.keys);
  for (const [name, kinds] of lost) {
    if (kinds.has('key')) keys.delete(name);
    else if (kinds.has('streamCounters')) keys.set(name, { ...keys.get(name)!, stream: 'not compared' });
  }
  return { ...dataset, keys };
}

const WAYS: readonly Way[] = [
  { values: 'data' },
  { values: 'raw' },
  { values: 'structure' },
  { values: 'scan' },
  { values: 'data', maxValueBytes: 1500 },
  { values: 'structure', maxValueBytes: 1500 },
];

const targets = TARGETS.filter((name) => /^redis:([2-6]|7\.0)/.test(name) && !/3\.0|2\.8|6\.0/.test(name));

describeLive('files that are written, loaded by a server', () => {
  beforeAll(async () => {
    server = (await liveServer({ args: ['--databases', '16'] }))!;
    await server.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
  });
  afterAll(async () => {
    await server?.stop();
  });

  it.each(corpusNames().filter((name) => OLD.test(name)))('%s', async (name) => {
    const bytes = readCorpus(name);
    for (const target of targets) {
      const original = await held(bytes, target);
      const made = new Map<string, string>();
      // Pieces and nodes differ most where most forms are new.
      for (const way of target === 'redis:7.0' || target === 'redis:6.2' ? WAYS : WAYS.slice(0, 2)) {
        const written = rewrite(bytes, { target }, way);
        const text = Buffer.from(written.bytes).toString('latin1');
        const what = `${target}, ${JSON.stringify(way)}`;
        if ([...made.values()].includes(text)) continue;
        made.set(what, text);
        const lost = new Map<string, Set<LossKind>>();
        for (const { db, key, kind } of written.losses) {
          const id = key === undefined ? kind : `${db} ${Buffer.from(key).toString('latin1')}`;
          lost.set(id, (lost.get(id) ?? new Set()).add(kind));
        }
        const path = join(server.dir, 'check.rdb');
        writeFileSync(path, written.bytes);
        expect(execFileSync('redis-check-rdb', [path], { encoding: 'utf8' }), what).toContain('RDB looks OK');
        const loaded = await held(written.bytes, target);
        const expected = { ...original.dataset, functions: lost.has('function') ? [] : original.dataset.functions };
        expect(withoutLost(loaded.dataset, lost), what).toEqual(withoutLost(expected, lost));
        if (lost.size === 0) expect(loaded.digest, what).toBe(original.digest);
        await server.client.command('DEBUG', 'RELOAD');
        const chosen = await encodings();
        expect(loaded.encodings, what).toEqual(chosen);
      }
    }
  });

  it.each(handNames().filter((name) => readHand(name).info.server.loads && !name.startsWith('frame')))(
    '%s',
    async (name) => {
      const { bytes } = readHand(name);
      const original = await held(bytes, 'redis:7.0');
      for (const target of ['redis:2.6', 'redis:4.0', 'redis:6.2', 'redis:7.0']) {
        for (const values of ['data', 'raw', 'structure', 'scan'] as const) {
          const written = rewrite(bytes, { target }, { values });
          const loaded = await held(written.bytes, target);
          const gone = new Set(
            written.losses
              .filter(({ kind }) => kind === 'key')
              .map(({ db, key }) => `${db} ${Buffer.from(key!).toString('latin1')}`),
          );
          const keys = [...original.dataset.keys].filter(([id]) => !gone.has(id));
          for (const [id, holding] of keys) {
            expect(loaded.dataset.keys.get(id)?.digest, `${target}, ${values}: ${id}`).toEqual(holding.digest);
            expect(loaded.dataset.keys.get(id)?.expiresAt, `${target}, ${values}: ${id}`).toEqual(holding.expiresAt);
          }
          // Servers take times beyond 2038 in files of old ones for past.
          if (name !== 'rdb1-all-types') expect(loaded.dataset.keys.size).toBe(keys.length);
        }
      }
    },
  );

  it('payloads of every kind of value are restored, and dumped again alike', async () => {
    const { client } = server;
    await load(readCorpus('redis-7.0.15'));
    for (const record of recordsOf7()) {
      await client.command('SELECT', record.db);
      const wanted = (await client.command('DUMP', record.key)) as Buffer;
      for (const given of [
        record,
        decodeDump(new Uint8Array(wanted)),
        decodeDump(new Uint8Array(wanted), { values: 'structure' }),
      ]) {
        const payload = encodeDump(given as DumpInput, { target: 'redis:7.0' });
        // The digest tells whether there is a time.
        await client.command('RESTORE', 'restored', record.expiresAt ?? 0, payload, 'REPLACE', 'ABSTTL');
        expect(await client.command('DEBUG', 'DIGEST-VALUE', 'restored')).toEqual(
          await client.command('DEBUG', 'DIGEST-VALUE', record.key),
        );
        expect(String(await client.command('OBJECT', 'ENCODING', 'restored'))).toBe(
          String(await client.command('OBJECT', 'ENCODING', record.key)),
        );
      }
      await client.command('DEL', 'restored');
    }
    await client.command('SELECT', 0);
  });

  /** The keys of the dump of 7.0. */
  function recordsOf7(): (RdbRecord & { kind: 'key' })[] {
    const parser = new RdbParser();
    return [...parser.push(readCorpus('redis-7.0.15')), ...parser.end()].filter((record) => record.kind === 'key');
  }

  it('libraries of functions are restored', async () => {
    const { client } = server;
    await load(readCorpus('redis-7.0.15'));
    const dumped = new Uint8Array((await client.command('FUNCTION', 'DUMP')) as Buffer);
    const list = await client.command('FUNCTION', 'LIST', 'WITHCODE');
    const libraries = decodeFunctions(dumped);
    expect(libraries.length).toBeGreaterThan(0);
    await client.command('FUNCTION', 'FLUSH');
    await client.command('FUNCTION', 'RESTORE', encodeFunctions(libraries));
    expect(await client.command('FUNCTION', 'LIST', 'WITHCODE')).toEqual(list);
    const made = encodeFunctions([{ code: "#!lua name=own\nredis.register_function('own', function() return 7 end)" }]);
    await client.command('FUNCTION', 'RESTORE', made, 'APPEND');
    expect(await client.command('FCALL', 'own', 0)).toBe(7);
  });

  it('unpacks what is packed here', async () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    const values = Array.from({ length: 300 }, (_, i) => {
      const words = Array.from({ length: 1 + random(20) }, () =>
        Array.from({ length: 1 + random(30) }, () => random(256)),
      );
      return new Uint8Array(Array.from({ length: i * 3 }, () => words[random(words.length)]!).flat());
    });
    values.push(
      new Uint8Array(300_000),
      new Uint8Array(20_000).map((_, i) => (i * i) >> 5),
    );
    const records = values.map((value, i) => ({ kind: 'key' as const, key: `k${i}`, type: 'string' as const, value }));
    await load(writeAll(records, { target: 'redis:7.0' }).bytes);
    for (const [i, value] of values.entries()) {
      expect(Buffer.compare((await server.client.command('GET', `k${i}`)) as Buffer, value), `k${i}`).toBe(0);
    }
  });
});
