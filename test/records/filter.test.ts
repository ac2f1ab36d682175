import { describe, expect, it } from 'vitest';
import { pipe, type RdbRecord, type RecordStream, readRdb } from '../../src/index.ts';
import { type FilterKeysOptions, filterKeys, hashSlot, KeyFilter } from '../../src/records/index.ts';
import * as file from './dump.ts';
import { brief, bytes, collect, inChunks, restream } from './dump.ts';

const NOW = 1_700_000_000_000;

const source = file.dump(
  file.aux('redis-ver', '7.0.15'),
  file.selectDb(0),
  file.resizeDb(4, 1),
  file.stringKey('a', 'x'.repeat(50)),
  file.stringKey('b', '12', NOW + 1000),
  file.listKey('list', ['1', '2', '3']),
  file.aux('between', '1'),
  file.selectDb(2),
  file.resizeDb(1, 0),
  file.slotInfo(3, 1),
  file.setKey('set', ['m'], NOW - 1000),
  file.memberExpiry('m', NOW + 5),
  file.selectDb(7),
  file.stringKey('a', 'z'),
);

const filtered = async (options: FilterKeysOptions): Promise<string[]> =>
  (await collect(pipe(readRdb(source), filterKeys({ now: NOW, ...options })))).map(brief);

describe('filterKeys', () => {
  it('drops hints, and nothing else where all keys are wanted', async () => {
    const all = (await collect(readRdb(source))).map(brief);
    expect(await filtered({})).toEqual(all.filter((one) => one !== 'resizeDb' && one !== 'slotInfo'));
  });

  it.each<[string, FilterKeysOptions, string[]]>([
    ['names', { keys: '*t' }, ['header', 'aux', 'select 0', 'list', 'aux', 'select 2', 'set', 'eof']],
    ['other names', { notKeys: ['a', 'set'] }, ['header', 'aux', 'select 0', 'b', 'list', 'aux', 'eof']],
    ['types', { types: ['set'] }, ['header', 'aux', 'aux', 'select 2', 'set', 'eof']],
    ['databases', { dbs: [7] }, ['header', 'aux', 'aux', 'select 7', 'a', 'eof']],
    ['slots', { slots: [hashSlot(bytes('a'))] }, ['header', 'aux', 'select 0', 'a', 'aux', 'select 7', 'a', 'eof']],
    ['times', { ttl: 'expired' }, ['header', 'aux', 'aux', 'select 2', 'set', 'eof']],
    ['time left', { ttl: { to: 5000 } }, ['header', 'aux', 'select 0', 'b', 'aux', 'eof']],
    ['nothing', { keys: [] }, ['header', 'aux', 'aux', 'eof']],
  ])('keeps by %s', async (_what, options, expected) => {
    expect(await filtered(options)).toEqual(expected);
  });

  it('ends the stream behind the last key that is wanted, and closes the source', async () => {
    expect(await filtered({ limit: 2 })).toEqual(['header', 'aux', 'select 0', 'a', 'b']);
    expect(await filtered({ keys: 'a', limit: 2 })).toEqual(['header', 'aux', 'select 0', 'a', 'aux', 'select 7', 'a']);
    expect(await filtered({ limit: 6 })).toContain('eof');
    let taken = 0;
    let closed = false;
    function* chunks(): Generator<Uint8Array> {
      try {
        for (const chunk of inChunks(source, 10)) {
          taken += chunk.length;
          yield chunk;
        }
      } finally {
        closed = true;
      }
    }
    await collect(pipe(readRdb(chunks()), filterKeys({ limit: 1 })));
    expect(closed).toBe(true);
    expect(taken).toBeLessThan(source.length / 2);
  });

  it('counts anew in every iteration', async () => {
    const limited = pipe(
      restream(() => readRdb(source)),
      filterKeys({ limit: 1 }),
    );
    for (let i = 0; i < 2; i++) expect((await collect(limited)).map(brief)).toContain('a');
  });

  it('keeps times of members with their key', async () => {
    const records = await collect(pipe(readRdb(inChunks(source, 1)), filterKeys({ types: ['set'] })));
    const set = records.find((record) => record.kind === 'key');
    expect(set?.memberExpires).toEqual([{ member: bytes('m'), expiresAt: NOW + 5 }]);
  });

  it('takes a filter that was made before, and batches of any size', async () => {
    const filter = new KeyFilter({ types: ['string'], dbs: [0] });
    for (const size of [1, 7, 1000]) {
      const records = await collect(pipe(readRdb(inChunks(source, size)), filterKeys(filter)));
      expect(records.map(brief)).toEqual(['header', 'aux', 'select 0', 'a', 'b', 'aux', 'eof']);
    }
  });

  it('takes keys that are text', async () => {
    const umlaut = file.dump(
      file.selectDb(0),
      file.stringKey(Uint8Array.from(Buffer.from('\u00f6')), '1'),
      file.stringKey(bytes('\xf6'), '2'),
    );
    const named = async (strings: 'utf8' | 'latin1', keys: string | Uint8Array): Promise<string[]> =>
      (await collect(pipe(readRdb(umlaut, { strings }), filterKeys({ keys, strings })))).flatMap((record) =>
        record.kind === 'key' ? [record.key] : [],
      );
    expect(await named('utf8', '\u00f6')).toEqual(['\u00f6']);
    expect(await named('latin1', bytes('\xf6'))).toEqual(['\xf6']);
    expect(await named('latin1', '\u00f6')).toEqual(['\xc3\xb6']);
  });

  it('passes warnings on, but for those about keys that are not wanted', async () => {
    const odd = file.dump(file.selectDb(0), file.setKey('a', ['m', 'm']), file.setKey('b', ['m', 'm']));
    const records = await collect(pipe(readRdb(odd), filterKeys({ keys: 'b' })));
    expect(records.map(brief)).toEqual(['header', 'warning b', 'select 0', 'b', 'eof']);
  });

  describe('with keys in pieces', () => {
    const items = (name: string, count: number): Uint8Array =>
      file.listKey(
        name,
        Array.from({ length: count }, (_, i) => `item ${i}`),
      );
    const large = file.dump(
      file.selectDb(0),
      items('one', 60),
      file.stringKey('small', '1'),
      items('two', 40),
      file.stringKey('big', 'y'.repeat(3000)),
      items('three', 20),
    );
    const read = (values: 'data' | 'raw' | 'skip'): RecordStream<RdbRecord> =>
      readRdb(inChunks(large, 50), { values, large: 'pieces', maxValueBytes: 200 }) as RecordStream<never>;
    const whole = async (values: 'data' | 'raw', options: FilterKeysOptions): Promise<RdbRecord[]> =>
      collect(pipe(read(values), filterKeys(options)));

    it.each(['data', 'raw'] as const)('keeps all of a key or nothing of it at the level %s', async (values) => {
      const all = await collect(read(values));
      expect(all.some((record) => record.kind === 'keyBegin')).toBe(true);
      for (const name of ['one', 'small', 'two', 'big', 'three']) {
        const of = (record: object): boolean =>
          Buffer.from((record as { key?: Uint8Array }).key ?? []).equals(bytes(name));
        const kept = await whole(values, { keys: name });
        expect(kept.filter((record) => 'key' in record)).toEqual(all.filter(of));
        expect(kept[0]?.kind).toBe('header');
        expect(kept.at(-1)?.kind).toBe('eof');
      }
    });

    it('ends behind the last piece', async () => {
      const records = await whole('data', { limit: 3, types: ['list', 'string'] });
      expect(records.at(-1)).toMatchObject({ kind: 'keyEnd', key: bytes('two') });
    });

    it.each<[FilterKeysOptions['size'], string[]]>([
      [{ min: 300 }, ['one', 'two', 'big']],
      [{ max: 300 }, ['small', 'three']],
      [{ min: 100, max: 1000 }, ['one', 'two', 'three']],
      [{ min: 3005, max: 3005 }, ['big']],
      [{ max: 1 }, []],
      [{ min: 2, max: 2 }, ['small']],
    ])('judges the size of the stored value: %o', async (size, expected) => {
      const names = async (options: FilterKeysOptions): Promise<string[]> =>
        (await whole('raw', options)).flatMap((record) =>
          record.kind === 'key' || record.kind === 'keyEnd' ? [Buffer.from(record.key).toString()] : [],
        );
      expect(await names({ size })).toEqual(expected);
      expect(await names({ size, limit: 1 })).toEqual(expected.slice(0, 1));
      const records = await whole('raw', { size });
      const all = await whole('raw', {});
      const kept = all.filter(
        (record) => !('key' in record) || expected.includes(Buffer.from(record.key ?? []).toString()),
      );
      expect(records).toEqual(kept.filter((record) => record.kind !== 'selectDb' || expected.length > 0));
    });

    it('refuses to judge sizes where stored bytes are not read', async () => {
      for (const values of ['data', 'skip'] as const) {
        await expect(collect(pipe(read(values), filterKeys({ size: { min: 1 } })))).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining("values: 'raw'"),
        });
      }
    });
  });

  it('keeps commands that concern no key, unless their database is not wanted', () => {
    const record: RdbRecord = { kind: 'journal', offset: 0, db: 1, commands: [] };
    const push = (options: FilterKeysOptions): unknown[] => filterKeys<RdbRecord>(options).push([record]);
    for (const wanted of [
      { keys: 'none' },
      { types: ['string'] },
      { dbs: [1] },
      { ttl: 'any' },
      { limit: 1 },
    ] as const) {
      expect(push(wanted)).toEqual([record]);
    }
    expect(push({ dbs: [0] })).toEqual([]);
  });

  it('knows keys of which only commands are known as those of modules', () => {
    const record = {
      kind: 'keyJournal',
      offset: 0,
      db: 0,
      key: bytes('m'),
      expiresAt: undefined,
      commands: [],
    } as const;
    const push = (options: FilterKeysOptions): unknown[] => filterKeys<RdbRecord>(options).push([record as never]);
    expect(push({ types: ['module'] })).toHaveLength(1);
    expect(push({ types: ['string'] })).toHaveLength(0);
    expect(push({ keys: 'm' })).toHaveLength(1);
    expect(push({ size: {} })).toHaveLength(0);
  });
});
