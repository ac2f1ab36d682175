// @ts-check
/**
 * The suite in Node, Bun and Deno, with what these have besides the web: paths, CommonJS, streams of Node. Runs in the
 * folder that package.mjs makes; prints its results as JSON.
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { holds, same, thrownBy } from './assert.mjs';
import { forceCrc } from './crc.mjs';
import { loadFiles } from './files.mjs';
import { Results, runSuite } from './suite.mjs';

/** @typedef {typeof import('../../src/node.ts')} NodeLibrary */

const crc = /** @type {import('./crc.mjs').CrcPath} */ (process.argv[2]);
const verifyCrc = forceCrc(crc);

/** @param {string} path below the fixtures */
const pathOf = (path) => fileURLToPath(new URL(`fixtures/${path}`, import.meta.url));
const files = await loadFiles(async (path) => new Uint8Array(await readFile(pathOf(path))));

// Named by variables, so that nobody but the runtime resolves them.
const [main, node] = ['rdb-aof', 'rdb-aof/node'];
const require = createRequire(import.meta.url);
/** @type {NodeLibrary[]} */
const libraries = [await import(main), await import(node), require(main), require(node)];

const results = [];
for (const [i, lib] of [libraries[0], libraries[2]].entries()) {
  const of = new Results(`${i === 0 ? 'import' : 'require'}, ${crc}: `);
  results.push(of);
  await runSuite(lib, files, of.check);
}
for (const [i, lib] of [libraries[1], libraries[3]].entries()) {
  const of = new Results(`${i === 0 ? 'import' : 'require'}: `);
  results.push(of);
  await readsPaths(lib, of.check);
}
const besides = new Results('');
results.push(besides);
await besides.check(`the checksum is computed by ${crc}`, verifyCrc);
await besides.check('import and require give the same names', () => {
  const [importMain, importNode, requireMain, requireNode] = libraries.map((lib) =>
    Object.keys(lib)
      .filter((name) => name !== 'default' && name !== 'module.exports' && name !== '__esModule')
      .sort(),
  );
  same(requireMain, importMain);
  same(requireNode, importNode);
});
await besides.check('both entries share one error class, which knows that of the other module system', () => {
  const [importMain, importNode, requireMain, requireNode] = libraries.map((lib) => lib.RedisFileError);
  holds(importMain === importNode && requireMain === requireNode, 'one class');
  holds(requireMain.is(new importMain('IO', 'text')), 'recognised');
});

process.stdout.write(
  JSON.stringify({
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failures: results.flatMap(({ failures }) => failures),
  }),
);

/**
 * @param {NodeLibrary} lib
 * @param {import('./suite.mjs').Check} check
 */
async function readsPaths(lib, check) {
  const path = pathOf('corpus/redis-8.8.rdb');
  const read = async (/** @type {AsyncIterable<unknown>} */ records) => {
    const list = [];
    for await (const record of records) list.push(record);
    return list;
  };
  await check('reads a path and a stream of Node like bytes', async () => {
    const bytes = files.get('corpus/redis-8.8.rdb') ?? new Uint8Array();
    const expected = await read(lib.readRdb(bytes, { strings: 'latin1' }));
    same(await read(lib.readRdbFile(path, { strings: 'latin1' })), expected);
    same(await read(lib.readRdb(createReadStream(path), { strings: 'latin1' })), expected);
  });
  await check('closes the file when it is left', async () => {
    const stream = createReadStream(path, { highWaterMark: 1000 });
    for await (const _ of lib.readRdb(stream)) break;
    holds(stream.destroyed, 'the stream is destroyed');
    for await (const _ of lib.readRdbFile(path)) break;
  });
  await check('tells that there is no file', async () => {
    const error = await thrownBy(() => read(lib.readRdbFile(pathOf('none.rdb'))));
    holds(lib.RedisFileError.is(error) && error.code === 'IO', String(error));
    same(/** @type {any} */ (error.cause).code, 'ENOENT');
    same(error.context.file, pathOf('none.rdb'));
  });
  await check('tells that a folder is no file', async () => {
    const error = await thrownBy(() => read(lib.readRdbFile(pathOf('tour'))));
    holds(lib.RedisFileError.is(error) && error.code === 'IO', String(error));
  });
}
