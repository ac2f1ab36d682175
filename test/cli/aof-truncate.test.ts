/** `aof truncate`: going back to a point of a log. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AofParser } from '../../src/index.ts';
import { AOF_FIXTURES, log, raw, read } from '../helpers/aof.ts';
import { describeLive, liveServer } from '../helpers/live.ts';
import { describeShared } from '../helpers/shared.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, run } from './run.ts';

const T = 1_700_000_000;
const ms = (second: number): string => String((T + second) * 1000);

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `truncate-${tests++}`);
  mkdirSync(folder);
});

const ONE = `#TS:${T}\r\n${log(['SELECT', '0'], ['SET', 'a', '1'])}`;
const TWO = `#TS:${T + 10}\r\n${log(['SET', 'a', '2'])}#TS:${T + 20}\r\n${log(['MULTI'], ['SET', 'b', '1'])}`;
const TWO_END = `#TS:${T + 30}\r\n${log(['SET', 'b', '2'], ['EXEC'])}`;
const THREE = `#TS:${T + 40}\r\n${log(['FLUSHALL'], ['SET', 'c', '1'])}`;
const MANIFEST =
  'file x.1.base.aof seq 1 type b\nfile x.1.incr.aof seq 1 type i endoffset 100\nfile x.2.incr.aof seq 2 type i\n';

function makeSet(): string {
  const dir = join(folder, 'set');
  mkdirSync(dir);
  writeFileSync(join(dir, 'x.1.base.aof'), raw(ONE));
  writeFileSync(join(dir, 'x.1.incr.aof'), raw(TWO + TWO_END));
  writeFileSync(join(dir, 'x.2.incr.aof'), raw(THREE));
  writeFileSync(join(dir, 'x.manifest'), MANIFEST);
  return dir;
}

/** Every file of a directory with what it holds. */
function tree(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir)
      .sort()
      .map((name) => [name, readFileSync(join(dir, name), 'latin1')]),
  );
}

const LINES = MANIFEST.split('\n');
/** What is left of the set. */
const CUTS: readonly [args: string[], incr: string | undefined, later: string | undefined][] = [
  [['--to-timestamp', ms(45)], TWO + TWO_END, THREE],
  [['--to-timestamp', ms(35)], TWO + TWO_END, undefined],
  // Inside the transaction, which goes as a whole; its annotation stands before it.
  [['--to-timestamp', ms(25)], TWO.slice(0, TWO.indexOf('*1\r\n$5\r\nMULTI')), undefined],
  [['--to-timestamp', new Date((T + 10) * 1000).toISOString()], TWO.slice(0, TWO.indexOf('#TS:', 1)), undefined],
  [['--to-timestamp', ms(5)], undefined, undefined],
  [['--before', 'flushall'], TWO + TWO_END, `#TS:${T + 40}\r\n`],
  [['--before', 'SET', '--nth', '4'], TWO.slice(0, TWO.indexOf('*1\r\n$5\r\nMULTI')), undefined],
  [['--to-offset', 'x.1.incr.aof:0'], undefined, undefined],
  [['--to-offset', 'x.1.incr.aof:20'], TWO.slice(0, 16), undefined],
  [['--to-offset', `x.1.incr.aof:${(TWO + TWO_END).length}`], TWO + TWO_END, undefined],
];

function expected(incr: string | undefined, later: string | undefined): Record<string, string> {
  const second = incr === TWO + TWO_END ? LINES[1] : LINES[1]!.replace(' endoffset 100', '');
  const lines = [LINES[0], ...(incr === undefined ? [] : [second]), ...(later === undefined ? [] : [LINES[2]])];
  return {
    'x.1.base.aof': ONE,
    ...(incr === undefined ? {} : { 'x.1.incr.aof': incr }),
    ...(later === undefined ? {} : { 'x.2.incr.aof': later }),
    'x.manifest': `${lines.join('\n')}\n`,
  };
}

describe('aof truncate of a set', () => {
  it.each(CUTS)('%j writes what stays to a new directory', async (args, incr, later) => {
    const dir = makeSet();
    const before = tree(dir);
    const out = join(folder, 'out');
    const done = await run(['aof', 'truncate', ...args, '-o', out, dir]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(tree(out)).toEqual(expected(incr, later));
    expect(tree(dir)).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['out', 'set']);
  });

  it.each(CUTS.slice(1))('%j cuts in place, and keeps what was there', async (args, incr, later) => {
    const dir = makeSet();
    const before = tree(dir);
    const done = await run(['aof', 'truncate', ...args, '--in-place', '--json', dir]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(tree(dir)).toEqual(expected(incr, later));
    expect(tree(`${dir}.bak`)).toEqual(before);
    const left = Object.entries(expected(incr, later)).filter(([name]) => name.endsWith('.aof'));
    const bytes = (ONE + TWO + TWO_END + THREE).length - left.reduce((sum, [, text]) => sum + text.length, 0);
    expect(JSON.parse(done.stdout)).toMatchObject({ bytesDropped: bytes, written: `${dir}.bak` });
    // A second time the backup is in the way.
    expect((await run(['aof', 'truncate', '--before', 'SET', '--nth', '1', '--in-place', dir])).code).toBe(2);
  });

  it('changes nothing in place where everything is earlier', async () => {
    const dir = makeSet();
    const done = await run(['aof', 'truncate', '--to-timestamp', ms(45), '--in-place', dir]);
    expect([done.code, done.stdout]).toEqual([0, 'nothing stands behind that point: nothing was changed\n']);
    expect(existsSync(`${dir}.bak`)).toBe(false);
  });

  it('needs nothing that stands behind the cut', async () => {
    const dir = makeSet();
    writeFileSync(join(dir, 'x.2.incr.aof'), raw(`${THREE}*9\r\nbroken`));
    for (const [args, code] of [
      [['--before', 'FLUSHALL'], 0],
      [['--to-offset', `x.2.incr.aof:${THREE.length}`], 0],
      [['--to-timestamp', ms(45)], 1],
    ] as const) {
      const out = join(folder, `out-${args[0]}`);
      const done = await run(['aof', 'truncate', ...args, '-o', out, dir]);
      expect([done.code, existsSync(out)], done.stderr).toEqual([code, code === 0]);
    }
  });

  it('needs no later file: one that is missing leaves the manifest', async () => {
    const dir = makeSet();
    writeFileSync(join(dir, 'x.manifest'), `${MANIFEST}file x.3.incr.aof seq 3 type i\n`);
    const out = join(folder, 'out');
    const args = ['aof', 'truncate', '--to-offset', `x.2.incr.aof:${THREE.length}`, '--json'];
    const copied = await run([...args, '-o', out, dir]);
    expect([copied.code, copied.stderr]).toEqual([0, '']);
    expect(tree(out)).toEqual(expected(TWO + TWO_END, THREE));
    expect(JSON.parse(copied.stdout)).toMatchObject({ filesDropped: ['x.3.incr.aof'], bytesDropped: 0 });
    const cut = await run([...args, '--in-place', dir]);
    expect([cut.code, cut.stderr]).toEqual([0, '']);
    expect(tree(dir)).toEqual(expected(TWO + TWO_END, THREE));
  });

  it('keeps what was there beside the directory, whatever that is called', async () => {
    const dir = makeSet();
    const done = await bash('cd "$DIR"; "$NODE" "$CLI" aof truncate --before FLUSHALL --in-place .', { DIR: dir });
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(readdirSync(folder).sort()).toEqual(['set', 'set.bak']);
  });

  it('refuses what it cannot go back to, and says why', async () => {
    const dir = makeSet();
    const out = join(folder, 'out');
    const fail = async (args: string[], code: number, why: RegExp, path: string = dir): Promise<void> => {
      const done = await run(['aof', 'truncate', ...args, '-o', out, path]);
      expect([done.code, existsSync(out)], args.join(' ')).toEqual([code, false]);
      expect(errorLine(done)).toMatch(why);
    };
    await fail(
      ['--to-timestamp', ms(-1)],
      1,
      /nothing stands before that point; annotations begin at 2023-11-14T22:13:20Z/,
    );
    await fail(['--before', 'SET', '--nth', '9'], 1, /SET stands there 5 times, expected 9/);
    await fail(['--to-offset', 'x.1.incr.aof:9999'], 2, /behind the end of the file/);
    await fail(['--to-offset', 'y.aof:1'], 2, /one of the files: x\.1\.base\.aof, /);
    await fail([], 2, /expected one of/);
    await fail(['--before', 'SET', '--to-timestamp', ms(1)], 2, /expected one of/);
    const plain = join(AOF_FIXTURES, 'redis-2.8.24.plain.aof');
    await fail(['--to-timestamp', ms(1)], 1, /there are no annotations/, plain);
    const base = join(AOF_FIXTURES, 'redis-7.4.1.multipart');
    await fail(['--to-timestamp', '1000000000000'], 1, /before the RDB at the beginning was written; .*is of 20/, base);
    await fail(['--to-offset', 'appendonly.aof.2.base.rdb:100'], 2, /inside the RDB/, base);
    const packed = join(folder, 'packed.aof');
    writeFileSync(packed, gzipSync(raw(ONE)));
    await fail(['--before', 'SET'], 1, /packed with gzip/, packed);
    await fail(['--before', 'SET'], 2, /only a file or a directory can be cut/, '/dev/null');
    mkdirSync(out);
    expect((await run(['aof', 'truncate', '--before', 'SET', '-o', out, dir])).code).toBe(2);
  });
});

describe('aof truncate of a file of its own', () => {
  it('writes a new file, or cuts it in place', async () => {
    const path = join(folder, 'one.aof');
    writeFileSync(path, raw(ONE + TWO + TWO_END));
    chmodSync(path, 0o640);
    const out = join(folder, 'out.aof');
    expect((await run(['aof', 'truncate', '--to-offset', String(ONE.length + 3), '-o', out, path])).code).toBe(0);
    expect(readFileSync(out, 'latin1')).toBe(ONE);
    expect((await run(['aof', 'truncate', '--to-timestamp', ms(5), '--in-place', path])).code).toBe(0);
    expect(readFileSync(path, 'latin1')).toBe(ONE);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${path}.bak`, 'latin1')).toBe(ONE + TWO + TWO_END);
  });
});

const hasTool = spawnSync('redis-check-aof', ['--version']).error === undefined;

describeShared('aof truncate and redis-check-aof', (corpus) => {
  it.skipIf(!hasTool)('cut annotated logs at the same byte', async () => {
    const name = 'appendonly.aof.2.incr.aof';
    const from = join(corpus, 'aof/redis-7.0.15.multipart');
    const parser = new AofParser();
    const records = [...parser.push(read(join(from, name))), ...parser.end()];
    const times = records.flatMap((record) => (record.kind === 'annotation' ? [record.time!] : []));
    expect(times.length).toBeGreaterThan(0);
    for (const time of [times.at(-1)! - 1000, times.at(-1)!]) {
      const theirs = join(folder, `theirs-${time}`);
      const ours = join(folder, `ours-${time}`);
      cpSync(from, theirs, { recursive: true });
      for (const file of readdirSync(theirs)) chmodSync(join(theirs, file), 0o644);
      const manifest = join(theirs, 'appendonly.aof.manifest');
      const tool = spawnSync('redis-check-aof', ['--truncate-to-timestamp', String(time / 1000), manifest]);
      expect(tool.status, String(tool.stdout)).toBe(0);
      const done = await run(['aof', 'truncate', '--to-timestamp', String(time), '-o', ours, from]);
      expect(done.code, done.stderr).toBe(0);
      expect(read(join(ours, name))).toEqual(read(join(theirs, name)));
    }
  });

  it.skipIf(!hasTool)('cut a file of its own at the same byte, but where that opens a transaction', async () => {
    const whole = ONE + TWO + TWO_END + THREE;
    for (const second of [0, 15, 20, 35, 99]) {
      const theirs = join(folder, `theirs-${second}.aof`);
      const ours = join(folder, `ours-${second}.aof`);
      writeFileSync(theirs, raw(whole));
      writeFileSync(ours, raw(whole));
      const tool = spawnSync('redis-check-aof', ['--truncate-to-timestamp', String(T + second), theirs]);
      expect(tool.status, String(tool.stdout)).toBe(0);
      await run(['aof', 'truncate', '--to-timestamp', ms(second), '--in-place', ours]);
      const [left, other] = [readFileSync(ours, 'latin1'), readFileSync(theirs, 'latin1')];
      if (second === 20) expect(left).toBe(other.slice(0, other.indexOf('*1\r\n$5\r\nMULTI')));
      else expect(left).toBe(other);
    }
  });
});

describeLive('a server', () => {
  it('loads what is left', async () => {
    const out = join(folder, 'out');
    await run(['aof', 'truncate', '--before', 'FLUSHALL', '-o', out, makeSet()]);
    const files = Object.fromEntries(readdirSync(out).map((name) => [`appendonlydir/${name}`, read(join(out, name))]));
    const server = (await liveServer({ args: ['--appendonly', 'yes', '--appendfilename', 'x'], files }))!;
    try {
      expect(String(await server.client.command('GET', 'b'))).toBe('2');
      expect(await server.client.command('DBSIZE')).toBe(2);
    } finally {
      await server.stop();
    }
  });
});
