import { updateSlicing } from '../../src/crc64/slicing.ts';
import { loadWasm } from '../../src/crc64/wasm.ts';
import { Random } from '../make/random.mjs';

/** @import { UpdateCrc } from '../../src/crc64/wasm.ts' */
/** @import { Case, Prepared } from './time.mjs' */

/** What is summed at once: a chunk of a file, and a value of the usual size. */
const CHUNK = 1 << 16;
const SMALL = 256;

/** @param {UpdateCrc} update @param {number} size @returns {Prepared} */
function summing(update, size) {
  const random = new Random(1);
  const bytes = Uint8Array.from({ length: CHUNK }, () => random.below(256));
  const state = new Int32Array(2);
  return {
    amount: CHUNK,
    run() {
      for (let at = 0; at < CHUNK; at += size) update(state, bytes, at, at + size);
      return /** @type {number} */ (state[0]);
    },
  };
}

function wasm() {
  const update = loadWasm();
  if (update === undefined) throw new Error('no WebAssembly here');
  return update;
}

/** @type {readonly Case[]} */
export const CRC64 = [
  { name: 'crc64-wasm', what: 'CRC64, WebAssembly, 64 KiB', unit: 'MB/s', prepare: () => summing(wasm(), CHUNK) },
  { name: 'crc64-wasm-small', what: 'CRC64, WebAssembly, 256 B', unit: 'MB/s', prepare: () => summing(wasm(), SMALL) },
  { name: 'crc64-js', what: 'CRC64, TypeScript, 64 KiB', unit: 'MB/s', prepare: () => summing(updateSlicing, CHUNK) },
  {
    name: 'crc64-js-small',
    what: 'CRC64, TypeScript, 256 B',
    unit: 'MB/s',
    prepare: () => summing(updateSlicing, SMALL),
  },
];
