/** The synchronous core: state, positions, limits, damage. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AofOptions, AofParser, type AofRecord, RedisFileError } from '../../src/index.ts';
import { AOF_FIXTURES, argvs, log, plain, raw, read, shown } from '../helpers/aof.ts';
import { concat, rdbFile, string, thrownBy } from '../helpers/encode-bytes.ts';
import { describeLive } from '../helpers/live.ts';

const parse = (text: string | Uint8Array, options: AofOptions = {}): AofRecord[] => {
  const parser = new AofParser(options as Record<never, never>);
  return [...parser.push(typeof text === 'string' ? raw(text) : text), ...parser.end()];
};
const PREAMBLE = rdbFile(11, concat([0], string('k'), string('v')));

describe('AofParser', () => {
  it('tells where each record stands, and in what state', () => {
    const text = `${log(['SELECT', '3'], ['SET', 'k', 'v'])}#TS:1700000000\r\n${log(['multi'], ['INCR', 'n'], ['exec'])}`;
    expect(plain(parse(text, { file: 'x.aof' }))).toEqual([
      { kind: 'fileStart', offset: 0, file: 'x.aof' },
      { kind: 'command', offset: 0, end: 23, db: 0, argv: ['SELECT', '3'], inMulti: false },
      { kind: 'command', offset: 23, end: 50, db: 3, argv: ['SET', 'k', 'v'], inMulti: false },
      { kind: 'annotation', offset: 50, end: 66, line: '#TS:1700000000\r\n', time: 1_700_000_000_000 },
      { kind: 'command', offset: 66, end: 81, db: 3, argv: ['multi'], time: 1_700_000_000_000, inMulti: false },
      { kind: 'command', offset: 81, end: 102, db: 3, argv: ['INCR', 'n'], time: 1_700_000_000_000, inMulti: true },
      { kind: 'command', offset: 102, end: 116, db: 3, argv: ['exec'], time: 1_700_000_000_000, inMulti: false },
      { kind: 'eof', offset: 116 },
    ]);
  });

  it('begins with the RDB, where there is one, and database 0 behind it', () => {
    const bytes = concat(PREAMBLE, raw(log(['SET', 'a', 'b'])));
    const records = parse(bytes, { strings: 'latin1', values: 'data' });
    expect(records.map((record) => (record.kind === 'rdb' ? record.record.kind : record.kind))).toEqual([
      'fileStart',
      'header',
      'key',
      'eof',
      'command',
      'eof',
    ]);
    expect(records.find(({ kind }) => kind === 'command')).toMatchObject({ offset: PREAMBLE.length, db: 0 });
    expect(parse(PREAMBLE).at(-1)).toEqual({ kind: 'eof', offset: PREAMBLE.length, openMulti: undefined });
  });

  it('warns of what servers ignore, cut off or crash at', () => {
    const codes = (text: string): unknown[] =>
      parse(text).flatMap((record) => (record.kind === 'warning' ? [[record.code, record.offset]] : []));
    expect(codes(log(['MULTI'], ['EXEC']))).toEqual([]);
    expect(codes(log(['MULTI'], ['MULTI'], ['EXEC']))).toEqual([['NESTED_MULTI', 15]]);
    expect(codes(log(['EXEC']))).toEqual([['EXEC_WITHOUT_MULTI', 0]]);
    expect(codes(log(['MULTI'], ['DISCARD'], ['EXEC']))).toEqual([['DISCARD', 15]]);
    expect(codes(log(['INCR', 'n'], ['MULTI'], ['INCR', 'n']))).toEqual([['OPEN_MULTI', 21]]);
    expect(parse(log(['INCR', 'n'], ['MULTI'])).at(-1)).toMatchObject({ kind: 'eof', openMulti: 21 });
  });

  it('tells where a torn log has to be cut', () => {
    const parser = new AofParser();
    parser.push(raw(`${log(['INCR', 'n'], ['MULTI'], ['INCR', 'n'])}#x\n`));
    expect(parser.validUpTo).toBe(21);
    parser.push(raw(log(['EXEC'])));
    expect(parser.validUpTo).toBe(parser.offset);
    const end = parser.offset;
    parser.push(raw('*1\r\n$'));
    expect(parser.validUpTo).toBe(end);
    const other = new AofParser();
    other.push(concat(PREAMBLE, raw('*1\r\n$')));
    expect(other.validUpTo).toBe(PREAMBLE.length);
  });

  it('goes on where the log has grown', () => {
    const parser = new AofParser({ strings: 'latin1' });
    const one = raw(log(['INCR', 'n']));
    expect(argvs([...parser.push(one), ...parser.end()])).toEqual([['INCR', 'n']]);
    expect(argvs([...parser.push(one), ...parser.end()])).toEqual([['INCR', 'n']]);
    expect(parser.end()).toEqual([]);
  });

  it('goes on in a line that was torn, which a tolerant reader has taken for one', () => {
    const parser = new AofParser({ tolerant: true });
    const begin = raw(`${log(['PING'])}#TS:1`);
    const times = (records: readonly AofRecord[]): unknown[] =>
      records.flatMap((record) => (record.kind === 'annotation' ? [[record.time, record.offset]] : []));
    expect(times([...parser.push(begin), ...parser.end()])).toEqual([[1000, 14]]);
    // Behind what stays when it is cut a server may go on.
    expect(parser.validUpTo).toBe(14);
    expect(times([...parser.push(raw(`7\r\n${log(['PING'])}`)), ...parser.end()])).toEqual([[17_000, 14]]);
    expect(parser.validUpTo).toBe(parser.offset);
  });

  it('takes nothing but bytes', () => {
    for (const none of [undefined, null, 'PING', [1]] as never[]) {
      expect(thrownBy(() => new AofParser().push(none))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('gives bytes that are owned, or views where those are asked for', () => {
    const input = raw(log(['SET', 'k', 'v'], ['SET', 'k', 'w']));
    const [, one] = new AofParser().push(input) as Extract<AofRecord, { kind: 'command' }>[];
    expect(one!.argv[0]!.buffer).not.toBe(input.buffer);
    const [, view] = new AofParser({ views: true }).push(input) as Extract<AofRecord, { kind: 'command' }>[];
    expect(view!.argv[0]!.buffer).toBe(input.buffer);
    input.fill(0);
    expect(shown(one!.argv[1]!)).toBe('k');
  });

  it('reads names right whatever was done to those handed out', () => {
    const names = ['SET', 'set', 'GET', 'INCR', 'SET', 'X'.repeat(17), '', 'SET'];
    const bytes = raw(log(...names.map((name) => [name, 'k'])));
    const parser = new AofParser();
    for (let round = 0; round < 3; round++) {
      const records = parser.push(bytes).filter((record) => record.kind === 'command');
      expect(argvs(records)).toEqual(names.map((name) => [name, 'k']));
      for (const { argv } of records) argv[0]!.set(raw('GOT').subarray(0, argv[0]!.length));
    }
  });

  it('shares few bytes among the commands that it gives', () => {
    const short = log(['SET', 'k', 'v'.repeat(100)]);
    const input = raw(short.repeat(1000) + log(['SET', 'k', 'v'.repeat(100_000)]) + short.repeat(1000));
    const records = new AofParser().push(input).filter((record) => record.kind === 'command');
    input.fill(0);
    expect(records.length).toBe(2001);
    for (const { argv } of records) {
      const size = argv[2]!.length;
      expect(argv[2]!.every((byte) => byte === 0x76)).toBe(true);
      expect(argv[2]!.buffer.byteLength).toBeLessThanOrEqual(size === 100 ? 1 << 14 : size + 100);
    }
  });

  it('gives a large chunk in batches, and those before damage first', () => {
    const one = log(['SET', 'k', 'v']);
    const input = raw(`${one.repeat(10_000)}+damage`);
    const parser = new AofParser({ strings: 'latin1' });
    const batches: number[] = [];
    const error = thrownBy(() => {
      for (const batch of parser.batches(input)) batches.push(batch.length);
    });
    expect(error).toMatchObject({ code: 'AOF_BAD_FORMAT', offset: 10_000 * one.length });
    expect(batches.reduce((sum, count) => sum + count, 0)).toBe(10_001);
    expect(Math.max(...batches)).toBeLessThan(5000);
    expect(thrownBy(() => parser.push(raw(one)))).toBe(error);
    expect(new AofParser({ strings: 'latin1' }).push(input)).toHaveLength(10_001);
  });

  it('shortens what comes in pieces, where that is enough', () => {
    const value = 'x'.repeat(5000);
    const bytes = raw(log(['SET', 'k', value], ['SET', 'k', value]));
    const parser = new AofParser({ maxArgumentBytes: 1000 }, undefined, { shorten: 100 });
    const records: AofRecord[] = [];
    for (let at = 0; at < bytes.length; at += 70) records.push(...parser.push(bytes.subarray(at, at + 70)));
    records.push(...parser.end());
    expect(argvs(records)).toEqual([
      ['SET', 'k', value.slice(0, 100)],
      ['SET', 'k', value.slice(0, 100)],
    ]);
    expect(records.map(({ kind }) => kind)).toEqual(['fileStart', 'command', 'command', 'eof']);
    const [, first, second] = records as Extract<AofRecord, { kind: 'command' }>[];
    expect([first!.end, second!.offset, second!.end]).toEqual([bytes.length / 2, bytes.length / 2, bytes.length]);
  });

  it('keeps commands of any size apart from their neighbours', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', '$', '*', '\xff'), maxLength: 40 }), {
            minLength: 1,
            maxLength: 9,
          }),
          { maxLength: 9 },
        ),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (commands, sizes, tolerant) => {
          const bytes = raw(log(...commands));
          const parser = new AofParser({ tolerant });
          const records: AofRecord[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length]!;
            records.push(...parser.push(bytes.subarray(at, at + size)));
            at += size;
          }
          records.push(...parser.end());
          expect(argvs(records)).toEqual(commands);
        },
      ),
    );
  });

  it('takes thousands of arguments, and arguments of more than a chunk', () => {
    const many = ['DEL', ...Array.from({ length: 5000 }, (_, i) => `key ${i}`)];
    const large = ['SET', 'k', 'x'.repeat(100_000)];
    for (const strings of ['bytes', 'utf8', 'latin1'] as const) {
      expect(argvs(parse(log(many, large, ['SELECT', '7'], large), { strings }))).toEqual([
        many,
        large,
        ['SELECT', '7'],
        large,
      ]);
    }
    const select = new AofParser();
    const records = [...raw(log(['SELECT', '12'], ['INCR', 'n']))].flatMap((byte) => select.push(Uint8Array.of(byte)));
    expect(records.at(-1)).toMatchObject({ db: 12 });
  });

  it('refuses what is above its limits, before it has come', () => {
    const at = (text: string, options: AofOptions): unknown => {
      const parser = new AofParser(options as Record<never, never>);
      return thrownBy(() => {
        parser.push(raw(text));
        parser.push(raw(''));
      });
    };
    const whole = log(['SET', 'k', 'x'.repeat(100)]);
    expect(parse(whole, { maxArgumentBytes: 100 }).length).toBe(3);
    const above = { code: 'LIMIT_EXCEEDED', offset: 0 };
    expect(at(whole, { maxArgumentBytes: 99 })).toMatchObject(above);
    expect(at(whole.slice(0, 60), { maxArgumentBytes: 99 })).toMatchObject(above);
    expect(at('*1\r\n$999999999999999\r\nx', {})).toMatchObject(above);
    expect(at(whole, { maxCommandBytes: 200 })).toMatchObject(above);
    expect(at(log(['DEL', ...Array(3000).fill('a')]).slice(0, -9), { maxCommandBytes: 100_000 })).toMatchObject(above);
    expect(thrownBy(() => new AofParser({ maxArgumentBytes: 0 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(thrownBy(() => new AofParser({ onError: 'skip' as 'stop' }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('gives the records before damage first, and says where the damage is', () => {
    const parser = new AofParser({ file: 'my.aof' });
    const records = parser.push(raw(`${log(['INCR', 'n'])}\r\n`));
    expect(records.map(({ kind }) => kind)).toEqual(['fileStart', 'command']);
    const error = { code: 'AOF_BAD_FORMAT', offset: 21, context: { file: 'my.aof' } };
    expect(thrownBy(() => parser.push(raw('*1')))).toMatchObject(error);
    expect(thrownBy(() => parser.end())).toMatchObject(error);
  });

  it('stops at damage where it is asked to', () => {
    const kinds = (text: string): unknown[] =>
      parse(text, { onError: 'stop' }).map((record) => (record.kind === 'warning' ? record.code : record.kind));
    expect(kinds(`${log(['INCR', 'n'])}\r\n`)).toEqual(['fileStart', 'command', 'DAMAGED']);
    expect(kinds(`${log(['INCR', 'n'])}*1\r\n`)).toEqual(['fileStart', 'command', 'DAMAGED']);
    expect(kinds('REDIS0011')).toEqual(
      ['fileStart', 'header', 'DAMAGED'].filter((kind) => kind !== 'header').toSpliced(1, 0, 'rdb'),
    );
    expect(kinds('REDI')).toEqual(['fileStart', 'DAMAGED']);
  });

  it('says at every cut that it is one', () => {
    const text = concat(
      PREAMBLE,
      raw(`#TS:17\r\n${log(['MULTI'], ['SET', 'k', 'v'], ['EXEC'], ['DEL', ...'abcdefghijkl'])}`),
    );
    const whole = plain(parse(text).filter(({ kind }) => kind !== 'eof'));
    const ends = new Set(parse(text).flatMap((record) => ('end' in record ? [record.end] : [])));
    ends.add(PREAMBLE.length).add(0);
    const parser = new AofParser();
    const records: AofRecord[] = [];
    for (let at = 0; at <= text.length; at++) {
      let error: unknown;
      try {
        records.push(...parser.end());
      } catch (thrown) {
        error = thrown;
      }
      if (ends.has(at)) expect(error, `cut at ${at}`).toBeUndefined();
      else expect(error, `cut at ${at}`).toMatchObject({ code: 'UNEXPECTED_EOF' });
      records.push(...parser.push(text.subarray(at, at + 1)));
    }
    const kept = records.filter(
      (record) => record.kind !== 'eof' && !(record.kind === 'warning' && record.code === 'OPEN_MULTI'),
    );
    expect(plain(kept)).toEqual(whole);
  });

  it('reads damaged logs or says that they are, and nothing else', () => {
    const files = [
      read(joinPath(AOF_FIXTURES, 'redis-6.2.16.preamble.aof')).subarray(0, 30_000),
      read(joinPath(AOF_FIXTURES, 'redis-7.4.1.multipart/appendonly.aof.2.incr.aof')).subarray(0, 3000),
      raw(log(['SET', 'k', 'v'], ['DEL', 'a', 'b'])),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...raw('0123456789*$#\r\n -')))), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.boolean(),
        fc.integer({ min: 1, max: 5000 }),
        (file, flips, tolerant, size) => {
          const bytes = file.slice();
          for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
          const parser = new AofParser({ tolerant });
          try {
            for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
            parser.end();
          } catch (error) {
            if (!RedisFileError.is(error)) throw error;
            expect(error.offset).toBeGreaterThanOrEqual(0);
            expect(error.offset).toBeLessThanOrEqual(bytes.length);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describeLive('redis-check-aof', () => {
  it('cuts where the parser says, at every byte', { timeout: 300_000 }, () => {
    const dir = mkdtempSync(joinPath(tmpdir(), 'rdb-aof-cut-'));
    try {
      const path = joinPath(dir, 'x.aof');
      const text = raw(
        `#TS:17\r\n${log(['SET', 'k', 'v'], ['MULTI'], ['INCR', 'n'])}#TS:18\r\n${log(['EXEC'], ['INCR', 'n'])}`,
      );
      for (let at = 1; at <= text.length; at++) {
        writeFileSync(path, text.subarray(0, at));
        const { stdout } = spawnSync('redis-check-aof', [path], { encoding: 'latin1' });
        const parser = new AofParser();
        parser.push(text.subarray(0, at));
        // An annotation that is torn is whole to the tool.
        const torn = /#(?:T(?:S(?::\d*\r?)?)?)?$/.test(shown(text.subarray(0, at)));
        if (!torn) expect(Number(/ok_up_to=(\d+)/.exec(stdout)?.[1]), `cut at ${at}: ${stdout}`).toBe(parser.validUpTo);
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
