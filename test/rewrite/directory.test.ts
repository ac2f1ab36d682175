/** `rewriteAofDir`: what it makes holds what the log held, and where it fails nothing is there. */
import {
  appendFileSync,
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
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type RdbRecord,
  type ReplayOptions,
  type RewriteDirOptions,
  readAofDir,
  replay,
  rewriteAofDir,
  writeRdb,
} from '../../src/node.ts';
import { AOF_FIXTURES, argvs, log, plain, raw, read } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';

const root = mkdtempSync(join(tmpdir(), 'rdb-aof-rewrite-dir-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(root, String(tests++));
  mkdirSync(folder);
});

const at = (...names: string[]): string => join(folder, ...names);

function write(name: string, bytes: Uint8Array | string): string {
  mkdirSync(join(at(name), '..'), { recursive: true });
  writeFileSync(at(name), typeof bytes === 'string' ? raw(bytes) : bytes);
  return at(name);
}

const BASE = log(['SELECT', '0'], ['SET', 'k', '1'], ['RPUSH', 'l', 'a']);
const INCR = log(['SELECT', '0'], ['INCR', 'k'], ['RPUSH', 'l', 'b'], ['SET', 'gone', 'x'], ['DEL', 'gone']);
const MANIFEST = 'file appendonly.aof.3.base.aof seq 3 type b\nfile appendonly.aof.7.incr.aof seq 7 type i\n';

/** A log of eight commands for two keys. */
function makeSet(name = 'appendonlydir', incr = INCR): string {
  write(`${name}/appendonly.aof.manifest`, MANIFEST);
  write(`${name}/appendonly.aof.3.base.aof`, BASE);
  write(`${name}/appendonly.aof.7.incr.aof`, incr);
  return at(name);
}

/** All files below the folder, with what they hold. */
function everything(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(at(name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(at(name), 'latin1')]));
}

const commandsOf = async (dir: string): Promise<string[][]> =>
  argvs(await all(readAofDir(dir))).filter(([name]) => name !== 'SELECT');

const SHORT = [
  ['SET', 'k', '2'],
  ['RPUSH', 'l', 'a', 'b'],
];

/** Functions and keys that a log makes, in canonical order. */
async function datasetOf(dir: string, options: ReplayOptions): Promise<RdbRecord[]> {
  const records: RdbRecord[] = await all(replay(readAofDir(dir), options));
  return plain(records.filter(({ kind }) => kind === 'key' || kind === 'function')) as RdbRecord[];
}

/** Times of consumers that have no place: commands have none at all, and RDB files one from 7.2 on. */
const TIMES = { commands: /^(?:seen|active)Time$/, mixed: /^activeTime$/, rdb: /^activeTime$/ };

function without(names: RegExp, records: unknown): unknown {
  return JSON.parse(JSON.stringify(records, (name, value) => (names.test(name) ? undefined : value)));
}

const FORMS: RewriteDirOptions[] = [{}, { mode: 'mixed' }, { to: 'rdb' }];

describe('rewriteAofDir', () => {
  const sets = readdirSync(AOF_FIXTURES).filter((name) => name.endsWith('.multipart'));

  describe.each(sets)('%s', (name) => {
    const dir = join(AOF_FIXTURES, name);
    const sourceVersion = name.replace(/^(\w+)-(\d+\.\d+).*/, '$1:$2');
    const options = { sourceVersion, now: Date.now() };

    it.each(FORMS)('keeps the dataset (%j)', async (form) => {
      const expected = await datasetOf(dir, options);
      expect(expected.length).toBeGreaterThan(200);
      const done = await rewriteAofDir(dir, at('out'), { ...options, ...form });
      const shown = (records: unknown): unknown =>
        without(TIMES[form.to === 'rdb' ? 'rdb' : (form.mode ?? 'commands')], records);
      expect(shown(await datasetOf(at('out'), options))).toEqual(shown(expected));

      const base = `appendonly.aof.1.base.${form.to ?? 'aof'}`;
      expect(readdirSync(folder)).toEqual(['out']);
      expect(readdirSync(at('out')).sort()).toEqual([base, 'appendonly.aof.1.incr.aof', 'appendonly.aof.manifest']);
      expect(statSync(at('out', 'appendonly.aof.1.incr.aof')).size).toBe(0);
      const sources = readdirSync(dir).filter((file) => !file.endsWith('.manifest'));
      expect(done).toEqual({
        // EXEC only ends what MULTI began.
        commands: argvs(await all(readAofDir(dir))).filter(([command]) => command !== 'EXEC').length,
        keys: expected.filter(({ kind }) => kind === 'key').length,
        bytesRead: sources.reduce((sum, file) => sum + statSync(join(dir, file)).size, 0),
        bytesWritten: statSync(done.base).size,
        base: at('out', base),
      });
    });
  });

  it('writes the shortest log, and leaves the old one alone', async () => {
    const dir = makeSet();
    const before = everything();
    const { commands, keys } = await rewriteAofDir(dir, `${at('out')}/`);
    expect({ commands, keys }).toEqual({ commands: 8, keys: 2 });
    expect(await commandsOf(at('out'))).toEqual(SHORT);
    expect(everything()).toMatchObject(before);
  });

  it('takes what a data directory has, a manifest, and a file of its own', async () => {
    const set = makeSet('data/appendonlydir');
    write('old/appendonly.aof', BASE + INCR);
    write('old/redis.conf', 'appendonly yes\n');
    const dump = writeRdb([
      { kind: 'key', key: 'k', type: 'string', value: '2' },
      { kind: 'key', key: 'l', type: 'list', value: ['a', 'b'] },
    ]);
    write('dumped/dump.rdb', Buffer.concat(await all(dump)));
    const places = [
      at('data'),
      join(set, 'appendonly.aof.manifest'),
      at('old'),
      at('old/redis.conf'),
      at('old/appendonly.aof'),
      at('dumped'),
    ];
    for (const [i, place] of places.entries()) {
      await rewriteAofDir(place, at(`out-${i}`));
      expect(await commandsOf(at(`out-${i}`)), place).toEqual(SHORT);
    }
  });

  it('replays and writes as the options say', async () => {
    const times = log(['SET', 'old', '1', 'PXAT', '1000'], ['SET', 'new', '1', 'PXAT', '4102444800000'], ['NOSUCH']);
    const dir = makeSet('set', INCR + times);
    await expect(rewriteAofDir(dir, at('out'))).rejects.toMatchObject({
      code: 'CANNOT_REPLAY',
      offset: INCR.length + times.indexOf('*1\r\n'),
      context: { file: 'appendonly.aof.7.incr.aof' },
    });
    const skipped: string[] = [];
    const { keys } = await rewriteAofDir(dir, at('out'), {
      dropExpired: true,
      onUnsupported: 'skip',
      onSkipped: ({ message }) => skipped.push(message),
      target: 'redis:2.8',
      cluster: true,
    });
    expect(keys).toBe(4);
    expect(skipped).toEqual([expect.stringContaining('NOSUCH')]);
    expect(await commandsOf(at('out'))).toEqual([
      ['SET', 'k', '2'],
      ['SET', 'new', '1'],
      ['EXPIREAT', 'new', '4102444800'],
      ['RPUSH', 'l', 'a', 'b'],
    ]);
  });

  it('tells how far it is', async () => {
    const seen: unknown[] = [];
    await rewriteAofDir(makeSet(), at('out'), { onProgress: (progress) => seen.push(progress) });
    const total = BASE.length + INCR.length;
    expect(seen).toEqual([
      { bytes: BASE.length, total, records: 0 },
      { bytes: total, total, records: 3 },
    ]);
  });
});

describe('what rewriteAofDir refuses', () => {
  /** Fails with this, and changes nothing. */
  async function refused(dir: string, expected: unknown, options: RewriteDirOptions = {}): Promise<void> {
    const before = everything();
    const names = readdirSync(folder);
    await expect(rewriteAofDir(dir, at('out'), options)).rejects.toMatchObject(expected as object);
    expect(readdirSync(folder)).toEqual(names);
    expect(everything()).toEqual(before);
  }

  it.each<[string, () => void]>([
    ['a directory', () => write('out/precious', 'x')],
    ['an empty directory', () => mkdirSync(at('out'))],
    ['a file', () => write('out', 'precious')],
  ])('%s that is there', async (_what, make) => {
    const dir = makeSet();
    make();
    await refused(dir, { code: 'IO', cause: { code: 'EEXIST' }, context: { file: at('out') } });
    expect(existsSync(at('out'))).toBe(true);
  });

  it('what has come to stand there meanwhile', async () => {
    const dir = makeSet();
    const onProgress = (): unknown => mkdirSync(at('out'), { recursive: true });
    await expect(rewriteAofDir(dir, at('out'), { onProgress })).rejects.toMatchObject({ cause: { code: 'EEXIST' } });
    expect(readdirSync(folder)).toEqual(['appendonlydir', 'out']);
    expect(readdirSync(at('out'))).toEqual([]);
  });

  it('damage, a missing file, a wrong manifest', async () => {
    const dir = makeSet('set', INCR.slice(0, -3));
    const file = 'appendonly.aof.7.incr.aof';
    await refused(dir, { code: 'UNEXPECTED_EOF', context: { file } });
    write(`set/${file}`, `${INCR}rubbish`);
    await refused(dir, { code: 'AOF_BAD_FORMAT', offset: INCR.length, context: { file } });
    rmSync(join(dir, file));
    await refused(dir, { code: 'IO', cause: { code: 'ENOENT' } });
    write('set/appendonly.aof.manifest', 'file x seq nothing\n');
    await refused(dir, { code: 'MANIFEST_INVALID' });
  });

  it('a place without a log', async () => {
    await refused(at('nowhere'), { code: 'IO', cause: { code: 'ENOENT' } });
    mkdirSync(at('empty'));
    await refused(at('empty'), { code: 'IO', message: expect.stringContaining('no dump and no append-only file') });
    const dir = makeSet();
    await expect(rewriteAofDir(dir, at('nowhere/out'))).rejects.toMatchObject({
      code: 'IO',
      message: `${at('nowhere/out')}: its directory does not exist`,
      cause: { code: 'ENOENT' },
    });
  });

  it('what the target cannot hold, unless that may be lost', async () => {
    const fields = log(['HSET', 'h', 'f', 'v'], ['HPEXPIREAT', 'h', '4102444800000', 'FIELDS', '1', 'f']);
    const dir = makeSet('set', fields);
    for (const form of FORMS) {
      await refused(dir, { code: 'LOSSY' }, { target: 'redis:7.0', ...form });
      const lost: string[] = [];
      const out = at(`out-${form.to ?? form.mode}`);
      await rewriteAofDir(dir, out, { target: 'redis:7.0', ...form, onLoss: ({ kind }) => lost.push(kind) });
      expect(lost).toEqual(['fieldExpiry']);
      rmSync(out, { recursive: true });
    }
  });

  it('options that make no sense', async () => {
    const dir = makeSet();
    const wrong = [
      { to: 'json' },
      { mode: 'restore' },
      { to: 'rdb', mode: 'mixed' },
      { target: 'redis:1' },
      { now: 0.5 },
    ];
    for (const options of wrong) await refused(dir, { code: 'INVALID_ARGUMENT' }, options as RewriteDirOptions);
  });

  it('a log that somebody writes to meanwhile', async () => {
    for (const name of ['appendonly.aof.3.base.aof', 'appendonly.aof.7.incr.aof', 'appendonly.aof.manifest']) {
      const dir = makeSet(`set of ${name}`);
      let changed = false;
      const onProgress = (): void => {
        if (!changed) appendFileSync(join(dir, name), name.endsWith('manifest') ? '#\n' : log(['SET', 'late', '1']));
        changed = true;
      };
      await expect(rewriteAofDir(dir, at('out'), { onProgress })).rejects.toMatchObject({
        code: 'IO',
        message: `${join(dir, name)}: has changed while it was read; is a server writing to it?`,
        context: { file: join(dir, name) },
      });
      expect(readdirSync(folder).filter((file) => !file.startsWith('set of'))).toEqual([]);
    }
  });

  it('goes on when the signal comes: before, while it reads, and while it writes', async () => {
    const fields = log(['HSET', 'h', 'f', 'v'], ['HPEXPIREAT', 'h', '4102444800000', 'FIELDS', '1', 'f']);
    const dir = makeSet('set', fields);
    const reason = new Error('no more');
    const before = everything();
    const abort = (): { signal: AbortSignal; end: () => void } => {
      const controller = new AbortController();
      return { signal: controller.signal, end: () => controller.abort(reason) };
    };
    const tries: ((signal: AbortSignal, end: () => void) => RewriteDirOptions)[] = [
      (signal, end) => {
        end();
        return { signal };
      },
      (signal, end) => ({ signal, onProgress: end }),
      (signal, end) => ({ signal, target: 'redis:7.0', onLoss: end }),
    ];
    for (const make of tries) {
      const { signal, end } = abort();
      await expect(rewriteAofDir(dir, at('out'), make(signal, end))).rejects.toBe(reason);
      expect(readdirSync(folder)).toEqual(['set']);
    }
    expect(everything()).toEqual(before);
  });

  it('lets others have their turn while it writes', async () => {
    const library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";
    const values = Array.from({ length: 40 }, (_, i) => ['SET', `key:${i}`, 'x'.repeat(100_000)]);
    const dir = makeSet('set', log(['FUNCTION', 'LOAD', library], ...values));
    const controller = new AbortController();
    const reason = new Error('no more');
    // Functions are written first: nothing is left to be waited for by then.
    const onLoss = (): unknown => setImmediate(() => controller.abort(reason));
    const options: RewriteDirOptions = { target: 'redis:6.2', onLoss, signal: controller.signal };
    await expect(rewriteAofDir(dir, at('out'), options)).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual(['set']);
  });
});

describeLive('redis-server', () => {
  it('holds the same from a set and from its rewrites', { timeout: 60_000 }, async () => {
    const dir = join(AOF_FIXTURES, 'redis-7.0.15.multipart');
    const digest = (set: string): Promise<string> => {
      const files = Object.fromEntries(
        readdirSync(set).map((name) => [`appendonlydir/${name}`, read(join(set, name))]),
      );
      const args = ['--appendonly', 'yes', '--aof-load-truncated', 'no'];
      return withLiveServer({ files, args }, async ({ client }) => String(await client.command('DEBUG', 'DIGEST')));
    };
    const expected = await digest(dir);
    expect(expected).not.toMatch(/^0+$/);
    for (const [i, form] of FORMS.entries()) {
      await rewriteAofDir(dir, at(`out-${i}`), { target: 'redis:7.0', ...form });
      expect(await digest(at(`out-${i}`)), JSON.stringify(form)).toBe(expected);
    }
  });
});
