/** Files that are written from files: copies, conversions for every target, and what is told of losses. */
import { describe, expect, it } from 'vitest';
import {
  changeTtl,
  filterKeys,
  pipe,
  RdbParser,
  RdbWriter,
  type RecordStream,
  readRdb,
  renamePrefix,
  type WritableRecord,
  writeRdb,
} from '../../src/index.ts';
import { readExpected } from '../helpers/compare.ts';
import { listpack } from '../helpers/encoders.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { type JsonObject, parseNdjson } from '../helpers/json.ts';
import { ndjsonOf, recordsOf } from '../helpers/read.ts';
import { ALL_TARGETS, type Bytes, join, memorySpill, NOW, rewrite, type Way, writeAll } from './write-helpers.ts';

const latin1 = (from: Uint8Array): string => Buffer.from(from).toString('latin1');
const ascii = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'latin1'));
const files: [string, Uint8Array][] = [
  ...corpusNames().map((name): [string, Uint8Array] => [name, readCorpus(name)]),
  ...handNames()
    .filter((name) => readHand(name).info.error === undefined && readHand(name).info.container !== 'lz4')
    .map((name): [string, Uint8Array] => [name, readHand(name).bytes]),
];

/** What is around the records of a file, which is not written: a replication stream, compressed blobs, what stands behind. */
const AROUND: ReadonlySet<string> = new Set([
  'dragonfly-blob-end',
  'dragonfly-lz4',
  'dragonfly-zstd',
  'frame-disk',
  'frame-diskless',
  'frame-diskless-stripped',
  'frame-trailing',
]);

describe('a copy', () => {
  it.each(files)('of %s is the file again', (name, bytes) => {
    for (const way of [
      { values: 'raw' },
      { values: 'raw', views: true },
      { values: 'raw', maxValueBytes: 300 },
      { values: 'raw', chunk: 17 },
      { values: 'scan raw' },
    ] as Way[]) {
      const { bytes: copy, losses } = rewrite(bytes, {}, way);
      expect(losses).toEqual([]);
      if (!AROUND.has(name)) expect(Buffer.compare(copy, bytes), JSON.stringify(way)).toBe(0);
      else expect(ndjsonOf([copy], 'latin1').text).toBe(ndjsonOf([bytes], 'latin1').text);
      // A hint must not be needed, nor what stands before a key.
      const bare = rewrite(bytes, { hints: 'drop' }, way).bytes;
      expect(ndjsonOf([bare], 'latin1').text).toBe(ndjsonOf([bytes], 'latin1').text);
    }
  });

  it('of keys with other names and times keeps their values', async () => {
    for (const name of [
      'redis-2.4.18',
      'redis-6.2.16',
      'redis-8.8',
      'valkey-9.0.4',
      'keydb',
      'rdb15-templates',
      'rdb13-keymeta-idmp',
    ]) {
      const bytes = corpusNames().includes(name) ? readCorpus(name) : readFile(name);
      for (const large of ['error', 'pieces'] as const) {
        const limits = large === 'pieces' ? { maxValueBytes: 500 } : {};
        const source = readRdb(bytes, { values: 'raw', large, ...limits }) as RecordStream<never>;
        const renamed = pipe(source, renamePrefix('', 'new:'), changeTtl({ at: 4e12 }));
        const copy = await collect(writeRdb(renamed as RecordStream<WritableRecord>, { hints: 'drop' }));
        const was = parseNdjson(ndjsonOf([bytes], 'latin1').text);
        const is = parseNdjson(ndjsonOf([copy], 'latin1').text);
        expect(is).toEqual(was.map((one) => ({ ...one, key: `new:${one['key']}`, expiresAt: 4e12 })));
      }
    }
  });

  it('of some keys has no hints that are wrong', async () => {
    const bytes = readFile('cluster-redis-7.4');
    const kept = pipe(readRdb(bytes, { values: 'raw' }), filterKeys({ keys: 'b' }));
    const copy = await collect(writeRdb(kept, { hints: 'drop' }));
    const kinds = recordsOf([copy]).map(({ kind }) => kind);
    expect(kinds).not.toContain('resizeDb');
    expect(kinds).not.toContain('slotInfo');
    expect(kinds.filter((kind) => kind === 'key')).toHaveLength(1);
  });

  it('of several files is one file, with templates inlined', () => {
    const writer = new RdbWriter({ hints: 'drop' });
    const chunks: Uint8Array[] = [];
    for (const [name, prefix] of [
      ['rdb15-templates', 'a:'],
      ['rdb15-templates', 'b:'],
      ['rdb11-streams', 'c:'],
      ['keydb', 'd:'],
    ] as const) {
      const parser = new RdbParser({ values: 'raw' });
      const records = [...parser.push(readFile(name)), ...parser.end()];
      const renamed = renamePrefix(new Uint8Array(), ascii(prefix)).push(records as never);
      try {
        chunks.push(...writer.push(renamed as WritableRecord[]));
      } catch (error) {
        // Times of members are KeyDB's own.
        expect(error).toMatchObject({ code: 'LOSSY' });
      }
    }
    chunks.push(...writer.end());
    const lines = parseNdjson(ndjsonOf([join(chunks)], 'latin1').text);
    const value = (prefix: string): unknown[] =>
      lines
        .filter(({ key }) => String(key).startsWith(prefix))
        .map((one) => [String(one['key']).slice(2), one['value']]);
    expect(value('b:')).toEqual(value('a:'));
    expect(value('c:').length).toBe(parseNdjson(ndjsonOf([readFile('rdb11-streams')], 'latin1').text).length);
    const ids = recordsOf([join(chunks)]).flatMap((one) =>
      one.kind === 'key' && one.key.startsWith('b:') ? [one.typeId] : [],
    );
    expect(ids).not.toContain(30);
    expect(ids).not.toContain(32);
  });
});

function readFile(name: string): Uint8Array {
  return readHand(name).bytes;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return join(all);
}

/** Keys without what depends on the version that stores them. */
function byKey(text: string, rdb: number): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (const line of parseNdjson(text)) {
    const { db, key, type, value, expiresAt, fieldExpiresAt } = line;
    let meant: unknown = value;
    if (type === 'set') meant = [...(value as string[])].sort();
    else if (type === 'hash') meant = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
    else if (type === 'zset')
      meant = [...(value as JsonObject[])].sort((a, b) => (a['member']! < b['member']! ? -1 : 1));
    else if (type === 'stream') meant = streamFor(value as JsonObject, rdb);
    const times = fieldExpiresAt === undefined ? undefined : Object.entries(fieldExpiresAt as JsonObject).sort();
    all.set(`${db} ${key}`, { type, value: meant, expiresAt, ...(rdb >= 12 ? { times } : {}) });
  }
  return all;
}

/** What of a stream a version holds. */
function streamFor(value: JsonObject, rdb: number): unknown {
  const { entries, length, lastId, firstId, maxDeletedId, entriesAdded, groups, idmp } = value;
  const newest = rdb < 80 && rdb >= 14;
  const kept = (groups as JsonObject[]).map((group) => ({
    name: group['name'],
    lastDeliveredId: group['lastDeliveredId'],
    pending: (group['pending'] as JsonObject[]).filter((entry) => newest || entry['consumer'] !== undefined),
    consumers: (group['consumers'] as JsonObject[]).map(({ name, seenTime, activeTime }) =>
      rdb >= 11 ? { name, seenTime, activeTime: activeTime ?? seenTime } : { name, seenTime },
    ),
    ...(rdb >= 10 && group['entriesRead'] !== undefined ? { entriesRead: group['entriesRead'] } : {}),
    ...(newest ? { nacked: group['nacked'] ?? [] } : {}),
  }));
  const counters = rdb >= 10 && firstId !== undefined ? { firstId, maxDeletedId, entriesAdded } : {};
  return {
    entries,
    length,
    lastId,
    ...counters,
    groups: kept,
    ...(rdb >= 13 && rdb < 80 && idmp !== undefined ? { idmp } : {}),
  };
}

/** Versions that targets write. */
const RDB: Readonly<Record<string, number>> = {
  'redis:2.6': 6,
  'redis:3.2': 7,
  'redis:4.0': 8,
  'redis:6.2': 9,
  'redis:7.0': 10,
  'redis:7.2': 11,
  'redis:7.4': 12,
  'redis:8.6': 13,
  'redis:8.8': 14,
  'redis:8.10': 15,
  'valkey:7.2': 11,
  'valkey:8.1': 11,
  'valkey:9.0': 80,
};

describe('a file for another server', () => {
  it.each(corpusNames())('%s holds the same for every target, but for what is told as lost', (name) => {
    const bytes = readCorpus(name);
    const source = ndjsonOf([bytes], 'latin1').text;
    for (const target of ALL_TARGETS) {
      const rdb = RDB[target]!;
      const wanted = byKey(source, rdb);
      // However it comes, the file is the same, but for nodes, which are what they were where they come as such.
      const scanned = rewrite(bytes, { target }, { values: 'scan' });
      // Of the same version it is copied, if it comes as it is stored.
      const copied = latin1(bytes.subarray(5, 9)) === String(rdb).padStart(4, '0');
      const often = rdb === 6 || rdb === 9 || rdb === 12;
      for (const values of copied || !often ? [] : (['raw', 'structure'] as const)) {
        expect(
          Buffer.compare(rewrite(bytes, { target }, { values }).bytes, scanned.bytes),
          `${target}, ${values}`,
        ).toBe(0);
      }
      for (const values of rdb === 9 || rdb === 12 ? (['scan', 'data'] as const) : (['scan'] as const)) {
        const { bytes: made, losses } = values === 'scan' ? scanned : rewrite(bytes, { target }, { values });
        const { text, findings } = ndjsonOf([made], 'latin1');
        expect(findings).toEqual([]);
        const lost = new Set(losses.filter(({ kind }) => kind === 'key').map(({ db, key }) => `${db} ${latin1(key!)}`));
        const expected = new Map([...wanted].filter(([id]) => !lost.has(id)));
        const header = latin1(made.subarray(0, 9));
        expect(header).toBe(rdb >= 80 ? `VALKEY0${rdb}` : `REDIS00${String(rdb).padStart(2, '0')}`);
        const got = byKey(text, rdb);
        for (const [id, one] of got) {
          // What the source does not tell, the target has to say all the same.
          if ((one as JsonObject)['type'] === 'stream') got.set(id, onlyKnown(one, expected.get(id)));
        }
        expect(got, `${target}, ${values}`).toEqual(expected);
        for (const record of recordsOf([made]))
          if (record.kind === 'key') expect(owns(record.typeId, rdb), `${target}: type ${record.typeId}`).toBe(true);
      }
    }
  });

  /** `got` without members that `wanted` does not have. */
  function onlyKnown(got: unknown, wanted: unknown): unknown {
    if (Array.isArray(got) && Array.isArray(wanted)) return got.map((item, i) => onlyKnown(item, wanted[i]));
    if (typeof got !== 'object' || got === null || typeof wanted !== 'object' || wanted === null) return got;
    return Object.fromEntries(
      Object.entries(got).flatMap(([member, item]) => {
        return member in wanted ? [[member, onlyKnown(item, (wanted as JsonObject)[member])]] : [];
      }),
    );
  }

  /** Whether a version has a type, by the table of the format. */
  function owns(typeId: number, rdb: number): boolean {
    const since: Record<number, number> = {
      5: 8,
      7: 8,
      13: 6,
      14: 7,
      15: 9,
      16: 10,
      17: 10,
      18: 10,
      19: 10,
      20: 11,
      21: 11,
    };
    if (typeId >= 22) {
      if (rdb >= 80) return typeId === 22;
      return typeId <= { 12: 25, 13: 26, 14: 28, 15: 33 }[rdb]! && typeId >= 24;
    }
    return typeId !== 6 && typeId !== 8 && typeId !== 9 && (since[typeId] ?? 0) <= rdb;
  }

  it.each([
    ['redis-6.2.16', 'redis:7.0', 'redis-7.0.15'],
    ['redis-7.0.15', 'redis:7.2', 'redis-7.2.6'],
    ['redis-4.0.14', 'redis:6.2', 'redis-6.2.16'],
    ['redis-7.0.15', 'redis:6.2', 'redis-6.2.16'],
    ['redis-2.8.24', 'redis:4.0', 'redis-4.0.14'],
    ['redis-4.0.14', 'redis:2.8', 'redis-2.8.24'],
    ['redis-6.2.16', 'redis:2.6', 'redis-2.6.17'],
    ['redis-7.2.6', 'redis:7.0', 'redis-7.0.15'],
    ['redis-7.4.1', 'valkey:9.0', 'valkey-9.0.4'],
    ['valkey-9.0.4', 'redis:7.4', 'redis-7.4.1'],
    ['redis-8.8', 'redis:7.4', 'redis-7.4.1'],
    ['redis-8.8', 'redis:8.6', 'redis-8.6'],
  ])('%s for %s stores what %s itself stores', (from, target, to) => {
    const stored = (
      bytes: Uint8Array,
    ): Map<string, { typeId: number; type: string; encoding: string; value: string }> =>
      new Map(
        recordsOf([bytes], { values: 'structure' }).flatMap((one) => {
          if (one.kind !== 'key') return [];
          const { typeId, type, encoding } = one;
          const value = JSON.stringify(one.value, (_, item) =>
            item instanceof Uint8Array ? latin1(item) : typeof item === 'bigint' ? `${item}` : item,
          );
          return [[`${one.db} ${one.key}`, { typeId, type, encoding, value }]];
        }),
      );
    const wanted = stored(readCorpus(to));
    for (const values of ['data', 'scan'] as const) {
      const { bytes } = rewrite(readCorpus(from), { target }, { values });
      const made = stored(bytes);
      let compared = 0;
      for (const [id, one] of made) {
        const other = wanted.get(id);
        if (other === undefined) continue;
        // Some strings become shorter here than in a server, whose LZF looks less far.
        const form = (of: { typeId: number; encoding: string }): string =>
          `${id} ${of.typeId} ${of.encoding.replace('lzf', 'raw')}`;
        expect(form(one)).toBe(form(other));
        // The order of a hash table is its own, streams and vector sets remember when they were made, and what came out
        // of a table was packed in its order; 7.0 packs no -0.
        const free =
          one.encoding === 'hashtable' || one.encoding === 'skiplist' || one.type === 'stream' || one.type === 'module';
        if (free || id === '0 zset:small' || id.startsWith('0 hash:ttl:') || id === '0 set:strs') continue;
        expect(one.value === other.value, id).toBe(true);
        compared++;
      }
      expect(compared).toBeGreaterThan(120);
    }
  });

  it('says who it is for, and when it was made', () => {
    const aux = (target: string): [string, string][] => {
      const { bytes } = rewrite(readCorpus('redis-7.0.15'), { target });
      return recordsOf([bytes]).flatMap((one): [string, string][] =>
        one.kind === 'aux' ? [[one.name, one.value]] : [],
      );
    };
    expect(aux('redis:6.2.14').slice(0, 3)).toEqual([
      ['redis-ver', '6.2.14'],
      ['redis-bits', '64'],
      ['ctime', String(NOW / 1000)],
    ]);
    expect(aux('valkey:8.1')[0]).toEqual(['valkey-ver', '8.1.0']);
    expect(aux('valkey:7.2')[0]).toEqual(['redis-ver', '7.2.0']);
    expect(aux('redis:3.0')).toEqual([]);
    expect(aux('redis:7.0').map(([name]) => name)).not.toContain('used-mem');
  });

  it('keeps libraries in languages that modules bring where the target may have them', () => {
    const library = { kind: 'function', code: '#!js name=lib\ncode' } as const;
    const names = (target: string): string[] => {
      const losses: string[] = [];
      const writer = new RdbWriter({ target, onLoss: ({ message }) => losses.push(message) });
      const file = [...writer.push([library]), ...writer.end()];
      const kept = recordsOf(file).flatMap((one) => (one.kind === 'function' ? [one.name ?? ''] : []));
      return [...kept, ...losses];
    };
    for (const target of ['valkey:8.1', 'valkey:9.0', 'rdb:11']) expect(names(target)).toEqual(['lib']);
    for (const target of ['valkey:8.0', 'redis:8.8', 'redis:6.2']) {
      expect(names(target)).toEqual([expect.stringContaining('the function library lib')]);
    }
  });

  it('keeps functions, and what modules stored besides keys, where the target has them', () => {
    const source = readCorpus('redis-7.0.15');
    const code = (bytes: Uint8Array): string[] =>
      recordsOf([bytes]).flatMap((one) => (one.kind === 'function' ? [one.code] : []));
    expect(code(source).length).toBeGreaterThan(0);
    for (const values of ['data', 'raw'] as const) {
      expect(code(rewrite(source, { target: 'redis:8.8' }, { values }).bytes)).toEqual(code(source));
      const old = rewrite(source, { target: 'redis:6.2' }, { values });
      expect(code(old.bytes)).toEqual([]);
      expect(old.losses.filter(({ kind }) => kind === 'function')).toHaveLength(code(source).length);
      const parts = (bytes: Uint8Array): unknown =>
        recordsOf([bytes]).flatMap((one) => (one.kind === 'moduleAux' ? [{ ...one, offset: 0, raw: undefined }] : []));
      const aux = readFile('rdb9-module-aux');
      expect(parts(rewrite(aux, { target: 'valkey:9.0' }, { values }).bytes)).toEqual(parts(aux));
      expect(rewrite(aux, { target: 'redis:4.0' }, { values }).losses.map(({ kind }) => kind)).toContain('moduleAux');
    }
  });

  it('stops at the first loss where nobody takes it', () => {
    const bytes = readCorpus('redis-7.4.1');
    expect(() => rewrite(bytes, { target: 'redis:7.0', onLoss: undefined as never })).toThrow(
      expect.objectContaining({ code: 'LOSSY', context: expect.objectContaining({ type: 'hash' }) }),
    );
  });

  it('tells losses of each kind', () => {
    const kinds = (name: string, target: string): string[] => {
      const bytes = corpusNames().includes(name) ? readCorpus(name) : readFile(name);
      return [...new Set(rewrite(bytes, { target }).losses.map(({ kind }) => kind))].sort();
    };
    expect(kinds('redis-7.4.1', 'redis:7.2')).toEqual(['fieldExpiry']);
    expect(kinds('redis-8.8', 'redis:8.6')).toEqual(['key', 'pending']);
    expect(kinds('redis-8.8', 'valkey:9.0')).toEqual(['idmp', 'key', 'pending']);
    expect(kinds('redis-7.2.6', 'redis:7.0')).toEqual(['activeTime']);
    expect(kinds('redis-7.0.15.lfu', 'redis:4.0')).toEqual(['function', 'key', 'use']);
    expect(kinds('rdb13-keymeta-idmp', 'redis:8.4')).toContain('keyMeta');
    expect(kinds('keydb', 'redis:6.2')).toEqual(['key', 'memberExpiry']);
    const copied = rewrite(readFile('keydb'), { target: 'redis:6.2' }, { values: 'raw' });
    expect([...new Set(copied.losses.map(({ kind }) => kind))].sort()).toEqual(['key', 'memberExpiry']);
    expect(kinds('keydb', 'redis:7.0')).toEqual(['key', 'memberExpiry']);
    expect(kinds('valkey81-path-hash', 'valkey:9.0')).toContain('key');
    expect(kinds('rdb8-nan', 'redis:7.0')).toEqual(['score']);
    expect(kinds('rdb15-templates', 'redis:6.2')).toEqual(expect.not.arrayContaining(['fieldExpiry']));
    expect(readExpected('redis-7.0.15').keys.length).toBeGreaterThan(100);
  });
});

describe('values whose number of items is known last', () => {
  const item = ascii('x'.repeat(100));
  /** A list in records of pieces, without a count. */
  function* pieces(type: 'list' | 'hash' | 'set', count: number | undefined, of: number): Generator<WritableRecord> {
    const frame = { key: 'k', db: 0, type };
    yield { kind: 'keyBegin', ...frame, count } as never;
    const made = (i: number): unknown => {
      const name = `${i}`.padStart(100, 'x');
      return type === 'hash' ? { field: name, value: item, expiresAt: undefined } : name;
    };
    for (let i = 0; i < of; i += 100) {
      yield {
        kind: 'keyItems',
        ...frame,
        value: Array.from({ length: Math.min(100, of - i) }, (_, k) => made(i + k)),
      } as never;
    }
    yield { kind: 'keyEnd', ...frame } as never;
  }

  it.each(['list', 'set', 'hash'] as const)('go to a spill where they are large: %s', (type) => {
    const wide = type === 'hash' ? 50_000 : 100_000;
    for (const target of ['redis:2.6', 'redis:6.2', 'redis:7.4']) {
      expect(() => writeAll(pieces(type, undefined, wide), { target, compression: false, spill: undefined })).toThrow(
        expect.objectContaining({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('spill') }),
      );
      const { bytes } = writeAll(pieces(type, undefined, wide), { target, compression: false });
      const [key] = recordsOf([bytes]).filter(({ kind }) => kind === 'key');
      expect((key as { value: unknown[] }).value).toHaveLength(wide);
    }
    if (type === 'list') return;
    const known = writeAll(pieces(type, wide, wide), { target: 'redis:7.0', compression: false, spill: undefined });
    expect(recordsOf([known.bytes]).filter(({ kind }) => kind === 'key')).toHaveLength(1);
  });

  it('are whole where a set of integers outgrows its packed form', () => {
    // The first member is no integer, so the set is packed from there on; the last one is one too many for that.
    const members = ['x', ...Array.from({ length: 128 }, (_, i) => 1000 + i)];
    function* pieces(): Generator<WritableRecord> {
      const frame = { key: 'k', db: 0, type: 'set' };
      yield { kind: 'keyBegin', ...frame, count: undefined } as never;
      yield { kind: 'keyItems', ...frame, value: { form: 'listpack', bytes: listpack(members) } } as never;
      yield { kind: 'keyEnd', ...frame } as never;
    }
    const { bytes } = writeAll(pieces(), { target: 'redis:7.2' });
    const [key] = recordsOf([bytes]).filter(({ kind }) => kind === 'key');
    expect((key as { value: unknown[] }).value).toEqual(members.map(String));
  });

  it('are an error where the number that was announced is wrong', () => {
    for (const [count, of] of [
      [5, 6],
      [1000, 1001],
      [5000, 4999],
    ] as const) {
      expect(() =>
        writeAll(pieces('hash', count, of), { target: 'redis:7.0', thresholds: { 'hash-max-listpack-value': 1 } }),
      ).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });

  it('hashes with times find their least time in a spill too', () => {
    const fields = Array.from({ length: 3000 }, (_, i) => ({
      field: `f${i}`,
      value: `v${i}`,
      expiresAt: i % 3 === 0 ? 5e12 - i : undefined,
    }));
    for (const target of ['redis:7.4', 'valkey:9.0']) {
      const { bytes } = writeAll([{ kind: 'key', key: 'k', type: 'hash', value: fields }], {
        target,
        spill: memorySpill,
      });
      const [key] = recordsOf([bytes]).filter(({ kind }) => kind === 'key');
      expect((key as { value: unknown }).value).toEqual(fields);
    }
  });
});

describe('the writer', () => {
  const key = (more: object): WritableRecord =>
    ({ kind: 'key', key: 'k', type: 'string', value: 'v', ...more }) as never;

  it('takes text and bytes, and writes what follows from little', () => {
    const { bytes } = writeAll([
      key({}),
      key({ key: 'é', db: 2, expiresAt: 4102444800000, idle: 9, value: new Uint8Array([1]) }),
      key({ key: 's', type: 'stream', value: { entries: [{ id: '1-1', fields: [['f', 'v']] }] } }),
    ]);
    const [one, two, three] = recordsOf([bytes]).filter(({ kind }) => kind === 'key') as unknown as {
      [name: string]: unknown;
    }[];
    expect(one).toMatchObject({ db: 0, key: 'k', value: 'v' });
    expect(two).toMatchObject({ db: 2, key: latin1(new TextEncoder().encode('é')), expiresAt: 4102444800000, idle: 9 });
    expect(three).toMatchObject({ value: { length: 1, lastId: '1-1', firstId: '1-1', entriesAdded: 1, groups: [] } });
    expect(latin1(bytes.subarray(0, 9))).toBe('REDIS0011');
  });

  it.each<[string, unknown]>([
    ['no record', undefined],
    ['a kind that is none', { kind: 'nothing' }],
    ['a key without a name', key({ key: undefined })],
    ['a key without a value', key({ value: undefined })],
    ['a type that is none', key({ type: 'tree' })],
    ['a list that is none', key({ type: 'list', value: 'abc' })],
    ['a string that is none', key({ value: 5 })],
    ['a member that is none', key({ type: 'set', value: ['a', 1] })],
    ['a score that is none', key({ type: 'zset', value: [{ member: 'a', score: '1' }] })],
    ['a database that is none', key({ db: -1 })],
    ['a time that is none', key({ expiresAt: 1.5 })],
    ['a counter that is none', key({ freq: 256 })],
    ['an id that is none', key({ type: 'stream', value: { entries: [{ id: '5', fields: [] }] } })],
    [
      'ids in disorder',
      key({ type: 'stream', value: { entries: ['2-0', '1-0'].map((id) => ({ id, fields: [['f', 'v']] })) } }),
    ],
    ['a module without a name', key({ type: 'module', value: { module: 'short', version: 1, parts: [] } })],
    ['a piece without a beginning', { kind: 'keyItems', key: 'k', type: 'list', value: ['a'] }],
  ])('refuses %s', (_, record) => {
    expect(() => writeAll([record as WritableRecord])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it.each<[string, object]>([
    ['target', { target: 'redis:9.9' }],
    ['target', { target: 'rdb:5' }],
    ['target', { target: 7 }],
    ['compression', { compression: 'lz4' }],
    ['checksum', { checksum: 'verify' }],
    ['hints', { hints: true }],
    ['thresholds', { thresholds: { 'hash-max-entries': 5 } }],
    ['hash-max-listpack-entries', { thresholds: { 'hash-max-listpack-entries': -1 } }],
    ['onLoss', { onLoss: 5 }],
    ['spill', { spill: {} }],
  ])('refuses options that it does not have: %s', (name, options) => {
    const error = expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) });
    expect(() => new RdbWriter(options as never)).toThrow(error);
    expect(() => writeRdb([], options as never)).toThrow(error);
  });

  it('ends with a checksum, with zeros, or with nothing', () => {
    const end = (options: object): string =>
      Buffer.from(writeAll([key({})], options).bytes.subarray(-9)).toString('hex');
    expect(end({})).not.toMatch(/0{16}$/);
    expect(end({ checksum: false })).toBe('ff0000000000000000');
    const absent = readFile('frame-checksum-zero');
    expect(Buffer.from(rewrite(absent, {}, { values: 'raw' }).bytes.subarray(-8)).toString('hex')).toBe(
      '0000000000000000',
    );
    expect(
      Buffer.from(rewrite(absent, { checksum: true }, { values: 'raw' }).bytes.subarray(-8)).toString('hex'),
    ).not.toMatch(/^0+$/);
    expect(() => recordsOf([rewrite(absent, { target: 'redis:7.0' }).bytes])).not.toThrow();
  });

  it('hands out chunks of a good size that are nobody else’s', async () => {
    const big = Array.from({ length: 40 }, (_, i) => key({ key: `k${i}`, value: new Uint8Array(50_000).fill(i) }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeRdb([...big, key({ key: 'huge', value: new Uint8Array(3 << 20).fill(1) })], {
      compression: false,
    }))
      chunks.push(chunk);
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeLessThanOrEqual(1 << 18);
    expect(chunks.length).toBeGreaterThan(20);
    expect(recordsOf([join(chunks)]).filter(({ kind }) => kind === 'key')).toHaveLength(41);
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
  });

  it('ends once, stops at a signal, and lets errors of the records through', async () => {
    const writer = new RdbWriter();
    expect(writer.end().length).toBeGreaterThan(0);
    expect(writer.end()).toEqual([]);
    expect(() => writer.push([key({})])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    const reason = new Error('enough');
    await expect(
      collect(writeRdb(readRdb(readCorpus('redis-7.0.15')), { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    async function* failing(): AsyncGenerator<WritableRecord> {
      yield key({});
      throw reason;
    }
    await expect(collect(writeRdb(failing()))).rejects.toBe(reason);
    await expect(collect(writeRdb(readRdb(readCorpus('redis-7.0.15').subarray(0, 900))))).rejects.toMatchObject({
      code: 'UNEXPECTED_EOF',
    });
  });
});
