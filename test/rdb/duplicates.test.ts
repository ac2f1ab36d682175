/** Values that have an item twice: servers load some of them as they are stored, and refuse them in another form. */
import { describe, expect, it } from 'vitest';
import { concat, f64le, file, key, len, listpack, str, ziplist, zipmap } from '../helpers/encoders.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { parseResp, respOf } from '../log/make.ts';
import { rewrite, writeAll } from './write-helpers.ts';

const PAIRS = ['a', '1', 'b', '2', 'a', '3', 'c', '4'];
const OTHER = key(4, 'other', concat(len(2), ...['x', '1', 'y', '1'].map(str)));

/** Values that 7.0 loads, and what one finds in them. */
const LOADED: Readonly<Record<string, Uint8Array>> = {
  'a hash': key(4, 'k', concat(len(4), ...PAIRS.map(str))),
  'a packed hash': key(16, 'k', str(listpack(PAIRS))),
  'a packed sorted set': key(17, 'k', str(listpack(['a', 1, 'b', 2, 'a', 3, 'c', 4]))),
};
const OTHERS: Readonly<Record<string, Uint8Array>> = {
  'a zipmap': key(9, 'k', str(zipmap([0, 2, 4, 6].map((i): [string, string] => [PAIRS[i]!, PAIRS[i + 1]!])))),
  'a hash in a ziplist': key(13, 'k', str(ziplist(PAIRS))),
  'a sorted set': key(5, 'k', concat(len(4), ...[0, 2, 4, 6].map((i) => concat(str(PAIRS[i]!), f64le(i / 2 + 1))))),
};

/** What a file holds, as commands. */
function held(bytes: Uint8Array): string[][] {
  return parseResp(respOf(bytes, { target: 'redis:7.0' }).resp);
}

const FIRST = [
  ['a', '1'],
  ['b', '2'],
  ['c', '4'],
];

describe.each(Object.entries({ ...LOADED, ...OTHERS }))('%s with an item twice', (name, record) => {
  const bytes = file(10, record, OTHER);
  const zset = name.includes('sorted');
  const command = zset
    ? ['ZADD', 'k', ...FIRST.flatMap(([member, score]) => [score!, member!])]
    : ['HSET', 'k', ...FIRST.flat()];
  const thresholds = { 'hash-max-listpack-entries': 0, 'zset-max-listpack-entries': 0 };

  it.each([
    { target: 'redis:6.2' },
    { target: 'redis:7.2' },
    { target: 'redis:2.6' },
    { target: 'redis:7.2', thresholds },
  ])('is made anew with the first one, and that is told: %o', (options) => {
    for (const values of ['data', 'scan', 'scan raw'] as const) {
      const { bytes: written, losses } = rewrite(bytes, options, { values });
      expect(losses.map(({ kind }) => kind)).toEqual(['item']);
      expect(held(written)).toEqual([command, ['HSET', 'other', 'x', '1', 'y', '1']]);
    }
    expect(() =>
      rewrite(bytes, {
        ...options,
        onLoss: () => {
          throw new Error('lost');
        },
      }),
    ).toThrow('lost');
  });
});

it('records that have one twice are written without the second', () => {
  const pairs = [
    ['a', '1'],
    ['a', '2'],
    ['b', '3'],
  ] as const;
  const value = pairs.map(([field, text]) => ({ field, value: text }));
  const { bytes, losses } = writeAll([{ kind: 'key', key: 'h', type: 'hash', value }], { target: 'redis:7.0' });
  expect(losses.map(({ kind }) => kind)).toEqual(['item']);
  expect(held(bytes)).toEqual([['HSET', 'h', 'a', '1', 'b', '3']]);
});

describeLive('a server', () => {
  it.each(Object.entries(LOADED))('finds the first one in %s, and loads what is made anew', async (name, record) => {
    const bytes = file(10, record, OTHER);
    const get = name.includes('sorted') ? ['ZSCORE', 'k', 'a'] : ['HGET', 'k', 'a'];
    await withLiveServer({ files: { 'dump.rdb': bytes } }, async ({ client }) => {
      expect(String(await client.command(...get))).toBe('1');
    });
    const thresholds = { 'hash-max-listpack-entries': 0, 'zset-max-listpack-entries': 0 };
    const { bytes: written } = rewrite(bytes, { target: 'redis:7.0', thresholds });
    await withLiveServer({ files: { 'dump.rdb': written } }, async ({ client }) => {
      expect(String(await client.command(...get))).toBe('1');
      expect(await client.command('DBSIZE')).toBe(2);
    });
  });
});
