/** Sorted sets, and places, which are kept in them. */
import type { Arguments, Entry } from './arguments.ts';
import { counted } from './collections.ts';

const scored = (g: Arguments): string[] => {
  if (g.chance(4)) return Array.from({ length: g.between(100, 200) }, (_, i) => [String(i % 50), `member ${i}`]).flat();
  return g.many(1, 5, () => [g.score(), g.member()]);
};

function scoreBound(g: Arguments): string {
  return g.chance(30) ? `(${g.score()}` : g.chance(20) ? g.pick(['-inf', '+inf']) : g.score();
}

function lexBound(g: Arguments): string {
  if (g.wrong()) return g.pick(['a', '', '*']);
  return g.chance(25) ? g.pick(['-', '+']) : `${g.pick(['[', '('])}${g.member()}`;
}

const zaddOptions = (g: Arguments): string[] => {
  const words = g.chance(60) ? [] : g.options(25, 'NX', 'XX', 'GT', 'LT', 'CH');
  return g.chance(10) ? words.reverse() : words;
};

const setOrZset = (g: Arguments): string => g.key(g.chance(85) ? 'zset' : 'set');
const countOption = (g: Arguments): string[] => g.maybe(50, () => [g.word('COUNT'), g.count()]);
const end = (g: Arguments): string => g.word(g.wrong() ? 'MED' : g.pick(['MIN', 'MAX']));

/** WEIGHTS and AGGREGATE behind the keys of a union or an intersection. */
function stored(g: Arguments): string[] {
  const keys = counted(g, 3, () => setOrZset(g));
  const weights = g.maybe(40, () => [g.word('WEIGHTS'), ...keys.slice(1).map(() => g.score())]);
  const how = g.wrong() ? 'AVG' : g.pick(['SUM', 'MIN', 'MAX']);
  const aggregate = g.maybe(40, () => [g.word('AGGREGATE'), g.word(how)]);
  return [...keys, ...g.mixed([weights, aggregate])];
}

function range(g: Arguments): string[] {
  const by = g.between(0, 2);
  const bounds =
    by === 0 ? [g.index(), g.index()] : by === 1 ? [scoreBound(g), scoreBound(g)] : [lexBound(g), lexBound(g)];
  const words = by === 0 ? [] : [g.word(by === 1 ? 'BYSCORE' : 'BYLEX')];
  const limit = g.maybe(by === 0 ? 3 : 40, () => [g.word('LIMIT'), g.index(), g.index()]);
  const reverse = g.maybe(40, () => [g.word('REV')]);
  return [...bounds, ...g.mixed([words, reverse, limit, g.maybe(1, () => ['WITHSCORES'])])];
}

export const ZSETS: readonly Entry[] = [
  [12, (g) => ['ZADD', g.key('zset'), ...zaddOptions(g), ...scored(g), ...g.maybe(1, () => ['odd'])]],
  [3, (g) => ['ZADD', g.key('zset'), ...zaddOptions(g), g.word('INCR'), g.score(), g.member()]],
  [5, (g) => ['ZINCRBY', g.key('zset'), g.score(), g.member()]],
  [3, (g) => ['ZREM', g.key('zset'), ...g.many(1, 4, () => g.member())]],
  [2, (g) => ['ZREMRANGEBYRANK', g.key('zset'), g.index(), g.index()]],
  [2, (g) => ['ZREMRANGEBYSCORE', g.key('zset'), scoreBound(g), scoreBound(g)]],
  [2, (g) => ['ZREMRANGEBYLEX', g.key('zset'), lexBound(g), lexBound(g)]],
  [2, (g) => ['ZPOPMIN', g.key('zset'), ...g.maybe(50, () => [g.count()])]],
  [2, (g) => ['ZPOPMAX', g.key('zset'), ...g.maybe(50, () => [g.count()])]],
  [2, (g) => ['ZMPOP', ...counted(g, 3, () => g.key('zset')), end(g), ...countOption(g)]],
  [1, (g) => ['BZMPOP', g.timeout(), ...counted(g, 3, () => g.key('zset')), end(g), ...countOption(g)]],
  [1, (g) => ['BZPOPMIN', ...g.many(1, 3, () => g.key('zset')), g.timeout()]],
  [1, (g) => ['BZPOPMAX', ...g.many(1, 3, () => g.key('zset')), g.timeout()]],
  [4, (g) => ['ZUNIONSTORE', g.key('zset'), ...stored(g)]],
  [4, (g) => ['ZINTERSTORE', g.key('zset'), ...stored(g)]],
  [2, (g) => ['ZDIFFSTORE', g.key('zset'), ...counted(g, 3, () => setOrZset(g))]],
  [4, (g) => ['ZRANGESTORE', g.key('zset'), g.key('zset'), ...range(g)]],
];

const PLACES = [
  ['13.361389', '38.115556'],
  ['15.087269', '37.502669'],
  ['180', '85.05112878'],
  ['-180', '-85.05112878'],
  ['0', '0'],
  ['-0.0001', '51.5'],
] as const;
const NO_PLACES = [
  ['180.1', '0'],
  ['0', '86'],
  ['x', '0'],
  ['nan', '1'],
] as const;

/** Two of them are rarely in the same place, so that it is known which one is nearer. */
function place(g: Arguments): string[] {
  if (g.wrong()) return [...g.pick(NO_PLACES)];
  if (g.chance(12)) return [...g.pick(PLACES)];
  const close = g.chance(70);
  const [width, height] = close ? [4, 3] : [359, 170];
  const longitude = (g.random.fraction() - 0.5) * width + (close ? 13 : 0);
  const latitude = (g.random.fraction() - 0.5) * height + (close ? 38 : 0);
  return [longitude.toFixed(g.between(2, 9)), latitude.toFixed(g.between(2, 9))];
}

const spot = (g: Arguments): string => (g.chance(95) ? `p${g.between(1, 12)}` : g.member());

const unit = (g: Arguments): string => (g.wrong() ? 'yd' : g.word(g.pick(['M', 'KM', 'FT', 'MI'])));

/** Also more than around the earth, and no end at all. */
const FAR_REACHES = ['1e8', '3e8', '1e9', '1e22', '1e300', '1.7e308', 'inf', '+inf', 'Infinity', '1e-300', '0.001'];

function reach(g: Arguments): string {
  if (g.wrong()) return g.pick(['-1', 'x', 'nan', '-inf', '']);
  if (g.chance(12)) return g.pick(FAR_REACHES);
  return g.pick(['0', '10', '200', '500.5', '100000', '3000000', '100000000']);
}

/** A sorted set with places, or with other scores. */
const source = (g: Arguments): string => g.key(g.chance(92) ? 'geo' : 'zset');

/** ASC, DESC and COUNT, with ANY in a log only as far as it says what is found. */
function sorted(g: Arguments): string[][] {
  const count = g.maybe(25, () => [
    g.word('COUNT'),
    g.wrong() ? '0' : g.chance(90) ? String(g.between(1, 6)) : g.count(),
  ]);
  return [
    g.maybe(30, () => [g.word(g.pick(['ASC', 'DESC']))]),
    count,
    count.length > 0 || g.wrong() ? g.maybe(15, () => [g.word('ANY')]) : [],
    g.maybe(1, () => [g.word(g.pick(['WITHDIST', 'WITHHASH', 'WITHCOORD', 'NEAR']))]),
  ];
}

const storeWord = (g: Arguments): string => g.word(g.distances && g.chance(30) ? 'STOREDIST' : 'STORE');

/** What GEORADIUS and GEORADIUSBYMEMBER have behind their place. */
const around = (g: Arguments): string[] => [
  reach(g),
  unit(g),
  ...g.mixed([...sorted(g), [storeWord(g), g.key('geo')]]),
];

function search(g: Arguments): string[] {
  const from = (): string[] => (g.chance(50) ? [g.word('FROMMEMBER'), spot(g)] : [g.word('FROMLONLAT'), ...place(g)]);
  const by = (): string[] =>
    g.chance(50) ? [g.word('BYRADIUS'), reach(g), unit(g)] : [g.word('BYBOX'), reach(g), reach(g), unit(g)];
  return g.mixed([
    from(),
    by(),
    g.maybe(3, from),
    g.maybe(3, by),
    ...sorted(g),
    g.distances ? g.maybe(30, () => [g.word('STOREDIST')]) : [],
  ]);
}

export const GEO: readonly Entry[] = [
  [10, (g) => ['GEOADD', source(g), ...g.options(10, 'NX', 'XX', 'CH'), ...g.many(1, 5, () => [...place(g), spot(g)])]],
  [3, (g) => ['GEORADIUS', source(g), ...place(g), ...around(g)]],
  [3, (g) => ['GEORADIUSBYMEMBER', source(g), spot(g), ...around(g)]],
  [6, (g) => ['GEOSEARCHSTORE', g.key('geo'), source(g), ...search(g)]],
  [1, (g) => ['ZREM', g.key('geo'), spot(g)]],
];
