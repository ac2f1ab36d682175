import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RedisFileError } from '../../src/errors.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, FAR, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const keys = named('a', 'b', 'c', 'd', 'list', 'timed');
const numbers = fc.oneof(
  fc.integer({ min: -1200, max: 1200 }).map(String),
  named('9223372036854775807', '-9223372036854775808', '9007199254740991', '-9007199254740993', '9223372036854775808'),
  named('99', '-0', '007', '+5', ' 1', '1 ', '', '3.0', '1e3', '1234567890123456'),
);
const floats = fc.oneof(
  numbers,
  fc.double().map(String),
  named('0.1', '-2.5e-3', '1e400', '-1e4932', '1e4932', 'inf', '-inf', 'nan', '0x1p-3', '1e-400', '1e-5000'),
);
const texts = fc.oneof(
  { weight: 4, arbitrary: numbers },
  { weight: 1, arbitrary: floats },
  named('text', 'x\0y', '\xff', 'v'.repeat(250), 'v'.repeat(3000)),
);
/** No time but a far one lets both sides tell the same. */
const times = named(String(FAR), String(FAR + 1), '0', '-1', 'x', '9223372036854775808', '');
const options = fc.array(
  fc.oneof(
    fc.tuple(named('PXAT', 'pxat'), times),
    fc.tuple(named('EXAT'), named(String(FAR / 1000), '0', '-1', '9223372036854776')),
    fc.tuple(named('EX', 'px'), named('0', '-5', 'x', '9223372036854775807')),
    fc.tuple(named('NX', 'xx', 'GET', 'KEEPTTL', 'keepttl', 'PERSIST', 'EX', 'FOO')),
  ),
  { maxLength: 3, size: 'max' },
);
const offsets = named('0', '1', '5', '260', '3000', '-1', 'x', '01');

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.constant('SET'), keys, texts),
  fc.tuple(keys, texts, options).map(([key, value, rest]) => ['SET', key, value, ...rest.flat()]),
  fc.tuple(keys, options).map(([key, rest]) => ['GETEX', key, ...rest.flat()]),
  fc.tuple(named('SETNX', 'GETSET', 'APPEND'), keys, texts),
  fc.tuple(named('SETEX', 'PSETEX'), keys, named('0', '-1', 'x', '9223372036854775807'), texts),
  fc.tuple(named('GETDEL', 'INCR', 'DECR', 'incr', 'PERSIST'), keys),
  fc.tuple(named('INCRBY', 'DECRBY'), keys, numbers),
  fc.tuple(fc.constant('INCRBYFLOAT'), keys, floats),
  fc.tuple(fc.constant('SETRANGE'), keys, offsets, texts),
  fc
    .tuple(named('MSET', 'MSETNX'), fc.array(fc.tuple(keys, texts), { maxLength: 4 }))
    .map(([name, pairs]) => [name, ...pairs.flat()]),
  fc.tuple(named('MSET', 'GETDEL', 'INCR', 'APPEND', 'INCRBY', 'SETRANGE', 'GETSET', 'GETEX'), keys),
);

const setup: Command[] = [
  ['RPUSH', 'list', 'a', 'b'],
  ['SET', 'timed', '1', 'PXAT', String(FAR)],
];

describeLive('commands on strings', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 60, size: 'max' }), async (commands) => {
          done += await expectSame(client, [...setup, ...commands]);
        }),
        { numRuns: 200 },
      );
      expect(done).toBeGreaterThan(2000);
    });
  });

  it('count to any length and back', async () => {
    await withLiveServer({}, async ({ client }) => {
      const steps = ['9', '90', '900', '999999999000', '9007199254740991', '-9223372036854775807', '-9007199254740992'];
      const commands = steps.flatMap((by): Command[] => [
        ['INCRBY', 'n', by],
        ['INCR', 'n'],
        ['DECR', 'timed'],
      ]);
      await expectSame(client, [...setup, ...commands, ...commands.slice().reverse()]);
    });
  });
});

function dumpOf(version: string, ...commands: Command[]): ReturnType<Replay['dump']> {
  const replay = new Replay(version);
  replay.run(...commands);
  return replay.dump();
}

/** What `k` holds when each command succeeded or not as told. */
function held(version: string, commands: Command[], succeeded: boolean[]): unknown {
  const replay = new Replay(version);
  expect(replay.run(...commands)).toEqual(succeeded);
  const { value, expiresAt } = replay.dump()['k'] ?? {};
  return expiresAt === undefined ? value?.[0] : [value?.[0], expiresAt];
}

describe('relative times', () => {
  it('count from the time of loading, in every way to give them', () => {
    const { now } = new Replay().session;
    const dump = dumpOf(
      '7.0',
      ['SET', 'a', '1', 'EX', '100'],
      ['SETEX', 'b', '100', '1'],
      ['PSETEX', 'c', '100000', '1'],
      ['SET', 'd', '1'],
      ['GETEX', 'd', 'PX', '100000'],
      ['MSETEX', '1', 'e', '1', 'EX', '100'],
    );
    for (const key of 'abcde') expect(dump[key]).toEqual({ value: ['1'], expiresAt: String(now + 100_000) });
  });

  it('may be over', () => {
    expect(dumpOf('7.0', ['SET', 'k', 'v', 'PXAT', '5'], ['APPEND', 'k', 'w'])).toEqual({
      k: { value: ['vw'], expiresAt: '5' },
    });
  });

  it('are exact beyond the safe integers', () => {
    const last = '9223372036854775807';
    expect(dumpOf('7.0', ['SET', 'k', 'v', 'PXAT', last])['k']?.expiresAt).toBe(last);
  });
});

describe('integers of servers before 3.2', () => {
  const commands: Command[] = [
    ['SET', 'k', '+007'],
    ['INCRBY', 'k', '-03'],
    ['SETEX', 'gone', '+010', 'v'],
    ['SETRANGE', 'k', '01', '0'],
  ];

  it('are what strtoll takes', () => {
    expect(held('2.8', commands, [true, true, true, true])).toBe('40');
    expect(
      held(
        '3.0',
        [
          ['APPEND', 'k', ''],
          ['INCR', 'k'],
        ],
        [true, true],
      ),
    ).toBe('1');
  });

  it('are refused by later ones', () => {
    expect(held('3.2', commands, [true, false, false, false])).toBe('+007');
  });
});

it('INCRBYFLOAT prints -0 as each server does', () => {
  const commands: Command[] = [
    ['SET', 'k', '-1e-18'],
    ['INCRBYFLOAT', 'k', '0'],
  ];
  expect(held('5.0', commands, [true, true])).toBe('-0');
  expect(held('7.0', commands, [true, true])).toBe('0');
});

describe('conditions on what is there', () => {
  const set: Command = ['SET', 'k', 'v'];

  it.each<[Command, string]>([
    [['SET', 'k', 'new', 'IFEQ', 'v'], 'new'],
    [['SET', 'k', 'new', 'IFEQ', 'w'], 'v'],
    [['SET', 'k', 'new', 'ifne', 'w'], 'new'],
    [['SET', 'k', 'new', 'IFNE', 'v'], 'v'],
    [['SET', 'k', 'new', 'IFDEQ', '0000000000000000'], 'v'],
    [['SET', 'k', 'new', 'IFDNE', '0000000000000000'], 'new'],
  ])('%j', (command, expected) => {
    expect(held('8.4', [set, command], [true, true])).toBe(expected);
  });

  it('of a key that is not there', () => {
    expect(held('8.4', [['SET', 'k', 'new', 'IFEQ', '']], [true])).toBeUndefined();
    expect(held('8.4', [['SET', 'k', 'new', 'IFNE', 'v']], [true])).toBe('new');
  });

  it('exclude NX and XX, and need a string', () => {
    expect(held('8.4', [set, ['SET', 'k', 'new', 'IFEQ', 'v', 'XX']], [true, false])).toBe('v');
    const list: Command = ['RPUSH', 'k', 'v'];
    expect(held('8.4', [list, ['SET', 'k', 'new', 'IFNE', 'w']], [true, false])).toBe('v');
    expect(held('8.4', [list, ['DELEX', 'k', 'IFEQ', 'v']], [true, false])).toBe('v');
    expect(held('valkey:9.0', [list, ['DELIFEQ', 'k', 'v']], [true, false])).toBe('v');
  });

  it('of DELEX and DELIFEQ', () => {
    expect(held('8.4', [set, ['DELEX', 'k', 'IFEQ', 'w']], [true, true])).toBe('v');
    expect(held('8.4', [set, ['DELEX', 'k', 'IFNE', 'w']], [true, true])).toBeUndefined();
    expect(
      held(
        '8.4',
        [
          ['RPUSH', 'k', 'v'],
          ['DELEX', 'k'],
        ],
        [true, true],
      ),
    ).toBeUndefined();
    expect(held('8.4', [set, ['DELEX', 'k', 'IFEQ']], [true, false])).toBe('v');
    expect(held('valkey:9.0', [set, ['DELIFEQ', 'k', 'w']], [true, true])).toBe('v');
    expect(held('valkey:9.0', [set, ['DELIFEQ', 'k', 'v']], [true, true])).toBeUndefined();
  });

  it('by digest', () => {
    // As the documentation of DIGEST has it.
    const hello: Command = ['SET', 'k', 'Hello world'];
    const digest = 'b6acb9d84a38ff74';
    expect(held('8.4', [hello, ['DELEX', 'k', 'IFDEQ', digest]], [true, true])).toBeUndefined();
    expect(held('8.4', [hello, ['SET', 'k', 'new', 'IFDNE', digest.toUpperCase()]], [true, true])).toBe('Hello world');
    expect(held('8.4', [hello, ['SET', 'k', 'new', 'IFDEQ', digest]], [true, true])).toBe('new');
  });
});

describe('MSETEX', () => {
  const far = String(FAR);

  it('sets times, keeps them, or takes them away', () => {
    const start: Command = ['MSETEX', '2', 'a', '1', 'b', '2', 'PXAT', far];
    expect(dumpOf('8.4', start)).toEqual({
      a: { value: ['1'], expiresAt: far },
      b: { value: ['2'], expiresAt: far },
    });
    expect(dumpOf('8.4', start, ['MSETEX', '2', 'b', '3', 'c', '4', 'keepttl'])).toMatchObject({
      b: { value: ['3'], expiresAt: far },
      c: { value: ['4'] },
    });
    expect(dumpOf('8.4', start, ['MSETEX', '1', 'b', '3'])['b']).toEqual({ value: ['3'] });
  });

  it('sets all or nothing', () => {
    const start: Command = ['SET', 'a', '1'];
    expect(dumpOf('8.4', start, ['MSETEX', '2', 'a', '2', 'b', '2', 'NX'])).toEqual({ a: { value: ['1'] } });
    expect(dumpOf('8.4', start, ['MSETEX', '2', 'a', '2', 'b', '2', 'XX'])).toEqual({ a: { value: ['1'] } });
    expect(dumpOf('8.4', start, ['MSETEX', '1', 'a', '2', 'XX', 'EXAT', '7'])).toEqual({
      a: { value: ['2'], expiresAt: '7000' },
    });
  });

  it.each<[Command]>([
    [['0', 'k', 'v']],
    [['2', 'k', 'v']],
    [['1', 'k', 'v', 'GET']],
    [['1', 'k', 'v', 'IFEQ', 'v']],
    [['1', 'k', 'v', 'EX', '0']],
    [['x', 'k', 'v']],
  ])('refuses %j', (rest) => {
    expect(held('8.4', [['MSETEX', ...rest]], [false])).toBeUndefined();
  });
});

describe('INCREX', () => {
  const far = String(FAR);
  const most = '9223372036854775807';
  const least = '-9223372036854775808';

  it.each<[stored: string, rest: string, expected: string]>([
    ['10', '', '11'],
    ['100', 'BYINT -10', '90'],
    ['50', 'BYINT 100 UBOUND 80', '50'],
    ['50', 'BYINT 100 UBOUND 80 SATURATE', '80'],
    ['10', 'BYINT -100 LBOUND 0 SATURATE', '0'],
    ['5', 'BYINT 5 UBOUND 10', '10'],
    ['50', 'BYINT 5 UBOUND 30', '50'],
    ['50', 'BYINT 5 UBOUND 30 SATURATE', '30'],
    ['50', 'BYINT -25 UBOUND 30', '25'],
    ['9223372036854775800', 'BYINT 100', '9223372036854775800'],
    ['9223372036854775800', 'BYINT 100 SATURATE', most],
    ['-9223372036854775800', 'BYINT -9223372036854775800 SATURATE', least],
    ['1.5', 'BYFLOAT 0.25', '1.75'],
    ['10', 'BYFLOAT 100 UBOUND 42.5', '10'],
    ['10', 'BYFLOAT 100 UBOUND 42.5 SATURATE', '42.5'],
    ['0', 'BYFLOAT -100 LBOUND -5.5 SATURATE', '-5.5'],
    ['50', 'BYFLOAT -25 UBOUND 30', '25'],
    ['5', 'lbound 0 byint 100 ubound 10 saturate', '10'],
  ])('%s %s gives %s', (stored, rest, expected) => {
    const command = ['INCREX', 'k', ...rest.split(' ').filter(Boolean)];
    expect(held('8.8', [['SET', 'k', stored], command], [true, true])).toBe(expected);
  });

  it.each<[stored: string, rest: string]>([
    ['9223372036854775800', `BYINT 1 SATURATE UBOUND ${least}`],
    ['0', 'BYFLOAT inf'],
    ['inf', 'BYFLOAT 1'],
    ['text', 'BYINT 1'],
    ['text', 'BYFLOAT 1'],
    ['1', 'BYINT 1.5'],
    ['1', 'BYINT 1 BYFLOAT 1'],
    ['1', 'EX 10 PX 10'],
    ['1', 'EX 10 EX 10'],
    ['1', 'PERSIST EX 10'],
    ['1', 'EX 10 ENX PERSIST'],
    ['1', 'ENX'],
    ['1', 'SATURATE SATURATE'],
    ['1', 'LBOUND'],
    ['1', 'LBOUND 10 UBOUND 5'],
    ['1', 'BYFLOAT 1 LBOUND 10.5 UBOUND 1.5'],
    ['1', 'EX 0'],
    ['1', 'FOO'],
  ])('%s %s is an error', (stored, rest) => {
    const command = ['INCREX', 'k', ...rest.split(' ')];
    expect(held('8.8', [['SET', 'k', stored], command], [true, false])).toBe(stored);
  });

  it('makes a key, unless the result is out of bounds', () => {
    expect(held('8.8', [['INCREX', 'k', 'BYINT', '5', 'UBOUND', '10']], [true])).toBe('5');
    expect(held('8.8', [['INCREX', 'k', 'BYINT', '5', 'LBOUND', '10']], [true])).toBeUndefined();
    expect(held('8.8', [['INCREX', 'k', 'BYFLOAT', '15.5', 'UBOUND', '10']], [true])).toBeUndefined();
  });

  it('keeps the time, sets it, or takes it away', () => {
    const timed: Command = ['SET', 'k', '1', 'PXAT', far];
    expect(held('8.8', [timed, ['INCREX', 'k']], [true, true])).toEqual(['2', far]);
    expect(held('8.8', [timed, ['INCREX', 'k', 'PXAT', '9']], [true, true])).toEqual(['2', '9']);
    expect(held('8.8', [timed, ['INCREX', 'k', 'PXAT', '9', 'ENX']], [true, true])).toEqual(['2', far]);
    expect(held('8.8', [['INCREX', 'k', 'PXAT', '9', 'ENX']], [true])).toEqual(['1', '9']);
    expect(held('8.8', [timed, ['INCREX', 'k', 'PERSIST']], [true, true])).toBe('2');
    expect(held('8.8', [timed, ['INCREX', 'k', 'PXAT', '9', 'UBOUND', '0']], [true, true])).toEqual(['1', far]);
  });

  it('has the conditions of Valkey', () => {
    expect(held('valkey:9.2', [['INCREX', 'k', 'XX']], [true])).toBeUndefined();
    expect(
      held(
        'valkey:9.2',
        [
          ['INCREX', 'k', 'NX'],
          ['INCREX', 'k', 'NX'],
        ],
        [true, true],
      ),
    ).toBe('1');
  });

  it('needs a string', () => {
    expect(
      held(
        '8.8',
        [
          ['RPUSH', 'k', '1'],
          ['INCREX', 'k'],
        ],
        [true, false],
      ),
    ).toBe('1');
  });
});

it('makes no string that no memory holds', () => {
  const replay = new Replay('7.0');
  for (const command of [
    ['SETRANGE', 'k', '9223372036854775807', 'x'],
    ['SETRANGE', 'k', '4294967295', 'x'],
    ['SETBIT', 'k', '9223372036854775807', '1'],
    ['BITFIELD', 'k', 'SET', 'u8', '#9007199254740991', '1'],
  ]) {
    expect(() => replay.run(command)).toThrow(RedisFileError);
    expect(() => replay.run(command)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  }
  expect(replay.dump()).toEqual({});
});
