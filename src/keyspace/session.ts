import { latin1 } from '../bytes/index.ts';
import { findCommandIn } from '../commands/index.ts';
import { RedisFileError } from '../errors.ts';
import { Args } from './args.ts';
import { carry, isJournaled } from './commands/modules.ts';
import type { Database } from './database.ts';
import { findHandler, type Handler } from './dispatch.ts';
import type { Keyspace } from './keyspace.ts';
import { Spot } from './memory/index.ts';
import type { Profile } from './profile.ts';
import { CommandQueue } from './queue.ts';

/** Why a command changed nothing: the error that a server would answer with. The loader goes on, as servers do. */
export type Failure = 'WRONGTYPE' | 'SYNTAX' | 'RANGE' | 'NOT_A_NUMBER' | 'NO_KEY' | 'NO_GROUP' | 'BUSY_KEY' | 'OTHER';

/** What a command does to the dataset. Undefined is success, also where nothing changed. */
export type Outcome = Failure | undefined;

/** What a session needs to be told. */
export interface SessionOptions {
  /** Unix time in ms that relative times count from. */
  now: number;
  profile: Profile;
  /** How many databases there are; a SELECT of any other fails. */
  databases: number;
  /** What cannot be replayed is an error, or is left out. */
  unsupported: 'throw' | 'skip';
  /** Told of what was left out. */
  onSkipped?: (error: RedisFileError) => void;
  /** `hll-sparse-max-bytes` of the server. */
  hllSparseMaxBytes: number;
  /** Scripts by the SHA-1 of their source, in lower case. */
  scripts: Readonly<Record<string, Script>>;
  /** Names of commands of modules besides those that are known, such as `FOO.*`, whose first argument is a key. */
  journal: readonly string[];
}

/** Does what a script does: `call` runs a command, and throws where that fails. */
export type Script = (
  call: (...argv: (Uint8Array | string | number)[]) => void,
  keys: Uint8Array[],
  argv: Uint8Array[],
) => void;

/**
 * Runs the commands of a log, one after the other, as a server does that loads it: errors change nothing and are counted,
 * nothing expires, and a transaction runs at its EXEC.
 */
export class Session {
  readonly keyspace: Keyspace;
  readonly options: SessionOptions;
  /** Whose rules are followed. */
  profile: Profile;
  readonly now: number;
  /** The selected database. */
  db: Database;
  /** Its number. */
  selected = 0;
  /** Absolute offset of the command at hand, for errors. */
  offset = 0;
  /** Scratch places for commands; what one command leaves here means nothing to the next. */
  readonly spot: Spot = new Spot();
  readonly other: Spot = new Spot();
  /** Errors of commands so far, by what they were. */
  readonly failures: Map<Failure, number> = new Map();
  /** Commands that ran. */
  commands = 0;
  /** Transactions that nothing closed. */
  unfinished = 0;
  /** State that families of commands keep for themselves, by a name of their own (scripts that were loaded). */
  readonly extra: Map<string, unknown> = new Map();
  readonly #args = new Args();
  #queue: CommandQueue | undefined;

  constructor(keyspace: Keyspace, options: SessionOptions) {
    this.keyspace = keyspace;
    this.options = options;
    this.profile = options.profile;
    this.now = options.now;
    this.db = keyspace.database(0);
  }

  /** A file begins, or is over: database 0, and no transaction. What was queued is lost, as in a server. */
  begin(): void {
    if (this.#queue !== undefined) this.unfinished++;
    this.#queue = undefined;
    this.select(0);
  }

  select(index: number): void {
    this.selected = index;
    this.db = this.keyspace.database(index);
  }

  /** Runs a command, or queues it. The bytes are lent. */
  run(bytes: Uint8Array, spans: Int32Array, count: number, offset: number): void {
    this.offset = offset;
    const handler = findHandler(bytes, spans[0]!, spans[1]!);
    if (this.#queue !== undefined) {
      if (handler !== EXEC) {
        this.#known(handler, bytes, spans, count);
        this.#queue.add(bytes, spans, count, offset);
        return;
      }
      this.#execute();
      return;
    }
    this.#call(handler, bytes, spans, count);
  }

  #call(handler: Handler | undefined, bytes: Uint8Array, spans: Int32Array, count: number): void {
    const args = this.#args;
    args.bytes = bytes;
    args.spans = spans;
    args.count = count;
    this.commands++;
    if (handler === undefined) {
      this.#unhandled(args);
      return;
    }
    if (handler === MULTI) {
      // Servers up to 3.2 run each command of a transaction at once while they load.
      if (this.profile.release >= 400) this.#queue ??= new CommandQueue();
      return;
    }
    try {
      const failure = handler(this, args);
      if (failure !== undefined) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const named = this.#refusal(error, args);
      if (this.options.unsupported === 'throw') throw named;
      this.options.onSkipped?.(named);
    }
  }

  #execute(): void {
    const queue = this.#queue!;
    this.#queue = undefined;
    queue.forEach((bytes, spans, count, offset) => {
      this.offset = offset;
      const handler = findHandler(bytes, spans[0]!, spans[1]!);
      // MULTI inside is an error, which servers ignore.
      if (handler !== MULTI) this.#call(handler, bytes, spans, count);
    });
  }

  /**
   * Runs a command that a script calls.
   *
   * @returns why it failed
   */
  runInside(args: Args): Outcome {
    const handler = findHandler(args.bytes, args.start(0), args.end(0));
    if (handler === undefined) {
      this.#unhandled(args);
      return undefined;
    }
    return handler === MULTI || handler === EXEC ? 'OTHER' : handler(this, args);
  }

  /** A server looks at names when it queues. */
  #known(handler: Handler | undefined, bytes: Uint8Array, spans: Int32Array, count: number): void {
    if (handler !== undefined || this.options.journal.length > 0) return;
    const args = new Args();
    args.bytes = bytes;
    args.spans = spans;
    args.count = count;
    if (findCommandIn(bytes, spans, count) === undefined) this.#unhandled(args);
  }

  /** A command that changes nothing, or one that is not known. */
  #unhandled(args: Args): void {
    if (isJournaled(this, args)) {
      carry(this, args);
      return;
    }
    const info = findCommandIn(args.bytes, args.spans, args.count);
    if (info !== undefined && !info.write && !DANGEROUS.has(info.name.split(' ')[0]!)) return;
    const what = info === undefined ? 'is not known' : 'cannot be replayed';
    const error = this.#refusal(new Refusal(what), args);
    if (this.options.unsupported === 'throw') throw error;
    this.options.onSkipped?.(error);
  }

  #refusal({ message }: Refusal, args: Args): RedisFileError {
    const sub = args.count > 1 && args.is(0, 'XGROUP') ? ` ${args.text(1)}` : '';
    const key = args.count > 1 ? args.copy(1) : undefined;
    const name = JSON.stringify(latin1(args.bytes, args.start(0), Math.min(args.end(0), args.start(0) + 64)) + sub);
    const where = key === undefined ? '' : `, first argument ${JSON.stringify(latin1(key).slice(0, 64))}`;
    return new RedisFileError('CANNOT_REPLAY', `the command ${name} ${message}, at byte ${this.offset}${where}`, {
      offset: this.offset,
      context: { db: this.selected, ...(key === undefined ? {} : { key }), phase: 'replay' },
    });
  }
}

/** Thrown by commands whose result cannot be known: see `Session`. Its message continues "the command X ...". */
export class Refusal extends Error {}

/** These are handled by the session itself. */
export const MULTI: Handler = () => undefined;
export const EXEC: Handler = () => undefined;

/** They write no key themselves, but what they do changes what a load gives. */
const DANGEROUS: ReadonlySet<string> = new Set(['DEBUG', 'CONFIG', 'SHUTDOWN', 'SLAVEOF', 'REPLICAOF', 'MODULE']);
