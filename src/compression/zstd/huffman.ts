import { corrupt } from '../damage.ts';
import { readFseTable } from './fse.ts';

const PHASE = 'zstd literals';
/** Longest Huffman code (RFC 8878, 4.2.1). */
const MAX_BITS = 11;
/** Largest accuracy of the table that codes the weights (RFC 8878, 4.2.1.2). */
const MAX_WEIGHT_LOG = 6;
/** A last weight is implied, so that 256 symbols store at most this many. */
const MAX_WEIGHTS = 255;

/** A Huffman code for literals; a cell, found by the next `log` bits, is symbol << 8 | length of the code. */
export interface HuffmanTable {
  readonly log: number;
  readonly cells: Uint16Array<ArrayBuffer>;
}

/** A table and where the bytes after its description begin. */
export interface HuffmanTableRead {
  readonly table: HuffmanTable;
  readonly next: number;
}

/**
 * Reads the description of a Huffman code (RFC 8878, 4.2.1).
 *
 * @param bytes input, with at least four bytes that may be loaded behind `end`
 * @param offset absolute offset of `bytes[0]`, for errors
 * @throws RedisFileError `COMPRESSION_CORRUPT`
 */
export function readHuffmanTable(bytes: Uint8Array, start: number, end: number, offset: number): HuffmanTableRead {
  if (start >= end) throw corrupt(PHASE, offset + start, 'the Huffman table is missing');
  const header = bytes[start];
  const weights = new Uint8Array(MAX_WEIGHTS + 1);
  let count: number;
  let next: number;
  if (header < 128) {
    next = start + 1 + header;
    if (next > end) throw corrupt(PHASE, offset + start, 'the Huffman table leaves the block');
    count = readWeights(bytes, start + 1, next, weights, offset);
  } else {
    count = header - 127;
    next = start + 1 + ((count + 1) >> 1);
    if (next > end) throw corrupt(PHASE, offset + start, 'the Huffman table leaves the block');
    for (let index = 0; index < count; index++) {
      const pair = bytes[start + 1 + (index >> 1)];
      weights[index] = (index & 1) === 0 ? pair >>> 4 : pair & 15;
    }
  }
  const table = buildTable(weights, count);
  if (table === undefined) throw corrupt(PHASE, offset + start, 'the weights of the Huffman table make no code');
  return { table, next };
}

/**
 * Unpacks one stream of Huffman codes, which is read from its end (RFC 8878, 4.2.2). It must give exactly the literals that are
 * asked for, with all of its bits.
 *
 * @param bytes input, with at least four bytes that may be loaded behind `end`
 * @param view the same bytes
 * @param literals receives the bytes from `from` to `to`
 * @throws RedisFileError `COMPRESSION_CORRUPT`
 */
export function decodeHuffmanStream(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  table: HuffmanTable,
  literals: Uint8Array,
  from: number,
  to: number,
  offset: number,
): void {
  const { log, cells } = table;
  let left = bitsBeforeMark(bytes, start, end);
  if (left < 0) throw corrupt(PHASE, offset + end, 'a stream without its end mark');
  const mask = (1 << log) - 1;
  let out = from;
  // A load leaves 25 bits whatever the position within its first byte, enough for two codes of at most 11.
  const firstShift = 25 - log;
  while (left >= 25 && to - out >= 2) {
    const bit = left - 25;
    const word = view.getUint32(start + (bit >> 3), true) >>> (bit & 7);
    const first = cells[(word >>> firstShift) & mask];
    const used = first & 0xff;
    const second = cells[(word >>> (firstShift - used)) & mask];
    literals[out] = first >>> 8;
    literals[out + 1] = second >>> 8;
    out += 2;
    left -= used + (second & 0xff);
  }
  while (out < to && left >= 0) {
    const bit = left - log;
    const cell =
      bit >= 0
        ? cells[(view.getUint32(start + (bit >> 3), true) >>> (bit & 7)) & mask]
        : cells[(view.getUint32(start, true) << -bit) & mask];
    literals[out++] = cell >>> 8;
    left -= cell & 0xff;
  }
  if (left !== 0 || out !== to) throw corrupt(PHASE, offset + start, 'a stream does not end where its literals do');
}

/**
 * Bits of a stream that is read from its end: all below the highest set bit of the last byte, which marks the end (RFC 8878,
 * 4.1). -1 when there is no such bit.
 */
export function bitsBeforeMark(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || bytes[end - 1] === 0) return -1;
  return (end - 1 - start) * 8 + 31 - Math.clz32(bytes[end - 1]);
}

/** Weights coded by two FSE states in turn (RFC 8878, 4.2.1.2); ends when the bits do. */
function readWeights(bytes: Uint8Array, start: number, end: number, weights: Uint8Array, offset: number): number {
  const { table, next } = readFseTable(bytes, start, end, MAX_WEIGHT_LOG, MAX_WEIGHTS, offset);
  const { log, cells } = table;
  let left = bitsBeforeMark(bytes, next, end);
  if (left < 2 * log) throw corrupt(PHASE, offset + next, 'the weights of the Huffman table are cut short');
  const read = (count: number): number => {
    left -= count;
    return lowBits(bytes, next, left, count);
  };
  let state = read(log);
  let other = read(log);
  for (let count = 0; count < MAX_WEIGHTS; ) {
    weights[count++] = cells[state] >>> 24;
    const bits = (cells[state] >>> 16) & 0xff;
    if (bits > left) {
      // The bits are used up: what the other state stands for is the last weight that is stored.
      if (count < MAX_WEIGHTS) {
        weights[count++] = cells[other] >>> 24;
        return count;
      }
      break;
    }
    const following = (cells[state] & 0xffff) + read(bits);
    state = other;
    other = following;
  }
  throw corrupt(PHASE, offset + next, `more than ${MAX_WEIGHTS} weights in the Huffman table`);
}

/** `count` bits, at most 8, from bit `bit` after `start` on. */
function lowBits(bytes: Uint8Array, start: number, bit: number, count: number): number {
  const at = start + (bit >> 3);
  return ((bytes[at] | (bytes[at + 1] << 8)) >>> (bit & 7)) & ((1 << count) - 1);
}

/**
 * Builds the table from weights: a code of weight w takes 2^(w-1) cells, and the last weight is what is missing to a power of
 * two (RFC 8878, 4.2.1.3). `undefined` where that does not work out.
 */
function buildTable(weights: Uint8Array, count: number): HuffmanTable | undefined {
  const ranks = new Uint16Array(MAX_BITS + 2);
  let total = 0;
  for (let symbol = 0; symbol < count; symbol++) {
    const weight = weights[symbol];
    if (weight > MAX_BITS) return undefined;
    ranks[weight]++;
    if (weight > 0) total += 1 << (weight - 1);
  }
  if (total === 0) return undefined;
  const log = 32 - Math.clz32(total);
  if (log > MAX_BITS) return undefined;
  const missing = (1 << log) - total;
  if ((missing & (missing - 1)) !== 0) return undefined;
  weights[count] = 32 - Math.clz32(missing);
  ranks[weights[count]]++;
  // The two longest codes of a complete tree are siblings.
  if (ranks[1] < 2) return undefined;

  // Long codes come first, symbols of one length in their natural order.
  const starts = new Uint16Array(MAX_BITS + 2);
  for (let weight = 1; weight <= MAX_BITS; weight++)
    starts[weight + 1] = starts[weight] + (ranks[weight] << (weight - 1));
  const cells = new Uint16Array(1 << log);
  for (let symbol = 0; symbol <= count; symbol++) {
    const weight = weights[symbol];
    if (weight === 0) continue;
    const start = starts[weight];
    starts[weight] += 1 << (weight - 1);
    cells.fill((symbol << 8) | (log + 1 - weight), start, starts[weight]);
  }
  return { log, cells };
}
