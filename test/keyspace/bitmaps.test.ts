import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, FAR, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const keys = named('a', 'b', 'c', 'list', 'timed', 'none');
const offsets = fc.oneof(fc.integer({ min: 0, max: 3000 }).map(String), named('-1', 'x', '007', '', '7', '8'));
const fields = fc.oneof(
  offsets,
  fc.integer({ min: 0, max: 60 }).map((n) => `#${n}`),
  named('#', '#-1', '#x'),
);
const types = fc.oneof(
  fc.integer({ min: 1, max: 63 }).map((width) => `u${width}`),
  fc.integer({ min: 1, max: 64 }).map((width) => `i${width}`),
  named('u64', 'i65', 'u0', 'x8', 'u', 'u08', 'U8'),
);
const values = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map(String),
  named('9223372036854775807', '-9223372036854775808', '9223372036854775808', '9007199254740993', 'x', '01'),
);

const operation = fc.oneof(
  fc.tuple(named('SET', 'INCRBY', 'incrby'), types, fields, values),
  fc.tuple(named('GET'), types, fields),
  fc.tuple(named('OVERFLOW'), named('WRAP', 'sat', 'FAIL', 'x')),
  fc.tuple(named('SET', 'GET', 'OVERFLOW', 'FOO'), types),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.constant('SETBIT'), keys, offsets, named('0', '1', '2', '01', 'x')),
  fc.tuple(fc.constant('SETBIT'), keys, offsets, named('0', '1')),
  fc.tuple(keys, operation).map(([key, one]) => ['BITFIELD', key, ...one]),
  fc
    .tuple(keys, fc.array(operation, { maxLength: 4, size: 'max' }))
    .map(([key, all]) => ['BITFIELD', key, ...all.flat()]),
  fc
    .tuple(named('AND', 'or', 'XOR', 'NOT', 'FOO', 'DIFF'), keys, fc.array(keys, { maxLength: 4, size: 'max' }))
    .map(([name, to, from]) => ['BITOP', name, to, ...from]),
  fc.tuple(fc.constant('BITOP'), fc.constant('NOT'), keys, keys),
  fc.tuple(fc.constant('SET'), keys, named('text', '12', '\xff'.repeat(300))),
);

const setup: Command[] = [
  ['RPUSH', 'list', 'a', 'b'],
  ['SET', 'timed', 'bits', 'PXAT', String(FAR)],
];

describeLive('commands on bits', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 50, size: 'max' }), async (commands) => {
          done += await expectSame(client, [...setup, ...commands]);
        }),
        { numRuns: 150 },
      );
      expect(done).toBeGreaterThan(1500);
    });
  });
});

describe('BITOP of 8.2', () => {
  const start: Command[] = [
    ['SET', 'a', '\x0f\xff'],
    ['SET', 'b', '\x3c'],
    ['SET', 'c', '\x60'],
  ];

  it.each([
    ['DIFF', '\x03\xff'],
    ['DIFF1', '\x70\x00'],
    ['ANDOR', '\x0c\x00'],
    ['ONE', '\x53\xff'],
  ])('%s', (name, expected) => {
    const replay = new Replay('8.2');
    expect(replay.run(...start, ['BITOP', name, 'to', 'a', 'b', 'c'])).toEqual([true, true, true, true]);
    expect(replay.dump()['to']).toEqual({ value: [expected] });
    // Valkey has higher numbers, and went its own way.
    for (const version of ['8.0', 'valkey:9.0']) {
      const other = new Replay(version);
      expect(other.run(...start, ['BITOP', name, 'to', 'a', 'b', 'c'])).toEqual([true, true, true, false]);
    }
  });

  it('needs a second source, or not', () => {
    const replay = new Replay('8.2');
    const one = ['DIFF', 'DIFF1', 'ANDOR', 'ONE'].map((name) => ['BITOP', name, 'to', 'a']);
    expect(replay.run(...one)).toEqual([false, false, false, true]);
  });
});

it('a log of an old server has offsets as strtoll takes them', () => {
  const command: Command = ['SETBIT', 'k', '+07', '01'];
  const old = new Replay('2.8');
  expect(old.run(command)).toEqual([true]);
  expect(old.dump()).toEqual({ k: { value: ['\x01'] } });
  expect(new Replay('3.2').run(command)).toEqual([false]);
});
