/** Times a part of the library within one process. */
import { spread } from '../statistics.mjs';

/** @import { Spread } from '../statistics.mjs' */

/**
 * @typedef {object} Prepared
 * @property {number} amount bytes or things that a run goes through
 * @property {() => number | Promise<number>} run returns something that depends on all it did
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} what one line for the table
 * @property {'MB/s' | 'ns'} unit megabytes per second, or nanoseconds for each thing
 * @property {() => Prepared} prepare makes the data, the same each time
 */

/**
 * @typedef {object} Timing
 * @property {Spread} spread in the unit of the case
 * @property {number} sink what the runs returned, all of it, so that none can be left out
 */

/** CPU time after which the code is taken to be compiled for good. */
const WARM_UP_US = 600_000;

/** CPU time of a round. */
const ROUND_US = 200_000;

const ROUNDS = 9;

/** @param {Case} measured @returns {Promise<Timing>} */
export async function timeCase({ unit, prepare }) {
  const { amount, run } = prepare();
  let sink = 0;
  const repeat = async (/** @type {number} */ times) => {
    const start = cpu();
    for (let i = 0; i < times; i++) sink = (sink + (await run())) | 0;
    return cpu() - start;
  };
  // Doubling ends with a round that holds no compiling, from which the number of runs in a round is taken.
  let times = 1;
  let took = 0;
  for (let warm = 0; warm < WARM_UP_US; warm += took) {
    times *= 2;
    took = await repeat(times);
  }
  const perRound = Math.max(1, Math.round((times * ROUND_US) / took));
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const each = (await repeat(perRound)) / perRound;
    rounds.push(unit === 'MB/s' ? amount / each : (each * 1000) / amount);
  }
  return { spread: spread(rounds), sink };
}

/** Microseconds of CPU time that this process has used. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
