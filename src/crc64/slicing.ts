/**
 * CRC-64 (Jones) in plain TypeScript, slicing by 8.
 *
 * The register is two 32-bit halves. Reflected CRCs consume the low byte first, so `lo` meets the first four bytes of a
 * word and `hi` the next four. `T[k][b]` is the CRC of byte `b` followed by `k` zero bytes; a word of eight bytes is then
 * eight independent lookups, the first byte of the word in `T[7]`, the last in `T[0]`.
 */

/** The register: `[lo, hi]`. */
export type CrcState = Int32Array;

/** The reflected polynomial. */
const POLYNOMIAL_HI = 0x95ac9329 | 0;
const POLYNOMIAL_LO = 0xac4bc9b5 | 0;

/**
 * Two flat tables, `T[k][b]` at `k * 256 + b`. They are `Int32Array`s so that lookups and XORs stay small integers:
 * plain arrays, or unsigned values, halve the speed.
 */
interface Tables {
  lo: Int32Array;
  hi: Int32Array;
}

let tables: Tables | undefined;

function buildTables(): Tables {
  const lo = new Int32Array(8 * 256);
  const hi = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let l = byte;
    let h = 0;
    for (let bit = 0; bit < 8; bit++) {
      const mask = -(l & 1);
      l = ((l >>> 1) | (h << 31)) ^ (POLYNOMIAL_LO & mask);
      h = (h >>> 1) ^ (POLYNOMIAL_HI & mask);
    }
    lo[byte] = l;
    hi[byte] = h;
  }
  for (let i = 256; i < 8 * 256; i++) {
    const l = lo[i - 256];
    const h = hi[i - 256];
    lo[i] = ((l >>> 8) | (h << 24)) ^ lo[l & 255];
    hi[i] = (h >>> 8) ^ hi[l & 255];
  }
  return { lo, hi };
}

/**
 * From this length on a `DataView` is made and words are loaded: 64 KiB at 940 MB/s against 760 by bytes. At 256 bytes
 * making the view still costs more than it saves (695 against 740), at 64 twice as much as the sum itself.
 */
const WORDS_FROM = 384;

/** Continues `state` over `bytes[start..end)`. */
export function updateSlicing(state: CrcState, bytes: Uint8Array, start: number, end: number): void {
  tables ??= buildTables();
  const { lo: tableLo, hi: tableHi } = tables;
  let lo = state[0];
  let hi = state[1];
  let at = start;
  if (end - start >= WORDS_FROM) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + 8 <= end; at += 8) {
      const a = lo ^ view.getInt32(at, true);
      const b = hi ^ view.getInt32(at + 4, true);
      lo =
        tableLo[1792 + (a & 255)] ^
        tableLo[1536 + ((a >>> 8) & 255)] ^
        tableLo[1280 + ((a >>> 16) & 255)] ^
        tableLo[1024 + (a >>> 24)] ^
        tableLo[768 + (b & 255)] ^
        tableLo[512 + ((b >>> 8) & 255)] ^
        tableLo[256 + ((b >>> 16) & 255)] ^
        tableLo[b >>> 24];
      hi =
        tableHi[1792 + (a & 255)] ^
        tableHi[1536 + ((a >>> 8) & 255)] ^
        tableHi[1280 + ((a >>> 16) & 255)] ^
        tableHi[1024 + (a >>> 24)] ^
        tableHi[768 + (b & 255)] ^
        tableHi[512 + ((b >>> 8) & 255)] ^
        tableHi[256 + ((b >>> 16) & 255)] ^
        tableHi[b >>> 24];
    }
  } else {
    for (; at + 8 <= end; at += 8) {
      const a0 = (lo & 255) ^ bytes[at];
      const a1 = ((lo >>> 8) & 255) ^ bytes[at + 1];
      const a2 = ((lo >>> 16) & 255) ^ bytes[at + 2];
      const a3 = (lo >>> 24) ^ bytes[at + 3];
      const b0 = (hi & 255) ^ bytes[at + 4];
      const b1 = ((hi >>> 8) & 255) ^ bytes[at + 5];
      const b2 = ((hi >>> 16) & 255) ^ bytes[at + 6];
      const b3 = (hi >>> 24) ^ bytes[at + 7];
      lo =
        tableLo[1792 + a0] ^
        tableLo[1536 + a1] ^
        tableLo[1280 + a2] ^
        tableLo[1024 + a3] ^
        tableLo[768 + b0] ^
        tableLo[512 + b1] ^
        tableLo[256 + b2] ^
        tableLo[b3];
      hi =
        tableHi[1792 + a0] ^
        tableHi[1536 + a1] ^
        tableHi[1280 + a2] ^
        tableHi[1024 + a3] ^
        tableHi[768 + b0] ^
        tableHi[512 + b1] ^
        tableHi[256 + b2] ^
        tableHi[b3];
    }
  }
  for (; at < end; at++) {
    const index = (lo ^ bytes[at]) & 255;
    lo = ((lo >>> 8) | (hi << 24)) ^ tableLo[index];
    hi = (hi >>> 8) ^ tableHi[index];
  }
  state[0] = lo;
  state[1] = hi;
}
