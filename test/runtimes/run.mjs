// @ts-check
/**
 * Runs the suite on all runtimes, or on those that are named: `npm run test:runtimes -- node22 bun`. A runtime that
 * cannot be had is a failure.
 */
import { join } from 'node:path';
import { chromiumVersion, findChromium, runInChromium } from './browser.mjs';
import { checkCli } from './cli.mjs';
import { install } from './install.mjs';
import { installPackage } from './package.mjs';
import { run, runWell } from './spawn.mjs';
import { RUNTIMES } from './versions.mjs';

/**
 * @typedef {import('./versions.mjs').Runtime} Runtime
 * @typedef {{ version: string, passed: number, failures: string[] }} Outcome
 */

const CRC_PATHS = /** @type {const} */ (['webassembly', 'typescript']);

/**
 * How each kind runs a file: the suite, which only reads, and the command line.
 *
 * @type {Record<string, { suite: string[], cli: string[] }>}
 */
const COMMANDS = {
  node: { suite: [], cli: [] },
  bun: { suite: ['--no-install'], cli: ['--no-install'] },
  deno: {
    suite: ['run', '--no-prompt', '--cached-only', '--allow-read'],
    cli: ['run', '--no-prompt', '--cached-only', '--allow-all'],
  },
};

/**
 * @param {Runtime} runtime
 * @param {string} folder that of package.mjs
 * @returns {Promise<Outcome>}
 */
async function runNodeLike(runtime, folder) {
  const executable = await install(runtime);
  // Nothing of what the user has set, and nothing written into the home directory.
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DENO_DIR: join(folder, '.deno'),
    DENO_NO_UPDATE_CHECK: '1',
    NO_COLOR: '1',
  };
  const version = /\d[\w.-]*/.exec(await runWell(executable, ['--version'], { env }))?.[0] ?? 'of unknown version';
  const command = COMMANDS[runtime.kind];
  /** @type {Outcome} */
  const outcome = { version, passed: 0, failures: [] };
  for (const crc of CRC_PATHS) {
    const args = [...command.suite, join(folder, 'node-like.mjs'), crc];
    const { code, stdout, stderr } = await run(executable, args, { env, cwd: folder });
    if (code === 0) add(outcome, JSON.parse(stdout));
    else outcome.failures.push(`${crc}: ended with ${code}\n${stdout}${stderr}`);
  }
  add(outcome, await checkCli([executable, ...command.cli], folder, env));
  return outcome;
}

/**
 * @param {string} folder that of package.mjs
 * @returns {Promise<Outcome>}
 */
async function runChromium(folder) {
  const executable = findChromium();
  /** @type {Outcome} */
  const outcome = { version: await chromiumVersion(executable), passed: 0, failures: [] };
  for (const crc of CRC_PATHS) add(outcome, await runInChromium(executable, folder, crc));
  return outcome;
}

/**
 * @param {Outcome} outcome
 * @param {{ passed: number, failures: string[] }} results
 */
function add(outcome, { passed, failures }) {
  outcome.passed += passed;
  outcome.failures.push(...failures);
}

/** @param {readonly string[]} names */
function chosen(names) {
  const unknown = names.filter((name) => !RUNTIMES.some((runtime) => runtime.name === name));
  if (unknown.length > 0) {
    console.error(`no runtime ${unknown.join(', ')}; there are ${RUNTIMES.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  return names.length === 0 ? RUNTIMES : RUNTIMES.filter(({ name }) => names.includes(name));
}

/** @param {number} since */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const runtimes = chosen(process.argv.slice(2));
// Exit handlers end the children and remove what is temporary.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
const folder = await installPackage();

for (const runtime of runtimes) {
  const began = performance.now();
  /** @type {Outcome} */
  let outcome;
  try {
    outcome = await (runtime.kind === 'chromium' ? runChromium(folder) : runNodeLike(runtime, folder));
  } catch (error) {
    outcome = { version: '', passed: 0, failures: [error instanceof Error ? error.message : String(error)] };
  }
  const { version, passed, failures } = outcome;
  const failed = failures.length === 0 ? '' : `, ${failures.length} FAILED`;
  const title = version === '' ? runtime.name : `${runtime.kind} ${version}`;
  console.log(`${title}: ${passed} checks passed${failed} (${seconds(began)})`);
  for (const failure of failures) console.log(`  FAILED ${failure.replaceAll('\n', '\n    ')}`);
  if (failures.length > 0) process.exitCode = 1;
}
