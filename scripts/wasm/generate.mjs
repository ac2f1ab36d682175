/**
 * Writes the files under `src/` that hold WebAssembly modules: `node scripts/wasm/generate.mjs`, or `npm run generate`.
 */
import { writeFileSync } from 'node:fs';
import * as crc64 from './crc64.mjs';
import * as json from './json.mjs';
import * as lzf from './lzf.mjs';
import * as resp from './resp.mjs';

for (const [file, source] of [
  ['crc64/wasm-binary.ts', crc64.buildSource()],
  ['lzf/wasm-binary.ts', lzf.buildSource()],
  ['inspect/wasm-binary.ts', json.buildSource()],
  ['resp/wasm-binary.ts', resp.buildSource()],
]) {
  writeFileSync(new URL(`../../src/${file}`, import.meta.url), source);
}
