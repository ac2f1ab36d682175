/** Files with one large item in every layout, for readings with small limits. */
import {
  bytesOf,
  concat,
  f64le,
  file,
  hex,
  i64le,
  intset,
  key,
  len,
  listpack,
  lzfStr,
  noise,
  prose,
  rawId,
  str,
  streamNode,
  streamValue,
  type Text,
  ziplist,
  zipmap,
} from './encoders.ts';
import type { Fixture } from './readings.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const big = prose(70_000);
const middle = prose(3000, 2);
const odd = noise(300, 3);

const pairs = (...list: (readonly [Text, Text])[]): Bytes =>
  concat(len(list.length), ...list.flatMap(([a, b]) => [str(a), str(b)]));
const items = (...list: Text[]): Bytes => concat(len(list.length), ...list.map(str));
const scored = (...list: (readonly [Text, number])[]): Bytes =>
  concat(len(list.length), ...list.flatMap(([member, score]) => [str(member), f64le(score)]));

/** STR both ways. */
function bothWays(
  name: string,
  version: number,
  type: number,
  blob: Uint8Array,
  head: Uint8Array = hex(''),
): Fixture[] {
  return [
    { name, bytes: file(version, key(type, 'k', concat(head, str(blob)))) },
    { name: `${name}, LZF`, bytes: file(version, key(type, 'k', concat(head, lzfStr(blob))), key(0, 'z', str('end'))) },
  ];
}

const names = [bytesOf('f'), bytesOf('name'), bytesOf('the longest name of all')];
const parts = (...list: Uint8Array[]): Bytes => concat(hex('81B5EB2DFFFADD6C01'), ...list, hex('00'));
const sint = (value: number): Bytes => concat(hex('01'), len(value));
const part = (text: Text): Bytes => concat(hex('05'), str(text));

/** One group with two pending entries and their consumer. */
const group = concat(
  hex('01'),
  str('g'),
  len(5),
  len(0),
  len(2),
  rawId(1, 1),
  i64le(1_700_000_000_000),
  len(3),
  rawId(1, 2),
  i64le(1_700_000_000_001),
  len(1),
  len(1),
  str('consumer'),
  i64le(1_700_000_000_002),
  len(2),
  rawId(1, 1),
  rawId(1, 2),
);

const entries = [
  { ms: 0, seq: 0, fields: [['a', 'small']] as [Text, Text][], same: true },
  { ms: 0, seq: 1, fields: [['a', big]] as [Text, Text][], same: true },
  { ms: 1, seq: 0, fields: [['a', 'gone']] as [Text, Text][], same: true, deleted: true },
  {
    ms: 1,
    seq: 1,
    fields: [
      ['x', 'y'],
      [middle, 'z'],
      ['p', 'q'],
    ] as [Text, Text][],
  },
  { ms: 2, seq: 0, fields: [['a', 12345]] as [Text, number][], same: true },
];
const node = streamNode(['a'], entries);
const nodes = [
  [1, 1, str(node)],
  [5, 0, lzfStr(streamNode(['n'], [{ ms: 0, seq: 0, fields: [['n', -5]], same: true }]))],
  [6, 0, lzfStr(node)],
] as const;

/** Each is a whole file; every value has an item that is larger than the limits of the tests, and small ones around it. */
export const synthetic: Fixture[] = [
  { name: 'string', bytes: file(9, key(0, 'k', str(big)), key(0, 'l', lzfStr(big)), key(0, 'm', str('end'))) },
  { name: 'string of binary data', bytes: file(9, key(0, 'k', lzfStr(concat(odd, odd, odd, big)))) },
  { name: 'string of two whole pieces', bytes: file(9, key(0, 'k', str(noise(131_072)))) },
  { name: 'list', bytes: file(9, key(1, 'k', items('a', big, 'b', '', middle, 'c'))) },
  { name: 'set', bytes: file(9, key(2, 'k', items('a', big, 'b', middle, '12'))) },
  {
    name: 'zset',
    bytes: file(
      9,
      key(5, 'k', scored(['a', 1], [big, 0.1], ['b', -0], [middle, Number.POSITIVE_INFINITY], ['c', 5e-324])),
    ),
  },
  { name: 'zset, large member of score -0', bytes: file(9, key(5, 'k', scored(['a', 1], [middle, -0]))) },
  {
    name: 'zset with scores as text',
    bytes: file(
      7,
      key(3, 'k', concat(len(3), str(middle), hex('033135'), hex('35'), str('b'), hex('FE'), str(big), hex('FF'))),
    ),
  },
  { name: 'hash, large value', bytes: file(9, key(4, 'k', pairs(['a', '1'], ['f', big], ['b', '2']))) },
  { name: 'hash, large field', bytes: file(9, key(4, 'k', pairs(['a', '1'], [big, 'v'], ['b', '2']))) },
  { name: 'hash, both large', bytes: file(9, key(4, 'k', pairs([middle, big], ['a', ''], ['', odd], [odd, '']))) },
  {
    name: 'hash with times, type 24',
    bytes: file(
      12,
      key(
        24,
        'k',
        concat(
          i64le(4102444800000),
          len(4),
          ...[len(1), str('f'), str(big)],
          ...[len(0), str('g'), str(middle)],
          ...[len(501), str(middle), str('v')],
          ...[len(2), str('a'), str('b')],
        ),
      ),
    ),
  },
  {
    name: 'hash with times, Valkey',
    bytes: file(
      80,
      key(
        22,
        'k',
        concat(
          len(3),
          ...[str('f'), str(big), i64le(4102444800000)],
          ...[str(middle), str('v'), i64le(-1)],
          ...[str('g'), lzfStr(middle), i64le(9007199254740993n)],
        ),
      ),
    ),
  },
  ...bothWays(
    'hash with times, type 25',
    12,
    25,
    listpack(['f', big, 4102444800000, middle, 'v', 4102444800001, 'g', '1', 0, 'h', middle, 0]),
    i64le(4102444800000),
  ),
  {
    name: 'path hash',
    bytes: file(
      81,
      key(
        23,
        'k',
        concat(len(2), str('$.a'), pairs(['f', big], ['g', 'v']), str('$.b'), pairs(['f', '1'], [middle, '2'])),
      ),
    ),
  },
  ...bothWays('hash as listpack', 10, 16, listpack(['f', big, middle, 'v', 'n', 1234567890123, 'o', -7])),
  ...bothWays('hash as ziplist', 9, 13, ziplist(['f', big, middle, 'v', 'n', 1234567890123, 'o', -7])),
  ...bothWays(
    'hash as zipmap',
    2,
    9,
    zipmap(
      [
        ['f', big],
        [middle, 'v'],
        ['a', 'b'],
      ],
      3,
    ),
  ),
  ...bothWays('zset as listpack', 10, 17, listpack(['a', 1, big, '0.5', middle, -70000, 'z', 'inf'])),
  ...bothWays('zset as ziplist', 9, 12, ziplist(['a', 1, big, '0.5', middle, -70000, 'z', '-inf'])),
  ...bothWays('set as listpack', 11, 20, listpack(['a', big, 5, middle, -5])),
  ...bothWays('list as ziplist', 9, 10, ziplist(['a', big, 5, middle, -5])),
  ...bothWays(
    'set as intset',
    9,
    11,
    intset(
      4,
      [...Array(500).keys()].map((i) => i * i - 5000),
    ),
  ),
  ...bothWays(
    'set as intset of 64 bits',
    9,
    11,
    intset(8, [-(2n ** 63n), -(2n ** 53n), -1, 0, 2n ** 53n, 2n ** 63n - 1n]),
  ),
  ...bothWays('many entries', 11, 20, listpack([...Array(20_000).keys()].map((i) => (i % 3 ? `entry ${i}` : i)))),
  {
    name: 'quicklist of ziplists',
    bytes: file(
      9,
      key(14, 'k', concat(len(3), str(ziplist(['a', big, 'b'])), lzfStr(ziplist([1, middle, 2])), str(ziplist(['c'])))),
    ),
  },
  {
    name: 'quicklist of listpacks and plain nodes',
    bytes: file(
      10,
      key(
        18,
        'k',
        concat(
          len(5),
          ...[len(2), lzfStr(listpack(['a', big, 'b']))],
          ...[len(1), str(big)],
          ...[len(2), str(listpack([1, middle, 2]))],
          ...[len(1), lzfStr(middle)],
          ...[len(2), str(listpack(['c']))],
        ),
      ),
    ),
  },
  { name: 'stream', bytes: file(9, key(15, 'k', concat(streamValue(nodes, 9), len(0)))) },
  { name: 'stream with a group', bytes: file(9, key(15, 'k', concat(streamValue(nodes, 9), group))) },
  { name: 'stream without entries', bytes: file(9, key(15, 'k', concat(streamValue([], 0), group))) },
  {
    name: 'array',
    bytes: file(
      14,
      key(
        28,
        'k',
        concat(
          len(5),
          hex('01'),
          len(12),
          ...[len(0), hex('00'), str('a')],
          ...[len(3), hex('00'), str(big)],
          ...[len(5), hex('01'), i64le(-7)],
          ...[len(2n ** 60n), hex('00'), lzfStr(middle)],
          ...[len(2n ** 61n), hex('03'), str('seven')],
        ),
      ),
    ),
  },
  {
    name: 'array of one large element',
    bytes: file(14, key(28, 'k', concat(len(1), hex('01'), len(12), len(3), hex('00'), str(middle)))),
  },
  {
    name: 'module',
    bytes: file(9, key(7, 'k', parts(sint(1), part('a'), part(big), sint(2), part(middle), part('')))),
  },
  { name: 'module of one large part', bytes: file(9, key(7, 'k', parts(part(middle)))) },
  {
    name: 'hash of a template',
    bytes: file(
      15,
      concat(hex('F2'), len(7), len(3), ...names.map(str)),
      key(32, 'k', concat(len(7), str(big), str('v'), lzfStr(middle))),
      key(30, 'l', lzfStr(listpack([7, 'v', big, middle]))),
      key(31, 'm', concat(hex('01'), len(3), ...names.map(str), str('v'), str(middle), str('w'))),
      key(29, 'n', concat(hex('00'), str(listpack(names)), str(listpack([0, middle, 5, big])))),
      key(0, 'o', str('end')),
    ),
  },
  {
    name: 'set with times, Dragonfly',
    bytes: file(
      9,
      concat(hex('FA'), str('df-ver'), str('1')),
      key(32, 'k', concat(len(4), str('a'), str('5'), str(middle), str('6'), str('b'), str('7'), str('c'), str('-1'))),
      key(31, 'l', concat(len(2), str('a'), str(middle), str('5'), str(middle), str('c'), str('7'))),
    ),
  },
  {
    name: 'KeyDB, times of members behind a large key',
    bytes: file(
      9,
      key(2, 'k', items('a', big, 'b')),
      ...['a', 'b'].flatMap((member) => [
        concat(hex('FA'), str('keydb-subexpire-key'), str(member)),
        concat(hex('FA'), str('keydb-subexpire-when'), str('4102444800000')),
      ]),
      key(0, 'l', str('end')),
    ),
  },
];
