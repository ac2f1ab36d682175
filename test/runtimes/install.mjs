// @ts-check
/** The runtimes that come as npm packages, in a cache outside of package.json: `npm ci` downloads none of them. */
import { existsSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runWell } from './spawn.mjs';
import { removeFolder, temporaryFolder } from './temporary.mjs';

const TIMEOUT = 300_000;

/** Where runtimes are kept: `RUNTIMES_CACHE`, or a folder among the user's caches. */
export function cacheFolder() {
  const { RUNTIMES_CACHE, XDG_CACHE_HOME } = process.env;
  return RUNTIMES_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'rdb-aof-runtimes');
}

/**
 * Installs a runtime, unless it is there.
 *
 * @param {import('./versions.mjs').Runtime} runtime
 * @returns {Promise<string>} path of its executable
 */
export async function install({ name, packages, binary }) {
  const spec = packages?.[process.arch];
  if (process.platform !== 'linux' || spec === undefined || binary === undefined) {
    throw new Error(`${name} has no package for ${process.platform} on ${process.arch}`);
  }
  const packageName = spec.slice(0, spec.lastIndexOf('@'));
  const cache = cacheFolder();
  const folder = join(cache, spec.replace('/', '-'));
  const executable = join(folder, 'node_modules', packageName, binary);
  if (!existsSync(folder)) {
    // Installed beside its place and moved there when complete: what was interrupted is never taken for a runtime.
    const partial = temporaryFolder('.partial-', cache);
    try {
      await npmInstall(partial, spec);
      renameSync(partial, folder);
    } catch (error) {
      // Another run may have been faster.
      if (!existsSync(folder)) throw error;
    } finally {
      removeFolder(partial);
    }
  }
  if (!existsSync(executable)) throw new Error(`${spec} has no ${binary}: ${executable}`);
  return executable;
}

/**
 * @param {string} folder
 * @param {string} spec a package with its version, or a tarball
 */
export async function npmInstall(folder, spec) {
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  // Scripts are not needed: the executables are in the packages as they are.
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--prefer-offline', ...quiet, spec];
  await runWell('npm', args, { cwd: folder, timeout: TIMEOUT });
}
