/** `aof check`: what a server would refuse, in files of their own and in sets. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { AOF_FIXTURES, log, read } from '../helpers/aof.ts';
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
  loadsCut: boolean;
  lost?: { offset: number; length: number }[];
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
    ['a torn line', `${a}#TS:17`, { state: 'torn', validUpTo: a.length, bytesAfter: 6 }],
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
    expect(summary).toMatchObject({ ok: false, loads: expected.loadsCut ?? expect.anything() });
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

  it('does not take a value that holds a log for what goes on behind damage', async () => {
    const value = log(['SET', 'k', a + b + c]);
    const { files } = await check(write('log.aof', a + value.replace('$1\r\nk', '$9\r\nk') + c));
    expect(files[0]).toMatchObject({ state: 'damaged', commandsAfter: 1 });
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

it('has help with examples', async () => {
  const { code, stdout } = await run(['aof', 'check', '--help']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/\nExamples:\n {2}\$ rdb-aof aof check /)]);
});
