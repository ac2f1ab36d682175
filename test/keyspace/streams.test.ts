import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, type Reply, ReplyError, type RespClient, withLiveServer } from '../helpers/live.ts';
import { type Command, Replay } from './run.ts';
import { heldStreams, infoOf } from './streams.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const keys = named('a', 'a', 'b', 'text', 'none');
const groups = named('g', 'g', 'h', 'nogroup');
const consumers = named('c', 'd', 'e');
/** Few enough that they meet; among them some at the ends of what 64 and 32 bits hold. */
const someIds = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.nat(9), fc.nat(3)).map(([ms, seq]) => `${ms}-${seq}`) },
  { weight: 3, arbitrary: fc.nat(12).map(String) },
  {
    weight: 1,
    arbitrary: named('4294967295-4294967295', '4294967296-4294967296', '9007199254740993-9007199254740993', '0-0'),
  },
);
const oddIds = named(
  'x',
  '',
  '-',
  '1-',
  '1-2-3',
  '-1-1',
  '007-1',
  ' 8',
  '99999999999999999999-1',
  '18446744073709551615-1',
);
const ids = fc.oneof({ weight: 20, arbitrary: someIds }, { weight: 1, arbitrary: oddIds });
const idLists = fc.array(ids, { minLength: 1, maxLength: 4 });
const option = (...words: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([] as string[]) },
    { weight: 1, arbitrary: fc.tuple(...words.map((word) => (typeof word === 'string' ? fc.constant(word) : word))) },
  );
const sizes = named('0', '1', '3', '6', '-1', 'x');
const trims = fc.oneof(
  fc.tuple(named('MAXLEN', 'maxlen'), named('', '='), sizes),
  fc.tuple(named('MINID'), named('', '='), ids),
);
const trim = trims.map(([by, how, bound]) => (how === '' ? [by, bound] : [by, how, bound]));
const fields = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(['f', 'v'], ['f', 'w'], ['f', '1', 'g', '2'], ['', '']) },
  { weight: 1, arbitrary: fc.constantFrom(['f'], ['f'.repeat(300), 'v'.repeat(5000)], ['f', '1', 'f', '2']) },
);
/** What has no trimming is as likely as what has. */
const mayTrim = fc.oneof(fc.constant([] as string[]), fc.constant([] as string[]), trim);
const newIds = fc.oneof(
  { weight: 1, arbitrary: ids },
  { weight: 3, arbitrary: fc.nat(40).map((ms) => `${ms}-*`) },
  { weight: 3, arbitrary: fc.tuple(fc.nat(60), fc.nat(5)).map(([ms, seq]) => `${ms}-${seq}`) },
);
/** Such that nobody can tell the clocks of both sides apart. */
const times = named('1000', '2000', '20000000000000', '-1', '0', 'x');
const idle = named('0', '1000000000', '-1', 'x');

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(keys, option('NOMKSTREAM'), mayTrim, newIds, fields)
      .map(([key, ...parts]) => ['XADD', key, ...parts.flat()]),
  },
  fc.tuple(keys, trim, fc.constantFrom([], [], ['x'], ['MINID', '1'])).map(([key, a, b]) => ['XTRIM', key, ...a, ...b]),
  { weight: 2, arbitrary: fc.tuple(keys, idLists).map(([key, list]) => ['XDEL', key, ...list]) },
  fc
    .tuple(keys, ids, option('ENTRIESADDED', named('0', '5', '40', 'x', '-1')), option('MAXDELETEDID', ids))
    .map(([key, ...parts]) => ['XSETID', key, ...parts.flat()]),
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        keys,
        groups,
        fc.oneof(ids, named('$', '0')),
        option('MKSTREAM'),
        option('ENTRIESREAD', named('3', '-1', '-2', '50')),
      )
      .map(([key, group, ...parts]) => ['XGROUP', 'CREATE', key, group, ...parts.flat()]),
  },
  fc
    .tuple(keys, groups, fc.oneof(ids, named('$', '-', '+')), option('ENTRIESREAD', named('3', '-1', 'x')))
    .map(([key, group, ...parts]) => ['XGROUP', 'SETID', key, group, ...parts.flat()]),
  fc.tuple(fc.constant('XGROUP'), fc.constant('DESTROY'), keys, groups),
  fc.tuple(fc.constant('XGROUP'), named('CREATECONSUMER', 'DELCONSUMER'), keys, groups, consumers),
  { weight: 2, arbitrary: fc.tuple(keys, groups, idLists).map(([key, group, list]) => ['XACK', key, group, ...list]) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        ...[keys.map((key) => [key]), groups.map((group) => [group]), consumers.map((consumer) => [consumer])],
        idle.map((ms) => [ms]),
        idLists,
        option(named('TIME', 'IDLE'), times),
        option('RETRYCOUNT', named('0', '3', '9223372036854775807', '-1', 'x')),
        option('FORCE'),
        option('JUSTID'),
        option('LASTID', ids),
      )
      .map((parts) => ['XCLAIM', ...parts.flat()]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        keys,
        groups,
        consumers,
        idle,
        fc.oneof(ids, named('-', '(1-1', '0')),
        option('COUNT', sizes),
        option('JUSTID'),
      )
      .map((parts) => ['XAUTOCLAIM', ...parts.flat()]),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(groups, consumers, option('COUNT', sizes), option('NOACK'), keys, fc.oneof(fc.constant('>'), ids))
      .map(([group, consumer, count, noAck, key, id]) => {
        return ['XREADGROUP', 'GROUP', group, consumer, ...count, ...noAck, 'STREAMS', key, id];
      }),
  },
  fc
    .tuple(groups, consumers, keys, keys, ids)
    .map(([group, consumer, a, b, id]) => ['XREADGROUP', 'GROUP', group, consumer, 'STREAMS', a, b, '>', id]),
);

const setup: Command[] = [
  ['SET', 'text', 'no stream'],
  ['XADD', 'a', '1-1', 'f', 'v'],
  ['XADD', 'a', '2-0', 'f', 'w'],
  ['XADD', 'a', '3-0', 'other', 'w'],
  ['XGROUP', 'CREATE', 'a', 'g', '0'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '2', 'STREAMS', 'a', '>'],
];

const asBytes = (command: Command): Buffer[] => command.map((one) => Buffer.from(one, 'latin1'));

async function infos(client: RespClient): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of ((await client.command('KEYS', '*')) as Buffer[]).map(String).sort()) {
    if (String(await client.command('TYPE', key)) !== 'stream') continue;
    found[key] = infoOf((await client.command('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0)) as Reply[]);
  }
  return found;
}

async function expectSame(client: RespClient, commands: readonly Command[]): Promise<number> {
  await client.command('FLUSHALL');
  const replay = new Replay('7.0');
  const replies = await client.pipeline(commands.map(asBytes));
  const server = replies.map((reply) => (reply instanceof ReplyError ? reply.message : true));
  const own = commands.map((one, i) => {
    const [done] = replay.run(one);
    // Which error it is does not matter.
    return done ? true : typeof server[i] === 'string' ? server[i] : false;
  });
  expect(own).toEqual(server);
  expect(heldStreams(replay)).toEqual(await infos(client));
  return own.filter((one) => one === true).length;
}

describeLive('commands on streams', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
          done += await expectSame(client, [...setup, ...commands]);
        }),
        { numRuns: 250 },
      );
      expect(done).toBeGreaterThan(2000);
    });
  }, 120_000);
});
