/**
 * Every log of the corpus: its replay is what its own server said it holds, its rewrite is its own rewrite, and where a
 * server of 7.0 loads the log, it holds the same after it has loaded our rewrite.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AofRecord,
  type RdbRecord,
  type ReplayOptions,
  readAof,
  readAofSet,
  replay,
  rewriteAof,
  type Script,
  toCommands,
  writeAof,
} from '../../src/index.ts';
import { accountOfOracle, accountOfRecords } from '../helpers/account.ts';
import { type AccountComparison, compareAccounts } from '../helpers/compare-accounts.ts';
import { describeLive } from '../helpers/live.ts';
import { describeShared } from '../helpers/shared.ts';
import { joined, judge } from './judge.ts';
import { Loader } from './servers.ts';

/** The one script that logs before 5.0 call. */
const SOURCE =
  "redis.call('SET', KEYS[1], ARGV[1]); redis.call('LPUSH', KEYS[2], ARGV[1], 'scripted'); return redis.call('INCR', KEYS[3])";

const script: Script = (call, keys, argv) => {
  call('SET', keys[0]!, argv[0]!);
  call('LPUSH', keys[1]!, argv[0]!, 'scripted');
  call('INCR', keys[2]!);
};

const scripts = { [createHash('sha1').update(SOURCE).digest('hex')]: script };

/** `redis-7.0.15.plain` is of Redis 7.0. */
function versionOf(name: string): { family: string; release: number; sourceVersion: string } {
  const [, family, major, minor] = /^(redis|valkey)-(\d+)\.(\d+)/.exec(name)!;
  return {
    family: family!,
    release: Number(major) * 100 + Number(minor),
    sourceVersion: `${family}:${major}.${minor}`,
  };
}

/** When its server loaded a log whose times count from then. */
const LOADED = new Map([['redis-2.8.24.plain', 1_795_236_237_041]]);

/** What servers of older versions do not say of themselves. */
function unknownOf(name: string): AccountComparison['unknown'] {
  const { release } = versionOf(name);
  const unknown: AccountComparison['unknown'][] = [
    release < 700 ? ['maxDeletedId', 'entriesAdded', 'entriesRead'] : [],
    release < 600 ? ['groups'] : [],
    // Its log could not be loaded by the server that tells times.
    name === 'redis-4.0.14.preamble' ? ['expiresAt'] : [],
  ];
  return unknown.flatMap((some) => some ?? []);
}

/** The records of a log, a single file or a folder. */
function recordsOf(path: string): AsyncIterable<AofRecord> {
  if (statSync(path).isFile()) return readAof(readFileSync(path));
  const manifest = readFileSync(join(path, 'appendonly.aof.manifest'), 'utf8');
  return readAofSet(manifest, (file) => readFileSync(join(path, file)));
}

/** The files of a log, one behind the other. In none of them a database other than 0 is selected where it ends. */
function bytesOf(path: string): Buffer {
  if (statSync(path).isFile()) return readFileSync(path);
  const files = readdirSync(path).filter((name) => /\.(?:base|incr)\./.test(name));
  return Buffer.concat(files.sort().map((name) => readFileSync(join(path, name))));
}

async function replayed(path: string, options: ReplayOptions): Promise<RdbRecord[]> {
  const records: RdbRecord[] = [];
  for await (const record of replay(recordsOf(path), options)) records.push(record);
  return records;
}

describeShared('logs of the corpus', (corpus) => {
  const folder = join(corpus, 'aof');
  const oracles = readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
  const logs = oracles.map((oracle) => {
    const name = oracle.replace(/\.json\.gz$/, '');
    const found = readdirSync(folder).find((one) => one === name || one === `${name}.aof`);
    return { name, path: join(folder, found!), oracle: join(folder, oracle), ...versionOf(name) };
  });

  it('are there', () => {
    expect(logs.length).toBeGreaterThan(30);
  });

  describe.each(logs)('$name', ({ name, path, oracle, sourceVersion }) => {
    const options: ReplayOptions = { sourceVersion, scripts, now: LOADED.get(name) ?? Date.now() };

    it('replays to what its server holds', async () => {
      const account = await accountOfRecords(await replayed(path, options));
      const expected = accountOfOracle(oracle);
      expect(expected.keys.size).toBeGreaterThan(200);
      expect(compareAccounts(account, expected, { unknown: unknownOf(name) })).toEqual([]);
    });

    it('has a rewrite that is its own rewrite, and no shorter one', async () => {
      const target = { target: sourceVersion };
      const ours = await joined(writeAof(toCommands(await replayed(path, options), target)));
      const again = await joined(writeAof(rewriteAof(ours, { ...options, ...target, large: 'pieces' })));
      expect(again.equals(ours)).toBe(true);
      expect(ours.length).toBeGreaterThan(0);
    });
  });

  describeLive('in a server of 7.0', () => {
    const loader = new Loader();
    beforeAll(() => loader.server());
    afterAll(() => loader.stop());

    /** Preambles from 7.2 on are of a later RDB version; commands from 7.4 on are unknown; the server crashes at a script of one. */
    const loadable = logs.filter(
      ({ name, family, release }) =>
        name !== 'redis-4.0.14.preamble' &&
        (release <= 700 || (name.endsWith('.plain') && (release <= 702 || (family === 'valkey' && release === 800)))),
    );

    it.each(loadable)('$name', async ({ path }) => {
      expect(await judge(loader, bytesOf(path), { relative: true, scripts, size: true })).toBeUndefined();
    });
  });
});
