import { describe, expect, it } from 'vitest';
import { pipe, type RdbRecord, RedisFileError, readRdb } from '../../src/index.ts';
import { changeTtl, filterKeys, mapDb, renameKeys, renamePrefix, type TtlChange } from '../../src/records/index.ts';
import * as file from './dump.ts';
import { brief, bytes, collect, inChunks } from './dump.ts';

const AT = 1_700_000_000_000;

const source = file.dump(
  file.selectDb(0),
  file.resizeDb(3, 1),
  file.slotInfo(3, 1),
  file.stringKey('user:1', 'one', AT),
  file.setKey('user:2', ['m'], AT + 5),
  file.memberExpiry('m', AT + 7),
  file.selectDb(3),
  file.resizeDb(1, 0),
  file.listKey('other', ['a', 'b']),
);

const items = Array.from({ length: 60 }, (_, i) => `item ${i}`);
const large = file.dump(
  file.selectDb(1),
  file.listKey('pieces', items, AT),
  file.stringKey('small', 'x'),
  file.stringKey('huge', 'y'.repeat(200_000)),
);

type Whole = RdbRecord & { kind: 'key' };

const keys = (records: RdbRecord[]): Whole[] => records.filter((record): record is Whole => record.kind === 'key');
const nameOf = (record: { key: Uint8Array | string }): string => Buffer.from(record.key).toString('latin1');

/** The bytes of the value that records of the level raw carry, and whether its frame is to be written anew. */
function storedOf(records: RdbRecord[], name: string): { stored: string; anew: boolean } {
  let stored = Buffer.alloc(0);
  let start: number | undefined;
  for (const record of records as RdbRecord<Uint8Array<ArrayBuffer>, 'raw'>[]) {
    if (!('key' in record) || record.key === undefined || nameOf(record as Whole) !== name) continue;
    if (record.kind === 'key' || record.kind === 'keyBegin') start = record.valueStart;
    if (record.kind === 'key') stored = Buffer.from(record.raw!.subarray(record.valueStart));
    if (record.kind === 'itemBytes') stored = Buffer.concat([stored, record.value]);
  }
  return { stored: stored.toString('latin1'), anew: start === 0 };
}

describe('renameKeys and renamePrefix', () => {
  it('changes names and nothing else', async () => {
    const before = await collect(readRdb(source));
    const after = await collect(
      pipe(
        readRdb(source),
        renameKeys((key, db) => bytes(`${db}-${nameOf({ key })}`)),
      ),
    );
    expect(keys(after).map(nameOf)).toEqual(['0-user:1', '0-user:2', '3-other']);
    expect(keys(after).map(({ key: _, ...rest }) => rest)).toEqual(keys(before).map(({ key: _, ...rest }) => rest));
    expect(after.map(({ kind }) => kind)).toEqual(before.map(({ kind }) => kind).filter((kind) => kind !== 'slotInfo'));
  });

  it('takes times of members along', async () => {
    const records = keys(await collect(pipe(readRdb(source), renamePrefix('user:', 'u/'))));
    expect(records.map(nameOf)).toEqual(['u/1', 'u/2', 'other']);
    expect(records[1]?.memberExpires).toEqual([{ member: bytes('m'), expiresAt: AT + 7 }]);
    expect(records[1]?.expiresAt).toBe(AT + 5);
  });

  it('takes prefixes as bytes, empty ones too', async () => {
    const names = async (from: string | Uint8Array, to: string | Uint8Array): Promise<string[]> =>
      keys(await collect(pipe(readRdb(source), renamePrefix(from, to)))).map(nameOf);
    expect(await names(bytes('user:'), bytes('\xff'))).toEqual(['\xff1', '\xff2', 'other']);
    expect(await names('', 'copy:')).toEqual(['copy:user:1', 'copy:user:2', 'copy:other']);
    expect(await names('user:', '')).toEqual(['1', '2', 'other']);
    expect(await names('other-and-longer', 'x')).toEqual(['user:1', 'user:2', 'other']);
    expect(await names('other', '\u00f6')).toEqual(['user:1', 'user:2', '\xc3\xb6']);
  });

  it('leaves records of keys that keep their name what they are', async () => {
    const before = await collect(readRdb(source, { values: 'raw' }));
    const rename = renamePrefix<(typeof before)[number]>('user:', 'user:');
    const after = rename.push(before);
    for (const record of after) expect(before).toContain(record);
  });

  it('changes names that are text', async () => {
    const names: string[] = [];
    for await (const record of pipe(readRdb(source, { strings: 'utf8' }), renamePrefix('user:', '\u00f6:'))) {
      if (record.kind === 'key') names.push(record.key);
    }
    expect(names).toEqual(['\u00f6:1', '\u00f6:2', 'other']);
  });

  it('refuses names of another kind than the old ones', async () => {
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    const run = (name: unknown): Promise<unknown> =>
      collect(pipe(readRdb(source), renameKeys((() => name) as () => Uint8Array)));
    await expect(run('text')).rejects.toEqual(refused);
    await expect(run(undefined)).rejects.toEqual(refused);
    const text = pipe(readRdb(source, { strings: 'utf8' }), renamePrefix(bytes('u'), 'x'));
    await expect(collect(text)).rejects.toEqual(refused);
  });

  it('refuses to rename a key of which only commands are known', () => {
    const journal = { kind: 'keyJournal', offset: 0, db: 0, key: bytes('m'), expiresAt: undefined, commands: [] };
    expect(() => renamePrefix<RdbRecord>('m', 'n').push([journal as never])).toThrow(RedisFileError);
    expect(renamePrefix<RdbRecord>('x', 'n').push([journal as never])).toEqual([journal]);
  });
});

it('leaves commands that concern no key as they are, but for their database', () => {
  const journal: RdbRecord = {
    kind: 'journal',
    offset: 0,
    db: 1,
    commands: [[bytes('FT.DICTADD'), bytes('d'), bytes('x')]],
  };
  expect(renamePrefix<RdbRecord>('d', 'e').push([journal])).toEqual([journal]);
  expect(changeTtl<RdbRecord>('strip').push([journal])).toEqual([journal]);
  expect(mapDb<RdbRecord>({ 1: 4 }).push([journal])).toEqual([{ ...journal, db: 4 }]);
});

describe('changeTtl', () => {
  const times = async (change: TtlChange): Promise<(number | undefined)[]> =>
    keys(await collect(pipe(readRdb(source), changeTtl(change)))).map(({ expiresAt }) => expiresAt);

  it('keeps, strips, moves and sets times', async () => {
    expect(await times('keep')).toEqual([AT, AT + 5, undefined]);
    expect(await times('strip')).toEqual([undefined, undefined, undefined]);
    expect(await times({ add: 1000 })).toEqual([AT + 1000, AT + 1005, undefined]);
    expect(await times({ add: -AT })).toEqual([0, 5, undefined]);
    expect(await times({ at: 7 })).toEqual([7, 7, 7]);
  });

  it('drops hints that count keys which expire, and leaves times of members', async () => {
    const records = await collect(pipe(readRdb(source), changeTtl('strip')));
    expect(records.map(brief)).toEqual(['header', 'select 0', 'user:1', 'user:2', 'select 3', 'other', 'eof']);
    expect(keys(records)[1]?.memberExpires).toEqual([{ member: bytes('m'), expiresAt: AT + 7 }]);
    const kept = await collect(pipe(readRdb(source), changeTtl('keep')));
    expect(kept).toEqual(await collect(readRdb(source)));
  });

  it('is exact beyond 2^53, and stops at what a file can hold', () => {
    const record = (expiresAt: bigint): RdbRecord =>
      ({ kind: 'key', key: bytes('a'), expiresAt: Number(expiresAt), exact: { expiresAt } }) as never;
    const changed = (change: TtlChange, expiresAt: bigint): object =>
      changeTtl<RdbRecord>(change).push([record(expiresAt)])[0]!;
    expect(changed({ add: 1 }, 2n ** 60n)).toMatchObject({ expiresAt: 2 ** 60, exact: { expiresAt: 2n ** 60n + 1n } });
    expect(changed({ add: 5 }, 2n ** 63n - 2n)).toMatchObject({ exact: { expiresAt: 2n ** 63n - 1n } });
    expect(changed({ add: -5 }, -(2n ** 63n))).toMatchObject({ exact: { expiresAt: -(2n ** 63n) } });
    expect(changed({ add: -9 }, 2n ** 53n + 1n)).toMatchObject({ expiresAt: 2 ** 53 - 8, exact: undefined });
    expect(changed({ at: 5 }, 2n ** 60n)).toMatchObject({ expiresAt: 5, exact: undefined });
    expect(changed('strip', 2n ** 60n)).toMatchObject({ expiresAt: undefined, exact: undefined });
  });

  it('makes no time that means never', () => {
    const record = { kind: 'key', key: bytes('a'), expiresAt: 4 } as never;
    expect(changeTtl<RdbRecord>({ add: -5 }).push([record])).toMatchObject([{ expiresAt: -2 }]);
  });

  it.each([{ at: -1 }, { at: 1.5 }, { add: Number.NaN }, {}, 'remove', null])('refuses %o', (change) => {
    expect(() => changeTtl(change as TtlChange)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('mapDb', () => {
  it('moves all keys, some databases, or what a function says', async () => {
    const moved = async (map: Parameters<typeof mapDb>[0]): Promise<string[]> =>
      (await collect(pipe(readRdb(source), mapDb(map)))).map((record) =>
        record.kind === 'key' ? `${record.db} ${nameOf(record)}` : brief(record),
      );
    expect(await moved(5)).toEqual(['header', 'select 5', '5 user:1', '5 user:2', '5 other', 'eof']);
    expect(await moved({ 3: 8 })).toEqual(['header', 'select 0', '0 user:1', '0 user:2', 'select 8', '8 other', 'eof']);
    expect(await moved((db) => db + 1)).toEqual([
      'header',
      'select 1',
      '1 user:1',
      '1 user:2',
      'select 4',
      '4 other',
      'eof',
    ]);
  });

  it('refuses what is no database', async () => {
    const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => mapDb(-1)).toThrow(refused);
    expect(() => mapDb({ 0: 1.5 })).toThrow(refused);
    await expect(
      collect(
        pipe(
          readRdb(source),
          mapDb(() => Number.NaN),
        ),
      ),
    ).rejects.toEqual(refused);
  });
});

describe('changes at the level raw', () => {
  it('cut the stored bytes to the value, and say so', async () => {
    const before = await collect(readRdb(source, { values: 'raw' }));
    const name = pipe(readRdb(inChunks(source, 7), { values: 'raw' }), renamePrefix('user:', 'u:'));
    const time = pipe(readRdb(source, { values: 'raw' }), changeTtl({ add: 1 }));
    for (const [stream, names] of [
      [name, ['u:1', 'u:2']],
      [time, ['user:1', 'user:2']],
    ] as const) {
      const after = (await collect(stream)) as RdbRecord[];
      expect(storedOf(after, names[0])).toEqual({ stored: '\x03one', anew: true });
      expect(storedOf(after, names[1])).toEqual({ stored: '\x01\x01m', anew: true });
      expect(storedOf(after, 'other')).toEqual({ ...storedOf(before as RdbRecord[], 'other'), anew: false });
      expect(keys(after)[1]?.memberExpires).toHaveLength(1);
    }
  });

  it('leave stored bytes that do not tell the database', async () => {
    const before = (await collect(readRdb(source, { values: 'raw' }))) as RdbRecord[];
    const after = (await collect(pipe(readRdb(source, { values: 'raw' }), mapDb(9)))) as RdbRecord[];
    expect(keys(after)).toEqual(keys(before).map((record) => ({ ...record, db: 9 })));
    expect(after.filter(({ kind }) => kind === 'selectDb')).toEqual([
      expect.objectContaining({ db: 9, raw: undefined }),
    ]);
    expect(keys(after)[0]?.raw).toEqual(keys(before)[0]?.raw);
  });

  it.each([20, 200, 100_000])('cut the frame off pieces, in chunks of %i', async (size) => {
    const read = (): ReturnType<typeof readRdb> =>
      readRdb(inChunks(large, size), { values: 'raw', large: 'pieces', maxValueBytes: 100 }) as never;
    const plain = (await collect(read())) as RdbRecord[];
    expect(plain.some(({ kind }) => kind === 'keyBegin')).toBe(true);
    const renamed = (await collect(
      pipe(
        read(),
        renameKeys((key) => bytes(`new:${nameOf({ key })}`)),
        changeTtl({ at: 5 }),
      ),
    )) as RdbRecord[];
    const stored: Record<string, string> = {
      pieces: `\x3c${items.map((item) => String.fromCharCode(item.length) + item).join('')}`,
      small: '\x01x',
      huge: `\x80\x00\x03\x0d\x40${'y'.repeat(200_000)}`,
    };
    for (const [name, value] of Object.entries(stored)) {
      expect(storedOf(renamed, `new:${name}`)).toEqual({ stored: value, anew: true });
      expect(storedOf(plain, name).anew).toBe(false);
    }
    for (const record of renamed) {
      if ('key' in record && record.kind !== 'warning') expect(nameOf(record as Whole)).toMatch(/^new:/);
      if (record.kind === 'keyEnd' || record.kind === 'key') expect(record.expiresAt).toBe(5);
    }
    expect(
      renamed.filter(({ kind }) => kind === 'itemBytes').some((record) => (record as { last: boolean }).last),
    ).toBe(true);
    // Changed once or twice, the size of the value is what it was.
    const sized = pipe(
      read(),
      renameKeys((key) => bytes(`new:${nameOf({ key })}`)),
      filterKeys({ size: { min: 200_005, max: 200_005 } }),
    );
    expect(((await collect(sized)) as RdbRecord[]).map(brief).filter((one) => /^key/.test(one))).toEqual([
      'keyBegin new:huge',
      'keyEnd new:huge',
    ]);
  });
});
