/** What `aof fix` leaves loads in a real server, and what is appended behind it is there at the next load. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Refusal } from '../../src/cli/exit.ts';
import { program } from '../../src/cli/program.ts';
import { temporaryFolder } from '../cli/bundle.ts';
import { log } from '../helpers/aof.ts';
import { describeLive, type LiveServer, liveServer, withLiveServer } from '../helpers/live.ts';

/** A group of commands that is there as a whole or not at all, and the keys that it makes. */
type Group = readonly [text: string, keys: number];

const GROUPS: readonly Group[] = [
  ['#TS:1700000000\r\n', 0],
  [log(['SELECT', '0'], ['SET', 'one', 'x']), 1],
  [`${log(['MULTI'], ['SET', 'two', 'x'], ['SET', 'three', ''])}#TS:1700000001\r\n${log(['EXEC'])}`, 2],
  [log(['RPUSH', 'list', 'a\r\nb', '*1\r\n']), 1],
  ['#TS:1700000002\r\n', 0],
  [log(['multi'], ['SADD', 'set', 'a'], ['INCR', 'n'], ['exec']), 2],
  [log(['SET', 'last', '12345678901']), 1],
];

const LOG = GROUPS.map(([text]) => text).join('');

/** Where groups end: commands outside of transactions are groups of their own. */
function keysAt(validUpTo: number, start: number): number {
  let end = start;
  let keys = 0;
  for (const [text, more] of GROUPS) {
    end += text.length;
    if (end > validUpTo) break;
    keys += more;
  }
  return keys;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Runs the command line in this process, where a process for every byte would take minutes. @returns the exit code */
async function fix(path: string): Promise<number> {
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(((_text: unknown, ...more: unknown[]): boolean => {
    const done = more.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  }) as typeof process.stdout.write);
  try {
    await program().parseAsync(['node', 'rdb-aof', 'aof', 'fix', '--yes', '--no-backup', '--json', path]);
    return 0;
  } catch (error) {
    if (error instanceof Refusal) return error.exitCode;
    throw error;
  } finally {
    write.mockRestore();
  }
}

/** Where `redis-check-aof` would cut; undefined where it finds nothing wrong. */
function cutByTool(path: string): number | undefined {
  const { stdout, status } = spawnSync('redis-check-aof', [path], { encoding: 'latin1' });
  const found = /ok_up_to=(\d+)/.exec(stdout)?.[1];
  if (status === 0) return undefined;
  return found === undefined ? Number.NaN : Number(found);
}

describeLive('a log that was cut at any byte', () => {
  const path = (): string => join(temporaryFolder(), 'log.aof');
  let server: LiveServer;
  let increment: string;
  let preamble: Buffer;

  beforeAll(async () => {
    // What is left must be whole: a torn tail would end this server.
    const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--aof-load-truncated', 'no'];
    server = (await liveServer({ args }))!;
    increment = join(server.dir, 'appendonlydir', 'appendonly.aof.1.incr.aof');
    await server.client.pipeline([['SET', 'base', '1'], ['SAVE']]);
    preamble = readFileSync(join(server.dir, 'dump.rdb'));
  });
  afterAll(() => server?.stop());

  /** Has the server load a log, append to it, and load it again. */
  async function load(whole: Buffer): Promise<number> {
    const { client } = server;
    // The same file, as the server has it open.
    writeFileSync(increment, whole);
    const first = await client.pipeline([['DEBUG', 'LOADAOF'], ['DBSIZE'], ['SET', 'after', '1']]);
    const [loaded, size, set] = first.map(String);
    expect([loaded, set]).toEqual(['OK', 'OK']);
    const second = await client.pipeline([['DEBUG', 'LOADAOF'], ['DBSIZE'], ['GET', 'after'], ['PING']]);
    expect(second.map(String)).toEqual(['OK', String(Number(size) + 1), '1', 'PONG']);
    return Number(size);
  }

  it.each([
    ['without an RDB', false],
    ['with an RDB', true],
  ])('%s loads when it is fixed, and keeps what is appended', { timeout: 60_000 }, async (_name, withRdb) => {
    const start = withRdb ? preamble.length : 0;
    const whole = Buffer.concat([withRdb ? preamble : Buffer.alloc(0), bytes(LOG)]);
    expect(whole.length).toBeLessThanOrEqual(500);
    const file = path();
    for (let length = 1; length <= whole.length; length++) {
      const cut = whole.subarray(0, length);
      writeFileSync(file, cut);
      const tool = cutByTool(file);
      const code = await fix(file);
      const left = statSync(file).size;
      if (length < start) {
        expect([code, left], `cut at ${length}`).toEqual([1, length]);
        continue;
      }
      expect(code, `cut at ${length}`).toBe(0);
      // The tool leaves a line without its end, which would swallow what is appended.
      const inLine = /#[^\n]*$/.test(cut.toString('latin1', Math.max(start, length - 16)));
      if (!inLine) expect(left, `cut at ${length}`).toBe(tool ?? length);
      expect(readFileSync(file).equals(whole.subarray(0, left))).toBe(true);
      const keys = await load(readFileSync(file));
      expect(keys, `cut at ${length}`).toBe(keysAt(left, start) + (withRdb ? 1 : 0));
      expect(keysAt(left, start), `nothing more than needed is lost at ${length}`).toBe(keysAt(length, start));
    }
  });

  it('is fixed in a directory with which a server starts anew', { timeout: 60_000 }, async () => {
    const single = bytes(LOG);
    const inMulti = LOG.indexOf('three') + 2;
    for (const [whole, length] of [
      [single, 20],
      [single, inMulti],
      [single, single.length - 1],
      [Buffer.concat([preamble, single]), preamble.length + 3],
      [Buffer.concat([preamble, single]), preamble.length + inMulti],
    ] as const) {
      const folder = join(temporaryFolder(), `set-${whole.length}-${length}`);
      mkdirSync(join(folder, 'appendonlydir'), { recursive: true });
      const manifest = 'file appendonly.aof.1.incr.aof seq 1 type i\n';
      const last = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
      writeFileSync(join(folder, 'appendonlydir', 'appendonly.aof.manifest'), manifest);
      writeFileSync(last, whole.subarray(0, length));
      expect(await fix(folder)).toBe(0);
      const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--aof-load-truncated', 'no'];
      const files = (): Record<string, Uint8Array> => ({
        'appendonlydir/appendonly.aof.manifest': bytes(manifest),
        'appendonlydir/appendonly.aof.1.incr.aof': readFileSync(last),
      });
      await withLiveServer({ args, files: files() }, async ({ client, dir }) => {
        await client.command('SET', 'after', '1');
        writeFileSync(last, readFileSync(join(dir, 'appendonlydir', 'appendonly.aof.1.incr.aof')));
      });
      await withLiveServer({ args, files: files() }, async ({ client }) => {
        expect(String(await client.command('GET', 'after'))).toBe('1');
      });
    }
  });
});
