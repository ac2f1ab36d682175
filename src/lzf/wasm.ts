/**
 * LZF in WebAssembly. The module comes from `scripts/wasm/lzf.mjs`, which also explains how it works.
 *
 * One instance serves all: a call copies the block in and what it unpacks to out, so that nobody else ever sees the
 * instance's memory.
 */
import { instantiate } from '../bytes/index.ts';
import { BINARY, INPUT, INPUT_SIZE, OUTPUT, OUTPUT_SIZE } from './wasm-binary.ts';

/**
 * Unpacks `source[start..end)` into the first `length` bytes of `target`. False where the block is damaged, or where it
 * or what it unpacks to is too large; `target` is unchanged then.
 */
export type UnpackLzf = (source: Uint8Array, start: number, end: number, target: Uint8Array, length: number) => boolean;

/** @returns undefined where the runtime has no WebAssembly for us */
export function loadWasm(): UnpackLzf | undefined {
  const exports = instantiate(BINARY);
  if (exports === undefined) return undefined;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const unpack = exports['unpack'] as (inputLength: number, outputLength: number) => number;
  const input = new Uint8Array(buffer, INPUT, INPUT_SIZE);
  return (source, start, end, target, length) => {
    if (end - start > INPUT_SIZE || length > OUTPUT_SIZE) return false;
    input.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start));
    if (unpack(end - start, length) === 0) return false;
    target.set(new Uint8Array(buffer, OUTPUT, length));
    return true;
  };
}
