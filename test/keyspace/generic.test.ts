/** What servers of other versions than 7.0 do to keys as wholes, and how they read numbers. */
import { describe, expect, it } from 'vitest';
import { hashSlot } from '../../src/index.ts';
import { type Command, Replay } from './run.ts';

const T = '9000000000000';

function ran(version: string, ...commands: Command[]): Replay {
  const replay = new Replay(version);
  replay.run(...commands);
  return replay;
}

function at(replay: Replay, db: number): Record<string, unknown> {
  replay.session.select(db);
  return Object.fromEntries(
    Object.entries(replay.dump()).map(([key, { value, expiresAt }]) => [
      key,
      expiresAt === undefined ? value : { value, expiresAt: Number(expiresAt) },
    ]),
  );
}

describe('MOVE', () => {
  const commands: Command[] = [
    ['SET', 'k', 'v'],
    ['PEXPIREAT', 'k', T],
    ['MOVE', 'k', '1'],
  ];

  it.each(['redis:2.6', 'redis:2.8.22', 'redis:3.0.4'])('loses the time in %s', (version) => {
    expect(at(ran(version, ...commands), 1)).toEqual({ k: ['v'] });
  });

  it.each(['redis:2.8.23', 'redis:2.8', 'redis:3.0.5', 'redis:3.0', 'redis:3.2.0', 'valkey:7.2.4'])(
    'keeps it in %s',
    (version) => {
      expect(at(ran(version, ...commands), 1)).toEqual({ k: { value: ['v'], expiresAt: Number(T) } });
    },
  );

  it('replaces what is there in Valkey from 9.2 on', () => {
    const over: Command[] = [
      ['SELECT', '1'],
      ['SET', 'k', 'old'],
      ['SELECT', '0'],
      ['SET', 'k', 'new'],
      ['MOVE', 'k', '1', 'REPLACE'],
    ];
    expect(at(ran('valkey:9.2', ...over), 1)).toEqual({ k: ['new'] });
    expect(() => ran('valkey:9.1', ...over)).toThrow(/too many arguments/);
    // Redis does not look at what stands behind the arguments that it takes.
    expect(at(ran('redis:7.0', ...over), 1)).toEqual({ k: ['old'] });
  });
});

describe('slots of a cluster', () => {
  const slot = String(hashSlot(Buffer.from('foo')));
  const keys: Command[] = [
    ['SET', 'foo', '1'],
    ['SET', 'bar', '2'],
    ['SELECT', '1'],
    ['SET', '{foo}x', '3'],
    ['SET', 'bar', '4'],
  ];

  it.each([[[]], [['SYNC']], [['async']]])('are emptied by CLUSTER FLUSHSLOT %j in all databases', (how) => {
    const replay = ran('valkey:9.0', ...keys, ['CLUSTER', 'FLUSHSLOT', slot, ...how]);
    expect(at(replay, 0)).toEqual({ bar: ['2'] });
    expect(at(replay, 1)).toEqual({ bar: ['4'] });
  });

  it('stay where the command is wrong', () => {
    const replay = ran('valkey:9.0', ...keys);
    expect(replay.run(['CLUSTER', 'FLUSHSLOT', '16384'], ['CLUSTER', 'FLUSHSLOT', slot, 'NOW'])).toEqual([
      false,
      false,
    ]);
    expect(
      replay.run(['CLUSTER', 'INFO'], ['CLUSTER', 'SYNCSLOTS', 'FINISH', 'NAME', 'x', 'STATE', 'SUCCESS']),
    ).toEqual([true, true]);
    expect(Object.keys(at(replay, 0))).toEqual(['bar', 'foo']);
  });

  it('of which nobody knows what becomes of them end the replay', () => {
    const failed = ['CLUSTER', 'SYNCSLOTS', 'FINISH', 'NAME', 'x', 'STATE', 'FAILED'];
    expect(() => ran('valkey:9.0', ...keys, failed)).toThrow(/import of slots that failed/);
  });
});

describe('DISCARD and RESET', () => {
  const inside = (name: string): Command[] => [['MULTI'], ['SET', 'a', '1'], [name], ['SET', 'b', '1'], ['EXEC']];

  it('end the replay where they end the server', () => {
    expect(() => ran('7.0', ...inside('DISCARD'))).toThrow(/DISCARD.*inside MULTI/);
    expect(() => ran('7.0', ...inside('reset'))).toThrow(/RESET.*inside MULTI/i);
    // Up to 3.2 each command runs at once.
    expect(at(ran('3.2', ...inside('DISCARD')), 0)).toEqual({ a: ['1'], b: ['1'] });
  });

  it('mean nothing elsewhere', () => {
    expect(at(ran('7.0', ['DISCARD'], ['SET', 'a', '1'], ['MULTI'], ['DISCARD']), 0)).toEqual({ a: ['1'] });
  });
});

describe('numbers', () => {
  const list: Command = ['RPUSH', 'l', 'a', 'b', 'c', 'd'];

  it.each<[Command[], unknown]>([
    [
      [list, ['LTRIM', 'l', '01', '-1']],
      ['b', 'c', 'd'],
    ],
    [
      [list, ['LSET', 'l', '+1', 'x']],
      ['a', 'x', 'c', 'd'],
    ],
    [
      [list, ['LREM', 'l', '', 'c']],
      ['a', 'b', 'd'],
    ],
    [
      [
        ['ZADD', 'l', '', 'a', '2\0x', 'b', '1', 'c'],
        ['ZINCRBY', 'l', '', 'c'],
      ],
      ['a', ['score', 0], 'c', ['score', 1], 'b', ['score', 2]],
    ],
    [
      [
        ['ZADD', 'z', '2', 'a'],
        ['ZUNIONSTORE', 'l', '01', 'z', 'WEIGHTS', '3\0'],
      ],
      ['a', ['score', 6]],
    ],
  ])('of 2.8 are what C takes for some: %j', (commands, held) => {
    expect(Object.entries(at(ran('2.8', ...commands), 0)).find(([key]) => key === 'l')![1]).toEqual(held);
    expect(new Replay('4.1').run(...commands)).toContain(false);
  });

  it('of 2.8 are those of times and databases, too', () => {
    const commands: Command[] = [
      ['SELECT', '01'],
      ['SET', 'k', 'v'],
      ['PEXPIREAT', 'k', `+${T}`],
    ];
    expect(at(ran('2.8', ...commands), 1)).toEqual({ k: { value: ['v'], expiresAt: Number(T) } });
  });
});
