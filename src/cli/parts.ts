import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { SplitPart } from '../inspect/index.ts';
import { AtomicFile } from '../io/index.ts';
import { endFile, RdbEncoder } from '../rdb/index.ts';
import { NotWritten, Refusal } from './exit.ts';
import { atExit } from './interrupt.ts';
import { refusalOf } from './output.ts';

/** Bytes that all parts together may have waiting, and the least and most of one. */
const WAITING = 1 << 22;
const SMALLEST_CHUNK = 1 << 10;
const LARGEST_CHUNK = 1 << 17;

/** One of the files that a dataset is split into. */
export interface Part extends SplitPart {
  /** What stands in the name of its file: a range of slots, a node, a number. */
  name: string;
  path: string;
  encoder: RdbEncoder;
  file: AtomicFile;
}

/**
 * RDB files that appear together, when all are complete. All are on the disk before the first gets its name, and then
 * nothing but names is given, with nothing in between. Where that fails nevertheless, those that appeared are taken away
 * again; only files that were replaced (`--force`) stay as they have become, as they are complete.
 */
export class PartFiles {
  readonly all: Part[] = [];
  readonly #output: string;
  readonly #force: boolean;
  readonly #chunkBytes: number;
  readonly #callOff: () => void;

  /**
   * @param output the name that parts have in common, `.rdb` behind it or not
   * @param count of parts, as far as it is known
   */
  constructor(output: string, force: boolean, count: number) {
    this.#chunkBytes = Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, Math.floor(WAITING / count)));
    this.#output = output.replace(/\.rdb$/, '');
    this.#force = force;
    this.#callOff = atExit(() => this.abandon());
  }

  path(name: string): string {
    return `${this.#output}.${name}.rdb`;
  }

  /** @throws Refusal for a file that is there, without `--force`; RedisFileError `IO` for what cannot be written */
  open(name: string): Part {
    const path = this.path(name);
    let file: AtomicFile;
    try {
      file = new AtomicFile(path, { force: this.#force, collected: 0 });
    } catch (error) {
      throw refusalOf(error);
    }
    const encoder = new RdbEncoder({ captured: true, hints: 'drop', chunkBytes: this.#chunkBytes });
    const part = { name, path, encoder, file, keys: 0 };
    this.all.push(part);
    return part;
  }

  /** Refuses files of parts whose names are not known yet. @throws Refusal */
  refuseExisting(name: RegExp): void {
    if (this.#force) return;
    const base = `${basename(this.#output)}.`;
    for (const found of list(dirname(this.#output))) {
      if (!found.startsWith(base) || !found.endsWith('.rdb') || !name.test(found.slice(base.length, -4))) continue;
      const path = this.path(found.slice(base.length, -4));
      throw new Refusal('EXISTS', 'is there already; --force overwrites it', path);
    }
  }

  /** Writes what is ready. */
  write(): void {
    for (const { encoder, file } of this.all) {
      for (const chunk of encoder.take()) {
        file.write(chunk);
        encoder.recycle(chunk);
      }
    }
  }

  /** @throws NotWritten, with what went wrong as its cause */
  async commit(): Promise<void> {
    for (const { encoder, file } of this.all) {
      for (const chunk of endFile(encoder)) file.write(chunk);
      await file.sync();
    }
    const done: AtomicFile[] = [];
    for (const { path, file } of this.all) {
      try {
        await file.commit();
      } catch (error) {
        for (const one of done) one.retract();
        throw new NotWritten(path, refusalOf(error));
      }
      done.push(file);
    }
    this.#callOff();
  }

  /** No file appears. */
  abandon(): void {
    for (const { file } of this.all) file.abandon();
    this.#callOff();
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Opening the first part says why.
    return [];
  }
}
