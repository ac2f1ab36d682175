import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, type Reply, ReplyError, type RespClient, withLiveServer } from '../helpers/live.ts';
import { type Command, Replay } from './run.ts';
import { type Held, heldStreams, infoOf } from './streams.ts';

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
    const [done] = replay.send(one);
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

  it('change long streams, and groups with many pending entries', async () => {
    const id = fc.integer({ min: 1, max: 2500 }).map((ms) => `${ms}-0`);
    const many = fc.array(id, { minLength: 1, maxLength: 40, size: 'max' });
    const edit: fc.Arbitrary<Command> = fc.oneof(
      { weight: 6, arbitrary: many.map((list) => ['XDEL', 'a', ...list]) },
      { weight: 6, arbitrary: many.map((list) => ['XACK', 'a', 'g', ...list]) },
      {
        weight: 8,
        arbitrary: fc.tuple(consumers, many).map(([consumer, list]) => {
          return ['XCLAIM', 'a', 'g', consumer, '0', ...list, 'TIME', '1000', 'FORCE'];
        }),
      },
      fc.tuple(consumers, fc.integer({ min: 1, max: 300 })).map(([consumer, count]) => {
        return ['XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', `${count}`, 'STREAMS', 'a', '>'];
      }),
      fc.tuple(consumers, id).map(([consumer, from]) => ['XREADGROUP', 'GROUP', 'g', consumer, 'STREAMS', 'a', from]),
      fc.tuple(consumers, id).map(([consumer, from]) => ['XAUTOCLAIM', 'a', 'g', consumer, '0', from, 'COUNT', '50']),
      fc.integer({ min: 1, max: 700 }).map((ms) => ['XTRIM', 'a', 'MINID', `${ms}`]),
      consumers.map((consumer) => ['XGROUP', 'DELCONSUMER', 'a', 'g', consumer]),
      fc.constant(['COPY', 'a', 'b', 'REPLACE']),
    );
    const size = fc.constantFrom(0, 3, 40, 127, 128, 300);
    await withLiveServer({}, async ({ client }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(named('f', 'f', 'f', 'g'), size), { minLength: 300, maxLength: 1500, size: 'max' }),
          fc.array(edit, { minLength: 20, maxLength: 80, size: 'max' }),
          async (entries, edits) => {
            const adds = entries.map(([field, length], i) => {
              return ['XADD', 'a', `${1 + Math.floor(i * 1.5)}-0`, field, `${i}`.padEnd(length, '.'), 'x', 'y'];
            });
            await expectSame(client, [...adds, ['XGROUP', 'CREATE', 'a', 'g', '0'], ...edits]);
          },
        ),
        { numRuns: 30 },
      );
    });
  }, 120_000);

  it('keep what comes from a file, and change it', async () => {
    await withLiveServer({}, async ({ client }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(command, { maxLength: 40, size: 'max' }),
          fc.array(command, { maxLength: 20, size: 'max' }),
          async (before, after) => {
            await client.command('FLUSHALL');
            await client.pipeline([...setup, ...before].map(asBytes));
            const payload = (await client.command('DUMP', 'a')) as Buffer;
            const restore = ['RESTORE', 'a', '0', payload.toString('latin1'), 'REPLACE'];
            await expectSame(client, [['SET', 'text', 'no stream'], restore, ...after]);
          },
        ),
        { numRuns: 60 },
      );
    });
  }, 120_000);
});

function held(version: string, ...commands: Command[]): Held {
  const replay = new Replay(version);
  expect(replay.run(...commands)).toEqual(commands.map(() => true));
  return heldStreams(replay)['s']!;
}

const entries: Command[] = [1, 2, 3, 4].map((ms) => ['XADD', 's', `${ms}-1`, 'f', `${ms}`]);
const group: Command[] = [...entries, ['XGROUP', 'CREATE', 's', 'g', '0']];
const idsOf = (stream: Held): string[] => stream.entries.map(([id]) => id);
const pendingOf = (stream: Held): unknown[] => stream.groups[0]!.pending;

describe('streams by version', () => {
  it('keep no counters before 7.0', () => {
    const before = held('6.2', ...entries, ['XDEL', 's', '2-1']);
    expect([before.entriesAdded, before.maxDeletedId]).toEqual([undefined, undefined]);
    const since = held('7.0', ...entries, ['XDEL', 's', '2-1']);
    expect([since.entriesAdded, since.maxDeletedId]).toEqual(['4', '2-1']);
  });

  it('let entries that are gone be pending before 7.0', () => {
    const claim: Command = ['XCLAIM', 's', 'g', 'd', '0', '1-1', '2-1', 'TIME', '1000'];
    const commands: Command[] = [
      ...group,
      ['XCLAIM', 's', 'g', 'c', '0', '1-1', '2-1', 'TIME', '900', 'FORCE', 'JUSTID'],
      ['XDEL', 's', '1-1'],
      claim,
    ];
    const gone = ['1-1', 'd', '1000', '2'];
    const there = ['2-1', 'd', '1000', '2'];
    expect(pendingOf(held('5.0', ...commands))).toEqual([gone, there]);
    expect(pendingOf(held('7.0', ...commands))).toEqual([there]);
  });

  it('make consumers of XCLAIM at once from 7.2 on', () => {
    const claim: Command = ['XCLAIM', 's', 'g', 'c', '0', '9-9'];
    expect(held('7.0', ...group, claim).groups[0]!.consumers).toEqual([]);
    expect(held('7.2', ...group, claim).groups[0]!.consumers).toEqual(['c']);
    expect(held('valkey:8.0', ...group, claim).groups[0]!.consumers).toEqual(['c']);
  });

  it('let no group have read more than was added from 8.4 on, but for Valkey', () => {
    const create: Command = ['XGROUP', 'CREATE', 's', 'g', '0', 'ENTRIESREAD', '9'];
    const read = (version: string): unknown => held(version, ...entries, create).groups[0]!.entriesRead;
    expect([read('8.2'), read('8.4'), read('valkey:9.0')]).toEqual(['9', '4', '9']);
  });

  it('count what a group reads from where it stands in 7.0, and from the first entry on since', () => {
    const read: Command = ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '3', 'STREAMS', 's', '>'];
    const of = (version: string): unknown => {
      return held(version, ...group, ['XGROUP', 'SETID', 's', 'g', '0', 'ENTRIESREAD', '2'], read).groups[0]!
        .entriesRead;
    };
    expect([of('7.0'), of('7.2')]).toEqual(['5', '3']);
  });
});

describe('trims', () => {
  it('take a limit behind =, as logs have it', () => {
    expect(idsOf(held('7.0', ...entries, ['XTRIM', 's', 'MAXLEN', '=', '1', 'LIMIT', '1']))).toEqual(['4-1']);
    const add: Command = ['XADD', 's', 'LIMIT', '5', 'MINID', '=', '3', '9-9', 'f', 'v'];
    expect(idsOf(held('7.0', ...entries, add))).toEqual(['3-1', '4-1', '9-9']);
  });

  it('refuse to guess how much an approximate one takes, and change nothing then', () => {
    const skipped: string[] = [];
    const replay = new Replay('7.0', { unsupported: 'skip', onSkipped: ({ message }) => skipped.push(message) });
    replay.run(...entries);
    // Nothing is too much here.
    replay.run(['XADD', 's', 'MAXLEN', '~', '5', '5-0', 'f', 'v'], ['XTRIM', 's', 'MINID', '~', '1-1']);
    expect(skipped).toEqual([]);
    replay.run(['XADD', 's', 'MAXLEN', '~', '5', '6-0', 'f', 'v'], ['XADD', 'new', 'MINID', '~', '9', '1-0', 'f', 'v']);
    replay.run(['XTRIM', 's', 'MAXLEN', '~', '1']);
    expect(skipped.map((message) => /"(\w+)" trims a stream approximately/.exec(message)?.[1])).toEqual([
      'XADD',
      'XADD',
      'XTRIM',
    ]);
    expect(idsOf(heldStreams(replay)['s']!)).toEqual(['1-1', '2-1', '3-1', '4-1', '5-0']);
    expect(heldStreams(replay)['new']).toBeUndefined();
    expect(() => new Replay().run(...entries, ['XTRIM', 's', 'MAXLEN', '~', '1'])).toThrow('approximately');
  });
});

describe('references to entries', () => {
  const claimed: Command[] = [
    ...group,
    ['XCLAIM', 's', 'g', 'c', '0', '1-1', '2-1', 'TIME', '1000', 'FORCE', 'JUSTID'],
  ];
  const read: Command = ['XGROUP', 'SETID', 's', 'g', '3-1'];

  it('stay, go, or keep entries from going', () => {
    const by = (...options: string[]): [string[], number] => {
      const stream = held('8.2', ...claimed, read, ['XDELEX', 's', ...options, 'IDS', '3', '1-1', '3-1', '4-1']);
      return [idsOf(stream), pendingOf(stream).length];
    };
    expect(by()).toEqual([['2-1'], 2]);
    expect(by('KEEPREF')).toEqual([['2-1'], 2]);
    expect(by('DELREF')).toEqual([['2-1'], 1]);
    // One is pending, one is not read yet.
    expect(by('ACKED')).toEqual([['1-1', '2-1', '4-1'], 2]);
  });

  it('count in trims, too', () => {
    const by = (references: string): [string[], number] => {
      const stream = held('8.2', ...claimed, read, ['XTRIM', 's', 'MAXLEN', '2', references]);
      return [idsOf(stream), pendingOf(stream).length];
    };
    expect(by('KEEPREF')).toEqual([['3-1', '4-1'], 2]);
    expect(by('DELREF')).toEqual([['3-1', '4-1'], 0]);
    expect(by('ACKED')).toEqual([['1-1', '2-1', '4-1'], 2]);
  });

  it('are acknowledged with XACKDEL, of entries that were pending', () => {
    const stream = held('8.2', ...claimed, ['XACKDEL', 's', 'g', 'KEEPREF', 'IDS', '2', '1-1', '3-1']);
    expect(idsOf(stream)).toEqual(['2-1', '3-1', '4-1']);
    expect(pendingOf(stream)).toEqual([['2-1', 'c', '1000', '1']]);
  });
});

describe('counts beyond what commands take', () => {
  const most = '9223372036854775807';

  it('of deliveries go on without a sign', () => {
    const claim: Command = ['XCLAIM', 's', 'g', 'c', '0', '1-1', 'TIME', '1000', 'RETRYCOUNT', most, 'FORCE'];
    expect(pendingOf(held('7.0', ...group, claim))).toEqual([['1-1', 'c', '1000', most]]);
    const again: Command = ['XCLAIM', 's', 'g', 'c', '0', '1-1', 'TIME', '1000'];
    expect(pendingOf(held('7.0', ...group, claim, again))).toEqual([['1-1', 'c', '1000', '9223372036854775808']]);
  });
});

describe('XNACK', () => {
  it('leaves entries to nobody, and counts as it is told', () => {
    const commands: Command[] = [
      ...group,
      ['XCLAIM', 's', 'g', 'c', '0', '1-1', '2-1', '3-1', 'TIME', '1000', 'RETRYCOUNT', '3', 'FORCE'],
      ['XNACK', 's', 'g', 'SILENT', 'IDS', '1', '3-1'],
      ['XNACK', 's', 'g', 'FATAL', 'IDS', '1', '1-1'],
      ['XNACK', 's', 'g', 'FAIL', 'IDS', '2', '4-1', '9-9', 'FORCE', 'RETRYCOUNT', '7'],
    ];
    expect(pendingOf(held('8.8', ...commands))).toEqual([
      ['1-1', '', '0', '9223372036854775807'],
      ['2-1', 'c', '1000', '3'],
      ['3-1', '', '0', '2'],
      ['4-1', '', '0', '7'],
    ]);
    expect(held('8.8', ...commands).nacked).toEqual(['3-1', '1-1', '4-1']);
    const taken: Command[] = [...commands, ['XCLAIM', 's', 'g', 'c', '1000000', '1-1'], ['XACK', 's', 'g', '4-1']];
    expect(held('8.8', ...taken).nacked).toEqual(['3-1']);
  });
});

describe('additions that must not repeat', () => {
  const named: Command = ['XADD', 's', 'IDMP', 'p', 'one', '1-0', 'f', 'v'];

  it('are those with the same producer and name', () => {
    const stream = held(
      '8.6',
      named,
      ['XADD', 's', 'IDMP', 'p', 'one', '*', 'f', 'w'],
      [...['XADD', 's', 'IDMP', 'q', 'one', '2-0', 'f', 'v']],
    );
    expect(idsOf(stream)).toEqual(['1-0', '2-0']);
    expect(stream.entriesAdded).toBe('2');
  });

  it('may be named by what they add', () => {
    const add = (id: string, ...fields: string[]): Command => ['XADD', 's', 'IDMPAUTO', 'p', id, ...fields];
    const commands = [add('1-0', 'f', 'v', 'g', 'w'), add('2-0', 'g', 'w', 'f', 'v'), add('3-0', 'f', 'w', 'g', 'v')];
    expect(idsOf(held('8.6', ...commands))).toEqual(['1-0', '3-0']);
  });

  it('are forgotten where there are too many, and where the limits change', () => {
    const limit: Command = ['XCFGSET', 's', 'IDMP-MAXSIZE', '1'];
    const other: Command = ['XADD', 's', 'IDMP', 'p', 'two', '2-0', 'f', 'v'];
    const again: Command = ['XADD', 's', 'IDMP', 'p', 'one', '3-0', 'f', 'v'];
    expect(idsOf(held('8.6', named, other, again))).toEqual(['1-0', '2-0']);
    expect(idsOf(held('8.6', named, limit, again))).toEqual(['1-0', '3-0']);
    expect(idsOf(held('8.6', ['XADD', 's', '0-1', 'a', 'b'], limit, named, other, again))).toHaveLength(4);
  });

  it('can be recorded for entries that are there', () => {
    const record: Command = ['XIDMPRECORD', 's', 'p', 'one', '1-0'];
    const commands: Command[] = [['XADD', 's', '1-0', 'f', 'v'], record, record];
    expect(idsOf(held('8.6', ...commands, ['XADD', 's', 'IDMP', 'p', 'one', '2-0', 'f', 'v']))).toEqual(['1-0']);
    const replay = new Replay('8.6');
    expect(replay.run(named, ['XADD', 's', '5-0', 'f', 'v'])).toEqual([true, true]);
    expect(replay.run(['XIDMPRECORD', 's', 'p', 'one', '5-0'], ['XIDMPRECORD', 's', 'p', 'two', '6-0'])).toEqual([
      false,
      false,
    ]);
  });
});

describe('a stream', () => {
  it('gives its memory back', () => {
    const replay = new Replay('7.0');
    const { heap } = replay.keyspace;
    const round = (): number => {
      for (let i = 1; i <= 1000; i++) replay.run(['XADD', 's', `${i}`, i % 7 ? 'f' : 'g', `${i}`.padEnd(i % 300, '.')]);
      for (let i = 1; i <= 1000; i += 3) replay.run(['XDEL', 's', `${i}`]);
      replay.run(['COPY', 's', 't'], ['XTRIM', 's', 'MAXLEN', '100'], ['XTRIM', 's', 'MAXLEN', '0'], ['DEL', 's', 't']);
      return heap.held;
    };
    round();
    const first = round();
    for (let i = 0; i < 20; i++) round();
    expect(heap.held).toBe(first);
    expect(replay.dump()).toEqual({});
  });
});
