import { mkdirSync, readdirSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { formatManifest, type Manifest, type ManifestFile } from '../aof/index.ts';
import { AtomicFile } from './atomic.ts';
import { manifestName, readManifest, statOf } from './data-dir.ts';
import { ioError, systemError } from './file.ts';
import { modelOf } from './model.ts';
import type { FileSystem } from './system.ts';

const DEFAULT_NAME = 'appendonly.aof';
/** What servers call the parts of a set. */
const PART = /\.\d+\.(?:base|incr)\.(?:rdb|aof)$/;

/** The directory of a multi-part log that is being written: which increment is the last one, and what comes behind it. */
export class LogSet {
  readonly dir: string;
  readonly #system: FileSystem;
  readonly #name: string;
  #manifest: Manifest;

  /**
   * Makes the directory where it is not there.
   *
   * @throws RedisFileError `IO`, also for a set that no server loads, as files of it are missing; `MANIFEST_INVALID`,
   *   `INVALID_ARGUMENT`
   */
  constructor(dir: string, system: FileSystem) {
    this.dir = dir;
    this.#system = system;
    try {
      makeDirectory(dir, system);
    } catch (error) {
      throw ioError(dir, error);
    }
    const manifest = manifestName(dir);
    this.#name = manifest?.replace(/\.manifest$/, '') ?? DEFAULT_NAME;
    this.#manifest = manifest === undefined ? EMPTY : readManifest(join(dir, manifest));
    if (manifest === undefined) refuseUnlisted(dir);
    else refuseMissing(dir, this.#manifest);
  }

  /** The path of the last increment; undefined where there is none. */
  get last(): string | undefined {
    const file = this.#manifest.incr.at(-1);
    return file === undefined ? undefined : join(this.dir, file.name);
  }

  /**
   * A name for the next increment, whose number follows that of the last one. A server writes over a file that is there and
   * not listed; here its number is passed over.
   */
  next(): ManifestFile {
    for (let seq = (this.#manifest.incr.at(-1)?.seq ?? 0) + 1; ; seq++) {
      const name = `${this.#name}.${seq}.incr.aof`;
      if (statOf(join(this.dir, name)) === undefined) return { name, seq, type: 'incr' };
    }
  }

  /** Whose owner and permissions the next increment gets; undefined where the set has no file yet. @throws RedisFileError `IO` */
  get model(): Stats | undefined {
    return modelOf('incr', this.dir, this.#manifest, `${this.#name}.manifest`, this.#system);
  }

  /** Lists one more increment. The manifest is replaced as a whole, and on the disk when this is done. */
  async add(file: ManifestFile): Promise<void> {
    await this.#replace({ ...this.#manifest, incr: [...this.#manifest.incr, file] });
  }

  /** Forgets replication offsets of the last increment, which are no longer true when it grows. */
  async forgetOffsets(): Promise<void> {
    const last = this.#manifest.incr.at(-1);
    if (last === undefined || (last.startOffset === undefined && last.endOffset === undefined)) return;
    const { startOffset: _start, endOffset: _end, ...rest } = last;
    await this.#replace({ ...this.#manifest, incr: [...this.#manifest.incr.slice(0, -1), rest] });
  }

  async #replace(manifest: Manifest): Promise<void> {
    const file = new AtomicFile(join(this.dir, `${this.#name}.manifest`), { force: true, system: this.#system });
    try {
      file.write(Buffer.from(formatManifest(manifest)));
      await file.commit();
    } catch (error) {
      file.abandon();
      throw error;
    }
    this.#manifest = manifest;
  }
}

const EMPTY: Manifest = { base: undefined, history: [], incr: [] };

/** Makes a directory with those that lead to it, and brings all their names to the disk. */
function makeDirectory(dir: string, system: FileSystem): void {
  const first = mkdirSync(dir, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let path = resolve(dir); path !== top && path !== dirname(path); ) {
    path = dirname(path);
    system.fsyncDirectory(path);
  }
}

/** A server does not start without a file that is listed, so what is appended would be lost with the rest. */
function refuseMissing(dir: string, { base, incr }: Manifest): void {
  for (const file of base === undefined ? incr : [base, ...incr]) {
    const path = join(dir, file.name);
    if (statOf(path) === undefined) {
      throw ioError(path, systemError('ENOENT'), 'is listed and missing: a server does not start');
    }
  }
}

/** A new manifest would not list them, and what is in them would no longer load. Empty ones a crash may have left. */
function refuseUnlisted(dir: string): void {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    throw ioError(dir, error);
  }
  const part = names.find((name) => PART.test(name) && (statOf(join(dir, name))?.size ?? 0) > 0);
  if (part !== undefined)
    throw ioError(dir, systemError('ENOENT'), `no manifest in this directory, which would list ${part}`);
}
