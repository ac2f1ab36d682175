import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, FAR, Replay } from './run.ts';

const keys = fc.constantFrom('a', 'b', 'c', 'text', 'none');
const short = fc.constantFrom('1', '2', '3', '', 'x\0y', 'abc');
/** Lengths around those where a length takes more bytes, and where a node is full. */
const long = fc
  .tuple(fc.constantFrom('p', 'q'), fc.constantFrom(253, 254, 255, 256, 700, 2000, 4086, 4094, 4096, 9000))
  .map(([letter, length]) => letter.repeat(length));
const elements = fc.oneof({ weight: 4, arbitrary: short }, { weight: 2, arbitrary: long });
const numbers = fc.oneof(fc.integer({ min: -9, max: 9 }).map(String), fc.constantFrom('x', '01', '-300', '300'));
const side = fc.constantFrom('LEFT', 'right', 'UP');
const times = fc.constantFrom('0', '0.5', '-1', 'x', '1e30');
const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const many = fc.array(elements, { maxLength: 12, size: 'max' });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(named('LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX'), keys, many).map(([name, key, rest]) => [name, key, ...rest]),
  fc.tuple(named('LPUSH', 'RPUSH'), keys, many).map(([name, key, rest]) => [name, key, ...rest]),
  fc.tuple(fc.constant('LINSERT'), keys, named('BEFORE', 'after', 'at'), elements, elements),
  fc.tuple(fc.constant('LSET'), keys, numbers, elements),
  fc.tuple(fc.constant('LREM'), keys, numbers, elements),
  fc.tuple(fc.constant('LTRIM'), keys, named('0', '1', '-300', '-9'), named('-1', '-2', '300', '20')),
  fc.tuple(fc.constant('LTRIM'), keys, numbers, numbers),
  fc.tuple(named('LPOP', 'RPOP'), keys, fc.array(numbers, { maxLength: 1 })).map(([name, key, n]) => [name, key, ...n]),
  fc.tuple(fc.constant('RPOPLPUSH'), keys, keys),
  fc.tuple(fc.constant('LMOVE'), keys, keys, side, side),
  fc.tuple(named('LMPOP'), named('1', '2', '0', '3', 'x'), keys, keys, side, named('count', 'COUNT'), numbers),
  fc.tuple(fc.constant('LMPOP'), fc.constant('1'), keys, side),
);

/** A server waits where there is nothing, so these only come as the first to keys that are there. */
const blocking: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(named('BLPOP', 'BRPOP'), fc.constant('full'), times),
  fc.tuple(named('BLPOP', 'BRPOP'), fc.constant('text'), fc.constant('full'), times),
  fc.tuple(fc.constant('BRPOPLPUSH'), fc.constant('full'), keys, times),
  fc.tuple(fc.constant('BLMOVE'), fc.constant('full'), keys, side, side, times),
  fc.tuple(fc.constant('BLMPOP'), times, fc.constant('1'), fc.constant('full'), side),
);

const setup: Command[] = [
  ['RPUSH', 'full', ...Array.from({ length: 100 }, (_, i) => `${i}`)],
  ['SADD', 'text', 'no list'],
  ['RPUSH', 'a', '1', '2'],
  ['PEXPIREAT', 'a', String(FAR)],
];

describeLive('commands on lists', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof({ weight: 8, arbitrary: command }, { weight: 1, arbitrary: blocking }), {
            maxLength: 60,
            size: 'max',
          }),
          async (commands) => {
            done += await expectSame(client, [...setup, ...commands]);
          },
        ),
        { numRuns: 150 },
      );
      expect(done).toBeGreaterThan(2000);
    });
  });

  it('change long lists in their middle', async () => {
    await withLiveServer({}, async ({ client }) => {
      const piece = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.constantFrom(1, 3, 60, 260, 1500));
      const element = piece.map(([i, length]) => `${i}`.padEnd(length, '.'));
      const index = fc.integer({ min: -900, max: 900 }).map(String);
      const edit: fc.Arbitrary<Command> = fc.oneof(
        fc.tuple(fc.constant('LSET'), fc.constant('l'), index, element),
        fc.tuple(fc.constant('LINSERT'), fc.constant('l'), fc.constantFrom('BEFORE', 'AFTER'), element, element),
        fc.tuple(fc.constant('LREM'), fc.constant('l'), fc.constantFrom('1', '-1', '3', '-3', '0'), element),
        fc.tuple(fc.constantFrom('LPUSH', 'RPUSH'), fc.constant('l'), element, element),
        fc.tuple(fc.constantFrom('LPOP', 'RPOP'), fc.constant('l'), fc.constantFrom('1', '2', '40')),
        fc.tuple(fc.constant('LMOVE'), fc.constant('l'), fc.constant('l'), fc.constant('LEFT'), fc.constant('RIGHT')),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(element, { minLength: 600, maxLength: 900 }),
          fc.array(edit, { minLength: 100, maxLength: 300 }),
          async (first, edits) => {
            await expectSame(client, [['RPUSH', 'l', ...first], ...edits]);
          },
        ),
        { numRuns: 25 },
      );
    });
  });
});

describe('LMOVEM', () => {
  const moved = (...options: string[]): Record<string, unknown[]> => {
    const replay = new Replay('8.10');
    replay.run(['RPUSH', 'from', '1', '2', '3', '4'], ['RPUSH', 'to', 'x'], ['LMOVEM', 'from', 'to', ...options]);
    return Object.fromEntries(Object.entries(replay.dump()).map(([key, { value }]) => [key, value]));
  };

  it('moves one element without a number', () => {
    expect(moved('LEFT', 'RIGHT')).toEqual({ from: ['2', '3', '4'], to: ['x', '1'] });
  });

  it('moves one by one, or a block that keeps its order', () => {
    expect(moved('LEFT', 'LEFT', 'COUNT', '2', 'OBO')).toEqual({ from: ['3', '4'], to: ['2', '1', 'x'] });
    expect(moved('LEFT', 'LEFT', 'COUNT', '2', 'BULK')).toEqual({ from: ['3', '4'], to: ['1', '2', 'x'] });
    expect(moved('RIGHT', 'RIGHT', 'COUNT', '3', 'OBO')).toEqual({ from: ['1'], to: ['x', '4', '3', '2'] });
    expect(moved('RIGHT', 'RIGHT', 'COUNT', '3', 'BULK')).toEqual({ from: ['1'], to: ['x', '2', '3', '4'] });
    expect(moved('RIGHT', 'LEFT', 'COUNT', '9', 'BULK')).toEqual({ to: ['1', '2', '3', '4', 'x'] });
  });

  it('moves nothing where there are not exactly so many', () => {
    expect(moved('LEFT', 'RIGHT', 'EXACTLY', '5', 'OBO')).toEqual({ from: ['1', '2', '3', '4'], to: ['x'] });
    expect(moved('LEFT', 'RIGHT', 'EXACTLY', '4', 'OBO')).toEqual({ to: ['x', '1', '2', '3', '4'] });
  });
});

describe('a list', () => {
  it('gives its memory back', () => {
    const replay = new Replay();
    const { heap } = replay.keyspace;
    const elements = Array.from({ length: 3000 }, (_, i) => `${i % 40}`.padEnd(i % 300, '.'));
    const round = (): number => {
      replay.run(['RPUSH', 'l', ...elements], ['LREM', 'l', '0', '1'.padEnd(41, '.')], ['COPY', 'l', 'm']);
      replay.run(
        ['LSET', 'l', '1500', 'x'],
        ['LINSERT', 'l', 'AFTER', 'x', 'y'.repeat(5000)],
        ['LTRIM', 'l', '1', '0'],
      );
      replay.run(['DEL', 'm']);
      return heap.held;
    };
    round();
    const held = round();
    for (let i = 0; i < 50; i++) round();
    expect(heap.held).toBe(held);
    expect(replay.dump()).toEqual({});
  });
});

it('knows what each release takes for a time to wait', () => {
  const pops = (version: string, timeout: string): boolean => {
    return new Replay(version).run(['RPUSH', 'l', 'a'], ['BLPOP', 'l', timeout])[1]!;
  };
  expect(['5.0', '6.0', '7.4'].map((version) => pops(version, '0.5'))).toEqual([false, true, true]);
  // From 7.2 on the wait must also end in time.
  for (const [timeout, early, late] of [
    ['9223372036854775', true, false],
    ['9223370336854775.807', true, true],
    ['9223370336854775.808', true, false],
  ] as const) {
    // 1700000000000 ms is now.
    expect([pops('7.0', timeout), pops('7.2', timeout), pops('valkey:8.0', timeout)]).toEqual([early, late, late]);
  }
});
