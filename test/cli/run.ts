import { type ChildProcess, spawn } from 'node:child_process';
import { expect } from 'vitest';
import { cliPath } from './bundle.ts';

export interface Run {
  /** Exit code; null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** The bytes of `stdout`. */
  raw: Buffer;
  stderr: string;
}

export interface RunOptions {
  /** What standard input holds; nothing by default. */
  stdin?: Uint8Array | string;
  env?: Record<string, string>;
  cwd?: string;
}

/** How long a command may take before it counts as hanging. */
const HANGS = 60_000;

function environment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], ...env };
}

/** Collects what a process says until it ends; a process that does not end is killed, and that is an error. */
export function finish(child: ChildProcess, what: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${what} hangs`));
    }, HANGS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const raw = Buffer.concat(stdout);
      resolve({ code, signal, stdout: raw.toString('utf8'), raw, stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
}

/** Runs the tool. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [cliPath(), ...args], {
    env: environment(options.env),
    cwd: options.cwd,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // A tool that stops reading early closes the pipe.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.stdin);
  return finish(child, args.join(' '));
}

/** Starts the tool with pipes that the test holds. */
export function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cliPath(), ...args], { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs a line of bash, in which `$CLI` is the tool: `"$NODE" "$CLI" check`. */
export function bash(line: string, env: Record<string, string> = {}): Promise<Run> {
  const child = spawn('bash', ['-c', line], {
    env: environment({ NODE: process.execPath, CLI: cliPath(), ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finish(child, line);
}

/** The one error line that a failed command leaves on stderr, besides warnings. */
export function errorLine({ stderr }: Run): string {
  const lines = stderr.split('\n');
  expect(lines.pop(), 'stderr ends with a line feed').toBe('');
  const errors = lines.filter((line) => !line.startsWith('rdb-aof: warning: '));
  expect(errors.length, stderr).toBe(1);
  expect(errors[0]).toMatch(/^rdb-aof: error: /);
  return errors[0]!;
}

export interface JsonError {
  code?: string;
  message: string;
  offset?: number;
  file?: string;
  phase?: string;
  db?: number;
  key?: string;
  type?: string;
  records?: number;
}

/** What stands on stderr with `--json`: one object per line. */
export function jsonLines({ stderr }: Run): { error?: JsonError; warning?: JsonError }[] {
  if (stderr === '') return [];
  const lines = stderr.split('\n');
  expect(lines.pop(), 'stderr ends with a line feed').toBe('');
  return lines.map((line) => {
    const object = JSON.parse(line) as { error?: JsonError; warning?: JsonError };
    expect(Object.keys(object).length).toBe(1);
    expect(typeof (object.error ?? object.warning)?.message).toBe('string');
    return object;
  });
}

/** Runs `task` for each item, a few at a time, as each starts a process. */
export async function each<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}
