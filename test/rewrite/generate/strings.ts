/** Strings, and what lies in strings: bitmaps, HyperLogLogs. */
import type { Arguments, Entry } from './arguments.ts';

/** Options of SET in any number and order; most contradict each other where there are many. */
function setOptions(g: Arguments): string[] {
  const parts = [
    g.maybe(20, () => [g.word(g.pick(['NX', 'XX']))]),
    g.maybe(15, () => [g.word('GET')]),
    g.maybe(30, () => g.expiry()),
    g.maybe(12, () => [g.word('KEEPTTL')]),
    g.maybe(1, () => [g.pick(['NX', 'XX', 'NO', 'PERSIST'])]),
  ];
  return g.mixed(parts);
}

export const STRINGS: readonly Entry[] = [
  [14, (g) => ['SET', g.key('string'), g.value(), ...setOptions(g)]],
  [2, (g) => ['SETEX', g.key('string'), g.after('s'), g.value()]],
  [2, (g) => ['PSETEX', g.key('string'), g.after('ms'), g.value()]],
  [2, (g) => ['SETNX', g.key('string'), g.value()]],
  [2, (g) => ['GETSET', g.key('string'), g.value()]],
  [2, (g) => ['GETDEL', g.key('string')]],
  [4, (g) => ['GETEX', g.key('string'), ...g.maybe(85, () => (g.chance(25) ? [g.word('PERSIST')] : g.expiry()))]],
  [3, (g) => ['MSET', ...g.many(1, 4, () => [g.key('string'), g.value()]), ...g.maybe(2, () => ['odd'])]],
  [2, (g) => ['MSETNX', ...g.many(1, 3, () => [g.key('string'), g.value()]), ...g.maybe(2, () => ['odd'])]],
  [4, (g) => ['APPEND', g.key('string'), g.value()]],
  [4, (g) => ['SETRANGE', g.key('string'), g.offset(300), g.chance(15) ? '' : g.value()]],
  [4, (g) => ['INCR', g.key('string')]],
  [3, (g) => ['DECR', g.key('string')]],
  [4, (g) => ['INCRBY', g.key('string'), g.integer()]],
  [3, (g) => ['DECRBY', g.key('string'), g.integer()]],
  [6, (g) => ['INCRBYFLOAT', g.key('string'), g.float()]],
  [1, (g) => ['GET', g.key('string')]],
];

function bitType(g: Arguments): string {
  if (g.wrong()) return g.pick(['i65', 'u64', 'i0', 'x8', 'u', '', 'i-1']);
  if (g.chance(40)) return g.pick(['u8', 'i8', 'i64', 'u63', 'u1', 'i1', 'u16', 'i5']);
  return g.chance(50) ? `i${g.between(1, 64)}` : `u${g.between(1, 63)}`;
}

function bitOffset(g: Arguments): string {
  return g.chance(30) ? `#${g.offset(12)}` : g.offset(300);
}

function bitfield(g: Arguments): string[] {
  return g.many(1, 5, () => {
    const what = g.between(0, 9);
    if (what < 2) return [g.word('OVERFLOW'), g.word(g.wrong() ? 'NO' : g.pick(['WRAP', 'SAT', 'FAIL']))];
    if (what < 3) return [g.word('GET'), bitType(g), bitOffset(g)];
    return [g.word(what < 6 ? 'SET' : 'INCRBY'), bitType(g), bitOffset(g), g.integer()];
  });
}

export const BITS: readonly Entry[] = [
  [5, (g) => ['SETBIT', g.key('bits'), g.offset(400), g.wrong() ? '2' : g.pick(['0', '1', '1'])]],
  [10, (g) => ['BITFIELD', g.key('bits'), ...bitfield(g)]],
  [
    5,
    (g) => {
      const op = g.wrong() ? 'NAND' : g.pick(['AND', 'OR', 'XOR', 'NOT']);
      const sources = op === 'NOT' && !g.wrong() ? 1 : 3;
      return ['BITOP', g.word(op), g.key('bits'), ...g.many(1, sources, () => g.key('bits'))];
    },
  ],
  [1, (g) => ['BITFIELD', g.key('bits')]],
  [1, (g) => ['BITFIELD_RO', g.key('bits'), 'GET', bitType(g), bitOffset(g)]],
  [2, (g) => ['SET', g.key('bits'), g.value()]],
];

/** Some of many elements, so that registers are set more than once. */
const elements = (g: Arguments, most: number): string[] => {
  if (g.chance(6)) return Array.from({ length: g.between(200, 1500) }, (_, i) => `many:${g.between(0, 9)}:${i}`);
  return g.many(0, most, () => (g.chance(80) ? `e${g.between(0, 500)}` : g.member()));
};

export const HLLS: readonly Entry[] = [
  [10, (g) => ['PFADD', g.key('hll'), ...elements(g, 8)]],
  [4, (g) => ['PFMERGE', g.key('hll'), ...g.many(0, 3, () => g.key('hll'))]],
  [4, (g) => ['PFCOUNT', ...g.many(1, g.chance(75) ? 1 : 3, () => g.key('hll'))]],
  [1, (g) => ['PFDEBUG', g.word('TODENSE'), g.key('hll')]],
];
