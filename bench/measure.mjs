/** What one process costs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { ENVIRONMENT } from './environment.mjs';

/** @import { Readable } from 'node:stream' */

/**
 * @typedef {object} Cost
 * @property {number} cpu seconds of user and system CPU time, all threads together
 * @property {number} wall seconds from start to end
 * @property {number | undefined} peak largest resident size in bytes; undefined where there is no `/proc`
 */

/**
 * `time` of bash asks the operating system for what the children it waited for have used, so the figures are exact and
 * hold nothing of Node or bash but their fork. The process runs in the background to tell its id, output is thrown away.
 * Descriptor 3 takes the id, 4 what the process says on standard error, 2 the times.
 */
const SCRIPT = `
TIMEFORMAT='%3U %3S %3R'
time { "$@" 2>&4 3>&- 4>&- & echo $! >&3; exec 3>&-; wait $!; }
`;

/**
 * How often the size is looked at. The system keeps its high-water mark, so that only what a process grows in its last
 * milliseconds is missed.
 */
const LOOK_MS = 5;

/**
 * Runs a command to its end.
 *
 * @param {readonly string[]} command
 * @returns {Promise<Cost>}
 * @throws Error where it cannot run, or ends with another exit code than 0
 */
export async function measure(command) {
  const bash = spawn('bash', ['-c', SCRIPT, 'bash', ...command], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...ENVIRONMENT, LC_ALL: 'C' },
  });
  const closed = once(bash, 'close');
  const [, , times, id, said] = /** @type {Readable[]} */ (/** @type {unknown} */ (bash.stdio));
  const [[code], peak, line, errors] = await Promise.all([
    closed,
    watchPeak(/** @type {Readable} */ (id), closed),
    text(/** @type {Readable} */ (times)),
    text(/** @type {Readable} */ (said)),
  ]);
  if (code !== 0) throw new Error(`exit code ${code}: ${errors.trim().split('\n').at(-1)}`);
  const [user = Number.NaN, system = Number.NaN, wall = Number.NaN] = line.trim().split(' ').map(Number);
  return { cpu: user + system, wall, peak };
}

/** @param {Readable} id where the process id comes from @param {Promise<unknown>} closed */
async function watchPeak(id, closed) {
  const status = `/proc/${(await text(id)).trim()}/status`;
  /** @type {number | undefined} */
  let peak;
  const look = () => {
    peak = highWaterMark(status) ?? peak;
  };
  const timer = setInterval(look, LOOK_MS);
  await closed.finally(() => clearInterval(timer));
  return peak;
}

/** @param {string} status */
function highWaterMark(status) {
  try {
    const match = /VmHWM:\s*(\d+) kB/.exec(readFileSync(status, 'latin1'));
    return match === null ? undefined : Number(match[1]) * 1024;
  } catch {
    // The process is over, or this system has no /proc.
    return undefined;
  }
}

/** @param {string} program */
export async function isInstalled(program) {
  const [code] = await once(spawn('bash', ['-c', 'command -v "$1"', 'bash', program], { stdio: 'ignore' }), 'close');
  return code === 0;
}
