/** A job beside its yardstick. */
import { measure } from './measure.mjs';
import { spread } from './statistics.mjs';

/** @import { Files, Job, Yardstick } from './jobs.mjs' */
/** @import { Spread } from './statistics.mjs' */

/**
 * @typedef {object} Comparison
 * @property {Spread} cpu seconds of the job
 * @property {Spread} wall seconds of the job
 * @property {number | undefined} peak bytes of the job, the most that any run took
 * @property {Spread | undefined} yardstick CPU seconds; undefined where the program is not installed
 * @property {Spread | undefined} ratio of CPU seconds, pair by pair
 */

/**
 * Runs job and yardstick in turn. What else the machine does, and how warm it is, then meets both alike, and the ratio
 * of a pair says more than that of two medians.
 *
 * @param {Job} job
 * @param {Files} files
 * @param {number} pairs
 * @param {boolean} withYardstick
 * @returns {Promise<Comparison>}
 */
export async function compare(job, files, pairs, withYardstick) {
  const runs = [];
  const yardsticks = [];
  const ratios = [];
  for (let i = 0; i < pairs; i++) {
    const run = await measure(job.command(files));
    runs.push(run);
    if (!withYardstick) continue;
    const cpu = await costOf(job.yardstick, files);
    yardsticks.push(cpu);
    ratios.push(run.cpu / cpu);
  }
  const peaks = runs.flatMap(({ peak }) => peak ?? []);
  return {
    cpu: spread(runs.map(({ cpu }) => cpu)),
    wall: spread(runs.map(({ wall }) => wall)),
    peak: peaks.length > 0 ? Math.max(...peaks) : undefined,
    yardstick: withYardstick ? spread(yardsticks) : undefined,
    ratio: withYardstick ? spread(ratios) : undefined,
  };
}

/** @param {Yardstick} yardstick @param {Files} files */
async function costOf({ command, cpu }, files) {
  return cpu === undefined ? (await measure(command(files))).cpu : cpu(files);
}
