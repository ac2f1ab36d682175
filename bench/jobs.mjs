/** The jobs, their yardsticks and their marks. A new job is a new entry of `JOBS`. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, library } from './build.mjs';
import { rewriteCost, saveCost } from './make/server.mjs';

/** @typedef {{ dump: string, log: string }} Files */

/**
 * @typedef {object} Yardstick
 * @property {string} program what has to be installed; its name in the table
 * @property {(files: Files) => string[]} command
 * @property {(files: Files) => Promise<number>} [cpu] CPU seconds, where they are not those of the whole process
 */

/**
 * @typedef {object} Job
 * @property {string} name
 * @property {(files: Files) => string[]} command
 * @property {keyof Files} reads
 * @property {Yardstick} yardstick
 * @property {number} atMost the mark: CPU time of the job by that of the yardstick
 */

/** @type {Yardstick} */
const checkRdb = { program: 'redis-check-rdb', command: ({ dump }) => ['redis-check-rdb', dump] };

/** @type {Yardstick} */
const checkAof = { program: 'redis-check-aof', command: ({ log }) => ['redis-check-aof', log] };

/**
 * A server that has loaded the dump and saves it: only the saving counts.
 *
 * @type {Yardstick}
 */
const save = { program: 'redis-server', command: () => ['redis-server'], cpu: ({ dump }) => saveCost(dump) };

/**
 * A server that loads the log and rewrites it.
 *
 * @type {Yardstick}
 */
const loadAndRewrite = {
  program: 'redis-server',
  command: () => ['redis-server'],
  cpu: async ({ log }) => (await rewriteCost(log)).cpu,
};

/** Files that jobs write, as servers do; gone in the end. @param {string} name */
function written(name) {
  const path = join(tmpdir(), `rdb-aof-bench-${process.pid}-${name}`);
  process.once('exit', () => rmSync(path, { force: true }));
  return path;
}

const anew = written('anew.rdb');
const rewritten = written('rewritten.aof');

/** @type {readonly Job[]} */
export const JOBS = [
  {
    name: 'keys',
    command: ({ dump }) => cli('keys', dump),
    reads: 'dump',
    yardstick: checkRdb,
    atMost: 0.4,
  },
  {
    name: 'check',
    command: ({ dump }) => cli('check', dump),
    reads: 'dump',
    yardstick: checkRdb,
    atMost: 0.8,
  },
  {
    name: 'ndjson',
    command: ({ dump }) => cli('ndjson', dump),
    reads: 'dump',
    yardstick: checkRdb,
    atMost: 1.5,
  },
  {
    name: 'resp',
    command: ({ dump }) => cli('resp', dump),
    reads: 'dump',
    yardstick: checkRdb,
    atMost: 1.3,
  },
  {
    // One key of ten, whatever its type and size.
    name: 'convert-some',
    command: ({ dump }) => cli('convert', '--key', '*0', dump),
    reads: 'dump',
    yardstick: checkRdb,
    atMost: 0.6,
  },
  {
    // A threshold that the dump was written with anyway has every value decoded and encoded.
    name: 'convert-anew',
    command: ({ dump }) => cli('convert', '--set', 'hash-max-listpack-entries=512', '--force', '-o', anew, dump),
    reads: 'dump',
    yardstick: save,
    atMost: 1.5,
  },
  {
    name: 'aof-check',
    command: ({ log }) => cli('aof', 'check', log),
    reads: 'log',
    yardstick: checkAof,
    atMost: 0.5,
  },
  {
    name: 'aof-batches',
    command: ({ log }) => library('read-log.mjs', 'batches', log),
    reads: 'log',
    yardstick: checkAof,
    atMost: 0.4,
  },
  {
    name: 'aof-records',
    command: ({ log }) => library('read-log.mjs', 'records', log),
    reads: 'log',
    yardstick: checkAof,
    atMost: 0.6,
  },
  {
    name: 'rewrite',
    command: ({ log }) => cli('rewrite', '--force', '-o', rewritten, log),
    reads: 'log',
    yardstick: loadAndRewrite,
    atMost: 0.5,
  },
];
