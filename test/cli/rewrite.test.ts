/** `rewrite`: from and to every place, and what it refuses. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAof, readAofSet, readRdb, writeRdb } from '../../src/index.ts';
import { AofWriter } from '../../src/node.ts';
import { AOF_FIXTURES, argvs, log, raw, read } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { describeLive, RespClient, withLiveServer } from '../helpers/live.ts';
import { temporaryFolder } from './bundle.ts';
import { each, errorLine, jsonLines, type Run, run } from './run.ts';

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `rewrite-${tests++}`);
  mkdirSync(folder);
});

const at = (name: string): string => join(folder, name);

function write(name: string, bytes: Uint8Array | string): string {
  const path = at(name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof bytes === 'string' ? raw(bytes) : bytes);
  return path;
}

const CHURN = log(
  ['SELECT', '0'],
  ['SET', 'k', '1'],
  ['INCR', 'k'],
  ['RPUSH', 'l', 'a'],
  ['RPUSH', 'l', 'b'],
  ['SET', 'gone', 'x'],
  ['DEL', 'gone'],
);
/** The shortest log for what it makes. */
const SHORT = [
  ['SELECT', '0'],
  ['SET', 'k', '2'],
  ['RPUSH', 'l', 'a', 'b'],
];
const MANIFEST = 'file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.7.incr.aof seq 7 type i\n';

/** A set whose two files make the same. */
function makeSet(name: string): string {
  const half = log(['SELECT', '0'], ['SET', 'k', '1']).length;
  write(`${name}/appendonly.aof.manifest`, MANIFEST);
  write(`${name}/appendonly.aof.1.base.aof`, CHURN.slice(0, half));
  write(`${name}/appendonly.aof.7.incr.aof`, log(['SELECT', '0']) + CHURN.slice(half));
  return at(name);
}

/** The commands of a log, without the SELECT that a first database does not need. */
async function commandsOf(bytes: Uint8Array): Promise<string[][]> {
  return argvs(await all(readAof(bytes)));
}

const short = (commands: string[][]): string[][] =>
  commands[0]?.[0] === 'SELECT' ? commands : [SHORT[0]!, ...commands];

/** The commands of a directory, and its files. */
async function setOf(dir: string): Promise<{ names: string[]; commands: string[][] }> {
  const names = readdirSync(dir).sort();
  const manifest = names.find((name) => name.endsWith('.manifest'))!;
  const open = (name: string): Uint8Array => read(join(dir, name));
  return { names, commands: argvs(await all(readAofSet(readFileSync(join(dir, manifest), 'utf8'), open))) };
}

function expectFine(done: Run): void {
  expect([done.code, errors(done)], done.stderr).toEqual([0, []]);
}

const errors = ({ stderr }: Run): string[] => stderr.split('\n').filter((line) => line.includes('error'));

describe('rewrite', () => {
  it('writes a file of its own, standard output by default', async () => {
    const path = write('churn.aof', CHURN);
    const toFile = await run(['rewrite', '-o', at('small.aof'), path]);
    expectFine(toFile);
    expect(short(await commandsOf(read(at('small.aof'))))).toEqual(SHORT);
    const size = read(at('small.aof')).length;
    expect(toFile.stdout).toMatch(new RegExp(`^2 keys of 7 commands: ${size} bytes, [\\d.]+ % of ${CHURN.length}\n$`));
    const toStdout = await run(['rewrite', path]);
    expectFine(toStdout);
    expect(toStdout.raw.equals(readFileSync(at('small.aof')))).toBe(true);
    expect(toStdout.stderr).toContain('2 keys of 7 commands');
  });

  it('reads every kind of input', async () => {
    const set = makeSet('data/appendonlydir');
    const packed = write('packed', gzipSync(raw(CHURN)));
    const rdb = Buffer.concat(
      await all(
        writeRdb([
          { kind: 'key', key: 'k', type: 'string', value: '2' },
          { kind: 'key', key: 'l', type: 'list', value: ['a', 'b'] },
        ]),
      ),
    );
    const dump = write('dump.rdb', rdb);
    const inputs = [set, join(set, 'appendonly.aof.manifest'), at('data'), packed, dump];
    await each(inputs, async (input) => {
      const done = await run(['rewrite', input]);
      expect(done.code, done.stderr).toBe(0);
      expect(short(await commandsOf(done.raw)), input).toEqual(SHORT);
    });
    const piped = await run(['rewrite', '-'], { stdin: raw(CHURN) });
    expect(short(await commandsOf(piped.raw))).toEqual(SHORT);
  });

  it.each([
    ['a slash behind the name', ['-o', 'out/'], 'out'],
    ['the name appendonlydir', ['-o', 'appendonlydir'], 'appendonlydir'],
    ['--multi-part', ['-o', 'other', '--multi-part'], 'other'],
  ])('writes a directory for %s', async (_name, args, made) => {
    write('churn.aof', CHURN);
    expectFine(await run(['rewrite', ...args, 'churn.aof'], { cwd: folder }));
    const { names, commands } = await setOf(at(made));
    expect(names).toEqual(['appendonly.aof.1.base.aof', 'appendonly.aof.1.incr.aof', 'appendonly.aof.manifest']);
    expect(short(commands)).toEqual(SHORT);
    expect(readdirSync(folder).sort()).toEqual(['churn.aof', made].sort());
    const again = await run(['rewrite', ...args, 'churn.aof'], { cwd: folder });
    expect(again.code).toBe(2);
    expect(errorLine(again)).toContain('is there already');
  });

  it('writes an RDB file with --to rdb, of its own or as a base', async () => {
    const path = write('churn.aof', CHURN);
    expectFine(await run(['rewrite', '--to', 'rdb', '--target', 'redis:6.2', '-o', at('out.rdb'), path]));
    const records = await all(readRdb(read(at('out.rdb')), { strings: 'utf8' }));
    expect(records[0]).toMatchObject({ kind: 'header', version: 9 });
    const keys = records.filter((record) => record.kind === 'key');
    expect(keys).toMatchObject([
      { key: 'k', value: '2' },
      { key: 'l', value: ['a', 'b'] },
    ]);
    expectFine(await run(['rewrite', '--to', 'rdb', '-o', `${at('set')}/`, path]));
    expect(readdirSync(at('set'))).toContain('appendonly.aof.1.base.rdb');
  });

  it('gives what is rewritten back as it is', async () => {
    const once = await run(['rewrite', join(AOF_FIXTURES, 'redis-7.0.15.multipart')]);
    expect(once.code, once.stderr).toBe(0);
    const twice = await run(['rewrite', '--source-version', 'redis:7.0', '-'], { stdin: once.raw });
    expect(twice.raw.equals(once.raw)).toBe(true);
  });

  it('does not replace a file without --force', async () => {
    const path = write('churn.aof', CHURN);
    const there = write('there.aof', 'precious');
    const done = await run(['rewrite', '-o', there, path]);
    expect([done.code, readFileSync(there, 'utf8')]).toEqual([2, 'precious']);
    expect(errorLine(done)).toContain('--force');
    expectFine(await run(['rewrite', '--force', '-o', there, path]));
    expect(short(await commandsOf(read(there)))).toEqual(SHORT);
  });

  it('says with --json what it did', async () => {
    const path = write('churn.aof', CHURN);
    const done = await run(['rewrite', '--json', '-o', at('small.aof'), path]);
    expect(JSON.parse(done.stdout)).toEqual({
      commands: 7,
      keys: 2,
      bytesRead: CHURN.length,
      bytesWritten: read(at('small.aof')).length,
      written: at('small.aof'),
    });
  });

  it('may drop what is expired', async () => {
    const path = write(
      'times.aof',
      log(['SELECT', '0'], ['SET', 'old', '1', 'PXAT', '1000'], ['SET', 'new', '1', 'PXAT', '4102444800000']),
    );
    expect((await run(['rewrite', path])).stdout).toContain('old');
    const dropped = (await run(['rewrite', '--drop-expired', path])).stdout;
    expect(dropped).not.toContain('old');
    expect(dropped).toContain('4102444800');
  });
});

describe('rewrite --in-place', () => {
  it('replaces a file, and keeps what was there', async () => {
    const path = write('appendonly.aof', CHURN);
    const done = await run(['rewrite', '--in-place', '--json', path]);
    expectFine(done);
    expect(JSON.parse(done.stdout)).toMatchObject({ written: path, backup: `${path}.bak` });
    expect(short(await commandsOf(read(path)))).toEqual(SHORT);
    expect(readFileSync(`${path}.bak`, 'latin1')).toBe(CHURN);
    const again = await run(['rewrite', '--in-place', path]);
    expect(again.code).toBe(2);
    expect(errorLine(again)).toContain(`${path}.bak: is there already`);
  });

  it('replaces a set, whose numbers go on, and keeps what was there', async () => {
    const set = makeSet('appendonlydir');
    const before = readdirSync(set).map((name) => [name, readFileSync(join(set, name), 'latin1')]);
    const done = await run(['rewrite', '--in-place', set]);
    expectFine(done);
    expect(done.stdout).toContain(`${set}.bak`);
    const { names, commands } = await setOf(set);
    expect(names).toEqual(['appendonly.aof.2.base.aof', 'appendonly.aof.8.incr.aof', 'appendonly.aof.manifest']);
    expect(short(commands)).toEqual(SHORT);
    const kept = readdirSync(`${set}.bak`).map((name) => [name, readFileSync(join(`${set}.bak`, name), 'latin1')]);
    expect(kept).toEqual(before);
  });

  it('gives new files of a set the permissions of the old ones, and their owner where that is allowed', async () => {
    const set = makeSet('appendonlydir');
    const owned = process.getuid?.() === 0;
    const old = readdirSync(set).map((name, i) => {
      chmodSync(join(set, name), [0o640, 0o600, 0o660][i]!);
      if (owned) chownSync(join(set, name), 1234 + i, 2345 + i);
      return statSync(join(set, name));
    });
    expectFine(await run(['rewrite', '--in-place', set]));
    const made = readdirSync(set).map((name) => statSync(join(set, name)));
    const kept = ({ mode, uid, gid }: Stats): number[] => [mode, uid, gid];
    expect(made.map(kept)).toEqual(old.map(kept));
  });

  it('is for files, and not together with another place', async () => {
    const path = write('appendonly.aof', CHURN);
    for (const args of [
      ['--in-place', '-'],
      ['--in-place', '-o', at('x'), path],
      ['--multi-part', path],
      ['--to', 'rdb', '--mode', 'mixed', path],
    ]) {
      const done = await run(['rewrite', ...args], { stdin: '' });
      expect(done.code, args.join(' ')).toBe(2);
    }
    expect(readdirSync(folder)).toEqual(['appendonly.aof']);
  });
});

/** A connection to a server that is about to be there again. */
async function restarted(port: number): Promise<RespClient> {
  for (const end = Date.now() + 10_000; ; ) {
    try {
      const client = await RespClient.connect(port);
      await client.command('PING');
      return client;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('what rewrite does not replace', () => {
  it('a dump by a log, a packed file, and a file of the set that it reads', async () => {
    const rdb = write('dump.rdb', readFileSync(join(AOF_FIXTURES, '../tour/tour.rdb')));
    const packed = write('log.gz', gzipSync(raw(CHURN)));
    cpSync(join(AOF_FIXTURES, 'redis-7.4.1.multipart'), at('set'), { recursive: true });
    const base = at('set/appendonly.aof.2.base.rdb');
    for (const [args, path, code, message] of [
      [['--in-place'], rdb, 1, /is an RDB file/],
      [['--in-place'], packed, 1, /is packed \(gzip\)/],
      [['--force', '-o', base], at('set'), 2, /is a file of the log that is read/],
      [['--force', '-o', at('set/appendonly.aof.manifest')], at('set'), 2, /is a file of the log that is read/],
    ] as const) {
      const before = readFileSync(path === at('set') ? base : path);
      const done = await run(['rewrite', ...args, path]);
      expect([done.code, errorLine(done)]).toEqual([code, expect.stringMatching(message)]);
      expect(readFileSync(path === at('set') ? base : path).equals(before)).toBe(true);
    }
    const done = await run(['rewrite', '--in-place', '--to', 'rdb', rdb]);
    expect(done.code, done.stderr).toBe(0);
  });
});

describe('what rewrite refuses', () => {
  const NEVER = 'never.aof';
  const refused = async (path: string, code: number, ...args: string[]): Promise<string> => {
    const done = await run(['rewrite', ...args, '-o', at(NEVER), path]);
    expect(done.code, done.stderr).toBe(code);
    expect(existsSync(at(NEVER))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    return errorLine(done);
  };

  it('a missing file, a directory without a log, a text', async () => {
    expect(await refused(at('missing'), 3)).toContain('no such file');
    mkdirSync(at('empty'));
    expect(await refused(at('empty'), 1)).toContain('no append-only file');
    const text = await refused(write('text', 'Dear diary\n'), 1);
    expect(text).toContain('expected * or #');
    expect(text).not.toContain('aof fix');
  });

  it('a log that is cut, naming aof fix', async () => {
    const line = await refused(write('cut.aof', CHURN.slice(0, CHURN.length / 2)), 1);
    expect(line).toContain('cut.aof');
    expect(line).toContain('aof fix');
  });

  it('an unknown command, with its name and offset, unless it may be left out', async () => {
    const path = write('unknown.aof', CHURN + log(['MY.OWN', 'some', 'thing']));
    const line = await refused(path, 1);
    expect(line).toContain('"MY.OWN"');
    expect(line).toContain(`at byte ${CHURN.length}`);
    const json = await run(['rewrite', '--json', path]);
    expect([json.code, json.stdout]).toEqual([1, '']);
    expect(jsonLines(json).at(-1)).toMatchObject({ error: { code: 'CANNOT_REPLAY', offset: CHURN.length } });
    const skipped = await run(['rewrite', '--skip-unsupported', '-o', at('skipped.aof'), path]);
    expectFine(skipped);
    expect(skipped.stderr).toContain('MY.OWN');
    expect(short(await commandsOf(read(at('skipped.aof'))))).toEqual(SHORT);
    const carried = await run(['rewrite', '--journal', 'MY.*', path]);
    expect(carried.stdout).toContain('MY.OWN');
  });

  it('a script, unless a module says what it does', async () => {
    const script = "redis.call('SET', KEYS[1], ARGV[1])";
    const path = write('script.aof', CHURN + log(['EVAL', script, '1', 'made', 'by-script']));
    const line = await refused(path, 1);
    const sha1 = /the script ([0-9a-f]{40})/.exec(line)?.[1];
    expect(line).toContain(`at byte ${CHURN.length}`);
    expect(sha1).toBeDefined();
    const module = write(
      'scripts.mjs',
      `export const scripts = { '${sha1}': (call, keys, argv) => { call('SET', keys[0], argv[0]); } };\n`,
    );
    const done = await run(['rewrite', '--script-module', module, path]);
    expectFine(done);
    expect(await commandsOf(done.raw)).toContainEqual(['MSET', 'k', '2', 'made', 'by-script']);
    const wrong = await run(['rewrite', '--script-module', at('none.mjs'), path]);
    expect(wrong.code).toBe(2);
    for (const [body, why] of [
      [
        "(call, [key]) => { throw new Error('my script failed'); }",
        /a script of .*broken\.mjs throws: .*my script failed/,
      ],
      ["async (call, [key]) => { call('SET', key, '1'); }", /returns a promise/],
    ] as const) {
      const broken = write('broken.mjs', `export default { '${sha1}': ${body} };\n`);
      expect(await refused(path, 1, '--script-module', broken)).toMatch(why);
    }
  });

  it('definitions of indexes only for an RDB, which cannot hold them', async () => {
    const path = write('index.aof', CHURN + log(['FT._CREATEIFNX', 'i', 'SCHEMA', 't', 'TEXT']));
    const kept = await run(['rewrite', path]);
    expectFine(kept);
    expect((await commandsOf(kept.raw))[0]).toEqual(['FT._CREATEIFNX', 'i', 'SCHEMA', 't', 'TEXT']);
    expect(await refused(path, 1, '--to', 'rdb')).toContain('FT._CREATEIFNX');
    const lossy = await run(['rewrite', '--to', 'rdb', '--allow-loss', path]);
    expectFine(lossy);
    expect(lossy.stderr).toContain('FT._CREATEIFNX');
    expect((await all(readRdb(lossy.raw))).filter(({ kind }) => kind === 'key')).toHaveLength(2);
  });

  it('what modules stored besides keys, for commands, which an RDB has', async () => {
    const parts = [{ type: 'string' as const, value: raw('definition') }];
    const aux = { kind: 'moduleAux' as const, offset: 0, module: 'ft_index0', version: 25, when: 1, parts };
    const path = write('aux.aof', Buffer.concat([...(await all(writeRdb([aux]))), raw(CHURN)]));
    expect(await refused(path, 1)).toContain('ft_index0');
    const lossy = await run(['rewrite', '--allow-loss', path]);
    expectFine(lossy);
    expect(lossy.stderr).toContain('ft_index0');
    expect(short(await commandsOf(lossy.raw))).toEqual(SHORT);
    const stored = await run(['rewrite', '--to', 'rdb', path]);
    expectFine(stored);
    expect(await all(readRdb(stored.raw))).toContainEqual(expect.objectContaining({ kind: 'moduleAux', parts }));
    const stats = await run(['aof', 'stats', '--rewrite', path]);
    expectFine(stats);
    expect(stats.stderr).toContain('ft_index0');
  });

  it('what the target cannot hold, unless that may be lost', async () => {
    const path = write(
      'fields.aof',
      log(['HSET', 'h', 'f', 'v'], ['HPEXPIREAT', 'h', '4102444800000', 'FIELDS', '1', 'f']),
    );
    const line = await refused(path, 1, '--target', 'redis:7.0');
    expect(line).toContain('--allow-loss');
    const lossy = await run(['rewrite', '--target', 'redis:7.0', '--allow-loss', path]);
    expectFine(lossy);
    expect(lossy.stderr).toContain('"h"');
    expect(await commandsOf(lossy.raw)).toContainEqual(['HSET', 'h', 'f', 'v']);
    expect((await run(['rewrite', '--target', 'redis:7.4', path])).stdout).toContain('HEXPIREAT');
  });

  it('nothing of an empty log, which is one', async () => {
    expectFine(await run(['rewrite', '-o', at('out.aof'), write('empty.aof', '')]));
    expect(read(at('out.aof')).length).toBe(0);
  });
});

describeLive('redis-server', () => {
  it.runIf(process.getuid?.() === 0)('starts with what the superuser rewrote in place', async () => {
    const args = ['--appendonly', 'yes', '--enable-debug-command', 'yes'];
    await withLiveServer({ args, user: 65_534 }, async ({ client, dir, port }) => {
      for (const value of 'abc') await client.command('RPUSH', 'l', value);
      expectFine(await run(['rewrite', '--in-place', join(dir, 'appendonlydir')]));
      const writer = await AofWriter.open(join(dir, 'appendonlydir'));
      await writer.append({ argv: ['RPUSH', 'l', 'd'] });
      await writer.rotate();
      await writer.close();
      // It reads its files again and opens the last one to append.
      await client.command('DEBUG', 'RESTART').catch(() => undefined);
      const again = await restarted(port);
      try {
        expect(String(await again.command('LRANGE', 'l', 0, -1))).toBe('a,b,c,d');
        expect(await again.command('RPUSH', 'l', 'e')).toBe(5);
      } finally {
        again.close();
      }
    });
  });

  it('holds the same from a set and from its rewrite in place', { timeout: 60_000 }, async () => {
    const set = at('appendonlydir');
    cpSync(join(AOF_FIXTURES, 'redis-7.0.15.multipart'), set, { recursive: true });
    const digest = async (dir: string): Promise<string> => {
      const files = Object.fromEntries(
        readdirSync(dir).map((name) => [`appendonlydir/${name}`, read(join(dir, name))]),
      );
      const args = ['--appendonly', 'yes', '--aof-load-truncated', 'no'];
      return withLiveServer({ files, args }, async ({ client }) => String(await client.command('DEBUG', 'DIGEST')));
    };
    const expected = await digest(set);
    expectFine(await run(['rewrite', '--in-place', set]));
    expect(await digest(set)).toBe(expected);
    expect(await digest(`${set}.bak`)).toBe(expected);
    expectFine(await run(['rewrite', '--to', 'rdb', '--target', 'redis:7.0', '-o', `${at('rdb')}/`, set]));
    expect(await digest(at('rdb'))).toBe(expected);
  });
});
