/** Small logs that random ones were shrunk to, each of which was replayed or rewritten wrongly once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { concat, rdbFile, string } from '../helpers/encode-bytes.ts';
import { describeLive } from '../helpers/live.ts';
import { judge } from './judge.ts';
import { type Command, encode, Loader } from './servers.ts';

/** A function library as FUNCTION DUMP has it, with a checksum of zero. */
const LIBRARY = '#!lua name=l\nredis.register_function("f", function() return 1 end)';
const UNCHECKED = `\xf5${String.fromCharCode(0x40, LIBRARY.length)}${LIBRARY}\x0a\x00${'\x00'.repeat(8)}`;

/** `"7"`, as DUMP has it. */
const SEVEN = '\x00\xc0\x07\x0a\x00';

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => [String(i), `m${i}`]).flat();

const LOGS: [name: string, commands: Command[]][] = [
  ['a payload without a checksum', [['FUNCTION', 'RESTORE', UNCHECKED, 'REPLACE']]],
  ['a payload with a wrong checksum', [['RESTORE', 'k', '0', `${SEVEN}12345678`]]],
  [
    'no time to wait',
    [
      ['RPUSH', 'l', 'a', 'b', 'c', 'd', 'e', 'f'],
      ['ZADD', 'z', '1', 'a', '2', 'b', '3', 'c'],
      ['BLPOP', 'l', 'x'],
      ['BRPOP', 'l', '-1'],
      ['BRPOP', 'l', ''],
      ['BRPOP', 'l', '-0.0001'],
      ['BLMPOP', 'x', '1', 'l', 'LEFT'],
      ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 'inf'],
      ['BRPOPLPUSH', 'l', 'm', '1e30'],
      ['BZPOPMIN', 'z', '-1'],
      ['BZMPOP', 'x', '1', 'z', 'MIN'],
    ],
  ],
  [
    'members between two others, with different scores',
    [
      ['ZADD', 'z', '-5', 'd', '0', '', '1', '2', '3', 'a', '4', '10', '5', 'b'],
      ['ZRANGESTORE', 'a', 'z', '[1', '(a', 'BYLEX'],
      ['ZRANGESTORE', 'b', 'z', '(c', '(', 'BYLEX', 'REV'],
      ['ZRANGESTORE', 'c', 'z', '[b', '(1', 'BYLEX', 'REV', 'LIMIT', '4', '7'],
      ['ZRANGESTORE', 'd', 'z', '-', '+', 'BYLEX', 'LIMIT', '2', '2'],
      ['ZREMRANGEBYLEX', 'z', '(2', '[b'],
    ],
  ],
  [
    'the member that is found first is before the lower bound',
    [
      ['ZADD', 'z', '-2', '3.5', '0', 'p10', '5', '007', '9', 'p4'],
      ['ZRANGESTORE', 'a', 'z', '[b', '[100000', 'BYLEX', 'REV', 'LIMIT', '1', '-5'],
      ['ZADD', 'y', '1', 'a', '2', 'z', '3', 'b', '4', 'y'],
      ['ZRANGESTORE', 'b', 'y', '[m', '[x', 'BYLEX', 'LIMIT', '1', '9'],
      ['ZREMRANGEBYLEX', 'y', '[m', '[x'],
    ],
  ],
  [
    'bounds of scores that are no numbers elsewhere',
    [
      ['ZADD', 'z', '-1', 'a', '0', 'b', '1e300', 'c', 'inf', 'd'],
      ['ZRANGESTORE', 'a', 'z', '1e-400', '1e400', 'BYSCORE'],
      ['ZRANGESTORE', 'b', 'z', '', ' 5', 'BYSCORE'],
      ['ZRANGESTORE', 'c', 'z', '(', '(0\x00x', 'BYSCORE'],
      ['ZREMRANGEBYSCORE', 'z', '5 ', 'inf'],
    ],
  ],
  [
    'elements that are numbers to SORT only',
    [
      ['RPUSH', 'l', '3', '', ' 2', '1\x00z', '0x10'],
      ['SORT', 'l', 'STORE', 'sorted'],
      ['RPUSH', 'l', '1 '],
      ['SORT', 'l', 'STORE', 'kept'],
      ['RPUSH', 'small', '5e-324', '1'],
      ['SORT', 'small', 'STORE', 'kept'],
    ],
  ],
  [
    '-0 in a set that SORT has unpacked',
    [
      ['ZADD', 'z', '1', 'a'],
      ['SORT', 'z'],
      ['ZADD', 'z', '-0', 'b'],
    ],
  ],
  [
    '-0 in a large set',
    [
      ['ZADD', 'z', ...many(200)],
      ['ZADD', 'z', '-0', 'zero'],
    ],
  ],
  [
    '-0 in a set with a long member',
    [
      ['ZADD', 'z', '1', 'x'.repeat(65)],
      ['ZADD', 'z', '-0', 'zero'],
    ],
  ],
  [
    '-0 in what is stored of a large set, from its end on',
    [
      ['ZADD', 'z', '5', 'x'.repeat(65), '-0', 'zero', '7', 'a'],
      ['ZRANGESTORE', 'a', 'z', '0', '-1', 'REV'],
      ['ZRANGESTORE', 'b', 'z', '0', '-1'],
      ['ZRANGESTORE', 'c', 'z', '9', '-9', 'BYSCORE', 'REV'],
    ],
  ],
  [
    'consumers for whom there is nothing',
    [
      ['XADD', 's', '5-0', 'f', 'v'],
      ['XGROUP', 'CREATE', 's', 'g', '5-0'],
      ['XCLAIM', 's', 'g', 'claims', '0', '5-0'],
      ['XAUTOCLAIM', 's', 'g', 'claims all', '0', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'reads', 'STREAMS', 's', '>'],
      ['XREADGROUP', 'GROUP', 'g', 'reads again', 'STREAMS', 's', '0'],
    ],
  ],
  [
    'a deleted entry above the last id',
    [
      ['XADD', 's', '4-0', 'f', 'v'],
      ['XDEL', 's', '4-0'],
      ['XSETID', 's', '2-0', 'ENTRIESADDED', '108'],
      ['XADD', 't', '1-0', 'f', 'v'],
      ['XADD', 't', '2-0', 'f', 'v'],
      ['XGROUP', 'CREATE', 't', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 't', '>'],
      ['XADD', 't', '9-0', 'f', 'v'],
      ['XDEL', 't', '1-0', '9-0'],
      ['XSETID', 't', '3-0'],
    ],
  ],
  [
    'RESTORE with options that exclude each other, and with a time beyond all',
    [
      ['RESTORE', 'k', '0', `${SEVEN}\x26\x78\xe7\xb6\xd1\x01\x11\xfc`, 'IDLETIME', '1', 'FREQ', '1'],
      ['SET', 'k', 'v'],
      ['EXPIRE', 'k', '9223372036854775807'],
      ['PEXPIREAT', 'k', '-1'],
    ],
  ],
  [
    'places around a member of nothing',
    [
      ['GEOADD', 'g', '13', '38', 'p'],
      ['GEORADIUSBYMEMBER', 'none', 'p', 'x', 'yd', 'STORE', 'g'],
    ],
  ],
  [
    'a field that grows what it does not change',
    [
      ['BITFIELD', 'b', 'OVERFLOW', 'FAIL', 'SET', 'u8', '#9', '256'],
      ['BITFIELD', 'b', 'SET', 'i64', '6', '-1', 'OVERFLOW', 'SAT', 'INCRBY', 'i64', '6', '-9223372036854775808'],
    ],
  ],
  [
    'a time that servers take for none',
    [
      ['SET', 'a', '1'],
      ['PEXPIREAT', 'a', '-1'],
      ['PEXPIREAT', 'a', '4102617600000', 'LT'],
      ['SET', 'b', '1'],
      ['PEXPIREAT', 'b', '-1'],
      ['PEXPIREAT', 'b', '4102617600000', 'XX'],
      ['SET', 'c', '1', 'PXAT', '4102617600000'],
      ['PEXPIREAT', 'c', '-1'],
      ['RENAME', 'c', 'd'],
    ],
  ],
  [
    'a count of entries read that overflows',
    [
      ['XADD', 'x', '5-0', 'f', 'v'],
      ['XADD', 'x', '6-0', 'f', 'v'],
      ['XGROUP', 'CREATE', 'x', 'g', '1-1', 'ENTRIESREAD', '9223372036854775807'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1', 'STREAMS', 'x', '>'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1', 'STREAMS', 'x', '>'],
    ],
  ],
  [
    'registers whose last run was cut off',
    [
      ['PFADD', 'h', 'e460', 'e145', '2', 'e434'],
      ['BITFIELD', 'h', 'SET', 'i34', '183', '94'],
      ['BITFIELD', 'h', 'INCRBY', 'i56', '#4', '68'],
      ['PFCOUNT', 'h'],
      ['PFADD', 'h', 'many:6:0', 'many:5:179', 'many:9:228', 'many:8:229'],
    ],
  ],
  [
    'places within no bounds',
    [
      ['GEOADD', 'g', '13', '38', 'a', '15', '37', 'b', '-170', '-80', 'c'],
      ['GEOSEARCHSTORE', 'a', 'g', 'FROMMEMBER', 'a', 'BYRADIUS', 'inf', 'km'],
      ['GEOSEARCHSTORE', 'b', 'g', 'FROMMEMBER', 'a', 'BYBOX', 'inf', 'inf', 'km'],
      ['GEOSEARCHSTORE', 'c', 'g', 'FROMLONLAT', '0', '0', 'BYBOX', '10', 'inf', 'km'],
      ['GEOSEARCHSTORE', 'd', 'g', 'FROMMEMBER', 'c', 'BYBOX', '1e5', '1e22', 'km'],
      ['GEOSEARCHSTORE', 'e', 'g', 'FROMMEMBER', 'a', 'BYBOX', '1e300', '0', 'km'],
      ['GEORADIUS', 'g', '1', '2', '1e9', 'km', 'STORE', 'f'],
      ['GEORADIUS', 'g', '1', '-85', '1e300', 'm', 'STORE', 'h'],
      ['GEORADIUSBYMEMBER', 'g', 'c', '1.7e308', 'km', 'STORE', 'i'],
    ],
  ],
  [
    'options of a search that come twice',
    [
      ['GEOADD', 'g', '13', '38', 'a', '15', '37', 'b'],
      ['GEOSEARCHSTORE', 'a', 'g', 'FROMMEMBER', 'a', 'BYRADIUS', '1', 'km', 'BYRADIUS', '900', 'km'],
      [
        'GEOSEARCHSTORE',
        'b',
        'g',
        'FROMMEMBER',
        'a',
        'FROMMEMBER',
        'b',
        'BYBOX',
        '1',
        '1',
        'm',
        'BYBOX',
        '2',
        '3',
        'km',
      ],
      ['GEOSEARCHSTORE', 'c', 'g', 'FROMLONLAT', '0', '0', 'FROMLONLAT', '13', '38', 'BYRADIUS', '1', 'km'],
      ['GEOSEARCHSTORE', 'd', 'g', 'FROMMEMBER', 'nobody', 'FROMMEMBER', 'a', 'BYRADIUS', '1', 'km'],
      ['GEOSEARCHSTORE', 'e', 'g', 'FROMMEMBER', 'a', 'BYRADIUS', '1', 'km', 'BYBOX', '1', '1', 'km'],
      ['GEOSEARCHSTORE', 'a', 'none', 'FROMMEMBER', 'nobody', 'FROMMEMBER', 'a', 'BYRADIUS', '1', 'km'],
    ],
  ],
  [
    'more arguments than a command takes',
    [
      ['SELECT', '1', 'x'],
      ['SET', 'a', '1'],
      ['INCR', 'a', 'x'],
      ['RENAME', 'a', 'b', 'c'],
      ['RPUSH', 'l', 'i', 'j', 'k'],
      ['BRPOPLPUSH', 'l', 'm', '0', 'x'],
      ['BLMOVE', 'l', 'm', 'LEFT', 'LEFT', 'x', '0'],
      ['HSETNX', 'h', 'f', 'v', 'x'],
      ['ZADD', 'z', '1', 'm', '2', 'n'],
      ['ZREMRANGEBYSCORE', 'z', '1', '1', '2'],
      ['ZINCRBY', 'z', '1', 'm', '2', 'n'],
      ['PFADD', 'p', 'e'],
      ['PFDEBUG', 'TODENSE', 'p', 'x'],
      ['XADD', 'x', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 'x', 'g', '0'],
      ['XGROUP', 'DESTROY', 'x', 'g', 'h'],
      ['SWAPDB', '1', '2', '3'],
      ['MOVE', 'b', '3', '4'],
    ],
  ],
  [
    'what only tells something',
    [
      ['CONFIG', 'GET', 'x'],
      ['MODULE', 'LIST'],
      ['SCRIPT', 'LOAD', 'return 1'],
      ['SET', 'k', 'v'],
    ],
  ],
  [
    'ids with a NUL',
    [
      ['XADD', 'x', '1\0-1', 'f', 'v'],
      ['XADD', 'x', '1-1\0-2', 'f', 'v'],
      ['XADD', 'x', '2-*\0', 'f', 'v'],
      ['XADD', 'x', '3\0-*', 'f', 'v'],
      ['XADD', 'x', '-\0', 'f', 'v'],
      ['XGROUP', 'CREATE', 'x', 'g', '$\0'],
      ['XGROUP', 'CREATE', 'x', 'h', '-\0'],
      ['XGROUP', 'SETID', 'x', 'g', `-\0${' '.repeat(120)}`],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '>\0-'],
      ['XGROUP', 'SETID', 'x', 'g', '+\0'],
      ['XGROUP', 'SETID', 'x', 'g', `-\0${' '.repeat(126)}`],
    ],
  ],
  [
    'the largest id in the place of >, and counts that no process has memory for',
    [
      ['XADD', 'x', '1-1', 'f', 'v'],
      ['XGROUP', 'CREATE', 'x', 'g', '0'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '18446744073709551615-18446744073709551615'],
      ['XAUTOCLAIM', 'x', 'g', 'd', '0', '0', 'COUNT', '576460752303423487'],
      ['XAUTOCLAIM', 'x', 'g', 'e', '0', '0', 'COUNT', '8796093022208'],
    ],
  ],
  [
    'times to wait at the ends of what is allowed',
    [
      ['RPUSH', 'l', ...'abcdefghij'],
      ['BLPOP', 'l', '-0.001'],
      ['BLPOP', 'l', '-0.0010000000000000000000001'],
      ['BLPOP', 'l', '-0.00100001'],
      ['BLPOP', 'l', '9223372036854775'],
      ['BLPOP', 'l', '9223372036854775.807'],
      ['BLPOP', 'l', '9223372036854775.808'],
      ['BLPOP', 'l', '1e300'],
    ],
  ],
  [
    'options of a range that come twice',
    [
      ['ZADD', 'z', '1', 'a', '1', 'b', '1', 'c'],
      ['ZRANGESTORE', 'a', 'z', '-', '+', 'BYLEX', 'BYLEX'],
      ['ZRANGESTORE', 'b', 'z', '0', '1', 'BYSCORE', 'BYSCORE'],
      ['ZRANGESTORE', 'c', 'z', '0', '1', 'REV', 'REV'],
      ['ZRANGESTORE', 'd', 'z', '-', '+', 'BYLEX', 'BYSCORE'],
      ['ZRANGESTORE', 'e', 'z', '-', '+', 'LIMIT', '0', '1', 'BYLEX', 'LIMIT', '1', '1'],
    ],
  ],
  [
    'patterns with a NUL',
    [
      ['RPUSH', 'l', '2', '1'],
      ['MSET', '1', 'one', '1\0', 'nul', '\x001', '2', '\x002', '1', 'h1->\0f', 'string'],
      ['HSET', 'h1', 'f', 'field', '\0f', 'nul'],
      ['HSET', 'h1\0', 'f', 'nul'],
      ['SORT', 'l', 'GET', '#\0x', 'STORE', 'a'],
      ['SORT', 'l', 'GET', '*\0', 'GET', '\0*', 'STORE', 'b'],
      ['SORT', 'l', 'BY', '\0*', 'STORE', 'c'],
      ['SORT', 'l', 'GET', 'h*\0->f', 'GET', 'h*->f\0', 'GET', 'h*->\0f', 'STORE', 'd'],
    ],
  ],
];

describeLive('a log that was found by chance', () => {
  const loader = new Loader();
  beforeAll(() => loader.server());
  afterAll(() => loader.stop());

  it.each(LOGS.map(([name, commands]) => ({ name, commands })))('$name', async ({ commands }) => {
    expect(await judge(loader, encode(commands), { relative: true, size: true })).toBeUndefined();
  });

  it('entries read of a stream whose last id went back', async () => {
    // A server's own rewrite loses it.
    const commands: Command[] = [
      ['XADD', 'x', '1-1', 'f', 'v'],
      ['XSETID', 'x', '148-2', 'MAXDELETEDID', '4-1', 'ENTRIESADDED', '14'],
      ['XGROUP', 'CREATE', 'x', 'g', '0'],
      ['XSETID', 'x', '1-1'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '>'],
    ];
    expect(await judge(loader, encode(commands), { relative: true })).toBeUndefined();
  });

  it('a time that servers take for none, in the RDB at the beginning', async () => {
    const timed = (key: string): Uint8Array =>
      concat([0xfc, ...new Uint8Array(8).fill(0xff), 0], string(key), string('v'));
    const later: Command[] = [
      ['PEXPIREAT', 'a', '4102617600000', 'LT'],
      ['PEXPIREAT', 'b', '4102617600000', 'XX'],
    ];
    const preamble = rdbFile(10, timed('a'), timed('b'), timed('c'));
    expect(await judge(loader, Buffer.concat([preamble, encode(later)]))).toBeUndefined();
  });
});
