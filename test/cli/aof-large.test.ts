/** Offsets beyond 2^32, and arguments that no memory would hold. */
import { closeSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { log } from '../helpers/aof.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, run } from './run.ts';

/** More than an argument may have by default, and more than 32 bits tell. */
const LENGTH = 5 * 2 ** 30;
const HEAD = `${log(['SET', 'a', '1'])}*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${LENGTH}\r\n`;
const BIG_END = HEAD.length + LENGTH + 2;
const TAIL = log(['SET', 'b', '1'], ['FLUSHALL']);
const TORN = '*3\r\n$3\r\nSE';

describe('a log with an argument of 5 GB', () => {
  const path = join(temporaryFolder(), 'large.aof');

  beforeAll(() => {
    // Its zeros take no room.
    const file = openSync(path, 'w');
    writeSync(file, HEAD);
    ftruncateSync(file, BIG_END - 2);
    writeSync(file, `\r\n${TAIL}${TORN}`, BIG_END - 2);
    closeSync(file);
  });
  afterAll(() => rmSync(path, { force: true }));

  it('is checked, counted, searched and cut', { timeout: 120_000 }, async () => {
    const end = BIG_END + TAIL.length;
    const check = await run(['aof', 'check', '--json', path]);
    expect(check.code).toBe(1);
    expect(JSON.parse(check.stdout.split('\n')[0]!)).toMatchObject({ state: 'torn', validUpTo: end, commands: 4 });
    expect((await run(['aof', 'fix', '--yes', '--no-backup', path])).code).toBe(0);
    expect(statSync(path).size).toBe(end);
    const stats = await run(['aof', 'stats', '--json', path]);
    expect(JSON.parse(stats.stdout)).toMatchObject({ commands: 4, bytes: end });
    // Nothing is copied where nothing is cut.
    const truncate = await run(['aof', 'truncate', '--to-offset', String(end), '--in-place', '--json', path]);
    expect(JSON.parse(truncate.stdout)).toMatchObject({ offset: end, bytesDropped: 0 });
  });

  it('is shown up to there', async () => {
    const done = await run(['aof', 'cat', path]);
    expect([done.code, JSON.parse(done.stdout).offset]).toEqual([1, 0]);
    expect(errorLine(done)).toContain(`an argument of ${LENGTH} bytes, above maxArgumentBytes, which is 536870912`);
    const small = await run(['aof', 'cat', '--max-argument', '2', path]);
    expect(errorLine(small)).toContain('above maxArgumentBytes, which is 2');
  });
});
