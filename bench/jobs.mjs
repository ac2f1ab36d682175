/** The jobs, their yardsticks and their marks. A new job is a new entry of `JOBS`. */
import { cli } from './build.mjs';

/** @typedef {{ dump: string, log: string }} Files */

/**
 * @typedef {object} Yardstick
 * @property {string} program what has to be installed; its name in the table
 * @property {(files: Files) => string[]} command
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
];
