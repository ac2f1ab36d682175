/**
 * Streams in all states that a few commands lead to, on a server: what is written of them builds them again, is no
 * longer than what the server writes, and has nothing that could be left out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type CommandArgument,
  describeLive,
  type LiveServer,
  liveServer,
  type Reply,
  ReplyError,
} from '../helpers/live.ts';
import { type Random, seeded } from '../live/random-commands.ts';
import { datasetOf } from './dataset.ts';
import { commandsOf, encodeAll, parseResp } from './make.ts';

const KEYS = 400;

/** Commands on one stream. Ids are few, so that entries are often gone, and streams empty. */
function* commandsOn(key: string, random: Random): Generator<CommandArgument[]> {
  const below = (count: number): number => random() % count;
  const group = (): string => `g${below(2)}`;
  const consumer = (): string => `c${below(3)}`;
  let next = 1;
  const id = (): string => `${1 + below(9)}-${below(2)}`;
  if (below(3) === 0) {
    yield ['XGROUP', 'CREATE', key, 'g0', '0', 'MKSTREAM'];
    for (; next < 5; next++) yield ['XADD', key, `${next}-0`, 'f', 'v'];
    yield ['XREADGROUP', 'GROUP', 'g0', 'c0', 'COUNT', 3, 'STREAMS', key, '>'];
  }
  for (let left = 2 + below(14); left > 0; left--) {
    switch (below(18)) {
      case 0:
      case 16:
      case 17:
        yield ['XDEL', key, id(), id()];
        break;
      case 1:
        yield ['XTRIM', key, 'MAXLEN', below(4)];
        break;
      case 2: {
        const last = 9 + below(3);
        yield ['XSETID', key, `${last}-${below(2)}`, 'ENTRIESADDED', 5 + below(9), 'MAXDELETEDID', id()];
        break;
      }
      case 3:
      case 4:
        yield ['XGROUP', 'CREATE', key, group(), ['0', '$', '5-1'][below(3)]!, 'MKSTREAM'];
        break;
      case 5:
        yield ['XGROUP', 'CREATE', key, group(), id(), 'MKSTREAM', 'ENTRIESREAD', below(6)];
        break;
      case 6:
        yield ['XGROUP', 'CREATECONSUMER', key, group(), consumer()];
        break;
      case 7:
      case 8:
        yield ['XREADGROUP', 'GROUP', group(), consumer(), 'COUNT', 1 + below(3), 'STREAMS', key, '>'];
        break;
      case 9:
        yield [
          'XCLAIM',
          key,
          group(),
          consumer(),
          0,
          id(),
          id(),
          'TIME',
          1e12 + below(2),
          'RETRYCOUNT',
          below(3),
          'FORCE',
        ];
        break;
      case 10:
        yield ['XACK', key, group(), id(), id()];
        break;
      case 11:
        yield ['XADD', key, 'MAXLEN', below(2), `${next++}-${below(2)}`, 'f', 'v'];
        break;
      default:
        yield ['XADD', key, `${next++}-${below(2)}`, 'f', 'v'];
    }
  }
}

const SKIPPED = new Set(['seen-time', 'radix-tree-keys', 'radix-tree-nodes', 'recorded-first-entry-id']);

/** A reply as text, without what no command can set. */
function plain(reply: Reply): unknown {
  if (reply instanceof ReplyError) return reply.message;
  if (!Array.isArray(reply)) return Buffer.isBuffer(reply) ? reply.toString('latin1') : String(reply);
  return reply.filter((_, i) => i % 2 === 0 || !SKIPPED.has(String(reply[i - 1]))).map(plain);
}

describeLive('streams, by a server', () => {
  let source: LiveServer;
  let target: LiveServer;
  beforeAll(async () => {
    source = (await liveServer())!;
    target = (await liveServer())!;
  });
  afterAll(async () => {
    await source?.stop();
    await target?.stop();
  });

  it('are built again, in few bytes, of which none can be left out', async () => {
    const random = seeded(42);
    const { client } = source;
    for (let i = 0; i < KEYS; i++) await client.pipeline([...commandsOn(`s${i}`, random)]);
    const dataset = await datasetOf(client);
    expect(dataset.keys.size).toBeGreaterThan(KEYS * 0.8);
    await client.command('SAVE');
    const dump = new Uint8Array(readFileSync(join(source.dir, 'dump.rdb')));
    await client.command('CONFIG', 'SET', 'aof-use-rdb-preamble', 'no');
    await client.command('CONFIG', 'SET', 'appendonly', 'yes');
    while (!/aof_rewrite_in_progress:0/.test(String(await client.command('INFO', 'persistence')))) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const folder = join(source.dir, 'appendonlydir');
    const base = readdirSync(folder).find((name) => name.endsWith('.base.aof'))!;
    const theirs = byKey(parseResp(new Uint8Array(readFileSync(join(folder, base)))));

    const resp = encodeAll(commandsOf(dump, { target: 'redis:7.0' }));
    const commands = parseResp(resp);
    const replies = await target.client.sendRaw(resp, commands.length);
    expect(replies.filter((reply) => reply instanceof ReplyError)).toEqual([]);
    expect(await datasetOf(target.client)).toEqual(dataset);

    // RESTORE keeps when consumers were seen, and stands wherever there are any.
    const mixed = encodeAll(commandsOf(dump, { target: 'redis:7.0', mode: 'mixed' }));
    await target.client.command('FLUSHALL');
    const answers = await target.client.sendRaw(mixed, parseResp(mixed).length);
    expect(answers.filter((reply) => reply instanceof ReplyError)).toEqual([]);
    const unset = new Set([...SKIPPED].filter((name) => name !== 'seen-time'));
    expect(await datasetOf(target.client, unset)).toEqual(await datasetOf(client, unset));

    const seen = new Set<string>();
    const larger: unknown[] = [];
    const surplus: unknown[] = [];
    for (const [key, list] of byKey(commands)) {
      const orphans = list.some(([name]) => name === 'XTRIM');
      seen.add(
        orphans ? (list.at(-1)![0] === 'XTRIM' || list.at(-2)![0] === 'XTRIM' ? 'trimmed' : 'deleted') : list[0]![0]!,
      );
      if (!orphans && size(list) > size(theirs.get(key)!)) larger.push([list, theirs.get(key)]);
      const wanted = await built(key, list);
      for (const shorter of shortened(list)) {
        if (JSON.stringify(await built(key, shorter)) === JSON.stringify(wanted)) surplus.push([list, shorter]);
      }
    }
    expect(larger).toEqual([]);
    expect(surplus).toEqual([]);
    expect([...seen].sort()).toEqual(['XADD', 'XGROUP', 'deleted', 'trimmed']);
  }, 60_000);

  /** What the server says of a stream that commands build, or that they are none. */
  async function built(key: string, list: string[][]): Promise<unknown> {
    const replies = await target.client.pipeline([['DEL', key], ...list, ['XINFO', 'STREAM', key, 'FULL', 'COUNT', 0]]);
    const failed = replies.slice(0, -1).some((reply) => reply instanceof ReplyError);
    return failed ? 'failed' : plain(replies.at(-1)!);
  }
});

function byKey(commands: string[][]): Map<string, string[][]> {
  const all = new Map<string, string[][]>();
  for (const argv of commands) {
    if (argv[0] === 'SELECT') continue;
    const key = argv[argv[0] === 'XGROUP' ? 2 : 1]!;
    all.set(key, [...(all.get(key) ?? []), argv]);
  }
  return all;
}

function size(list: string[][]): number {
  return list.reduce((sum, argv) => sum + encodeAll([{ kind: 'command', db: 0, argv: argv.map(ascii) }]).length, 0);
}

const ascii = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'latin1'));

/** Without one of the commands, or one of the options that have a value. */
function* shortened(list: string[][]): Generator<string[][]> {
  for (const [i, argv] of list.entries()) {
    yield [...list.slice(0, i), ...list.slice(i + 1)];
    for (const [at, word] of argv.entries()) {
      const length = ['ENTRIESADDED', 'MAXDELETEDID', 'ENTRIESREAD', 'TIME'].includes(word)
        ? 2
        : word === 'FORCE'
          ? 1
          : 0;
      if (length === 0) continue;
      yield [...list.slice(0, i), [...argv.slice(0, at), ...argv.slice(at + length)], ...list.slice(i + 1)];
    }
  }
}
