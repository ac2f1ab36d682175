/** A `redis-server` of our own: to make a real dump with, and to see what saving one costs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @import { Socket } from 'node:net' */

/** How long it may take to start. */
const STARTS_MS = 10_000;

/**
 * Lets a server run commands and save what they make.
 *
 * @param {string} dir where it works, and where the dump will be
 * @param {Iterable<Uint8Array>} commands chunks of RESP
 * @returns {Promise<string>} the path of the dump
 * @throws where there is no `redis-server`, the error has the code ENOENT
 */
export async function makeDump(dir, commands) {
  await withServer(dir, (socket) => feed(socket, commands));
  return join(dir, 'dump.rdb');
}

/**
 * What it costs a server to save what is in its memory: CPU time of all its threads, as it says itself.
 *
 * @param {string} dump what it loads first
 * @returns {Promise<number>} seconds
 */
export async function saveCost(dump) {
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-bench-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    // SAVE puts a file in its place.
    symlinkSync(dump, join(dir, 'dump.rdb'));
    return await withServer(dir, async (socket) => {
      await settled(socket, /^loading:1/m);
      const before = await cpuOf(socket);
      expectReply(await ask(socket, 'SAVE'), /^\+OK/);
      return (await cpuOf(socket)) - before;
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/**
 * What it costs a server to load an append-only file and to rewrite it without an RDB at its beginning: CPU time of all its
 * threads and of its child, as it says itself.
 *
 * @param {string} log
 * @returns {Promise<{ cpu: number, bytes: number, resident: number }>} seconds; bytes of the rewritten log; bytes of memory before
 *   the rewrite
 */
export async function rewriteCost(log) {
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-bench-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    symlinkSync(log, join(dir, 'appendonly.aof'));
    return await withServer(
      dir,
      async (socket) => {
        await settled(socket, /^loading:1/m);
        const resident = Number(/^used_memory_rss:(\d+)/m.exec(await ask(socket, 'INFO memory'))?.[1]);
        expectReply(await ask(socket, 'BGREWRITEAOF'), /^\+Background/);
        await settled(socket, /^aof_rewrite_(?:in_progress|scheduled):1/m);
        expectReply(await ask(socket, 'INFO persistence'), /^aof_last_bgrewrite_status:ok/m);
        const cpu = (await cpuOf(socket)) + (await cpuOf(socket, '_children'));
        const base = readdirSync(join(dir, 'appendonlydir')).find((name) => name.endsWith('.2.base.aof'));
        return { cpu, bytes: statSync(join(dir, 'appendonlydir', String(base))).size, resident };
      },
      ['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no'],
    );
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/**
 * How much memory a server takes that was fed commands, in bytes.
 *
 * @param {Iterable<Uint8Array>} commands chunks of RESP
 * @returns {Promise<number>}
 */
export async function residentOf(commands) {
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-bench-'));
  try {
    return await withServer(dir, async (socket) => {
      await send(socket, ['CLIENT REPLY OFF\r\n']);
      await send(socket, commands);
      expectReply(await ask(socket, 'CLIENT REPLY ON'), /^\+OK/);
      return Number(/^used_memory_rss:(\d+)/m.exec(await ask(socket, 'INFO memory'))?.[1]);
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Waits until the server no longer says something of its persistence. @param {Socket} socket @param {RegExp} busy */
async function settled(socket, busy) {
  while (busy.test(await ask(socket, 'INFO persistence'))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {Socket} socket @param {string} whose */
async function cpuOf(socket, whose = '') {
  const reply = await ask(socket, 'INFO cpu');
  const seconds = (/** @type {string} */ name) => Number(new RegExp(`^${name}:(.*)\r$`, 'm').exec(reply)?.[1]);
  return seconds(`used_cpu_user${whose}`) + seconds(`used_cpu_sys${whose}`);
}

/**
 * Runs `use` with a connection to a server of its own, which is killed afterwards.
 *
 * @template T
 * @param {string} dir where it works, and where its dump is
 * @param {(socket: Socket) => Promise<T>} use
 * @param {readonly string[]} persistence
 * @returns {Promise<T>}
 */
async function withServer(dir, use, persistence = ['--appendonly', 'no']) {
  const port = await freePort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--dbfilename', 'dump.rdb'];
  const child = spawn('redis-server', [...options, '--save', '', ...persistence], { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    await once(child, 'spawn');
    const ended = once(child, 'exit').then(() => {
      throw new Error('redis-server ended too early');
    });
    return await Promise.race([ended, connected(port).then((socket) => use(socket).finally(() => socket.destroy()))]);
  } finally {
    process.off('exit', kill);
    kill();
  }
}

/** @param {Socket} socket @param {Iterable<Uint8Array>} commands */
async function feed(socket, commands) {
  // The server has better things to do than to answer each command.
  await send(socket, ['CLIENT REPLY OFF\r\n']);
  await send(socket, commands);
  expectReply(await ask(socket, 'CLIENT REPLY ON'), /^\+OK/);
  // Who made the commands should have made none that fails.
  expectReply(await ask(socket, 'INFO stats'), /^total_error_replies:0\r$/m);
  expectReply(await ask(socket, 'SAVE'), /^\+OK/);
}

/** @param {Socket} socket @param {Iterable<Uint8Array | string>} chunks */
async function send(socket, chunks) {
  for (const chunk of chunks) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
}

/** The reply, which is small enough to come whole. @param {Socket} socket @param {string} command @returns {Promise<string>} */
async function ask(socket, command) {
  const reply = once(socket, 'data');
  await send(socket, [`${command}\r\n`]);
  return String((await reply)[0]);
}

/** @param {string} reply @param {RegExp} pattern */
function expectReply(reply, pattern) {
  if (!pattern.test(reply)) throw new Error(`redis-server answered ${reply}`);
}

/** @param {number} port @returns {Promise<Socket>} */
async function connected(port) {
  const deadline = Date.now() + STARTS_MS;
  for (;;) {
    try {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (Date.now() > deadline) throw new Error('redis-server does not start', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
