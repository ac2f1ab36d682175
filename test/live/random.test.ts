/** Random datasets: what the file says, and what DUMP says, is what the server says by commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeFunctions } from '../../src/index.ts';
import { run } from '../cli/run.ts';
import { compareDataset, compareFunctions, compareKey } from '../helpers/compare.ts';
import { expectedDataset } from '../helpers/corpus.mjs';
import { type JsonObject, parseNdjson } from '../helpers/json.ts';
import { describeLive, type LiveServer, ReplyError, withLiveServer } from '../helpers/live.ts';
import { cut, ndjsonOf, recordsOf } from '../helpers/read.ts';
import { readServer } from '../helpers/read-server.ts';
import { keyJson } from '../helpers/record-json.ts';
import { dumpJson } from './dump.ts';
import { Generator, seeded } from './random-commands.ts';

const CONFIGURATIONS: [string, string[]][] = [
  ['as it comes', []],
  ['rdbcompression no', ['--rdbcompression', 'no']],
  ['rdbchecksum no', ['--rdbchecksum', 'no']],
  ['list-compress-depth 1', ['--list-compress-depth', '1', '--list-max-listpack-size', '-1']],
  ['hash-max-listpack-entries 0', ['--hash-max-listpack-entries', '0']],
  [
    'hash-max-listpack-value 8, zset-max-listpack-value 8',
    ['--hash-max-listpack-value', '8', '--zset-max-listpack-value', '8'],
  ],
  ['list-max-listpack-size -5', ['--list-max-listpack-size', '-5']],
  ['list-max-listpack-size 1', ['--list-max-listpack-size', '1']],
  [
    'very large small forms',
    [
      '--hash-max-listpack-entries',
      '100000',
      '--hash-max-listpack-value',
      '100000',
      '--zset-max-listpack-entries',
      '100000',
      '--zset-max-listpack-value',
      '100000',
      '--set-max-intset-entries',
      '100000',
    ],
  ],
  [
    'no small forms',
    ['--zset-max-listpack-entries', '0', '--set-max-intset-entries', '0', '--hash-max-listpack-entries', '0'],
  ],
  ['stream-node-max-entries 3', ['--stream-node-max-entries', '3']],
  [
    'stream-node-max-bytes 100, list-compress-depth 2',
    [
      '--stream-node-max-bytes',
      '100',
      '--list-compress-depth',
      '2',
      '--list-max-listpack-size',
      '5',
      '--rdbcompression',
      'no',
    ],
  ],
  ['maxmemory-policy allkeys-lfu', ['--maxmemory-policy', 'allkeys-lfu']],
  ['maxmemory-policy allkeys-lru', ['--maxmemory-policy', 'allkeys-lru']],
];

const COMMANDS = 1500;

async function fill(server: LiveServer, seed: number): Promise<void> {
  const generator = new Generator(seeded(seed));
  // Elements of this size may stand alone in their node, as large ones do.
  if (seed % 3 === 0) await server.client.command('DEBUG', 'QUICKLIST-PACKED-THRESHOLD', '200b');
  const commands = Array.from({ length: COMMANDS }, () => generator.command());
  const replies = await server.client.pipeline(commands);
  // Enough of them did something.
  expect(replies.filter((reply) => reply instanceof ReplyError).length).toBeLessThan(COMMANDS * 0.4);
}

/** What stands beside a value under an LRU policy, and cannot be known beforehand. */
function withoutIdle(record: JsonObject, lru: boolean): JsonObject {
  if (!lru) return record;
  const { idle, ...rest } = record;
  expect(idle).toBeTypeOf('number');
  expect(idle as number).toBeGreaterThanOrEqual(0);
  expect(idle as number).toBeLessThan(600);
  return rest;
}

describeLive('what the server says of random datasets', () => {
  describe.each([1, 2])('round %i', (round) => {
    it.each(CONFIGURATIONS.map(([name, args], i) => [name, args, round * 100 + i] as const))(
      '%s',
      async (name, args, seed) => {
        await withLiveServer({ args }, async (server) => {
          expect(server.version).toMatch(/^7\.0\./);
          await fill(server, seed);
          await server.client.command('SAVE');
          const said = await readServer(server.client);
          const bytes = new Uint8Array(readFileSync(join(server.dir, 'dump.rdb')));
          const expected = expectedDataset(said, name, Buffer.from(bytes.subarray(0, 9)).toString('latin1'));
          expect(expected.keys.length).toBeGreaterThan(30);
          const types = new Set(expected.keys.map(({ type }) => type));
          expect([...types].sort()).toEqual(['hash', 'list', 'set', 'stream', 'string', 'zset']);

          const options = {
            freq: name.includes('lfu'),
            compressed: !args.includes('no') || !args.includes('--rdbcompression'),
          };
          const lru = name.includes('lru');
          const plain = (records: JsonObject[]): JsonObject[] => records.map((record) => withoutIdle(record, lru));

          const records = recordsOf(cut(bytes, [1 + (seed % 50), 4096]));
          expect(records.filter(({ kind }) => kind === 'warning')).toEqual([]);
          const keys = records.filter((record) => record.kind === 'key').map(keyJson);
          expect(compareDataset(plain(keys), expected, options)).toEqual([]);
          const functions = records.filter((record) => record.kind === 'function').map(({ code }) => code);
          expect(compareFunctions(functions, expected.functions)).toEqual([]);
          expect(records.at(-1)).toMatchObject({
            kind: 'eof',
            checksum: name.includes('rdbchecksum no') ? 'absent' : 'verified',
          });

          const { text, findings } = ndjsonOf([bytes], 'latin1');
          expect(findings).toEqual([]);
          expect(compareDataset(plain(parseNdjson(text)), expected, options)).toEqual([]);

          // The file is the server's, so the tool reads it where it lies.
          const path = join(server.dir, 'dump.rdb');
          const printed = await run(['ndjson', '--escape', 'latin1', path]);
          expect(printed.stderr).toBe('');
          expect(printed.code).toBe(0);
          expect(printed.stdout).toBe(text);
          const checked = await run(['check', path]);
          expect([checked.code, checked.stderr]).toEqual([0, '']);

          const differences: string[] = [];
          for (const { expiresAt: _, ...key } of expected.keys) {
            const [, payload] = await server.client.pipeline([
              ['SELECT', key.db],
              ['DUMP', Buffer.from(key.key, 'latin1')],
            ]);
            const record = { db: key.db, key: key.key, ...dumpJson(new Uint8Array(payload as Buffer)) };
            differences.push(...compareKey(record, key, { compressed: options.compressed }));
          }
          expect(differences).toEqual([]);

          const libraries = new Uint8Array((await server.client.command('FUNCTION', 'DUMP')) as Buffer);
          const decoded = decodeFunctions(libraries, { strings: 'latin1' }).map(({ code }) => code);
          expect(compareFunctions(decoded, expected.functions)).toEqual([]);
        });
      },
    );
  });
});
