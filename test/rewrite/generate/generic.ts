/** Commands that do not care for types, and the server's: databases, libraries of functions, scripts. */
import type { Arguments, Entry, Kind } from './arguments.ts';

const condition = (g: Arguments): string[] =>
  g.chance(60) ? [] : g.chance(85) ? [g.word(g.pick(['NX', 'XX', 'GT', 'LT']))] : g.options(40, 'NX', 'XX', 'GT', 'LT');

const PATTERNS = ['#', 'w_*', 'h*->a', 'none', 's*', '*'];
const ODD_PATTERNS = [
  ...['', '**', 'h*->', '*->a', 'h*->a->b', 'h*-a', 'h->*', '#*', '##', '#\x00', '#\x00*', 'w_\x00*', 'w_*\x00', '->*'],
  ...['h*\x00->a', 'h*->\x00', 'h*->a\x00', '\x00'],
];

/** BY with ALPHA and a pattern leaves the order of equal weights to chance. */
function sort(g: Arguments): string[] {
  // A server unpacks a sorted set that it sorts, which makes ZREMRANGEBYLEX random there: see the tests of SORT for those.
  const source = g.key(g.pick<Kind>(['list', 'list', 'set']));
  const by = g.chance(95) ? g.pick(['', '', 'nosort', 'w_*', 'h*->a', 'w_*->x', '*']) : g.pick(ODD_PATTERNS);
  const alpha = by === '' || by === 'nosort' ? g.chance(60) : false;
  const parts = [
    by === '' ? [] : [g.word('BY'), by],
    g.maybe(30, () => [g.word('LIMIT'), g.index(), g.index()]),
    g.maybe(40, () => g.many(1, 3, () => [g.word('GET'), g.pick(g.chance(80) ? PATTERNS : ODD_PATTERNS)])),
    g.maybe(50, () => [g.word(g.pick(['ASC', 'DESC']))]),
    alpha ? [g.word('ALPHA')] : [],
    g.maybe(90, () => [g.word('STORE'), g.key('list')]),
  ];
  return ['SORT', source, ...g.mixed(parts)];
}

function restore(g: Arguments): string[] {
  const absolute = g.chance(40);
  const time = g.chance(60) ? '0' : absolute ? g.at('ms') : g.after('ms');
  const parts = [
    absolute ? [g.word('ABSTTL')] : [],
    g.maybe(75, () => [g.word('REPLACE')]),
    g.maybe(8, () => [g.word('IDLETIME'), g.wrong() ? '-1' : '100']),
    g.maybe(8, () => [g.word('FREQ'), g.wrong() ? '256' : '7']),
  ];
  return [g.anyKey(), time, g.dump(), ...g.mixed(parts)];
}

/** Numbers, mostly, for members that are numbers or letters. */
const weights = (g: Arguments): string[] =>
  g.many(1, 4, () => [`w_${g.pick(['a', 'b', 'c', '1', '2', '10', '-7', ''])}`, g.chance(90) ? g.score() : g.member()]);

export const GENERIC: readonly Entry[] = [
  [3, (g) => ['DEL', ...g.many(1, 3, () => g.anyKey())]],
  [2, (g) => ['UNLINK', ...g.many(1, 3, () => g.anyKey())]],
  [4, (g) => ['EXPIRE', g.anyKey(), g.after('s'), ...condition(g)]],
  [4, (g) => ['PEXPIRE', g.anyKey(), g.after('ms'), ...condition(g)]],
  [4, (g) => ['EXPIREAT', g.anyKey(), g.at('s'), ...condition(g)]],
  [5, (g) => ['PEXPIREAT', g.anyKey(), g.at('ms'), ...condition(g)]],
  [2, (g) => ['PERSIST', g.anyKey()]],
  [3, (g) => ['RENAME', g.anyKey(), g.anyKey()]],
  [2, (g) => ['RENAMENX', g.anyKey(), g.anyKey()]],
  [3, (g) => ['MOVE', g.anyKey(), g.db()]],
  [
    5,
    (g) => {
      const parts = [g.maybe(30, () => [g.word('DB'), g.db()]), g.maybe(50, () => [g.word('REPLACE')])];
      return ['COPY', g.anyKey(), g.anyKey(), ...g.mixed(parts)];
    },
  ],
  [8, sort],
  [2, (g) => ['MSET', ...weights(g)]],
  [8, (g) => ['RESTORE', ...restore(g)]],
  [1, (g) => ['RESTORE-ASKING', ...restore(g)]],
  [
    1,
    (g) =>
      g.pick([['TOUCH', g.anyKey()], ['EXISTS', g.anyKey()], ['TYPE', g.anyKey()], ['PING'], ['PUBLISH', 'c', 'm']]),
  ],
];

/** Valid ones, each with a function of its own: a library is kept as text, and nobody here can tell whether it is a program. */
function library(g: Arguments): string {
  const number = g.between(1, 4);
  const body = g.pick([
    "return redis.call('SET', keys[1], args[1])",
    "redis.call('RPUSH', keys[1], args[1], 'called') return redis.call('INCR', keys[2])",
    "return redis.pcall('SADD', keys[1], args[1], '1', '2')",
  ]);
  const engine = g.pick(['lua', 'lua', 'LUA']);
  return `#!${engine} name=lib${number}\nredis.register_function('f${number}', function(keys, args) ${body} end)\n`;
}

/** What a server refuses, and never logs. */
function noLibrary(g: Arguments): string {
  return g.pick([
    '',
    'return 1',
    '#!lua\nreturn 1',
    '#!js name=lib1\n',
    `${library(g)} this is no program`,
    library(g),
  ]);
}

function script(g: Arguments): string[] {
  const [body, keys] = g.pick<[string, number]>([
    ["return redis.call('SET', KEYS[1], ARGV[1])", 1],
    ["redis.call('LPUSH', KEYS[1], ARGV[1], 'scripted') return redis.call('INCR', KEYS[2])", 2],
    [
      "redis.call('SELECT', '2') redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('HSET', KEYS[2], ARGV[1], '1')",
      2,
    ],
    ["for i = 1, 4 do redis.pcall('ZADD', KEYS[1], i, ARGV[1] .. i) end return redis.pcall('SPOP', KEYS[2])", 2],
    ["redis.call('SADD', KEYS[1], ARGV[1]) error('over')", 1],
  ]);
  return ['EVAL', body, String(keys), ...Array.from({ length: keys }, () => g.anyKey()), g.value()];
}

export const SERVER: readonly Entry[] = [
  [12, (g) => ['SELECT', g.db()]],
  [4, (g) => ['SWAPDB', g.db(), g.db()]],
  [1, (g) => ['FLUSHDB', ...g.maybe(40, () => [g.word(g.wrong() ? 'NOW' : g.pick(['ASYNC', 'SYNC']))])]],
  [
    1,
    (g) => (g.chance(60) ? ['FLUSHALL', ...g.maybe(40, () => [g.word(g.pick(['ASYNC', 'SYNC']))])] : ['SELECT', '0']),
  ],
  [
    8,
    (g) => [
      'FUNCTION',
      g.word('LOAD'),
      ...g.maybe(50, () => [g.word('REPLACE')]),
      !g.direct && g.wrong() ? noLibrary(g) : library(g),
    ],
  ],
  [3, (g) => ['FUNCTION', g.word('DELETE'), `lib${g.between(1, 5)}`]],
  [1, (g) => ['FUNCTION', g.word('FLUSH'), ...g.maybe(40, () => [g.word(g.pick(['ASYNC', 'SYNC']))])]],
  [
    4,
    (g) => [
      'FUNCTION',
      g.word('RESTORE'),
      g.functionDump(),
      ...g.maybe(70, () => [g.word(g.pick(['FLUSH', 'APPEND', 'REPLACE']))]),
    ],
  ],
  // Nobody here runs Lua.
  [6, (g) => (g.direct ? ['PING'] : script(g))],
  [4, (g) => (g.direct ? ['PING'] : ['FCALL', `f${g.between(1, 4)}`, '2', g.anyKey(), g.anyKey(), g.value()])],
];
