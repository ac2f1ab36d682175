/**
 * Decoding tables for the Huffman codes of DEFLATE (RFC 1951, 3.2.2).
 *
 * A table is one `Int32Array`. Its first part is indexed by the next `root` bits of the input. Where a code is
 * longer, the entry points to a second part, indexed by the bits that follow. An entry is
 *
 *     bits 0-3   length of the code (in a second part, of its rest); in a pointer, the number of bits that index the second part
 *     bits 4-7   extra bits that follow the code
 *     bits 8-23  literal, base of a length or distance, or start of the second part
 *     bits 24-   what it is, see below
 *
 * An entry of 0 is a code that does not exist.
 */
export interface CodeTable {
  readonly root: number;
  readonly entries: Int32Array<ArrayBuffer>;
}

export const LITERAL: number = 1 << 24;
export const END_OF_BLOCK: number = 1 << 25;
export const POINTER: number = 1 << 26;
/** A base with extra bits: a match length or a distance. */
export const BASE: number = 1 << 27;

/** Longest code that DEFLATE knows. */
const MAX_CODE = 15;
/** Bits of the first part; 10 keeps it in the fastest cache and leaves few codes to the second part. */
const ROOT = 10;

/**
 * Builds the table for code lengths, or `undefined` where they describe no prefix code: too many codes, or too few. Too few are
 * allowed when there is at most one code of one bit, as encoders write for a block with a single distance (RFC 1951, 3.2.7).
 *
 * @param lengths code length of each symbol, 0 where it is not used
 * @param entryOf the entry of a symbol, without a length; 0 for a symbol that may not occur
 */
export function buildTable(lengths: Uint8Array, entryOf: Int32Array): CodeTable | undefined {
  const counts = new Uint16Array(MAX_CODE + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  let longest = MAX_CODE;
  while (longest > 1 && counts[longest] === 0) longest--;
  const root = Math.min(ROOT, longest);

  // The first code of each length, and what part of all codes is taken up by the lengths so far.
  const next = new Uint16Array(MAX_CODE + 1);
  let free = 1;
  let freeRoots = 0;
  for (let length = 1; length <= MAX_CODE; length++) {
    next[length] = (next[length - 1] + counts[length - 1]) << 1;
    free = 2 * free - counts[length];
    if (free < 0) return undefined;
    if (length === root) freeRoots = free;
  }
  if (free > 0 && longest > 1) return undefined;

  // Codes are complete from here on, so that each first part which no short code takes leads to a second part.
  const secondBits = longest - root;
  let used = 1 << root;
  const entries = new Int32Array(used + (secondBits > 0 ? freeRoots << secondBits : 0));
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    // DEFLATE packs codes from their first bit on, while the index is made of the low bits of the input.
    const code = reverse16(next[length]++) >>> (16 - length);
    if (length <= root) {
      fill(entries, 0, 1 << root, code, length, entryOf[symbol] | length);
      continue;
    }
    const first = code & ((1 << root) - 1);
    if (entries[first] === 0) {
      entries[first] = POINTER | (used << 8) | secondBits;
      used += 1 << secondBits;
    }
    const start = (entries[first] >>> 8) & 0xffff;
    fill(entries, start, 1 << secondBits, code >>> root, length - root, entryOf[symbol] | (length - root));
  }
  return { root, entries };
}

/** Writes an entry wherever the low `length` bits of the index are the code. */
function fill(entries: Int32Array, start: number, size: number, code: number, length: number, entry: number): void {
  for (let at = code; at < size; at += 1 << length) entries[start + at] = entry;
}

function reverse16(value: number): number {
  let bits = ((value & 0x5555) << 1) | ((value >>> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >>> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >>> 4) & 0x0f0f);
  return ((bits & 0xff) << 8) | (bits >>> 8);
}
