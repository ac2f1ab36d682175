/** All benchmarks, or some of them: see `HELP`. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { positive, runCommand, say, UsageError } from './arguments.mjs';
import { buildTool } from './build.mjs';
import { compare } from './compare.mjs';
import { makeInputs } from './inputs.mjs';
import { JOBS } from './jobs.mjs';
import { isInstalled } from './measure.mjs';
import { microCases, timeMicro } from './micro.mjs';
import { spreadText } from './statistics.mjs';
import { table } from './table.mjs';

/** @import { Comparison } from './compare.mjs' */
/** @import { Job } from './jobs.mjs' */
/** @import { Case } from './micro/time.mjs' */

const HELP = `Usage: npm run bench -- [options] [name...]

Measures the command line tool on large files beside the native tools, and parts of the library on their own.
Without names all of it: see bench/README.md for what the tables say.

  name          jobs, micro, or the name of a job (${JOBS.map(({ name }) => name).join(', ')})
                or of a micro-benchmark, or how several of them begin (crc64, json-)
  --pairs N     runs of each job and its yardstick, in turn (default: 5)
  --scale N     size of the input files (default: 1, which is 650,000 keys and 2 million commands)
  --inputs      only make the input files, and print their paths
  --help        this text

Examples:
  $ npm run bench
  $ npm run bench -- keys check --pairs 11
  $ npm run bench -- jobs --scale 0.1
  $ npm run bench -- lzf json-ascii`;

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      pairs: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      inputs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const scale = positive('--scale', values.scale);
  const pairs = Math.ceil(positive('--pairs', values.pairs));
  if (values.inputs) {
    const { dump, log } = await makeInputs(scale, say);
    if (dump === undefined) sayNoDump();
    console.log([dump, log].filter((path) => path !== undefined).join('\n'));
    return;
  }
  const { jobs, micro } = select(positionals);
  console.log(`${environment()}\n`);
  if (jobs.length > 0) await runJobs(jobs, scale, pairs);
  if (micro.length > 0) runMicro(micro);
});

/** @param {readonly string[]} names */
function select(names) {
  const all = names.length === 0;
  const jobs = JOBS.filter(({ name }) => all || names.includes('jobs') || names.includes(name));
  const left = names.filter((name) => name !== 'jobs' && !JOBS.some((job) => job.name === name));
  // To know the micro-benchmarks they have to be bundled.
  if (!all && left.length === 0) return { jobs, micro: [] };
  const cases = microCases();
  const begins = (/** @type {string} */ name, /** @type {string} */ start) =>
    start === 'micro' || name.startsWith(start);
  for (const start of left) {
    if (!cases.some(({ name }) => begins(name, start))) throw new UsageError(`nothing to measure is called ${start}`);
  }
  return { jobs, micro: cases.filter(({ name }) => all || left.some((start) => begins(name, start))) };
}

/** @param {readonly Job[]} jobs @param {number} scale @param {number} pairs */
async function runJobs(jobs, scale, pairs) {
  buildTool(say);
  const { dump, log } = await makeInputs(scale, say);
  const rows = [];
  for (const job of jobs) {
    if (job.reads === 'dump' && dump === undefined) continue;
    const found = await isInstalled(job.yardstick.program);
    if (!found) say(`${job.yardstick.program} is not installed: no ratio for ${job.name}`);
    say(`${job.name}: ${pairs} runs`);
    try {
      rows.push(jobRow(job, await compare(job, { dump: dump ?? '', log }, pairs, found)));
    } catch (error) {
      // A job that does not work is no slow job; the others can still be measured.
      say(`${job.name} failed: ${error instanceof Error ? error.message : error}`);
      rows.push([job.name, 'failed']);
    }
  }
  if (dump === undefined) sayNoDump();
  if (rows.length === 0) return;
  const head = ['job', 'CPU s', 'yardstick', 'CPU s', 'ratio', 'at most', 'mark', 'wall s', 'peak MB'];
  console.log(`${table(head, rows)}\n`);
}

/** @param {Job} job @param {Comparison} result */
function jobRow({ name, yardstick, atMost }, { cpu, yardstick: other, ratio, wall, peak }) {
  return [
    name,
    spreadText(cpu, 2),
    yardstick.program,
    other === undefined ? 'not installed' : spreadText(other, 2),
    ratio === undefined ? '-' : spreadText(ratio, 2),
    atMost.toFixed(1),
    ratio === undefined ? '-' : ratio.median <= atMost ? 'met' : 'short',
    wall.median.toFixed(2),
    peak === undefined ? 'not known' : (peak / 1e6).toFixed(0),
  ];
}

/** @param {readonly Pick<Case, 'name' | 'what' | 'unit'>[]} cases */
function runMicro(cases) {
  const rows = cases.map(({ name, what, unit }) => {
    say(name);
    return [name, what, unit, spreadText(timeMicro(name).spread, unit === 'ns' ? 1 : 0)];
  });
  console.log(table(['micro-benchmark', 'what', 'unit', 'median (least-most)'], rows));
}

/** What the figures depend on. */
function environment() {
  let server = 'no redis-server';
  try {
    server = `redis-server ${/v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]}`;
  } catch {
    // Not installed.
  }
  const machine = `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown processor'}`;
  return `Node ${process.versions.node}, ${server}, ${machine}, load ${loadavg()[0]?.toFixed(1)}`;
}

function sayNoDump() {
  say('redis-server is not installed, and it has to make the dump: jobs on dumps are left out');
}
