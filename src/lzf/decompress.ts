import { RedisFileError } from '../errors.ts';
import { lzfModule } from './wasm.ts';

/**
 * An LZF block never grows more than 88 times: its longest instruction makes 264 bytes out of 3. A block that
 * claims more is refused before anything is allocated.
 */
export const MAX_EXPANSION = 88;

/** From this length on a copy by `copyWithin` beats the loop (825 against 480 MB/s); below, its call costs more. */
const LONG_COPY = 64;

/**
 * From this length on a call into WebAssembly, copies included, is the faster one. In MB/s of JSON documents (and
 * English words), WebAssembly against TypeScript: 100 B 950 to 525 (710 to 530), 400 B 2120 to 445 (975 to 280), 4 KB
 * 1230 to 350 (1100 to 270).
 */
const WASM_FROM = 64;

/**
 * Unpacks one LZF block (redis: src/lzf_d.c, lzf_decompress).
 *
 * @param source bytes that hold the block from `start` to `end`
 * @param target receives exactly `length` bytes from its start; owned by the caller
 * @throws RedisFileError `LZF_CORRUPT`, with `offset` counted in `source`
 *
 * @example
 * ```ts
 * const block = Uint8Array.of(0x00, 0x61, 0xe0, 0x01, 0x00); // "a", then a copy of 10 bytes
 * const text = new Uint8Array(11);
 * lzfDecompress(block, 0, block.length, text, text.length); // "aaaaaaaaaaa"
 * ```
 */
export function lzfDecompress(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  length: number,
): void {
  if (length >= WASM_FROM) {
    const module = lzfModule();
    // Of a damaged block the loop below says where and why.
    if (module !== false && module.unpack(source, start, end, target, length)) return;
  }
  unpackByLoop(source, start, end, target, length);
}

/** The same in TypeScript alone. */
export function unpackByLoop(source: Uint8Array, start: number, end: number, target: Uint8Array, length: number): void {
  let at = start;
  let out = 0;
  while (at < end) {
    const control = source[at++]!;
    if (control < 0x20) {
      const count = control + 1;
      if (at + count > end) throw corrupt('a literal run leaves the block', at - 1);
      if (out + count > length) throw corrupt(`more than the announced ${length} bytes`, at - 1);
      for (let i = 0; i < count; i++) target[out + i] = source[at + i]!;
      at += count;
      out += count;
      continue;
    }
    let count = (control >> 5) + 2;
    if (count === 9) {
      if (at >= end) throw corrupt('a reference leaves the block', at - 1);
      count += source[at++]!;
    }
    if (at >= end) throw corrupt('a reference leaves the block', at - 1);
    const distance = ((control & 0x1f) << 8) + source[at++]! + 1;
    if (distance > out) throw corrupt(`a reference ${distance} bytes back at output byte ${out}`, at - 1);
    if (out + count > length) throw corrupt(`more than the announced ${length} bytes`, at - 1);
    copyBack(target, out, distance, count);
    out += count;
  }
  if (out !== length) throw corrupt(`${out} bytes instead of the announced ${length}`, end);
}

/** Repeats `count` bytes from `distance` before `out`; what is written may be read again (overlap repeats). */
export function copyBack(target: Uint8Array, out: number, distance: number, count: number): void {
  if (count >= LONG_COPY && distance >= count) {
    target.copyWithin(out, out - distance, out - distance + count);
    return;
  }
  if (count >= LONG_COPY && distance === 1) {
    target.fill(target[out - 1]!, out, out + count);
    return;
  }
  for (let i = 0; i < count; i++) target[out + i] = target[out - distance + i]!;
}

export function corrupt(found: string, offset: number): RedisFileError {
  return new RedisFileError('LZF_CORRUPT', `corrupt LZF block: ${found}`, { offset });
}
