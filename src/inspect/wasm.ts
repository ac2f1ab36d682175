/**
 * JSON strings in WebAssembly. The module comes from `scripts/wasm/json.mjs`, which also explains how it works.
 *
 * One instance serves all: a call copies the bytes in and the text out, so that nobody else ever sees the instance's
 * memory.
 */
import { type ByteOutput, instantiate } from '../bytes/index.ts';
import { BINARY, CONSUMED, ESCAPED, INPUT, INPUT_SIZE, OUTPUT } from './wasm-binary.ts';

/** As `writeText`: returns where it stopped, which is before a character that is cut. Room for the text must be there. */
export type WriteText = (out: ByteOutput, bytes: Uint8Array, start: number, end: number, last: boolean) => number;

/**
 * @param escaped what to do with each ASCII character, as `text.ts` defines it
 * @returns undefined where the runtime has no WebAssembly for us
 */
export function loadWasm(escaped: Uint8Array): WriteText | undefined {
  const exports = instantiate(BINARY);
  if (exports === undefined) return undefined;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const write = exports['write'] as (length: number, last: number) => number;
  const table = new Uint8Array(buffer, ESCAPED, 256);
  table.set(escaped);
  table.fill(1, 128);
  const consumed = new DataView(buffer, CONSUMED, 4);
  const input = new Uint8Array(buffer, INPUT, INPUT_SIZE);
  return (out, bytes, start, end, last) => {
    let at = start;
    while (at < end) {
      const stop = Math.min(end, at + INPUT_SIZE);
      input.set(new Uint8Array(bytes.buffer, bytes.byteOffset + at, stop - at));
      const length = write(stop - at, stop === end && last ? 1 : 0);
      out.bytes.set(new Uint8Array(buffer, OUTPUT, length), out.length);
      out.length += length;
      at += consumed.getInt32(0, true);
      // What is left of the last piece is cut by its end.
      if (stop === end) break;
    }
    return at;
  };
}
