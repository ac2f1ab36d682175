/** Runs the micro-benchmarks, each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { microPath } from './build.mjs';
import { ENVIRONMENT } from './environment.mjs';

/** @import { Case, Timing } from './micro/time.mjs' */

/** The cases there are. @returns {Pick<Case, 'name' | 'what' | 'unit'>[]} */
export function microCases() {
  return JSON.parse(runMicro());
}

/** Times a case. @param {string} name @returns {Timing} */
export function timeMicro(name) {
  return JSON.parse(runMicro(name));
}

/** @param {...string} args */
function runMicro(...args) {
  return execFileSync(process.execPath, [microPath(), ...args], {
    encoding: 'utf8',
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
