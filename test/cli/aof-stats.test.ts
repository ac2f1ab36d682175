/** `aof stats`: what is in a log. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogStats } from '../../src/aof/index.ts';
import { AOF_FIXTURES, log, raw, read } from '../helpers/aof.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, run } from './run.ts';

const T = 1_700_000_000;
const SET = log(['SET', 'user:1:name', 'x']).length;
const MSET = log(['MSET', 'user:2:name', 'x', 'plain', 'y']).length;
const XGROUP = log(['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM']).length;
const OWN = log(['MY.OWN', 'z']).length;

function write(name: string, text: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, raw(text));
  return path;
}

const path = write(
  'stats.aof',
  `${log(['SET', 'user:1:name', 'x'])}#TS:${T}\r\n${log(
    ['SET', 'user:1:name', 'y'],
    ['MSET', 'user:2:name', 'x', 'plain', 'y'],
  )}#TS:${T + 2}\r\n${log(['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'], ['MY.OWN', 'z'])}`,
);

async function stats(...args: string[]): Promise<LogStats> {
  const done = await run(['aof', 'stats', '--json', ...args]);
  expect([done.code, done.stderr]).toEqual([0, '']);
  return JSON.parse(done.stdout) as LogStats;
}

describe('aof stats', () => {
  it('counts commands, prefixes, keys and times', async () => {
    const found = await stats(path);
    expect(found).toEqual({
      file: path,
      commands: 5,
      bytes: 2 * SET + MSET + XGROUP + OWN,
      annotations: 2,
      preambleKeys: 0,
      byCommand: [
        { name: 'SET', count: 2, bytes: 2 * SET },
        { name: 'XGROUP CREATE', count: 1, bytes: XGROUP },
        { name: 'MSET', count: 1, bytes: MSET },
        { name: 'MY.OWN', count: 1, bytes: OWN },
      ].sort((a, b) => b.bytes - a.bytes),
      prefixes: {
        error: 0,
        items: [
          { name: 'user:', weight: Math.round(2 * SET + MSET / 2), error: 0, count: 3 },
          { name: '', weight: Math.round(MSET / 2 + XGROUP), error: 0, count: 2 },
        ],
      },
      keys: {
        error: 0,
        items: [
          { name: 'user:1:name', weight: 2 * SET, error: 0, count: 2 },
          { name: 's', weight: XGROUP, error: 0, count: 1 },
          { name: 'plain', weight: Math.round(MSET / 2), error: 0, count: 1 },
          { name: 'user:2:name', weight: Math.round(MSET / 2), error: 0, count: 1 },
        ],
      },
      span: 1,
      timeline: [
        { time: T * 1000, commands: 2, bytes: SET + MSET },
        { time: (T + 2) * 1000, commands: 2, bytes: XGROUP + OWN },
      ],
      untimed: { commands: 1, bytes: SET },
    });
    const last = await stats('--prefix', 'last', '--top', '1', path);
    expect(last.prefixes.items[0]).toMatchObject({ name: '', count: 2 });
    const all = await stats('--prefix', 'last', path);
    expect(all.prefixes.items.map(({ name }) => name)).toEqual(['', 'user:1:', 'user:2:']);
    expect(last.keys.items.length).toBe(1);
  });

  it('says it in words', async () => {
    const { stdout } = await run(['aof', 'stats', path]);
    expect(stdout).toContain(`${path}: 5 commands, ${2 * SET + MSET + XGROUP + OWN} bytes\n`);
    expect(stdout).toContain(`    SET: 2, ${2 * SET} bytes\n`);
    expect(stdout).toContain('    (none): 2, ');
    expect(stdout).toContain(`    2023-11-14T22:13:22Z: 2, ${XGROUP + OWN} bytes\n`);
    expect(stdout).toContain('(before the first annotation): 1, ');
    const old = await run(['aof', 'stats', join(AOF_FIXTURES, 'redis-2.8.24.plain.aof')]);
    expect(old.stdout).toContain('  times: no annotations\n');
  });

  it('reads sets, and adds up to all of them', async () => {
    const found = await stats(join(AOF_FIXTURES, 'redis-7.4.1.multipart'));
    expect(found.commands).toBe(967);
    expect(found.preambleKeys).toBeGreaterThan(0);
    expect(found.byCommand.reduce((sum, { count }) => sum + count, 0)).toBe(967);
    expect(found.byCommand.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(found.bytes);
    const timed = found.timeline.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(timed + found.untimed.bytes).toBe(found.bytes);
  });

  it('counts what an increment begins with at the time of the file before it', async () => {
    const folder = join(temporaryFolder(), 'timed');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.base.aof'), `#TS:${T}\r\n`);
    writeFileSync(join(folder, 'a.incr.aof'), log(['SET', 'k', 'v']));
    writeFileSync(join(folder, 'a.manifest'), 'file a.base.aof seq 1 type b\nfile a.incr.aof seq 1 type i\n');
    const { timeline, untimed } = await stats(folder);
    expect([timeline.map(({ time, commands }) => [time, commands]), untimed.commands]).toEqual([[[T * 1000, 1]], 0]);
  });

  it('finds the heaviest of more keys than it holds, and says how far it may be off', async () => {
    let text = '';
    for (let i = 0; i < 10_000; i++) {
      text += log(['SET', `k${i}`, 'x']);
      if (i % 10 === 0) text += log(['SET', 'heavy', 'x'.repeat(200)]);
    }
    const many = write('many.aof', text);
    const found = await stats(many);
    const weight = 1000 * log(['SET', 'heavy', 'x'.repeat(200)]).length;
    expect(found.keys.items[0]).toMatchObject({ name: 'heavy' });
    expect(found.keys.items[0]!.weight - found.keys.items[0]!.error).toBeLessThanOrEqual(weight);
    expect(found.keys.items[0]!.weight).toBeGreaterThanOrEqual(weight);
    expect(found.keys.error).toBeGreaterThan(0);
    expect((await run(['aof', 'stats', many])).stdout).toMatch(
      /keys, by bytes written \(each at most \d+ bytes too high\)/,
    );
  });

  it('says with --rewrite how long the log would be then', async () => {
    const path = write('churn.aof', log(['SET', 'k', '1'], ['INCR', 'k'], ['SET', 'gone', '1'], ['DEL', 'gone']));
    const rewritten = await run(['rewrite', path]);
    const expected = { keys: 1, bytes: rewritten.raw.length, of: read(path).length };
    const done = await run(['aof', 'stats', '--json', '--rewrite', path]);
    expect([done.code, JSON.parse(done.stdout).rewritten]).toEqual([0, expected]);
    const text = (await run(['aof', 'stats', '--rewrite', path])).stdout;
    expect(text).toMatch(
      new RegExp(`  behind a rewrite: ${expected.bytes} bytes, [\\d.]+ % of ${expected.of}, 1 key\n`),
    );
    const piped = await run(['aof', 'stats', '--rewrite', '-'], { stdin: read(path) });
    expect(piped.code).toBe(1);
  });

  it('ends with 1 where a log is damaged', async () => {
    const done = await run(['aof', 'stats', write('torn.aof', `${log(['SET', 'a', '1'])}*2\r\n`)]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    errorLine(done);
  });
});
