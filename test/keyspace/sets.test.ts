import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, FAR, Replay } from './run.ts';

const keys = fc.constantFrom('a', 'b', 'c', 'list', 'none', 'other');
const member = fc.oneof(
  fc.constantFrom('1', '2', '01', '', 'x\0y', '-0', '9223372036854775808', 'm'.repeat(70), 'm'.repeat(300)),
  fc.integer({ min: 0, max: 250 }).map(String),
);
const members = fc.array(member, { maxLength: 40, size: 'max' });
const sources = fc.array(keys, { maxLength: 4, size: 'max' });
const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.tuple(named('SADD', 'sadd'), keys, members).map(([name, key, rest]) => [name, key, ...rest]),
  },
  fc.tuple(named('SREM'), keys, members).map(([name, key, rest]) => [name, key, ...rest]),
  fc.tuple(named('SMOVE'), keys, keys, member),
  fc
    .tuple(named('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'), keys, sources)
    .map(([name, key, rest]) => [name, key, ...rest]),
  // Fewer would be taken at random.
  fc.tuple(named('SPOP'), keys, named('1000', '0', '-1', 'x')),
);

const setup: Command[] = [
  ['RPUSH', 'list', 'no set'],
  ['SADD', 'a', '1', '2'],
  ['PEXPIREAT', 'a', String(FAR)],
];

describeLive('commands on sets', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 40, size: 'max' }), async (commands) => {
          done += await expectSame(client, [...setup, ...commands]);
        }),
        { numRuns: 150 },
      );
      expect(done).toBeGreaterThan(1000);
    });
  });

  it('take all members away where that is no matter of chance', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['SADD', 'one', 'x'],
        ['SPOP', 'one'],
        ['SADD', 'two', 'x', 'y'],
        ['SPOP', 'two', '2'],
        ['SADD', 'stays', 'x'],
        ['SPOP', 'none'],
      ];
      await expectSame(client, commands);
    });
  });
});

describe('SPOP', () => {
  it('is refused where a server would choose', () => {
    const replay = new Replay();
    replay.run(['SADD', 's', 'a', 'b']);
    expect(() => replay.run(['SPOP', 's'])).toThrow(
      'the command "SPOP" takes members away at random, at byte 0, first argument "s"',
    );
    expect(replay.dump()).toEqual({ s: { value: ['a', 'b'] } });
  });
});

describe('SINTERSTORE', () => {
  it('looks at all its keys since 6.2, and before only up to one that is not there', () => {
    for (const [version, done, left] of [
      ['6.0', true, undefined],
      ['6.2', false, ['x']],
    ] as const) {
      const replay = new Replay(version);
      replay.run(['SADD', 'to', 'x'], ['RPUSH', 'list', 'x']);
      expect(replay.run(['SINTERSTORE', 'to', 'none', 'list'])).toEqual([done]);
      expect(replay.dump()['to']?.value).toEqual(left);
    }
  });
});
