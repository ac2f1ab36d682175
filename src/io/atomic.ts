import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { RedisFileError } from '../errors.ts';
import { ioError, madeError, systemError } from './file.ts';
import { type FileSystem, nodeFiles } from './system.ts';
import { temporaryBeside } from './temporary.ts';

/** Writes are collected to this size, so that a small one costs no call of the system. */
const COLLECTED = 1 << 18;

/** A write of this size goes out as it is: copying it would cost more than a call. */
const LARGE = 1 << 16;

/** What a file system says that has no hard links, or none here. */
export const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

export interface AtomicFileOptions {
  /** Replace a file that is there. */
  force?: boolean;
  /** Whose owner and permissions a file gets that replaces none, as far as that is allowed. */
  like?: Stats;
  /** What the calls of the system go to; Node's by default. */
  system?: FileSystem;
  /** Bytes that are collected before they are written; 0 for who does that itself. */
  collected?: number;
}

/**
 * A file that appears under its name only when it is complete: written under a temporary name beside it, brought to
 * the disk, and then given its name. Until `commit` has done that, whatever happens leaves what was there before.
 *
 * The first error takes the temporary file away, as `abandon` does; only a crash of the process or the system leaves one.
 */
export class AtomicFile {
  readonly path: string;
  readonly #system: FileSystem;
  readonly #force: boolean;
  /** Where links lead: the file is replaced, not a link to it. */
  readonly #target: string;
  readonly #temporary: string;
  readonly #replaces: boolean;
  readonly #buffer: Uint8Array;
  #collected = 0;
  /** Of the temporary file; undefined once it is closed. */
  #descriptor: number | undefined;
  /** The temporary name is taken. */
  #named = false;
  /** Everything that was written is on the disk. */
  #synced = false;
  /** The first error, which every call tells from then on. */
  #failure: RedisFileError | undefined;

  /** @throws RedisFileError `IO`: with the cause EEXIST where the file is there and `force` is not given */
  constructor(path: string, options: AtomicFileOptions = {}) {
    const system = options.system ?? nodeFiles;
    this.path = path;
    this.#system = system;
    this.#force = options.force ?? false;
    this.#buffer = new Uint8Array(options.collected ?? COLLECTED);
    const old = this.#attempt(() => this.#find());
    this.#replaces = old !== undefined;
    this.#target = old === undefined ? path : this.#attempt(() => system.realpath(path));
    this.#temporary = temporaryBeside(this.#target);
    const like = old ?? options.like;
    // What replaces a file that not everybody may read must not be readable meanwhile.
    const mode = like === undefined ? 0o666 : 0o600;
    try {
      this.#descriptor = system.open(this.#temporary, mode);
    } catch (error) {
      throw madeError(path, error);
    }
    this.#named = true;
    if (like !== undefined) this.#attempt(() => system.likeOld(this.#descriptor!, like));
  }

  /** The file that is there, if there is one, and it may be replaced. */
  #find(): Stats | undefined {
    const { path } = this;
    const old = this.#system.stat(path);
    if (old === undefined) {
      if (!this.#system.isLink(path)) return undefined;
      throw new RedisFileError('IO', `${path}: is a link that leads nowhere`, { context: { file: path } });
    }
    if (old.isDirectory()) throw systemError('EISDIR');
    if (!old.isFile()) {
      throw new RedisFileError('IO', `${path}: is no regular file, so it cannot be replaced`, {
        context: { file: path },
      });
    }
    if (!this.#force) throw systemError('EEXIST');
    return old;
  }

  /** Adds bytes, which may change afterwards. @throws RedisFileError `IO` */
  write(bytes: Uint8Array): void {
    this.#synced = false;
    this.#attempt(() => {
      const room = this.#buffer.length;
      const large = bytes.length >= Math.min(LARGE, room);
      if (this.#collected + bytes.length > room || large) this.#flush();
      if (large) this.#writeAll(bytes);
      else this.#collect(bytes);
    });
  }

  /** Brings what was written to the disk, after which `commit` has only the name left to give. @throws RedisFileError `IO` */
  async sync(): Promise<void> {
    this.#attempt(() => this.#flush());
    try {
      // Not a call that blocks, so that a signal may end the process while the disk is busy.
      await this.#system.fsync(this.#checkOpen());
    } catch (error) {
      this.#fail(error);
    }
    this.#synced = true;
  }

  /**
   * Gives the file its name. It is on the disk when this is done. Behind `sync` nothing is waited for, so that several
   * files appear without anything in between.
   *
   * @throws RedisFileError `IO`: with the cause EEXIST where a file has come to stand there meanwhile
   */
  async commit(): Promise<void> {
    if (!this.#synced) await this.sync();
    this.#synced = false;
    this.#attempt(() => {
      this.#close();
      this.#place();
      this.#system.fsyncDirectory(dirname(this.#target));
    });
  }

  /** Takes the file away again, unless it stands in the place of an older one. For several that are to appear together. */
  retract(): void {
    if (this.#replaces || this.#named) return;
    try {
      this.#system.unlink(this.#target);
    } catch {
      // Somebody else took it, or nobody can.
    }
  }

  /** Takes the temporary name away. Does nothing after `commit`. */
  abandon(): void {
    try {
      this.#close();
    } catch {
      // It goes with the process.
    }
    if (!this.#named) return;
    this.#named = false;
    try {
      this.#system.unlink(this.#temporary);
    } catch {
      // Nobody can do more about it, and what led here is the error to tell of.
    }
  }

  #place(): void {
    const system = this.#system;
    if (!this.#force) {
      if (this.#link()) {
        this.abandon();
        return;
      }
      if (system.stat(this.#target) !== undefined) throw systemError('EEXIST');
    }
    system.rename(this.#temporary, this.#target);
    this.#named = false;
  }

  /** Unlike a rename it fails where something has come to stand there. @returns false where there are no links */
  #link(): boolean {
    try {
      this.#system.link(this.#temporary, this.#target);
      return true;
    } catch (error) {
      if (NO_LINKS.has((error as NodeJS.ErrnoException).code)) return false;
      throw error;
    }
  }

  #checkOpen(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    throw this.#failure ?? new RedisFileError('INVALID_ARGUMENT', `${this.path} is closed already`);
  }

  #collect(bytes: Uint8Array): void {
    this.#checkOpen();
    this.#buffer.set(bytes, this.#collected);
    this.#collected += bytes.length;
  }

  #flush(): void {
    const collected = this.#buffer.subarray(0, this.#collected);
    this.#collected = 0;
    this.#writeAll(collected);
  }

  #writeAll(bytes: Uint8Array): void {
    const descriptor = this.#checkOpen();
    for (let at = 0; at < bytes.length; ) {
      const written = this.#system.write(descriptor, bytes, at);
      if (written === 0) throw systemError('ENOSPC');
      at += written;
    }
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) this.#system.close(descriptor);
  }

  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    this.abandon();
    this.#failure ??= RedisFileError.is(error) ? error : ioError(this.path, error);
    throw this.#failure;
  }
}
