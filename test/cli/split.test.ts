/** `split`: parts that together are the dataset, and appear together or not at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashSlot } from '../../src/index.ts';
import { readCorpus } from '../helpers/fixtures.ts';
import { parseNdjson } from '../helpers/json.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, finish, jsonLines, type Run, run, start } from './run.ts';

const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;
const dump = join(corpus, 'redis-7.0.15.rdb');

let tests = 0;
let folder: string;
let out: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `split-${tests++}`);
  mkdirSync(folder);
  out = join(folder, 'out.rdb');
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const parts = (): string[] => readdirSync(folder).filter((name) => name.startsWith('out.') || name.endsWith('.tmp'));

/** Waits until the parts are being written, however busy the machine is. */
async function appeared(count: number): Promise<void> {
  await expect.poll(() => parts().length, { timeout: 60_000 }).toBe(count);
}

const dataset = async (...paths: string[]): Promise<string[]> => {
  const lines = (await run(['ndjson', ...paths])).stdout.split('\n');
  expect(lines.pop()).toBe('');
  return lines.sort();
};

const slotOf = (key: string): number => hashSlot(Buffer.from(key));

function refused(done: Run, code: number, message: string | RegExp): void {
  expect([done.code, done.stdout], done.stderr).toEqual([code, '']);
  expect(errorLine(done)).toMatch(message);
}

describe('parts', () => {
  it.each<[string[], string[]]>([
    [
      ['--shards', '3'],
      ['out.0.rdb', 'out.1.rdb', 'out.2.rdb'],
    ],
    [['--shards', '1'], ['out.0.rdb']],
    [
      ['--slots', '0-99,100,101-16383'],
      ['out.0-99.rdb', 'out.100.rdb', 'out.101-16383.rdb'],
    ],
    [
      ['--slots', '8000-16383', '--slots', '0-7999'],
      ['out.0-7999.rdb', 'out.8000-16383.rdb'],
    ],
    [['--by-db'], ['out.0.rdb', 'out.1.rdb', 'out.15.rdb', 'out.3.rdb']],
  ])('%s are files that hold all keys, once', async (args, names) => {
    for (const output of [out, join(folder, 'out')]) {
      const done = await run(['split', ...args, '--force', '-o', output, dump]);
      expect([done.code, done.stderr]).toEqual([0, '']);
      expect(parts()).toEqual(names);
      const paths = names.map((name) => join(folder, name));
      const said = new Map(
        done.stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.split(': ') as [string, string]),
      );
      expect([...said.keys()].sort()).toEqual(paths);
      for (const path of paths) {
        const checked = JSON.parse((await run(['check', '--json', path])).stdout);
        expect(checked).toMatchObject({ ok: true, checksum: 'verified' });
        expect(said.get(path)).toBe(`${checked.keys} key${checked.keys === 1 ? '' : 's'}`);
      }
      expect(await dataset(...paths)).toEqual(await dataset(dump));
    }
  });

  it('hold the keys of their slots, the functions and the aux fields', async () => {
    await run(['split', '--shards', '3', '-o', out, dump]);
    for (const [i, first, last] of [
      [0, 0, 5460],
      [1, 5461, 10922],
      [2, 10923, 16383],
    ] as const) {
      const path = join(folder, `out.${i}.rdb`);
      const keys = (await run(['keys', '-0', path])).raw.toString('latin1').split('\0').slice(0, -1);
      expect(keys.length).toBeGreaterThan(10);
      for (const key of keys) {
        const slot = hashSlot(Buffer.from(key, 'latin1'));
        expect(slot >= first && slot <= last).toBe(true);
      }
      const info = JSON.parse((await run(['info', '--json', path])).stdout);
      expect(info).toMatchObject({ version: 10, aux: { 'redis-ver': '7.0.15' }, functions: [{ name: 'mylib' }] });
    }
  });

  it('are the same from a packed standard input, and follow filters', async () => {
    const keys = await run(['keys', '--type', 'hash', dump]);
    const done = await run(['split', '--by-db', '--type', 'hash', '--json', '-o', out, '-'], {
      stdin: gzipSync(readCorpus('redis-7.0.15')),
    });
    expect([done.code, done.stderr]).toEqual([0, '']);
    const said = parseNdjson(done.stdout);
    expect(said[0]).toMatchObject({ file: join(folder, 'out.0.rdb'), part: '0' });
    expect(said.reduce((sum, { keys: count }) => sum + Number(count), 0)).toBe(keys.stdout.split('\n').length - 1);
    const sized = await run(['split', '--shards', '2', '--size', '100..1KB', '--force', '-o', out, dump]);
    expect(sized.code).toBe(0);
    const paths = [join(folder, 'out.0.rdb'), join(folder, 'out.1.rdb')];
    expect(await dataset(...paths)).toEqual(
      (await run(['ndjson', '--size', '100..1KB', dump])).stdout.trimEnd().split('\n').sort(),
    );
  });

  it('merge to the dataset they came from, whatever the ranges', async () => {
    const wanted = await dataset(dump);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 16383 }), { maxLength: 6 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 16384];
        const ranges = edges.slice(1).map((edge, i) => `${edges[i]}-${edge - 1}`);
        expect((await run(['split', '--slots', ranges.join(','), '-o', out, dump])).code).toBe(0);
        const paths = parts().map((name) => join(folder, name));
        expect(paths.length).toBe(ranges.length);
        const merged = join(folder, 'merged.rdb');
        const done = await run(['convert', '--force', '-o', merged, ...paths]);
        expect([done.code, done.stderr]).toEqual([0, '']);
        expect(await dataset(merged)).toEqual(wanted);
        for (const path of paths) rmSync(path);
      }),
      { numRuns: 6 },
    );
  });

  it('may be many', async () => {
    const done = await run(['split', '--shards', '500', '-o', out, dump]);
    expect(done.code).toBe(0);
    expect(parts().length).toBe(500);
    expect(await dataset(...parts().map((name) => join(folder, name)))).toEqual(await dataset(dump));
  });
});

describe('a cluster', () => {
  const id = (digit: string): string => digit.repeat(40);
  const nodes = (a: string, b: string): string =>
    [
      `${id('a')} 127.0.0.1:7000@17000,host-a myself,master - 0 1700000000000 1 connected ${a}`,
      `${id('b')} 127.0.0.1:7001@17001 master - 0 1700000000000 2 connected ${b}`,
      `${id('c')} 127.0.0.1:7002@17002 slave ${id('a')} 0 1700000000000 1 connected`,
      `${id('d')} :0@0 master,noaddr - 0 1700000000000 3 disconnected`,
      'vars currentEpoch 3 lastVoteEpoch 0',
      '',
    ].join('\n');

  it('has a part for each node that owns slots', async () => {
    const conf = write('nodes.conf', nodes(`0-99 200-8000 [93-<-${id('b')}] [94->-${id('b')}]`, '100-199 8001-16383'));
    const done = await run(['split', '--nodes-conf', conf, '-o', out, dump]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(parts()).toEqual([`out.${id('a')}.rdb`, `out.${id('b')}.rdb`]);
    const keys = (await run(['keys', join(folder, `out.${id('b')}.rdb`)])).stdout.trimEnd().split('\n');
    for (const key of keys.filter((name) => !name.startsWith('"'))) {
      const slot = slotOf(key);
      expect((slot >= 100 && slot <= 199) || slot > 8000, key).toBe(true);
    }
  });

  it('with slots that nobody owns is said, and keys in them are refused', async () => {
    const conf = write('nodes.conf', nodes('0-99', '100-16000'));
    const input = write('in.rdb', file.dump(...['a', 'b', 'c'].map((name) => file.stringKey(name, '1'))));
    expect(['a', 'b', 'c'].map(slotOf)).toEqual([15495, 3300, 7365]);
    const fine = await run(['split', '--nodes-conf', conf, '-o', out, input]);
    expect(fine.code).toBe(0);
    expect(fine.stderr).toBe(`rdb-aof: warning: ${conf}: no node owns slots 16001-16383\n`);
    const args = ['split', '--slots', '0-5000', '--force', '-o', join(folder, 'two'), input];
    const done = await run(args);
    refused(
      done,
      1,
      /: 2 keys in slots that are in no file, 7365,15495 \(db 0, key "a"; db 0, key "c"\); --allow-unassigned leaves them out; nothing was written/,
    );
    expect(existsSync(join(folder, 'two.0-5000.rdb'))).toBe(false);
    const allowed = await run([...args, '--allow-unassigned', '--json']);
    expect(allowed.code).toBe(0);
    expect(jsonLines(allowed)[0]?.warning).toMatchObject({ code: 'UNASSIGNED_KEYS' });
    expect((await run(['keys', join(folder, 'two.0-5000.rdb')])).stdout).toBe('b\n');
  });

  it('that contradicts itself is refused', async () => {
    for (const [text, message] of [
      [nodes('0-99', '99-200'), /slot 99 is in two parts/],
      ['not a cluster', /line 1: expected a node of a cluster/],
      ['', /a node that owns slots/],
      [nodes('0-99', '100-20000'), /line 2: expected slots, found "100-20000"/],
    ] as const) {
      refused(await run(['split', '--nodes-conf', write('n', text), '-o', out, dump]), 2, message);
      expect(parts()).toEqual([]);
    }
    refused(await run(['split', '--nodes-conf', join(folder, 'none'), '-o', out, dump]), 3, 'no such file');
    refused(await run(['split', '--slots', '0-5,3-9', '-o', out, dump]), 2, 'slot 3 is in two parts, 0-5 and 3-9');
  });
});

describe('failures', () => {
  it('are wrong usage without a name, or without or with too many kinds of parts', async () => {
    for (const args of [
      ['--shards', '3'],
      ['--shards', '3', '-o', '-'],
      ['-o', out],
      ['-o', out, '--shards', '3', '--by-db'],
      ['-o', out, '--shards', '0'],
      ['-o', out, '--shards', '16385'],
      ['-o', out, '--slots', '5-3'],
    ]) {
      const done = await run(['split', ...args, dump]);
      expect([done.code, done.stdout], args.join(' ')).toEqual([2, '']);
    }
    expect(parts()).toEqual([]);
  });

  it('are files that are there, before anything is read', async () => {
    writeFileSync(join(folder, 'out.1.rdb'), 'old');
    for (const args of [['--shards', '2'], ['--by-db']]) {
      const done = await run(['split', ...args, '-o', out, join(folder, 'missing.rdb')]);
      refused(done, 2, `${join(folder, 'out.1.rdb')}: is there already; --force overwrites it`);
      expect(parts()).toEqual(['out.1.rdb']);
    }
    expect(readFileSync(join(folder, 'out.1.rdb'), 'utf8')).toBe('old');
    const done = await run(['split', '--shards', '2', '--force', '-o', out, dump]);
    expect(done.code).toBe(0);
    expect((await run(['check', join(folder, 'out.1.rdb')])).code).toBe(0);
  });

  it('leave nothing, and old files as they were', async () => {
    const cut = write('cut.rdb', readCorpus('redis-7.0.15').subarray(0, 200_000));
    const twice = write('twice.rdb', file.dump(file.stringKey('a', '1'), file.stringKey('a', '2')));
    for (const args of [['--shards', '2'], ['--by-db']]) {
      refused(
        await run(['split', ...args, '-o', out, cut]),
        1,
        /the file ends at byte 200000.*; nothing was written to .*out\.\*\.rdb/,
      );
      refused(await run(['split', ...args, '-o', out, twice]), 1, 'key "a" of db 0 stands there twice');
      expect(parts()).toEqual([]);
    }
    writeFileSync(join(folder, 'out.0.rdb'), 'old');
    expect((await run(['split', '--shards', '2', '--force', '-o', out, cut])).code).toBe(1);
    expect(parts()).toEqual(['out.0.rdb']);
    expect(readFileSync(join(folder, 'out.0.rdb'), 'utf8')).toBe('old');
    refused(
      await run(['split', '--shards', '2', '-o', join(folder, 'none', 'out'), dump]),
      3,
      'its directory does not exist',
    );
  });

  it('at the last moment take away what has appeared', async () => {
    const child = start(['split', '--shards', '3', '-o', out, '-']);
    const done = finish(child, 'split');
    const bytes = readCorpus('redis-7.0.15');
    child.stdin!.write(bytes.subarray(0, 100_000));
    await appeared(3);
    writeFileSync(join(folder, 'out.2.rdb'), 'theirs');
    child.stdin!.end(bytes.subarray(100_000));
    const ended = await done;
    refused(ended, 2, 'out.2.rdb: is there already');
    expect(parts()).toEqual(['out.2.rdb']);
    expect(readFileSync(join(folder, 'out.2.rdb'), 'utf8')).toBe('theirs');
  });

  it('are signals', async () => {
    const child = start(['split', '--shards', '3', '-o', out, '-']);
    const done = finish(child, 'split');
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(readCorpus('redis-7.0.15').subarray(0, 100_000));
    await appeared(3);
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    expect(parts()).toEqual([]);
  });

  it('are files without a key, of which nobody knows the databases', async () => {
    const empty = write('empty.rdb', file.dump());
    refused(await run(['split', '--by-db', '-o', out, empty]), 1, 'has no keys, and so no databases');
    expect((await run(['split', '--shards', '2', '-o', out, empty])).code).toBe(0);
    expect(parts()).toEqual(['out.0.rdb', 'out.1.rdb']);
  });
});
