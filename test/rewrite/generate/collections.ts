/** Lists, sets and hashes. */
import type { Arguments, Entry } from './arguments.ts';

const side = (g: Arguments): string => g.word(g.wrong() ? 'MIDDLE' : g.pick(['LEFT', 'RIGHT']));

/** Keys behind their number, which is wrong at times. */
export function counted(g: Arguments, most: number, key: () => string): string[] {
  const keys = g.many(1, most, key);
  return [g.wrong() ? g.pick(['0', '-1', 'x', String(keys.length + 1)]) : String(keys.length), ...keys];
}

const pushed = (g: Arguments): string[] => {
  if (g.chance(4)) return Array.from({ length: g.between(100, 300) }, (_, i) => `item ${i}`);
  return g.many(1, 5, () => g.member());
};

const countOption = (g: Arguments): string[] => g.mixed([g.maybe(50, () => [g.word('COUNT'), g.count()])]);

export const LISTS: readonly Entry[] = [
  [6, (g) => ['LPUSH', g.key('list'), ...pushed(g)]],
  [8, (g) => ['RPUSH', g.key('list'), ...pushed(g)]],
  [2, (g) => ['LPUSHX', g.key('list'), ...pushed(g)]],
  [2, (g) => ['RPUSHX', g.key('list'), ...pushed(g)]],
  [
    3,
    (g) => [
      'LINSERT',
      g.key('list'),
      g.word(g.wrong() ? 'BETWEEN' : g.pick(['BEFORE', 'AFTER'])),
      g.member(),
      g.member(),
    ],
  ],
  [3, (g) => ['LSET', g.key('list'), g.index(), g.member()]],
  [3, (g) => ['LREM', g.key('list'), g.index(), g.member()]],
  [3, (g) => ['LTRIM', g.key('list'), g.index(), g.index()]],
  [2, (g) => ['LPOP', g.key('list'), ...g.maybe(40, () => [g.count()])]],
  [2, (g) => ['RPOP', g.key('list'), ...g.maybe(40, () => [g.count()])]],
  [2, (g) => ['LMPOP', ...counted(g, 3, () => g.key('list')), side(g), ...countOption(g)]],
  [2, (g) => ['BLMPOP', g.timeout(), ...counted(g, 3, () => g.key('list')), side(g), ...countOption(g)]],
  [2, (g) => ['RPOPLPUSH', g.key('list'), g.key('list')]],
  [1, (g) => ['BRPOPLPUSH', g.key('list'), g.key('list'), g.timeout()]],
  [2, (g) => ['LMOVE', g.key('list'), g.key('list'), side(g), side(g)]],
  [1, (g) => ['BLMOVE', g.key('list'), g.key('list'), side(g), side(g), g.timeout()]],
  [1, (g) => ['BLPOP', ...g.many(1, 3, () => g.key('list')), g.timeout()]],
  [1, (g) => ['BRPOP', ...g.many(1, 3, () => g.key('list')), g.timeout()]],
];

const added = (g: Arguments): string[] => {
  if (g.chance(4)) return Array.from({ length: g.between(100, 600) }, (_, i) => String(i));
  return g.many(1, 6, () => g.member());
};

const setLike = (g: Arguments): string => g.key(g.chance(95) ? 'set' : 'zset');

export const SETS: readonly Entry[] = [
  [10, (g) => ['SADD', g.key('set'), ...added(g)]],
  [3, (g) => ['SREM', g.key('set'), ...g.many(1, 5, () => g.member())]],
  [3, (g) => ['SMOVE', g.key('set'), g.key('set'), g.member()]],
  [2, (g) => ['SINTERSTORE', g.key('set'), ...g.many(1, 3, () => setLike(g))]],
  [2, (g) => ['SUNIONSTORE', g.key('set'), ...g.many(1, 3, () => setLike(g))]],
  [2, (g) => ['SDIFFSTORE', g.key('set'), ...g.many(1, 3, () => setLike(g))]],
  [
    2,
    (g) => {
      // What it takes is random, unless it takes all or nothing.
      if (g.direct) return ['SPOP', g.key('set'), g.pick(['0', '100000', '9223372036854775807', '-1', 'x'])];
      return ['SPOP', g.key('set'), ...g.maybe(50, () => [g.count()])];
    },
  ],
];

const fields = (g: Arguments): string[] => {
  if (g.chance(4)) return Array.from({ length: g.between(60, 200) }, (_, i) => [`field ${i}`, String(i)]).flat();
  return g.many(1, 4, () => [g.member(), g.value()]);
};

export const HASHES: readonly Entry[] = [
  [9, (g) => ['HSET', g.key('hash'), ...fields(g), ...g.maybe(1, () => ['odd'])]],
  [3, (g) => ['HMSET', g.key('hash'), ...fields(g)]],
  [3, (g) => ['HSETNX', g.key('hash'), g.member(), g.value()]],
  [3, (g) => ['HDEL', g.key('hash'), ...g.many(1, 5, () => g.member())]],
  [5, (g) => ['HINCRBY', g.key('hash'), g.member(), g.integer()]],
  [5, (g) => ['HINCRBYFLOAT', g.key('hash'), g.member(), g.float()]],
];
