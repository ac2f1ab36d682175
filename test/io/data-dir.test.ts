/** What a data directory holds, as a server sees it: paths of logs, sets and whole directories. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir, readAofDir, readAofFile } from '../../src/node.ts';
import { AOF_FIXTURES, argvs, log, raw } from '../helpers/aof.ts';
import { all, concat, rdbFile, rejectionOf, string, thrownBy } from '../helpers/encode-bytes.ts';
import { describeLive, liveServer } from '../helpers/live.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rdb-aof-data-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

function put(files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
}

const SET = (key: string): Uint8Array => raw(log(['SET', key, 'v']));
const DUMP = rdbFile(9, concat([0], string('dump'), string('v')));
const ONE = 'file one seq 1 type i\n';
const MANIFEST = 'appendonlydir/appendonly.aof.manifest';

interface Case {
  name: string;
  files: Files;
  kind: string;
  /** The only key that is loaded, if there is one. */
  key?: string;
  reason: RegExp;
  notes?: readonly RegExp[];
}

const CASES: readonly Case[] = [
  { name: 'an empty directory', files: {}, kind: 'nothing', reason: /no dump and no append-only file/ },
  { name: 'a dump', files: { 'dump.rdb': DUMP }, kind: 'rdb', key: 'dump', reason: /no append-only file/ },
  {
    name: 'an append-only file',
    files: { 'appendonly.aof': SET('old') },
    kind: 'aof',
    key: 'old',
    reason: /no manifest/,
  },
  {
    name: 'a set',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set') },
    kind: 'aofSet',
    key: 'set',
    reason: /lists one file/,
  },
  {
    name: 'a set and an older file',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'appendonly.aof': SET('old') },
    kind: 'aofSet',
    key: 'set',
    reason: /lists one file/,
    notes: [/appendonly.aof is ignored/],
  },
  {
    name: 'a manifest without files and an older file',
    files: { [MANIFEST]: '# none\n', 'appendonly.aof': SET('old') },
    kind: 'aof',
    key: 'old',
    reason: /lists no files/,
  },
  {
    name: 'an upgrade that was not finished',
    files: { [MANIFEST]: 'file appendonly.aof seq 1 type b\n', 'appendonly.aof': SET('old') },
    kind: 'aof',
    key: 'old',
    reason: /not yet moved/,
  },
  {
    name: 'an upgrade that was finished',
    files: { [MANIFEST]: 'file appendonly.aof seq 1 type b\n', 'appendonlydir/appendonly.aof': SET('old') },
    kind: 'aofSet',
    key: 'old',
    reason: /lists one file/,
  },
  {
    name: 'files that the manifest does not list, and what was left behind',
    files: {
      [MANIFEST]: ONE,
      'appendonlydir/one': SET('set'),
      'appendonlydir/appendonly.aof.9.incr.aof': SET('more'),
      'appendonlydir/temp-appendonly.aof.manifest': 'fi',
    },
    kind: 'aofSet',
    key: 'set',
    reason: /lists one file/,
    notes: [/temp-appendonly.aof.manifest was left behind/, /9.incr.aof is not listed/],
  },
  {
    name: 'a set, a dump and appendonly yes',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'dump.rdb': DUMP, 'redis.conf': 'appendonly yes\n' },
    kind: 'aofSet',
    key: 'set',
    reason: /appendonly yes, and/,
    notes: [/dump.rdb is ignored/],
  },
  {
    name: 'a set, a dump and appendonly no',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'dump.rdb': DUMP, 'redis.conf': 'appendonly no\n' },
    kind: 'rdb',
    key: 'dump',
    reason: /appendonly no/,
    notes: [/ignored and left alone/],
  },
  {
    name: 'a set, a dump and a configuration that is silent',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'dump.rdb': DUMP, 'redis.conf': 'maxclients 100\n' },
    kind: 'rdb',
    key: 'dump',
    reason: /nothing of appendonly, which means no, so only the dump is read/,
    notes: [/ignored and left alone, unless .* appendonly yes by its command line/],
  },
  {
    name: 'a set and a configuration that is silent',
    files: { [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'redis.conf': '# appendonly yes\n' },
    kind: 'nothing',
    reason: /nothing of appendonly, .* there is no .*dump.rdb/,
    notes: [/ignored and left alone, unless/],
  },
  {
    name: 'only a dump and appendonly yes',
    files: { 'dump.rdb': DUMP, 'redis.conf': 'appendonly yes\n' },
    kind: 'nothing',
    reason: /starts empty/,
    notes: [/dump.rdb is ignored/],
  },
  {
    name: 'a dump of no name',
    files: { 'dump.rdb': DUMP, 'redis.conf': 'dbfilename ""\n' },
    kind: 'nothing',
    reason: /nothing of appendonly/,
  },
  {
    name: 'nothing and appendonly no',
    files: { 'redis.conf': 'appendonly no\n' },
    kind: 'nothing',
    reason: /there is no .*dump.rdb/,
  },
  {
    name: 'names of its own',
    files: {
      'redis.conf': '# ours\n\nappendonly no\nAppendOnly "yes"\nappendfilename my.aof\nappenddirname logs\n',
      'logs/my.aof.manifest': ONE,
      'logs/one': SET('set'),
    },
    kind: 'aofSet',
    key: 'set',
    reason: /lists one file/,
  },
  {
    name: 'a name whose last byte is A0',
    files: {
      'redis.conf': 'appendonly yes\r\n\tappenddirname voilà \r\n',
      'voilà/appendonly.aof.manifest': ONE,
      'voilà/one': SET('set'),
    },
    kind: 'aofSet',
    key: 'set',
    reason: /lists one file/,
  },
  {
    name: 'a configuration that does not name the file, beside a manifest of another name',
    files: { 'redis.conf': 'appendonly yes\n', 'appendonlydir/my.aof.manifest': ONE, 'appendonlydir/one': SET('set') },
    kind: 'nothing',
    reason: /starts empty/,
    notes: [/my.aof.manifest is ignored: .* another appendfilename/],
  },
  {
    name: 'a set without its manifest',
    files: { 'appendonlydir/appendonly.aof.1.incr.aof': SET('lost') },
    kind: 'nothing',
    reason: /no .*appendonly.aof.manifest, without which one file of an append-only file beside it cannot be loaded/,
    notes: [/1.incr.aof is not listed/],
  },
  {
    name: 'a dump, and a set without its manifest',
    files: { 'dump.rdb': DUMP, 'appendonlydir/appendonly.aof.1.incr.aof': SET('lost') },
    kind: 'rdb',
    key: 'dump',
    reason: /there is a dump and no .*manifest, without which one file/,
    notes: [/1.incr.aof is not listed/],
  },
  {
    name: 'a manifest that lists only history',
    files: { [MANIFEST]: 'file appendonly.aof.1.incr.aof seq 1 type h\n' },
    kind: 'nothing',
    reason: /appendonly.aof.manifest lists none/,
  },
];

describe('openDataDir', () => {
  it.each(CASES)('finds $name', async ({ files, kind, key, reason, notes = [] }) => {
    put(files);
    const found = openDataDir(dir);
    expect(found).toMatchObject({ kind, dir });
    expect(found.reason).toMatch(reason);
    expect(found.notes.length).toBe(notes.length);
    notes.forEach((note) => void expect(found.notes.join('\n')).toMatch(note));
    const records = await all(found.read({ strings: 'utf8' }));
    const keys = records.flatMap((record) => {
      if (record.kind === 'command') return [record.argv[1]];
      return record.kind === 'rdb' && record.record.kind === 'key' ? [record.record.key] : [];
    });
    expect(keys).toEqual(key === undefined ? [] : [key]);
    if (kind !== 'nothing') expect(records.at(-1)?.kind).toBe('eof');
  });

  it('follows a redis.conf and what it includes', () => {
    put({
      'etc/redis.conf': 'include more.conf\ninclude conf.d/*.conf\ndir ../data\n',
      'etc/more.conf': 'appendonly yes\n',
      'data/appendonly.aof': SET('a'),
    });
    const found = openDataDir(join(dir, 'etc/redis.conf'));
    expect(found).toMatchObject({ kind: 'aof', dir: join(dir, 'data') });
    expect(found.notes).toEqual([]);
  });

  it('says that a dump is newer, and that a file is missing', () => {
    put({ [MANIFEST]: ONE, 'appendonlydir/one': SET('set'), 'dump.rdb': DUMP });
    utimesSync(join(dir, 'appendonlydir/one'), 1, 1);
    expect(openDataDir(dir).notes.join()).toMatch(/dump.rdb is newer/);
    rmSync(join(dir, 'appendonlydir/one'));
    expect(openDataDir(dir).notes.join()).toMatch(/one is listed and missing/);
  });

  it('does not take for missing what nobody can look into', () => {
    put({ 'dump.rdb': DUMP });
    const folder = join(dir, 'appendonlydir');
    // The one leads nowhere, as to a disk that is not mounted, the other to itself.
    for (const [to, code] of [
      ['/no/such/place', 'ENOENT'],
      ['appendonlydir', 'ELOOP'],
    ] as const) {
      symlinkSync(to, folder);
      expect(thrownBy(() => openDataDir(dir))).toMatchObject({
        code: 'IO',
        cause: { code },
        context: { file: folder },
      });
      rmSync(folder);
    }
  });

  it('says that names are no UTF-8, and not that they are missing', async () => {
    put({ [MANIFEST]: Buffer.from('file caf\xe9.1.incr.aof seq 1 type i\n', 'latin1') });
    const folder = join(dir, 'appendonlydir');
    writeFileSync(Buffer.from(`${folder}/caf\xe9.1.incr.aof`, 'latin1'), SET('set'));
    const refused = {
      code: 'IO',
      message: `${folder}/caf\\xe9.1.incr.aof: a name that is no UTF-8, which cannot be opened`,
      cause: { code: 'EILSEQ' },
    };
    expect(thrownBy(() => openDataDir(dir))).toMatchObject(refused);
    expect(await rejectionOf(all(readAofDir(folder)))).toMatchObject(refused);
    for (const setting of ['dbfilename', 'appenddirname', 'appendfilename']) {
      put({ 'redis.conf': Buffer.from(`appendonly yes\n${setting} caf\xe9\n`, 'latin1') });
      expect(thrownBy(() => openDataDir(dir))).toMatchObject({ message: expect.stringMatching(/caf\\xe9.*no UTF-8/) });
    }
    put({ 'redis.conf': 'appendonly yes\nappenddirname "😀"\n' });
    expect(openDataDir(dir).kind).toBe('nothing');
  });

  it('says what is wrong', () => {
    expect(thrownBy(() => openDataDir(join(dir, 'none')))).toMatchObject({ code: 'IO' });
    put({ [MANIFEST]: 'x\n' });
    expect(thrownBy(() => openDataDir(dir))).toMatchObject({
      code: 'MANIFEST_INVALID',
      context: { file: join(dir, MANIFEST) },
    });
    put({ 'redis.conf': 'appendonly no\n' });
    expect(thrownBy(() => openDataDir(dir))).toMatchObject({ code: 'MANIFEST_INVALID' });
    put({ 'redis.conf': 'dir "a\n' });
    expect(thrownBy(() => openDataDir(dir))).toMatchObject({ code: 'BAD_STRING' });
    put({ 'redis.conf': 'dir none\n' });
    expect(thrownBy(() => openDataDir(join(dir, 'redis.conf')))).toMatchObject({
      code: 'IO',
      message: expect.stringContaining('no such directory'),
      context: { file: join(dir, 'none') },
    });
    put({ 'redis.conf': 'include redis.conf\n' });
    expect(thrownBy(() => openDataDir(dir))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('readAofFile and readAofDir', () => {
  it('read paths, and say where they fail', async () => {
    put({
      'a.aof': SET('a'),
      [MANIFEST]: 'file one seq 1 type i\nfile two seq 2 type i\n',
      'appendonlydir/one': SET('set'),
    });
    expect(argvs(await all(readAofFile(join(dir, 'a.aof'))))).toEqual([['SET', 'a', 'v']]);
    const io = { code: 'IO' };
    expect(await rejectionOf(all(readAofFile(join(dir, 'none'))))).toMatchObject(io);
    expect(await rejectionOf(all(readAofFile(dir)))).toMatchObject(io);
    expect(await rejectionOf(all(readAofDir(dir)))).toMatchObject(io);
    const missing = await rejectionOf(all(readAofDir(join(dir, 'none'))));
    expect(missing).toMatchObject({ ...io, message: expect.stringContaining('no such file') });
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { kind } of readAofDir(join(dir, 'appendonlydir'))) seen.push(kind);
    };
    expect(await rejectionOf(reading())).toMatchObject(io);
    expect(seen).toEqual(['fileStart', 'command', 'eof']);
    put({ 'appendonlydir/other.manifest': ONE });
    expect(await rejectionOf(all(readAofDir(join(dir, 'appendonlydir'))))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(thrownBy(() => readAofDir(dir, { strings: 'x' } as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('know how much there is to read', async () => {
    const seen: unknown[] = [];
    await all(
      readAofDir(join(AOF_FIXTURES, 'redis-7.4.1.multipart'), {
        onProgress: ({ bytes, total }) => seen.push([bytes, total]),
      }),
    );
    expect(seen.at(-1)).toEqual([70_646, 70_646]);
  });
});

describeLive('redis-server', () => {
  it.each(CASES.filter(({ files }) => 'redis.conf' in files || !('dump.rdb' in files)))(
    'loads the same from $name',
    async ({ files, key }) => {
      // Without a configuration the append-only file counts, where there is one.
      const args = 'redis.conf' in files ? ['--include', 'redis.conf'] : ['--appendonly', 'yes'];
      expect(await served(files, args)).toEqual(key === undefined ? [] : [key]);
    },
  );
});

/** The keys that a server loads. @throws Error with what the server said, where it does not start */
async function served(files: Files, args: readonly string[]): Promise<string[]> {
  const copy: Record<string, Uint8Array> = {};
  for (const [name, content] of Object.entries(files)) copy[name] = Buffer.from(content);
  const server = await liveServer({ files: copy, args, timeout: 10_000 });
  try {
    return ((await server!.client.command('KEYS', '*')) as Buffer[]).map(String).sort();
  } finally {
    await server!.stop();
  }
}
