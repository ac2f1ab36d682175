/** `aof fix`: cuts in the right place, keeps what was there, and refuses what a cut cannot mend. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AOF_FIXTURES, log } from '../helpers/aof.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, errorLine, run } from './run.ts';

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `aof-fix-${tests++}`);
  mkdirSync(folder);
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return path;
}

const text = (path: string): string => readFileSync(path, 'latin1');

const a = log(['SET', 'a', '1']);
const b = log(['SET', 'b', '2']);
const c = log(['SET', 'c', '3']);
const multi = log(['MULTI']);
const exec = log(['EXEC']);
const torn = b.slice(0, 9);
const preamble = text(join(AOF_FIXTURES, 'redis-7.4.1.multipart', 'appendonly.aof.2.base.rdb'));

describe('a cut', () => {
  it.each<[string, string, string]>([
    ['a torn record', a + torn, a],
    ['a record torn in MULTI', a + multi + b + torn, a],
    ['an open MULTI', a + multi + b, a],
    ['a torn line', `${a}#TS:170`, a],
    ['a torn line in MULTI', `${a}${multi}#TS:170`, a],
    ['garbage', `${a}\0\0\0\0`, a],
    ['a torn first record', torn, ''],
    ['a torn first record behind an RDB', preamble + torn, preamble],
    ['a MULTI that is open behind an RDB', preamble + multi + b, preamble],
  ])('of %s', async (_name, before, after) => {
    const path = write('log.aof', before);
    const done = await run(['aof', 'fix', '--yes', path]);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(text(path)).toBe(after);
    expect(text(`${path}.bak-1`)).toBe(before);
    expect((await run(['aof', 'check', path])).code).toBe(0);
  });

  it('is not made where nothing is torn', async () => {
    const path = write('log.aof', a + multi + b + exec);
    const done = await run(['aof', 'fix', path]);
    expect([done.code, done.stdout]).toEqual([0, `${path}: nothing to cut\n`]);
    expect(readdirSync(folder)).toEqual(['log.aof']);
  });

  it('does not pass for a cure where servers refuse what is whole', async () => {
    const unknown = log(['NOPE', 'a']);
    const path = write('log.aof', a + unknown);
    const whole = await run(['aof', 'fix', path]);
    expect([whole.code, whole.stdout]).toEqual([1, `${path}: nothing to cut\n`]);
    expect(errorLine(whole)).toContain('NOPE');
    writeFileSync(path, a + unknown + torn);
    const cut = await run(['aof', 'fix', '--yes', '--json', path]);
    expect([cut.code, JSON.parse(cut.stdout)]).toMatchObject([1, { ok: false, bytesLost: torn.length }]);
    expect(text(path)).toBe(a + unknown);
    // What is cut off counts no more.
    writeFileSync(path, a + multi + unknown);
    expect((await run(['aof', 'fix', '--yes', path])).code).toBe(0);
    expect(text(path)).toBe(a);
  });

  it('takes the next free name for the backup, or none', async () => {
    const path = write('log.aof', a + torn);
    write('log.aof.bak-1', 'older');
    const done = await run(['aof', 'fix', '--yes', '--json', path]);
    expect(JSON.parse(done.stdout)).toEqual({
      file: path,
      ok: true,
      state: 'torn',
      size: a.length,
      bytesLost: 9,
      commandsLost: 0,
      backup: `${path}.bak-2`,
    });
    expect(text(`${path}.bak-1`)).toBe('older');
    writeFileSync(path, a + torn);
    expect((await run(['aof', 'fix', '--yes', '--no-backup', path])).code).toBe(0);
    expect(existsSync(`${path}.bak-3`)).toBe(false);
  });

  it('is refused where nobody can be asked', async () => {
    const path = write('log.aof', a + torn);
    const done = await run(['aof', 'fix', path]);
    expect([done.code, done.stdout, text(path)]).toEqual([2, '', a + torn]);
    expect(errorLine(done)).toMatch(/9 bytes .*--yes/);
  });

  it.each([
    ['y', 0, a],
    ['n', 1, a + torn],
    ['', 1, a + torn],
  ])('asks on a terminal, and takes %j for an answer', async (answer, code, after) => {
    const path = write('log.aof', a + torn);
    const line = `script -qec '"$NODE" "$CLI" aof fix "$LOG"' /dev/null <<< '${answer}'`;
    const done = await bash(line, { LOG: path });
    expect([done.code, text(path)], done.stdout).toEqual([code, after]);
    expect(done.stdout).toContain('Cut 9 bytes? [y/N]');
  });

  it('asks on a terminal, where ^C ends it as at any other time', async () => {
    const path = write('log.aof', a + torn);
    const type = `{ for i in {1..100}; do grep -q 'y/N' "$SEEN" && break; sleep 0.1; done; printf '\\003'; sleep 1; }`;
    const line = `${type} | script -qefc '"$NODE" "$CLI" aof fix "$LOG"' "$SEEN" > /dev/null`;
    const done = await bash(`set -o pipefail; touch "$SEEN"; ${line}`, { LOG: path, SEEN: join(folder, 'seen') });
    expect([done.code, text(path)], text(join(folder, 'seen'))).toEqual([130, a + torn]);
    expect(text(join(folder, 'seen'))).not.toContain('nothing was changed');
  });

  it('does not lose more than is allowed', async () => {
    const path = write('log.aof', a + torn);
    const done = await run(['aof', 'fix', '--yes', '--max-loss', '8', path]);
    expect([done.code, text(path)]).toEqual([1, a + torn]);
    expect(errorLine(done)).toContain('9 bytes would be lost, more than 8 bytes');
    expect((await run(['aof', 'fix', '--yes', '--max-loss', '9', path])).code).toBe(0);
    const large = write('large.aof', `${a}*2\r\n$3\r\nGET\r\n$2000000\r\n${'x'.repeat(1 << 20)}`);
    expect((await run(['aof', 'fix', '--yes', large])).code).toBe(1);
    expect((await run(['aof', 'fix', '--yes', '--max-loss', '2MB', large])).code).toBe(0);
    expect(text(large)).toBe(a);
  });

  it('is made of zeros, which a crash may leave of a new log', async () => {
    const path = write('log.aof', '\0'.repeat(100));
    expect((await run(['aof', 'fix', '--yes', path])).code).toBe(0);
    expect([text(path), text(`${path}.bak-1`)]).toEqual(['', '\0'.repeat(100)]);
  });

  it.each([
    ['a file of something else', 'These are\nmy notes\n'],
    ['an RDB that is cut', preamble.slice(0, 100)],
    ['the first letters of an RDB', 'REDI'],
    ['a script', '#!/bin/sh\nset -e\n'],
    ['damage in the middle', a + b.replace('$3', '$2') + c],
    ['a length that swallows the rest', a + b.replace('$3', '$399') + c],
  ])('does not mend %s', async (_name, bytes) => {
    const path = write('log.aof', bytes);
    const done = await run(['aof', 'fix', '--yes', path]);
    expect([done.code, text(path)]).toEqual([1, bytes]);
    expect(readdirSync(folder)).toEqual(['log.aof']);
  });

  it('is not made in what is packed', async () => {
    const path = write('log.aof.gz', gzipSync(a + torn));
    expect(errorLine(await run(['aof', 'fix', '--yes', path]))).toContain('packed');
  });
});

describe('a set', () => {
  const manifest = 'file a.1.incr.aof seq 1 type i\nfile a.2.incr.aof seq 2 type i startoffset 5 endoffset 99\n';

  it('is cut in its last file, whose offsets are forgotten first', async () => {
    write('a.manifest', manifest);
    write('a.1.incr.aof', a);
    write('a.2.incr.aof', c + torn);
    expect((await run(['aof', 'fix', '--yes', folder])).code).toBe(0);
    expect(text(join(folder, 'a.2.incr.aof'))).toBe(c);
    expect(text(join(folder, 'a.manifest'))).toBe(manifest.replace(' startoffset 5 endoffset 99', ''));
  });

  it('is not cut anywhere else', async () => {
    write('a.manifest', manifest);
    write('a.1.incr.aof', a + torn);
    write('a.2.incr.aof', c);
    const done = await run(['aof', 'fix', '--yes', folder]);
    expect(done.code).toBe(1);
    expect(errorLine(done)).toContain('--resync');
    expect(text(join(folder, 'a.1.incr.aof'))).toBe(a + torn);
  });
});

describe('--resync', () => {
  const damaged = b.replace('$3', '$2');
  const unknown = log(['SFT', 'k', 'v']);
  const lostExec = log(['EXEB']);
  const tx = multi + b + exec;
  const flush = log(['FLUSHALL'], ['FLUSHALL']);
  const holding = log(['SET', 'k', `${flush}xx`]);
  const largeHolding = log(['SET', 'k', `${flush}${'x'.repeat(600_000)}${flush}`]);

  it.each<[string, string, string]>([
    ['damage in the middle', a + damaged + c, a + c],
    ['damage at the beginning', damaged + c, c],
    ['damage twice, and a torn end', a + damaged + c + damaged + c + torn, a + c + c],
    ['a transaction whose middle is damaged', a + multi + b + damaged + b + exec + c, a + c],
    ['a transaction whose MULTI is damaged', a + multi.replace('5', '4') + b + exec + c, a + c],
    [
      'a transaction whose EXEC is damaged',
      a + multi + b + exec.replace('$4', '$9') + multi + c + exec,
      a + multi + c + exec,
    ],
    [
      'a value whose length is too small by one',
      a + log(['SET', 'k', 'abc']).replace('$3\r\nabc', '$2\r\nabc') + c,
      a + c,
    ],
    ['a value that holds a log', a + log(['SET', 'k', b + b]).replace('$1\r\nk', '$9\r\nk') + c, a + c],
    ['nothing wrong', a + b, a + b],
    // What an argument holds that is whole stays in it.
    ['a command whose count is damaged', a + holding.replace('*3', 'x3') + c, a + c],
    ['a command of whose head nothing is left', a + holding.slice(4) + c, a + c],
    ['a name that is damaged in framing', a + holding.replace('$3\r\nSET', '$3\rxSET') + c, a + c],
    ['a command that is damaged, up to the end', a + holding.replace('*3', 'x3'), a],
    ['a large value behind damage', a + largeHolding.replace('*3', 'x3') + c, a + c],
    // A command of fewer arguments is another one.
    ['a count that is too small', a + b.replace('*3', '*2') + c, a + c],
    [
      'a count that is too small, behind damage',
      a + damaged + c + log(['SADD', 'k', 'm', 'n']).replace('*4', '*3') + c,
      a + c + c,
    ],
    // No server knows these.
    ['a name that is damaged', a + unknown + c, a + c],
    ['a name that is damaged behind damage', a + damaged + b + unknown + c, a + b + c],
    ['a name that is damaged at the end', a + unknown, a],
    ['a name that is damaged before a torn record', a + unknown + torn, a],
    ['a name with a byte that no name has', a + log(['S\x00T', 'k', 'v']) + c, a + c],
    ['a subcommand that is damaged', a + log(['XGROUP', 'CRFATE', 'k', 'g', '$']) + c, a + c],
    ['a name that is damaged in MULTI', a + multi + b + unknown + exec + c, a + c],
    ['a MULTI that is damaged', a + log(['MULTJ']) + b + exec + c, a + c],
    ['an EXEC that is damaged', a + multi + b + lostExec + c + c, a + c + c],
    ['an EXEC that is damaged before a transaction', a + multi + b + lostExec + c + tx + c, a + c + tx + c],
    ['an EXEC that is damaged before a torn record', a + multi + b + lostExec + c + torn, a + c],
    ['an EXEC that is damaged before a torn line', `${a + multi + b + lostExec + c}#TS:17`, a + c],
    ['an EXEC that is damaged behind damage', a + damaged + b + multi + b + lostExec + c + torn, a + b + c],
    ['two that are damaged', a + multi + b + lostExec + c + multi + b + lostExec + c, a + c + c],
    ['an EXEC and a name that are damaged', a + multi + b + lostExec + unknown + c, a + c],
    // The transaction goes on, for all that can be known.
    ['a name like EXEC in a transaction', a + multi + b + lostExec + b + exec + c, a + c],
    ['a name like EXEC in a transaction that is damaged', a + multi + b + lostExec + b + damaged + b + exec + c, a + c],
  ])('steps over %s', async (_name, bytes, after) => {
    const path = write('log.aof', bytes);
    const out = join(folder, 'out.aof');
    const done = await run(['aof', 'fix', '--resync', '-o', out, '--json', path]);
    expect(done.code, done.stderr).toBe(0);
    expect(text(out)).toBe(after);
    expect(text(path)).toBe(bytes);
    const lost = done.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).warning)
      .map(({ code, message }) => (code === 'LOST' ? Number.parseInt(message, 10) : 0));
    expect(lost.reduce((sum, one) => sum + one, 0)).toBe(bytes.length - after.length);
  });

  it('says what is lost and where, keeps an RDB, and unpacks', async () => {
    const path = write('log.aof.gz', gzipSync(Buffer.from(preamble + a + damaged + c, 'latin1')));
    const out = join(folder, 'out.aof');
    const done = await run(['aof', 'fix', '--resync', '-o', out, path]);
    expect([done.code, text(out) === preamble + a + c]).toEqual([0, true]);
    expect(done.stderr).toBe(
      `rdb-aof: warning: ${path}: ${damaged.length} bytes lost (at byte ${preamble.length + a.length})\n`,
    );
  });

  it('finds records across the chunks of a large file', async () => {
    const big = log(['SET', 'big', 'x'.repeat(300_000)]);
    const path = write('log.aof', a + damaged + big.repeat(3) + damaged + big + c);
    const out = join(folder, 'out.aof');
    expect((await run(['aof', 'fix', '--resync', '-o', out, path])).code).toBe(0);
    expect(text(out) === a + big.repeat(4) + c).toBe(true);
  });

  it('ends with 1 where servers refuse what is kept, which is written all the same', async () => {
    const module = log(['SET.X', 'k']);
    const path = write('log.aof', a + module + damaged + c);
    const out = join(folder, 'out.aof');
    const done = await run(['aof', 'fix', '--resync', '-o', out, path]);
    expect([done.code, text(out)]).toEqual([1, a + module + c]);
    expect(errorLine(done)).toContain('servers refuse also what is left of it: 1 command');
    expect(errorLine(done)).toContain('(SET.X)');
    // So it is where they stand behind damage.
    writeFileSync(path, a + damaged + c + module);
    expect((await run(['aof', 'fix', '--resync', '--force', '-o', out, path])).code).toBe(1);
    expect(text(out)).toBe(a + c + module);
  });

  it.each([
    ['that are nothing like a known one', log(['NOSUCH', 'k'])],
    ['that come again and again', log(['SFT', 'k', 'v']).repeat(3)],
  ])('keeps commands %s, which a server may know all the same', async (_name, commands) => {
    const path = write('log.aof', a + commands + damaged + c);
    const out = join(folder, 'out.aof');
    expect((await run(['aof', 'fix', '--resync', '-o', out, path])).code).toBe(1);
    expect(text(out)).toBe(a + commands + c);
    writeFileSync(path, a + damaged + c + commands);
    expect((await run(['aof', 'fix', '--resync', '--force', '-o', out, path])).code).toBe(1);
    expect(text(out)).toBe(a + c + commands);
  });

  it('names the commands that it drops', async () => {
    const path = write('log.aof', a + unknown + c);
    const done = await run(['aof', 'fix', '--resync', '-o', join(folder, 'out.aof'), path]);
    expect(done.stderr).toContain(
      `rdb-aof: warning: ${path}: ${unknown.length} bytes lost: the command SFT, which no server is known to have ` +
        `(at byte ${a.length})\n`,
    );
  });

  it('says where what it keeps may be a part of a value', async () => {
    const head = a + log(['SET', 'k', '']).slice(0, -6);
    const path = write('log.aof', `${head}$99\r\n${flush}xxxx`);
    const out = join(folder, 'out.aof');
    const done = await run(['aof', 'fix', '--resync', '-o', out, path]);
    expect([done.code, text(out)]).toEqual([0, a + flush]);
    expect(done.stderr).toContain(
      `the head at byte ${head.length} claims an argument of 99 bytes, more than there are`,
    );
    const plain = await run(['aof', 'fix', '--yes', path]);
    expect([plain.code, errorLine(plain)]).toEqual([1, expect.stringContaining('an argument of 99 bytes')]);
  });

  it.each([
    ['a file of something else', 'These are\nmy notes\n'],
    ['a program', '\x7fELF\x02\x01\x01\0\0\0'],
    ['a packed file of something else', gzipSync('These are\nmy notes\n').toString('latin1')],
  ])('refuses %s', async (_name, bytes) => {
    const out = join(folder, 'out.aof');
    const done = await run(['aof', 'fix', '--resync', '-o', out, write('log.aof', bytes)]);
    expect([done.code, errorLine(done)]).toEqual([1, expect.stringContaining('is no append-only file')]);
    expect(existsSync(out)).toBe(false);
  });

  it('does not lose more than is allowed, and replaces nothing without --force', async () => {
    const path = write('log.aof', a + damaged + c);
    const out = join(folder, 'out.aof');
    expect((await run(['aof', 'fix', '--resync', '--max-loss', '5', '-o', out, path])).code).toBe(1);
    expect(existsSync(out)).toBe(false);
    writeFileSync(out, '');
    expect((await run(['aof', 'fix', '--resync', '-o', out, path])).code).toBe(2);
    expect(statSync(out).size).toBe(0);
  });
});

it.each([
  [['aof', 'fix']],
  [['aof', 'fix', '-']],
  [['aof', 'fix', '--resync', 'x']],
  [['aof', 'fix', '-o', 'y', 'x']],
  [['aof', 'fix', '--max-loss', 'much', 'x']],
])('wrong usage ends with 2: %j', async (args) => {
  const done = await run(args);
  expect([done.code, done.stdout]).toEqual([2, '']);
});

it('has help with examples', async () => {
  const { code, stdout } = await run(['aof', 'fix', '--help']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/\nExamples:\n {2}\$ rdb-aof aof fix /)]);
});
