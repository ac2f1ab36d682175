import { join } from 'node:path';
import { AofEncoder, type WritableCommand } from '../aof/index.ts';
import { type Choices, checkChoices, checkFunctions, checkObject, describe } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { statOf } from './data-dir.ts';
import { checkPath } from './file.ts';
import { LogFile, Torn } from './log-file.ts';
import { LogSet } from './log-set.ts';
import { checkedEnd } from './log-tail.ts';
import { type FileSystem, nodeFiles } from './system.ts';

/** How long bytes stay off the disk under `everysec`, in ms. */
const SECOND = 1000;

/** A command to be appended; `db` is 0 where it is left out. */
export type AppendedCommand = Omit<WritableCommand, 'kind' | 'time'>;

/** Options of `AofWriter`. */
export interface AofWriterOptions {
  /**
   * When bytes are brought to the disk, by the names of redis.conf. `always`: an append is done only when they are there.
   * `everysec` (default): an append is done when the system has taken them, and they are on the disk about a second later.
   * `no`: the system decides. What the system has taken survives the end of the process, but not that of the machine.
   */
  appendfsync?: 'always' | 'everysec' | 'no';
  /** Write a line `#TS:` where the second has changed (`aof-timestamp-enabled`). */
  timestamps?: boolean;
  /** Write a directory of parts with a manifest, where nothing is there yet; by default one file. */
  multiPart?: boolean;
  /** The clock, in ms since 1970. */
  now?: () => number;
  /** What the calls of the system go to; Node's by default. */
  system?: FileSystem;
}

/** Commands that go out together, or a step during which nothing is written, and who waits for them. */
interface Waiting {
  commands: readonly WritableCommand[];
  step: (() => Promise<void>) | undefined;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Appends commands to a log: to a file, or to the last increment of a multi-part directory. No server may have it open.
 *
 * Records are written whole or not at all: what a failed write leaves behind is cut off, the append is rejected, and the next
 * one may work again (a disk that was full). Where that cannot be done, or bringing bytes to the disk fails, after which nobody
 * knows what is there, the writer fails for good. What was acknowledged before stays. Appends made while others are under way
 * go out together.
 *
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs';
 * import { AofWriter, readAofDir } from 'rdb-aof/node';
 *
 * const dir = mkdtempSync('log-');
 * const writer = await AofWriter.open(dir, { appendfsync: 'always' });
 * await writer.append({ argv: ['SET', 'k', 'v'] });
 * await writer.multi([{ argv: ['INCR', 'n'] }, { argv: ['INCR', 'm'] }]);
 * await writer.close();
 * for await (const record of readAofDir(dir, { strings: 'utf8' })) {
 *   if (record.kind === 'command') console.log(record.argv.join(' '));
 *   // SELECT 0
 *   // SET k v
 *   // MULTI
 * }
 * rmSync(dir, { recursive: true });
 * ```
 */
export class AofWriter {
  readonly #options: AofWriterOptions;
  readonly #system: FileSystem;
  readonly #set: LogSet | undefined;
  #file: LogFile;
  #encoder: AofEncoder;
  /** A SELECT is due before the next command, as nothing is known of what a reader has selected. */
  #fresh = true;
  readonly #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #failure: unknown;
  #closed: Promise<void> | undefined;

  private constructor(options: AofWriterOptions, set: LogSet | undefined, file: LogFile) {
    this.#options = options;
    this.#system = options.system ?? nodeFiles;
    this.#set = set;
    this.#file = file;
    this.#encoder = this.#newEncoder();
  }

  /**
   * Opens a log, and reads its last file to the end, as a server does.
   *
   * @param path a file, or the directory of a multi-part log (`appendonlydir`); made where it is not there
   * @throws RedisFileError `IO`, also where a file of a multi-part log is missing, or its manifest; `UNEXPECTED_EOF` where the
   *   last file is torn, `AOF_BAD_FORMAT` where it is damaged or ends inside a transaction: what is appended behind that would be
   *   lost; `MANIFEST_INVALID`; `INVALID_ARGUMENT`
   */
  static async open(path: string, options: AofWriterOptions = {}): Promise<AofWriter> {
    checkPath(path);
    checkOptions(options);
    const system = options.system ?? nodeFiles;
    const stat = statOf(path);
    if (stat === undefined ? options.multiPart !== true : !stat.isDirectory()) {
      const size = stat === undefined ? 0 : await checkedEnd(path);
      const file = new LogFile(path, size, system);
      try {
        // What is in a file is of no use where its name is lost.
        if (stat === undefined) file.placed();
      } catch (error) {
        file.close();
        throw error;
      }
      return new AofWriter(options, undefined, file);
    }
    const set = new LogSet(path, system);
    const last = set.last;
    if (last === undefined) return new AofWriter(options, set, await newPart(set, system));
    const size = await checkedEnd(last);
    await set.forgetOffsets();
    return new AofWriter(options, set, new LogFile(last, size, system));
  }

  /** The file that is written to. */
  get path(): string {
    return this.#file.path;
  }

  /** Bytes of that file, up to the last record that was written whole. */
  get size(): number {
    return this.#file.size;
  }

  /**
   * Appends a command.
   *
   * @param command its arguments must not change until this is done
   * @returns done when the promise of `appendfsync` is kept
   * @throws RedisFileError `IO`, where nothing of it is in the log; `INVALID_ARGUMENT` for what is no command
   */
  append(command: AppendedCommand): Promise<void> {
    return this.#add([command]);
  }

  /**
   * Appends commands as one transaction, between MULTI and EXEC: a reader runs all of them or none.
   *
   * @throws RedisFileError as `append`
   */
  multi(commands: readonly AppendedCommand[]): Promise<void> {
    if (!Array.isArray(commands) || commands.length === 0) {
      return Promise.reject(new RedisFileError('INVALID_ARGUMENT', 'a transaction has at least one command'));
    }
    return this.#add([{ argv: ['MULTI'], db: commands[0]?.db ?? 0 }, ...commands, { argv: ['EXEC'], db: undefined }]);
  }

  /**
   * Goes on in a new increment of a multi-part log, with what is appended from now on. What was appended before is on the
   * disk, and in the manifest stands the new file, when this is done. It gets the permissions of the old ones, and their owner
   * where that is allowed.
   *
   * @throws RedisFileError `IO`, where the log goes on in the old file; `INVALID_ARGUMENT` for a log that is one file,
   *   or closed
   */
  async rotate(): Promise<void> {
    const set = this.#set;
    if (set === undefined) {
      throw new RedisFileError(
        'INVALID_ARGUMENT',
        `${this.path} is one file, only the parts of a directory are rotated`,
      );
    }
    if (this.#closed !== undefined) throw this.#isClosed();
    await this.#exclusive(async () => {
      await this.#syncNow();
      const next = await newPart(set, this.#system);
      const old = this.#file;
      this.#file = next;
      this.#forget();
      try {
        old.close();
      } catch {
        // What is in it is on the disk, and the log goes on in the new one.
      }
    });
  }

  /** Everything that was appended is on the disk when this is done. @throws RedisFileError `IO` */
  async sync(): Promise<void> {
    await this.#exclusive(() => this.#syncNow());
  }

  /** Brings everything to the disk and closes the file. May be called again. @throws RedisFileError `IO` */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    try {
      await this.#exclusive(() => this.#syncNow());
    } finally {
      clearTimeout(this.#timer);
      this.#file.close();
    }
  }

  #isClosed(): RedisFileError {
    return new RedisFileError('INVALID_ARGUMENT', `${this.path} is closed already`);
  }

  #newEncoder(): AofEncoder {
    return new AofEncoder({ timestamps: this.#options.timestamps === true });
  }

  /** Nothing is known of what a reader has selected when it comes here. */
  #forget(): void {
    this.#encoder = this.#newEncoder();
    this.#fresh = true;
  }

  #add(commands: readonly AppendedCommand[]): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#isClosed());
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const time = (this.#options.now ?? Date.now)();
    const checked: WritableCommand[] = [];
    for (const command of commands) {
      if (typeof command !== 'object' || command === null) {
        return Promise.reject(
          new RedisFileError('INVALID_ARGUMENT', `expected a command with its argv, found ${describe(command)}`),
        );
      }
      // EXEC goes where the commands before it have led.
      const db = command.db ?? (command.argv?.[0] === 'EXEC' ? undefined : 0);
      checked.push({ kind: 'command', argv: command.argv, db, time });
    }
    try {
      new AofEncoder().push(checked);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#enqueue(checked);
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#start();
    });
  }

  /** Does what waits in its order, so that nothing is kept waiting for ever by what comes behind it. */
  async #run(): Promise<void> {
    // Appends made in the same turn go out together.
    await undefined;
    while (this.#queue.length > 0) {
      const group = this.#nextGroup();
      const step = group[0]!.step;
      try {
        await (step === undefined ? this.#write(group) : step());
      } catch (error) {
        for (const { reject } of group) reject(error);
        continue;
      }
      for (const { resolve } of group) resolve();
    }
  }

  /** A step, or all commands before the next one. */
  #nextGroup(): readonly Waiting[] {
    const at = this.#queue.findIndex(({ step }) => step !== undefined);
    return this.#queue.splice(0, at < 0 ? this.#queue.length : Math.max(at, 1));
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const file = this.#file;
    const before = file.size;
    try {
      file.write(this.#encode(group));
    } catch (error) {
      // What was encoded is not there: the next commands begin as if behind a gap.
      this.#forget();
      if (!(error instanceof Torn)) throw error;
      this.#failure = error.cause;
      throw error.cause;
    }
    if (this.#options.appendfsync === 'always') {
      try {
        await file.sync();
      } catch (error) {
        // They are rejected, so they should not come back either.
        file.cutTo(before);
        this.#failure = error;
        throw error;
      }
    } else if (this.#options.appendfsync !== 'no') this.#syncSoon();
  }

  #encode(group: readonly Waiting[]): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (const { commands } of group) {
      for (const command of commands) {
        if (this.#fresh) {
          const select = { ...command, argv: ['SELECT', String(command.db ?? 0)] };
          chunks.push(...this.#encoder.push([select]));
          this.#fresh = false;
        }
        chunks.push(...this.#encoder.push([command]));
      }
    }
    chunks.push(...this.#encoder.flush());
    return chunks;
  }

  #syncSoon(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const file = this.#file;
      if (!file.dirty || this.#syncing !== undefined) return;
      this.#syncing = file
        .sync()
        .catch((error: unknown) => {
          this.#failure ??= error;
        })
        .finally(() => {
          this.#syncing = undefined;
          // Written meanwhile, and no timer was there.
          if (file.dirty && file === this.#file && this.#closed === undefined) this.#syncSoon();
        });
    }, SECOND);
    // Nobody's process stays alive for this: what the system has taken does not go with it.
    this.#timer.unref();
  }

  async #syncNow(): Promise<void> {
    await this.#syncing;
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#file.dirty) return;
    try {
      await this.#file.sync();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Runs when what was appended before is written, and nothing is written meanwhile. */
  #exclusive(step: () => Promise<void>): Promise<void> {
    return this.#enqueue([], step);
  }

  #enqueue(commands: readonly WritableCommand[], step?: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ commands, step, resolve, reject });
      this.#start();
    });
  }
}

/**
 * A new increment, listed in the manifest. Where that fails the empty file stays: whether the manifest lists it is then not
 * sure, and a server does not start without a file that is listed.
 */
async function newPart(set: LogSet, system: FileSystem): Promise<LogFile> {
  const next = set.next();
  const file = new LogFile(join(set.dir, next.name), 0, system, set.model);
  try {
    await file.made();
    await set.add(next);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

const CHOICES: Choices = {
  appendfsync: ['always', 'everysec', 'no'],
  timestamps: [true, false],
  multiPart: [true, false],
};

function checkOptions(options: AofWriterOptions): void {
  checkObject(options);
  checkChoices(options, CHOICES);
  checkFunctions(options, 'now');
}
