/**
 * Two servers that stay over many logs: one runs commands and shows what it logged of them, the other loads logs. Both keep
 * what is expired, so that nothing happens that the log does not say.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, accountOfServer, digestOf } from '../helpers/account.ts';
import { log } from '../helpers/aof.ts';
import { type LiveServer, liveServer, type Reply, RespClient } from '../helpers/live.ts';

const ARGUMENTS = [
  ...['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no', '--appendfsync', 'no'],
  ...['--auto-aof-rewrite-percentage', '0', '--rdbcompression', 'no'],
];

async function start(): Promise<LiveServer> {
  const server = await liveServer({ args: ARGUMENTS });
  if (server === undefined) throw new Error('redis-server is not installed');
  await server.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
  return server;
}

/** The file of a type in the manifest of a server. */
function fileOf(server: LiveServer, type: 'b' | 'i'): string {
  const folder = join(server.dir, 'appendonlydir');
  const manifest = readFileSync(join(folder, 'appendonly.aof.manifest'), 'latin1');
  const found = new RegExp(`^file (\\S+) seq \\d+ type ${type}$`, 'm').exec(manifest)?.[1];
  if (found === undefined) throw new Error(`no file of type ${type} in ${manifest}`);
  return join(folder, found);
}

export type Command = readonly string[];

export const encode = (commands: readonly Command[]): Buffer => Buffer.from(log(...commands), 'latin1');

/** A database that no generated command selects: a log that begins there tells every other one by SELECT. */
const AWAY = '15';

/** Runs commands. */
export class Executor {
  readonly server: LiveServer;
  readonly #path: string;

  private constructor(server: LiveServer) {
    this.server = server;
    this.#path = fileOf(server, 'i');
  }

  static async start(): Promise<Executor> {
    return new Executor(await start());
  }

  /** Runs commands on an empty dataset. @returns their replies, and the log that the server wrote of them */
  async run(commands: readonly Command[]): Promise<{ replies: Reply[]; log: Buffer }> {
    const { client } = this.server;
    const reset = [
      ['FLUSHALL'],
      ['FUNCTION', 'FLUSH'],
      ['SCRIPT', 'FLUSH'],
      ['SELECT', AWAY],
      ['SET', 'x', ''],
      ['DEL', 'x'],
    ];
    await client.sendRaw(encode(reset), reset.length);
    const file = openSync(this.#path, 'r');
    try {
      const from = fstatSync(file).size;
      // Of its own, as a transaction may be left open.
      const other = await RespClient.connect(this.server.port);
      const replies = await other.sendRaw(encode(commands), commands.length).finally(() => other.close());
      // What is logged of a command is written before its reply.
      const written = Buffer.alloc(fstatSync(file).size - from);
      readSync(file, written, 0, written.length, from);
      return { replies, log: Buffer.concat([encode([['SELECT', AWAY]]), written]) };
    } finally {
      closeSync(file);
    }
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

export interface Loaded {
  account: Account;
  digest: string;
}

/** Loads logs. A log that ends the server is an error, and the next one meets a new server. */
export class Loader {
  #server: LiveServer | undefined;

  async server(): Promise<LiveServer> {
    this.#server ??= await start();
    return this.#server;
  }

  /** What the server holds after it has loaded this log and nothing else. */
  async load(bytes: Uint8Array): Promise<Loaded> {
    const server = await this.server();
    try {
      writeFileSync(fileOf(server, 'b'), bytes);
      await server.client.command('DEBUG', 'LOADAOF');
      return { digest: await digestOf(server), account: await accountOfServer(server) };
    } catch (error) {
      const said = server.log().slice(-3000);
      await this.stop();
      throw new Error(`the server does not load this log: ${(error as Error).message}\n${said}`, { cause: error });
    }
  }

  /** How long the server's own rewrite of what it loaded is. */
  async rewrittenSize(): Promise<number> {
    const { client } = await this.server();
    await client.command('BGREWRITEAOF');
    for (;;) {
      const info = String(await client.command('INFO', 'persistence'));
      if (/aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)) {
        if (!/aof_last_bgrewrite_status:ok/.test(info)) throw new Error('BGREWRITEAOF failed');
        return readFileSync(fileOf(await this.server(), 'b')).length;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }
}
