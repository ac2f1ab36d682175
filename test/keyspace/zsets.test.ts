import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDump, replayAof } from '../../src/index.ts';
import { concat, f64le, file, key, len, str } from '../helpers/encoders.ts';
import { describeLive, findRedisServer, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { expectSameDigest, rewritten } from './rewritten.ts';
import { type Command, FAR, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const keys = named('a', 'b', 'c', 'set', 'list', 'none', 'wide');
/** Sets whose members all have the score 0. */
const evenKeys = named('even', 'evener');
const member = fc.oneof(
  named('', 'x\0y', 'm'.repeat(64), 'm'.repeat(65), '\xff', 'nan'),
  fc.integer({ min: 0, max: 40 }).map(String),
);
const score = fc.oneof(
  named('0', '-0', '1', '-1', '2', '0.1', '0.2', '0.3', '1e17', '-1e17', 'inf', '-inf', '+INF', '3.0', '5e-324'),
  named('nan', 'x', '', ' 1', '1 ', '0x10', '1e400', '1e-400', '.5', '5.', '.'),
  fc.double({ noNaN: true }).map(String),
  fc.integer({ min: -20, max: 20 }).map(String),
);
const option = named('NX', 'xx', 'GT', 'LT', 'CH', 'INCR');
const integer = fc.oneof(fc.integer({ min: -6, max: 6 }).map(String), named('x', '300', '-300'));
const bound = fc.tuple(named('', '('), score).map((parts) => parts.join(''));
const lex = fc.oneof(
  named('-', '+', '', 'x', '('),
  fc.tuple(named('(', '['), member).map((parts) => parts.join('')),
);
const flat = (...parts: (string | readonly string[] | readonly (readonly string[])[])[]): Command =>
  parts.flat(2) as string[];
const pairs = fc.array(fc.tuple(score, member), { maxLength: 4, size: 'max' });

const sources = fc.array(keys, { minLength: 1, maxLength: 3 }).chain((all) =>
  fc.tuple(
    fc.constant([String(all.length), ...all]),
    fc.oneof(
      fc.constant<string[]>([]),
      fc
        .array(score, { minLength: all.length, maxLength: all.length })
        .map((weights) => ['WEIGHTS', ...weights.map((one) => (Number.isFinite(Number(one)) ? one : '2'))]),
    ),
    fc.oneof(
      fc.constant<string[]>([]),
      named('SUM', 'min', 'MAX', 'COUNT').map((one) => ['AGGREGATE', one]),
    ),
  ),
);
const limit = fc.oneof(
  fc.constant<string[]>([]),
  fc.tuple(integer, integer).map(([offset, count]) => ['LIMIT', offset, count]),
);
const reverse = fc.constantFrom<string[][]>([], ['REV']);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(keys, pairs).map(([key, rest]) => flat('ZADD', key, rest)),
  fc.tuple(keys, fc.tuple(score, member)).map(([key, rest]) => flat('ZADD', key, rest)),
  fc
    .tuple(keys, fc.array(option, { minLength: 1, maxLength: 2 }), fc.array(fc.tuple(score, member), { maxLength: 2 }))
    .map(([key, options, rest]) => flat('ZADD', key, options, rest)),
  fc.tuple(evenKeys, member).map(([key, one]) => ['ZADD', key, '0', one]),
  fc.tuple(keys, score, member).map((rest) => ['ZINCRBY', ...rest]),
  fc.tuple(keys, fc.array(member, { maxLength: 5 })).map(([key, rest]) => flat('ZREM', key, rest)),
  fc.tuple(keys, integer, integer).map((rest) => ['ZREMRANGEBYRANK', ...rest]),
  fc.tuple(keys, bound, bound).map((rest) => ['ZREMRANGEBYSCORE', ...rest]),
  fc.tuple(evenKeys, lex, lex).map((rest) => ['ZREMRANGEBYLEX', ...rest]),
  fc
    .tuple(named('ZPOPMIN', 'ZPOPMAX'), keys, fc.array(integer, { maxLength: 1 }))
    .map(([name, key, count]) => flat(name, key, count)),
  fc
    .tuple(named('1', '2', '0'), keys, keys, named('MIN', 'MAX'), integer)
    .map(([count, first, second, side, most]): Command => ['ZMPOP', count, first, second, side, 'COUNT', most]),
  fc.tuple(keys, named('MIN', 'max', 'MID')).map(([key, side]) => ['ZMPOP', '1', key, side]),
  fc
    .tuple(named('ZUNIONSTORE', 'ZINTERSTORE', 'ZDIFFSTORE'), keys, sources)
    .map(([name, to, rest]) => flat(name, to, ...(name === 'ZDIFFSTORE' ? [rest[0]] : rest))),
  fc
    .tuple(keys, keys, bound, bound, reverse, limit)
    .map(([to, from, least, most, turned, part]) =>
      flat('ZRANGESTORE', to, from, least, most, 'BYSCORE', turned, part),
    ),
  fc
    .tuple(keys, keys, integer, integer, reverse, limit)
    .map(([to, from, first, last, turned, part]) => flat('ZRANGESTORE', to, from, first, last, turned, part)),
  fc
    .tuple(keys, evenKeys, lex, lex, reverse, limit)
    .map(([to, from, least, most, turned, part]) => flat('ZRANGESTORE', to, from, least, most, 'BYLEX', turned, part)),
  fc.tuple(named('BZPOPMIN', 'BZPOPMAX'), named('0', '-1', 'x')).map(([name, time]) => [name, 'wide', 'wide', time]),
  fc.tuple(named('0', '-1'), named('MIN', 'MAX')).map(([time, side]) => ['BZMPOP', time, '1', 'wide', side]),
);

const count = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const setup: Command[] = [
  ['SADD', 'set', '1', '2', '3', 'x'],
  ['RPUSH', 'list', 'none'],
  ['ZADD', 'a', '1', '1', '2', '2'],
  ['PEXPIREAT', 'a', String(FAR)],
  ['ZADD', 'wide', ...count(0, 200).flatMap((i) => [String((i * 7) % 23), `${i}`])],
  ['ZADD', 'even', ...count(0, 20).flatMap((i) => ['0', `${i * 2}`])],
  ['ZADD', 'evener', ...count(100, 300).flatMap((i) => ['0', `${i}`])],
];

describeLive('commands on sorted sets', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
          // What blocks where there is nothing must find something.
          const more = ['ZADD', 'wide', '5', 'p', '6', 'q', '7', 'r', '8', 's', '9', 't'];
          const rest = commands.flatMap((one) => (one[0]!.startsWith('B') ? [['DEL', 'wide'], more, one] : [one]));
          done += await expectSame(client, [...setup, ...rest]);
        }),
        { numRuns: 80 },
      );
      expect(done).toBeGreaterThan(1500);
    });
  });

  it('keep the order of a large set', async () => {
    await withLiveServer({}, async ({ client }) => {
      const one = fc.integer({ min: 0, max: 3000 }).map(String);
      const number = fc.integer({ min: 0, max: 500 });
      const change: fc.Arbitrary<Command> = fc.oneof(
        fc.tuple(number, one).map(([value, name]) => ['ZADD', 'z', String(value), name]),
        one.map((name) => ['ZREM', 'z', name]),
        fc.tuple(number, fc.integer({ min: 0, max: 3 })).map(([from, length]) => {
          return ['ZREMRANGEBYSCORE', 'z', `${from}`, `(${from + length}`];
        }),
        fc.tuple(fc.integer({ min: 0, max: 2500 }), fc.integer({ min: 0, max: 30 })).map(([from, length]) => {
          return ['ZREMRANGEBYRANK', 'z', `${from}`, `${from + length}`];
        }),
        fc.tuple(named('ZPOPMIN', 'ZPOPMAX'), fc.integer({ min: 1, max: 20 })).map(([name, n]) => [name, 'z', `${n}`]),
        fc.tuple(number, number).map(([a, b]) => ['ZRANGESTORE', 'part', 'z', `${a}`, `(${b}`, 'BYSCORE']),
        fc.tuple(number, number).map(([a, b]) => ['ZRANGESTORE', 'part', 'z', `${a}`, `${a + b}`, 'REV']),
      );
      const many = fc.array(fc.tuple(number.map(String), one), { minLength: 2000, maxLength: 3000 });
      const fill = many.map((all) => flat('ZADD', 'z', all));
      await fc.assert(
        fc.asyncProperty(
          fill,
          fc.array(change, { minLength: 200, maxLength: 400 }),
          fill,
          fc.array(change, { minLength: 50, maxLength: 200 }),
          async (first, changes, second, more) => {
            // Nearly all of it goes, so that small runs are joined.
            const rest: Command[] = count(0, 60).map((i) => ['ZREMRANGEBYSCORE', 'z', `${i * 8}`, `(${i * 8 + 7}`]);
            await expectSame(client, [first, ...changes, second, ...more, ...rest, ...changes]);
          },
        ),
        { numRuns: 10, endOnFailure: true },
      );
    });
  });

  it('keep -0 in results that are large', async () => {
    await withLiveServer({}, async ({ client }) => {
      const many = (value: string, size: number): string[] => count(0, size).flatMap((i) => [value, `m${i}`]);
      const long = 'm'.repeat(65);
      const commands: Command[] = [
        ['ZADD', 'small', '1', long, '-0', 'a', '-0', 'b'],
        ['ZADD', 'large', '1', long, ...many('-0', 200)],
        ['ZADD', 'less', '1', long, ...many('-0', 150)],
        ['ZADD', 'zero', ...many('0', 200)],
        ...['small', 'large', 'less'].map((key): Command => ['ZREM', key, long]),
        ...(['MIN', 'MAX', 'SUM'] as const).flatMap((how): Command[] => [
          ['ZUNIONSTORE', `union large less ${how}`, '2', 'large', 'less', 'AGGREGATE', how],
          ['ZINTERSTORE', `inter large less ${how}`, '2', 'large', 'less', 'AGGREGATE', how],
          ['ZUNIONSTORE', `union large zero ${how}`, '2', 'large', 'zero', 'AGGREGATE', how],
          ['ZINTERSTORE', `inter zero large ${how}`, '2', 'zero', 'large', 'AGGREGATE', how],
        ]),
        ['ZUNIONSTORE', 'negative', '1', 'zero', 'WEIGHTS', '-1'],
        ['ZUNIONSTORE', 'union small', '2', 'small', 'none'],
        ['ZDIFFSTORE', 'diff large', '2', 'large', 'none'],
        ['ZDIFFSTORE', 'diff small', '2', 'small', 'none'],
        ['ZRANGESTORE', 'by rank', 'large', '0', '-1'],
        ['ZRANGESTORE', 'by few ranks', 'large', '0', '127'],
        ['ZRANGESTORE', 'by more ranks', 'large', '0', '128'],
        ['ZRANGESTORE', 'by score', 'large', '-1', '1', 'BYSCORE'],
      ];
      expect(await expectSame(client, commands)).toBe(commands.length);
    });
  });

  it('sum up from the smallest source on', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['ZADD', 'three', '0.1', 'x', '0', 'y', '0', 'z'],
        ['ZADD', 'one', '0.2', 'x'],
        ['ZADD', 'two', '0.3', 'x', '7', 'y'],
        ['ZUNIONSTORE', 'union', '3', 'three', 'one', 'two'],
        ['ZINTERSTORE', 'inter', '3', 'three', 'two', 'one'],
        ['ZADD', 'high', 'inf', 'x'],
        ['ZADD', 'low', '-inf', 'x'],
        ['ZUNIONSTORE', 'none', '2', 'high', 'low'],
        ['ZUNIONSTORE', 'times', '1', 'high', 'WEIGHTS', '0'],
        ['ZINTERSTORE', 'inter times', '2', 'high', 'low', 'WEIGHTS', '0', '2'],
      ];
      expect(await expectSame(client, commands)).toBe(commands.length);
    });
  });
});

describe('-0', () => {
  const scores = (version: string, ...commands: Command[]): unknown => {
    const replay = new Replay(version);
    expect(replay.run(...commands)).not.toContain(false);
    return replay.dump()['z']?.value;
  };

  it('stays where a sorted set is not packed, and before 7.0', () => {
    const add: Command = ['ZADD', 'z', '-0', 'a'];
    const long = 'm'.repeat(65);
    expect(scores('6.2', add)).toEqual(['a', ['score', -0]]);
    expect(scores('7.0', add)).toEqual(['a', ['score', 0]]);
    expect(scores('7.0', ['ZADD', 'z', '1', long], add)).toEqual([long, ['score', 1], 'a', ['score', -0]]);
    expect(scores('7.0', ['ZADD', 'z', '1', long], add, ['ZADD', 'z', '0', 'a'])).toEqual([
      long,
      ['score', 1],
      'a',
      ['score', -0],
    ]);
  });

  it('goes where a server packs a small set that it loads, from 7.0 on', () => {
    const payload = (target: 'redis:6.2' | 'redis:7.0'): string => {
      const member = 'a';
      const dump = encodeDump(
        { type: 'zset', value: [{ member: Buffer.from(member), score: -0 }] },
        { target, thresholds: { 'zset-max-ziplist-entries': 0, 'zset-max-listpack-entries': 0 } },
      );
      expect(dump[0]).toBe(5);
      return Buffer.from(dump).toString('latin1');
    };
    expect(scores('6.2', ['RESTORE', 'z', '0', payload('redis:6.2')])).toEqual(['a', ['score', -0]]);
    expect(scores('7.0', ['RESTORE', 'z', '0', payload('redis:7.0')])).toEqual(['a', ['score', 0]]);
  });

  it.each([
    [9, -0],
    [10, 0],
    [80, 0],
  ])('of a small set in an RDB %i at the beginning of a log is then %d', async (version, wanted) => {
    const zset = (name: string, ...members: string[]): Uint8Array =>
      key(5, name, concat(len(members.length), ...members.flatMap((member) => [str(member), f64le(-0)])));
    const long = 'm'.repeat(65);
    const found: [string, number][] = [];
    for await (const record of replayAof(file(version, zset('small', 'a'), zset('wide', long)))) {
      if (record.kind === 'key' && record.type === 'zset')
        found.push([String.fromCharCode(...record.key), record.value[0]!.score]);
    }
    expect(found).toEqual([
      ['small', wanted],
      ['wide', -0],
    ]);
  });

  it.skipIf(findRedisServer() === undefined)('stays in a log that is written anew where a member is long', async () => {
    const long = 'm'.repeat(65);
    const commands: Command[] = [
      ['ZADD', 'z', '-0', long],
      ['ZADD', 'z', '-0', 'a', '-0', 'b', '-1', 'c'],
    ];
    const once = await rewritten(commands);
    expect(once).toEqual([['ZADD', 'z', '-0', long, '-1', 'c', '-0', 'a', '-0', 'b']]);
    expect(await rewritten(once)).toEqual(once);
    await withLiveServer({}, async ({ client }) => {
      expect(await expectSameDigest(client, commands)).toEqual([]);
    });
  });
});
