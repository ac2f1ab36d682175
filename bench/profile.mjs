/** One benchmark under the profiler of V8: see `HELP`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { positive, runCommand, say, UsageError } from './arguments.mjs';
import { buildTool, microPath, root } from './build.mjs';
import { ENVIRONMENT } from './environment.mjs';
import { makeInputs } from './inputs.mjs';
import { JOBS } from './jobs.mjs';
import { microCases } from './micro.mjs';
import { selfTimes } from './self-time.mjs';
import { table } from './table.mjs';

const HELP = `Usage: npm run bench:profile -- [options] NAME

Runs a job or a micro-benchmark once under the profiler of V8, and prints where the time goes: milliseconds spent in each
function itself, without what it calls. The whole profile is kept in bench/.profiles, for the Performance tab of
Chrome's developer tools or for speedscope.

  NAME         a job (${JOBS.map(({ name }) => name).join(', ')}) or a micro-benchmark
  --scale N    size of the input files (default: 1)
  --top N      functions to show (default: 25)
  --help       this text

Examples:
  $ npm run bench:profile -- ndjson
  $ npm run bench:profile -- check --scale 0.1 --top 10
  $ npm run bench:profile -- json-utf8`;

const folder = fileURLToPath(new URL('.profiles', import.meta.url));

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      scale: { type: 'string', default: '1' },
      top: { type: 'string', default: '25' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('one name is needed');
  const scale = positive('--scale', values.scale);
  const top = positive('--top', values.top);

  const [program = '', ...rest] = await commandOf(name, scale);
  const file = `${name}.cpuprofile`;
  mkdirSync(folder, { recursive: true });
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
  const [code] = await once(
    spawn(program, [...profiler, ...rest], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: ENVIRONMENT,
    }),
    'close',
  );
  if (code !== 0) throw new Error(`${name} ended with exit code ${code}`);

  const path = join(folder, file);
  const { total, functions } = selfTimes(JSON.parse(readFileSync(path, 'utf8')));
  const rows = functions
    .slice(0, top)
    .map(({ name, place, us }) => [name, (us / 1000).toFixed(0), `${((100 * us) / total).toFixed(1)} %`, place]);
  console.log(`${table(['function', 'ms', 'of all', 'where'], rows)}\n\n${relative(root, path)}`);
});

/** The command line of a job or a micro-benchmark; Node comes first. @param {string} name @param {number} scale */
async function commandOf(name, scale) {
  const job = JOBS.find((candidate) => candidate.name === name);
  if (job !== undefined) {
    buildTool(say);
    const { dump, log } = await makeInputs(scale, say);
    if (job.reads === 'dump' && dump === undefined) {
      throw new UsageError(`redis-server is not installed, and it has to make the dump that ${name} reads`);
    }
    return job.command({ dump: dump ?? '', log });
  }
  if (!microCases().some((candidate) => candidate.name === name)) {
    throw new UsageError(`nothing to measure is called ${name}`);
  }
  return [process.execPath, microPath(), name];
}
