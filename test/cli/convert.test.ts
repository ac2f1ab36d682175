/** `convert`: copies, filters, changes, several inputs, losses, and what is left behind where it fails. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { corpusNames, readCorpus } from '../helpers/fixtures.ts';
import { parseNdjson } from '../helpers/json.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, each, errorLine, jsonLines, type Run, run } from './run.ts';

const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
const AT = 4_102_444_800_000;

let tests = 0;
let folder: string;
let out: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `convert-${tests++}`);
  mkdirSync(folder);
  out = join(folder, 'out.rdb');
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A file of strings: db, name, value, and the time where there is one. */
function strings(name: string, ...keys: [db: number, name: string, value: string, at?: number][]): string {
  return write(name, file.dump(...keys.flatMap(([db, ...key]) => [file.selectDb(db), file.stringKey(...key)])));
}

/** The keys of a dump in a few words: `db key=value@time`. */
async function keysOf(path: string | Uint8Array): Promise<string[]> {
  const printed = typeof path === 'string' ? await run(['ndjson', path]) : await run(['ndjson', '-'], { stdin: path });
  expect(printed.stderr).toBe('');
  return parseNdjson(printed.stdout).map(({ db, key, value, expiresAt }) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${db} ${key}=${text}${expiresAt === undefined ? '' : `@${expiresAt}`}`;
  });
}

async function converted(...args: string[]): Promise<string[]> {
  const done = await run(['convert', '--force', '-o', out, ...args]);
  expect([done.code, done.stdout, done.stderr]).toEqual([0, '', '']);
  expect((await run(['check', out])).code).toBe(0);
  return keysOf(out);
}

function refused(done: Run, code: number, message: string | RegExp): void {
  expect([done.code, done.stdout], done.stderr).toEqual([code, '']);
  expect(errorLine(done)).toMatch(message);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
}

/** A library of functions, as RDB 10 holds it. */
const library = (code: string): Uint8Array => Uint8Array.from(Buffer.concat([Uint8Array.of(245), file.string(code)]));
const ten = (...records: Uint8Array[]): Uint8Array => {
  const bytes = file.dump(...records);
  bytes.set(file.bytes('REDIS0010'));
  return bytes;
};

describe('a copy of one file', () => {
  it('is the same file', async () => {
    await each(corpusNames(), async (name) => {
      const to = join(folder, name);
      const done = await run(['convert', '-o', to, join(corpus, `${name}.rdb`)]);
      expect([done.code, done.stdout, done.stderr]).toEqual([0, '', '']);
      expect(readFileSync(to).equals(readCorpus(name)), name).toBe(true);
    });
  });

  it('is what stands inside a container, from standard input to standard output', async () => {
    const bytes = readCorpus('redis-7.0.15');
    for (const args of [['-'], [], ['-o', '-', '-']]) {
      const done = await run(['convert', ...args], { stdin: gzipSync(bytes) });
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(done.raw.equals(bytes)).toBe(true);
    }
  });

  it('keeps keys in databases that are selected twice, and hints', async () => {
    const bytes = file.dump(
      file.selectDb(0),
      file.resizeDb(1, 0),
      file.stringKey('a', '1'),
      file.selectDb(2),
      file.selectDb(0),
      file.stringKey('b', '2'),
    );
    await converted(write('in.rdb', bytes));
    expect(readFileSync(out).equals(bytes)).toBe(true);
  });

  it('ends quietly where nobody reads on', async () => {
    const done = await bash('set -o pipefail; "$NODE" "$CLI" convert "$FILE" | head -c 9; echo " $?"', {
      FILE: join(corpus, 'redis-7.0.15.rdb'),
    });
    expect([done.stdout, done.stderr]).toEqual(['REDIS0010 0\n', '']);
  });
});

describe('keys', () => {
  const input = (): string =>
    strings('in.rdb', [0, 'user:1', 'a', AT], [0, 'user:2', 'b'], [0, 'post:1', 'c', AT], [3, 'user:1', 'd']);

  it('are chosen, without hints that are no more true', async () => {
    const bytes = file.dump(file.selectDb(0), file.resizeDb(2, 0), file.stringKey('a', '1'), file.stringKey('b', '2'));
    expect(await converted('--key', 'b', write('in.rdb', bytes))).toEqual(['0 b=2']);
    expect(readFileSync(out).includes(Buffer.from([251]))).toBe(false);
    expect(await converted('--db', '3', input())).toEqual(['3 user:1=d']);
    expect(await converted('--ttl', 'any', input())).toEqual([`0 user:1=a@${AT}`, `0 post:1=c@${AT}`]);
    expect(await converted('--size', '1..1MB', '--not-key', 'user:*', input())).toEqual([`0 post:1=c@${AT}`]);
    expect(await converted('--size', '2..2', '--not-key', 'post:*', '--db', '0', input())).toEqual([
      `0 user:1=a@${AT}`,
      '0 user:2=b',
    ]);
  });

  it('end early with a limit', async () => {
    const done = await run(['convert', '--limit', '2', '-o', out, input()]);
    expect(done.code).toBe(0);
    expect(done.stderr).toContain('--limit 2 was reached');
    expect(await keysOf(out)).toEqual([`0 user:1=a@${AT}`, '0 user:2=b']);
    expect((await run(['check', out])).code).toBe(0);
  });

  it('get other names, databases and times after they were chosen by the old ones', async () => {
    const all = input();
    expect(await converted('--rename-prefix', 'user:=u', '--rename-prefix', 'u=x', '--db', '0', all)).toEqual([
      `0 u1=a@${AT}`,
      '0 u2=b',
      `0 post:1=c@${AT}`,
    ]);
    expect(await converted('--key', 'user:2', '--rename-prefix', '=copy=', '--to-db', '5', all)).toEqual([
      '5 copy=user:2=b',
    ]);
    expect(await converted('--ttl', 'strip', '--key', 'post:*', all)).toEqual(['0 post:1=c']);
    expect(await converted('--ttl', 'any', '--ttl', '+10', '--key', 'user:*', all)).toEqual([
      `0 user:1=a@${AT + 10_000}`,
    ]);
    expect(await converted('--ttl', '-1h', '--ttl', 'any', '--key', 'user:*', all)).toEqual([
      `0 user:1=a@${AT - 3_600_000}`,
    ]);
    expect(await converted('--ttl', 'at:4102444800001', '--db', '3', all)).toEqual([`3 user:1=d@${AT + 1}`]);
    expect(await converted('--ttl', 'keep', '--db', '3', all)).toEqual(['3 user:1=d']);
  });

  it('are renamed where their names and values come in pieces', async () => {
    const name = 'n'.repeat(300_000);
    const value = 'v'.repeat(3_000_000);
    const long = strings('long.rdb', [0, `a${name}`, value], [0, 'ab', 'c']);
    expect(await converted('--rename-prefix', 'a=b', long)).toEqual([`0 b${name}=${value}`, '0 bb=c']);
    expect(await converted('--rename-prefix', 'a=b', '--no-compression', long)).toEqual([
      `0 b${name}=${value}`,
      '0 bb=c',
    ]);
  });

  it('of every type survive', async () => {
    for (const name of ['redis-7.0.15', 'redis-8.8', 'valkey-9.0.4']) {
      const path = join(corpus, `${name}.rdb`);
      const before = parseNdjson((await run(['ndjson', '--db', '0', path])).stdout);
      const change = ['--db', '0', '--rename-prefix', '=x:', '--to-db', '7', '--ttl', '+1ms'];
      const done = await run(['convert', ...change, '-o', out, '--force', path]);
      expect([done.code, done.stderr], name).toEqual([0, '']);
      const after = parseNdjson((await run(['ndjson', out])).stdout);
      const changed = before.map((line) => {
        const { expiresAt } = line;
        const times = expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) + 1 };
        return { ...line, db: 7, key: `x:${line['key']}`, ...times };
      });
      expect(after).toEqual(changed);
      // Made anew they are the same keys, packed in another way.
      const anew = await run([
        'convert',
        ...change,
        '--set',
        'hash-max-listpack-entries=3',
        '-o',
        out,
        '--force',
        path,
      ]);
      expect([anew.code, anew.stderr], name).toEqual([0, '']);
      const names = parseNdjson((await run(['ndjson', out])).stdout).map(({ key }) => key);
      expect(names).toEqual(changed.map(({ key }) => key));
    }
  });

  it('of KeyDB take the times of their members along', async () => {
    const input = write(
      'keydb.rdb',
      file.dump(
        file.aux('mvcc-tstamp', '17'),
        file.setKey('s', ['a', 'b']),
        file.memberExpiry('a', AT),
        file.setKey('t', ['c']),
        file.memberExpiry('c', AT),
      ),
    );
    await converted('--key', 't', '--rename-prefix', 't=renamed', input);
    const text = readFileSync(out).toString('latin1');
    expect(text).toContain('renamed');
    expect(text.split('keydb-subexpire-key').length).toBe(2);
    expect(text).toContain('\x01c');
    expect(text).not.toContain('\x01a');
  });

  it('need options that mean something', async () => {
    const path = input();
    for (const [args, message] of [
      [['--to-db', '1,2'], /one database/],
      [['--to-db', 'x'], /numbers of databases/],
      [['--rename-prefix', 'abc'], /expected old=new/],
      [['--ttl', 'never'], /expected none, any, expired/],
      [['--ttl', '+x'], /expected keep, strip/],
      [['--ttl', 'keep', '--ttl', 'strip'], /only in one way/],
      [['--ttl', 'any', '--ttl', 'none'], /only in one way/],
      [['--set', 'hash-max-listpack-entries'], /name=value/],
      [['--set', 'hash-max-entries=3'], /hash-max-entries/],
      [['--target', 'redis:1.0'], /target must be one of/],
      [['--on-conflict', 'both'], /Allowed choices/],
    ] as const) {
      const done = await run(['convert', ...args, '-o', out, path]);
      expect([done.code, done.stdout], args.join(' ')).toEqual([2, '']);
      expect(done.stderr).toMatch(message);
    }
    expect(readdirSync(folder)).toEqual(['in.rdb']);
  });
});

describe('a target', () => {
  it('has its own version and aux fields, and thresholds', async () => {
    const path = join(corpus, 'redis-7.2.6.rdb');
    const done = await run(['convert', '--target', 'redis:7.0.15', '--lossy', '-o', out, path]);
    expect(done.code).toBe(0);
    const info = JSON.parse((await run(['info', '--json', out])).stdout);
    expect(info).toMatchObject({ version: 10, aux: { 'redis-ver': '7.0.15' } });
    const plain = await run([
      'convert',
      '--set',
      'hash-max-listpack-entries=0',
      '--no-compression',
      '--no-checksum',
      path,
    ]);
    expect(plain.stderr).toBe('');
    const small = JSON.parse((await run(['info', '--json', '-'], { stdin: plain.raw })).stdout);
    expect(small.checksum).toBe('absent');
    expect(small.dbs[0].byEncoding.lzf).toBe(undefined);
    expect(small.dbs[0].byEncoding.listpack ?? 0).toBeLessThan(info.dbs[0].byEncoding.listpack);
  });

  it('that cannot hold everything is refused, with counts and examples', async () => {
    const path = join(corpus, 'redis-8.8.rdb');
    const args = ['convert', '--target', 'redis:6.2', path];
    const done = await run([...args, '-o', out]);
    refused(
      done,
      1,
      `rdb-aof: error: the target cannot hold everything, and --lossy was not given; nothing was written to ${out}`,
    );
    expect(done.stderr).toContain(
      `rdb-aof: warning: ${path}: redis:6.2 cannot hold function libraries: 1 (the function library mylib`,
    );
    expect(done.stderr).toMatch(
      /cannot hold times at which fields of hashes go \(fields whose time is past are left out\): 4 keys \(db 0, hash "hash:ttl:key"; .*; \.\.\.\)\n/,
    );

    const lossy = await run([...args, '--lossy', '-o', out]);
    expect(lossy.code).toBe(0);
    const warnings = done.stderr.split('\n').filter((line) => line.includes('warning'));
    expect(lossy.stderr).toBe(`${warnings.join('\n')}\n`);
    expect((await run(['check', out])).code).toBe(0);

    const json = await run([...args, '--lossy', '--json', '-o', out, '--force']);
    expect(jsonLines(json).map(({ warning }) => warning)).toContainEqual(
      expect.objectContaining({ code: 'LOSSY', kind: 'fieldExpiry', count: 4, file: path }),
    );
  });

  it('is left at the first loss on the way to standard output', async () => {
    const args = ['convert', '--target', 'redis:6.2', join(corpus, 'redis-8.8.rdb')];
    const done = await run(args);
    expect(done.code).toBe(1);
    expect(errorLine(done)).toMatch(/which a file for redis:6.2 cannot hold; --lossy leaves it out/);
    const lossy = await run([...args, '--lossy']);
    expect(lossy.code).toBe(0);
    expect((await run(['check', '-'], { stdin: lossy.raw })).code).toBe(0);
  });

  it('keeps the old file where it refuses', async () => {
    writeFileSync(out, 'old');
    const done = await run(['convert', '--force', '--target', 'redis:6.2', '-o', out, join(corpus, 'redis-8.8.rdb')]);
    expect(done.code).toBe(1);
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['out.rdb']);
  });
});

describe('several inputs', () => {
  const three = (): string[] => [
    strings('a.rdb', [0, 'x', 'a'], [0, 'only a', '1']),
    strings('b.rdb', [0, 'only b', '2'], [1, 'x', 'b']),
    strings('c.rdb', [0, 'x', 'c'], [1, 'x', 'c'], [0, 'only c', '3']),
  ];

  it('become one', async () => {
    const [a, b] = three() as [string, string];
    expect(await converted(a, b)).toEqual(['0 x=a', '0 only a=1', '0 only b=2', '1 x=b']);
  });

  it('with a key in common are an error', async () => {
    const [a, b, c] = three() as [string, string, string];
    const done = await run(['convert', '-o', out, a, b, c]);
    refused(
      done,
      1,
      `${c}: key "x" of db 0 stands in ${a} too; --on-conflict first or last says which counts; nothing`,
    );
  });

  it('have a winner, the first or the last', async () => {
    const inputs = three();
    const first = await run(['convert', '--on-conflict', 'first', '-o', out, ...inputs]);
    expect(first.code).toBe(0);
    expect(first.stderr).toBe(`rdb-aof: warning: ${inputs[2]}: 2 keys left out, as --on-conflict first has it\n`);
    const firstKeys = ['0 x=a', '0 only a=1', '0 only b=2', '1 x=b', '0 only c=3'];
    expect(await keysOf(out)).toEqual(firstKeys);
    const last = await run(['convert', '--on-conflict', 'last', '--force', '-o', out, ...inputs]);
    expect([last.code, last.stdout]).toEqual([0, '']);
    expect((await keysOf(out)).sort()).toEqual(['0 only a=1', '0 only b=2', '0 only c=3', '0 x=c', '1 x=c']);
    const piped = await run(['convert', '--on-conflict', 'last', ...inputs.slice(0, 2), '-'], {
      stdin: gzipSync(readFileSync(inputs[2]!)),
    });
    expect(piped.raw.equals(readFileSync(out))).toBe(true);
  });

  it('have their aux fields and their version from the one that is named first', async () => {
    const old = join(corpus, 'redis-6.2.16.rdb');
    const recent = join(corpus, 'redis-7.0.15.rdb');
    for (const which of ['first', 'last']) {
      const done = await run(['convert', '--on-conflict', which, '--force', '-o', out, recent, old]);
      expect(done.code, done.stderr).toBe(0);
      const info = JSON.parse((await run(['info', '--json', out])).stdout);
      expect(info).toMatchObject({ version: 10, keys: 165, aux: { 'redis-ver': '7.0.15', 'aof-base': '0' } });
    }
  });

  it('are compared after their keys got new names', async () => {
    const [a, , c] = three() as [string, string, string];
    expect(await converted('--key', 'only*', '--rename-prefix', 'only =', a, c)).toEqual(['0 a=1', '0 c=3']);
    const same = await run([
      'convert',
      '--rename-prefix',
      'only a=z',
      '--rename-prefix',
      'x=z',
      '--force',
      '-o',
      out,
      a,
    ]);
    expect(same.code).toBe(1);
    expect(errorLine(same)).toContain(`${a}: key "z" of db 0 stands there twice`);
    const dbs = await run(['convert', '--to-db', '4', c]);
    expect(dbs.code).toBe(1);
  });

  it('are a conflict only where both keys are wanted', async () => {
    const a = strings('a.rdb', [0, 'x', 'short'], [0, 'y', '1']);
    const b = strings('b.rdb', [0, 'x', 'a longer value'], [0, 'z', '2']);
    expect(await converted('--size', '10..1KB', a, b)).toEqual(['0 x=a longer value']);
    expect(await converted('--size', '..9', a, b)).toEqual(['0 x=short', '0 y=1', '0 z=2']);
  });

  it('cannot both be standard input, nor that be read twice', async () => {
    const [a] = three() as [string];
    const twice = await run(['convert', '-o', out, '-', a, '-'], { stdin: readFileSync(a) });
    refused(twice, 2, 'named twice');
    const reversed = await run(['convert', '--on-conflict', 'last', '-o', out, '-', a], { stdin: readFileSync(a) });
    refused(reversed, 2, 'must be a file');
  });

  it('of which one is damaged or missing write nothing', async () => {
    const [a, b, c] = three() as [string, string, string];
    const cut = write('cut.rdb', readFileSync(b).subarray(0, 15));
    refused(await run(['convert', '-o', out, a, cut, c]), 1, `${cut}: the file ends at byte 15`);
    refused(await run(['convert', '--on-conflict', 'last', '-o', out, a, cut]), 1, `${cut}: the file ends at byte 15`);
    refused(await run(['convert', '-o', out, a, join(folder, 'none.rdb')]), 3, 'no such file');
  });

  it('share function libraries', async () => {
    const code = (body: string): string => `#!lua name=lib\n${body}`;
    const one = write('one.rdb', ten(library(code('return 1')), file.stringKey('a', '1')));
    const same = write('same.rdb', ten(library(code('return 1')), file.stringKey('b', '2')));
    const other = write('other.rdb', ten(library(code('return 2')), file.stringKey('c', '3')));
    expect(await converted(one, same)).toEqual(['0 a=1', '0 b=2']);
    const functions = async (): Promise<string[]> =>
      JSON.parse((await run(['info', '--json', out])).stdout).functions.map((lib: { code: string }) => lib.code);
    expect(await functions()).toEqual([code('return 1')]);
    const done = await run(['convert', '--force', '-o', out, one, other]);
    expect(done.code).toBe(1);
    expect(errorLine(done)).toContain(`${other}: function library lib stands in ${one} too`);
    for (const [which, body] of [
      ['first', 'return 1'],
      ['last', 'return 2'],
    ] as const) {
      const settled = await run(['convert', '--on-conflict', which, '--force', '-o', out, one, other]);
      expect([settled.code, settled.stdout]).toEqual([0, '']);
      expect(settled.stderr).toContain('function library lib left out');
      expect(await functions()).toEqual([code(body)]);
    }
  });

  it('of several versions inline what only one of them defines', async () => {
    const template = new URL('../../fixtures/hand/', import.meta.url).pathname;
    const names = readdirSync(template).filter((name) => name.startsWith('rdb15-') && name.endsWith('.rdb'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const path = join(template, name);
      if ((await run(['check', path])).code !== 0) continue;
      const other = write('other.rdb', file.dump(file.stringKey('another', '1')));
      const bytes = readFileSync(other);
      bytes.set(file.bytes('REDIS0015'));
      writeFileSync(other, bytes);
      const wanted = (await keysOf(path)).sort();
      expect((await converted(path, other)).sort(), name).toEqual([...wanted, '0 another=1'].sort());
      expect((await converted(other, path)).sort(), name).toEqual([...wanted, '0 another=1'].sort());
    }
  });
});

describe('a key that stands twice in one file', () => {
  const input = (): string => strings('in.rdb', [0, 'x', 'a'], [0, 'y', 'b'], [0, 'x', 'c']);

  it('is an error, unless the first is to stand', async () => {
    const path = input();
    refused(
      await run(['convert', '-o', out, path]),
      1,
      `${path}: key "x" of db 0 stands there twice; --on-conflict first`,
    );
    refused(
      await run(['convert', '--on-conflict', 'last', '-o', out, path]),
      1,
      'only the first of one file can be kept',
    );
    const done = await run(['convert', '--on-conflict', 'first', '-o', out, path]);
    expect(done.code).toBe(0);
    expect(await keysOf(out)).toEqual(['0 x=a', '0 y=b']);
  });

  it('is none where it is not wanted', async () => {
    expect(await converted('--key', 'y', input())).toEqual(['0 y=b']);
  });
});

describe('a damaged file, with --salvage', () => {
  const lines = async (path: string): Promise<string> => (await run(['ndjson', path])).stdout;
  /** Names long enough that keys behind a gap are found by what they say. */
  const names = Array.from({ length: 30 }, (_, i) => `customer:${1000 + i}`);
  const records = names.map((name, i) => file.stringKey(name, `the value of number ${i}`));
  const whole = names.map((name, i) => `0 ${name}=the value of number ${i}`);
  const garbage = Uint8Array.from({ length: 38 }, () => 0x90);
  const damaged = (name: string, db = 0): string =>
    write(name, file.dump(file.selectDb(db), ...records.slice(0, 10), garbage, ...records.slice(10)));
  const offset = 9 + 2 + Buffer.concat(records.slice(0, 10)).length;

  it('is written without its gaps, and ends with 1', async () => {
    const path = damaged('in.rdb');
    const done = await run(['convert', '--salvage', '-o', out, path]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    const [gap, summary, ...more] = done.stderr.split('\n');
    expect(gap).toContain(`${path}: gap at byte ${offset}, 38 bytes: `);
    expect(gap).toMatch(/after string "customer:1009" of db 0, before string "customer:1010" of db unknown$/);
    expect(summary).toContain(
      '30 keys kept, 20 of them maybe of another db; 0 keys lost that could be told; 1 gap of 38',
    );
    expect(more).toEqual(['']);
    expect((await run(['check', out])).code).toBe(0);
    expect(await keysOf(out)).toEqual(whole);
  });

  it('is told in JSON', async () => {
    const done = await run(['convert', '--salvage', '--json', '-o', out, damaged('in.rdb')]);
    const lines = done.stderr.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        gap: {
          ...{ offset, length: 38, known: false, dbUnknown: true, code: 'UNKNOWN_TYPE', lost: [] },
          keyBefore: { db: 0, key: '"customer:1009"', type: 'string' },
          keyAfter: { key: '"customer:1010"' },
        },
      },
      { salvage: { keys: 30, keysLost: 0, keysDbUnknown: 20, gaps: 1, gapBytes: 38, checksum: 'unchecked' } },
    ]);
  });

  it('costs nothing, and no words, where it is none', async () => {
    // Three processes a file, so not every version; the whole ones are among the many that salvage is tested with.
    const some = corpusNames().filter((_, i) => i % 3 === 0);
    await each(some, async (name) => {
      const path = join(corpus, `${name}.rdb`);
      const to = join(folder, name);
      const done = await run(['convert', '--salvage', '-o', to, path]);
      expect([done.code, done.stdout, done.stderr], name).toEqual([0, '', '']);
      expect(await lines(to)).toBe(await lines(path));
    });
  });

  it('is filtered, changed, and converted', async () => {
    const path = damaged('in.rdb', 3);
    const args = ['--to-db', '5', '--rename-prefix', 'customer:=c:', '--key', '*5', '--target', 'redis:6.2'];
    const done = await run(['convert', '--salvage', ...args, '-o', out, path]);
    expect(done.code).toBe(1);
    expect(await keysOf(out)).toEqual([5, 15, 25].map((i) => `5 c:${1000 + i}=the value of number ${i}`));
    expect(readFileSync(out, 'latin1').slice(0, 9)).toBe('REDIS0009');
    const first = await run(['convert', '--salvage', '--limit', '2', '--force', '-o', out, path]);
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('--limit 2 was reached')]);
  });

  it('is merged with others, damaged or not', async () => {
    const other = strings('other.rdb', [0, 'another', 'x']);
    for (const paths of [
      [damaged('in.rdb'), other],
      [other, damaged('in.rdb')],
    ]) {
      const done = await run(['convert', '--salvage', '--on-conflict', 'last', '--force', '-o', out, ...paths]);
      expect([done.code, done.stderr.match(/gap at/g)?.length]).toEqual([1, 1]);
      expect((await keysOf(out)).sort()).toEqual(['0 another=x', ...whole].sort());
    }
  });

  it('keeps the first of two keys that seem to be the same', async () => {
    const bytes = file.dump(...records.slice(0, 10), garbage, ...records.slice(10), records[0]!);
    const done = await run(['convert', '--salvage', '-o', out, write('in.rdb', bytes)]);
    expect(done.code).toBe(1);
    expect(done.stderr).toContain('1 key left out, as another of the same name stands before it');
    expect(await keysOf(out)).toEqual(whole);
  });

  it('is told where only its end is missing, or its checksum wrong', async () => {
    const bytes = readFileSync(join(corpus, 'redis-7.0.15.rdb'));
    const cut = write('cut.rdb', bytes.subarray(0, bytes.length - 8));
    const wrong = Buffer.from(bytes);
    wrong[bytes.length - 1]! ^= 1;
    for (const [path, message] of [
      [cut, 'gap at byte'],
      [write('packed.rdb.gz', gzipSync(bytes).subarray(0, -4)), 'ends'],
      [write('wrong.rdb', wrong), 'its checksum is another'],
    ] as const) {
      const done = await run(['convert', '--salvage', '--force', '-o', out, path]);
      expect([done.code, done.stderr]).toEqual([1, expect.stringContaining(message)]);
      expect(await lines(out)).toBe(await lines(join(corpus, 'redis-7.0.15.rdb')));
    }
  });

  it('is still refused where there is nothing, or its loss was not allowed', async () => {
    refused(await run(['convert', '--salvage', '-o', out, write('in.rdb', '')]), 1, 'nothing was written');
    const path = join(corpus, 'redis-7.4.1.rdb');
    if (!existsSync(path)) return;
    refused(await run(['convert', '--salvage', '--target', 'redis:7.0', '-o', out, path]), 1, '--lossy was not given');
  });
});

it('needs no terminal, and has a help with examples', async () => {
  const { stdout, code } = await run(['convert', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('$ rdb-aof convert --target redis:6.2 -o old.rdb dump.rdb');
});
