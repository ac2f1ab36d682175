/** How long the commands are, against what a server writes itself: BGREWRITEAOF without a preamble. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { describeLive, type LiveServer, ReplyError, withLiveServer } from '../helpers/live.ts';
import { Generator, seeded } from '../live/random-commands.ts';
import { commandsOf, encodeAll, parseResp } from './make.ts';

/** Dumps of these servers hold what 7.0.15 refuses. */
const NEWER = /^(redis-(7\.[24]|8)|valkey)/;

/** The log that a server makes of its dataset, and the dump of the same dataset. */
async function rewritten(server: LiveServer): Promise<{ log: Uint8Array; dump: Uint8Array }> {
  const { client } = server;
  await client.command('SAVE');
  await client.command('CONFIG', 'SET', 'aof-use-rdb-preamble', 'no');
  const [, appends] = (await client.command('CONFIG', 'GET', 'appendonly')) as Buffer[];
  if (String(appends) === 'yes') await client.command('BGREWRITEAOF');
  else await client.command('CONFIG', 'SET', 'appendonly', 'yes');
  for (;;) {
    const info = String(await client.command('INFO', 'persistence'));
    if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) {
      expect(info).toMatch(/aof_last_bgrewrite_status:ok/);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const folder = join(server.dir, 'appendonlydir');
  const manifest = readFileSync(
    join(folder, readdirSync(folder).find((name) => name.endsWith('.manifest'))!),
    'latin1',
  );
  const base = /file (\S+) seq \d+ type b/.exec(manifest)![1]!;
  expect(base).toMatch(/\.base\.aof$/);
  const log = new Uint8Array(readFileSync(join(folder, base)));
  return { log, dump: new Uint8Array(readFileSync(join(server.dir, 'dump.rdb'))) };
}

/** Bytes of arguments in RESP, without the head of a command. */
function sizeOf(argv: readonly string[]): number {
  return argv.reduce((sum, argument) => sum + argument.length + String(argument.length).length + 5, 0);
}

interface Part {
  bytes: number;
  lines: string[];
}

/** Bytes by database and key. Keys that share a command have its arguments; what is left has no name. */
function byKey(log: Uint8Array): Map<string, Part> {
  const parts = new Map<string, Part>();
  let db = 0;
  const add = (name: string, bytes: number, argv: readonly string[]): void => {
    const part = parts.get(name) ?? { bytes: 0, lines: [] };
    part.bytes += bytes;
    part.lines.push(JSON.stringify(argv).slice(0, 300));
    parts.set(name, part);
  };
  for (const argv of parseResp(log)) {
    const head = 3 + String(argv.length).length;
    const [name] = argv;
    if (name === 'SELECT') db = Number(argv[1]);
    if (name === 'SELECT' || name === 'FUNCTION') add(name, head + sizeOf(argv), argv);
    else if (name === 'MSET') {
      add('MSET', head + sizeOf(['MSET']), ['MSET']);
      for (let i = 1; i < argv.length; i += 2) {
        const pair = argv.slice(i, i + 2);
        add(`${db} ${pair[0]}`, sizeOf(pair), pair);
      }
    } else add(`${db} ${argv[name === 'XGROUP' ? 2 : 1]}`, head + sizeOf(argv), argv);
  }
  return parts;
}

describeLive('the size of a log, against BGREWRITEAOF', () => {
  async function compare(server: LiveServer): Promise<void> {
    const { log, dump } = await rewritten(server);
    const ours = encodeAll(commandsOf(dump, { target: 'redis:7.0' }));
    const [a, b] = [byKey(ours), byKey(log)];
    const larger: unknown[] = [];
    let more = 0;
    for (const [key, { bytes, lines }] of a) {
      if (key === 'MSET') continue;
      const theirs = b.get(key) ?? { bytes: 0, lines: [] };
      // The server loses pending entries whose stream entries are gone.
      if (lines.some((line) => line.startsWith('["XTRIM"'))) more += Math.max(bytes - theirs.bytes, 0);
      else if (bytes > theirs.bytes) larger.push([key, bytes, theirs.bytes, lines, theirs.lines]);
    }
    expect(larger).toEqual([]);
    expect([...b.keys()].filter((key) => !a.has(key) && key !== 'SELECT')).toEqual([]);
    expect(ours.length).toBeLessThanOrEqual(log.length + more);
    const mixed = encodeAll(commandsOf(dump, { target: 'redis:7.0', mode: 'mixed' }));
    expect(mixed.length).toBeLessThanOrEqual(ours.length);
  }

  it.each(corpusNames().filter((name) => !NEWER.test(name)))('%s', async (name) => {
    await withLiveServer({ files: { 'dump.rdb': readCorpus(name) } }, compare);
  });

  it.each(handNames().filter((name) => readHand(name).info.server.loads))('%s', async (name) => {
    await withLiveServer({ files: { 'dump.rdb': readHand(name).bytes } }, compare);
  });

  it('a log of 7.0', async () => {
    const folder = new URL('../../fixtures/aof/redis-7.0.15.multipart/', import.meta.url);
    const files = Object.fromEntries(
      readdirSync(folder).map((name) => [`appendonlydir/${name}`, new Uint8Array(readFileSync(new URL(name, folder)))]),
    );
    await withLiveServer({ files, args: ['--appendonly', 'yes'] }, compare);
  });

  it.each(Array.from({ length: 8 }, (_, i) => i))('a random dataset: %i', async (seed) => {
    await withLiveServer({}, async (server) => {
      const generator = new Generator(seeded(7000 + seed));
      const replies = await server.client.pipeline(Array.from({ length: 2000 }, () => generator.command()));
      expect(replies.filter((reply) => reply instanceof ReplyError).length).toBeLessThan(800);
      await compare(server);
    });
  });
});
