/**
 * LZF in WebAssembly. The module comes from `scripts/wasm/lzf.mjs`, which also explains how it works.
 *
 * One instance serves all: a call copies the input in and the output out, so that nobody else ever sees the instance's
 * memory.
 */
import { instantiate } from '../bytes/index.ts';
import { BINARY, INPUT, INPUT_SIZE, OUTPUT, OUTPUT_SIZE, TABLE, TABLE_ENTRIES } from './wasm-binary.ts';

/** Both ways. An input or output that is too large is refused. */
export interface LzfModule {
  /**
   * Unpacks `source[start..end)` into the first `length` bytes of `target`. False where the block is damaged or too large;
   * `target` is unchanged then.
   */
  unpack(source: Uint8Array, start: number, end: number, target: Uint8Array, length: number): boolean;
  /**
   * Packs `source[start..end)` to `target` from `at` on.
   *
   * @returns bytes of the block; 0 where it would have more than `limit`, undefined where it is too large
   */
  pack(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    at: number,
    limit: number,
  ): number | undefined;
}

/** Positions in the table must stay below 2^31. */
const LAST_BASE = 0x40000000;

let loaded: LzfModule | false | undefined;

/** @returns false where the runtime has no WebAssembly for us */
export function lzfModule(): LzfModule | false {
  loaded ??= loadWasm() ?? false;
  return loaded;
}

export function loadWasm(): LzfModule | undefined {
  const exports = instantiate(BINARY);
  if (exports === undefined) return undefined;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const unpack = exports['unpack'] as (inputLength: number, outputLength: number) => number;
  const pack = exports['pack'] as (inputLength: number, limit: number, shift: number) => number;
  const input = new Uint8Array(buffer, INPUT, INPUT_SIZE);
  const table = new Int32Array(buffer, TABLE, TABLE_ENTRIES);
  /** What earlier inputs left in the table is not above it, see `compress.ts`. */
  let base = 0;
  return {
    unpack(source, start, end, target, length) {
      if (end - start > INPUT_SIZE || length > OUTPUT_SIZE) return false;
      input.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start));
      if (unpack(end - start, length) === 0) return false;
      target.set(new Uint8Array(buffer, OUTPUT, length));
      return true;
    },
    pack(source, start, end, target, at, limit) {
      const length = end - start;
      if (length > INPUT_SIZE || limit > OUTPUT_SIZE) return undefined;
      if (base > LAST_BASE - length) {
        table.fill(0);
        base = 0;
      }
      input.set(new Uint8Array(source.buffer, source.byteOffset + start, length));
      // Zero is no position, as an empty table is full of it.
      const size = pack(length, limit, base + 1 - INPUT);
      base += length + 1;
      target.set(new Uint8Array(buffer, OUTPUT, size), at);
      return size;
    },
  };
}
