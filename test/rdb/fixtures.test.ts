/** Every fixture, against what its server or the format says it holds. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeDump, decodeFunctions, RdbParser, type RdbRecord, RedisFileError } from '../../src/index.ts';
import { bytesOfHex, dumps, functionDumps, refusedDumps } from '../fixtures/vectors.ts';
import {
  compareDataset,
  compareFunctions,
  compareJson,
  compareRecords,
  type ExpectedDataset,
  optionsOf,
  readExpected,
} from '../helpers/compare.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { deepBytesOf, type JsonObject, parseNdjson } from '../helpers/json.ts';
import { ndjsonOf, recordsOf, unpacked } from '../helpers/read.ts';
import { asJson, keyJson, valueJson } from '../helpers/record-json.ts';

type Keyed = Extract<RdbRecord<string>, { kind: 'key' }>;

function keysOf(records: RdbRecord<string>[]): JsonObject[] {
  return records.filter((record): record is Keyed => record.kind === 'key').map(keyJson);
}

/** The value of a payload in the form of the corpus. */
function dumpJson(payload: Uint8Array): JsonObject {
  const dump = decodeDump(payload, { strings: 'latin1' });
  const { value, beside } = valueJson(dump);
  const meta = dump.meta?.map((one) => ({
    class: one.class,
    version: one.version,
    flags: one.flags,
    data: (valueJson({ type: 'module', value: { module: '', version: 0, parts: one.parts } }).value as JsonObject)[
      'data'
    ],
  }));
  return asJson({ type: dump.type, encoding: dump.encoding, value, ...beside, meta } as JsonObject);
}

describe('dumps of real servers', () => {
  it.each(corpusNames())('%s holds what its server says, as JSON and as records', (name) => {
    const bytes = readCorpus(name);
    const expected = readExpected(name);
    const options = { ...optionsOf(name), decodeDump: dumpJson };
    const lines = parseNdjson(ndjsonOf([bytes], 'latin1').text);
    expect(compareDataset(lines, expected, options)).toEqual([]);
    const records = recordsOf([bytes]);
    expect(compareDataset(keysOf(records), expected, options)).toEqual([]);
    const functions = records.filter((record) => record.kind === 'function').map((record) => record.code);
    expect(compareFunctions(functions, expected.functions)).toEqual([]);
    expect(records.filter((record) => record.kind === 'warning')).toEqual([]);
    expect(records.at(-1)).toMatchObject({ kind: 'eof', checksum: expected.version < 5 ? 'absent' : 'verified' });
  });
});

describe('the tour', () => {
  it('holds what its server says', () => {
    const folder = new URL('../../fixtures/tour/', import.meta.url);
    const bytes = new Uint8Array(readFileSync(new URL('tour.rdb', folder)));
    const expected = JSON.parse(readFileSync(new URL('tour.expected.json', folder), 'utf8')) as ExpectedDataset;
    expect(compareDataset(parseNdjson(ndjsonOf([bytes], 'latin1').text), expected)).toEqual([]);
  });
});

describe('files built by hand', () => {
  it.each(handNames())('%s reads as its JSON says', async (name) => {
    const { bytes: stored, records: expected, info } = readHand(name);
    const bytes = info.container === 'lz4' ? await unpacked(new Uint8Array(stored)) : stored;
    if (info.error !== undefined && info.error !== 'TRAILING_DATA') {
      const parser = new RdbParser({ strings: 'latin1' });
      const before: RdbRecord<string>[] = [];
      const caught = ((): unknown => {
        try {
          before.push(...parser.push(bytes));
          parser.end();
          return before.push(...parser.push(new Uint8Array(0)));
        } catch (error) {
          return error;
        }
      })();
      expect(caught).toBeInstanceOf(RedisFileError);
      expect((caught as RedisFileError).code).toBe(info.error);
      if (info.errorKey !== undefined) {
        expect(Buffer.from((caught as RedisFileError).context.key!).toString('latin1')).toBe(info.errorKey);
      }
      if (info.keysBefore !== undefined) expect(keysOf(before).map(({ key }) => key)).toEqual(info.keysBefore);
      return;
    }
    expect(compareRecords(parseNdjson(ndjsonOf([bytes], 'text').text), expected!)).toEqual([]);
    const records = recordsOf([bytes]);
    const latin1 = parseNdjson(ndjsonOf([bytes], 'latin1').text);
    expect(compareRecords(keysOf(records), latin1)).toEqual([]);
    checkInfo(records, info);
  });
});

function checkInfo(records: RdbRecord<string>[], info: ReturnType<typeof readHand>['info']): void {
  const of = <K extends RdbRecord<string>['kind']>(kind: K): Extract<RdbRecord<string>, { kind: K }>[] =>
    records.filter((record): record is Extract<RdbRecord<string>, { kind: K }> => record.kind === kind);
  expect(of('header')).toMatchObject([{ version: info.version }]);
  if (info.checksum !== undefined) {
    const states = { none: 'absent', zero: 'absent', ok: 'verified', wrong: 'error' } as const;
    expect(of('eof')).toMatchObject([{ checksum: states[info.checksum] }]);
  }
  if (info.aux !== undefined) expect(of('aux').map(({ name, value }) => [name, value])).toEqual(info.aux);
  if (info.selectDb !== undefined) expect(of('selectDb').map(({ db }) => db)).toEqual(info.selectDb);
  if (info.resizeDb !== undefined) {
    expect(of('resizeDb').map(({ keys, expires }) => [keys, expires])).toEqual(info.resizeDb);
  }
  if (info.functions !== undefined) expect(of('function').map(({ code }) => code)).toEqual(info.functions);
  if (info.functionsPreGa !== undefined) expect(of('function')).toMatchObject(info.functionsPreGa);
  if (info.moduleAux !== undefined) {
    const shown = of('moduleAux').map(({ module, version, when, parts }) => {
      const { value } = valueJson({ type: 'module', value: { module, version, parts: parts! } });
      return asJson({ ...(value as JsonObject), when });
    });
    expect(shown.length).toBe(info.moduleAux.length);
    shown.forEach((one, i) => {
      expect(compareJson(one, info.moduleAux![i]!, 'moduleAux')).toEqual([]);
    });
  }
  if (info.slotInfo !== undefined) expect(of('slotInfo')).toMatchObject(info.slotInfo);
  if (info.slotImport !== undefined) expect(of('slotImport')).toMatchObject(info.slotImport);
  if (info.hashTemplates !== undefined) expect(of('hashTemplate')).toMatchObject(info.hashTemplates);
  if (info.duplicates !== undefined) {
    const warned = of('warning').filter(({ code }) => code === 'DUPLICATE_ITEM');
    expect(warned.map(({ key }) => key)).toEqual(info.duplicates.values);
  }
  if (info.trailing !== undefined) {
    expect(of('warning').at(-1)?.message).toContain(`${info.trailing} bytes behind the end`);
  }
}

describe('payloads of DUMP', () => {
  it.each(dumps)('$name', ({ hex, expected }) => {
    expect(compareJson(dumpJson(bytesOfHex(hex)), deepBytesOf(expected) as JsonObject, 'value')).toEqual([]);
  });

  it.each(refusedDumps)('$name is refused: $expected', ({ hex }) => {
    expect(() => decodeDump(bytesOfHex(hex))).toThrow(RedisFileError);
  });

  it.each(functionDumps)('functions: $name', ({ hex, expected }) => {
    const libraries = decodeFunctions(bytesOfHex(hex), { strings: 'latin1' });
    expect(libraries.map(({ code }) => code)).toEqual(expected);
  });
});
