import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, cliPath, temporaryFolder } from '../cli/bundle.ts';

/** Resident memory that a job may take, in KiB. */
export const MOST = 150_000;

/** How large the processes of one test may make themselves known, for who looks at the figures. */
function report(name: string, peak: number, seconds: number): void {
  if (process.env['MEMORY_FIGURES'] === undefined) return;
  console.log(`${name}: ${(peak / 1000).toFixed(0)} MB, ${seconds.toFixed(1)} s`);
}

let child: string | undefined;

function childPath(): string {
  child ??= bundle('test/memory/child.ts', 'child');
  return child;
}

/** Runs a line of the shell; `$NODE`, `$CHILD` and `$CLI` stand for what they say. */
function shell(line: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const process_ = spawn('sh', ['-c', line], {
      env: { ...process.env, NODE_OPTIONS: '', NODE: process.execPath, CHILD: childPath(), CLI: cliPath(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    process_.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    process_.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    process_.on('error', reject);
    process_.on('close', () => {
      const said = Buffer.concat(stderr).toString();
      if (said === '') resolve(Buffer.concat(stdout).toString());
      else reject(new Error(said));
    });
  });
}

/** What is in a text, without the text. */
interface Written {
  items: number;
  text: { length: number; crc: string };
}

let files = 0;

function temporaryFile(): string {
  return join(temporaryFolder(), `written-${files++}.json`);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

export interface LibraryResult extends Written {
  keys: string[];
  kinds: Record<string, number>;
  checksum: string;
  largestPiece: number;
  largestBatch: number;
  seconds: number;
  peak: number;
}

/** Reads a file with the library, in a process of its own; another one makes the file at the same time. */
export async function readLarge(
  name: string,
  level: 'skip' | 'data',
): Promise<{ result: LibraryResult; written: Written }> {
  const file = temporaryFile();
  const text = await shell('"$NODE" "$CHILD" write "$NAME" "$FILE" | "$NODE" "$CHILD" read "$LEVEL"', {
    NAME: name,
    FILE: file,
    LEVEL: level,
  });
  const result = JSON.parse(text) as LibraryResult;
  report(`${name}, ${level}`, result.peak, result.seconds);
  return { result, written: readJson(file) };
}

let preload: string | undefined;

/** A module that makes a process say, when it ends, how large it was. */
function preloadPath(): string {
  if (preload === undefined) {
    preload = join(temporaryFolder(), 'peak.mjs');
    writeFileSync(
      preload,
      `import { readFileSync, writeFileSync } from 'node:fs';
      process.on('exit', (code) => {
        let peak = process.resourceUsage().maxRSS;
        try {
          peak = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
        } catch {}
        writeFileSync(process.env.PEAK_FILE, JSON.stringify({ peak, code, seconds: process.uptime() }));
      });`,
    );
  }
  return preload;
}

export interface ToolResult {
  /** Exit code of the tool. */
  code: number;
  peak: number;
  seconds: number;
  /** What `into` printed. */
  stdout: string;
  written: Written;
}

/** Runs the command line tool on a file that comes through standard input; its output goes to the command `into`. */
export async function runLarge(name: string, args: string, into: string): Promise<ToolResult> {
  const file = temporaryFile();
  const peakFile = temporaryFile();
  const line = `"$NODE" "$CHILD" write "$NAME" "$FILE" | "$NODE" --import "$PRELOAD" "$CLI" ${args} - | ${into}`;
  const stdout = await shell(line, { NAME: name, FILE: file, PRELOAD: preloadPath(), PEAK_FILE: peakFile });
  const result = readJson<{ peak: number; code: number; seconds: number }>(peakFile);
  report(`${name}, rdb-aof ${args}`, result.peak, result.seconds);
  return { ...result, stdout, written: readJson(file) };
}
