import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSame } from './beside.ts';
import { type Command, Replay } from './run.ts';

const named = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const element = fc.oneof(
  fc.integer({ min: -12, max: 12 }).map(String),
  named('1.5', '1e3', ' 7', '', 'inf', '-inf', '0x10', '-0', '1\0x', 'x'),
);
const numeric = fc.integer({ min: -12, max: 12 }).map(String);
const integer = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -3, max: 8 }).map(String) },
  { weight: 1, arbitrary: named('x', '9223372036854775807') },
);
const pattern = named('w_*', 'h_*->f', '*', '#', 'nothing', 'h_*->', '*_w', 'list_*');
const source = named('list', 'set', 'zset', 'numbers', 'text', 'none');
const options = fc.array(
  fc.oneof(
    fc.tuple(integer, integer).map((rest) => ['LIMIT', ...rest]),
    named('ASC', 'desc', 'DESC').map((one) => [one]),
    // Texts that are the same are sorted in no certain order, except where they are the elements.
    fc.constant(['BY', 'nothing']),
    fc.constant(['BY', '#']),
    fc.constant(['GET', '#']),
    pattern.map((one) => ['GET', one]),
  ),
  { maxLength: 4 },
);
const ways = fc.oneof(
  fc.constant<string[]>([]),
  fc.constant(['ALPHA']),
  pattern.map((one) => ['BY', one]),
  named('ALPHA', 'BAD').map((one) => [one]),
);

const sorted: fc.Arbitrary<Command> = fc
  .tuple(source, ways, options, named('to', 'list', 'numbers'))
  .map(([key, way, rest, to]) => ['SORT', key, ...way, ...rest.flat(), 'STORE', to]);

const fills: fc.Arbitrary<Command[]> = fc
  .tuple(
    fc.array(element, { minLength: 1, maxLength: 20, size: 'max' }),
    fc.array(numeric, { minLength: 1, maxLength: 20, size: 'max' }),
    fc.array(fc.tuple(numeric, element), { minLength: 1, maxLength: 20, size: 'max' }),
  )
  .map(([elements, numbers, pairs]) => [
    ['RPUSH', 'list', ...elements],
    ['SADD', 'set', ...numbers],
    ['RPUSH', 'numbers', ...numbers],
    ['ZADD', 'zset', ...pairs.flat()],
    ['SET', 'text', 'no elements'],
    ['RPUSH', 'list_1', 'no text'],
    ['RPUSH', 'to', 'before'],
    ...numbers.map((one, i): Command => ['SET', `w_${one}`, `${(i * 5) % 7}`]),
    ...pairs.map(([weight, one]): Command => ['HSET', `h_${one}`, 'f', weight]),
  ]);

describeLive('SORT with STORE', () => {
  it('leaves what a server has, and fails where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fills, fc.array(sorted, { maxLength: 30, size: 'max' }), async (first, commands) => {
          // Hashes are no part of the comparison: they go at the end.
          const hashes = first.filter(([name]) => name === 'HSET').map(([, key]) => key!);
          const gone: Command[] = [['DEL', 'none', ...hashes]];
          done += (await expectSame(client, [...first, ...commands, ...gone])) - first.length - 1;
        }),
        { numRuns: 80 },
      );
      expect(done).toBeGreaterThan(500);
    });
  });

  it('sorts texts by the texts that patterns lead to', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['RPUSH', 'l', '1', '2', '3', '1'],
        ['MSET', 'w_1', 'b', 'w_2', 'a', 'other', 'x'],
        ['SORT', 'l', 'BY', 'w_*', 'ALPHA', 'STORE', 'up'],
        ['SORT', 'l', 'BY', 'w_*', 'ALPHA', 'DESC', 'GET', '#', 'GET', 'w_*', 'STORE', 'down'],
        ['SORT', 'l', 'BY', 'w_*', 'STORE', 'fails'],
      ];
      expect(await expectSame(client, commands)).toBe(4);
    });
  });
});

describeLive('SORT with a BY that has no place for the element', () => {
  it.each([
    ['BY', 'nosort', 'BY', 'w_*'],
    ['BY', '#', 'BY', 'w_*', 'DESC'],
    ['BY', 'w_*', 'BY', '#'],
  ])('does not sort with %s %s %s %s', async (...given) => {
    await withLiveServer({}, async ({ client }) => {
      const commands: Command[] = [
        ['RPUSH', 'l', '3', '1', '2'],
        ['MSET', 'w_1', '1', 'w_2', '2', 'w_3', '3'],
        ['SORT', 'l', ...given, 'STORE', 'to'],
      ];
      expect(await expectSame(client, commands)).toBe(3);
    });
  });
});

describe('SORT', () => {
  it('is refused where texts are the same', () => {
    const replay = new Replay();
    replay.run(['RPUSH', 'l', '1', '2']);
    expect(() => replay.run(['SORT', 'l', 'BY', 'w_*', 'ALPHA', 'STORE', 'to'])).toThrow(
      'the command "SORT" sorts elements whose weights are the same',
    );
  });
});
