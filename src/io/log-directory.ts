import { join } from 'node:path';
import { formatManifest } from '../aof/index.ts';
import { AtomicFile } from './atomic.ts';
import { ioError } from './file.ts';
import { NewDirectory } from './new-directory.ts';
import { type FolderSystem, nodeFiles } from './system.ts';

const PREFIX = 'appendonly.aof';
/** What an RDB begins with: servers name a base by what it holds. */
const RDB = /^(?:REDIS|VALKEY)/;
const MAGIC_BYTES = 6;

/**
 * The directory of a multi-part log, as a server makes it: what is written becomes the base, behind which an empty increment
 * waits for what comes. It appears when it is complete, and never in the place of something that is there.
 */
export class LogDirectory {
  readonly path: string;
  readonly #system: FolderSystem;
  readonly #directory: NewDirectory;
  readonly #base: AtomicFile;
  #head = '';

  /** @throws RedisFileError `IO`: with the cause EEXIST where something is there */
  constructor(path: string, system: FolderSystem = nodeFiles) {
    this.path = path;
    this.#system = system;
    this.#directory = new NewDirectory(path, system);
    try {
      this.#base = this.#file('base');
    } catch (error) {
      this.#directory.abandon();
      throw error;
    }
  }

  /** Adds bytes to the base, which may change afterwards. @throws RedisFileError `IO` */
  write(bytes: Uint8Array): void {
    if (this.#head.length < MAGIC_BYTES) this.#head += String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES));
    this.#base.write(bytes);
  }

  /**
   * The base is complete. All is on the disk when this is done.
   *
   * @returns the path of the base
   * @throws RedisFileError `IO`: with the cause EEXIST where something has come to stand there meanwhile
   */
  async commit(): Promise<string> {
    await this.#base.commit();
    const base = `${PREFIX}.1.base.${RDB.test(this.#head) ? 'rdb' : 'aof'}`;
    const incr = `${PREFIX}.1.incr.aof`;
    this.#place(base);
    await this.#file(incr).commit();
    const manifest = this.#file(`${PREFIX}.manifest`);
    const text = formatManifest({
      base: { name: base, seq: 1, type: 'base' },
      history: [],
      incr: [{ name: incr, seq: 1, type: 'incr' }],
    });
    manifest.write(new TextEncoder().encode(text));
    await manifest.commit();
    this.#directory.commit();
    return join(this.path, base);
  }

  #place(name: string): void {
    try {
      this.#system.rename(this.#base.path, join(this.#directory.temporary, name));
    } catch (error) {
      throw ioError(this.path, error);
    }
  }

  /** Nothing appears. */
  abandon(): void {
    this.#base.abandon();
    this.#directory.abandon();
  }

  #file(name: string): AtomicFile {
    return new AtomicFile(join(this.#directory.temporary, name), { system: this.#system });
  }
}
