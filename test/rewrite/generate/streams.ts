/** Streams and their groups. */
import type { Arguments, Entry } from './arguments.ts';

/** MAXLEN or MINID. An approximate one in a log depends on how a server cuts a stream into nodes. */
function trim(g: Arguments): string[] {
  const [word, limit] = g.chance(60)
    ? ['MAXLEN', g.wrong() ? '-1' : g.chance(95) ? String(g.between(0, 8)) : g.count()]
    : ['MINID', g.id()];
  const how = g.direct ? g.pick([[], ['=']]) : g.pick([[], ['='], ['~']]);
  return [g.word(word), ...how, limit, ...g.maybe(15, () => [g.word('LIMIT'), g.count()])];
}

function xadd(g: Arguments): string[] {
  const options = g.mixed([g.maybe(8, () => [g.word('NOMKSTREAM')]), g.maybe(15, () => trim(g))]);
  const fields = g.many(1, 3, () => [g.member(), g.value()]);
  // The time of a server goes only to one key, as no id of ours comes behind it.
  if (!g.direct && g.chance(5)) return ['XADD', 'x9', ...options, '*', ...fields];
  return ['XADD', g.key('stream'), ...options, g.newId(), ...fields, ...g.maybe(1, () => ['odd'])];
}

const entriesRead = (g: Arguments): string[] =>
  g.maybe(35, () => [g.word('ENTRIESREAD'), g.chance(80) ? String(g.between(-1, 12)) : g.integer()]);

const groupId = (g: Arguments): string => g.pick(['$', '0', '0', g.id(), '-', '+']);

/** What stands for entries that nobody got yet, and what is next to it. */
const LIKE_NEW = [
  ...['18446744073709551615-18446744073709551615', '18446744073709551615-18446744073709551614', '>\x00', '> ', '$'],
  ...['18446744073709551615', '0-18446744073709551615', '18446744073709551615- -1'],
];

function xreadgroup(g: Arguments): string[] {
  const keys = g.many(1, 2, () => g.key('stream'));
  const ids = keys.map(() => (g.chance(80) ? '>' : g.chance(80) ? g.id() : g.pick(LIKE_NEW)));
  const options = g.mixed([
    [g.word('GROUP'), g.group(), g.consumer()],
    g.maybe(60, () => [g.word('COUNT'), g.chance(90) ? g.pick(['1', '2', '5', '0', '-1']) : g.count()]),
    g.maybe(5, () => [g.word('BLOCK'), g.chance(80) ? '1' : g.integer()]),
    g.maybe(20, () => [g.word('NOACK')]),
  ]);
  return ['XREADGROUP', ...options, g.word('STREAMS'), ...keys, ...ids];
}

/** A time that is over; one that is to come is taken for now. */
const deliveryTime = (g: Arguments): string =>
  g.wrong() ? g.pick(['x', '-1', '9223372036854775807']) : g.pick(['0', '1000', '1600000000000', '1700000000123']);

function xclaim(g: Arguments): string[] {
  const options = [
    g.maybe(15, () => [g.word('IDLE'), g.pick(['0', '5000', '1000000', '-1', 'x'])]),
    g.maybe(50, () => [g.word('TIME'), deliveryTime(g)]),
    g.maybe(40, () => [g.word('RETRYCOUNT'), g.wrong() ? '-1' : g.pick(['0', '1', '7', '9223372036854775807'])]),
    g.maybe(60, () => [g.word('FORCE')]),
    g.maybe(30, () => [g.word('JUSTID')]),
    g.maybe(20, () => [g.word('LASTID'), g.id()]),
  ];
  return [
    'XCLAIM',
    g.key('stream'),
    g.group(),
    g.consumer(),
    minIdle(g),
    ...g.many(1, 3, () => g.id()),
    ...g.mixed(options),
  ];
}

/** All, or those that were delivered in another year. */
const minIdle = (g: Arguments): string => (g.wrong() ? g.pick(['-1', 'x']) : g.pick(['0', '0', '100000000']));

/** Not the largest number of all: what is added then is counted further, where no XSETID comes. */
function added(g: Arguments): string {
  if (g.chance(85)) return String(g.between(0, 200));
  return g.integer().replace(/^92233720368547758\d\d$/, '9223372036854770000');
}

/** A server asks for memory for all of them: what is between these large ones depends on the machine. */
function claimed(g: Arguments): string {
  if (g.wrong()) return g.pick(['0', '-1', 'x']);
  if (g.chance(92)) return String(g.between(1, 4));
  return g.pick(['1000000', '8796093022208', '576460752303423487', '576460752303423488', '9223372036854775807']);
}

export const STREAMS: readonly Entry[] = [
  [16, xadd],
  [3, (g) => ['XTRIM', g.key('stream'), ...trim(g)]],
  [4, (g) => ['XDEL', g.key('stream'), ...g.many(1, 3, () => g.id())]],
  [
    3,
    (g) => [
      ...['XSETID', g.key('stream'), g.chance(50) ? `${g.between(1, 300)}-${g.between(0, 2)}` : g.id()],
      ...g.mixed([
        g.maybe(40, () => [g.word('ENTRIESADDED'), added(g)]),
        g.maybe(40, () => [g.word('MAXDELETEDID'), g.id()]),
      ]),
    ],
  ],
  [
    6,
    (g) => [
      ...['XGROUP', g.word('CREATE'), g.key('stream'), g.group(), groupId(g)],
      ...g.mixed([g.maybe(40, () => [g.word('MKSTREAM')]), entriesRead(g)]),
    ],
  ],
  [2, (g) => ['XGROUP', g.word('SETID'), g.key('stream'), g.group(), groupId(g), ...entriesRead(g)]],
  [1, (g) => ['XGROUP', g.word('DESTROY'), g.key('stream'), g.group()]],
  [2, (g) => ['XGROUP', g.word('CREATECONSUMER'), g.key('stream'), g.group(), g.consumer()]],
  [2, (g) => ['XGROUP', g.word('DELCONSUMER'), g.key('stream'), g.group(), g.consumer()]],
  [3, (g) => ['XACK', g.key('stream'), g.group(), ...g.many(1, 3, () => g.id())]],
  [8, xclaim],
  [
    3,
    (g) => [
      ...[
        'XAUTOCLAIM',
        g.key('stream'),
        g.group(),
        g.consumer(),
        minIdle(g),
        g.chance(60) ? '0' : g.pick(['-', g.id(), `(${g.id()}`]),
      ],
      ...g.mixed([g.maybe(40, () => [g.word('COUNT'), claimed(g)]), g.maybe(40, () => [g.word('JUSTID')])]),
    ],
  ],
  [9, xreadgroup],
];
