/** Damaged and odd files: what is said, what is written before, and the exit code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compareRecords } from '../helpers/compare.ts';
import { handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { type Json, type JsonObject, parseJson, parseNdjson } from '../helpers/json.ts';
import { recordsOf } from '../helpers/read.ts';
import { temporaryFolder } from './bundle.ts';
import { each, errorLine, type JsonError, jsonLines, run } from './run.ts';

const folder = temporaryFolder();
let files = 0;

function file(bytes: Uint8Array): string {
  const path = join(folder, `damage-${files++}.rdb`);
  writeFileSync(path, bytes);
  return path;
}

/** A key as messages show it. */
function quoted(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&').replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}

/** What `check --json` writes of a file that ends with an error. */
function resultOf({ file: name, ...error }: JsonError): unknown {
  return expect.objectContaining({ file: name, ok: false, error });
}

interface Place {
  key: string;
  db: number;
  type: string;
  encoding: string;
  start: number;
  end: number;
}

/** Where the keys of a file lie. */
function placesOf(bytes: Uint8Array): Place[] {
  const records = recordsOf([bytes]);
  return records.flatMap((record, i) =>
    record.kind === 'key'
      ? [
          {
            key: record.key,
            db: record.db,
            type: record.type,
            encoding: record.encoding,
            start: record.offset,
            end: records[i + 1]!.offset,
          },
        ]
      : [],
  );
}

const name = 'redis-7.0.15';
const whole = readCorpus(name);
const places = placesOf(whole);

describe('a dump that was cut', () => {
  it('in half: check says where, in which key, and what was being read', async () => {
    const half = whole.length >> 1;
    const path = file(whole.subarray(0, half));
    const at = places.find(({ start, end }) => start < half && half < end)!;
    const done = await run(['check', path]);
    expect(done.code).toBe(1);
    expect(done.stdout).toBe('');
    const line = errorLine(done);
    expect(line).toContain(path);
    expect(line).toContain(`byte ${half}`);
    expect(line).toContain(`db ${at.db}`);
    expect(line).toContain(`key ${quoted(at.key)}`);
    expect(line).toContain(`reading the value of a ${at.type} (${at.encoding})`);
  });

  it('anywhere: every command ends with 1, and ndjson has written the keys that are whole, each whole', async () => {
    const all = await run(['ndjson', file(whole)]);
    expect(all.code).toBe(0);
    const lines = all.stdout.split('\n');
    const cuts = [10, 100, 2000];
    // Three processes a cut. What a cut at every byte does is tested without the tool.
    for (let i = 0; i < places.length; i += 40) {
      const { start, end } = places[i]!;
      cuts.push(start, start + 1, (start + end) >> 1, end - 1);
    }
    cuts.push(whole.length - 9, whole.length - 8, whole.length - 1);
    await each(cuts, async (cut) => {
      const path = file(whole.subarray(0, cut));
      const done = await run(['ndjson', path]);
      expect(done.code, `cut at ${cut}`).toBe(1);
      expect(errorLine(done)).toContain(`byte ${cut}`);
      const complete = places.filter(({ end }) => end <= cut).length;
      expect(done.stdout, `cut at ${cut}`).toBe(
        lines
          .slice(0, complete)
          .map((line) => `${line}\n`)
          .join(''),
      );
      const inside = places.find(({ start, end }) => start + 1 < cut && cut < end);
      for (const command of ['check', 'info']) {
        const other = await run([command, '--json', path]);
        expect(other.code, `${command} cut at ${cut}`).toBe(1);
        const [said, ...more] = jsonLines(other);
        expect(more).toEqual([]);
        if (command === 'info') expect(other.stdout).toBe('');
        else expect(JSON.parse(other.stdout)).toEqual(resultOf(said!.error!));
        expect(said?.error).toMatchObject({ code: 'UNEXPECTED_EOF', offset: cut, file: path });
        // Said in words: a number of an opcode is for those that no one knows.
        expect(said?.error?.phase).toMatch(/^(?!opcode \d)\w/);
        // In the middle of a value the key is known.
        if (inside !== undefined && cut === (inside.start + inside.end) >> 1 && inside.end - inside.start > 300) {
          expect(said?.error).toMatchObject({ db: inside.db, key: quoted(inside.key), type: inside.type });
        }
      }
    });
  });

  it('has a result of check --json, as every file that can be read', async () => {
    const [sound, cut] = [file(whole), file(whole.subarray(0, 5000))];
    const long = file(Buffer.concat([whole, Buffer.from('behind')]));
    const log = file(Buffer.from('*1\r\n$4\r\nPING\r\n*1\r\n'));
    const packed = file(gzipSync(Buffer.from('*1\r\n$4\r\nPING\r\n')).subarray(0, -4));
    const twice = readHand('rdb11-duplicates').path;
    const missing = join(folder, 'missing.rdb');
    const done = await run(['check', '--json', cut, sound, missing, long, twice, log, packed]);
    expect(done.code).toBe(1);
    const results = done.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject);
    expect(results.filter((result) => !('summary' in result))).toMatchObject([
      { file: cut, ok: false, error: { code: 'UNEXPECTED_EOF', offset: 5000 } },
      { file: sound, ok: true, keys: places.length },
      { file: long, ok: false, size: whole.length, error: { code: 'TRAILING_DATA', offset: whole.length } },
      { file: twice, ok: false, error: { code: 'DUPLICATE_KEY', message: expect.stringContaining('twice') } },
      { file: log, ok: false, error: { code: 'UNEXPECTED_EOF' } },
      { file: packed, ok: false, error: { code: 'UNEXPECTED_EOF' } },
    ]);
    const errors = jsonLines(done).filter(({ error }) => error !== undefined);
    expect(errors.map(({ error }) => error!.code)).toContain('IO');
    expect(errors.length).toBe(6);
    expect(errors.map(({ error }) => error)).toContainEqual(
      expect.objectContaining({ code: 'DUPLICATE_KEY', file: twice }),
    );
    const piped = await run(['check', '--json', '-'], { stdin: whole.subarray(0, 5000) });
    expect(JSON.parse(piped.stdout)).toMatchObject({ file: '<stdin>', ok: false, error: { offset: 5000 } });
  });

  it('from standard input is told the same way', async () => {
    const done = await run(['check', '-'], { stdin: whole.subarray(0, 5000) });
    expect(done.code).toBe(1);
    expect(errorLine(done)).toContain('<stdin>');
    expect(errorLine(done)).toContain('byte 5000');
  });
});

describe('a dump with flipped bits', () => {
  it('never passes, whatever bit it is: the checksum sees it where nothing else does', async () => {
    const flips: [number, number][] = [];
    for (let i = 0; i < 40; i++) {
      // Behind the header, whose version decides whether there is a checksum at all.
      flips.push([9 + ((i * 7919 * 13) % (whole.length - 9)), 1 << (i % 8)]);
    }
    const codes: Record<string, number> = {};
    await each(flips, async ([at, bit]) => {
      const damaged = whole.slice();
      damaged[at]! ^= bit;
      const path = file(damaged);
      const done = await run(['check', '--json', path]);
      expect(done.code, `bit ${bit} of byte ${at}: ${done.stderr}`).toBe(1);
      const said = jsonLines(done);
      const { error } = said.at(-1)!;
      expect(JSON.parse(done.stdout)).toEqual(resultOf(error!));
      expect(said.slice(0, -1).every(({ warning }) => warning !== undefined)).toBe(true);
      expect(typeof error?.offset).toBe('number');
      expect(error?.phase, error?.message).toMatch(/\w/);
      expect(error?.file).toBe(path);
      const code = error!.code!;
      codes[code] = (codes[code] ?? 0) + 1;
      const where = places.find(({ start, end }) => start <= at && at < end);
      if (where !== undefined && error!.key === quoted(where.key)) expect(error!.db).toBe(where.db);
    });
    expect(codes['CHECKSUM_MISMATCH']).toBeGreaterThan(0);
    expect(Object.keys(codes).length).toBeGreaterThan(1);
  });

  it('inside a value is told with the key, the offset and what was being read', async () => {
    // A listpack that contradicts itself: the size in its header.
    const hash = places.find(({ type, encoding }) => type === 'hash' && encoding === 'listpack')!;
    const key = Buffer.from(hash.key, 'latin1');
    const damaged = whole.slice();
    const at = Buffer.from(damaged.buffer).indexOf(key, hash.start) + key.length;
    // Past the string header of the blob; LZF or not, what comes then is wrong.
    for (let i = at + 4; i < hash.end; i++) damaged[i] = 0xf9;
    const done = await run(['check', file(damaged)]);
    expect(done.code).toBe(1);
    const line = errorLine(done);
    expect(line).toMatch(/at byte \d+, reading the value of a hash \(listpack\), db \d+, key "/);
    expect(line).toContain(`key ${quoted(hash.key)}`);
    const offset = Number(/at byte (\d+)/.exec(line)![1]);
    expect(offset).toBeGreaterThanOrEqual(hash.start);
    expect(offset).toBeLessThan(hash.end);
  });

  it('in the checksum itself', async () => {
    const damaged = whole.slice();
    damaged[damaged.length - 1]! ^= 1;
    const done = await run(['check', '--json', file(damaged)]);
    expect(done.code).toBe(1);
    expect(jsonLines(done)).toMatchObject([{ error: { code: 'CHECKSUM_MISMATCH', phase: 'the checksum' } }]);
    // Everything was read before: all of it stands on stdout, and yet it is an error.
    const printed = await run(['ndjson', file(damaged)]);
    expect(printed.code).toBe(1);
    expect(parseNdjson(printed.stdout).length).toBe(places.length);
    errorLine(printed);
  });

  it('without a checksum passes where what it says is legal', async () => {
    const zero = whole.slice();
    zero.fill(0, zero.length - 8);
    const done = await run(['check', '--json', file(zero)]);
    expect(done.code).toBe(0);
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({ ok: true, checksum: 'absent', keys: places.length });
  });
});

describe('a length that lies', () => {
  it.each([
    ['a string of 4 GB', '00 016b 80 ffffffff 61'],
    ['a string of 2^53 bytes', '00 016b 81 0020000000000000 61'],
    ['a string of 2^64 bytes', '00 016b 81 ffffffffffffffff 61'],
    ['a hash of 2^52 fields', '04 016b 81 0010000000000000 01 61 01 62'],
    ['a list of 2^32 elements', '01 016b 80 ffffffff 01 61'],
    ['an LZF string of 4 GB', '00 016b c3 05 80 ffffffff 0161e0ff00'],
    ['an LZF string of 80 MB out of 1 MB that is not there', '00 016b c3 80 00100000 80 05000000 0161e0ff00'],
    ['a listpack of 4 GB', '10 016b 80 ffffffff ffffffff ffff 01 01'],
    ['a key of 4 GB', '00 80 ffffffff 61'],
    ['an aux field of 4 GB', 'fa 80 ffffffff 61'],
    ['a function of 4 GB', 'f5 80 ffffffff 61'],
    ['a stream of 2^52 nodes', '15 016b 81 0010000000000000 10 00000000000000000000000000000001'],
    ['a database of 2^40 keys', 'fe 00 fb 81 0000010000000000 00'],
  ])('%s: no memory is taken for it, and the error comes at once', async (_, hex) => {
    const path = file(Buffer.concat([Buffer.from('REDIS0011'), Buffer.from(hex.replaceAll(' ', ''), 'hex')]));
    for (const command of ['ndjson', 'check', 'info']) {
      const done = await run([command, path], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
      expect(done.code, done.stderr).toBe(1);
      expect(done.stdout).toBe('');
      errorLine(done);
    }
  });
});

describe('names that are long, and legal', () => {
  const long = 'n'.repeat((2 << 20) + 17);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(long.length);
  const text = Buffer.concat([Uint8Array.of(0x80), size, Buffer.from(long)]);
  const code = Buffer.from(`#!lua name=lib\n--${long.slice(17)}`);
  const small = Buffer.from('\x00\x01k\x01v', 'latin1');

  it.each([
    ['a key of 2 MB', Buffer.concat([Uint8Array.of(0), text, Buffer.from('\x01v', 'latin1')]), [long, 'k']],
    ['an aux field of 2 MB', Buffer.concat([Buffer.from('\xfa\x03lua', 'latin1'), text]), ['k']],
    ['a function library of 2 MB', Buffer.concat([Uint8Array.of(0xf5, 0x80), size, code]), ['k']],
    [
      'a consumer group whose name has 2 MB',
      Buffer.concat([
        Buffer.from('\x13\x01s\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01', 'latin1'),
        text,
        Buffer.alloc(5),
      ]),
      ['s', 'k'],
    ],
  ])('%s is read', async (_, record, keys) => {
    const path = file(Buffer.concat([Buffer.from('REDIS0011'), record, small, Uint8Array.of(0xff), Buffer.alloc(8)]));
    const printed = await run(['ndjson', path]);
    expect(printed.stderr.slice(0, 1000)).toBe('');
    expect(printed.code).toBe(0);
    expect(parseNdjson(printed.stdout).map(({ key }) => key)).toEqual(keys);
    for (const command of ['check', 'info']) expect((await run([command, path])).code).toBe(0);
  });
});

describe('bytes behind the end', () => {
  const trailing = readHand('frame-trailing');

  it('are an error that names both ways out', async () => {
    for (const command of ['check', 'ndjson', 'json', 'info']) {
      const done = await run([command, trailing.path]);
      expect(done.code, command).toBe(1);
      const line = errorLine(done);
      expect(line).toContain('--as aof');
      expect(line).toContain('--as rdb');
      expect(line).toContain(`byte ${trailing.bytes.length - trailing.info.trailing!}`);
    }
  });

  it('are left out with --as rdb', async () => {
    for (const command of ['check', 'ndjson', 'json', 'info']) {
      const done = await run([command, '--as', 'rdb', trailing.path]);
      expect(done.code, command).toBe(0);
      expect(done.stderr).toBe('');
    }
    const printed = await run(['ndjson', '--as', 'rdb', trailing.path]);
    expect(compareRecords(parseNdjson(printed.stdout), trailing.records!)).toEqual([]);
  });

  it('in any amount are an error, and never held in memory', async () => {
    const many = Buffer.concat([whole, Buffer.alloc(50 << 20, 'garbage ')]);
    const done = await run(['check', '--json', '-'], { stdin: many });
    expect(done.code).toBe(1);
    expect(jsonLines(done)).toMatchObject([{ error: { code: 'TRAILING_DATA', offset: whole.length } }]);
  });
});

/** Files that can be read, and that servers refuse, or end at: what `check` says of them. */
const REFUSED: Readonly<Record<string, string>> = {
  'rdb1-nan': 'BAD_VALUE',
  'rdb8-nan': 'BAD_VALUE',
  'rdb2-empty-refused': 'BAD_ZIPMAP',
  // Entries that are pending for nobody.
  'rdb11-streams': 'BAD_STREAM',
};

describe('every file built by hand', () => {
  it.each(handNames())('%s', async (hand) => {
    const { path, records, info, bytes } = readHand(hand);
    const printed = await run(['ndjson', path]);
    const array = await run(['json', path]);
    const checked = await run(['check', '--json', path]);
    const said = jsonLines(checked);
    const errors = said.flatMap(({ error }) => (error === undefined ? [] : [error]));
    const twice = info.duplicates?.keys.length ?? 0;
    if (info.error !== undefined) {
      expect([printed.code, array.code, checked.code]).toEqual([1, 1, 1]);
      errorLine(printed);
      expect(errors.map(({ code }) => code)).toEqual([info.error]);
      if (info.errorKey !== undefined) expect(errors[0]?.key).toBe(quoted(info.errorKey));
      const before = records ?? info.keysBefore!.map((key) => ({ key }) as JsonObject);
      const lines = parseNdjson(printed.stdout);
      expect(lines.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
      if (records !== undefined) expect(compareRecords(lines, records)).toEqual([]);
      return;
    }
    // The file of another writer's stream may carry a mark behind its end: what that is, is known.
    expect([printed.code, array.code]).toEqual([0, 0]);
    expect(compareRecords(parseNdjson(printed.stdout), records!)).toEqual([]);
    expect(compareRecords(parseJson(array.stdout) as JsonObject[], records!)).toEqual([]);
    // Any parser of JSON reads it, too.
    expect((JSON.parse(array.stdout) as unknown[]).length).toBe(records!.length);
    if (REFUSED[hand] !== undefined) {
      expect([checked.code, errors.map(({ code }) => code)]).toEqual([1, [REFUSED[hand]]]);
      return;
    }
    expect(checked.code).toBe(twice > 0 ? 1 : 0);
    expect(errors.length).toBe(twice > 0 ? 1 : 0);
    if (twice === 0) {
      const sum = info.checksum === 'ok' ? 'verified' : 'absent';
      expect(JSON.parse(checked.stdout)).toMatchObject({
        file: path,
        ok: true,
        version: info.version,
        keys: records!.length,
        checksum: sum,
      });
    }
    const warnings = said.flatMap(({ warning }) => (warning === undefined ? [] : [warning]));
    checkWarnings(warnings, info);
    expect(printed.stderr.split('\n').filter((line) => line !== '').length).toBe(warnings.length);
    expect(bytes.length).toBeGreaterThan(0);
  });
});

function checkWarnings(warnings: JsonError[], info: ReturnType<typeof readHand>['info']): void {
  const of = (code: string): (string | undefined)[] =>
    warnings.filter((one) => one.code === code).map(({ key }) => key);
  // Each further time that a key stands there.
  const keys = info.duplicates?.keys ?? [];
  expect(of('DUPLICATE_KEY').length).toBe(keys.length);
  expect(new Set(of('DUPLICATE_KEY'))).toEqual(new Set(keys.map(quoted)));
  expect(of('DUPLICATE_ITEM')).toEqual((info.duplicates?.values ?? []).map(quoted));
  expect(of('NEWER_VERSION').length).toBe(info.warnings?.includes('version') ? 1 : 0);
}

describe('a key that stands twice', () => {
  const twice = readHand('rdb11-duplicates');

  it('is a warning for ndjson, which prints both, and the end of check', async () => {
    const printed = await run(['ndjson', twice.path]);
    expect(printed.code).toBe(0);
    expect(printed.stderr).toMatch(/^rdb-aof: warning: .*the key stands twice.*db 0, key "k"/m);
    for (const line of printed.stderr.trimEnd().split('\n')) expect(line).toMatch(/^rdb-aof: warning: .*\(at byte \d+/);
    const all = (list: JsonObject[]): Json[] => list.filter(({ key }) => key === 'k').map(({ value }) => value);
    expect(all(parseNdjson(printed.stdout))).toEqual(all(twice.records!));
    const checked = await run(['check', twice.path]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toBe('');
    expect(errorLine(checked)).toContain('twice');
  });
});

describe('a newer version', () => {
  it('is read with a warning, and refused with --strict-version', async () => {
    const { path } = readHand('rdb99-newer');
    const read = await run(['check', path]);
    expect(read.code).toBe(0);
    expect(read.stderr).toMatch(/^rdb-aof: warning: [^\n]*version 99[^\n]*\n$/);
    const refused = await run(['check', '--strict-version', '--json', path]);
    expect(refused.code).toBe(1);
    expect(jsonLines(refused)).toMatchObject([{ error: { code: 'UNSUPPORTED_VERSION' } }]);
  });
});
