import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, FAR, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const keys = named('a', 'b', 'c', 'list', 'text', 'timed', 'none', 'damaged');
const element = fc.oneof(fc.nat(20_000).map(String), named('', 'x\0y', '\xff'));
const some = fc.array(element, { maxLength: 20, size: 'max' });
const many = fc.tuple(fc.nat(50), fc.integer({ min: 400, max: 1500 }));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(keys, some).map(([key, all]) => ['PFADD', key, ...all]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(keys, many)
      .map(([key, [from, count]]) => ['PFADD', key, ...Array.from({ length: count }, (_, i) => `${from}-${i}`)]),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('PFCOUNT'), keys) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('PFCOUNT'), named('a', 'b'), named('b', 'timed')) },
  {
    weight: 3,
    arbitrary: fc.tuple(keys, fc.array(keys, { maxLength: 3 })).map(([to, from]) => ['PFMERGE', to, ...from]),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('PFDEBUG'), named('TODENSE', 'getreg'), keys) },
  { weight: 1, arbitrary: fc.tuple(named('PFADD', 'PFMERGE', 'DEL'), keys) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('COPY'), keys, fc.constant('copy'), fc.constant('REPLACE')) },
);

const setup: Command[] = [
  ['RPUSH', 'list', 'a'],
  ['SET', 'text', 'text'],
  ['PFADD', 'timed', 'x'],
  ['PEXPIREAT', 'timed', String(FAR)],
  // Its registers end early.
  ['SET', 'damaged', `HYLL\x01${'\0'.repeat(10)}\x80\x7f\xfe`],
];

describeLive('commands on HyperLogLogs', () => {
  it('leave what a server has, byte for byte, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 50, size: 'max' }), async (commands) => {
          done += await expectSame(client, [...setup, ...commands]);
        }),
        { numRuns: 60 },
      );
      expect(done).toBeGreaterThan(500);
    });
  });
});

it('are packed by PFMERGE up to 3.2, and where the limit of the server says so', () => {
  const lengthOf = (replay: Replay): number => (replay.dump()['k']!.value[0] as string).length;
  const merge: Command[] = [
    ['PFADD', 'k', 'x'],
    ['PFMERGE', 'k'],
  ];
  const old = new Replay('3.2');
  old.run(...merge);
  expect(lengthOf(old)).toBe(12_304);
  const later = new Replay('4.0');
  later.run(...merge);
  expect(lengthOf(later)).toBeLessThan(40);
  const small = new Replay('7.0', { hllSparseMaxBytes: 20 });
  small.run(['PFADD', 'k', 'x', 'y', 'z']);
  expect(lengthOf(small)).toBe(12_304);
});
