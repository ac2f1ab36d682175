import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { ioError, systemError } from './file.ts';
import type { FileSystem } from './system.ts';

/** A log that is open for writing, and how much of it is whole. */
export class LogFile {
  readonly path: string;
  readonly #system: FileSystem;
  readonly #descriptor: number;
  /** Bytes up to the last record that was written whole. */
  #size: number;
  /** Something was written since the last `sync`. */
  dirty = false;

  /**
   * @param like whose owner and permissions a new file gets, as far as that is allowed
   * @throws RedisFileError `IO`
   */
  constructor(path: string, size: number, system: FileSystem, like?: Stats) {
    this.path = path;
    this.#system = system;
    this.#size = size;
    this.#descriptor = this.#attempt(() => system.openLog(path, like === undefined ? 0o666 : 0o600));
    if (like === undefined) return;
    try {
      this.#attempt(() => system.likeOld(this.#descriptor, like));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Writes whole records, all of them or none: what a failed write leaves is cut off again.
   *
   * @throws RedisFileError `IO`; `Torn` where even that failed, and the file must not be written to again
   */
  write(chunks: readonly Uint8Array[]): void {
    let size = this.#size;
    try {
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; ) {
          const written = this.#system.write(this.#descriptor, chunk, at);
          if (written === 0) throw systemError('ENOSPC');
          at += written;
          this.dirty = true;
        }
        size += chunk.length;
      }
    } catch (error) {
      const told = ioError(this.path, error);
      if (!this.#cut()) throw new Torn(told);
      throw told;
    }
    this.#size = size;
  }

  /** What a failed write left is cut off. @returns false where that failed, too */
  #cut(): boolean {
    try {
      this.#system.truncate(this.#descriptor, this.#size);
      return true;
    } catch {
      return false;
    }
  }

  /** Takes records back of which it is not known whether they are on the disk. */
  cutTo(size: number): void {
    this.#size = size;
    this.#cut();
  }

  /** Returns when everything written before the call is on the disk. @throws RedisFileError `IO` */
  async sync(): Promise<void> {
    this.dirty = false;
    try {
      await this.#system.fdatasync(this.#descriptor);
    } catch (error) {
      this.dirty = true;
      throw ioError(this.path, error);
    }
  }

  /** Brings a new file to the disk with its owner and permissions, of which `sync` knows nothing. @throws RedisFileError `IO` */
  async made(): Promise<void> {
    try {
      await this.#system.fsync(this.#descriptor);
    } catch (error) {
      throw ioError(this.path, error);
    }
  }

  /** Brings the name of a new file to the disk. @throws RedisFileError `IO` */
  placed(): void {
    this.#attempt(() => this.#system.fsyncDirectory(dirname(this.path)));
  }

  close(): void {
    this.#attempt(() => this.#system.close(this.#descriptor));
  }

  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw ioError(this.path, error);
    }
  }
}

/** The end of the file is torn, and could not be cut off. */
export class Torn extends Error {
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message);
    this.cause = cause;
  }
}
