import { corrupt } from '../damage.ts';

const PHASE = 'zstd FSE table';

/**
 * A table of finite state entropy coding (RFC 8878, 4.1). A cell holds all that a state knows, in one word:
 * symbol << 24 | number of bits to read << 16 | base of the next state.
 */
export interface FseTable {
  /** The table has 1 << log cells; the first state is read with that many bits. */
  readonly log: number;
  readonly cells: Int32Array<ArrayBuffer>;
}

/** A table and where the bytes after its description begin. */
export interface FseTableRead {
  readonly table: FseTable;
  readonly next: number;
}

/**
 * Reads the description of a table (RFC 8878, 4.1.1).
 *
 * @param bytes input, with at least four bytes that may be loaded behind `end`
 * @param start first byte of the description
 * @param end end of what may belong to it
 * @param maxLog largest accuracy that this kind of table may have
 * @param maxSymbol largest symbol that this kind of table may have
 * @param offset absolute offset of `bytes[0]`, for errors
 * @throws RedisFileError `COMPRESSION_CORRUPT`
 */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxLog: number,
  maxSymbol: number,
  offset: number,
): FseTableRead {
  if (start >= end) throw corrupt(PHASE, offset + start, 'is missing');
  const log = (bytes[start] & 15) + 5;
  if (log > maxLog) throw corrupt(PHASE, offset + start, `accuracy of ${log} bits, at most ${maxLog} are allowed`);
  const counts = new Int16Array(maxSymbol + 1);
  const endBit = (end - start) * 8;
  let bit = 4;
  let symbol = 0;
  let remaining = 1 << log;
  while (remaining > 0) {
    if (symbol > maxSymbol) throw corrupt(PHASE, offset + start, `more than ${maxSymbol + 1} symbols`);
    // The next value is 0 to remaining + 1. That is no power of two, so the smaller values are stored with one bit less.
    const width = 32 - Math.clz32(remaining + 1);
    const value = loadBits(bytes, start, bit);
    const short = value & ((1 << (width - 1)) - 1);
    const spare = (1 << width) - 2 - remaining;
    let count: number;
    if (short < spare) {
      count = short - 1;
      bit += width - 1;
    } else {
      const long = value & ((1 << width) - 1);
      count = (long >>> (width - 1) === 0 ? long : long - spare) - 1;
      bit += width;
    }
    counts[symbol++] = count;
    remaining -= Math.abs(count);
    if (count === 0) {
      let skip = 3;
      while (skip === 3) {
        skip = loadBits(bytes, start, bit) & 3;
        bit += 2;
        symbol += skip;
        if (bit > endBit) break;
      }
    }
    if (bit > endBit) throw corrupt(PHASE, offset + end, 'ends too early');
  }
  return { table: buildFseTable(counts, log), next: start + ((bit + 7) >> 3) };
}

/**
 * Builds a table from how often each symbol occurs; -1 stands for "less than once" (RFC 8878, 4.1.1).
 *
 * @param counts must add up to 1 << log, with -1 counting as 1
 */
export function buildFseTable(counts: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const cells = new Int32Array(size);
  const next = new Uint16Array(counts.length);
  // Symbols that occur less than once get one cell each, from the end of the table.
  let high = size;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    if (counts[symbol] < 0) cells[--high] = symbol;
    next[symbol] = Math.abs(counts[symbol]);
  }
  // All others are spread by a step that is odd against the size, so that it meets every cell once.
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let left = counts[symbol]; left > 0; left--) {
      cells[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state++) {
    const symbol = cells[state];
    const count = next[symbol]++;
    const bits = log - (31 - Math.clz32(count));
    cells[state] = (symbol << 24) | (bits << 16) | ((count << bits) - size);
  }
  return { log, cells };
}

/** A table that gives the same symbol for ever and reads no bits. */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, cells: Int32Array.of(symbol << 24) };
}

/** At least 16 bits from bit `bit` after `start` on. */
function loadBits(bytes: Uint8Array, start: number, bit: number): number {
  const at = start + (bit >> 3);
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) >>> (bit & 7);
}
