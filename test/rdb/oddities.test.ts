/** Records that no server writes this way, and that are read all the same, or refused. */
import { describe, expect, it } from 'vitest';
import { readRdb, toCommands } from '../../src/index.ts';
import { concat, file, hex, key, len, listpack, str } from '../helpers/encoders.ts';
import { LEVELS, readAll } from '../helpers/readings.ts';
import { rewrite } from './write-helpers.ts';

/** An aux field. */
const aux = (name: string, value: string): Uint8Array => concat(hex('FA'), str(name), str(value));

describe('KeyDB: a member that is to expire, without a time behind it', () => {
  it.each(LEVELS)('is a warning at %s, and the file is read on', (values) => {
    const bytes = file(
      9,
      concat(key(2, 'set', concat(len(1), str('m'))), aux('keydb-subexpire-key', 'm'), key(0, 'next', str('v'))),
    );
    const { records, error } = readAll([bytes], { values });
    expect(error).toBeUndefined();
    expect(records.filter(({ kind }) => kind === 'key').length).toBe(2);
    expect(records.filter((record) => record.kind === 'warning').map(({ code }) => code)).toEqual(['SURPLUS_BYTES']);
  });
});

describe('KeyDB: the time of a member that is about no key', () => {
  const member = aux('keydb-subexpire-key', 'm');
  const time = aux('keydb-subexpire-when', '4102444800000');
  const set = key(2, 'set', concat(len(1), str('m')));

  it.each(LEVELS)('is a warning at %s, and the file is read on', (values) => {
    for (const body of [
      concat(time, set),
      concat(set, time),
      concat(member, time, set),
      concat(set, hex('FE 01'), member, time, key(0, 'next', str('v'))),
    ]) {
      const { records, error } = readAll([file(9, body)], { values });
      expect(error).toBeUndefined();
      expect(records.filter((record) => record.kind === 'warning').map(({ code }) => code)).toEqual(['SURPLUS_BYTES']);
      const keys = records.filter((record) => record.kind === 'key');
      expect(keys.every(({ memberExpires }) => memberExpires === undefined)).toBe(true);
    }
    const { records } = readAll([file(9, concat(set, member, time, member, time))], { values });
    expect(records.some((record) => record.kind === 'warning')).toBe(false);
  });
});

describe('Valkey: a slot import', () => {
  it('of more ranges than there are slots is refused before it is read', () => {
    const bytes = file(80, concat(hex('F3'), str('job'), len(16_385)));
    bytes.set(Buffer.from('VALKEY080'));
    expect(readAll([bytes]).error).toMatchObject({ code: 'BAD_LENGTH' });
  });
});

describe('Dragonfly: JSON of its first releases', () => {
  const json = '{"a":[1,2]}';
  const old = (version: number): Uint8Array => file(version, concat(aux('df-ver', '1'), key(20, 'k', str(json))));

  it.each(LEVELS)('is text under the number of a set, at %s', (values) => {
    const { records, error } = readAll([old(9)], { values });
    expect(error).toBeUndefined();
    const found = records.find((record) => record.kind === 'key');
    expect(found).toMatchObject({ type: 'json', encoding: 'raw' });
    if (values === 'data' && found?.kind === 'key')
      expect(Buffer.from(found.value as Uint8Array).toString()).toBe(json);
  });

  it('is a set from RDB 10 on, and in files of others', () => {
    const set = str(listpack(['m']));
    for (const bytes of [file(10, concat(aux('df-ver', '1'), key(20, 'k', set))), file(9, key(20, 'k', set))]) {
      const { records, error } = readAll([bytes]);
      expect(error).toBeUndefined();
      expect(records.find((record) => record.kind === 'key')).toMatchObject({ type: 'set', encoding: 'listpack' });
    }
  });

  it('is copied as it is, and no server is given it as a set', () => {
    for (const values of ['data', 'raw', 'scan raw'] as const) {
      for (const options of values === 'data' ? [] : [{}, { thresholds: {} }]) {
        const { records } = readAll([rewrite(old(9), options, { values }).bytes]);
        expect(records.find((record) => record.kind === 'key')).toMatchObject({ type: 'json', typeId: 20 });
      }
      const { bytes, losses } = rewrite(old(9), { target: 'redis:7.2' }, { values });
      expect(losses.map(({ kind }) => kind)).toContain('key');
      expect(readAll([bytes]).records.some((record) => record.kind === 'key')).toBe(false);
    }
  });

  it('is one JSON.SET', async () => {
    const lines: string[][] = [];
    for await (const { argv } of toCommands(readRdb(old(9)), { target: 'redis:8.0' })) {
      lines.push(argv.map((argument) => Buffer.from(argument).toString()));
    }
    expect(lines).toContainEqual(['JSON.SET', 'k', '$', json]);
  });
});
