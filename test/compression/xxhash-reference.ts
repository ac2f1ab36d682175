/** XXH32 and XXH64 as their specification states them: whole inputs, BigInt arithmetic, no thought of speed. */

type Word = bigint;

interface Shape {
  width: bigint;
  primes: readonly [Word, Word, Word, Word, Word];
  /** How far the lanes are rotated in a round. */
  turn: bigint;
}

const SHAPE_32: Shape = {
  width: 32n,
  primes: [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn, 0x27d4eb2fn, 0x165667b1n],
  turn: 13n,
};
const SHAPE_64: Shape = {
  width: 64n,
  primes: [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n],
  turn: 31n,
};

function read(bytes: Uint8Array, at: number, count: number): Word {
  let value = 0n;
  for (let index = count - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[at + index]);
  return value;
}

/** The arithmetic of one width, and the lanes, which both hashes treat alike. */
function tools({ width, primes, turn }: Shape) {
  const cut = (value: Word): Word => BigInt.asUintN(Number(width), value);
  const rotate = (value: Word, bits: bigint): Word => cut((value << bits) | (value >> (width - bits)));
  const round = (lane: Word, word: Word): Word => cut(rotate(cut(lane + word * primes[1]), turn) * primes[0]);
  const lanesOf = (bytes: Uint8Array, seed: Word): Word[] => {
    const size = Number(width) / 8;
    const lanes = [seed + primes[0] + primes[1], seed + primes[1], seed, seed - primes[0]].map(cut);
    for (let at = 0; at + 4 * size <= bytes.length; at += 4 * size) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane], read(bytes, at + lane * size, size));
    }
    return lanes;
  };
  const merge = (lanes: readonly Word[]): Word =>
    cut(rotate(lanes[0], 1n) + rotate(lanes[1], 7n) + rotate(lanes[2], 12n) + rotate(lanes[3], 18n));
  return { cut, rotate, round, lanesOf, merge };
}

export function referenceXxh32(bytes: Uint8Array, seed = 0n): bigint {
  const { cut, rotate, lanesOf, merge } = tools(SHAPE_32);
  const [p1, p2, p3, p4, p5] = SHAPE_32.primes;
  let hash = bytes.length >= 16 ? merge(lanesOf(bytes, seed)) : cut(seed + p5);
  hash = cut(hash + BigInt(bytes.length));
  let at = bytes.length & ~15;
  for (; at + 4 <= bytes.length; at += 4) hash = cut(rotate(cut(hash + read(bytes, at, 4) * p3), 17n) * p4);
  for (; at < bytes.length; at++) hash = cut(rotate(cut(hash + BigInt(bytes[at]) * p5), 11n) * p1);
  hash = cut((hash ^ (hash >> 15n)) * p2);
  hash = cut((hash ^ (hash >> 13n)) * p3);
  return hash ^ (hash >> 16n);
}

export function referenceXxh64(bytes: Uint8Array, seed = 0n): bigint {
  const { cut, rotate, round, lanesOf, merge } = tools(SHAPE_64);
  const [p1, p2, p3, p4, p5] = SHAPE_64.primes;
  let hash = cut(seed + p5);
  if (bytes.length >= 32) {
    const lanes = lanesOf(bytes, seed);
    hash = merge(lanes);
    for (const lane of lanes) hash = cut((hash ^ round(0n, lane)) * p1 + p4);
  }
  hash = cut(hash + BigInt(bytes.length));
  let at = bytes.length & ~31;
  for (; at + 8 <= bytes.length; at += 8) hash = cut(rotate(hash ^ round(0n, read(bytes, at, 8)), 27n) * p1 + p4);
  if (at + 4 <= bytes.length) {
    hash = cut(rotate(hash ^ cut(read(bytes, at, 4) * p1), 23n) * p2 + p3);
    at += 4;
  }
  for (; at < bytes.length; at++) hash = cut(rotate(hash ^ cut(BigInt(bytes[at]) * p5), 11n) * p1);
  hash = cut((hash ^ (hash >> 33n)) * p2);
  hash = cut((hash ^ (hash >> 29n)) * p3);
  return hash ^ (hash >> 32n);
}
