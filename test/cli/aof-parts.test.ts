/** From a log of one file to one of several, and back: `aof cat --multi-part` and `--preamble keep`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AOF_FIXTURES, log, read } from '../helpers/aof.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, run } from './run.ts';

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `aof-parts-${tests++}`);
  mkdirSync(folder);
});

const set = join(AOF_FIXTURES, 'redis-7.0.15.multipart');
const preamble = read(join(set, 'appendonly.aof.2.base.rdb'));
const commands = read(join(set, 'appendonly.aof.2.incr.aof'));
const whole = Buffer.concat([preamble, commands]);
const single = join(AOF_FIXTURES, 'redis-6.2.16.preamble.aof');
const plain = join(AOF_FIXTURES, 'redis-2.8.24.plain.aof');
const manifest = (base: string): string =>
  `file appendonly.aof.1.base.${base} seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n`;

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function ok(...args: string[]): Promise<Buffer> {
  const done = await run(['aof', 'cat', ...args]);
  expect([done.code, done.stderr]).toEqual([0, '']);
  return done.raw;
}

describe('a directory', () => {
  it('holds a log with an RDB as its base, an empty increment and the manifest', async () => {
    const out = join(folder, 'appendonlydir');
    await ok('--multi-part', '-o', `${out}/`, write('one', whole));
    expect(readdirSync(out).sort()).toEqual([
      'appendonly.aof.1.base.rdb',
      'appendonly.aof.1.incr.aof',
      'appendonly.aof.manifest',
    ]);
    expect(readFileSync(join(out, 'appendonly.aof.manifest'), 'utf8')).toBe(manifest('rdb'));
    expect(readFileSync(join(out, 'appendonly.aof.1.incr.aof')).length).toBe(0);
    expect(readFileSync(join(out, 'appendonly.aof.1.base.rdb')).equals(whole)).toBe(true);
    expect((await ok('--format', 'resp', '--preamble', 'keep', out)).equals(whole)).toBe(true);
    expect((await run(['aof', 'check', out])).code).toBe(0);
  });

  it('holds a log without an RDB, and what filters leave of one, as a log', async () => {
    for (const [name, ...args] of [
      ['plain', plain],
      ['filtered', '--db', '0', single],
    ] as const) {
      const out = join(folder, name);
      await ok('--multi-part', '-o', out, ...args);
      expect(readFileSync(join(out, 'appendonly.aof.manifest'), 'utf8')).toBe(manifest('aof'));
      const base = readFileSync(join(out, 'appendonly.aof.1.base.aof'));
      expect(base.equals(await ok('--format', 'resp', ...args))).toBe(true);
      expect((await run(['aof', 'check', out])).code).toBe(0);
    }
  });

  it('is complete or not there', async () => {
    const out = join(folder, 'out');
    for (const bytes of [whole.subarray(0, 100), whole.subarray(0, whole.length - 3), 'no log']) {
      expect((await run(['aof', 'cat', '--multi-part', '-o', out, write('bad', bytes)])).code).toBe(1);
      expect(readdirSync(folder)).toEqual(['bad']);
    }
    mkdirSync(out);
    const done = await run(['aof', 'cat', '--multi-part', '-o', out, single]);
    expect([done.code, errorLine(done)]).toEqual([2, `rdb-aof: error: ${out}: is there already`]);
    expect(readdirSync(out)).toEqual([]);
  });

  it.each([
    '--multi-part',
    '--multi-part -o -',
    '--multi-part -o x --force',
    '--multi-part -o x --format json',
    '--preamble keep',
    '--preamble keep --format resp --key a*',
  ])('is not what %s asks for', async (args) => {
    expect((await run(['aof', 'cat', ...args.split(' '), single])).code).toBe(2);
    expect(existsSync('x')).toBe(false);
  });
});

describe('an RDB that is kept', () => {
  it('is the same, also from a set, packed, and in small pieces', async () => {
    const keep = ['--format', 'resp', '--preamble', 'keep'];
    expect((await ok(...keep, set)).equals(whole)).toBe(true);
    expect((await ok(...keep, write('packed', gzipSync(whole)))).equals(whole)).toBe(true);
    // The first bytes come alone, and do not tell.
    const slowly =
      '{ head -c 3 "$IN"; sleep 0.2; tail -c +4 "$IN"; } | "$NODE" "$CLI" aof cat --format resp --preamble keep -';
    expect((await bash(slowly, { IN: write('in', whole) })).raw.equals(whole)).toBe(true);
    expect((await ok(...keep, write('rdb', preamble))).equals(Buffer.from(preamble))).toBe(true);
    const text = log(['SET', 'a', '1']);
    expect((await ok(...keep, write('plain', text))).toString()).toBe(text);
  });

  it('is there once: those of other logs become commands', async () => {
    const keep = ['--format', 'resp', '--preamble', 'keep'];
    const both = await ok(...keep, single, single);
    expect(both.subarray(0, 5).toString()).toBe('REDIS');
    expect(both.indexOf('REDIS0', 10)).toBe(-1);
    expect(both.length).toBeGreaterThan(readFileSync(single).length);
  });

  it('goes out before damage behind it is told', async () => {
    const done = await run([
      'aof',
      'cat',
      '--format',
      'resp',
      '--preamble',
      'keep',
      write('torn', whole.subarray(0, -3)),
    ]);
    expect(done.code).toBe(1);
    expect(done.raw.subarray(0, preamble.length).equals(preamble)).toBe(true);
    expect(done.raw.equals(whole.subarray(0, done.raw.length))).toBe(true);
  });
});

describeLive('redis-server', () => {
  const args = ['--appendonly', 'yes', '--databases', '32'];
  const digestOf = (files: Record<string, Uint8Array>): Promise<string> =>
    withLiveServer({ args, files }, async ({ client }) => String(await client.command('DEBUG', 'DIGEST')));
  const inDirectory = (path: string): Record<string, Uint8Array> =>
    Object.fromEntries(readdirSync(path).map((name) => [`appendonlydir/${name}`, read(join(path, name))]));

  it('holds the same from a set, the file it becomes, and the directory that this becomes', {
    timeout: 30_000,
  }, async () => {
    const wanted = await digestOf(inDirectory(set));
    expect(wanted).not.toMatch(/^0+$/);
    const file = join(folder, 'one.aof');
    await ok('--format', 'resp', '--preamble', 'keep', '-o', file, set);
    expect(await digestOf({ 'appendonly.aof': read(file) })).toBe(wanted);
    await ok('--multi-part', '-o', join(folder, 'kept'), file);
    expect(await digestOf(inDirectory(join(folder, 'kept')))).toBe(wanted);
    await ok('--multi-part', '--preamble', 'commands', '-o', join(folder, 'built'), file);
    expect(await digestOf(inDirectory(join(folder, 'built')))).toBe(wanted);
  });
});
