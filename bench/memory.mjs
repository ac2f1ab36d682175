/** Memory of `rewrite` on logs too large to keep, made as they are read, beside a server that holds the same: see `HELP`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { positive, runCommand, say, UsageError } from './arguments.mjs';
import { buildTool, cli } from './build.mjs';
import { ENVIRONMENT } from './environment.mjs';
import { churnCommands } from './make/churn.mjs';
import { CommandWriter } from './make/commands.mjs';
import { Random } from './make/random.mjs';
import { residentOf } from './make/server.mjs';
import { isInstalled } from './measure.mjs';
import { table } from './table.mjs';

const HELP = `Usage: node bench/memory.mjs [options] [name...]

Rewrites logs that are made as they are read, and tells how much memory that took, and a server that was fed the same.

  name          keys, set, churn, strings, log (default: the first three)
  --scale N     size of the logs (default: 1; see below)
  --help        this text

  keys      20 million small keys of one database      churn     2 million commands that overwrite each other
  set       one set of 20 million members              strings   6 GB of strings of 1 KB; no server
  log       10 GB of commands, 200 MB of dataset; no server`;

const SEED = 20090410;

/** @param {number} count @param {(writer: CommandWriter, i: number) => void} write */
function* commands(count, write) {
  const writer = new CommandWriter();
  for (let i = 0; i < count; i++) {
    write(writer, i);
    if (writer.full) yield writer.take();
  }
  yield writer.take();
}

/** @type {Record<string, { make: (scale: number) => Iterable<Uint8Array>, server: boolean }>} */
const CASES = {
  keys: {
    make: (scale) => commands(20e6 * scale, (writer, i) => writer.write(['SET', `key:${i}`, `v${i}`])),
    server: true,
  },
  set: {
    make: (scale) =>
      commands(2e6 * scale, (writer, i) =>
        writer.write(['SADD', 'set', ...Array.from({ length: 10 }, (_, j) => `member:${i * 10 + j}`)]),
      ),
    server: true,
  },
  churn: { make: (scale) => churnCommands(2e6 * scale, SEED), server: true },
  strings: {
    make: (scale) => {
      const value = 'x'.repeat(1000);
      return commands(6e6 * scale, (writer, i) => writer.write(['SET', `key:${i}`, `${value}${i}`]));
    },
    server: false,
  },
  log: {
    make: (scale) => {
      const random = new Random(SEED);
      const value = Buffer.alloc(2000, 'x');
      const pieces = Array.from({ length: 900 }, (_, i) => value.subarray(0, 1000 + i));
      return commands(6.7e6 * scale, (writer) =>
        writer.write(['SET', `key:${random.below(140_000)}`, random.pick(pieces)]),
      );
    },
    server: false,
  },
};

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { scale: { type: 'string', default: '1' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const scale = positive('--scale', values.scale);
  const names = positionals.length > 0 ? positionals : ['keys', 'set', 'churn'];
  const wrong = names.find((name) => CASES[name] === undefined);
  if (wrong !== undefined) throw new UsageError(`no case is called ${wrong}`);
  buildTool(say);
  const found = await isInstalled('redis-server');
  const rows = [];
  for (const name of names) {
    const { make, server } = CASES[name];
    say(name);
    const ours = await rewrite(make(scale));
    const theirs = server && found ? await residentOf(make(scale)) : undefined;
    rows.push([
      name,
      (ours.fed / 1e6).toFixed(0),
      (ours.peak / 1e6).toFixed(0),
      theirs === undefined ? '-' : (theirs / 1e6).toFixed(0),
      theirs === undefined ? '-' : (ours.peak / theirs).toFixed(2),
      ours.seconds.toFixed(1),
    ]);
  }
  console.log(table(['log', 'MB', 'peak MB', 'server MB', 'ratio', 'wall s'], rows));
});

/** @param {Iterable<Uint8Array>} chunks */
async function rewrite(chunks) {
  const [program = '', ...args] = cli('rewrite', '-');
  const begun = performance.now();
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], env: ENVIRONMENT });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'latin1');
      peak = Math.max(peak, Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  }, 20);
  const ended = once(child, 'close');
  child.stdin.on('error', () => undefined);
  let fed = 0;
  for (const chunk of chunks) {
    fed += chunk.length;
    if (child.exitCode !== null) break;
    if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const [code] = await ended;
  clearInterval(timer);
  if (code !== 0) throw new Error(`exit code ${code}: ${said}`);
  return { peak, fed, seconds: (performance.now() - begun) / 1000 };
}
