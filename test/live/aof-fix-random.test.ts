/** Logs of a real server, cut and damaged at random bytes: what `aof fix` leaves loads, and keeps what is appended. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Refusal } from '../../src/cli/exit.ts';
import { program } from '../../src/cli/program.ts';
import { temporaryFolder } from '../cli/bundle.ts';
import { describeLive, type LiveServer, liveServer, withLiveServer } from '../helpers/live.ts';
import { Generator, seeded } from './random-commands.ts';

const COMMANDS = 1200;
const CUTS = 25;
const FLIPS = 25;
const ARGS = ['--appendonly', 'yes', '--appendfsync', 'always', '--aof-load-truncated', 'no'];

/** Runs the command line in this process. @returns the exit code */
async function fix(...args: string[]): Promise<number> {
  const quiet = ((_text: unknown, ...more: unknown[]): boolean => {
    const done = more.at(-1);
    if (typeof done === 'function') queueMicrotask(() => done());
    return true;
  }) as typeof process.stdout.write;
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(quiet));
  try {
    await program().parseAsync(['node', 'rdb-aof', 'aof', 'fix', '--max-loss', '1GB', '--json', ...args]);
    return 0;
  } catch (error) {
    if (error instanceof Refusal) return error.exitCode;
    throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Where `redis-check-aof` would cut; undefined where it finds nothing wrong. */
function cutByTool(path: string): number | undefined {
  const { stdout, status } = spawnSync('redis-check-aof', [path], { encoding: 'latin1' });
  return status === 0 ? undefined : Number(/ok_up_to=(\d+)/.exec(stdout)?.[1]);
}

describeLive('a log of random commands', () => {
  const random = seeded(7);
  /** One that begins with an RDB, and one that does not. */
  let logs: { bytes: Buffer; start: number }[];
  let server: LiveServer;
  let increment: string;

  beforeAll(async () => {
    logs = [];
    for (const withRdb of [false, true]) {
      const args = [...ARGS, '--aof-timestamp-enabled', 'yes'];
      await withLiveServer({ args }, async ({ client, dir }) => {
        const generator = new Generator(random);
        const commands = Array.from({ length: COMMANDS }, () => generator.command());
        const groups = commands.flatMap((command, i) =>
          i % 20 === 0 ? [['MULTI'], command, ['SET', 'counter', i], ['EXEC']] : [command],
        );
        await client.pipeline(groups);
        const log = readFileSync(join(dir, 'appendonlydir', 'appendonly.aof.1.incr.aof'));
        if (withRdb) await client.command('SAVE');
        const rdb = withRdb ? readFileSync(join(dir, 'dump.rdb')) : Buffer.alloc(0);
        logs.push({ bytes: Buffer.concat([rdb, log]), start: rdb.length });
      });
    }
    server = (await liveServer({ args: ARGS }))!;
    await server.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    increment = join(server.dir, 'appendonlydir', 'appendonly.aof.1.incr.aof');
  }, 60_000);
  afterAll(() => server?.stop());

  /** Has the server load a log, append to it, and load it again. */
  async function load(path: string): Promise<void> {
    const { client } = server;
    // The same file, as the server has it open.
    writeFileSync(increment, readFileSync(path));
    // It writes a SELECT only where it believes that another database is selected in the file.
    const append = [14, 15].flatMap((db) => [
      ['SELECT', db],
      ['SET', 'after', db],
    ]);
    const first = await client.pipeline([['DEBUG', 'LOADAOF'], ...append]);
    expect(String(first[0])).toBe('OK');
    const digest = await client.pipeline([
      ['DEBUG', 'DIGEST'],
      ['DEBUG', 'LOADAOF'],
      ['DEBUG', 'DIGEST'],
      ['GET', 'after'],
    ]);
    expect(String(digest[1])).toBe('OK');
    expect(String(digest[2])).toBe(String(digest[0]));
    expect(String(digest[3])).toBe('15');
  }

  it('that is cut anywhere', { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), 'random-cut.aof');
    for (const { bytes, start } of logs) {
      expect(bytes.length - start).toBeGreaterThan(100_000);
      for (let i = 0; i < CUTS; i++) {
        const length = start + 1 + (random() % (bytes.length - start));
        writeFileSync(path, bytes.subarray(0, length));
        const tool = cutByTool(path) ?? length;
        const code = await fix('--yes', '--no-backup', path);
        expect(code, `cut at ${length}`).toBe(0);
        const left = statSync(path).size;
        // The tool leaves a line without its end, which would swallow what is appended.
        const inLine = /#[^\n]*$/.test(bytes.toString('latin1', Math.max(start, length - 16), length));
        if (!inLine) expect(left, `cut at ${length}`).toBe(tool);
        expect(readFileSync(path).equals(bytes.subarray(0, left))).toBe(true);
        await load(path);
      }
    }
  });

  it('in which any byte is wrong', { timeout: 60_000 }, async () => {
    const folder = join(temporaryFolder(), 'random-flip');
    mkdirSync(folder);
    const [path, out] = [join(folder, 'log.aof'), join(folder, 'out.aof')];
    for (const { bytes, start } of logs) {
      for (let i = 0; i < FLIPS; i++) {
        const damaged = Buffer.from(bytes);
        const at = start + (random() % (bytes.length - start));
        damaged[at] = random() % 256;
        writeFileSync(path, damaged);
        rmSync(out, { force: true });
        expect(await fix('--resync', '-o', out, path), `byte ${at}`).toBe(0);
        await load(out);
      }
    }
  });
});
