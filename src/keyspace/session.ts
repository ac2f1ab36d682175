import { latin1 } from '../bytes/index.ts';
import { type CommandInfo, findCommandIn } from '../commands/index.ts';
import { RedisFileError } from '../errors.ts';
import { Args } from './args.ts';
import { countTaken, nothing } from './arity.ts';
import { carryUnknown, isJournaled, refuseGuess } from './commands/modules.ts';
import type { Database } from './database.ts';
import { findHandler, type Handler } from './dispatch.ts';
import type { Keyspace } from './keyspace.ts';
import { Spot } from './memory/index.ts';
import { EXEC, type Failure, MULTI, type Outcome, Refusal, type SessionOptions } from './outcome.ts';
import type { Profile } from './profile.ts';
import { CommandQueue } from './queue.ts';

/** Streams have counters from this release on, also those that it loads from files of older ones. */
const STREAM_COUNTERS = 700;
/** And times of activity from this one. */
const ACTIVE_TIMES = 702;

/**
 * Runs the commands of a log, one after the other, as a server does that loads it: errors change nothing and are counted,
 * nothing expires, and a transaction runs at its EXEC.
 */
export class Session {
  readonly keyspace: Keyspace;
  readonly options: SessionOptions;
  readonly now: number;
  /** The selected database. */
  db: Database;
  /** Its number. */
  selected = 0;
  /** Absolute offset of the command at hand, for errors. */
  offset = 0;
  /** A scratch place for commands; what one leaves here means nothing to the next. */
  readonly spot: Spot = new Spot();
  /** Errors of commands so far, by what they were. */
  readonly failures: Map<Failure, number> = new Map();
  /** Commands that ran. */
  commands = 0;
  /** Transactions that nothing closed. */
  unfinished = 0;
  readonly #args = new Args();
  #queue: CommandQueue | undefined;
  #profile: Profile;

  constructor(keyspace: Keyspace, options: SessionOptions) {
    this.keyspace = keyspace;
    this.options = options;
    this.#profile = options.profile;
    this.profile = options.profile;
    this.now = options.now;
    this.db = keyspace.database(0);
  }

  /** Whose rules are followed. */
  get profile(): Profile {
    return this.#profile;
  }

  set profile(profile: Profile) {
    this.#profile = profile;
    this.#args.readAs(profile);
    this.keyspace.streams = {
      counters: profile.release >= STREAM_COUNTERS,
      activeTimes: profile.release >= ACTIVE_TIMES,
    };
  }

  /**
   * A file begins: database 0, and no transaction.
   *
   * @throws RedisFileError `UNEXPECTED_EOF` where the one before it ends inside a transaction: servers load no such set
   */
  begin(): void {
    this.end();
    if (this.unfinished === 0) return;
    throw new RedisFileError(
      'UNEXPECTED_EOF',
      'a file that is not the last one ends inside a transaction: servers do not load such a log',
      { context: { phase: 'replay' } },
    );
  }

  /** A file is over. What was queued is lost, as in a server. */
  end(): void {
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

  #call(found: Handler | undefined, bytes: Uint8Array, spans: Int32Array, count: number): void {
    const args = this.#args;
    args.bytes = bytes;
    args.spans = spans;
    args.count = count;
    this.commands++;
    const handler = found ?? this.#journaled(args);
    if (handler === MULTI) {
      // Servers up to 3.2 run each command of a transaction at once while they load.
      if (this.profile.release >= 400) this.#queue ??= new CommandQueue();
      return;
    }
    try {
      let failure = handler === undefined ? this.#unhandled(args) : handler(this, args);
      // Only what fails is asked how many arguments it has, as it costs time.
      if (failure !== undefined && handler !== undefined) failure = this.#again(failure, handler, args);
      this.keyspace.settle();
      if (failure === 'WRONGTYPE') refuseGuess(this, args);
      if (failure !== undefined) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
    } catch (error) {
      this.#refuse(error, args);
    }
  }

  /** Runs a command that failed once more, if a server would not have seen all of its arguments. */
  #again(failure: Failure, handler: Handler, args: Args): Outcome {
    const count = countTaken(this, args);
    if (count === args.count) return failure;
    args.count = count;
    return handler(this, args);
  }

  #execute(): void {
    const queue = this.#queue!;
    this.#queue = undefined;
    queue.forEach((bytes, spans, count, offset) => {
      this.offset = offset;
      const handler = findHandler(bytes, spans[0]!, spans[1]!);
      // MULTI inside is an error, which servers ignore.
      if (handler === MULTI) return;
      this.#call(endsTransaction(handler, bytes, spans, count) ? endsServer : handler, bytes, spans, count);
    });
  }

  /**
   * Runs a command that a script calls, and whose reply is not that of a command which only reads.
   *
   * @returns why it failed
   */
  runInside(args: Args): Outcome {
    const handler = findHandler(args.bytes, args.start(0), args.end(0)) ?? this.#journaled(args);
    if (handler !== undefined) return handler === MULTI || handler === EXEC ? 'OTHER' : handler(this, args);
    const info = findCommandIn(args.bytes, args.spans, args.count);
    // The log may well call it, but what the script does next cannot be known.
    if (isReading(info)) throw new Refusal(`has a script that calls ${info!.name}, whose reply is not known`);
    return this.#leave(args);
  }

  /** A server looks at names when it queues. */
  #known(handler: Handler | undefined, bytes: Uint8Array, spans: Int32Array, count: number): void {
    if (handler !== undefined) return;
    const args = new Args();
    args.bytes = bytes;
    args.spans = spans;
    args.count = count;
    if (findCommandIn(bytes, spans, count) === undefined && !isJournaled(this, args)) this.#leave(args);
  }

  /** For commands that only the caller knows. */
  #journaled(args: Args): Handler | undefined {
    return isJournaled(this, args) ? carryUnknown : undefined;
  }

  /** A command that changes nothing, or one that is not known. @throws Refusal for all others */
  #unhandled(args: Args): Outcome {
    const info = findCommandIn(args.bytes, args.spans, args.count);
    countTaken(this, args);
    if (isReading(info)) return undefined;
    if (info?.family === 'keydb') throw new Refusal('is one of KeyDB, which cannot be replayed');
    if (info !== undefined) throw new Refusal('cannot be replayed');
    // To servers without a table of subcommands it is an error.
    if (findCommandIn(args.bytes, args.spans, 1) !== undefined) return 'SYNTAX';
    throw new Refusal('is not known');
  }

  /** The same, with what cannot be replayed skipped where it may be. */
  #leave(args: Args): Outcome {
    try {
      return this.#unhandled(args);
    } catch (error) {
      this.#refuse(error, args);
      return undefined;
    }
  }

  /** @throws RedisFileError where what cannot be replayed is not to be skipped */
  #refuse(error: unknown, args: Args): void {
    if (!(error instanceof Refusal)) throw error;
    const named = this.#refusal(error, args);
    if (this.options.unsupported === 'throw') throw named;
    this.options.onSkipped?.(named);
  }

  #refusal({ message }: Refusal, args: Args): RedisFileError {
    const container = args.count > 1 && findCommandIn(args.bytes, args.spans, 1)?.container === true;
    const sub = container ? ` ${args.text(1).slice(0, 64)}` : '';
    const key = args.count > 1 ? args.copy(1) : undefined;
    const name = JSON.stringify(latin1(args.bytes, args.start(0), Math.min(args.end(0), args.start(0) + 64)) + sub);
    const where = key === undefined ? '' : `, first argument ${JSON.stringify(latin1(key).slice(0, 64))}`;
    return new RedisFileError('CANNOT_REPLAY', `the command ${name} ${message}, at byte ${this.offset}${where}`, {
      offset: this.offset,
      context: { db: this.selected, ...(key === undefined ? {} : { key }), phase: 'replay' },
    });
  }
}

/** Whether a command is one that drops the transaction, which is running: then servers from 4.0 on crash. */
function endsTransaction(handler: Handler | undefined, bytes: Uint8Array, spans: Int32Array, count: number): boolean {
  if (handler !== undefined && handler !== nothing) return false;
  const name = findCommandIn(bytes, spans, count)?.name;
  return name === 'DISCARD' || name === 'RESET';
}

const endsServer: Handler = () => {
  throw new Refusal('stands inside MULTI, where it ends the server that loads it');
};

function isReading(info: CommandInfo | undefined): boolean {
  if (info === undefined || info.write) return false;
  return HARMLESS.has(info.name) || !DANGEROUS.has(info.name.split(' ')[0]!);
}

/** Subcommands of dangerous ones that only tell something. */
const HARMLESS: ReadonlySet<string> = new Set(['CONFIG GET', 'CONFIG HELP', 'MODULE LIST', 'MODULE HELP']);

/** They write no key themselves, but what they do changes what a load gives. */
const DANGEROUS: ReadonlySet<string> = new Set(['DEBUG', 'CONFIG', 'SHUTDOWN', 'SLAVEOF', 'REPLICAOF', 'MODULE']);
