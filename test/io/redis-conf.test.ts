/** What is read from a configuration, judged by what a server makes of it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRedisConf } from '../../src/io/redis-conf.ts';
import { thrownBy } from '../helpers/encode-bytes.ts';
import { describeLive, liveServer } from '../helpers/live.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rdb-aof-conf-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

type Files = Readonly<Record<string, string>>;

function put(files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
}

/** Files that each name the dump after themselves, so that it tells which were read, and which one was the last. */
const NAMES: readonly string[] = [
  ...[
    'a.conf',
    'b.conf',
    'B.conf',
    'ab.conf',
    '10.conf',
    '9.conf',
    '.hidden.conf',
    '-.conf',
    ']x',
    '[x',
    'é.conf',
    'z',
  ],
  ...['d/a.conf', 'd/b', 'e/a.conf', 'e/c.conf', '.h/a.conf', 'a*b', 'empty/in/none'],
];
const NAMED: Files = Object.fromEntries(
  NAMES.map((name) => [`conf.d/${name}`, `dbfilename "${name.replace('/', '_')}"\n`]),
);

const PATTERNS: readonly string[] = [
  ...[
    '*.conf',
    '?.conf',
    '??.conf',
    '[ab].conf',
    '[!ab].conf',
    '[^ab].conf',
    '[a-b].conf',
    '[b-a].conf',
    '[[:digit:]].conf',
  ],
  ...[
    '[[:upper:]]*',
    '[]]x',
    '[!]]x',
    '[x',
    '\\[x*',
    'a\\*b*',
    'a[*]b',
    '[a-].conf',
    '[\\a].conf',
    '.*',
    '.*/a.conf',
    '*',
  ],
  ...[
    '*/a.conf',
    '*/*',
    'd/../[d]/a*',
    '*/b',
    'none*',
    'no*/a.conf',
    '*/../a.conf',
    '[[:no:]]*',
    'z*/',
    '**b*.conf',
    '*/',
  ],
];

/** Each with whether servers take it. */
const LINES: readonly (readonly [line: string, taken: boolean])[] = [
  ['appendonly', false],
  ['appendonly yes # on', false],
  ['appendonly maybe', false],
  ['appendonly YES', true],
  ['appendonly yes\v', false],
  ['appendfilename', false],
  ['appendfilename ""', false],
  ['appendfilename a/b', false],
  ['appendfilename a\\b', false],
  ['appendfilename "a\\x00/b"', true],
  ['appenddirname ""', false],
  ['appenddirname a b', false],
  ["appenddirname 'a", false],
  ['dbfilename ""', true],
  ['dbfilename ./a', false],
  ['dir', false],
  ['dir ""', false],
  ['include', false],
  ['include a b', false],
  ['include redis.conf.d', true],
  ['\t # appendonly', true],
];

describe('readRedisConf', () => {
  it.each(LINES)('takes or refuses %j', (line, taken) => {
    put({ 'redis.conf': `${line}\n`, 'redis.conf.d/none': '' });
    const read = (): unknown => readRedisConf(join(dir, 'redis.conf'));
    if (taken) expect(read).not.toThrow();
    else expect(thrownBy(read)).toMatchObject({ code: 'BAD_STRING', context: { file: join(dir, 'redis.conf') } });
  });

  it('counts from a directory as soon as it is named', () => {
    put(MOVING);
    const { dir: data, ...names } = readRedisConf(join(dir, 'redis.conf'));
    expect(data).toBe(join(dir, 'data/inner'));
    expect(names).toMatchObject({ dbfilename: 'in-data', appendfilename: 'in-inner' });
  });

  it('reads files of a pattern as one text, in the order of their bytes', () => {
    put({
      'redis.conf': 'appendfilename early\ninclude conf.d/*.conf\n',
      'conf.d/10.conf': 'appendfilename ten\ndbfilename a',
      'conf.d/9.conf': 'b\nappendfilename nine\n',
    });
    expect(readRedisConf(join(dir, 'redis.conf'))).toMatchObject({ appendfilename: 'nine', dbfilename: 'ab' });
  });

  it('refuses a pattern that leads to what cannot be read', () => {
    put({ 'redis.conf': 'include *.d\n' });
    symlinkSync('/no/such/place', join(dir, 'gone.d'));
    expect(thrownBy(() => readRedisConf(join(dir, 'redis.conf')))).toMatchObject({
      code: 'IO',
      context: { file: join(dir, 'gone.d') },
    });
    put({ 'redis.conf': 'include redis.*\n' });
    expect(thrownBy(() => readRedisConf(join(dir, 'redis.conf')))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

/** Paths that count from another directory at each step. */
const MOVING: Files = {
  'redis.conf': 'include more.conf\ninclude more.conf\ndir inner\ninclude names.c*\n',
  'more.conf': 'dir data\n',
  'data/more.conf': 'dbfilename in-data\n',
  'data/inner/names.conf': 'appendfilename in-inner\n',
};

describeLive('redis-server', () => {
  it.each(LINES)('judges %j the same', async (line, taken) => {
    const files = { 'redis.conf': `${line}\n`, 'redis.conf.d/none': '' };
    const [error] = await Promise.allSettled([setting(files, 'dir')]);
    expect(error.status).toBe(taken ? 'fulfilled' : 'rejected');
  });

  it('counts from a directory as soon as it is named', async () => {
    expect(await setting(MOVING, 'dir')).toMatch(/\/data\/inner$/);
    expect(await setting(MOVING, 'dbfilename')).toBe('in-data');
    expect(await setting(MOVING, 'appendfilename')).toBe('in-inner');
  });

  it('finds the same files by each pattern', async () => {
    // The order of files is that of the server's locale.
    vi.stubEnv('LC_ALL', 'C');
    const found: Record<string, string | undefined> = {};
    const loaded: typeof found = {};
    for (const pattern of PATTERNS) {
      const files = {
        ...NAMED,
        'redis.conf': `dbfilename first\ninclude "conf.d/${pattern.replaceAll('\\', '\\\\')}"\n`,
      };
      put(files);
      found[pattern] = readRedisConf(join(dir, 'redis.conf')).dbfilename;
      loaded[pattern] = await setting(files, 'dbfilename');
    }
    expect(found).toEqual(loaded);
  }, 60_000);
});

/** What a server with a configuration has. @throws Error with what it said, where it does not start */
async function setting(files: Files, name: string): Promise<string> {
  const bytes = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const server = await liveServer({ files: bytes, args: ['--include', 'redis.conf'], timeout: 10_000 });
  try {
    const [, value] = (await server!.client.command('CONFIG', 'GET', name)) as Buffer[];
    return String(value);
  } finally {
    await server!.stop();
  }
}
