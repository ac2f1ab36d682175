/** `aof cat`: commands of logs as JSON and as a log. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AofParser } from '../../src/index.ts';
import { AOF_FIXTURES, argvs, log, raw, read } from '../helpers/aof.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';
import * as dump from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, type Run, run } from './run.ts';

const set = join(AOF_FIXTURES, 'redis-7.4.1.multipart');
const incr = join(set, 'appendonly.aof.2.incr.aof');
const single = join(AOF_FIXTURES, 'redis-2.8.24.plain.aof');

let files = 0;
function write(text: string | Uint8Array): string {
  const path = join(temporaryFolder(), `${files++}.aof`);
  writeFileSync(path, typeof text === 'string' ? raw(text) : text);
  return path;
}

interface Line {
  file: string;
  offset?: number;
  preamble?: boolean;
  time?: number;
  db: number;
  argv: string[];
}

const lines = ({ stdout }: Run): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** The commands of a log that must be a valid one, words joined. */
function commands(bytes: Uint8Array): string[] {
  const parser = new AofParser();
  const records = [...parser.push(bytes), ...parser.end()];
  expect(records.filter(({ kind }) => kind === 'warning')).toEqual([]);
  return argvs(records as never).map((argv) => argv.join(' '));
}

const T = 1_700_000_000;
const mixed = write(
  `${log(['SET', 'early', '1'])}#TS:${T}\r\n${log(
    ['SELECT', '2'],
    ['MSET', 'a', '1', 'user:b', '2'],
    ['MULTI'],
    ['SET', 'other', '1'],
    ['SELECT', '0'],
    ['LPUSH', 'user:l', 'x'],
    ['EXEC'],
    ['MULTI'],
    ['SET', 'other', '2'],
    ['EXEC'],
  )}#TS:${T + 10}\r\n${log(
    ['SORT', 'user:l', 'STORE', 'sorted'],
    ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'user:s', '>'],
    ['EVAL', 'return 1', '1', 'user:e'],
    ['FLUSHALL'],
    ['XGROUP', 'CREATE', 'st', 'g', '0', 'MKSTREAM'],
  )}`,
);

describe('aof cat as JSON', () => {
  it('shows every command with its place, its time and its database', async () => {
    const done = await run(['aof', 'cat', mixed]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    const all = lines(done);
    expect(all.length).toBe(16);
    expect(all[0]).toEqual({ file: mixed, offset: 0, db: 0, argv: ['SET', 'early', '1'] });
    expect(all[2]).toEqual({
      file: mixed,
      offset: readFileSync(mixed, 'latin1').indexOf('*5\r\n$4\r\nMSET'),
      time: T * 1000,
      db: 2,
      argv: ['MSET', 'a', '1', 'user:b', '2'],
    });
  });

  it('escapes as asked, and loses no byte by default', async () => {
    const path = write(log(['SET', 'k', '\xff\xc3\xa9']));
    const value = async (...args: string[]): Promise<string> =>
      lines(await run(['aof', 'cat', ...args, path]))[0].argv[2];
    expect(await value()).toBe('\udcff\u00e9');
    expect(await value('--escape', 'base64')).toBe('/8Op');
    expect(await value('--escape', 'hex')).toBe('ffc3a9');
    expect(await value('--escape', 'latin1')).toBe('\xff\xc3\xa9');
  });

  it('reads sets by directory and manifest, data directories, packed files and standard input', async () => {
    const [byDir, byManifest] = await Promise.all([
      run(['aof', 'cat', set]),
      run(['aof', 'cat', join(set, 'appendonly.aof.manifest')]),
    ]);
    expect([byDir.code, byManifest.code]).toEqual([0, 0]);
    expect(byDir.stdout).toBe(byManifest.stdout);
    expect(byDir.stderr).toMatch(/^rdb-aof: warning: .*\d+ keys of the RDB are left out; --preamble commands/);
    expect(lines(byDir).length).toBe(967);
    const data = join(temporaryFolder(), 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'appendonly.aof'), readFileSync(single));
    const [plain, byData, packed, piped] = await Promise.all([
      run(['aof', 'cat', single]),
      run(['aof', 'cat', data]),
      run(['aof', 'cat', write(gzipSync(readFileSync(single)))]),
      run(['aof', 'cat', '-'], { stdin: readFileSync(single) }),
    ]);
    const bare = (done: Run): unknown => lines(done).map(({ file: _file, ...line }) => line);
    for (const other of [byData, packed, piped]) {
      expect(other.code, other.stderr).toBe(0);
      expect(bare(other)).toEqual(bare(plain));
    }
  });

  it('shows the RDB at the beginning as commands', async () => {
    const path = write(Buffer.concat([dump.dump(dump.selectDb(3), dump.stringKey('k', 'v')), raw(log(['INCR', 'n']))]));
    const done = await run(['aof', 'cat', '--preamble', 'commands', path]);
    expect(done.stderr).toBe('');
    expect(lines(done)).toMatchObject([
      { preamble: true, db: 3, argv: ['SET', 'k', 'v'] },
      { db: 0, argv: ['INCR', 'n'] },
    ]);
  });

  it('chooses keys of the RDB at the beginning, which no command has put together', async () => {
    const rdb = dump.dump(dump.selectDb(0), dump.stringKey('user:1', 'u'), dump.stringKey('secret:1', 's'));
    const path = write(Buffer.concat([rdb, raw(log(['INCR', 'n']))]));
    const chosen = await run(['aof', 'cat', '--key', 'user:*', '--format', 'resp', path]);
    expect(commands(chosen.raw)).toEqual(['SET user:1 u']);
    expect(commands((await run(['aof', 'cat', '--command', 'set', '--format', 'resp', path])).raw)).toEqual([
      'SET user:1 u',
      'SET secret:1 s',
    ]);
    const all = await run(['aof', 'cat', '--format', 'resp', path]);
    expect(commands(all.raw)).toEqual(['MSET user:1 u secret:1 s', 'INCR n']);
  });

  it('takes what servers load with --tolerant', async () => {
    const odd = write('*01\r\n$4\r\nPING\r\n*2\n$4\nINCR\r\n$1\nn\r\n');
    expect((await run(['aof', 'cat', odd])).code).toBe(1);
    const done = await run(['aof', 'cat', '--tolerant', '--format', 'resp', odd]);
    expect([done.code, commands(done.raw)]).toEqual([0, ['PING', 'INCR n']]);
  });

  it('chooses by key, name, database and time', async () => {
    const names = async (...args: string[]): Promise<string[]> =>
      lines(await run(['aof', 'cat', ...args, mixed])).map(({ argv }) => argv[0]);
    expect(await names('--key', 'user:*')).toEqual(['MSET', 'LPUSH', 'SORT', 'XREADGROUP', 'EVAL']);
    expect(await names('--key', 'sorted', '--key', 'a')).toEqual(['MSET', 'SORT']);
    expect(await names('--command', 'sort,xgroup')).toEqual(['SORT', 'XGROUP']);
    expect(await names('--command', 'xgroup create')).toEqual(['XGROUP']);
    expect(await names('--command', 'xgroup destroy')).toEqual([]);
    expect(await names('--db', '2', '--command', 'mset,set,multi')).toEqual(['MSET', 'MULTI', 'SET']);
    expect(await names('--since', String((T + 5) * 1000))).toEqual([
      'SORT',
      'XREADGROUP',
      'EVAL',
      'FLUSHALL',
      'XGROUP',
    ]);
    const until = new Date((T + 1) * 1000).toISOString();
    expect((await names('--until', until)).length).toBe(10);
    const done = await run(['aof', 'cat', '--limit', '2', mixed]);
    expect([done.code, lines(done).length]).toEqual([0, 2]);
    expect(done.stderr).toMatch(/--limit 2 was reached/);
  });

  it('knows the time in a file of a set from the file before it', async () => {
    const folder = join(temporaryFolder(), 'timed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.base.aof'), `#TS:${T}\r\n${log(['SET', 'other', '1'])}`);
    writeFileSync(join(folder, 'a.incr.aof'), `${log(['SET', 'k', '1'])}#TS:${T + 9}\r\n${log(['SET', 'k', '2'])}`);
    writeFileSync(join(folder, 'a.manifest'), 'file a.base.aof seq 1 type b\nfile a.incr.aof seq 1 type i\n');
    const until = ['--until', String((T + 1) * 1000)];
    const done = await run(['aof', 'cat', ...until, folder]);
    expect([lines(done).map(({ time }) => time), done.stderr]).toEqual([[T * 1000, T * 1000], '']);
    const keyed = await run(['aof', 'cat', '--format', 'resp', '--key', 'k', ...until, folder]);
    expect(keyed.stdout).toBe(`#TS:${T}\r\n${log(['SET', 'k', '1'])}`);
    // The time of one log is not that of the next.
    const two = await run(['aof', 'cat', join(folder, 'a.base.aof'), join(folder, 'a.incr.aof')]);
    expect(lines(two).map(({ time }) => time)).toEqual([T * 1000, undefined, (T + 9) * 1000]);
  });

  it('says what is left out that somebody would miss', async () => {
    const keyed = await run(['aof', 'cat', '--key', 'user:*', mixed]);
    expect(keyed.stderr).toMatch(/1 command left out that change all keys/);
    const unknown = await run(['aof', 'cat', '--key', '*', write(log(['SOMETHING.NEW', 'k']))]);
    expect(unknown.stderr).toMatch(/1 command left out whose keys are not known/);
    const untimed = await run(['aof', 'cat', '--since', String(T * 1000), mixed]);
    expect(untimed.stderr).toMatch(/1 command left out whose time no annotation tells/);
    const none = await run(['aof', 'cat', '--since', String(T * 1000), single]);
    expect([none.code, none.stdout]).toEqual([1, '']);
    expect(errorLine(none)).toMatch(/need annotations/);
  });

  it('writes what came before a torn tail, and ends with 1', async () => {
    const torn = write(`${log(['SET', 'a', '1'], ['SET', 'b', '2'])}*3\r\n$3\r\nSE`);
    const done = await run(['aof', 'cat', torn, single]);
    expect(done.code).toBe(1);
    expect(
      lines(done)
        .slice(0, 2)
        .map(({ argv }) => argv[1]),
    ).toEqual(['a', 'b']);
    expect(lines(done).length).toBeGreaterThan(2);
    expect(errorLine(done)).toContain(torn);
    const open = await run(['aof', 'cat', write(log(['MULTI'], ['SET', 'a', '1']))]);
    expect([open.code, lines(open).length]).toEqual([1, 2]);
    expect(errorLine(open)).toMatch(/inside a transaction/);
  });

  it('refuses what it does not understand', async () => {
    for (const args of [
      ['--since', '1700000000'],
      ['--since', 'yesterday'],
      ['--limit', '0'],
      ['--format', 'xml'],
    ]) {
      expect((await run(['aof', 'cat', ...args, mixed])).code, args.join(' ')).toBe(2);
    }
    const nothing = join(temporaryFolder(), 'nothing');
    mkdirSync(nothing);
    expect(errorLine(await run(['aof', 'cat', nothing]))).toMatch(/no append-only file/);
    expect((await run(['aof', 'cat', join(nothing, 'missing')])).code).toBe(3);
  });
});

describe('aof cat as a log', () => {
  it('gives a log again of which nothing is to be left out', async () => {
    const done = await run(['aof', 'cat', '--format', 'resp', incr]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.raw.equals(readFileSync(incr))).toBe(true);
    // Old servers select more often than they need to, and log transactions in which nothing was changed.
    const old = await run(['aof', 'cat', '--format', 'resp', single]);
    const others = (bytes: Uint8Array): string[] => {
      const all = commands(bytes).filter((one) => !/^select /i.test(one));
      return all.filter((one, i) => {
        return !(one === 'MULTI' && all[i + 1] === 'EXEC') && !(one === 'EXEC' && all[i - 1] === 'MULTI');
      });
    };
    expect(others(old.raw)).toEqual(others(read(single)));
  });

  it('keeps MULTI and EXEC around what is left, SELECT where it is needed, annotations before what follows them', async () => {
    const done = await run(['aof', 'cat', '--format', 'resp', '--key', 'user:*', mixed]);
    expect(done.code).toBe(0);
    expect(commands(done.raw)).toEqual([
      'SELECT 2',
      'MSET a 1 user:b 2',
      'MULTI',
      'SELECT 0',
      'LPUSH user:l x',
      'EXEC',
      'SORT user:l STORE sorted',
      'XREADGROUP GROUP g c STREAMS user:s >',
      'EVAL return 1 1 user:e',
    ]);
    expect(done.stdout.match(/#TS:\d+/g)).toEqual([`#TS:${T}`, `#TS:${T + 10}`]);
    expect(done.stdout.startsWith('#TS:')).toBe(true);
  });

  it('ends a transaction that --limit cuts, and leaves out one that never ran', async () => {
    const limited = await run(['aof', 'cat', '--format', 'resp', '--limit', '3', mixed]);
    expect(commands(limited.raw)).toEqual([
      'SET early 1',
      'SELECT 2',
      'MSET a 1 user:b 2',
      'MULTI',
      'SET other 1',
      'EXEC',
    ]);
    const open = await run([
      'aof',
      'cat',
      '--format',
      'resp',
      write(log(['SET', 'a', '1'], ['MULTI'], ['SET', 'b', '2'])),
    ]);
    expect([open.code, commands(open.raw)]).toEqual([1, ['SET a 1']]);
    const torn = await run(['aof', 'cat', '--format', 'resp', write(`${log(['SET', 'a', '1'])}*1\r\n$`)]);
    expect([torn.code, commands(torn.raw)]).toEqual([1, ['SET a 1']]);
  });

  it('makes one log of several, and of a set', async () => {
    const one = write(log(['SELECT', '1'], ['SET', 'a', '1']));
    const two = write(log(['SET', 'b', '2']));
    const out = join(temporaryFolder(), 'out.aof');
    const done = await run(['aof', 'cat', '--format', 'resp', '-o', out, one, two]);
    expect([done.code, done.stdout]).toEqual([0, '']);
    expect(commands(read(out))).toEqual(['SELECT 1', 'SET a 1', 'SELECT 0', 'SET b 2']);
    expect((await run(['aof', 'cat', '--format', 'resp', '-o', out, one])).code).toBe(2);
    const skipped = await run(['aof', 'cat', '--format', 'resp', '--preamble', 'skip', set]);
    expect(commands(skipped.raw).length).toBeLessThanOrEqual(967);
    expect(skipped.stderr).toMatch(/keys of the RDB are left out/);
  });
});

describeLive('a server', () => {
  it('does not repeat the time in the increment of a rewrite, whose commands have one all the same', async () => {
    const server = (await liveServer({
      args: ['--appendonly', 'yes', '--aof-timestamp-enabled', 'yes', '--aof-use-rdb-preamble', 'no'],
    }))!;
    try {
      while (Date.now() % 1000 > 100) await new Promise((resolve) => setTimeout(resolve, 5));
      const { client } = server;
      await client.command('SET', 'a', '1');
      await client.command('BGREWRITEAOF');
      for (let i = 0; i < 5; i++) await client.command('SET', 'b', i);
      while (!/aof_rewrite_in_progress:0/.test(String(await client.command('INFO', 'persistence')))) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const all = lines(await run(['aof', 'cat', join(server.dir, 'appendonlydir')]));
      expect(all.filter(({ argv }) => argv[0] === 'SET').length).toBe(6);
      expect(all.filter(({ time }) => time === undefined)).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  const path = new URL('../../fixtures/aof/redis-7.0.15.multipart', import.meta.url).pathname;
  const start = (log: Uint8Array): Promise<LiveServer | undefined> =>
    liveServer({ args: ['--appendonly', 'yes', '--databases', '32'], files: { 'appendonly.aof': log } });

  async function loaded(...args: string[]): Promise<{ keys: string[]; digest: string }> {
    const done = await run(['aof', 'cat', '--format', 'resp', ...args]);
    expect(done.code, done.stderr).toBe(0);
    const server = (await start(done.raw))!;
    try {
      const keys = (await server.client.command('KEYS', '*')) as Buffer[];
      return { keys: keys.map(String), digest: String(await server.client.command('DEBUG', 'DIGEST')) };
    } finally {
      await server.stop();
    }
  }

  it('loads what is left, and holds from the whole what it held from the set', async () => {
    const original = (await liveServer({
      args: ['--appendonly', 'yes', '--databases', '32'],
      files: Object.fromEntries(
        ['base.rdb', 'incr.aof']
          .map((end) => `appendonly.aof.2.${end}`)
          .concat('appendonly.aof.manifest')
          .map((name) => [`appendonlydir/${name}`, read(join(path, name))]),
      ),
    }))!;
    let digest: string;
    try {
      digest = String(await original.client.command('DEBUG', 'DIGEST'));
    } finally {
      await original.stop();
    }
    expect((await loaded(path)).digest).toBe(digest);
    const some = await loaded('--key', '*1*', path);
    expect(some.keys.length).toBeGreaterThan(0);
  });
});
