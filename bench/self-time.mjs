/** What a CPU profile says about functions. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './build.mjs';

/** @typedef {{ functionName: string, url: string, lineNumber: number, columnNumber: number }} CallFrame lines and columns from 0 */

/** @typedef {{ nodes: { id: number, callFrame: CallFrame }[], samples: number[], timeDeltas: number[] }} Profile */

/** @typedef {{ name: string, place: string, us: number }} SelfTime */

/**
 * Time spent in each function itself, the most first.
 *
 * @param {Profile} profile
 * @returns {{ total: number, functions: SelfTime[] }} microseconds, idle time left out
 */
export function selfTimes({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, SelfTime>} */
  const functions = new Map();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const frame = frames.get(id);
    // A delta is the time since the sample before, which is as near as it gets.
    const us = timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const key = `${frame.functionName} ${frame.url}:${frame.lineNumber}:${frame.columnNumber}`;
    const known = functions.get(key);
    if (known === undefined)
      functions.set(key, { name: frame.functionName || '(anonymous)', place: placeOf(frame), us });
    else known.us += us;
    total += us;
  }
  return { total, functions: [...functions.values()].toSorted((a, b) => b.us - a.us) };
}

/** Where a function stands in the sources, or in the file that ran where that has no source map. @param {CallFrame} frame */
function placeOf({ functionName, url, lineNumber, columnNumber }) {
  // Names such as `(garbage collector)` are no functions.
  if (url === '') return functionName.startsWith('(') ? '' : 'native code';
  if (!url.startsWith('file:')) return url;
  const file = fileURLToPath(url);
  const entry = sourceMap(file)?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !('originalSource' in entry)) return `${relative(root, file)}:${lineNumber + 1}`;
  return `${relative(root, resolve(dirname(file), entry.originalSource))}:${entry.originalLine + 1}`;
}

/** @type {Map<string, SourceMap | undefined>} */
const maps = new Map();

/** @param {string} file */
function sourceMap(file) {
  if (!maps.has(file)) {
    const path = `${file}.map`;
    maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
  }
  return maps.get(file);
}
