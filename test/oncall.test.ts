/** The commands that the README has for who is on call, run as they stand there, on a damaged log of a real server. */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cliPath, temporaryFolder } from './cli/bundle.ts';
import { AOF_FIXTURES, log, read } from './helpers/aof.ts';
import { describeLive, withLiveServer } from './helpers/live.ts';

const README = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
const FIXTURE = join(AOF_FIXTURES, 'redis-7.0.15.multipart');

/** The commands, one a line. */
function commands(): string[] {
  const block = /### On call\n.*?```sh\n(.*?)```/s.exec(README)?.[1] ?? '';
  return block.trimEnd().split('\n');
}

/** Runs a line as a reader would paste it. */
function paste(line: string, cwd: string, path: string): Promise<{ code: number; text: string }> {
  const env = { ...process.env, PATH: `${path}:${process.env['PATH']}` };
  return new Promise((resolve) => {
    execFile('bash', ['-c', line], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
    });
  });
}

/** What a server holds that loads a directory, and refuses one that is not complete. */
function digestOf(dir: string): Promise<string> {
  const files = Object.fromEntries(readdirSync(dir).map((name) => [`appendonlydir/${name}`, read(join(dir, name))]));
  const args = ['--appendonly', 'yes', '--aof-load-truncated', 'no'];
  return withLiveServer({ files, args }, async ({ client }) => String(await client.command('DEBUG', 'DIGEST')));
}

const sizeOf = (dir: string): number =>
  readdirSync(dir).reduce((sum, name) => sum + (/\.(?:rdb|aof)$/.test(name) ? read(join(dir, name)).length : 0), 0);

describeLive('on call', () => {
  it('a damaged log becomes a short one that the server loads', { timeout: 120_000 }, async () => {
    const bin = join(temporaryFolder(), 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'rdb-aof'), `#!/bin/sh\nexec "${process.execPath}" "${cliPath()}" "$@"\n`);
    chmodSync(join(bin, 'rdb-aof'), 0o755);

    const data = join(temporaryFolder(), 'data');
    const dir = join(data, 'appendonlydir');
    cpSync(FIXTURE, dir, { recursive: true });
    const last = join(dir, readdirSync(dir).find((name) => name.endsWith('.incr.aof'))!);
    appendFileSync(last, log(['SET', 'torn', 'value']).slice(0, -9));
    const damaged = read(last);
    await expect(digestOf(dir)).rejects.toThrow('ended before it was ready');

    const [check, fix, stats, rewrite, again, ...more] = commands();
    expect(more).toEqual([]);
    const run = async (line: string | undefined, code: number): Promise<string> => {
      const done = await paste(line!, data, bin);
      expect(done.code, `${line}\n${done.text}`).toBe(code);
      return done.text;
    };
    expect(await run(check, 1)).toContain('torn tail');
    await run(fix, 0);
    const fixed = readdirSync(dir).find((name) => name.includes('.bak'))!;
    expect(Buffer.from(damaged).equals(read(join(dir, fixed)))).toBe(true);
    const long = sizeOf(dir);
    expect(await run(stats, 0)).toContain('behind a rewrite');
    await run(rewrite, 0);
    await run(again, 0);
    expect(existsSync(`${dir}.bak`)).toBe(true);
    expect(sizeOf(dir)).toBeLessThan(long);
    const expected = await digestOf(FIXTURE);
    expect(await digestOf(dir)).toBe(expected);
    expect(await digestOf(`${dir}.bak`)).toBe(expected);
  });
});
