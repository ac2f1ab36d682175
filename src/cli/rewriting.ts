import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Manifest, ManifestFile } from '../index.ts';
import { AtomicFile, type FolderSystem, modelOf, nodeFiles, statOf, Unchanged } from '../io/index.ts';
import { Refusal } from './exit.ts';
import { atExit } from './interrupt.ts';
import { backupOf, keep, newDirectory, refuseExisting, writeManifest } from './log-cutting.ts';
import type { LogSource } from './log-source.ts';
import type { Output } from './output.ts';

/**
 * The place of a log that is replaced by its rewrite: what is written goes to a file beside it, and takes its place at
 * `commit`, behind a backup. Until then, and whenever that ends, what a server loads is either the old log or the new one.
 */
export class InPlace implements Output {
  readonly onTerminal = false;
  readonly path: string;
  /** Where the old log is kept. */
  readonly backup: string;
  readonly #source: LogSource;
  readonly #unchanged: Unchanged;
  readonly #system: FolderSystem;
  readonly #plan: SetPlan | undefined;
  readonly #file: AtomicFile;
  readonly #callOff: () => void;

  /** @param rdb what is written is an RDB file */
  constructor(source: LogSource, rdb: boolean, system: FolderSystem = nodeFiles) {
    this.#source = source;
    this.#system = system;
    this.#plan = source.set === undefined ? undefined : planSet(source.set.manifest, source.set, rdb);
    const path = source.files[0]!.path!;
    this.backup = backupOf(source.set?.dir ?? path);
    refuseExisting(this.backup);
    const paths = source.files.map((file) => file.path!);
    this.#unchanged = new Unchanged(source.set === undefined ? paths : [...paths, source.set.path]);
    this.path = this.#plan === undefined ? path : join(source.set!.dir, this.#plan.base.name);
    this.#file = new AtomicFile(this.path, { force: this.#plan === undefined, like: this.#model('base'), system });
    this.#callOff = atExit(() => this.#file.abandon());
  }

  write(bytes: Uint8Array): undefined {
    this.#file.write(bytes);
  }

  async commit(): Promise<void> {
    await this.#file.sync();
    this.#checkUnchanged();
    if (this.#plan === undefined) await this.#replaceFile();
    else await this.#replaceSet(this.#plan);
    this.#callOff();
  }

  /** A log that has changed since it was read must not be replaced. @throws Refusal */
  #checkUnchanged(): void {
    const path = this.#unchanged.changed();
    if (path === undefined) return;
    throw new Refusal(
      'CHANGED',
      'has changed since it was read (does a server write to it?); nothing was replaced',
      path,
    );
  }

  /** Whose owner and permissions a new file of the set gets. */
  #model(type: 'base' | 'incr'): Stats | undefined {
    const { set } = this.#source;
    return set && modelOf(type, set.dir, set.manifest, basename(set.path), this.#system);
  }

  async #replaceFile(): Promise<void> {
    const target = this.#system.realpath(this.path);
    await keep(target, this.backup, this.#system);
    this.#system.fsyncDirectory(dirname(this.backup));
    await this.#file.commit();
  }

  async #replaceSet({ base, incr, manifest }: SetPlan): Promise<void> {
    const { dir, path } = this.#source.set!;
    const system = this.#system;
    const old = [...new Set(this.#source.files.map(({ name }) => name))];
    await newDirectory(this.backup, system, async (temporary) => {
      for (const name of [...old, basename(path)]) await keep(join(dir, name), join(temporary, name), system);
    });
    await this.#file.commit();
    await new AtomicFile(join(dir, incr.name), { like: this.#model('incr'), system }).commit();
    await writeManifest(path, manifest, true, system);
    for (const name of old) if (name !== base.name) system.unlink(join(dir, name));
    system.fsyncDirectory(dir);
  }

  abandon(): void {
    this.#file.abandon();
    this.#callOff();
  }
}

/** A set behind its rewrite: the numbers go on, as a server's do. */
interface SetPlan {
  base: ManifestFile;
  incr: ManifestFile;
  manifest: Manifest;
}

function planSet(old: Manifest, set: { path: string; dir: string }, rdb: boolean): SetPlan {
  const prefix = basename(set.path).replace(/\.manifest$/, '');
  const free = (seq: number, end: string): number => {
    let next = seq;
    while (statOf(join(set.dir, `${prefix}.${next}.${end}`)) !== undefined) next++;
    return next;
  };
  const baseEnd = rdb ? 'base.rdb' : 'base.aof';
  const baseSeq = free((old.base?.seq ?? 0) + 1, baseEnd);
  const incrSeq = free((old.incr.at(-1)?.seq ?? 0) + 1, 'incr.aof');
  const base: ManifestFile = { name: `${prefix}.${baseSeq}.${baseEnd}`, seq: baseSeq, type: 'base' };
  const incr: ManifestFile = { name: `${prefix}.${incrSeq}.incr.aof`, seq: incrSeq, type: 'incr' };
  return { base, incr, manifest: { base, history: [], incr: [incr] } };
}
