/**
 * The scan for commands in WebAssembly. The module comes from `scripts/wasm/resp.mjs`, which also explains how it works.
 *
 * One instance serves all: bytes are copied in and places out, so that nobody else ever sees the instance's memory.
 */
import { instantiate } from '../bytes/index.ts';
import { BINARY, CONSUMED, INPUT, INPUT_SIZE, NUMBERS, OUTPUT, OUTPUT_SIZE } from './wasm-binary.ts';

/** Finds ordinary commands. */
export interface CommandFinder {
  /** The most bytes that `load` takes. */
  readonly most: number;
  /** How often bytes were loaded: another number than that which `load` gave says that they are not those any more. */
  readonly loads: number;
  /** Takes the bytes from `start` on, up to `end`, to look at. @returns `loads` */
  load(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Finds commands among the bytes that were loaded last, from `from` to `to`, counted from the first of them, until one is not
   * ordinary or not complete. There must be 18 bytes or more.
   *
   * @param base is added to all places
   * @param found takes, for each command, the number of its arguments, its begin, and begin and end of each argument
   * @returns how many there are
   */
  find(from: number, to: number, base: number, found: Int32Array): number;
  /** The bytes that the commands take that `find` found. */
  readonly consumed: number;
}

/** Numbers that `find` may give. */
export const MOST_FOUND: number = OUTPUT_SIZE / 4;

let finder: CommandFinder | null | undefined;

/** Null where the runtime has no WebAssembly for us. Made when it is first asked for. */
export function commandFinder(): CommandFinder | null {
  if (finder === undefined) finder = load();
  return finder;
}

function load(): CommandFinder | null {
  const exports = instantiate(BINARY);
  if (exports === undefined) return null;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const scan = exports['scan'] as (from: number, to: number, base: number) => number;
  const input = new Uint8Array(buffer, INPUT, INPUT_SIZE);
  const output = new Int32Array(buffer, OUTPUT, OUTPUT_SIZE / 4);
  const results = new DataView(buffer);
  let loads = 0;
  return {
    most: INPUT_SIZE,
    get loads() {
      return loads;
    },
    load(bytes, start, end) {
      input.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
      return ++loads;
    },
    find(from, to, base, found) {
      const count = scan(INPUT + from, INPUT + to, base - INPUT);
      if (count > 0) found.set(output.subarray(0, results.getInt32(NUMBERS, true)));
      return count;
    },
    get consumed() {
      return results.getInt32(CONSUMED, true);
    },
  };
}
