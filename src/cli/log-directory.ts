import { join } from 'node:path';
import { formatManifest } from '../index.ts';
import { AtomicFile, nodeFiles } from '../io/index.ts';
import { Refusal, USAGE } from './exit.ts';
import { NewDirectory } from './log-cutting.ts';
import type { Output } from './output.ts';

const PREFIX = 'appendonly.aof';
/** What an RDB begins with: servers name a base by what it holds. */
const RDB = /^(?:REDIS|VALKEY)/;
const MAGIC_BYTES = 6;

/**
 * The directory of a multi-part log, as a server makes it: what is written becomes the base, behind which an empty increment
 * waits for what comes. It appears when it is complete.
 */
export class LogDirectory implements Output {
  readonly onTerminal = false;
  readonly path: string;
  readonly #directory: NewDirectory;
  readonly #base: AtomicFile;
  #head = '';

  /** @throws Refusal where something is there; RedisFileError `IO` */
  constructor(path: string) {
    this.path = path;
    this.#directory = new NewDirectory(path, nodeFiles);
    this.#base = this.#file('base');
  }

  write(bytes: Uint8Array): undefined {
    if (this.#head.length < MAGIC_BYTES) this.#head += String.fromCharCode(...bytes.subarray(0, MAGIC_BYTES));
    this.#base.write(bytes);
  }

  async commit(): Promise<void> {
    await this.#base.commit();
    const base = `${PREFIX}.1.base.${RDB.test(this.#head) ? 'rdb' : 'aof'}`;
    const incr = `${PREFIX}.1.incr.aof`;
    nodeFiles.rename(this.#base.path, join(this.#directory.temporary, base));
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
  }

  abandon(): void {
    this.#base.abandon();
    this.#directory.abandon();
  }

  #file(name: string): AtomicFile {
    return new AtomicFile(join(this.#directory.temporary, name), { system: nodeFiles });
  }
}

/** @throws Refusal where `--multi-part` has no directory to write */
export function openLogDirectory(path: string | undefined): LogDirectory {
  if (path === undefined || path === '-') {
    throw new Refusal(USAGE, '--multi-part writes a directory: name it with --output');
  }
  return new LogDirectory(path);
}
