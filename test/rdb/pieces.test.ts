/** Values in pieces are the same values. */
import { describe, expect, it } from 'vitest';
import type { Level, RdbOptions } from '../../src/index.ts';
import { RedisFileError } from '../../src/index.ts';
import { assemble } from '../helpers/assemble.ts';
import {
  bytesOf,
  concat,
  file,
  hex,
  i64le,
  key,
  len,
  listpack,
  lzfCompress,
  noise,
  prose,
  str,
} from '../helpers/encoders.ts';
import { type AnyRecord, handFixtures, largeFixtures, type Reading, readAll, snapshot } from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

const SHOWN: readonly Level[] = ['data', 'structure', 'raw'];
const NO_LIMIT = 1 << 30;

/** Longest of what a reader must hold whole whatever the limit: names, and the contents of small records. */
function mustHold(records: readonly AnyRecord[]): number {
  let longest = 0;
  const see = (value: unknown): void => {
    if (value instanceof Uint8Array) longest = Math.max(longest, value.length);
    else if (typeof value === 'string') longest = Math.max(longest, value.length);
    else if (Array.isArray(value)) value.forEach(see);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(see);
  };
  for (const record of records) {
    if (record.kind === 'key') {
      see(record.key);
      see(record.meta);
      see(record.memberExpires);
      if (record.memberExpires !== undefined) longest = Math.max(longest, 'keydb-subexpire-when'.length);
      if (record.type === 'stream') {
        see(record.value.groups);
        see(record.value.idmp);
        // Field names that entries share.
        if (record.value.entries !== undefined) longest = Math.max(longest, 16);
      } else if (record.type === 'cron' || record.type === 'sbf') see(record.value);
      else if (record.type === 'hash') for (const item of record.value) see(item.path);
      else if (record.type === 'array') longest = Math.max(longest, 7);
      if (record.type === 'hash' && (record.typeId === 29 || record.typeId === 31) && record.encoding !== 'listpack') {
        for (const item of record.value) see(item.field);
      }
    } else if (record.kind !== 'warning') see(Object.values(record));
  }
  return longest;
}

/**
 * What must not depend on pieces. A duplicate is found among what is held, so that one in pieces may go unseen; where
 * in a value a warning points to, and the order of times beside a set, may differ.
 */
const comparable = (records: readonly AnyRecord[]): string[] =>
  records
    .filter((record) => !(record.kind === 'warning' && record.code === 'DUPLICATE_ITEM'))
    .map((record) => {
      if (record.kind === 'warning') return snapshot({ ...record, offset: undefined });
      if (record.kind !== 'key' || record.memberExpires === undefined) return snapshot(record);
      return snapshot({ ...record, memberExpires: record.memberExpires.map(snapshot).sort() });
    });

function firstDifference(found: string[], expected: string[]): string | undefined {
  const i = found.findIndex((text, i) => text !== expected[i]);
  if (i < 0) return found.length === expected.length ? undefined : `${found.length} records, not ${expected.length}`;
  const [a, b] = [found[i]!, expected[i] ?? ''];
  let at = 0;
  while (a[at] === b[at]) at++;
  const from = Math.max(0, at - 150);
  return `record ${i}, character ${at}:\n  found    ${a.slice(from, at + 100)}\n  expected ${b.slice(from, at + 100)}`;
}

/** What is wrong with the pieces of a file, as sentences. */
function checkPieces(bytes: Uint8Array, values: Level, limits: readonly number[]): string[] {
  const wrong: string[] = [];
  const whole = readAll([bytes], { values });
  const held = mustHold(readAll([bytes]).records);
  const expected = comparable(whole.records);
  for (const maxValueBytes of limits) {
    const said = `${values}, limit ${maxValueBytes}`;
    const pieces: Reading = readAll([bytes], { values, large: 'pieces', maxValueBytes });
    const error = pieces.error as RedisFileError | undefined;
    if (error !== undefined && error.code === 'LIMIT_EXCEEDED') {
      if (maxValueBytes >= held) wrong.push(`${said}: ${error.message}, while all that must be held has ${held} bytes`);
      continue;
    }
    if (snapshot(error) !== snapshot(whole.error)) {
      wrong.push(`${said}: ${error}, not ${whole.error}`);
      continue;
    }
    // A file that ends in an error leaves a key open.
    const open = error === undefined ? -1 : pieces.records.findLastIndex(({ kind }) => kind === 'keyBegin');
    const closed = pieces.records.findLastIndex(({ kind }) => kind === 'keyEnd');
    const records = open > closed ? pieces.records.slice(0, open) : pieces.records;
    try {
      const differs = firstDifference(comparable(assemble(records, maxValueBytes)), expected);
      if (differs !== undefined) wrong.push(`${said}: ${differs}`);
    } catch (thrown) {
      wrong.push(`${said}: ${(thrown as Error).message}`);
    }
  }
  return wrong;
}

/** A compressed blob of Dragonfly is held whole, as is what it unpacks to. */
const unpacked = handFixtures().filter(({ name }) => !name.startsWith('dragonfly-'));

describe('fixtures in pieces', () => {
  it.each(unpacked)('$name', ({ bytes }) => {
    const limits = [1, 2, 4, 7, 10, 16, 20, 32, 64, 100, 256, 1000, 5000, 65_535, 65_536];
    expect(SHOWN.flatMap((values) => checkPieces(bytes, values, limits))).toEqual([]);
  });

  it.each(largeFixtures())('$name', ({ bytes }) => {
    expect(SHOWN.flatMap((values) => checkPieces(bytes, values, [100, 1000, 20_000]))).toEqual([]);
  });
});

describe('values with large items in pieces', () => {
  it.each(synthetic)('$name', ({ bytes }) => {
    const whole = readAll([bytes]);
    expect(whole.error).toBeUndefined();
    expect(whole.records.filter(({ kind }) => kind === 'warning')).toEqual([]);
    const limits = [30, 299, 300, 2999, 3000, 65_535, 65_536, 69_999, 70_000];
    expect(SHOWN.flatMap((values) => checkPieces(bytes, values, limits))).toEqual([]);
  });
});

describe('the encoders of these tests', () => {
  it('compress to LZF what then reads as it was', () => {
    for (const length of [0, 1, 2, 3, 4, 31, 32, 33, 264, 265, 8193, 20_000]) {
      for (const text of [prose(length), noise(length), new Uint8Array(length)]) {
        const bytes = file(
          9,
          key(0, 'k', concat(hex('C3'), len(lzfCompress(text).length), len(length), lzfCompress(text))),
        );
        expect(readAll([bytes]).records.find(({ kind }) => kind === 'key')).toMatchObject({ value: text });
      }
    }
  });
});

describe('pieces', () => {
  const piecesOf = (bytes: Uint8Array, options: RdbOptions = {}): AnyRecord[] => {
    const { records, error } = readAll([bytes], { large: 'pieces', maxValueBytes: 100, ...options });
    expect(error).toBeUndefined();
    return records;
  };
  const big = prose(200);

  it('are not made of what is within the limit', () => {
    for (const { bytes } of [...handFixtures(), ...synthetic]) {
      for (const values of SHOWN) {
        const { shown } = readAll([bytes], { values, large: 'pieces', maxValueBytes: 1 << 28 });
        expect(firstDifference(shown, readAll([bytes], { values }).shown)).toBeUndefined();
      }
    }
  });

  it('are what the default limit leaves of a value of 3 MiB', () => {
    const text = noise(3 << 20);
    const records = readAll([file(9, key(0, 'k', str(text)))], { large: 'pieces' }).records;
    expect(records.map(({ kind }) => kind).slice(0, 3)).toEqual(['header', 'keyBegin', 'itemBytes']);
    const record = assemble(records, 1 << 20)[1];
    expect(record).toMatchObject({ kind: 'key', type: 'string' });
    // A matcher compares bytes one by one, which takes most of a minute here.
    const value = record?.kind === 'key' && record.type === 'string' ? record.value : '';
    expect(Buffer.from(text).equals(Buffer.from(value))).toBe(true);
  });

  it('say the name of a module, though all it stored is one large string', () => {
    const records = piecesOf(file(9, key(7, 'k', concat(hex('81B5EB2DFFFADD6C01'), hex('05'), str(big), hex('00')))));
    const named = records.flatMap((record) => (record.kind === 'keyItems' ? [record.value] : []));
    expect(named).toContainEqual(expect.objectContaining({ module: 'test__rdb', version: 1 }));
  });

  it('say where the next insertion into an array goes, though its one element is large', () => {
    const records = piecesOf(file(14, key(28, 'k', concat(len(1), hex('01'), len(12), len(3), hex('00'), str(big)))));
    const items = records.flatMap((record) => (record.kind === 'keyItems' ? [record.value] : []));
    expect(items).toContainEqual(expect.objectContaining({ insertIndex: 12 }));
  });

  it('keep the sign of a score of -0', () => {
    const records = piecesOf(file(9, key(5, 'k', concat(len(1), str(big), hex('0000000000000080')))));
    const score = records.find((record) => record.kind === 'itemBytes' && record.part === 'score');
    expect(Number(Buffer.from(score?.kind === 'itemBytes' ? score.value : '0').toString())).toBe(-0);
  });

  it('of one large node leave the nodes of a stream behind it whole', () => {
    const node = (text: Uint8Array): Uint8Array => listpack([1, 0, 1, 'f', 0, 2, 0, 0, text, 4]);
    const nodes = [big, bytesOf('small'), big, bytesOf('last')].map((text, i) =>
      concat(hex('10'), i64le(0), i64le(BigInt(i) << 56n), str(node(text))),
    );
    const bytes = file(9, key(15, 'k', concat(len(4), ...nodes, len(4), len(0), len(3), len(0))));
    const records = piecesOf(bytes, { values: 'structure' });
    const blobs = records.filter((record) => record.kind === 'itemBytes');
    expect(blobs.map(({ id }) => id)).toEqual(['0-0', '0-0', '0-2', '0-2'].filter((_, i) => i % 2 === 0));
  });

  // Known: at the level structure, the pieces of a node do not say its form.
  it('tell a plain node of a quicklist from a packed one', () => {
    // A plain element may well look like a listpack.
    const blob = listpack([big]);
    const read = (container: number): unknown[] =>
      piecesOf(file(10, key(18, 'k', concat(len(1), len(container), str(blob)))), { values: 'structure' }).map(
        ({ offset: _, ...record }) => record,
      );
    expect(snapshot(read(1))).not.toBe(snapshot(read(2)));
  });

  it.each(['bytes', 'utf8', 'latin1'] as const)('are the stored bytes, strings as %s', (strings) => {
    const field = hex('66 FF FE C3 28 80');
    const path = hex('24 FF');
    const files = [
      file(9, key(4, 'k', concat(len(1), str(field), str(big)))),
      file(81, key(23, 'k', concat(len(1), str(path), len(1), str(field), str(big)))),
      file(
        9,
        key(
          15,
          'k',
          concat(
            len(1),
            hex('10'),
            i64le(0),
            i64le(0),
            str(listpack([1, 0, 1, field, 0, 2, 0, 0, big, 4])),
            hex('01000000'),
          ),
        ),
      ),
    ];
    for (const bytes of files) {
      const parts = piecesOf(bytes, { strings }).filter((record) => record.kind === 'itemBytes');
      expect(parts.filter(({ part }) => part === 'field').map(({ value }) => value)).toEqual([field]);
      const paths = parts.filter(({ part }) => part === 'path').map(({ value }) => value);
      expect(paths).toEqual(bytes === files[1] ? [path] : []);
    }
  });

  it('are handed out once and not changed afterwards', () => {
    for (const { bytes } of [...handFixtures(), ...synthetic]) {
      for (const values of SHOWN) {
        const { records, shown } = readAll(
          Array.from({ length: Math.ceil(bytes.length / 400) }, (_, i) => bytes.subarray(400 * i, 400 * i + 400)),
          { values, large: 'pieces', maxValueBytes: 100 },
        );
        expect(firstDifference(records.map(snapshot), shown)).toBeUndefined();
      }
    }
  });

  it('do not gather much more than the limit', () => {
    const items = Array.from({ length: 3000 }, (_, i) => str(noise(i % 90, i)));
    for (const type of [1, 2, 4]) {
      const bytes = file(9, key(type, 'k', concat(len(type === 4 ? 1500 : 3000), ...items)));
      for (const record of readAll([bytes], { large: 'pieces', maxValueBytes: 1000 }).records) {
        if (record.kind !== 'keyItems') continue;
        const list = record.value as unknown as (Uint8Array | { field: Uint8Array; value: Uint8Array })[];
        const cost = list.map(
          (one) => 32 + (one instanceof Uint8Array ? one.length : one.field.length + one.value.length),
        );
        // The last item is the one that filled it.
        expect(cost.slice(0, -1).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1000);
      }
    }
  });
});

describe('without pieces', () => {
  it.each(synthetic.filter(({ bytes }) => bytes.length > 1000))(
    'a value above the limit is an error that names the option: $name',
    ({ bytes }) => {
      const { error } = readAll([bytes], { maxValueBytes: 40 });
      expect(error).toBeInstanceOf(RedisFileError);
      expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('maxValueBytes') });
      expect((error as RedisFileError).message).toContain("large: 'pieces'");
    },
  );

  it('the limit is about the whole value, its last item too', () => {
    const item = str(noise(60));
    const files = {
      list: file(9, key(1, 'k', concat(len(2), item, item))),
      hash: file(9, key(4, 'k', concat(len(1), item, item))),
      zset: file(9, key(5, 'k', concat(len(2), item, i64le(0), item, i64le(0)))),
      stream: file(
        9,
        key(
          15,
          'k',
          concat(
            len(1),
            hex('10'),
            i64le(0),
            i64le(0),
            str(listpack([1, 0, 1, noise(60), 0, 2, 0, 0, noise(60, 2), 4])),
            hex('01000000'),
          ),
        ),
      ),
    };
    for (const [name, bytes] of Object.entries(files)) {
      expect(readAll([bytes], { maxValueBytes: 300 }).error, name).toBeUndefined();
      expect(readAll([bytes], { maxValueBytes: 119 }).error, name).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    }
  });
});

it('no limit is as good as a large one', () => {
  for (const { bytes } of handFixtures()) {
    const { shown } = readAll([bytes], { maxValueBytes: NO_LIMIT });
    expect(firstDifference(shown, readAll([bytes]).shown)).toBeUndefined();
  }
});
