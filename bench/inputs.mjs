/** The two files that jobs read. Made once, then kept by what they are made from. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { churnCommands } from './make/churn.mjs';
import { datasetCommands } from './make/dataset.mjs';
import { makeDump } from './make/server.mjs';

/** To be raised with every change of what is made, so that old files are not taken for new ones. */
const GENERATOR = 1;
const SEED = 20_090_410;

const KEYS = 650_000;
const COMMANDS = 2_000_000;

const folder = fileURLToPath(new URL('.inputs', import.meta.url));

/**
 * @typedef {object} Inputs
 * @property {string | undefined} dump path of the dump; undefined where there is no `redis-server` to make it
 * @property {string} log path of the append-only file
 */

/**
 * Paths of the inputs, which are made where they are not there.
 *
 * @param {number} scale 1 for 650,000 keys and 2 million commands
 * @param {(message: string) => void} say
 * @returns {Promise<Inputs>}
 */
export async function makeInputs(scale, say) {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, 'making-'));
  const remove = () => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const log = await keep(`log-${scale}`, 'aof', say, () => writeLog(join(temporary, 'log.aof'), scale));
    const dump = await keep(`dump-${scale}`, 'rdb', say, () =>
      makeDump(temporary, datasetCommands(Math.round(KEYS * scale), SEED)),
    ).catch((error) => {
      if (error.code !== 'ENOENT' || error.path !== 'redis-server') throw error;
      return undefined;
    });
    return { dump, log };
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** @param {string} file @param {number} scale */
function writeLog(file, scale) {
  const out = openSync(file, 'wx');
  try {
    for (const chunk of churnCommands(Math.round(COMMANDS * scale), SEED)) writeSync(out, chunk);
  } finally {
    closeSync(out);
  }
  return file;
}

/**
 * A kept file, or the one that `make` makes.
 *
 * @param {string} name
 * @param {string} extension
 * @param {(message: string) => void} say
 * @param {() => string | Promise<string>} make
 */
async function keep(name, extension, say, make) {
  const path = join(folder, `${name}-seed${SEED}-v${GENERATOR}.${extension}`);
  if (!existsSync(path)) {
    say(`making ${path}`);
    renameSync(await make(), path);
    say(`made it: ${(statSync(path).size / 1e6).toFixed(1)} MB`);
  }
  return path;
}
