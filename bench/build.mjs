/** What is measured: the built command line tool, and parts of the sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The checkout. */
export const root = fileURLToPath(new URL('../', import.meta.url));

const tool = join(root, 'dist/cli.js');

/** What the tool is built from. */
const SOURCES = ['src', 'package.json', 'tsup.config.ts'];

/** A call of the tool. @param {...string} args */
export function cli(...args) {
  return [process.execPath, tool, ...args];
}

/** A script of this folder that uses the built library. @param {string} script @param {...string} args */
export function library(script, ...args) {
  return [process.execPath, join(root, 'bench', script), ...args];
}

/** Builds the tool where that was not done since the last change. @param {(message: string) => void} say */
export function buildTool(say) {
  const newest = Math.max(...SOURCES.flatMap((path) => modified(join(root, path))));
  if (existsSync(tool) && statSync(tool).mtimeMs > newest) return;
  say('building dist/');
  const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('npm run build failed');
}

/** @param {string} path @returns {number[]} */
function modified(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return [stat.mtimeMs];
  return readdirSync(path).flatMap((name) => modified(join(path, name)));
}

/** @type {string | undefined} */
let micro;

/** The micro-benchmarks, bundled with the sources they measure, as the tool is. Gone when this process ends. */
export function microPath() {
  if (micro === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'rdb-aof-bench-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    micro = join(folder, 'micro.mjs');
    buildSync({
      entryPoints: [join(root, 'bench/micro/main.mjs')],
      outfile: micro,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'error',
    });
  }
  return micro;
}
