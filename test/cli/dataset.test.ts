/** Commands that show datasets, on append-only files: in every place where a log may be, and by its content alone. */
import { cpSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRdb } from '../../src/index.ts';
import { AOF_FIXTURES, log, raw, read } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { temporaryFolder } from './bundle.ts';
import { each, errorLine, jsonLines, run } from './run.ts';

const folder = join(temporaryFolder(), 'dataset');
mkdirSync(folder);
const at = (name: string): string => join(folder, name);

function write(name: string, bytes: Uint8Array | string): string {
  const path = at(name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof bytes === 'string' ? raw(bytes) : bytes);
  return path;
}

const COMMANDS = log(
  ['SELECT', '0'],
  ['SET', 'text', 'old'],
  ['SET', 'text', 'new', 'PXAT', '4102444800000'],
  ['RPUSH', 'list', 'x', 'y', 'z'],
  ['LPOP', 'list'],
  ['SELECT', '3'],
  ['HSET', 'hash', 'f', 'v'],
  ['SET', 'gone', '1'],
  ['DEL', 'gone'],
);
/** What the commands make, as JSON without encodings. */
const DATASET = [
  { db: 0, key: 'text', type: 'string', expiresAt: 4102444800000, value: 'new' },
  { db: 0, key: 'list', type: 'list', value: ['y', 'z'] },
  { db: 3, key: 'hash', type: 'hash', value: { f: 'v' } },
];

/** An RDB with one key, and an aux field that says what it is. */
async function rdb(field?: string, value = '1'): Promise<Uint8Array> {
  const aux = field === undefined ? [] : [{ kind: 'aux' as const, name: field, value }];
  const chunks = await all(
    writeRdb([...aux, { kind: 'key', db: 0, key: 'before', type: 'string', value: 'b' }], { target: 'redis:7.0' }),
  );
  return Buffer.concat(chunks);
}

const BEFORE = { db: 0, key: 'before', type: 'string', value: 'b' };
const MANIFEST = 'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n';

beforeAll(async () => {
  const base = await rdb('aof-base');
  write('plain.aof', COMMANDS);
  write('packed', gzipSync(raw(COMMANDS)));
  write('annotated', `#TS:1700000000\r\n${COMMANDS}`);
  write('preamble', Buffer.concat([base, raw(COMMANDS)]));
  write('preamble.gz', gzipSync(Buffer.concat([base, raw(COMMANDS)])));
  write('old-preamble', Buffer.concat([await rdb('aof-preamble'), raw(COMMANDS)]));
  for (const data of ['data', 'configured']) {
    write(`${data}/appendonlydir/appendonly.aof.manifest`, MANIFEST);
    write(`${data}/appendonlydir/appendonly.aof.1.base.rdb`, base);
    write(`${data}/appendonlydir/appendonly.aof.1.incr.aof`, COMMANDS);
  }
  write('data/dump.rdb', await rdb());
  utimesSync(at('data/dump.rdb'), 4102444800, 4102444800);
  write('configured/redis.conf', 'appendonly yes\n');
  write('dumped/dump.rdb', await rdb());
  write('base', base);
  write('not-base', Buffer.concat([await rdb('aof-base', '0'), raw(COMMANDS)]));
});

async function dataset(...args: string[]): Promise<unknown[]> {
  const done = await run(['ndjson', ...args]);
  expect(done.code, done.stderr).toBe(0);
  return objects(done.stdout);
}

function objects(lines: string): unknown[] {
  const found = lines.split('\n').slice(0, -1);
  return found.map((line) => {
    const { encoding: _, ...object } = JSON.parse(line) as { encoding?: string };
    return object;
  });
}

const byKey = (a: unknown, b: unknown): number => ((a as { key: string }).key < (b as { key: string }).key ? -1 : 1);
const sorted = (found: unknown[]): unknown[] => [...found].sort(byKey);

describe('the dataset of a log', () => {
  it.each<[string, unknown[]]>([
    ['plain.aof', DATASET],
    ['packed', DATASET],
    ['annotated', DATASET],
    ['preamble', [BEFORE, ...DATASET]],
    ['preamble.gz', [BEFORE, ...DATASET]],
    ['old-preamble', [BEFORE, ...DATASET]],
    ['data/appendonlydir', [BEFORE, ...DATASET]],
    ['data/appendonlydir/appendonly.aof.manifest', [BEFORE, ...DATASET]],
    ['data', [BEFORE, ...DATASET]],
    ['configured', [BEFORE, ...DATASET]],
    ['configured/redis.conf', [BEFORE, ...DATASET]],
    ['dumped', [BEFORE]],
    ['base', [BEFORE]],
  ])('is shown of %s', async (name, expected) => {
    expect(sorted(await dataset(at(name)))).toEqual(sorted(expected));
  });

  it('is shown of standard input, packed or not', async () => {
    await each(['plain.aof', 'packed', 'preamble', 'preamble.gz'], async (name) => {
      const done = await run(['ndjson', '-'], { stdin: readFileSync(at(name)) });
      expect(done.code, done.stderr).toBe(0);
      const expected = name.startsWith('preamble') ? [BEFORE, ...DATASET] : DATASET;
      expect(sorted(objects(done.stdout))).toEqual(sorted(expected));
    });
  });

  it('says of a directory what is read, and that its dump is newer', async () => {
    const { stderr } = await run(['keys', at('data')]);
    expect(stderr).toContain(`reads ${at('data/appendonlydir/appendonly.aof.manifest')}`);
    expect(stderr).toContain(`${at('data/dump.rdb')} is newer than the append-only file`);
    const dumped = await run(['keys', at('dumped')]);
    expect([dumped.code, dumped.stdout]).toEqual([0, 'before\n']);
    expect(dumped.stderr).toContain(`reads ${at('dumped/dump.rdb')}`);
  });

  it('is shown by every command', async () => {
    const path = at('plain.aof');
    expect((await run(['keys', path])).stdout).toBe('text\nlist\nhash\n');
    expect(JSON.parse((await run(['json', path])).stdout)).toMatchObject(DATASET);
    const info = JSON.parse((await run(['info', '--json', path])).stdout);
    expect(info).toMatchObject({ file: path, log: { commands: 9, files: 1 }, keys: 3, expires: 1 });
    const text = (await run(['info', at('data/appendonlydir')])).stdout;
    expect(text.split('\n')[0]).toMatch(/: append-only file, of redis:7\.0, 9 commands in 2 files$/);
    expect((await run(['resp', path])).stdout).toContain('$5\r\nRPUSH\r\n$4\r\nlist\r\n$1\r\ny\r\n$1\r\nz\r\n');
  });

  it('is written by convert and split, and merged', async () => {
    expect((await run(['convert', '-o', at('converted.rdb'), at('preamble')])).code).toBe(0);
    expect(sorted(await dataset(at('converted.rdb')))).toEqual(sorted([BEFORE, ...DATASET]));
    const header = JSON.parse((await run(['info', '--json', at('converted.rdb')])).stdout);
    expect([header.version, header.checksum]).toEqual([10, 'verified']);
    expect((await run(['split', '--by-db', '-o', at('parts.rdb'), at('preamble')])).code).toBe(0);
    expect(await dataset(at('parts.3.rdb'))).toEqual([DATASET[2]]);
    const merge = ['convert', '--on-conflict', 'last', '-o', at('merged.rdb'), at('preamble'), at('dumped/dump.rdb')];
    expect((await run(merge)).code).toBe(0);
    expect(sorted(await dataset(at('merged.rdb')))).toEqual(sorted([BEFORE, ...DATASET]));
  });

  it('can be filtered', async () => {
    const path = at('preamble');
    await each<[string[], string]>(
      [
        [['--key', 'l*'], 'list\n'],
        [['--db', '3'], 'hash\n'],
        [['--type', 'string'], 'before\ntext\n'],
        [['--ttl', 'any'], 'text\n'],
        [['--limit', '1'], 'before\n'],
        [['--size', '..2'], 'before\n'],
      ],
      async ([args, expected]) => {
        const done = await run(['keys', ...args, path]);
        expect([done.code, done.stdout, done.stderr], args.join(' ')).toEqual([0, expected, '']);
      },
    );
  });
});

describe('what is a log', () => {
  it('is not an RDB that does not say so, whatever is behind it', async () => {
    const done = await run(['keys', at('not-base')]);
    expect(done.code).toBe(1);
    expect(errorLine(done)).toMatch(/--as aof/);
    expect(sorted(await dataset('--as', 'aof', at('not-base')))).toEqual(sorted([BEFORE, ...DATASET]));
    expect(await dataset('--as', 'rdb', at('not-base'))).toEqual([BEFORE]);
    expect(await dataset('--as', 'rdb', at('preamble'))).toEqual([BEFORE]);
  });

  it('is not an RDB with nothing behind it, though it says so', async () => {
    expect((await run(['info', at('base')])).stdout).toMatch(/^.*: RDB version 10/);
    expect((await run(['info', '--header', at('preamble')])).stdout).toMatch(/^.*: RDB version 10/);
  });

  it('is an empty file only where that is asked for', async () => {
    const path = write('empty', '');
    expect((await run(['keys', path])).code).toBe(1);
    expect(await dataset('--as', 'aof', path)).toEqual([]);
  });

  it('is checked as aof check does', async () => {
    const path = at('data/appendonlydir');
    const [mine, theirs] = [await run(['check', path]), await run(['aof', 'check', path])];
    expect([mine.code, mine.stdout]).toEqual([0, theirs.stdout]);
    const torn = write('torn.aof', COMMANDS.slice(0, -5));
    for (const done of [await run(['check', torn]), await run(['check', '-'], { stdin: readFileSync(torn) })]) {
      expect(done.code).toBe(1);
      errorLine(done);
    }
    expect((await run(['check', '--json', torn, at('plain.aof')])).code).toBe(1);
  });
});

describe('a log without a dataset', () => {
  it('is an error that names the file, the place and the way out', async () => {
    const torn = write('cut.aof', COMMANDS.slice(0, -5));
    for (const command of ['keys', 'info', 'ndjson', 'json', 'resp']) {
      const done = await run([command, torn]);
      expect([done.code, done.stdout], command).toEqual([1, '']);
      expect(errorLine(done)).toMatch(/cut\.aof.*aof fix/);
    }
  });

  it('may leave out what cannot be replayed', async () => {
    const path = write('unknown.aof', COMMANDS + log(['MY.OWN', 'k']));
    const done = await run(['keys', '--json', path]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    const lines = jsonLines(done).filter(({ error }) => error !== undefined);
    expect(lines).toMatchObject([{ error: { code: 'CANNOT_REPLAY', offset: COMMANDS.length, file: path } }]);
    const skipped = await run(['keys', '--skip-unsupported', path]);
    expect([skipped.code, skipped.stdout]).toEqual([0, 'text\nlist\nhash\n']);
    expect(skipped.stderr).toContain('MY.OWN');
  });

  it('has keys of modules, of which only the commands are known', async () => {
    const path = write('json.aof', log(['JSON.SET', 'doc', '$', '{}']));
    const done = await run(['keys', path]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    expect(errorLine(done)).toMatch(/"doc"/);
  });

  it('has no header, and nothing to salvage', async () => {
    for (const args of [
      ['info', '--header'],
      ['convert', '--salvage', '-o', at('never.rdb')],
    ]) {
      const done = await run([...args, at('plain.aof')]);
      expect(done.code).toBe(1);
      expect(errorLine(done)).toContain('is an append-only file');
    }
    expect(readdirSync(folder)).not.toContain('never.rdb');
  });
});

describeLive('redis-server', () => {
  it('holds the same from a log and from what convert makes of it', { timeout: 60_000 }, async () => {
    const dir = join(AOF_FIXTURES, 'redis-7.0.15.multipart');
    cpSync(dir, at('live'), { recursive: true });
    const done = await run(['convert', '-o', at('live.rdb'), at('live')]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    const digest = async (files: Record<string, Uint8Array>, args: string[]): Promise<string> =>
      withLiveServer({ files, args }, async ({ client }) => String(await client.command('DEBUG', 'DIGEST')));
    const names = readdirSync(dir);
    const files = Object.fromEntries(names.map((name) => [`appendonlydir/${name}`, read(join(dir, name))]));
    const expected = await digest(files, ['--appendonly', 'yes']);
    expect(await digest({ 'dump.rdb': read(at('live.rdb')) }, [])).toBe(expected);
  });
});

describe('definitions of indexes', () => {
  const index = ['FT._CREATEIFNX', 'i', 'SCHEMA', 't', 'TEXT'];

  it('are none of the business of who looks at keys', async () => {
    const path = write('index.aof', COMMANDS + log(index));
    for (const command of [['info'], ['keys'], ['ndjson'], ['json'], ['check']]) {
      const done = await run([...command, path]);
      expect([done.code, done.stderr.includes('FT.')], done.stderr).toEqual([0, false]);
    }
    expect((await run(['keys', path])).stdout).toBe((await run(['keys', at('plain.aof')])).stdout);
  });

  it('are not left out of what is written without a word', async () => {
    const path = write('index.aof', COMMANDS + log(index));
    const out = at('index.rdb');
    for (const command of [
      ['convert', '-o', out],
      ['split', '--by-db', '-o', out],
      ['resp', '-o', out],
    ]) {
      const done = await run([...command, path]);
      expect(done.code, command[0]).toBe(1);
      expect(done.stderr, command[0]).toContain('FT._CREATEIFNX');
    }
    const lossy = await run(['convert', '--lossy', '-o', out, path]);
    expect([lossy.code, lossy.stderr.includes('FT._CREATEIFNX')], lossy.stderr).toEqual([0, true]);
    const resp = await run(['resp', '--allow-loss', path]);
    expect([resp.code, resp.stderr.includes('FT._CREATEIFNX')], resp.stderr).toEqual([0, true]);
    expect(resp.stdout).toContain('RPUSH');
  });
});
