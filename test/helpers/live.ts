/**
 * A real `redis-server` for tests: started on a free port of this machine in a directory of its own, stopped by its
 * process id, and a client that is just large enough to talk to it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chownSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describeNeeding } from './shared.ts';

/** What a server answers: simple strings are strings, bulk strings are bytes. */
export type Reply = string | number | bigint | Buffer | null | ReplyError | Reply[];

/** An error that the server answered; `message` is its text, such as `WRONGTYPE Operation ...`. */
export class ReplyError extends Error {
  override readonly name: string = 'ReplyError';
}

export type CommandArgument = string | number | Uint8Array;

/** Parses RESP2 replies from chunks. No byte is looked at twice, except those of a line that a chunk cuts. */
class ReplyParser {
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes without which nothing more can be read. */
  #needed = 1;
  /** Length of the bulk string whose bytes come next. */
  #bulk: number | undefined;
  /** Arrays that are not full, the innermost last. */
  readonly #open: { count: number; items: Reply[] }[] = [];

  push(chunk: Buffer): Reply[] {
    const replies: Reply[] = [];
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return replies;
    const bytes = Buffer.concat(this.#chunks);
    let at = 0;
    for (;;) {
      if (this.#bulk !== undefined) {
        const end = at + this.#bulk;
        this.#needed = this.#bulk + 2;
        if (end + 2 > bytes.length) break;
        this.#add(Buffer.from(bytes.subarray(at, end)), replies);
        this.#bulk = undefined;
        at = end + 2;
      } else {
        const end = bytes.indexOf('\r\n', at);
        this.#needed = bytes.length - at + 1;
        if (end < 0) break;
        const value = this.#line(bytes.toString('latin1', at, end));
        if (value !== undefined) this.#add(value, replies);
        at = end + 2;
      }
    }
    this.#chunks = [bytes.subarray(at)];
    this.#buffered = bytes.length - at;
    return replies;
  }

  /** The value of a line, or undefined where it only announces one. */
  #line(line: string): Reply | undefined {
    const text = line.slice(1);
    const number = Number(text);
    switch (line[0]) {
      case '+':
        return text;
      case '-':
        return new ReplyError(text);
      case ':':
        return Number.isSafeInteger(number) ? number : BigInt(text);
      case '$':
        if (number < 0) return null;
        this.#bulk = number;
        return undefined;
      case '*':
        if (number < 0) return null;
        if (number === 0) return [];
        this.#open.push({ count: number, items: [] });
        return undefined;
      default:
        throw new Error(`not a RESP2 reply: ${JSON.stringify(line)}`);
    }
  }

  /** A value is complete: it goes into the innermost open array, which may complete that one too. */
  #add(value: Reply, replies: Reply[]): void {
    let complete = value;
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      top.items.push(complete);
      if (top.items.length < top.count) return;
      complete = top.items;
      this.#open.pop();
    }
    replies.push(complete);
  }
}

function encodeCommand(command: readonly CommandArgument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${command.length}\r\n`)];
  for (const argument of command) {
    const bytes = argument instanceof Uint8Array ? argument : Buffer.from(String(argument));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), Buffer.from(bytes), Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** A connection. Replies come in the order of their commands, so that any number may be under way. */
export class RespClient {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #parser: ReplyParser = new ReplyParser();
  #closed: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of this.#parser.push(chunk)) this.#waiting.shift()?.resolve(reply);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static connect(port: number): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.setNoDelay(true);
        resolve(new RespClient(socket));
      });
    });
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#closed);
  }

  /** Sends bytes as they are and resolves with the next `replies` replies; error replies are values. */
  sendRaw(bytes: Uint8Array, replies: number): Promise<Reply[]> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const all = Promise.all(
      Array.from({ length: replies }, () => {
        return new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject }));
      }),
    );
    this.#socket.write(bytes);
    return all;
  }

  /** Sends all commands at once; error replies are values. */
  pipeline(commands: readonly (readonly CommandArgument[])[]): Promise<Reply[]> {
    return this.sendRaw(Buffer.concat(commands.map(encodeCommand)), commands.length);
  }

  /** Sends one command. @throws ReplyError when the server answers with an error */
  async command(...command: CommandArgument[]): Promise<Reply> {
    const [reply] = await this.pipeline([command]);
    if (reply instanceof ReplyError) throw new ReplyError(reply.message);
    return reply;
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface LiveServerOptions {
  /** More arguments, such as `['--appendonly', 'yes']`; they win over the usual ones. */
  args?: readonly string[];
  /** Name of the dump in the server's directory; `dump.rdb` by default. */
  dbfilename?: string;
  /** Files to put into the server's directory before it starts; names may hold folders. */
  files?: Readonly<Record<string, Uint8Array>>;
  /** Id of the user as whom it runs, who then owns its directory; only the superuser may ask for one. */
  user?: number;
  /** How long to wait until it answers, in milliseconds; 30 seconds by default. */
  timeout?: number;
}

export interface LiveServer {
  readonly port: number;
  readonly pid: number;
  /** Its working directory, where its files are; removed by `stop`. */
  readonly dir: string;
  /** Its version, such as `7.0.15`. */
  readonly version: string;
  /** A connection that stays open until `stop`. */
  readonly client: RespClient;
  /** What it has written to its log so far. */
  log(): string;
  /** Stops this server and removes its directory. May be called again. */
  stop(): Promise<void>;
}

/** The path of `redis-server`, or undefined where it is not installed. */
export function findRedisServer(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'redis-server');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

/** Servers that run now. Whatever happens to a test, none outlives its process. */
const running = new Map<ChildProcess, string>();

function killAll(): void {
  for (const [child, dir] of running) {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
  running.clear();
}

function killAllOnSignal(signal: NodeJS.Signals): void {
  killAll();
  process.kill(process.pid, signal);
}

function track(child: ChildProcess, dir: string): void {
  if (running.size === 0) {
    process.once('exit', killAll);
    process.once('SIGTERM', killAllOnSignal);
    process.once('SIGINT', killAllOnSignal);
  }
  running.set(child, dir);
}

function untrack(child: ChildProcess): void {
  running.delete(child);
  if (running.size === 0) {
    process.off('exit', killAll);
    process.off('SIGTERM', killAllOnSignal);
    process.off('SIGINT', killAllOnSignal);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Connects, and waits until the server has loaded its files. */
async function whenReady(port: number, deadline: number, exited: () => boolean): Promise<RespClient> {
  for (;;) {
    let client: RespClient | undefined;
    try {
      client = await RespClient.connect(port);
      await client.command('PING');
      return client;
    } catch (error) {
      client?.close();
      if (exited()) throw new Error('redis-server ended before it was ready');
      if (Date.now() > deadline) throw new Error('redis-server is not ready in time', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/**
 * Starts a `redis-server` without persistence and waits until it has loaded what is in its directory.
 *
 * @returns undefined where `redis-server` is not installed
 * @throws Error when it does not start, for example because it refuses a file; the message ends with its log
 */
export async function liveServer(options: LiveServerOptions = {}): Promise<LiveServer | undefined> {
  const binary = findRedisServer();
  if (binary === undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-live-'));
  for (const [name, bytes] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  }
  const { user } = options;
  if (user !== undefined) {
    for (const name of ['', ...readdirSync(dir, { recursive: true, encoding: 'utf8' })])
      chownSync(join(dir, name), user, user);
  }
  const port = await freePort();
  const usual = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '', '--appendonly', 'no'];
  const debug = ['--enable-debug-command', 'yes', '--dbfilename', options.dbfilename ?? 'dump.rdb'];
  const child = spawn(binary, [...usual, ...debug, ...(options.args ?? [])], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  track(child, dir);
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => {
    log += chunk.toString('latin1');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('latin1');
  });
  let ended = false;
  const whenEnded = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', end);
  });

  let client: RespClient | undefined;
  const stop = async (): Promise<void> => {
    client?.close();
    // Nothing of it is wanted any more: no need to ask politely, which would make some configurations save.
    if (!ended) child.kill('SIGKILL');
    await whenEnded;
    untrack(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    client = await whenReady(port, Date.now() + (options.timeout ?? 30_000), () => ended);
    const info = (await client.command('INFO', 'server')) as Buffer;
    const version = /redis_version:(\S+)/.exec(info.toString())?.[1] ?? '';
    return { port, pid: child.pid!, dir, version, client, log: () => log, stop };
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${log}`, { cause: error });
  }
}

/** Runs `use` with a server of its own, which is stopped afterwards, also when `use` fails. */
export async function withLiveServer<T>(
  options: LiveServerOptions,
  use: (server: LiveServer) => Promise<T> | T,
): Promise<T> {
  const server = await liveServer(options);
  if (server === undefined) throw new Error('redis-server is not installed');
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** `describe` for tests against a real server; skipped by name where there is no `redis-server`. */
export function describeLive(name: string, body: () => void): void {
  describeNeeding('redis-server in PATH', findRedisServer() !== undefined, name, body);
}
