// @ts-check
/** A folder that holds the package as its users get it, the suite, and the fixtures. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILES } from './files.mjs';
import { npmInstall } from './install.mjs';
import { runWell } from './spawn.mjs';
import { temporaryFolder } from './temporary.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Packs what `npm run build` made, installs the tarball and puts the suite beside it, so that its imports go through
 * the `exports` of the packed package.json.
 *
 * @returns {Promise<string>} the folder, which goes when the process ends
 */
export async function installPackage() {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('dist/ is missing: npm run build makes it');
  const folder = temporaryFolder('rdb-aof-runtimes-');
  // Scripts would build anew, under the feet of whoever else uses dist/.
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(await runWell('npm', pack, { cwd: root }));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await npmInstall(folder, join(folder, filename));
  for (const name of readdirSync(here)) copyFileSync(join(here, name), join(folder, name));
  for (const path of FILES) {
    const target = join(folder, 'fixtures', path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, 'fixtures', path), target);
  }
  return folder;
}
