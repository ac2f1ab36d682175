/** Random logs, from a server and by hand, and what comes out of them. */
import { AofParser, findCommand } from '../../src/index.ts';
import { type Reply, ReplyError } from '../helpers/live.ts';
import { type ArgumentOptions, generate } from './generate/index.ts';
import { judge } from './judge.ts';
import { type Command, Executor, encode, Loader } from './servers.ts';
import { shrink } from './shrink.ts';

/**
 * How a log comes about. `server`: a server runs the commands and logs what it makes of them. `direct`: the commands are
 * the log, as a foreign writer may have made it, those that fail included.
 */
export type FuzzMode = 'server' | 'direct';

export interface FuzzOptions {
  /** Commands of a seed. A server logs about half of what it gets, as it does not log what fails. */
  commands: number;
  /** Families to take commands from; all by default. */
  families?: readonly string[];
  /** Every so manieth log also competes with the server's own rewrite in size. */
  sizeEvery: number;
  /** How long a failing log may be shrunk, in ms. */
  shrinkFor: number;
}

export interface Failure {
  seed: number;
  mode: FuzzMode;
  /** The log, as short as it became, and what is wrong with it. */
  message: string;
}

/** Commands of a log that a server wrote. */
export function commandsOf(log: Uint8Array): Command[] {
  const parser = new AofParser();
  return [...parser.push(log as never), ...parser.end()].flatMap((record) =>
    record.kind === 'command' ? [record.argv.map((one) => Buffer.from(one as Uint8Array).toString('latin1'))] : [],
  );
}

/** Commands as text that can be read and pasted. */
export function showCommands(commands: readonly Command[]): string {
  return commands.map((command) => `  ${JSON.stringify(command)}`).join('\n');
}

export class Fuzzer {
  /** Names of commands in logs that were replayed. */
  readonly replayed: Set<string> = new Set();
  /** Names of commands that did something in the server that ran them. */
  readonly done: Set<string> = new Set();
  readonly loader: Loader = new Loader();
  readonly #options: FuzzOptions;
  #executor: Executor | undefined;
  #payloads: Pick<ArgumentOptions, 'dumps' | 'functionDumps'> | undefined;
  #count = 0;

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  async #started(): Promise<Executor> {
    this.#executor ??= await Executor.start();
    return this.#executor;
  }

  /** Payloads of values that came about by random commands, made once. */
  async payloads(): Promise<Pick<ArgumentOptions, 'dumps' | 'functionDumps'>> {
    if (this.#payloads !== undefined) return this.#payloads;
    const executor = await this.#started();
    const { client } = executor.server;
    const text = (reply: Reply | undefined): string => (reply as Buffer).toString('latin1');
    const dumps: string[] = [];
    const functionDumps: string[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const { commands } = generate(-seed, 300, { direct: false, dumps: [], functionDumps: [] });
      await executor.run(commands);
      await client.command('SELECT', 0);
      const keys = ((await client.command('KEYS', '*')) as Buffer[]).sort(Buffer.compare);
      for (const dump of await client.pipeline(keys.map((key) => ['DUMP', key]))) dumps.push(text(dump));
      functionDumps.push(text(await client.command('FUNCTION', 'DUMP')));
    }
    this.#payloads = { dumps, functionDumps };
    return this.#payloads;
  }

  /** The log of a seed. */
  async log(seed: number, mode: FuzzMode): Promise<{ log: Buffer; distances: boolean }> {
    const direct = mode === 'direct';
    const { commands, distances } = generate(seed, this.#options.commands * (direct ? 1 : 2), {
      direct,
      ...(await this.payloads()),
      families: this.#options.families,
    });
    if (direct) return { log: encode(commands), distances };
    const { replies, log } = await (await this.#started()).run(commands);
    let queued: Command[] = [];
    for (const [i, reply] of replies.entries()) {
      const command = commands[i]!;
      if (reply === 'QUEUED') queued.push(command);
      else if (!(reply instanceof ReplyError)) this.done.add(nameOf(command));
      if (!/^(?:multi|exec|discard)$/i.test(command[0]!)) continue;
      if (Array.isArray(reply)) {
        for (const [at, one] of queued.entries()) if (!(reply[at] instanceof ReplyError)) this.done.add(nameOf(one));
      }
      queued = [];
    }
    return { log, distances };
  }

  /** @returns what is wrong with a seed, if anything is */
  async run(seed: number, mode: FuzzMode): Promise<Failure | undefined> {
    const { log, distances } = await this.log(seed, mode);
    const commands = commandsOf(log);
    for (const command of commands) this.replayed.add(nameOf(command));
    const options = { relative: mode === 'direct', distances, size: this.#count++ % this.#options.sizeEvery === 0 };
    const wrong = await this.#judge(commands, options);
    if (wrong === undefined) return undefined;
    // What is looked for is a failure of the same kind, which is what stands before the colon.
    const kind = wrong.slice(0, wrong.indexOf(':') + 1);
    const thrown = /^replay: throws (\S+)/.exec(wrong)?.[0];
    const fails = async (some: readonly Command[]): Promise<boolean> =>
      (await this.#judge(some, options))?.startsWith(thrown ?? kind) === true;
    const least = await shrink(commands, fails, { timeout: this.#options.shrinkFor });
    const what = (await this.#judge(least, options)) ?? wrong;
    return {
      seed,
      mode,
      message: `seed ${seed} (${mode}), of ${commands.length} commands:\n${showCommands(least)}\n${what}`,
    };
  }

  async #judge(commands: readonly Command[], options: Parameters<typeof judge>[2]): Promise<string | undefined> {
    try {
      return await judge(this.loader, encode(commands), options);
    } catch (error) {
      return `server: ${(error as Error).message}`;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#executor?.stop(), this.loader.stop()]);
  }
}

/** As in the table of commands. */
function nameOf(command: Command): string {
  return findCommand(command)?.name ?? command[0]!.toUpperCase();
}
