/**
 * CRC-64 (Jones) in WebAssembly. The module comes from `scripts/wasm/crc64.mjs`, which also explains how it works.
 *
 * One instance serves all: the register travels in and out with each call, and a call is synchronous, so that nobody
 * sees the instance's memory half-way.
 */

import { instantiate } from '../bytes/index.ts';
import type { CrcState } from './slicing.ts';
import { BINARY, INPUT, INPUT_SIZE, RESULT } from './wasm-binary.ts';

/** Continues a register over `bytes[start..end)`. */
export type UpdateCrc = (state: CrcState, bytes: Uint8Array, start: number, end: number) => void;

/** @returns undefined where the runtime has no WebAssembly for us */
export function loadWasm(): UpdateCrc | undefined {
  const exports = instantiate(BINARY);
  if (exports === undefined) return undefined;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const compute = exports['update'] as (lo: number, hi: number, length: number) => void;
  const input = new Uint8Array(buffer, INPUT, INPUT_SIZE);
  const result = new DataView(buffer, RESULT, 8);
  return (state, bytes, start, end) => {
    for (let at = start; at < end; at += INPUT_SIZE) {
      const length = Math.min(INPUT_SIZE, end - at);
      input.set(new Uint8Array(bytes.buffer, bytes.byteOffset + at, length));
      compute(state[0], state[1], length);
      state[0] = result.getInt32(0, true);
      state[1] = result.getInt32(4, true);
    }
  };
}
