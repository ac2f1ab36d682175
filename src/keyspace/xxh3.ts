/**
 * XXH3 with 64 and 128 bits, seed 0 and the default secret (xxHash specification, "XXH3 algorithm overview"). Servers
 * tell values by it (DIGEST, SET IFDEQ) and recognise repeated additions to streams (XADD IDMPAUTO).
 *
 * In BigInt, which is plain and does for the few short strings that are hashed. The loop over long ones is the
 * exception.
 */

const MASK = 0xffffffffffffffffn;

const P32_1 = 0x9e3779b1n;
const P32_2 = 0x85ebca77n;
const P32_3 = 0xc2b2ae3dn;
const P64_1 = 0x9e3779b185ebca87n;
const P64_2 = 0xc2b2ae3d27d4eb4fn;
const P64_3 = 0x165667b19e3779f9n;
const P64_4 = 0x85ebca77c2b2ae63n;
const P64_5 = 0x27d4eb2f165667c5n;
const MX_1 = 0x165667919e3779f9n;
const MX_2 = 0x9fb21c651e98df25n;

/** The default secret. */
const SECRET_HEX: string =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8' +
  'fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb17' +
  '0ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';
const SECRET_SIZE = 192;

const STRIPE = 64;
/** After this many stripes the secret is used up. */
const BLOCK_STRIPES: number = (SECRET_SIZE - STRIPE) / 8;

/** A span with its numbers. */
type View = DataView<ArrayBufferLike>;

const SECRET: View = /* @__PURE__ */ (() => {
  const view = new DataView(new ArrayBuffer(SECRET_SIZE));
  for (let i = 0; i < SECRET_SIZE; i++) view.setUint8(i, Number.parseInt(SECRET_HEX.slice(2 * i, 2 * i + 2), 16));
  return view;
})();

/** A 128-bit hash as its two halves. */
export interface Hash128 {
  low: bigint;
  high: bigint;
}

/** XXH3 with 64 bits. */
export function xxh3(bytes: Uint8Array, start: number = 0, end: number = bytes.length): bigint {
  const length = end - start;
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  if (length > 240) return mergeLanes(runLanes(data), 11, BigInt(length) * P64_1);
  if (length > 16) return medium(data);
  const size = BigInt(length);
  if (length > 8) {
    const low = read64(data, 0) ^ secretPair(24);
    const high = read64(data, length - 8) ^ secretPair(40);
    return avalanche((size + swap64(low) + high + foldedProduct(low, high)) & MASK);
  }
  if (length >= 4) {
    let hash = (read32(data, length - 4) + (read32(data, 0) << 32n)) ^ secretPair(8);
    hash ^= rotate(hash, 49n) ^ rotate(hash, 24n);
    hash = (hash * MX_2) & MASK;
    hash ^= (hash >> 35n) + size;
    hash = (hash * MX_2) & MASK;
    return hash ^ (hash >> 28n);
  }
  if (length > 0) return avalanche64(tiny(data) ^ read32(SECRET, 0) ^ read32(SECRET, 4));
  return avalanche64(secretPair(56));
}

/** XXH3 with 128 bits. */
export function xxh3Wide(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Hash128 {
  const length = end - start;
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, length);
  const size = BigInt(length);
  if (length > 240) {
    const lanes = runLanes(data);
    return {
      low: mergeLanes(lanes, 11, size * P64_1),
      high: mergeLanes(lanes, SECRET_SIZE - STRIPE - 11, ~(size * P64_2)),
    };
  }
  if (length > 16) return mediumWide(data);
  if (length > 8) return upTo16Wide(data);
  if (length >= 4) {
    const product = (read32(data, 0) + (read32(data, length - 4) << 32n)) ^ secretPair(16);
    const wide = product * (P64_1 + (size << 2n));
    let low = wide & MASK;
    const high = ((wide >> 64n) + (low << 1n)) & MASK;
    low ^= high >> 3n;
    low ^= low >> 35n;
    low = (low * MX_2) & MASK;
    return { low: low ^ (low >> 28n), high: avalanche(high) };
  }
  if (length > 0) {
    const low = tiny(data);
    const swapped = swap32(low);
    const turned = ((swapped << 13n) | (swapped >> 19n)) & 0xffffffffn;
    return {
      low: avalanche64(low ^ read32(SECRET, 0) ^ read32(SECRET, 4)),
      high: avalanche64(turned ^ read32(SECRET, 8) ^ read32(SECRET, 12)),
    };
  }
  return { low: avalanche64(secretPair(64)), high: avalanche64(secretPair(80)) };
}

/** One to three bytes and their number in 32 bits. */
function tiny(data: View): bigint {
  const length = data.byteLength;
  const first = data.getUint8(0);
  const middle = data.getUint8(length >> 1);
  return BigInt(((first << 16) | (middle << 24) | data.getUint8(length - 1) | (length << 8)) >>> 0);
}

function upTo16Wide(data: View): Hash128 {
  const length = data.byteLength;
  let last = read64(data, length - 8);
  const wide = (read64(data, 0) ^ last ^ secretPair(32)) * P64_1;
  let low = (wide & MASK) + (BigInt(length - 1) << 54n);
  last ^= secretPair(48);
  const high = ((wide >> 64n) + last + (last & 0xffffffffn) * (P32_2 - 1n)) & MASK;
  low = (low & MASK) ^ swap64(high);
  const mixed = low * P64_2;
  return { low: avalanche(mixed & MASK), high: avalanche(((mixed >> 64n) + high * P64_2) & MASK) };
}

/** 17 to 240 bytes. */
function medium(data: View): bigint {
  const length = data.byteLength;
  let hash = BigInt(length) * P64_1;
  if (length <= 128) {
    // Pairs of 16 bytes, from both ends to the middle.
    for (let i = ((length - 1) >> 5) * 16; i >= 0; i -= 16) {
      hash += mix16(data, i, 2 * i) + mix16(data, length - i - 16, 2 * i + 16);
    }
    return avalanche(hash & MASK);
  }
  for (let i = 0; i < 128; i += 16) hash += mix16(data, i, i);
  hash = avalanche(hash & MASK);
  for (let i = 128; i + 16 <= length; i += 16) hash += mix16(data, i, i - 128 + 3);
  hash += mix16(data, length - 16, 136 - 17);
  return avalanche(hash & MASK);
}

function mediumWide(data: View): Hash128 {
  const length = data.byteLength;
  const size = BigInt(length);
  const hash: Hash128 = { low: (size * P64_1) & MASK, high: 0n };
  if (length <= 128) {
    for (let i = ((length - 1) >> 5) * 16; i >= 0; i -= 16) mix32(hash, data, i, length - i - 16, 2 * i);
  } else {
    for (let i = 0; i < 128; i += 32) mix32(hash, data, i, i + 16, i);
    hash.low = avalanche(hash.low);
    hash.high = avalanche(hash.high);
    for (let i = 128; i + 32 <= length; i += 32) mix32(hash, data, i, i + 16, i - 128 + 3);
    mix32(hash, data, length - 16, length - 32, 136 - 17 - 16);
  }
  const { low, high } = hash;
  const last = (low * P64_1 + high * P64_4 + size * P64_2) & MASK;
  return { low: avalanche((low + high) & MASK), high: -avalanche(last) & MASK };
}

function mix32(hash: Hash128, data: View, first: number, second: number, secret: number): void {
  hash.low = (hash.low + mix16(data, first, secret)) & MASK;
  hash.low ^= (read64(data, second) + read64(data, second + 8)) & MASK;
  hash.high = (hash.high + mix16(data, second, secret + 16)) & MASK;
  hash.high ^= (read64(data, first) + read64(data, first + 8)) & MASK;
}

function mix16(data: View, at: number, secret: number): bigint {
  return foldedProduct(read64(data, at) ^ read64(SECRET, secret), read64(data, at + 8) ^ read64(SECRET, secret + 8));
}

/** Eight lanes of 64 bits, run over all of more than 240 bytes. */
function runLanes(data: View): bigint[] {
  const lanes = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1];
  // Of each lane the low half, then the high half.
  const halves = new Int32Array(16);
  const pack = (): void => {
    for (const [i, lane] of lanes.entries()) {
      halves[2 * i] = Number(lane & 0xffffffffn);
      halves[2 * i + 1] = Number(lane >> 32n);
    }
  };
  const unpack = (): void => {
    for (let i = 0; i < 8; i++) lanes[i] = (BigInt(halves[2 * i + 1] >>> 0) << 32n) | BigInt(halves[2 * i] >>> 0);
  };
  const length = data.byteLength;
  const block = BLOCK_STRIPES * STRIPE;
  pack();
  let at = 0;
  for (; at + block < length; at += block) {
    for (let i = 0; i < BLOCK_STRIPES; i++) addStripe(halves, data, at + i * STRIPE, 8 * i);
    unpack();
    for (let i = 0; i < 8; i++) {
      const lane = lanes[i] ^ (lanes[i] >> 47n) ^ read64(SECRET, SECRET_SIZE - STRIPE + 8 * i);
      lanes[i] = (lane * P32_1) & MASK;
    }
    pack();
  }
  for (let i = 0; at + STRIPE < length; at += STRIPE, i++) addStripe(halves, data, at, 8 * i);
  addStripe(halves, data, length - STRIPE, SECRET_SIZE - STRIPE - 7);
  unpack();
  return lanes;
}

/**
 * Adds 64 bytes to the lanes: to each the product of the halves of its word, mixed with the secret, and to its
 * neighbour the word. The loop that takes the time, so in 32-bit integers; the product is built from 16-bit parts.
 */
function addStripe(halves: Int32Array, data: View, at: number, secret: number): void {
  for (let i = 0; i < 8; i++) {
    const low = data.getInt32(at + 8 * i, true);
    const high = data.getInt32(at + 8 * i + 4, true);
    const near = 2 * (i ^ 1);
    const nearLow = (halves[near] + low) | 0;
    halves[near + 1] = halves[near + 1] + high + (nearLow >>> 0 < low >>> 0 ? 1 : 0);
    halves[near] = nearLow;

    const a = low ^ SECRET.getInt32(secret + 8 * i, true);
    const b = high ^ SECRET.getInt32(secret + 8 * i + 4, true);
    const al = a & 0xffff;
    const ah = a >>> 16;
    const bl = b & 0xffff;
    const bh = b >>> 16;
    const u = (Math.imul(ah, bl) >>> 0) + (Math.imul(al, bl) >>> 16);
    const v = (Math.imul(al, bh) >>> 0) + (u & 0xffff);
    const productLow = Math.imul(a, b);
    const productHigh = Math.imul(ah, bh) + (u >>> 16) + (v >>> 16);
    const sumLow = (halves[2 * i] + productLow) | 0;
    halves[2 * i + 1] = halves[2 * i + 1] + productHigh + (sumLow >>> 0 < productLow >>> 0 ? 1 : 0);
    halves[2 * i] = sumLow;
  }
}

function mergeLanes(lanes: readonly bigint[], secret: number, start: bigint): bigint {
  let hash = start & MASK;
  for (let i = 0; i < 8; i += 2) {
    const at = secret + 8 * i;
    hash += foldedProduct(lanes[i] ^ read64(SECRET, at), lanes[i + 1] ^ read64(SECRET, at + 8));
  }
  return avalanche(hash & MASK);
}

/** The halves of the 128-bit product, xored. */
function foldedProduct(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(value: bigint): bigint {
  const hash = ((value ^ (value >> 37n)) * MX_1) & MASK;
  return hash ^ (hash >> 32n);
}

/** That of XXH64, for the shortest. */
function avalanche64(value: bigint): bigint {
  let hash = ((value ^ (value >> 33n)) * P64_2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P64_3) & MASK;
  return hash ^ (hash >> 32n);
}

function secretPair(at: number): bigint {
  return read64(SECRET, at) ^ read64(SECRET, at + 8);
}

function read32(view: View, at: number): bigint {
  return BigInt(view.getUint32(at, true));
}

function read64(view: View, at: number): bigint {
  return view.getBigUint64(at, true);
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function swap32(value: bigint): bigint {
  const number = Number(value);
  const swapped = (number << 24) | ((number & 0xff00) << 8) | ((number >>> 8) & 0xff00) | (number >>> 24);
  return BigInt(swapped >>> 0);
}

function swap64(value: bigint): bigint {
  return (swap32(value & 0xffffffffn) << 32n) | swap32(value >> 32n);
}
