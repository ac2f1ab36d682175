/** `aof check`: what a server would refuse, in files of their own and in sets. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AOF_FIXTURES, log, raw, read } from '../helpers/aof.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';
import { temporaryFolder } from './bundle.ts';
import { errorLine, type Run, run } from './run.ts';

let tests = 0;
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), `aof-check-${tests++}`);
  mkdirSync(folder);
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return path;
}

interface FileObject {
  file: string;
  ok: boolean;
  state: string;
  size: number;
  commands: number;
  validUpTo: number;
  bytesAfter: number;
  commandsAfter: number;
  loads: boolean;
  loadsCut: boolean;
  problem?: string;
  lost?: { offset: number; length: number }[];
  around?: { offset: number; length: number };
  findings: { code: string; count: number; offsets: number[]; names: string[] }[];
}

async function check(path: string): Promise<{ done: Run; files: FileObject[]; summary: Record<string, unknown> }> {
  const done = await run(['aof', 'check', '--json', path]);
  const objects = done.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { done, files: objects.slice(0, -1), summary: objects.at(-1).summary };
}

const a = log(['SET', 'a', '1']);
const b = log(['SET', 'b', '2']);
const c = log(['SET', 'c', '3']);

describe('the RDB that a log begins with', () => {
  const rdb = (value: number[]): Buffer =>
    Buffer.from([...Buffer.from('REDIS0010'), 0xfe, 0, ...value, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);

  it('has nothing that servers refuse where it stands alone', async () => {
    const member = [2, 1, 0x73, 2, 1, 0x61, 1];
    const { done, files } = await check(write('twice.aof', Buffer.concat([rdb([...member, 0x61]), Buffer.from(a)])));
    expect(done.code).toBe(1);
    expect(files[0]).toMatchObject({ ok: false, state: 'complete', loads: false, commands: 1 });
    expect(files[0]!.problem).toContain('in its RDB 1 value has the same item twice');
    const sound = await check(write('once.aof', Buffer.concat([rdb([...member, 0x62]), Buffer.from(a)])));
    expect(sound.done.code).toBe(0);
    const empty = await check(
      write('empty.aof', Buffer.concat([rdb([11, 1, 0x73, 8, 2, ...Array(7).fill(0)]), Buffer.from(a)])),
    );
    expect(empty.files[0]).toMatchObject({ ok: false, state: 'rdb' });
    expect(empty.files[0]!.problem).toContain('an intset without entries');
  });
});

describe('a sound log', () => {
  it.each([
    ['redis-2.8.24.plain.aof'],
    ['redis-6.2.16.preamble.aof'],
    ['redis-7.4.1.multipart'],
    ['redis-7.4.1.multipart/appendonly.aof.manifest'],
    ['valkey-9.0.4.multipart'],
  ])('%s is fine', async (name) => {
    const { done, files, summary } = await check(join(AOF_FIXTURES, name));
    expect([done.code, done.stderr]).toEqual([0, '']);
    for (const file of files) expect([file.ok, file.state, file.bytesAfter]).toEqual([true, 'complete', 0]);
    expect(summary).toMatchObject({ ok: true, loads: true, missing: 0, files: files.length });
  });

  it('may be empty, packed, or come from standard input', async () => {
    expect((await run(['aof', 'check', write('empty.aof', '')])).code).toBe(0);
    const packed = gzipSync(read(join(AOF_FIXTURES, 'redis-6.2.16.preamble.aof')));
    expect((await check(write('log.aof.gz', packed))).files[0]).toMatchObject({ ok: true, packed: 'gzip' });
    const piped = await run(['aof', 'check', '-'], { stdin: a });
    expect([piped.code, piped.stdout]).toEqual([0, `<stdin>: OK: ${a.length} bytes, 1 command; complete\n`]);
  });

  it('may have forms that only servers read, and says so', async () => {
    const { done, files } = await check(write('odd.aof', `${a}*2\n$3\nGET\r\n$1\r\na\r\n${b}`));
    expect(done.code).toBe(0);
    expect(files[0]).toMatchObject({ ok: true, commands: 3, findings: [{ code: 'ODD_FORM', offsets: [a.length] }] });
  });

  it('is found in a data directory', async () => {
    write('appendonly.aof', a);
    const { done, files } = await check(folder);
    expect([done.code, files[0]?.file]).toEqual([0, join(folder, 'appendonly.aof')]);
  });
});

describe('a log that is not sound', () => {
  it.each<[string, string, Partial<FileObject>]>([
    ['a torn record', a + b.slice(0, -3), { state: 'torn', validUpTo: a.length, commandsAfter: 0, loadsCut: true }],
    ['a torn line', `${a}#TS:17`, { state: 'torn', validUpTo: a.length, bytesAfter: 6, loads: true, loadsCut: false }],
    ['an open MULTI', a + log(['MULTI']) + b, { state: 'openMulti', validUpTo: a.length, commandsAfter: 2 }],
    [
      'a record torn in MULTI',
      a + log(['MULTI']) + b + c.slice(0, 5),
      { state: 'torn', validUpTo: a.length, commandsAfter: 2 },
    ],
    ['NUL at the end', `${a}\0\0\0`, { state: 'garbage', validUpTo: a.length, bytesAfter: 3, loadsCut: false }],
    [
      'a length that is too small',
      a + b.replace('$3', '$2') + c,
      { state: 'damaged', validUpTo: a.length, commandsAfter: 1, lost: [{ offset: a.length, length: b.length }] },
    ],
    [
      'a length that swallows the rest',
      a + b.replace('$3', '$399') + c + c,
      { state: 'damaged', validUpTo: a.length, commandsAfter: 2, lost: [{ offset: a.length, length: b.length + 2 }] },
    ],
    ['an RDB that is cut', 'REDIS0011', { state: 'rdb', loadsCut: false }],
  ])('%s', async (_name, bytes, expected) => {
    const { done, files, summary } = await check(write('log.aof', bytes));
    expect([done.code, files[0]?.ok]).toEqual([1, false]);
    expect(files[0]).toMatchObject(expected);
    expect(summary).toMatchObject({ ok: false, loads: files[0]?.loads });
  });

  it('has commands that no server knows, or with a wrong number of arguments', async () => {
    const unknown = log(['FROBNICATE', 'x']);
    const { done, files } = await check(
      write('log.aof', a + unknown + b + unknown + log(['XGROUP', 'FOO', 'k']) + log(['GET'])),
    );
    expect([done.code, files[0]?.state, files[0]?.commands]).toEqual([1, 'complete', 6]);
    expect(files[0]?.findings).toEqual([
      {
        code: 'UNKNOWN_COMMAND',
        count: 3,
        offsets: [a.length, a.length + unknown.length + b.length, a.length + 2 * unknown.length + b.length],
        names: ['FROBNICATE', 'XGROUP FOO'],
        refused: true,
      },
      { code: 'WRONG_ARITY', count: 1, offsets: [expect.any(Number)], names: ['GET'], refused: true },
    ]);
    expect(done.stderr.split('\n').length).toBe(4);
  });

  it('has marks of transactions where none belong, and times that go backwards, which servers load', async () => {
    const bytes = `#TS:20\r\n${a}#TS:10\r\n${log(['EXEC'], ['MULTI'], ['MULTI'], ['EXEC'])}`;
    const { done, files } = await check(write('log.aof', bytes));
    expect(done.code).toBe(0);
    expect(files[0]?.findings.map(({ code }) => code)).toEqual([
      'TIME_BACKWARDS',
      'EXEC_WITHOUT_MULTI',
      'NESTED_MULTI',
    ]);
  });

  it('has times that go backwards from one file of a set to the next', async () => {
    write('one.aof', `#TS:20\r\n${a}`);
    write('two.aof', b);
    write('three.aof', `#TS:10\r\n${c}`);
    const names = ['one.aof', 'two.aof', 'three.aof'];
    const manifest = names.map((name, i) => `file ${name} seq ${i + 1} type i\n`).join('');
    const { done, files } = await check(write('log.manifest', manifest));
    expect(done.code).toBe(0);
    expect(files.map(({ findings }) => findings.map(({ code }) => code))).toEqual([[], [], ['TIME_BACKWARDS']]);
  });

  it('does not take a value that holds a log for what goes on behind damage', async () => {
    const value = log(['SET', 'k', a + b + c]);
    const { files } = await check(write('log.aof', a + value.replace('$1\r\nk', '$9\r\nk') + c));
    expect(files[0]).toMatchObject({ state: 'damaged', commandsAfter: 1 });
  });

  it('may be torn in a value that holds commands, which it says', async () => {
    const head = a + log(['SET', 'k', '']).slice(0, -6);
    const bytes = `${head}$99\r\n${log(['FLUSHALL'], ['FLUSHALL'])}xxxx`;
    const { done, files } = await check(write('log.aof', bytes));
    expect(done.code).toBe(1);
    expect(files[0]).toMatchObject({ state: 'damaged', around: { offset: head.length, length: 99 } });
    expect(files[0]?.problem).toContain(`the head at byte ${head.length} claims an argument of 99 bytes`);
    expect(files[0]?.problem).toContain(`cut off all behind byte ${a.length}, which is lost then`);
  });

  it('from standard input is told without a look behind it', async () => {
    const done = await run(['aof', 'check'], { stdin: a + b.slice(0, 9) });
    expect([done.code, done.stdout]).toEqual([1, expect.stringContaining(`sound ends at byte ${a.length}, 9 bytes`)]);
    expect(errorLine(done)).toContain('damaged or torn');
  });
});

describe('a set', () => {
  const manifest = 'file a.1.incr.aof seq 1 type i\nfile a.2.incr.aof seq 2 type i\n';

  it('says which files are missing, and which are not listed', async () => {
    write('a.manifest', manifest);
    write('a.2.incr.aof', a);
    write('a.3.incr.aof', a);
    const { done, files, summary } = await check(folder);
    expect([done.code, files.length]).toEqual([1, 1]);
    expect(summary).toMatchObject({ ok: false, loads: false, files: 2, missing: 1 });
    expect(done.stderr).toMatch(/a\.1\.incr\.aof is listed and missing/);
    expect(done.stderr).toMatch(/a\.3\.incr\.aof is not listed/);
  });

  it('may be torn at its end, but not before', async () => {
    write('a.manifest', manifest);
    write('a.1.incr.aof', a);
    write('a.2.incr.aof', a + b.slice(0, 9));
    const end = await check(folder);
    expect([end.done.code, end.summary['ok'], end.summary['loads']]).toEqual([1, false, true]);
    write('a.1.incr.aof', a + b.slice(0, 9));
    const before = await check(folder);
    expect([before.done.code, before.summary['loads']]).toEqual([1, false]);
    expect(before.files[0]).toMatchObject({ state: 'torn', last: false, loadsCut: false });
  });

  it('may have a line without an end in a file that is not the last', async () => {
    write('a.manifest', manifest);
    write('a.1.incr.aof', `${a}#TS:12`);
    write('a.2.incr.aof', b);
    const { done, files, summary } = await check(folder);
    expect([done.code, files[0]?.ok, summary['ok'], summary['loads']]).toEqual([0, true, true, true]);
    expect(done.stderr).toContain('OPEN_LINE');
    const fixed = await run(['aof', 'fix', '--yes', folder]);
    expect([fixed.code, fixed.stdout]).toEqual([0, `${join(folder, 'a.2.incr.aof')}: nothing to cut\n`]);
    for (const [command, ...more] of [['cat'], ['stats'], ['truncate', '--to-offset', 'a.2.incr.aof:0', '-o', 'x']]) {
      const strict = await run(['aof', command!, folder, ...more]);
      expect([strict.code, errorLine(strict)]).toEqual([1, expect.stringContaining('; --tolerant takes a line')]);
    }
    const out = join(folder, 'out.aof');
    const rewritten = await run(['rewrite', folder, '-o', out]);
    expect([rewritten.code, errorLine(rewritten)]).toEqual([1, expect.stringContaining('; --tolerant takes a line')]);
    expect(rewritten.stderr).not.toContain('aof fix');
    for (const args of [
      ['aof', 'cat'],
      ['rewrite', '-o', out],
    ])
      expect((await run([...args, '--tolerant', folder])).code).toBe(0);
    write('a.1.incr.aof', `${a}${log(['MULTI'])}#TS:12`);
    expect((await check(folder)).summary).toMatchObject({ ok: false, loads: false });
  });

  it('may not have packed files, which no server unpacks', async () => {
    write('a.manifest', manifest);
    write('a.1.incr.aof', gzipSync(a));
    write('a.2.incr.aof', b);
    const { done, files, summary } = await check(folder);
    expect([done.code, files[0]?.loads, files[1]?.ok]).toEqual([1, false, true]);
    expect(summary).toMatchObject({ ok: false, loads: false });
    expect(files[0]?.problem).toContain('packed (gzip), which servers do not read: unpack it');
    const fixed = await run(['aof', 'fix', '--yes', folder]);
    expect([fixed.code, errorLine(fixed)]).toEqual([1, expect.stringContaining('unpack it')]);
    const cat = await run(['aof', 'cat', '--format', 'resp', folder]);
    expect([cat.code, cat.stdout]).toEqual([0, a + b]);
    const alone = await run(['aof', 'check', join(folder, 'a.1.incr.aof')]);
    expect([alone.code, alone.stdout]).toEqual([0, expect.stringContaining('OK: ')]);
    expect(alone.stdout).toContain('; packed (gzip), which servers do not read before it is unpacked\n');
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'appendonly.aof'), gzipSync(a));
    expect((await run(['aof', 'check', data])).code).toBe(1);
  });

  it('obeys the rules of manifests', async () => {
    const done = await run(['aof', 'check', write('a.manifest', manifest.trim())]);
    expect([done.code, done.stdout]).toEqual([1, '']);
    expect(errorLine(done)).toContain('without a line end');
  });

  it('is missing as a whole', async () => {
    expect(errorLine(await run(['aof', 'check', folder]))).toContain('no append-only file');
    expect((await run(['aof', 'check', join(folder, 'nothing')])).code).toBe(3);
  });
});

describeLive('what a real server makes of', () => {
  const multi = log(['MULTI']);
  const exec = log(['EXEC']);
  const preamble = Buffer.from(read(join(AOF_FIXTURES, 'redis-7.0.15.multipart/appendonly.aof.2.base.rdb')));
  const torn = b.slice(0, 9);

  /** @returns undefined where it does not start */
  async function load(files: Record<string, Uint8Array>): Promise<LiveServer | undefined> {
    try {
      return await liveServer({ files, args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    } catch {
      return undefined;
    }
  }

  /** Starts it, writes a key, and starts it again with what it left. */
  async function startTwice(files: Record<string, Uint8Array>): Promise<{ loads: boolean; well: boolean }> {
    const first = await load(files);
    if (first === undefined) return { loads: false, well: false };
    await first.client.command('SET', 'new', 'x');
    const keys = await first.client.command('DBSIZE');
    const left = Object.fromEntries(Object.keys(files).map((name) => [name, read(join(first.dir, name))]));
    await first.stop();
    const second = await load(left);
    const again = await second?.client.command('DBSIZE');
    await second?.stop();
    return { loads: true, well: again === keys };
  }

  const dataset = preamble.toString('latin1');

  it.each<[string, ...string[]]>([
    ['a torn record', a + torn],
    ['a torn line', `${a}#TS:12`],
    ['a torn line in MULTI', `${a}${multi}${b}#TS:12`],
    ['a torn line before the last file', `${a}#TS:12`, b],
    ['a torn line in MULTI before the last file', `${a}${multi}${b}#TS:12`, b],
    ['a torn record before the last file', a + torn, b],
    ['an open MULTI', a + multi + b],
    ['a record torn in MULTI', a + multi + b + torn],
    ['a record torn right behind an RDB', dataset + torn],
    ['NUL behind * up to the end', `${a}*${'\0'.repeat(1021)}`],
    ['NUL behind * as long as a line', `${a}*${'\0'.repeat(1022)}`],
    ['NUL behind * and a line end', `${a}*\0\0\n`],
    ['NUL behind * and a command', `${a}*\0\0${b}`],
    ['NUL behind * in MULTI', `${a}${multi}${b}*\0\0`],
    ['NUL behind a count', `${a}*3\0\0\0`],
    ['NUL at the end', `${a}\0\0\0`],
    ['a length that swallows the rest', a + b.replace('$3', '$399') + c],
    ['a length that swallows the rest in MULTI', a + multi + b.replace('$3', '$399') + c + exec],
    ['a length that is too small', a + b.replace('$3', '$2') + c],
    ['RESET in MULTI', a + multi + b + log(['RESET']) + exec],
    ['DISCARD in MULTI', a + multi + b + log(['DISCARD']) + exec],
    ['RESET', a + log(['RESET']) + b],
    ['DISCARD in an open MULTI', a + multi + b + log(['DISCARD'])],
    ['RESET in an open MULTI, and a torn record', a + multi + log(['RESET']) + torn],
    ['a wrong number of arguments in an open MULTI', a + multi + log(['SET', 'x'])],
    ['an unknown command in an open MULTI', a + multi + log(['NOSUCH', 'x'])],
    ['DISCARD in MULTI, and an open MULTI', a + multi + log(['DISCARD']) + exec + multi + b],
    ['a packed file', gzipSync(a).toString('latin1'), b],
  ])('%s', async (_name, ...logs) => {
    const names = logs.map((_, i) => `appendonly.aof.${i + 1}.incr.aof`);
    const manifest = names.map((name, i) => `file ${name} seq ${i + 1} type i\n`).join('');
    const files: Record<string, Uint8Array> = { 'appendonly.aof.manifest': raw(manifest) };
    for (const [i, name] of names.entries()) files[name] = raw(logs[i]!);
    for (const [name, bytes] of Object.entries(files)) write(name, bytes);
    const { done, files: verdicts, summary } = await check(folder);
    const inFolder = Object.entries(files).map(([name, bytes]) => [`appendonlydir/${name}`, bytes]);
    const { loads, well } = await startTwice(Object.fromEntries(inFolder));
    expect(summary['loads'], done.stderr).toBe(loads);
    const last = verdicts.at(-1)!;
    // Where it is damaged, what the server cuts off is more than what is torn.
    if (loads && last.state !== 'damaged') expect(last.ok || last.loadsCut).toBe(well);
    if (last.state === 'damaged') expect(last.loadsCut).toBe(false);
  });
});

it('has help with examples', async () => {
  const { code, stdout } = await run(['aof', 'check', '--help']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/\nExamples:\n {2}\$ rdb-aof aof check /)]);
});
