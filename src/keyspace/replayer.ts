import { PreambleProbe } from '../aof/index.ts';
import { ascii, grown } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { findServer, type RdbHandler, RdbScanner } from '../rdb/index.ts';
import { CommandScanner, type CommandSink, MOST_SPANS, RespBuffer } from '../resp/index.ts';
import { emit } from './emit.ts';
import { Keyspace } from './keyspace.ts';
import { KeyspaceLoader } from './load/keyspace-loader.ts';
import { checkReplayOptions, type ReplayOptions, scriptsByName } from './options.ts';
import { NEWEST, type Profile, parseProfile, profileName, profileOf } from './profile.ts';
import { Session } from './session.ts';

/** Largest string of an RDB that is held apart: what is larger comes in pieces, which are joined. */
const HELD = 1 << 20;

/**
 * Replays files of a log into a dataset: bytes in, nothing out. Commands run straight from the bytes they are read from.
 *
 * A file is `begin`, any number of `push`, and `end`. Commands may come one by one instead (`run`), as may what an RDB holds
 * (`loader`).
 */
export class Replayer {
  readonly keyspace: Keyspace = new Keyspace();
  readonly session: Session;
  readonly loader: KeyspaceLoader;
  readonly #named: boolean;
  readonly #tolerant: boolean;
  readonly #sink: CommandSink;
  #probe: PreambleProbe | undefined;
  #rdb: RdbScanner | undefined;
  #scanner: CommandScanner | undefined;
  #file: string | undefined;
  /** Bytes of the file that were pushed. */
  #size = 0;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: ReplayOptions = {}) {
    checkReplayOptions(options);
    this.#named = options.sourceVersion !== undefined;
    this.#tolerant = options.tolerant ?? false;
    const profile = options.sourceVersion === undefined ? NEWEST : parseProfile(options.sourceVersion);
    this.session = new Session(this.keyspace, {
      now: options.now ?? Date.now(),
      profile,
      databases: options.databases ?? Number.POSITIVE_INFINITY,
      unsupported: options.onUnsupported ?? 'throw',
      hllSparseMaxBytes: options.hllSparseMaxBytes ?? 3000,
      scripts: scriptsByName(options.scripts),
      journal: options.journal ?? [],
      ...(options.onSkipped === undefined ? {} : { onSkipped: options.onSkipped }),
    });
    this.loader = new KeyspaceLoader(this.keyspace);
    this.#sink = new SessionSink(this.session);
  }

  /** Whose rules are followed; undefined while nothing says whose log it is, and those of the newest Redis are. */
  get writer(): Profile | undefined {
    return this.#named || this.session.profile !== NEWEST ? this.session.profile : undefined;
  }

  /**
   * Shows the dataset to a handler, behind what says who wrote the log, where that is known: see `emit`.
   *
   * @param dropExpired leaves out keys, and fields of hashes, whose time is past
   */
  *show(handler: RdbHandler, dropExpired: boolean): Generator<void> {
    this.#showWriter(handler);
    yield* emit(this.keyspace, handler, { dropExpired: dropExpired ? this.session.now : undefined });
  }

  #showWriter(handler: RdbHandler): void {
    const { writer, loader } = this;
    if (writer === undefined) return;
    const { rdbVersion, family, aux } = loader.facts;
    const name = writer.family === 'valkey' ? 'valkey-ver' : 'redis-ver';
    const said = aux.get(name) ?? profileName(writer).replace(/^\w+:/, '');
    const version = rdbVersion > 0 ? rdbVersion : findServer(profileName(writer))?.rdb;
    if (version === undefined) return;
    handler.record({ kind: 'header', offset: 0, family: version >= 80 ? 'valkey' : family, version });
    handler.record({ kind: 'aux', offset: 0, name, value: ascii(said) });
  }

  /** A file begins. */
  begin(file?: string): void {
    // Of an open transaction the file before is to blame.
    this.#locate(() => this.session.begin());
    this.#file = file;
    this.#probe = new PreambleProbe();
    this.#rdb = undefined;
    this.#scanner = undefined;
    this.#size = 0;
  }

  /** @throws RedisFileError where the file is damaged, or has a command that cannot be replayed */
  push(chunk: Uint8Array<ArrayBuffer>): void {
    this.#size += chunk.length;
    this.#locate(() => this.#read(chunk));
  }

  /** The file is over. @throws RedisFileError `UNEXPECTED_EOF` where it is not complete */
  end(): void {
    this.#locate(() => {
      this.#probe?.end();
      this.#rdb?.end();
      this.#scanner?.end();
    });
    this.session.end();
  }

  #locate(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (RedisFileError.is(error) && this.#file !== undefined) error.context.file ??= this.#file;
      throw error;
    }
  }

  #read(chunk: Uint8Array<ArrayBuffer>): void {
    let bytes = chunk;
    if (this.#probe !== undefined) {
      const found = this.#probe.push(chunk);
      if (found === undefined) return;
      this.#probe = undefined;
      bytes = found.bytes;
      if (found.rdb) this.#rdb = this.#newScanner();
      else this.#scanner = new CommandScanner(this.#sink, this.#tolerant, 0);
    }
    if (this.#rdb !== undefined) {
      const rdb = this.#rdb;
      rdb.push(bytes);
      if (!rdb.done) return;
      bytes = rdb.takeRest();
      rdb.end();
      this.#rdb = undefined;
      this.loaded();
      this.#scanner = new CommandScanner(this.#sink, this.#tolerant, rdb.offset);
    }
    this.#scanner!.push(bytes);
  }

  #newScanner(): RdbScanner {
    return new RdbScanner(this.loader, {
      checksum: true,
      maxValueBytes: HELD,
      pieces: true,
      strictVersion: false,
      family: undefined,
      skipDamaged: false,
      capture: false,
      reuse: true,
    });
  }

  /** An RDB was loaded: what it says of its writer counts for the commands behind it. */
  loaded(): void {
    if (this.#named) return;
    for (const [name, value] of this.loader.facts.aux) {
      const profile = profileOf(name, value);
      if (profile !== undefined) this.session.profile = profile;
    }
  }
}

/** Gives a session the commands that a scanner finds. What does not lie whole in a chunk is put together first. */
class SessionSink implements CommandSink {
  readonly #session: Session;
  readonly #bytes = new RespBuffer(4096);
  readonly #whole = new Int32Array(2 * MOST_SPANS);
  #spans = new Int32Array(64);
  #count = 0;
  #start = 0;
  #offset = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  whole(bytes: Uint8Array, spans: Int32Array, from: number, count: number, offset: number): void {
    // Commands count their spans from 0.
    const own = this.#whole;
    for (let i = 0; i < 2 * count; i++) own[i] = spans[from + i]!;
    this.#session.run(bytes, own, count, offset);
  }

  command(_count: number, offset: number): void {
    this.#offset = offset;
    this.#count = this.#start = this.#bytes.length = 0;
  }

  argument(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes.append(bytes, start, end);
    this.#endArgument();
  }

  piece(bytes: Uint8Array, start: number, end: number, left: number): void {
    this.#bytes.append(bytes, start, end);
    if (left === 0) this.#endArgument();
  }

  #endArgument(): void {
    const at = 2 * this.#count++;
    if (at + 2 > this.#spans.length) this.#spans = grown(this.#spans);
    this.#spans[at] = this.#start;
    this.#start = this.#spans[at + 1] = this.#bytes.length;
  }

  complete(): void {
    if (this.#bytes.length > 0x7fffffff) {
      throw new RedisFileError('LIMIT_EXCEEDED', `a command of more than 2 GB at byte ${this.#offset}`, {
        offset: this.#offset,
      });
    }
    this.#session.run(this.#bytes.bytes, this.#spans, this.#count, this.#offset);
    // A very large command leaves no memory behind.
    if (this.#bytes.bytes.length > 1 << 24) this.#bytes.shrink();
  }

  annotation(): void {}
}
