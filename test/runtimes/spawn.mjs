// @ts-check
/** Child processes that cannot hang, and that do not outlive this one. */
import { spawn } from 'node:child_process';

/** Process groups that are alive. */
const groups = new Set();

/** @param {number} group */
function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
  groups.delete(group);
}

process.on('exit', () => {
  for (const group of groups) killGroup(group);
});

/**
 * Starts a process as the leader of a group of its own, so that its children can be ended with it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, stdio?: import('node:child_process').StdioOptions }} options
 * @returns {{ child: import('node:child_process').ChildProcess, kill: () => void }}
 */
export function start(command, args, { cwd, env, stdio = 'pipe' } = {}) {
  const child = spawn(command, args, { cwd, env, stdio, detached: true });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  return {
    child,
    kill: () => {
      if (pid !== undefined) killGroup(pid);
    },
  };
}

/**
 * @typedef {object} Run
 * @property {number | null} code exit code; null where a signal ended it
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a process to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {Record<string, string>} [options.env]
 * @param {Uint8Array} [options.stdin] nothing by default
 * @param {boolean} [options.head] stop reading what it prints after the first piece, as `| head` does
 * @param {number} [options.timeout] ms
 * @returns {Promise<Run>}
 */
export function run(command, args, { cwd, env, stdin, head = false, timeout = 60_000 } = {}) {
  return new Promise((resolve, reject) => {
    const { child, kill } = start(command, args, { cwd, env });
    const { stdout, stderr } = child;
    /** @type {Buffer[]} */
    const out = [];
    /** @type {Buffer[]} */
    const err = [];
    stdout?.on('data', (chunk) => {
      out.push(chunk);
      if (head) stdout.destroy();
    });
    stderr?.on('data', (chunk) => err.push(chunk));
    // Who stops reading early closes the pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    const timer = setTimeout(() => {
      kill();
      reject(new Error(`no end after ${timeout / 1000} s: ${[command, ...args].join(' ')}\n${Buffer.concat(err)}`));
    }, timeout);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      kill();
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/**
 * `run` for what must succeed.
 *
 * @param {Parameters<typeof run>} call
 * @returns {Promise<string>} what it printed
 */
export async function runWell(...call) {
  const { code, stdout, stderr } = await run(...call);
  if (code !== 0) throw new Error(`${[call[0], ...call[1]].join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
