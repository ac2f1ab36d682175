/** Files that `convert` and `split` wrote, loaded by a real server, which must hold what it holds of the originals. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cli/bundle.ts';
import { each, run } from '../cli/run.ts';
import { corpusNames } from '../helpers/fixtures.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';

const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
/** What 7.0.15 refuses. */
const NEWER = /^(redis-(7\.[24]|8)|valkey)/;
const names = corpusNames().filter((name) => !NEWER.test(name));

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `live-${tests++}`);
  mkdirSync(folder);
});

describeLive('what a server holds', () => {
  let server: LiveServer;
  beforeAll(async () => {
    server = (await liveServer({ args: ['--databases', '32'] }))!;
    await server.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
  });
  afterAll(async () => {
    await server?.stop();
  });

  /** The digest of the dataset of a file, and its functions. */
  async function load(path: string): Promise<{ digest: string; keys: string; functions: string }> {
    const { client } = server;
    expect(spawnSync('redis-check-rdb', [path], { encoding: 'utf8' }).status, path).toBe(0);
    writeFileSync(join(server.dir, 'dump.rdb'), readFileSync(path));
    await client.command('FUNCTION', 'FLUSH');
    await client.command('DEBUG', 'RELOAD', 'NOSAVE');
    return {
      digest: String(await client.command('DEBUG', 'DIGEST')),
      keys: String(await client.command('INFO', 'keyspace')).replaceAll(/,avg_ttl=\d+/g, ''),
      functions: JSON.stringify(await client.command('FUNCTION', 'LIST', 'WITHCODE')),
    };
  }

  async function convert(...args: string[]): Promise<string> {
    const out = join(folder, 'out.rdb');
    const done = await run(['convert', '--force', '-o', out, ...args]);
    expect(done.code, done.stderr).toBe(0);
    return out;
  }

  it.each(names)('of %s, copied and made anew', async (name) => {
    const path = join(corpus, `${name}.rdb`);
    const wanted = await load(path);
    expect(await load(await convert(path))).toEqual(wanted);
    expect(await load(await convert('--target', 'redis:7.0', path))).toEqual(wanted);
    const tight = ['hash-max-listpack-entries=2', 'zset-max-listpack-value=3', 'list-max-listpack-size=1'];
    const set = tight.flatMap((setting) => ['--set', setting]);
    expect(await load(await convert('--target', 'redis:7.0', '--no-compression', ...set, path))).toEqual(wanted);
  });

  it('of parts that were merged again', async () => {
    for (const name of ['redis-7.0.15', 'redis-6.2.16']) {
      const path = join(corpus, `${name}.rdb`);
      const wanted = await load(path);
      for (const kind of [['--shards', '5'], ['--by-db']]) {
        expect((await run(['split', ...kind, '--force', '-o', join(folder, 'part'), path])).code).toBe(0);
        const parts = readdirSync(folder).filter((file) => file.startsWith('part.'));
        await each(parts, async (part) => {
          expect(spawnSync('redis-check-rdb', [join(folder, part)]).status).toBe(0);
        });
        expect(await load(await convert(...parts.map((part) => join(folder, part))))).toEqual(wanted);
        for (const part of parts) spawnSync('rm', [join(folder, part)]);
      }
    }
  });

  it('of files whose keys stand in other databases', async () => {
    const { client } = server;
    const one = join(corpus, 'redis-7.0.15.rdb');
    const two = join(corpus, 'redis-6.2.16.rdb');
    const moved = join(folder, 'moved.rdb');
    const done = await run(['convert', '--db', '0', '--to-db', '20', '--rename-prefix', '=old:', '-o', moved, two]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    const merged = await load(await convert(one, moved));
    await load(one);
    // The server itself moves what the other file holds.
    const payloads: [Buffer, Buffer, number][] = [];
    writeFileSync(join(server.dir, 'dump.rdb'), readFileSync(two));
    await client.command('DEBUG', 'RELOAD', 'NOSAVE');
    await client.command('SELECT', 0);
    for (const key of (await client.command('KEYS', '*')) as Buffer[]) {
      const at = Number(await client.command('PEXPIRETIME', key));
      payloads.push([key, (await client.command('DUMP', key)) as Buffer, Math.max(at, 0)]);
    }
    await load(one);
    await client.command('SELECT', 20);
    for (const [key, payload, at] of payloads) {
      await client.command('RESTORE', Buffer.concat([Buffer.from('old:'), key]), at, payload, 'ABSTTL');
    }
    await client.command('SELECT', 0);
    expect(String(await client.command('DEBUG', 'DIGEST'))).toBe(merged.digest);
  });

  describe('of newer files', () => {
    it.each(corpusNames().filter((name) => NEWER.test(name)))('%s, less what 7.0 cannot hold', async (name) => {
      const path = join(corpus, `${name}.rdb`);
      const out = await convert('--target', 'redis:7.0', '--lossy', path);
      const loaded = await load(out);
      const info = JSON.parse((await run(['info', '--json', out])).stdout);
      const keys = [...loaded.keys.matchAll(/keys=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
      expect(keys).toBe(info.keys);
      // Written for 7.0 once more, nothing is left to lose.
      expect(await load(await convert('--target', 'redis:7.0', '--set', 'set-max-intset-entries=512', out))).toEqual(
        loaded,
      );
    });
  });
});
