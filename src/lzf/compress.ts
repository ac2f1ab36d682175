import { lzfModule } from './wasm.ts';

/**
 * From this length on a call into WebAssembly, copies included, is the faster one. In MB/s of JSON documents (and English
 * words), WebAssembly against TypeScript: 24 B 170 to 185 (175 to 185), 100 B 290 to 165 (280 to 160), 1 KB 355 to 180
 * (205 to 125), 30 KB 325 to 190 (275 to 165).
 */
const WASM_FROM = 32;

/** References reach at most this far back. */
const WINDOW = 8192;
/** Longest reference. */
const LONGEST = 264;
/** Longest run of literals. */
const RUN = 32;
/** Positions are kept by 16 bits of a hash of three bytes (redis: src/lzfP.h, HLOG). */
const HASH_BITS = 16;
/** Spreads three bytes over the bits of a hash: 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;

/**
 * Where three bytes of that hash were last seen, counted on from block to block: what an earlier block left is below
 * `base` and so is no position of this one. Clearing the table for each block would cost more than compressing a short one.
 */
let table: Int32Array | undefined;
let base = 0;

/** Positions must stay below 2^31. */
const LAST_BASE = 0x40000000;

/**
 * Packs bytes as one LZF block (redis: src/lzf_c.c, lzf_compress, whose blocks differ in detail and unpack alike).
 *
 * @param source not changed; holds the bytes from `start` to `end`
 * @param target receives the block from `at` on, and nothing behind `at + limit`
 * @param limit most bytes that the block may have
 * @returns bytes of the block; 0 where it would have more than `limit`
 *
 * @example
 * ```ts
 * const text = new TextEncoder().encode('abcabcabcabcabcabcabcabc');
 * const block = new Uint8Array(text.length);
 * console.log(lzfCompress(text, 0, text.length, block, 0, text.length - 4)); // 7
 * ```
 */
export function lzfCompress(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  limit: number,
): number {
  if (end - start < 4 || limit < 4) return 0;
  if (end - start >= WASM_FROM) {
    const module = lzfModule();
    const size = module === false ? undefined : module.pack(source, start, end, target, at, limit);
    if (size !== undefined) return size;
  }
  return packByLoop(source, start, end, target, at, limit);
}

/** The same in TypeScript alone, for what has at least four bytes. */
export function packByLoop(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  limit: number,
): number {
  table ??= new Int32Array(1 << HASH_BITS);
  if (base > LAST_BASE - (end - start)) {
    table.fill(0);
    base = 0;
  }
  // Zero is no position, as an empty table is full of it.
  const shift = base + 1 - start;
  base += end - start + 1;

  const seen = table;
  const stop = at + limit;
  // Where three bytes can still be read.
  const last = end - 2;
  let literals = 0;
  // A run's control byte stands before it and is filled in behind it.
  let out = at + 1;
  let from = start;
  let next = (source[from]! << 8) | source[from + 1]!;
  while (from < last) {
    next = ((next << 8) | source[from + 2]!) & 0xffffff;
    const slot = Math.imul(next, SPREAD) >>> (32 - HASH_BITS);
    const before = seen[slot]! - shift;
    seen[slot] = from + shift;
    const distance = from - before - 1;
    if (
      before >= start &&
      distance < WINDOW &&
      source[before + 2] === source[from + 2] &&
      source[before + 1] === source[from + 1] &&
      source[before] === source[from]
    ) {
      const most = Math.min(LONGEST, end - from);
      let length = 3;
      while (length < most && source[before + length] === source[from + length]) length++;
      if (out + 3 > stop) return 0;
      // Without literals before it the place of their control byte is free.
      if (literals === 0) out--;
      else target[out - literals - 1] = literals - 1;
      literals = 0;
      const code = length - 2;
      if (code < 7) {
        target[out++] = (code << 5) | (distance >> 8);
      } else {
        target[out++] = 0xe0 | (distance >> 8);
        target[out++] = code - 7;
      }
      target[out++] = distance & 0xff;
      out++;
      from += length;
      if (from >= last) break;
      // Of the bytes that were passed over only the last two positions are worth a place.
      next = (source[from - 2]! << 16) | (source[from - 1]! << 8) | source[from]!;
      seen[Math.imul(next, SPREAD) >>> (32 - HASH_BITS)] = from - 2 + shift;
      next = ((next << 8) | source[from + 1]!) & 0xffffff;
      seen[Math.imul(next, SPREAD) >>> (32 - HASH_BITS)] = from - 1 + shift;
      continue;
    }
    if (out >= stop) return 0;
    target[out++] = source[from++]!;
    if (++literals === RUN) {
      target[out - RUN - 1] = RUN - 1;
      literals = 0;
      out++;
    }
  }
  // The last bytes, which are too few for a reference.
  while (from < end) {
    if (out >= stop) return 0;
    target[out++] = source[from++]!;
    if (++literals === RUN) {
      target[out - RUN - 1] = RUN - 1;
      literals = 0;
      out++;
    }
  }
  if (literals === 0) out--;
  else target[out - literals - 1] = literals - 1;
  const size = out - at;
  return size > limit ? 0 : size;
}
