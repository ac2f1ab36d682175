/**
 * Compiles every `fixtures/hand/NAME.hex` to `NAME.rdb`.
 *
 *     node test/helpers/build-hand-fixtures.mjs
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compileHex } from './hex.mjs';

const directory = new URL('../../fixtures/hand/', import.meta.url);
const sources = readdirSync(directory).filter((name) => name.endsWith('.hex'));
for (const name of sources) {
  const bytes = compileHex(readFileSync(new URL(name, directory), 'utf8'), name);
  writeFileSync(new URL(name.replace(/\.hex$/, '.rdb'), directory), bytes);
}
console.log(`${sources.length} files`);
