/** Appending to logs: what is promised, in which order the disk is asked, and what is left where it refuses. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileSystem, nodeFiles } from '../../src/io/index.ts';
import { AofWriter, type AofWriterOptions, openDataDir, readAofDir, readAofFile } from '../../src/node.ts';
import { bundle } from '../cli/bundle.ts';
import { argvs, log, raw } from '../helpers/aof.ts';
import { all, rejectionOf } from '../helpers/encode-bytes.ts';
import { describeLive, liveServer, withLiveServer } from '../helpers/live.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rdb-aof-writer-'));
  path = join(dir, 'x.aof');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const text = (): string => readFileSync(path, 'latin1');
const set = (key: string, db = 0): { db: number; argv: string[] } => ({ db, argv: ['SET', key, 'v'] });
const SELECT = ['SELECT', '0'];
const SET = ['SET', 'a', 'v'];

/** The calls of the system that were made, in order; some of them behave as is wanted. */
function watched(change: Partial<FileSystem> = {}): { system: FileSystem; calls: string[] } {
  const calls: string[] = [];
  const system = { ...nodeFiles };
  for (const name of Object.keys(nodeFiles) as (keyof FileSystem)[]) {
    (system as Record<string, unknown>)[name] = (...args: unknown[]) => {
      calls.push(name);
      return ((change[name] ?? nodeFiles[name]) as (...args: unknown[]) => unknown)(...args);
    };
  }
  return { system, calls };
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code });
const writing = (calls: readonly string[]): string[] =>
  calls.filter((name) => /write|sync|rename|truncate|openLog|^open$/.test(name));

describe('AofWriter', () => {
  it('makes a file, and goes on in it', async () => {
    const one = await AofWriter.open(path);
    await one.append(set('a'));
    await one.append(set('b', 2));
    expect(one.size).toBe(text().length);
    await one.close();
    await one.close();
    const two = await AofWriter.open(path);
    await two.append(set('c'));
    await two.close();
    expect(text()).toBe(log(SELECT, SET, ['SELECT', '2'], ['SET', 'b', 'v'], SELECT, ['SET', 'c', 'v']));
    expect(await rejectionOf(two.append(set('d')))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('writes transactions, and the time where it has gone on', async () => {
    let now = 1_700_000_000_000;
    const writer = await AofWriter.open(path, { timestamps: true, now: () => now });
    await writer.multi([set('a', 1), set('b', 2)]);
    now += 999;
    await writer.append(set('c', 2));
    now += 1;
    await writer.append(set('d', 2));
    await writer.close();
    expect(text()).toBe(
      `#TS:1700000000\r\n${log(['SELECT', '1'], ['MULTI'], ['SET', 'a', 'v'], ['SELECT', '2'], ['SET', 'b', 'v'], ['EXEC'], ['SET', 'c', 'v'])}` +
        `#TS:1700000001\r\n${log(['SET', 'd', 'v'])}`,
    );
  });

  it('makes a directory, rotates in it, and goes on in the last increment', async () => {
    const folder = join(dir, 'logs');
    const writer = await AofWriter.open(folder, { multiPart: true });
    await writer.append(set('a'));
    await writer.rotate();
    await writer.append(set('b'));
    await writer.close();
    const again = await AofWriter.open(folder);
    expect(basename(again.path)).toBe('appendonly.aof.2.incr.aof');
    await again.append(set('c'));
    await again.close();
    expect(readFileSync(join(folder, 'appendonly.aof.manifest'), 'utf8')).toBe(
      'file appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.2.incr.aof seq 2 type i\n',
    );
    expect(argvs(await all(readAofDir(folder)))).toEqual([
      SELECT,
      SET,
      SELECT,
      ['SET', 'b', 'v'],
      SELECT,
      ['SET', 'c', 'v'],
    ]);
  });

  it('does not write over files that are not listed, and forgets offsets that are no longer true', async () => {
    mkdirSync(join(dir, 'logs'));
    const put = (name: string, content: string): void => writeFileSync(join(dir, 'logs', name), content);
    put('my.manifest', 'file one seq 4 type i startoffset 5 endoffset 9\n');
    put('one', log(SET));
    put('my.5.incr.aof', 'precious');
    const writer = await AofWriter.open(join(dir, 'logs'));
    await writer.rotate();
    await writer.close();
    expect(readFileSync(join(dir, 'logs/my.manifest'), 'utf8')).toBe(
      'file one seq 4 type i\nfile my.6.incr.aof seq 6 type i\n',
    );
    expect(readFileSync(join(dir, 'logs/my.5.incr.aof'), 'utf8')).toBe('precious');
  });

  it('gives a new increment the permissions of the set, and its owner where that is allowed', async () => {
    const folder = join(dir, 'logs');
    mkdirSync(folder);
    const files: [string, string][] = [
      ['appendonly.aof.manifest', 'file appendonly.aof.1.base.aof seq 1 type b\n'],
      ['appendonly.aof.1.base.aof', log(SET)],
    ];
    const owned = process.getuid?.() === 0;
    for (const [name, content] of files) {
      writeFileSync(join(folder, name), content);
      chmodSync(join(folder, name), 0o660);
      if (owned) chownSync(join(folder, name), 1234, 2345);
    }
    const old = statSync(join(folder, 'appendonly.aof.1.base.aof'));
    const writer = await AofWriter.open(folder);
    await writer.rotate();
    await writer.close();
    const names = readdirSync(folder);
    expect(names.length).toBe(4);
    for (const name of names) {
      const { mode, uid, gid } = statSync(join(folder, name));
      expect([mode, uid, gid], name).toEqual([old.mode, old.uid, old.gid]);
    }
  });

  it('refuses to write behind what would swallow it', async () => {
    const refused = async (content: string | Uint8Array): Promise<unknown> => {
      writeFileSync(path, content);
      return rejectionOf(AofWriter.open(path));
    };
    expect(await refused(log(SET).slice(0, -1))).toMatchObject({ code: 'UNEXPECTED_EOF' });
    expect(await refused(log(SET, ['MULTI'], SET))).toMatchObject({ code: 'AOF_BAD_FORMAT', offset: 27 });
    expect(await refused(`${log(SET)}\0`)).toMatchObject({ code: 'AOF_BAD_FORMAT' });
    expect(await refused(Uint8Array.of(0x1f, 0x8b, 8))).toMatchObject({ code: 'AOF_BAD_FORMAT' });
    expect(await refused(`${log(SET)}#TS:17`)).toMatchObject({ code: 'UNEXPECTED_EOF', offset: 27 });
    for (const options of [{ appendfsync: 'never' }, { timestamps: 1 }, { multiPart: 1 }]) {
      expect(await rejectionOf(AofWriter.open(path, options as AofWriterOptions))).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    const writer = await AofWriter.open(join(dir, 'new'));
    expect(await rejectionOf(writer.append({ argv: [] }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejectionOf(writer.multi([]))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejectionOf(writer.rotate())).toMatchObject({ code: 'INVALID_ARGUMENT' });
    for (const none of [undefined, null, {}, 'PING', { argv: 'PING' }] as never[]) {
      expect(await rejectionOf(writer.append(none))).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(await rejectionOf(writer.multi([none]))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await writer.close();
    const parts = await AofWriter.open(join(dir, 'parts'), { multiPart: true });
    expect(parts.close()).toBe(parts.close());
    await parts.close();
    expect(await rejectionOf(parts.rotate())).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(readdirSync(join(dir, 'parts')).length).toBe(2);
  });
});

/** Sets without one of their files. */
const INCOMPLETE: readonly (readonly [string, string, RegExp])[] = [
  ['a base', 'appendonly.aof.1.base.aof', /1\.base\.aof: is listed and missing/],
  ['an increment before the last one', 'appendonly.aof.1.incr.aof', /1\.incr\.aof: is listed and missing/],
  ['the last increment', 'appendonly.aof.2.incr.aof', /2\.incr\.aof: is listed and missing/],
  ['the manifest', 'appendonly.aof.manifest', /no manifest in this directory, which would list appendonly\.aof\.1\./],
];

/** A set of a base and two increments; writes it without one of its files. */
function incomplete(missing?: string): { folder: string; files: Record<string, Uint8Array> } {
  const folder = join(dir, 'appendonlydir');
  mkdirSync(folder, { recursive: true });
  const contents: Record<string, string> = {
    'appendonly.aof.manifest':
      'file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.2.incr.aof seq 2 type i\n',
    'appendonly.aof.1.base.aof': log(SELECT, SET),
    'appendonly.aof.1.incr.aof': log(SELECT, ['SET', 'b', 'v']),
    'appendonly.aof.2.incr.aof': log(SELECT, ['SET', 'c', 'v']),
  };
  const files: Record<string, Uint8Array> = {};
  for (const [name, content] of Object.entries(contents)) {
    if (name === missing) continue;
    writeFileSync(join(folder, name), content);
    files[`appendonlydir/${name}`] = raw(content);
  }
  return { folder, files };
}

describe('a set that no server loads', () => {
  it.each(INCOMPLETE)('is not written to, and left alone (without %s)', async (_, missing, message) => {
    const { folder } = incomplete(missing);
    const before = readdirSync(folder);
    const error = await rejectionOf(AofWriter.open(folder, { appendfsync: 'always' }));
    expect(error).toMatchObject({ code: 'IO', message: expect.stringMatching(message), cause: { code: 'ENOENT' } });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('is not what a crash left while it was made', async () => {
    const folder = join(dir, 'logs');
    mkdirSync(folder);
    writeFileSync(join(folder, 'appendonly.aof.1.incr.aof'), '');
    const writer = await AofWriter.open(folder);
    await writer.append(set('a'));
    await writer.close();
    expect(argvs(await all(readAofDir(folder)))).toEqual([SELECT, SET]);
  });
});

describe('appendfsync', () => {
  it('always: an append is done only when it is on the disk; others wait together', async () => {
    let let_go: () => void = () => undefined;
    const { system, calls } = watched({
      fdatasync: () => new Promise((resolve) => (let_go = resolve)),
    });
    const writer = await AofWriter.open(path, { appendfsync: 'always', system });
    const done: string[] = [];
    const append = (key: string): Promise<void> => writer.append(set(key)).then(() => void done.push(key));
    const waiting = [append('a'), append('b')];
    await new Promise((resolve) => setTimeout(resolve, 20));
    waiting.push(append('c'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toEqual([]);
    expect(writing(calls)).toEqual(['openLog', 'fsyncDirectory', 'write', 'fdatasync']);
    let_go();
    await waiting[1];
    expect(done).toEqual(['a', 'b']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    let_go();
    await Promise.all(waiting);
    expect(writing(calls).slice(2)).toEqual(['write', 'fdatasync', 'write', 'fdatasync']);
  });

  it('everysec: the disk is asked within about a second, once for all', async () => {
    const { system, calls } = watched();
    const writer = await AofWriter.open(path, { system });
    await writer.append(set('a'));
    await writer.append(set('b'));
    expect(writing(calls).slice(2)).toEqual(['write', 'write']);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(writing(calls).slice(2)).toEqual(['write', 'write', 'fdatasync']);
    await writer.close();
    expect(writing(calls).slice(2)).toEqual(['write', 'write', 'fdatasync']);
  });

  it('no: the disk is asked at the end', async () => {
    const { system, calls } = watched();
    const writer = await AofWriter.open(path, { appendfsync: 'no', system });
    await writer.append(set('a'));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(writing(calls).slice(2)).toEqual(['write']);
    await writer.close();
    expect(writing(calls).slice(2)).toEqual(['write', 'fdatasync']);
  });

  it.each(['logs', 'a/b/logs', 'a/b/logs/'])(
    'brings the names of all new directories to the disk (%s)',
    async (name) => {
      const synced: string[] = [];
      const { system } = watched({ fsyncDirectory: (path) => void synced.push(path) });
      const writer = await AofWriter.open(join(dir, name), { multiPart: true, system });
      await writer.close();
      const parents = name.startsWith('a') ? [join(dir, 'a/b'), join(dir, 'a'), dir] : [dir];
      expect(synced.slice(0, -1)).toEqual(parents);
    },
  );

  it('rotates in an order in which nothing can be lost', async () => {
    const { system, calls } = watched();
    const writer = await AofWriter.open(join(dir, 'logs'), { multiPart: true, system });
    await writer.append(set('a'));
    calls.length = 0;
    await writer.rotate();
    // The old increment, the new one, then the manifest that lists it, its name, and the directory.
    expect(writing(calls)).toEqual([
      'fdatasync',
      'openLog',
      'fsync',
      'open',
      'write',
      'fsync',
      'rename',
      'fsyncDirectory',
    ]);
    await writer.close();
  });
});

describe('rotate and sync', () => {
  it.each(['always', 'everysec', 'no'] as const)('come to their turn while others append (%s)', async (appendfsync) => {
    const writer = await AofWriter.open(join(dir, 'logs'), { multiPart: true, appendfsync });
    let over = false;
    let appended = 0;
    const appending = Array.from({ length: 4 }, async (_, i) => {
      while (!over) {
        await writer.append(set(`key ${i}`));
        if (appended++ % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
    });
    const late = new Promise((_, reject) => setTimeout(reject, 5000, new Error('not within 5 s')));
    try {
      for (let i = 0; i < 3; i++) await Promise.race([Promise.all([writer.rotate(), writer.sync()]), late]);
    } finally {
      late.catch(() => undefined);
      over = true;
      await Promise.all(appending);
      await writer.close();
    }
    expect(basename(writer.path)).toBe('appendonly.aof.4.incr.aof');
    const commands = argvs(await all(readAofDir(join(dir, 'logs'))));
    expect(commands.filter(([name]) => name === 'SET').length).toBe(appended);
  });

  it('stand between what was appended before and behind them', async () => {
    const folder = join(dir, 'logs');
    const writer = await AofWriter.open(folder, { multiPart: true });
    const order: string[] = [];
    const note = (name: string, done: Promise<void>): Promise<unknown> => done.then(() => order.push(name));
    await Promise.all([
      note('a', writer.append(set('a'))),
      note('rotate', writer.rotate()),
      note('b', writer.append(set('b'))),
      note('sync', writer.sync()),
      note('c', writer.append(set('c'))),
      note('close', writer.close()),
    ]);
    expect(order).toEqual(['a', 'rotate', 'b', 'sync', 'c', 'close']);
    const content = (part: number): string => readFileSync(join(folder, `appendonly.aof.${part}.incr.aof`), 'latin1');
    expect(content(1)).toBe(log(SELECT, SET));
    expect(content(2)).toBe(log(SELECT, ['SET', 'b', 'v'], ['SET', 'c', 'v']));
  });
});

describe('a disk that refuses', () => {
  it('takes short writes for what they are', async () => {
    const { system, calls } = watched({
      write: (descriptor, bytes, start) =>
        nodeFiles.write(descriptor, bytes.subarray(0, Math.min(bytes.length, start + 5)), start),
    });
    const writer = await AofWriter.open(path, { system });
    await writer.append(set('a'));
    await writer.close();
    expect(text()).toBe(log(SELECT, SET));
    expect(calls.filter((name) => name === 'write').length).toBeGreaterThan(8);
  });

  it('cuts back to the last whole record where it is full, and goes on when it is not', async () => {
    let room = 60;
    const { system } = watched({
      write(descriptor, bytes, start) {
        if (room === 0) throw systemError('ENOSPC');
        const count = Math.min(room, bytes.length - start);
        room -= count;
        return nodeFiles.write(descriptor, bytes.subarray(0, start + count), start);
      },
    });
    const writer = await AofWriter.open(path, { appendfsync: 'always', system });
    await writer.append(set('a'));
    expect(await rejectionOf(writer.multi([set('b', 1), set('c')]))).toMatchObject({
      code: 'IO',
      cause: { code: 'ENOSPC' },
    });
    expect(text()).toBe(log(SELECT, SET));
    room = 1000;
    await writer.append(set('d'));
    await writer.close();
    expect(text()).toBe(log(SELECT, SET, SELECT, ['SET', 'd', 'v']));
  });

  it('fails for good where not even that is possible', async () => {
    let full = false;
    const { system } = watched({
      write(descriptor, bytes, start) {
        if (full) throw systemError('EIO');
        return nodeFiles.write(descriptor, bytes, start);
      },
      truncate() {
        throw systemError('EIO');
      },
    });
    const writer = await AofWriter.open(path, { system });
    await writer.append(set('a'));
    full = true;
    expect(await rejectionOf(writer.append(set('b')))).toMatchObject({ code: 'IO' });
    full = false;
    expect(await rejectionOf(writer.append(set('c')))).toMatchObject({ code: 'IO' });
    expect(await rejectionOf(writer.close())).toMatchObject({ code: 'IO' });
    expect(text()).toBe(log(SELECT, SET));
  });

  it('fails for good where bytes cannot be brought to the disk, and takes back what it did not acknowledge', async () => {
    let broken = false;
    const { system } = watched({
      fdatasync: (descriptor) => (broken ? Promise.reject(systemError('EIO')) : nodeFiles.fdatasync(descriptor)),
    });
    const writer = await AofWriter.open(path, { appendfsync: 'always', system });
    await writer.append(set('a'));
    broken = true;
    const both = [writer.append(set('b')), writer.append(set('c'))].map(rejectionOf);
    for (const error of await Promise.all(both)) expect(error).toMatchObject({ code: 'IO' });
    broken = false;
    expect(await rejectionOf(writer.append(set('d')))).toMatchObject({ code: 'IO' });
    expect(text()).toBe(log(SELECT, SET));
  });

  it('goes on in the old increment where the manifest cannot be replaced', async () => {
    for (const call of ['open', 'write', 'fsync', 'rename', 'fsyncDirectory'] as const) {
      const folder = join(dir, call);
      let broken = false;
      const real = nodeFiles[call] as (...args: unknown[]) => unknown;
      const { system } = watched({
        [call]: (...args: unknown[]) => {
          if (!broken) return real(...args);
          if (call === 'fsync') return Promise.reject(systemError('EIO'));
          throw systemError('EIO');
        },
      });
      const writer = await AofWriter.open(folder, { multiPart: true, system });
      await writer.append(set('a'));
      broken = true;
      expect(await rejectionOf(writer.rotate()), call).toMatchObject({ code: 'IO' });
      broken = false;
      await writer.append(set('b'));
      await writer.rotate();
      await writer.append(set('c'));
      await writer.close();
      expect(argvs(await all(readAofDir(folder))), call).toEqual([
        SELECT,
        SET,
        ['SET', 'b', 'v'],
        SELECT,
        ['SET', 'c', 'v'],
      ]);
    }
  });
});

/** Runs the writer in a process of its own and kills it. @returns how many appends were acknowledged */
async function killed(folder: string, policy: string, after: number): Promise<number> {
  const child = spawn(process.execPath, [bundle('test/io/appending.ts', 'appending'), folder, policy, '7'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    said += chunk;
    if (said.length > 10) setTimeout(() => child.kill('SIGKILL'), after);
  });
  await once(child, 'close');
  return said.split('\n').length - 1;
}

describeLive('redis-server', () => {
  it.each(INCOMPLETE)('holds nothing of a set without %s', async (_, missing) => {
    const args = ['--appendonly', 'yes'];
    const { files } = incomplete(missing);
    if (missing.endsWith('.aof')) {
      const refused = await rejectionOf(liveServer({ files, args }));
      expect((refused as Error).message).toContain(`${missing} length. stat: No such file`);
      return;
    }
    await withLiveServer({ files, args }, async ({ client }) => expect(await client.command('DBSIZE')).toBe(0));
  });

  it.each([
    ['always', 3],
    ['always', 40],
    ['always', 111],
    ['no', 7],
    ['no', 60],
  ])(
    'loads every command that was acknowledged (%s) by a writer that was killed after %i ms',
    async (policy, after) => {
      const folder = join(dir, 'appendonlydir');
      const count = await killed(folder, policy, after);
      expect(count).toBeGreaterThan(3);
      expect(existsSync(join(folder, 'appendonly.aof.manifest'))).toBe(true);
      expect(openDataDir(dir).kind).toBe('aofSet');
      const files: Record<string, Uint8Array> = {};
      for (const name of readdirSync(folder)) files[`appendonlydir/${name}`] = readFileSync(join(folder, name));
      const server = await liveServer({ files, args: ['--appendonly', 'yes'] });
      try {
        for (let i = 0; i < count; i++) {
          await server!.client.command('SELECT', i % 3);
          const value = await server!.client.command('GET', `key ${i}`);
          expect(String(value)).toBe(`${i}-${'x'.repeat((i * 97) % 3000)}`);
        }
      } finally {
        await server!.stop();
      }
    },
  );

  it('goes on behind what a server wrote, and a server behind that', async () => {
    const server = await liveServer({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const folder = join(dir, 'appendonlydir');
    try {
      await server!.client.command('SET', 'server', '1');
      mkdirSync(folder);
      for (const name of readdirSync(join(server!.dir, 'appendonlydir'))) {
        writeFileSync(join(folder, name), readFileSync(join(server!.dir, 'appendonlydir', name)));
      }
    } finally {
      await server!.stop();
    }
    const writer = await AofWriter.open(folder);
    await writer.append({ argv: ['SET', 'ours', raw('2')] });
    await writer.rotate();
    await writer.append({ db: 1, argv: ['SET', 'more', '3'] });
    await writer.close();
    const files: Record<string, Uint8Array> = {};
    for (const name of readdirSync(folder)) files[`appendonlydir/${name}`] = readFileSync(join(folder, name));
    const again = await liveServer({ files, args: ['--appendonly', 'yes'] });
    try {
      expect(String(await again!.client.command('GET', 'server'))).toBe('1');
      expect(String(await again!.client.command('GET', 'ours'))).toBe('2');
      await again!.client.command('SELECT', 1);
      expect(String(await again!.client.command('GET', 'more'))).toBe('3');
    } finally {
      await again!.stop();
    }
    expect(
      argvs(await all(readAofFile(join(folder, readdirSync(folder).find((name) => name.includes('2.incr'))!)))),
    ).toEqual([
      ['SELECT', '1'],
      ['SET', 'more', '3'],
    ]);
  });
});
