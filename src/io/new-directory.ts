import { dirname } from 'node:path';
import { ioError, madeError, systemError } from './file.ts';
import { type FolderSystem, nodeFiles } from './system.ts';
import { temporaryBeside } from './temporary.ts';

/**
 * A directory that appears under its name when it is complete, and never in the place of something that is there. It is filled
 * under a temporary name beside that place.
 */
export class NewDirectory {
  /** Where it is filled. */
  readonly temporary: string;
  readonly #given: string;
  readonly #path: string;
  readonly #system: FolderSystem;

  /** @throws RedisFileError `IO`: with the cause EEXIST where something is there */
  constructor(path: string, system: FolderSystem = nodeFiles) {
    this.#given = path;
    this.#path = path.replace(/(?<=.)\/+$/, '');
    this.#system = system;
    this.temporary = temporaryBeside(this.#path);
    this.#attempt(() => this.#checkFree());
    try {
      system.mkdir(this.temporary);
    } catch (error) {
      throw madeError(path, error);
    }
  }

  /**
   * Gives it its name. What is in it must be on the disk already; its names, and its own, are when this is done.
   *
   * @throws RedisFileError `IO`: with the cause EEXIST where something has come to stand there meanwhile
   */
  commit(): void {
    const path = this.#path;
    this.#attempt(() => {
      this.#checkFree();
      this.#system.fsyncDirectory(this.temporary);
      this.#system.rename(this.temporary, path);
      this.#system.fsyncDirectory(dirname(path));
    });
  }

  /** Takes it away with all that is in it. Does nothing after `commit`. */
  abandon(): void {
    try {
      this.#system.removeAll(this.temporary);
    } catch {
      // Nobody can do more about it, and what led here is the error to tell of.
    }
  }

  #checkFree(): void {
    const path = this.#path;
    if (this.#system.stat(path) !== undefined || this.#system.isLink(path)) {
      throw systemError('EEXIST');
    }
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      throw ioError(this.#given, error);
    }
  }
}
