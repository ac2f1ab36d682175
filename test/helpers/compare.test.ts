import { describe, expect, it } from 'vitest';
import {
  type CompareOptions,
  compareDataset,
  compareFunctions,
  compareJson,
  compareKey,
  compareRecords,
  type ExpectedDataset,
  type ExpectedKey,
  type ExpectedStream,
  optionsOf,
} from './compare.ts';
import { expectedKey, textOrHash } from './corpus.mjs';
import { handNames, readHand } from './fixtures.ts';
import { formatJson, isObject, type Json, type JsonObject, parseJson } from './json.ts';

const LONG = 'long '.repeat(1000);

const stream: ExpectedStream = {
  entries: [
    { id: '1-1', fields: [['f', 'v']] },
    {
      id: '2-0',
      fields: [
        ['f', 'w'],
        ['', 'x'],
      ],
    },
  ],
  length: 2,
  lastId: '3-0',
  firstId: '1-1',
  maxDeletedId: '3-0',
  entriesAdded: 3,
  groups: [
    {
      name: 'g',
      lastDeliveredId: '2-0',
      entriesRead: null,
      pending: [
        { id: '1-1', consumer: 'c', deliveryTime: 1700000000000, deliveryCount: 1 },
        { id: '2-0', deliveryTime: 0, deliveryCount: 2 },
      ],
      nacked: ['2-0'],
      consumers: [
        { name: 'c', seenTime: 1700000000001, activeTime: 1700000000002 },
        { name: 'idle', seenTime: 1700000000003, activeTime: -1 },
      ],
    },
    { name: 'h', lastDeliveredId: '0-0', entriesRead: 0, pending: [], nacked: [], consumers: [] },
  ],
  idmp: { duration: 100, maxEntries: 99, producerCount: 2, entryCount: 3, added: 4, duplicates: 5 },
};

const expected: ExpectedKey[] = [
  { db: 0, key: 'array', type: 'array', encodings: ['array'], dump: 'AAEC' },
  {
    db: 0,
    key: 'hash',
    type: 'hash',
    encodings: ['hashtable'],
    expiresAt: 4102444800007,
    value: [
      ['', 'empty'],
      ['__proto__', 'p'],
      ['f', 'v'],
      ['long', textOrHash(LONG)],
    ],
    fieldExpiresAt: [['f', 4102444800008]],
  },
  { db: 0, key: 'int', type: 'string', encodings: ['int'], value: '12' },
  { db: 0, key: 'list', type: 'list', encodings: ['quicklist'], value: ['b', 'a', textOrHash(LONG)] },
  { db: 0, key: 'long', type: 'string', encodings: ['raw', 'lzf'], value: textOrHash(LONG) },
  { db: 0, key: 'set', type: 'set', encodings: ['listpack'], value: ['a', 'b', '\xff'] },
  { db: 0, key: 'stream', type: 'stream', encodings: ['stream'], value: stream },
  { db: 0, key: 'vector', type: 'module', encodings: ['module'], dump: 'AwQF' },
  {
    db: 0,
    key: 'zset',
    type: 'zset',
    encodings: ['skiplist'],
    value: [
      ['a', '0.10000000000000001'],
      ['b', '-0'],
      ['c', 'inf'],
      ['d', '-inf'],
      ['e', '1e+21'],
      ['f', '9007199254740993'],
      ['n', 'nan'],
    ],
  },
  { db: 1, key: 'int', type: 'string', encodings: ['int'], expiresAt: 9223372036854775807n, value: '13' },
];

const dataset: ExpectedDataset = { source: 'test', family: 'redis', version: 14, functions: [], keys: expected };

const options: CompareOptions = {
  decodeDump: (payload): JsonObject =>
    payload[0] === 0
      ? {
          type: 'array',
          encoding: 'array',
          value: [
            [0, 'x'],
            [9007199254740993n, 'y'],
          ],
          insertIndex: 7,
        }
      : {
          type: 'module',
          encoding: 'module',
          value: { module: 'vectorset', version: 0, data: [{ type: 'uint', value: 3 }] },
        },
};

/** What a reader says when it is right, as text: every test parses it anew and changes its own. */
const right = `${[
  '{"db":0,"key":"zset","type":"zset","encoding":"skiplist","value":[{"member":"f","score":9007199254740992},{"member":"e","score":1e21},{"member":"d","score":"-inf"},{"member":"c","score":"inf"},{"member":"b","score":-0},{"member":"a","score":0.1},{"member":"n","score":"nan"}]}',
  '{"db":0,"key":"array","type":"array","encoding":"array","value":[[0,"x"],[9007199254740993,"y"]],"insertIndex":7}',
  `{"value":{"long":${JSON.stringify(LONG)},"":"empty","f":"v","__proto__":"p"},"db":0,"key":"hash","type":"hash","encoding":"hashtable","expiresAt":4102444800007,"fieldExpiresAt":{"f":4102444800008}}`,
  '{"db":0,"key":"int","type":"string","encoding":"int","value":"12"}',
  `{"db":0,"key":"list","type":"list","encoding":"quicklist","value":["b","a",${JSON.stringify(LONG)}]}`,
  `{"db":0,"key":"long","type":"string","encoding":"lzf","value":${JSON.stringify(LONG)}}`,
  '{"db":0,"key":"set","type":"set","encoding":"listpack","value":["b","\\u00ff","a"]}',
  '{"db":0,"key":"stream","type":"stream","encoding":"stream","value":{"entries":[{"id":"1-1","fields":[["f","v"]]},{"id":"2-0","fields":[["f","w"],["","x"]]}],"length":2,"lastId":"3-0","firstId":"1-1","maxDeletedId":"3-0","entriesAdded":3,"groups":[{"name":"g","lastDeliveredId":"2-0","entriesRead":null,"pending":[{"id":"1-1","consumer":"c","deliveryTime":1700000000000,"deliveryCount":1},{"id":"2-0","deliveryTime":0,"deliveryCount":2}],"nacked":["2-0"],"consumers":[{"name":"c","seenTime":1700000000001,"activeTime":1700000000002},{"name":"idle","seenTime":1700000000003,"activeTime":-1}]},{"name":"h","lastDeliveredId":"0-0","entriesRead":0,"pending":[],"nacked":[],"consumers":[]}],"idmp":{"duration":100,"maxEntries":99,"producers":[{"id":"p1","entries":[{"iid":"i1","id":"1-1"},{"iid":"i2","id":"2-0"}]},{"id":"p2","entries":[{"iid":"i1","id":"1-1"}]}],"added":4,"duplicates":5}}}',
  '{"db":0,"key":"vector","type":"module","encoding":"module","value":{"module":"vectorset","version":0,"data":[{"type":"uint","value":3}]}}',
  '{"db":1,"key":"int","type":"string","encoding":"int","expiresAt":9223372036854775807,"value":"13"}',
].join(',\n')}`;

const parse = (text: string): JsonObject[] => parseJson(`[${text}]`) as JsonObject[];

/** Every way to damage a value a little, as texts: what changed, and the whole with that change. */
function* mutations(root: Json): Generator<[string, string]> {
  const leaf = (value: Json): Json[] => {
    if (typeof value === 'string') return [`${value}x`, value.slice(1), null, 0].filter((item) => item !== value);
    if (typeof value === 'number') return [value + 1, -value, String(value), null].filter((i) => !Object.is(i, value));
    // far enough to be another double as well
    if (typeof value === 'bigint') return [value + 4096n, Number(value) + 4096, String(value)];
    return [0, '', false];
  };
  // `emit` gives the text of the whole with `text` in the place of this value
  const walk = function* (value: Json, path: string, emit: (text: string) => string): Generator<[string, string]> {
    if (Array.isArray(value)) {
      const items = value.map(formatJson);
      const list = (texts: string[]): string => emit(`[${texts.join(',')}]`);
      yield [`${path}: an item more`, list([...items, '"more"'])];
      yield [`${path}: null`, emit('null')];
      yield [`${path}: an object`, emit('{}')];
      for (let i = 0; i < items.length; i++) {
        yield [`${path}[${i}] is missing`, list(items.filter((_, j) => j !== i))];
        yield [`${path}[${i}] stands twice`, list([...items, items[i]])];
        if (i > 0 && items[i] !== items[i - 1]) {
          const swapped = [...items.slice(0, i - 1), items[i], items[i - 1], ...items.slice(i + 1)];
          yield [`${path}[${i}] is swapped`, list(swapped)];
        }
        yield* walk(value[i], `${path}[${i}]`, (text) => list([...items.slice(0, i), text, ...items.slice(i + 1)]));
      }
    } else if (isObject(value)) {
      const names = Object.keys(value);
      const parts = names.map((name) => `${JSON.stringify(name)}:${formatJson(value[name])}`);
      const object = (texts: string[]): string => emit(`{${texts.join(',')}}`);
      yield [`${path}: a member more`, object([...parts, '"more":0'])];
      yield [`${path}: null`, emit('null')];
      yield [`${path}: an array`, emit('[]')];
      for (const [i, name] of names.entries()) {
        const others = [...parts.slice(0, i), ...parts.slice(i + 1)];
        yield [`${path}.${name} is missing`, object(others)];
        yield [`${path}.${name} stands twice`, object([...parts, parts[i]])];
        yield* walk(value[name], `${path}.${name}`, (text) => object([...others, `${JSON.stringify(name)}:${text}`]));
      }
    } else for (const other of leaf(value)) yield [`${path}: ${formatJson(other)}`, emit(formatJson(other))];
  };
  yield* walk(root, '', (text) => text);
}

/** Changes that are none: what a server does not tell, and orders that mean nothing. */
function isFree(change: string, record: JsonObject): boolean {
  if (/producers\[\d\]\.id: "|\.iid: "|producers\[1\] is swapped|entries\[1\] is swapped/.test(change)) {
    return change.includes('idmp');
  }
  if (/(groups|consumers)\[1\] is swapped/.test(change)) return true;
  return /^\.value\[\d\] is swapped$/.test(change) && (record['type'] === 'set' || record['type'] === 'zset');
}

describe('compareDataset', () => {
  it('finds nothing where nothing is', () => {
    expect(compareDataset(parse(right), dataset, options)).toEqual([]);
  });

  it.each(expected.map((key) => [`${key.db} ${key.key}`, key] as const))('finds every change in %s', (_, key) => {
    const record = parse(right).find((item) => item['db'] === key.db && item['key'] === key.key)!;
    expect(compareKey(record, key, options)).toEqual([]);
    let count = 0;
    for (const [change, text] of mutations(record)) {
      const changed = parseJson(text);
      if (!isObject(changed)) continue;
      const differences = compareKey(changed, key, options);
      if (isFree(change, record)) expect(differences, change).toEqual([]);
      else expect(differences, change).not.toEqual([]);
      count++;
    }
    expect(count).toBeGreaterThan(20);
  });

  it('finds missing, surplus and repeated keys', () => {
    const records = parse(right);
    for (let i = 0; i < records.length; i++) {
      expect(
        compareDataset(
          records.filter((_, j) => j !== i),
          dataset,
          options,
        ),
      ).toHaveLength(2);
      expect(compareDataset([...records, records[i]], dataset, options)).toHaveLength(2);
    }
    expect(compareDataset([...records, { ...records[0], db: 2 }], dataset, options)).toHaveLength(2);
    expect(compareDataset([], dataset, options)).toHaveLength(expected.length + 1);
    expect(compareDataset(records, { ...dataset, keys: [] }, options)).toHaveLength(expected.length + 1);
  });

  it('tells keys of one name in two databases apart', () => {
    const [a, b] = parse(right).filter((record) => record['key'] === 'int');
    const swapped = [
      { ...a, db: b['db'] },
      { ...b, db: a['db'] },
    ];
    expect(compareDataset(swapped, { ...dataset, keys: expected.filter(({ key }) => key === 'int') })).not.toEqual([]);
  });

  it('does not take a payload on trust', () => {
    const array = parse(right).filter((record) => record['type'] === 'array');
    const differences = compareDataset(array, { ...dataset, keys: [expected[0]] });
    expect(differences.join()).toContain('cannot be compared without decodeDump');
  });

  it('knows dumps with counters and without compression', () => {
    const long = parse(right).find((record) => record['key'] === 'long')!;
    const key = expected.find((item) => item.key === 'long')!;
    const raw = { ...long, encoding: 'raw' };
    expect(compareKey(raw, key, optionsOf('redis-8.8.nocompress'))).toEqual([]);
    expect(compareKey(long, key, optionsOf('redis-8.8.nocompress'))).not.toEqual([]);
    expect(compareKey({ ...long, freq: 5 }, key, optionsOf('redis-8.8.lfu'))).toEqual([]);
    for (const freq of [256, -1, 0.5, '5', null]) {
      expect(compareKey({ ...long, freq }, key, optionsOf('redis-8.8.lfu'))).not.toEqual([]);
    }
    expect(compareKey(long, key, optionsOf('redis-8.8.lfu'))).not.toEqual([]);
    expect(compareKey({ ...long, freq: 5 }, key, optionsOf('redis-8.8'))).not.toEqual([]);
    expect(compareKey({ ...long, idle: 5 }, key, optionsOf('redis-8.8'))).not.toEqual([]);
  });

  it('compares scores as doubles, exactly', () => {
    const zset = (score: Json): JsonObject => ({ db: 0, key: 'z', type: 'zset', value: [{ member: 'm', score }] });
    const key = (score: string): ExpectedKey => ({ db: 0, key: 'z', type: 'zset', value: [['m', score]] });
    const same = (score: Json, text: string): boolean => {
      const { encodings: _, ...plain } = key(text);
      return compareKey({ ...zset(score), encoding: 'skiplist' }, plain).length === 0;
    };
    expect(same(0.1, '0.10000000000000001')).toBe(true);
    expect(same(0.1, '0.10000000000000002')).toBe(false);
    expect(same(0.1 + Number.EPSILON / 8, '0.1')).toBe(false);
    expect(same(1878544653300196000000n, '1.8785446533001960e+21')).toBe(true);
    expect(same(0, '-0')).toBe(false);
    expect(same(-0, '-0')).toBe(true);
    expect(same(0, '0')).toBe(true);
    expect(same('inf', 'inf')).toBe(true);
    expect(same('inf', '-inf')).toBe(false);
    expect(same('nan', '-nan')).toBe(true);
    expect(same('nan', 'inf')).toBe(false);
    expect(same('1', '1')).toBe(false);
    expect(same('Infinity', 'inf')).toBe(false);
  });

  it('refuses characters that are not bytes', () => {
    const key: ExpectedKey = { db: 0, key: 'k', type: 'string', value: '\u20ac' };
    expect(compareKey({ db: 0, key: 'k', type: 'string', encoding: 'raw', value: '\u20ac' }, key)).not.toEqual([]);
  });
});

describe('compareFunctions', () => {
  it('compares in any order', () => {
    expect(compareFunctions(['a', 'b'], ['b', 'a'])).toEqual([]);
    expect(compareFunctions(['a'], ['b'])).toHaveLength(2);
    expect(compareFunctions(['a', 'a'], ['a'])).toHaveLength(2);
    expect(compareFunctions([], ['a'])).toHaveLength(2);
  });
});

describe('compareJson', () => {
  it.each(handNames().filter((name) => readHand(name).bytes.length < 2000 && readHand(name).records?.length))(
    'finds every change in %s',
    (name) => {
      const { records } = readHand(name);
      expect(compareRecords(records!, readHand(name).records!)).toEqual([]);
      for (const record of records!) {
        const whole = parseJson(formatJson(record));
        for (const [change, text] of mutations(whole)) {
          // mutations() does not know that names repeat here
          if (name === 'rdb11-duplicates' && text === formatJson(record)) continue;
          expect(compareJson(parseJson(text), record), `${change}: ${text}`).not.toEqual([]);
        }
      }
    },
  );

  it('keeps repeated names apart', () => {
    const two = parseJson('{"a":1,"b":0,"a":2}');
    expect(compareJson(parseJson('{"b":0,"a":1,"a":2}'), two)).toEqual([]);
    expect(compareJson(parseJson('{"a":2,"b":0,"a":1}'), two)).toHaveLength(2);
    expect(compareJson(parseJson('{"a":2,"b":0}'), two)).toHaveLength(2);
    expect(compareJson(parseJson('{"a":1,"b":0,"a":2,"a":2}'), two)).toHaveLength(1);
  });

  it('compares integers by digit and doubles by bit', () => {
    expect(compareJson(9007199254740993n, 9007199254740992n)).toHaveLength(1);
    expect(compareJson(parseJson('9007199254740992'), 9007199254740993n)).toHaveLength(1);
    expect(compareJson(0, -0)).toHaveLength(1);
    expect(compareJson({ score: 1152921504606846976n }, { score: 1152921504606847000n })).toEqual([]);
    expect(compareJson({ type: 'double', value: 1e22 }, { type: 'double', value: 10n ** 22n })).toEqual([]);
    expect(compareJson({ type: 'uint', value: 1e22 }, { type: 'uint', value: 10n ** 22n + 1n })).toHaveLength(1);
    expect(compareJson({ score: 'inf' }, { score: '-inf' })).toHaveLength(1);
    expect(compareJson({ score: null }, { score: 0 })).toHaveLength(1);
  });

  it('compares an encoding only where one is expected', () => {
    const record = { db: 0, key: 'k', type: 'cron', value: {} };
    expect(compareRecords([{ ...record, encoding: 'x' }], [record])).toEqual([]);
    expect(compareRecords([record], [{ ...record, encoding: 'x' }])).toHaveLength(1);
    expect(compareRecords([], [record])).toHaveLength(2);
    expect(compareRecords([record, record], [record])).toHaveLength(2);
  });
});

describe('expectedKey', () => {
  const info = (groups: unknown): unknown[] => [
    ...['length', 1, 'last-generated-id', '1-1', 'max-deleted-entry-id', '0-0', 'entries-added', 1],
    ...['recorded-first-entry-id', '1-1', 'entries', [['1-1', ['f', 'v']]], 'groups', groups],
  ];
  const group = (count: number, own: unknown[]): unknown[] => [
    ...['name', 'g', 'last-delivered-id', '1-1', 'entries-read', 1, 'lag', 0, 'pel-count', count],
    ...['pending', [['1-1', 'c', 5, 1]]],
    ...['consumers', [['name', 'c', 'seen-time', 6, 'active-time', 7, 'pel-count', 1, 'pending', own]]],
  ];
  const key = (groups: unknown) => ({
    db: 0,
    key: 's',
    type: 'stream',
    value: [['1-1', ['f', 'v']]],
    info: info(groups) as never,
  });

  it('takes of a stream what a version stores', () => {
    const groups = [group(1, [['1-1', 5, 1]])];
    const names = (rdb: number): string[] => {
      const { value } = expectedKey(key(groups), rdb) as { value: ExpectedStream };
      return [value, value.groups[0], value.groups[0].consumers[0]].flatMap((object) => Object.keys(object));
    };
    expect(names(9).join()).not.toMatch(/firstId|maxDeletedId|entriesAdded|entriesRead|activeTime/);
    expect(names(10)).toEqual(expect.arrayContaining(['firstId', 'maxDeletedId', 'entriesAdded', 'entriesRead']));
    expect(names(10)).not.toContain('activeTime');
    expect(names(11)).toContain('activeTime');
  });

  it('notices answers that contradict each other', () => {
    expect(() => expectedKey(key([group(2, [['1-1', 5, 1]])]), 11)).toThrow('pel-count');
    expect(() => expectedKey(key([group(1, [['1-1', 5, 2]])]), 11)).toThrow('contradict');
    expect(() => expectedKey({ ...key([]), value: [] }, 11)).toThrow('XINFO and XRANGE differ');
  });

  it.each([
    ['0', 'int'],
    ['-2147483648', 'int'],
    ['2147483647', 'int'],
    ['2147483648', 'raw'],
    ['-0', 'raw'],
    ['007', 'raw'],
    ['', 'raw'],
    ['+5', 'raw'],
    ['a'.repeat(20), 'raw'],
    ['a'.repeat(21), 'raw,lzf'],
  ])('%j is stored as %s', (value, encodings) => {
    expect(expectedKey({ db: 0, key: 'k', type: 'string', value }, 9).encodings!.join()).toBe(encodings);
  });
});
