/** The names of keys, as `keys` prints them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { handNames, readHand } from '../helpers/fixtures.ts';
import { bytesOf } from '../helpers/json.ts';
import * as file from '../records/dump.ts';
import { temporaryFolder } from './bundle.ts';
import { bash, each, errorLine, jsonLines, run } from './run.ts';

const folder = temporaryFolder();
const corpus = new URL('../../fixtures/corpus/', import.meta.url).pathname;

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** What a line of `keys` stands for, one character per byte. */
function nameOf(line: string): string {
  if (!line.startsWith('"')) return line;
  return line
    .slice(1, -1)
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The lines, one character per byte. */
const linesOf = (raw: Buffer): string[] => raw.toString('latin1').split('\n').slice(0, -1);

const dumpOf = (...names: string[]): Uint8Array<ArrayBuffer> =>
  file.dump(file.selectDb(0), ...names.map((name) => file.stringKey(file.bytes(name), 'value')));

describe('keys', () => {
  it('prints the names of all keys in file order, whatever the file is', async () => {
    await each([...handNames().entries()], async ([i, name]) => {
      const { path, records, info } = readHand(name);
      if (info.error !== undefined) return;
      const names = records!.map((record) => bytesOf(record['key'] as string));
      const lines = await run(['keys', path]);
      // The mark of a replication stream is no damage.
      expect(lines.code, name).toBe(info.trailing === undefined || name === 'frame-diskless-stripped' ? 0 : 1);
      expect(linesOf(lines.raw).map(nameOf), name).toEqual(names);
      // What ends a name does not depend on the file, and every run is a process.
      if (i % 5 > 0) return;
      const zeros = await run(['keys', '-0', path]);
      expect(zeros.raw.toString('latin1'), name).toBe(names.map((one) => `${one}\0`).join(''));
    });
  });

  it('agrees with ndjson on a dump of a server', async () => {
    for (const version of ['redis-7.0.15', 'valkey-9.0.4', 'redis-2.4.18']) {
      const path = join(corpus, `${version}.rdb`);
      const names = (await run(['ndjson', '--escape', 'latin1', path])).stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { key: string }).key);
      const { raw, stderr } = await run(['keys', path]);
      expect(linesOf(raw).map(nameOf)).toEqual(names);
      expect(stderr).toBe('');
    }
  });

  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['with space', 'with space'],
    ['quote"inside', 'quote"inside'],
    ["'single'", "'single'"],
    ['gr\xc3\xb6\xc3\x9fe', 'gr\xc3\xb6\xc3\x9fe'],
    ['\xff\x80', '\xff\x80'],
    ['line\nfeed', '"line\\x0afeed"'],
    ['\0', '"\\x00"'],
    ['\x1f\x7f', '"\\x1f\\x7f"'],
    ['back\\slash', '"back\\x5cslash"'],
    ['"quoted"', '"\\x22quoted\\x22"'],
    ['"', '"\\x22"'],
    ['\r\xc3\xb6', '"\\x0d\\xc3\\xb6"'],
  ])('%j is written as %j', async (name, line) => {
    const path = write('one.rdb', dumpOf('before', name, 'after'));
    const lines = await run(['keys', path]);
    expect(linesOf(lines.raw)).toEqual(['before', line, 'after']);
    expect(nameOf(line)).toBe(name);
    expect((await run(['keys', '-0', path])).raw.toString('latin1')).toBe(`before\0${name}\0after\0`);
  });

  it('prints names that are longer than a chunk', async () => {
    const long = ['a'.repeat(200_000), `${'b'.repeat(150_000)}\n`];
    const { raw } = await run(['keys', write('long.rdb', dumpOf(...long, 'c'))]);
    expect(linesOf(raw).map(nameOf)).toEqual([...long, 'c']);
  });

  it('prints what stands before the damage, and ends with 1', async () => {
    const whole = dumpOf('a', 'b', 'c');
    const done = await run(['keys', write('cut.rdb', whole.subarray(0, whole.length - 12))]);
    expect(done.code).toBe(1);
    expect(done.stdout).toBe('a\nb\nc\n');
    expect(errorLine(done)).toContain('the file ends at byte');
    const damaged = whole.slice();
    damaged[whole.length - 1] = 1;
    const summed = await run(['keys', write('sum.rdb', damaged)]);
    expect(summed.code).toBe(1);
    expect(errorLine(summed)).toContain('CRC64');
    const more = await run(['keys', write('more.rdb', Buffer.concat([whole, file.bytes('more')]))]);
    expect([more.code, more.stdout]).toEqual([1, 'a\nb\nc\n']);
  });

  it('reads several inputs in order, standard input among them', async () => {
    const one = write('first.rdb', dumpOf('1'));
    const two = write('second.rdb', dumpOf('2'));
    const done = await run(['keys', two, '-', one], { stdin: dumpOf('in') });
    expect([done.code, done.stdout, done.stderr]).toEqual([0, '2\nin\n1\n', '']);
    const twice = await run(['keys', '-', one, '-'], { stdin: dumpOf('in') });
    expect([twice.code, twice.stdout]).toEqual([2, '']);
  });

  it('reports each input that fails, reads the others, and ends with the code of the first', async () => {
    const good = write('good.rdb', dumpOf('1'));
    const bad = write('bad.rdb', dumpOf('2').subarray(0, 14));
    const missing = join(folder, 'missing.rdb');
    const done = await run(['keys', bad, good, missing]);
    expect([done.code, done.stdout]).toEqual([1, '1\n']);
    expect(done.stderr.split('\n')).toEqual([
      expect.stringContaining(`rdb-aof: error: ${bad}: the file ends`),
      expect.stringContaining(`rdb-aof: error: ${missing}: no such file`),
      '',
    ]);
    const other = await run(['keys', '--json', missing, bad]);
    expect(other.code).toBe(3);
    expect(jsonLines(other).map((line) => line.error?.code)).toEqual(['IO', 'UNEXPECTED_EOF']);
  });

  it('ends quietly where the pipe is closed', async () => {
    const path = write(
      'many.rdb',
      file.dump(file.selectDb(0), ...Array.from({ length: 50_000 }, (_, i) => file.stringKey(`key:${i}`, 'v'))),
    );
    const done = await bash('{ "$NODE" "$CLI" keys "$FILE"; echo "$?" >&2; } | head -1', { FILE: path });
    expect([done.stdout, done.stderr]).toEqual(['key:0\n', '0\n']);
  });

  it('has a help with examples', async () => {
    const { code, stdout } = await run(['keys', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: rdb-aof keys /);
    expect(stdout).toMatch(/\nExamples:\n {2}\$ rdb-aof keys /);
    expect(stdout).toMatch(/\n {2}-0 /);
    expect(stdout).toContain('"..." with \\xHH');
  });
});
