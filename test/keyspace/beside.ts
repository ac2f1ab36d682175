/** Runs the same commands in a server and in a dataset of our own, and compares what both then hold. */
import { expect } from 'vitest';
import { type Reply, ReplyError, type RespClient } from '../helpers/live.ts';
import { type Command, Replay } from './run.ts';

const text = (reply: Reply | undefined): string => (reply as Buffer).toString('latin1');
const asBytes = (command: Command): Buffer[] => command.map((one) => Buffer.from(one, 'latin1'));

function scoreOf(score: string): number {
  if (score === 'inf' || score === '-inf') return score === 'inf' ? Infinity : -Infinity;
  return Number(score);
}

const READ: Readonly<Record<string, (key: string) => Command>> = {
  string: (key) => ['GET', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
};

async function held(client: RespClient, key: string, type: string): Promise<unknown[]> {
  const reply = await client.command(...asBytes(READ[type]!(key)));
  const all = Array.isArray(reply) ? reply.map(text) : [text(reply)];
  if (type === 'set') return all.sort();
  if (type !== 'zset') return all;
  return all.map((one, i) => (i % 2 === 0 ? one : ['score', scoreOf(one)]));
}

/** What a server holds, as `Replay.dump` tells it: members with the score -0 come in any place among those with 0. */
export async function serverDump(client: RespClient): Promise<ReturnType<Replay['dump']>> {
  const found: ReturnType<Replay['dump']> = {};
  for (const key of ((await client.command('KEYS', '*')) as Buffer[]).map(text).sort()) {
    const [name] = asBytes([key]);
    const value = await held(client, key, String(await client.command('TYPE', name!)));
    const expiry = Number(await client.command('PEXPIRETIME', name!));
    found[key] = { value, ...(expiry < 0 ? {} : { expiresAt: String(expiry) }) };
  }
  return found;
}

/** Members in an order that does not tell 0 from -0. */
function settled(dump: ReturnType<Replay['dump']>): ReturnType<Replay['dump']> {
  for (const held of Object.values(dump)) {
    if (!Array.isArray(held.value[1])) continue;
    const pairs: [string, number][] = [];
    for (let i = 0; i < held.value.length; i += 2) {
      pairs.push([held.value[i] as string, (held.value[i + 1] as [string, number])[1]]);
    }
    pairs.sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1));
    held.value = pairs.flatMap(([member, score]) => [member, ['score', score]]);
  }
  return dump;
}

/** Runs commands on both sides, from an empty dataset on. @returns how many succeeded */
export async function expectSame(client: RespClient, commands: readonly Command[]): Promise<number> {
  await client.command('FLUSHALL');
  const replay = new Replay('7.0');
  const replies = await client.pipeline(commands.map(asBytes));
  const server = replies.map((reply) => (reply instanceof ReplyError ? reply.message : true));
  const own = commands.map((command, i) => {
    const done = replay.send(command)[0]!;
    // Which error it is does not matter.
    return done ? true : typeof server[i] === 'string' ? server[i] : false;
  });
  expect(own).toEqual(server);
  expect(settled(replay.dump())).toEqual(settled(await serverDump(client)));
  return own.filter((one) => one === true).length;
}
