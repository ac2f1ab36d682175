/** The options that choose keys, on every command that has them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashSlot, readRdb } from '../../src/index.ts';
import { type JsonObject, parseNdjson } from '../helpers/json.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, jsonLines, run } from './run.ts';

const folder = temporaryFolder();
const real = new URL('../../fixtures/corpus/redis-7.0.15.rdb', import.meta.url).pathname;

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const NOW = Date.now();
const small = write(
  'small.rdb',
  file.dump(
    file.aux('redis-ver', '7.0.15'),
    file.selectDb(0),
    file.resizeDb(5, 2),
    file.stringKey('user:1', 'one', NOW + 1_800_000),
    file.stringKey('user:2', 'two', NOW - 5000),
    file.setKey('tags', ['a', 'a'], NOW + 100 * 86_400_000),
    file.memberExpiry('a', NOW + 5),
    file.listKey('queue', ['x', 'y', 'z']),
    file.selectDb(3),
    file.stringKey('other', 'z'.repeat(5000)),
    file.stringKey(file.bytes('\xff'), '1'),
  ),
);

/** Names that `keys` prints, and that ndjson, json and info agree on. */
async function namesOf(path: string, ...options: string[]): Promise<string[]> {
  const keys = await run(['keys', '-0', ...options, path]);
  expect(keys.code, keys.stderr).toBe(0);
  const names = keys.raw.toString('latin1').split('\0').slice(0, -1);
  const lines = await run(['ndjson', '--escape', 'latin1', ...options, path]);
  expect(lines.code, lines.stderr).toBe(0);
  expect(parseNdjson(lines.stdout).map(({ key }) => key)).toEqual(names);
  const array = await run(['json', '--escape', 'latin1', ...options, path]);
  expect((JSON.parse(array.stdout) as { key: string }[]).map(({ key }) => key)).toEqual(names);
  const info = JSON.parse((await run(['info', '--json', ...options, path])).stdout) as {
    keys: number;
    dbs: { keys: number }[];
  };
  expect(info.keys).toBe(names.length);
  expect(info.dbs.reduce((sum, { keys: count }) => sum + count, 0)).toBe(names.length);
  return names;
}

describe('filters', () => {
  it.each<[string[], string[]]>([
    [
      ['--key', 'user:*'],
      ['user:1', 'user:2'],
    ],
    [
      ['--key', 'q*', '--key', 'tag?'],
      ['tags', 'queue'],
    ],
    [
      ['--not-key', 'user:*', '--not-key', '[^a-z]'],
      ['tags', 'queue', 'other'],
    ],
    [
      ['--key', '*', '--not-key', '*e*'],
      ['tags', '\xff'],
    ],
    [['--key-regex', '^user:[2-9]$'], ['user:2']],
    [
      ['--key-regex', '^\\udcff$', '--key-regex', 'ags'],
      ['tags', '\xff'],
    ],
    [
      ['--type', 'set,list'],
      ['tags', 'queue'],
    ],
    [['--type', 'set', '--type', 'list', '--key', 't*'], ['tags']],
    [['--type', 'hash'], []],
    [
      ['--db', '3'],
      ['other', '\xff'],
    ],
    [
      ['--db', '0,3', '--type', 'string'],
      ['user:1', 'user:2', 'other', '\xff'],
    ],
    [['--slot', String(hashSlot(file.bytes('queue')))], ['queue']],
    [
      ['--slot', '0-8000', '--slot', '8001-16383'],
      ['user:1', 'user:2', 'tags', 'queue', 'other', '\xff'],
    ],
    [
      ['--ttl', 'none'],
      ['queue', 'other', '\xff'],
    ],
    [
      ['--ttl', 'any'],
      ['user:1', 'user:2', 'tags'],
    ],
    [['--ttl', 'expired'], ['user:2']],
    [['--ttl', '..1h'], ['user:1']],
    [['--ttl', '50d..'], ['tags']],
    [['--size', '5000..'], ['other']],
    [
      ['--size', '..1kb'],
      ['user:1', 'user:2', 'tags', 'queue', '\xff'],
    ],
    [
      ['--size', '4..5'],
      ['user:1', 'user:2', 'tags'],
    ],
    [
      ['--size', '4..7', '--not-key', 'user*'],
      ['tags', 'queue'],
    ],
    [['--size', '1gb..'], []],
  ])('%j', async (options, names) => {
    expect(await namesOf(small, ...options)).toEqual(names);
  });

  it('count times to live from --now', async () => {
    const at = (ms: number): string[] => ['--now', String(ms)];
    expect(await namesOf(small, '--ttl', 'expired', ...at(NOW + 1_800_001))).toEqual(['user:1', 'user:2']);
    expect(await namesOf(small, '--ttl', 'expired', ...at(NOW - 6000))).toEqual([]);
    expect(await namesOf(small, '--ttl', '..10s', ...at(NOW - 6000))).toEqual(['user:2']);
    const expired = ['--ttl', 'expired', ...at(NOW + 1_800_001)];
    for (const command of ['resp', 'convert', 'split --by-db']) {
      const output = join(folder, `now.${command}.rdb`);
      expect((await run([...command.split(' '), ...expired, '-o', output, small])).code).toBe(0);
    }
    const made = readdirSync(folder).filter((name) => name.startsWith('now.'));
    expect(made).toHaveLength(3);
    for (const name of made) expect(readFileSync(join(folder, name), 'latin1')).toMatch(/user:1.*user:2/s);
  });

  it('choose the same keys of a dump of a server as its JSON says', async () => {
    const { stdout } = await run(['ndjson', '--escape', 'latin1', real]);
    const all = parseNdjson(stdout) as (JsonObject & { key: string; type: string; db: number })[];
    const chosen = (want: (record: (typeof all)[number]) => boolean): string[] =>
      all.filter(want).map(({ key }) => key);
    expect(await namesOf(real, '--type', 'zset')).toEqual(chosen(({ type }) => type === 'zset'));
    expect(await namesOf(real, '--db', '1')).toEqual(chosen(({ db }) => db === 1));
    expect(await namesOf(real, '--key', '*:*')).toEqual(chosen(({ key }) => key.includes(':')));
    expect(await namesOf(real, '--slot', '0-999')).toEqual(chosen(({ key }) => hashSlot(file.bytes(key)) < 1000));
    expect(await namesOf(real, '--ttl', 'none')).toEqual(chosen((record) => !('expiresAt' in record)));
  });

  it('leave what is printed of a key unchanged', async () => {
    const all = (await run(['ndjson', real])).stdout.split('\n');
    for (const options of [
      ['--size', '0..'],
      ['--size', '0..1tb'],
      ['--key', '*'],
      ['--not-key', 'no such key'],
    ]) {
      expect((await run(['ndjson', ...options, real])).stdout.split('\n')).toEqual(all);
    }
    const strings = await run(['ndjson', '--type', 'string', real]);
    expect(strings.stdout.trimEnd().split('\n')).toEqual(all.filter((line) => line.includes('"type":"string"')));
  });

  it('leave out times of members of keys that are not wanted, and warnings about them', async () => {
    const tags = await run(['ndjson', '--key', 'tags', small]);
    expect(JSON.parse(tags.stdout)).toMatchObject({ key: 'tags', fieldExpiresAt: { a: NOW + 5 } });
    expect(tags.stderr).toContain('stands twice');
    for (const options of [
      ['--not-key', 'tags'],
      ['--size', '6..'],
      ['--size', '..3'],
    ]) {
      const others = await run(['ndjson', ...options, small]);
      expect(others.stdout).not.toContain('fieldExpiresAt');
      if (options[0] === '--not-key') expect(others.stderr).toBe('');
    }
  });

  it('count only keys that are wanted in info, and keep what describes the file', async () => {
    const text = await run(['info', '--type', 'string', small]);
    expect(text.stdout).toContain('redis-ver: 7.0.15');
    expect(text.stdout).toContain('keys: 4, of which 2 expire');
    expect(text.stdout).not.toContain('list');
    const header = await run(['info', '--header', '--json', '--key', 'none', small]);
    expect(JSON.parse(header.stdout)).toMatchObject({ aux: { 'redis-ver': '7.0.15' } });
  });
});

describe('--size', () => {
  it('is what the value takes in the file', async () => {
    const sizes = new Map<string, number>();
    const { readFileSync } = await import('node:fs');
    for await (const record of readRdb(readFileSync(real), { values: 'raw' })) {
      if (record.kind === 'key') sizes.set(Buffer.from(record.key).toString('latin1'), record.value.length);
    }
    const distinct = [...new Set(sizes.values())].sort((a, b) => a - b);
    const middle = distinct[distinct.length >> 1]!;
    for (const [range, wanted] of [
      [`${middle}..`, (size: number) => size >= middle],
      [`..${middle - 1}`, (size: number) => size < middle],
      [`${middle}..${middle}`, (size: number) => size === middle],
    ] as const) {
      const names = await namesOf(real, '--size', range);
      expect(new Set(names)).toEqual(new Set([...sizes].filter(([, size]) => wanted(size)).map(([name]) => name)));
    }
  });

  /** Values of 3 and 30 MB between small ones, larger than what is held in memory. */
  const item = 'i'.repeat(60);
  const large = (name: string, count: number, at?: number): Uint8Array =>
    Buffer.concat([
      at === undefined ? new Uint8Array(0) : Buffer.concat([Uint8Array.of(252), time(at)]),
      Uint8Array.of(1),
      file.string(name),
      Uint8Array.of(0x80, count >>> 24, (count >>> 16) & 255, (count >>> 8) & 255, count & 255),
      ...Array.from({ length: count }, () => file.string(item)),
    ]);
  const time = (ms: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    return bytes;
  };
  const path = write(
    'large.rdb',
    file.dump(
      file.selectDb(0),
      file.stringKey('first', '1'),
      large('huge', 500_000),
      file.stringKey('between', '1'),
      large('big', 50_000),
      large('huge too', 400_000, 5),
      file.stringKey('last', '1'),
    ),
  );
  const parse = (stdout: string): { key: string; value: unknown }[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line.replace(/,$/, '')) as { key: string; value: unknown });

  it.each<[string, string[]]>([
    ['20mb..1gb', ['huge', 'huge too']],
    ['..20mb', ['first', 'between', 'big', 'last']],
    ['1mb..', ['huge', 'big', 'huge too']],
    ['..1gb', ['first', 'huge', 'between', 'big', 'huge too', 'last']],
    ['25mb..28mb', []],
    ['26mb..1gb', ['huge']],
    ['..1kb', ['first', 'between', 'last']],
  ])('%s of values that are larger than what is held', async (range, names) => {
    const done = await run(['ndjson', '--size', range, path]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    const records = parse(done.stdout);
    expect(records.map(({ key }) => key)).toEqual(names);
    for (const { key, value } of records) {
      const count = { huge: 500_000, big: 50_000, 'huge too': 400_000 }[key];
      if (count === undefined) expect(value).toBe('1');
      else {
        expect(value).toHaveLength(count);
        expect(new Set(value as string[])).toEqual(new Set([item]));
      }
    }
    const array = await run(['json', '--size', range, path]);
    expect((JSON.parse(array.stdout) as { key: string }[]).map(({ key }) => key)).toEqual(names);
    expect((await run(['keys', '--size', range, path])).stdout).toBe(names.map((name) => `${name}\n`).join(''));
  });

  it('of a value that is cut off is not known, so that its key is not printed', async () => {
    const { readFileSync } = await import('node:fs');
    const cut = write('large-cut.rdb', readFileSync(path).subarray(0, 20_000_000));
    for (const range of ['..1gb', '1mb..1gb']) {
      const done = await run(['ndjson', '--size', range, cut]);
      expect(done.code).toBe(1);
      expect(parse(done.stdout).map(({ key }) => key)).toEqual(range.startsWith('..') ? ['first'] : []);
      errorLine(done);
    }
  });
});

describe('--limit', () => {
  it('ends early, and says so', async () => {
    for (const command of ['keys', 'ndjson', 'json', 'info']) {
      const done = await run([command, '--limit', '2', small]);
      expect(done.code).toBe(0);
      expect(done.stderr).toMatch(
        /^rdb-aof: warning: .*small\.rdb: --limit 2 was reached: the rest was not read, and the checksum not verified \(at byte \d+\)\n$/,
      );
      if (command === 'keys') expect(done.stdout).toBe('user:1\nuser:2\n');
      if (command === 'info') expect(done.stdout).toContain('checksum: not reached');
      const told = await run([command, '--json', '--limit', '2', small]);
      expect(jsonLines(told)).toMatchObject([{ warning: { code: 'LIMIT_REACHED', file: small } }]);
    }
  });

  it('counts keys that are wanted, and keeps times of members of the last', async () => {
    const { stdout } = await run(['ndjson', '--type', 'set,list', '--limit', '1', small]);
    expect(JSON.parse(stdout)).toMatchObject({ key: 'tags', fieldExpiresAt: { a: NOW + 5 } });
    expect((await run(['keys', '--size', '..100', '--limit', '4', small])).stdout).toBe(
      'user:1\nuser:2\ntags\nqueue\n',
    );
  });

  it('says nothing where the file ends with the last key that was wanted', async () => {
    const done = await run(['keys', '--limit', '6', small]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect((await run(['keys', '--limit', '7', small])).stderr).toBe('');
  });

  it('does not look at what stands behind', async () => {
    const whole = file.dump(
      file.selectDb(0),
      file.stringKey('a', '1'),
      file.stringKey('b', '2'),
      file.stringKey('c', '3'),
    );
    const damaged = whole.slice();
    damaged[damaged.indexOf('c'.charCodeAt(0), 20) - 2] = 0xee;
    const path = write('damaged.rdb', damaged);
    expect((await run(['keys', path])).code).toBe(1);
    expect(await run(['keys', '--limit', '1', path])).toMatchObject({ code: 0, stdout: 'a\n' });
  });

  it('holds for all inputs together', async () => {
    const done = await run(['keys', '--limit', '7', small, small, small]);
    expect(done.code).toBe(0);
    expect(done.stdout.split('\n').length).toBe(8);
    expect(done.stderr.split('\n')).toEqual([
      expect.stringContaining('the rest was not read'),
      expect.stringContaining('not read, as --limit 7 was reached before'),
      '',
    ]);
  });
});

describe('several inputs', () => {
  const other = write('other.rdb', file.dump(file.selectDb(0), file.stringKey('user:1', 'again')));

  it('are one after the other in ndjson, json and info', async () => {
    const lines = await run(['ndjson', '--key', 'user:*', other, small]);
    expect([lines.code, lines.stderr]).toEqual([0, '']);
    expect(parseNdjson(lines.stdout).map(({ value }) => value)).toEqual(['again', 'one', 'two']);
    const array = await run(['json', '--key', 'user:*', other, small]);
    expect((JSON.parse(array.stdout) as { value: string }[]).map(({ value }) => value)).toEqual([
      'again',
      'one',
      'two',
    ]);
    const info = await run(['info', other, small]);
    expect(info.stdout.match(/^\S+\.rdb: RDB version 9/gm)).toHaveLength(2);
    const objects = await run(['info', '--json', other, small]);
    expect(JSON.parse(`[${objects.stdout.replaceAll('\n}\n{', '\n},\n{')}]`)).toMatchObject([{ keys: 1 }, { keys: 6 }]);
  });

  it('have their own messages, and an array with a gap is not closed', async () => {
    const missing = join(folder, 'not-there.rdb');
    const array = await run(['json', other, missing, small]);
    expect(array.code).toBe(3);
    expect(() => JSON.parse(array.stdout)).toThrow();
    expect(array.stderr).toContain(`${missing}: no such file`);
    expect(array.stderr).toContain(`${small}: `);
    const none = await run(['json', missing, missing]);
    expect([none.code, none.stdout]).toEqual([3, '']);
  });
});

describe('wrong usage of filters', () => {
  it.each([
    [['--slot', '5-4'], '--slot'],
    [['--slot', '16384'], 'slots from 0 to 16383'],
    [['--type', 'strings'], 'types of keys'],
    [['--db', 'x'], 'numbers of databases'],
    [['--ttl', '10s'], 'none, any, expired'],
    [['--size', 'large'], '1KB..1MB'],
    [['--limit', '0'], 'a number from 1 on'],
    [['--limit', '-1'], 'a number from 1 on'],
    [['--key-regex', '('], 'Invalid regular expression'],
    [['--key'], 'argument missing'],
  ])('%j', async (options, message) => {
    for (const command of ['keys', 'ndjson', 'json', 'info']) {
      const done = await run([command, small, ...options]);
      expect([done.code, done.stdout]).toEqual([2, '']);
      expect(done.stderr).toMatch(/^rdb-aof: error: option '--/);
      expect(done.stderr).toContain(message);
    }
  });

  it('check has no filters', async () => {
    expect((await run(['check', '--key', 'a', small])).code).toBe(2);
  });
});
