/** What is true of every reading. */
import { describe, expect, it } from 'vitest';
import { type RdbOptions, RdbParser, RedisFileError, readRdb } from '../../src/index.ts';
import { concat, file, hex, key, len, str, withChecksum } from '../helpers/encoders.ts';
import { readHand } from '../helpers/fixtures.ts';
import {
  type AnyRecord,
  difference,
  handFixtures,
  LEVELS,
  largeFixtures,
  randomCuts,
  readAll,
  sameTexts,
  smallFixtures,
  snapshot,
} from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

const forms: RdbOptions[] = LEVELS.flatMap((values) => [
  { values },
  { values, large: 'pieces' as const, maxValueBytes: 64 },
  { values, strings: 'latin1' as const, checksum: 'ignore' as const },
]);

describe('records in order', () => {
  it.each([...handFixtures(), ...largeFixtures(), ...synthetic])('$name', ({ name, bytes }) => {
    for (const options of forms) {
      const parser = new RdbParser(options);
      const records: AnyRecord[] = [];
      let offset = 0;
      const read = (more: AnyRecord[]): void => {
        records.push(...more);
        expect(parser.offset).toBeGreaterThanOrEqual(offset);
        offset = parser.offset;
        expect(offset).toBeLessThanOrEqual(bytes.length);
      };
      let error: unknown;
      try {
        read(parser.push(bytes) as AnyRecord[]);
        read(parser.end() as AnyRecord[]);
      } catch (thrown) {
        error = thrown;
      }
      const kinds = records.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'header').length).toBe(1);
      expect(kinds[0]).toBe('header');
      expect(parser.done).toBe(error === undefined);
      expect(kinds.filter((kind) => kind === 'eof').length).toBe(error === undefined ? 1 : 0);
      const told = records.filter(({ kind }) => kind !== 'warning');
      if (error === undefined) expect(told.at(-1)!.kind).toBe('eof');
      // Matchers cost more than the readings where each record needs some, so that what is wrong is gathered.
      const wrong: string[] = [];
      let before = 0;
      for (const { kind, offset } of told) {
        // Records of one compressed blob stand at one place, pieces at that of their key.
        const same = name.startsWith('dragonfly-') || ['keyItems', 'itemBytes', 'keyEnd'].includes(kind);
        if (offset < before || (!same && before > 0 && offset === before)) {
          wrong.push(`a ${kind} at ${offset} behind a record at ${before}`);
        }
        before = offset;
      }
      for (const { kind, offset } of records) {
        if (!Number.isInteger(offset) || offset < 0 || offset > bytes.length) wrong.push(`a ${kind} at ${offset}`);
      }
      let open = false;
      for (const kind of kinds) {
        if ((kind === 'keyBegin' || kind === 'key') && open) wrong.push(`a ${kind} inside a key`);
        if (['keyItems', 'itemBytes', 'keyEnd'].includes(kind) && !open) wrong.push(`a ${kind} outside of a key`);
        if (kind === 'keyBegin') open = true;
        if (kind === 'keyEnd') open = false;
      }
      expect(wrong).toEqual([]);
      if (error === undefined) expect(open).toBe(false);
    }
  });
});

describe('the levels agree', () => {
  it.each([...handFixtures(), ...largeFixtures(), ...synthetic])('about everything but values: $name', ({ bytes }) => {
    const shown = LEVELS.map((values) =>
      readAll([bytes], { values })
        .records.filter(({ kind }) => kind !== 'warning')
        .map((record) => {
          const { raw: _raw, ...rest } = record as AnyRecord & {
            valueStart?: number;
            value?: unknown;
            parts?: unknown;
          };
          if (record.kind === 'key')
            Object.assign(rest, { value: undefined, valueStart: undefined, memberExpires: undefined });
          if (record.kind === 'moduleAux') Object.assign(rest, { parts: undefined });
          return snapshot(rest);
        }),
    );
    for (const one of shown) expect(sameTexts(one, shown[0]!)).toBe(true);
  });
});

describe('the parser', () => {
  it('hands everything out once', () => {
    for (const { bytes } of smallFixtures()) {
      const { error } = readAll([bytes]);
      if (error !== undefined) continue;
      const parser = new RdbParser();
      parser.push(bytes);
      parser.end();
      expect(parser.end()).toEqual([]);
      expect(parser.flush()).toEqual([]);
      expect(parser.push(new Uint8Array(0))).toEqual([]);
    }
  });

  it('throws the same error again, and again', () => {
    const bytes = file(9, key(0, 'k', str('v')), hex('08'));
    const parser = new RdbParser();
    expect(parser.push(bytes).map(({ kind }) => kind)).toEqual(['header', 'key']);
    const thrown: unknown[] = [];
    for (const again of [() => parser.push(bytes), () => parser.end(), () => parser.push(bytes)]) {
      try {
        again();
      } catch (error) {
        thrown.push(error);
      }
    }
    expect(thrown.length).toBe(3);
    expect(thrown[0]).toMatchObject({ code: 'UNKNOWN_TYPE' });
    expect(new Set(thrown).size).toBe(1);
    expect(parser.done).toBe(false);
  });

  it('gives nothing any more once it stopped', () => {
    const parser = new RdbParser({ onError: 'stop' });
    expect(parser.push(file(9, hex('08'))).map(({ kind }) => kind)).toEqual(['header', 'warning']);
    expect(parser.push(file(9))).toEqual([]);
    expect(parser.end()).toEqual([]);
    expect(parser.done).toBe(false);
  });

  it('stops at the end of the RDB and keeps what follows', () => {
    for (const { bytes } of smallFixtures()) {
      const whole = readAll([bytes]);
      if (whole.error !== undefined || whole.records.some(({ kind }) => kind === 'warning')) continue;
      const parser = new RdbParser();
      const commands = Buffer.from('*1\r\n$4\r\nPING\r\n');
      for (const chunk of randomCuts(concat(bytes, commands), 30, bytes.length)) parser.push(chunk);
      expect(parser.done).toBe(true);
      expect(parser.offset).toBe(bytes.length);
      expect(Buffer.from(parser.rest()).toString()).toBe(commands.toString());
      expect(parser.end()).toEqual([]);
    }
  });

  it.each([
    { values: 'deep' },
    { strings: 'ascii' },
    { large: 'huge' },
    { onError: 'panic' },
    { checksum: true },
    { family: 'keydb' },
    { maxValueBytes: 0 },
    { maxValueBytes: 1.5 },
    { maxValueBytes: Number.NaN },
    { views: 1 },
    { strictVersion: 'yes' },
    { values: 1n },
    { values: null },
  ])('refuses the options %o', (options) => {
    for (const open of [
      () => new RdbParser(options as RdbOptions),
      () => readRdb(new Uint8Array(0), options as RdbOptions),
    ]) {
      expect(open).toThrow(expect.objectContaining({ name: 'RedisFileError', code: 'INVALID_ARGUMENT' }));
    }
  });

  it.each([undefined, null, 'REDIS0009', [1, 2], new ArrayBuffer(9), 9])('refuses the chunk %o', (chunk) => {
    const parser = new RdbParser();
    expect(() => parser.push(chunk as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('readRdb', () => {
  it.each([...smallFixtures(), ...synthetic])(
    'gives the records of the parser, single or in batches: $name',
    async ({ bytes }) => {
      for (const options of forms) {
        const expected = readAll([bytes], options);
        const seen: { shown: string[]; error: unknown }[] = [];
        let empty = false;
        for (const source of [bytes, [bytes], [...randomCuts(bytes, 50, 1)], new Blob([bytes])]) {
          const single: string[] = [];
          const singly = (async () => {
            for await (const record of readRdb(source, options)) single.push(snapshot(record));
          })();
          seen.push({ error: await singly.catch((error: unknown) => error), shown: single });
          const inBatches: string[] = [];
          const batched = (async () => {
            for await (const batch of readRdb(source, options).batches()) {
              empty ||= batch.length === 0;
              inBatches.push(...batch.map(snapshot));
            }
          })();
          seen.push({ error: await batched.catch((error: unknown) => error), shown: inBatches });
        }
        expect(empty).toBe(false);
        for (const one of seen) expect(difference({ records: [], ...one }, expected)).toBeUndefined();
      }
    },
  );

  it('may be called once more', async () => {
    const { bytes } = readHand('rdb9-attributes');
    const stream = readRdb(bytes);
    const first: string[] = [];
    for await (const record of stream) first.push(snapshot(record));
    const second: string[] = [];
    for await (const record of stream) second.push(snapshot(record));
    expect(second).toEqual(first);
  });
});

describe('versions', () => {
  const withVersion = (bytes: Uint8Array, magic: string): Uint8Array => {
    const changed = bytes.slice();
    changed.set(Buffer.from(magic));
    return withChecksum(changed);
  };
  const redis = readHand('rdb15-templates').bytes;
  const valkey = readHand('valkey80-field-ttl-slots').bytes;

  it.each([
    ['REDIS0017', redis],
    ['REDIS0099', redis],
    ['REDIS9999', redis],
    ['VALKEY082', valkey],
    ['VALKEY999', valkey],
  ])('%s is read, with a warning', (magic, source) => {
    const bytes = withVersion(source, magic);
    const { records, error } = readAll([bytes]);
    expect(error).toBeUndefined();
    const [header, warning, ...rest] = records;
    expect(header).toMatchObject({ kind: 'header', version: Number(magic.replace(/\D/g, '')) });
    expect(warning).toMatchObject({
      kind: 'warning',
      code: 'NEWER_VERSION',
      offset: 0,
      db: undefined,
      key: undefined,
      error: undefined,
    });
    expect(rest.map(snapshot)).toEqual(readAll([source]).shown.slice(1));
    const strict = readAll([bytes], { strictVersion: true });
    expect(strict.records).toEqual([]);
    expect(strict.error).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      offset: 0,
      context: { phase: 'the header', records: 0 },
    });
    expect(strict.error).toBeInstanceOf(RedisFileError);
  });

  it.each(['VALKEY079', 'VALKEY011', 'VALKEY000'])('%s is refused, as no server makes or loads it', (magic) => {
    const bytes = withVersion(valkey, magic);
    for (const chunks of [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))]) {
      const { records, error } = readAll(chunks);
      expect(records).toEqual([]);
      expect(error).toMatchObject({ code: 'UNSUPPORTED_VERSION', offset: 0, context: { phase: 'the header' } });
    }
  });

  it('that are known are read without one, strictly too', () => {
    for (const { bytes } of smallFixtures().filter(({ name }) => name !== 'rdb99-newer')) {
      const { records } = readAll([bytes], { strictVersion: true });
      expect(records[0]?.kind).toBe('header');
      expect(records.some((record) => record.kind === 'warning' && record.code === 'NEWER_VERSION')).toBe(false);
    }
  });

  it('decide whether there is a checksum', () => {
    for (let version = 0; version <= 16; version++) {
      const bytes = file(version);
      expect(bytes.length).toBe(version < 5 ? 10 : 18);
      expect(readAll([bytes]).shown.length).toBe(2);
      expect(readAll([bytes.subarray(0, -1)]).error).toMatchObject({ code: 'UNEXPECTED_EOF' });
    }
  });
});

describe('the family', () => {
  const typed = (type: number, value: Uint8Array, version: number = 12): Uint8Array =>
    file(version, key(type, 'k', value));

  it('that is asked for decides what type 22 means', () => {
    const time = hex('00 D8 C3 2C BB 03 00 00');
    const ofRedis = concat(len(1), len(4102444800000), str('f'), str('v'));
    const ofValkey = concat(len(1), str('f'), str('v'), time);
    const value = [{ field: Buffer.from('f'), value: Buffer.from('v'), expiresAt: 4102444800000 }].map((item) => ({
      ...item,
      field: new Uint8Array(item.field),
      value: new Uint8Array(item.value),
    }));
    for (const [bytes, options] of [
      [typed(22, ofRedis), {}],
      [typed(22, ofRedis, 80), { family: 'redis' }],
      [typed(22, ofValkey, 80), {}],
      [typed(22, ofValkey), { family: 'valkey' }],
    ] as const) {
      const { records, error } = readAll([bytes], options);
      expect(error).toBeUndefined();
      expect(records[1]).toMatchObject({ kind: 'key', type: 'hash', value });
    }
  });

  it('is told by the header', () => {
    expect(readAll([file(9)]).records[0]).toMatchObject({ family: 'redis', version: 9 });
    expect(readAll([file(80)]).records[0]).toMatchObject({ family: 'valkey', version: 80 });
    for (const family of ['redis', 'valkey', 'dragonfly'] as const) {
      expect(readAll([file(9)], { family }).records[0]).toMatchObject({ family });
      expect(readAll([file(80)], { family }).records[0]).toMatchObject({ family });
    }
  });

  it('Dragonfly is recognised by an AUX field, where nobody says otherwise', () => {
    const bytes = file(9, concat(hex('FA'), str('df-ver'), str('1')), key(30, 'k', str('[1]')));
    expect(readAll([bytes]).records[2]).toMatchObject({ kind: 'key', type: 'json' });
    expect(readAll([bytes], { family: 'dragonfly' }).records[2]).toMatchObject({ kind: 'key', type: 'json' });
    expect(readAll([bytes], { family: 'redis' }).error).toMatchObject({ code: 'UNKNOWN_TYPE' });
  });

  it.each([
    ['the end of a full sync', 'C8 00 00 00 00 00 00 00 00'],
    ['the same without zeros, as old builds have it', 'C8'],
    ['an offset in the journal', 'D3 01 02 00 00 00 00 00 00'],
  ])('what Dragonfly has between its records is passed over: %s', (_, between) => {
    const head = concat(hex('FA'), str('df-ver'), str('1'));
    const bytes = file(9, head, key(0, 'a', str('1')), hex(between), key(0, 'b', str('2')), hex(between));
    for (const chunks of [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))]) {
      const { records, error } = readAll(chunks);
      expect(error).toBeUndefined();
      expect(records.flatMap((record) => (record.kind === 'key' ? [record.key] : []))).toEqual([hex('61'), hex('62')]);
    }
    expect(readAll([bytes], { family: 'redis' }).error).toMatchObject({ code: 'UNKNOWN_OPCODE' });
  });
});
