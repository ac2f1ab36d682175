/**
 * A directory whose changes are watched, and what of them a crash or a loss of power would leave at any moment. The model
 * is the strict one: bytes are safe when their file was synced, names when their directory was.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type FolderSystem, nodeFiles } from '../../src/io/index.ts';

interface File {
  now: Buffer;
  safe: Buffer;
}

interface Folder {
  now: Map<string, File | Folder>;
  safe: Map<string, File | Folder>;
}

/** Files by their paths from the root; a directory that is empty is one with a `/` behind its name. */
export type Remains = ReadonlyMap<string, Buffer>;

const NOTHING = Buffer.alloc(0);

export class WatchedDisk {
  readonly system: FolderSystem;
  /** The calls that change something, in their order. */
  readonly calls: string[] = [];
  /** The call that fails, counted from 0; none by default. */
  failAt = -1;
  readonly #root: string;
  readonly #top: Folder;
  readonly #open = new Map<number, File>();
  readonly #seen = new Map<string, Remains>();

  constructor(root: string) {
    this.#root = root;
    this.#top = load(root);
    this.system = this.#watch();
    this.#remember();
  }

  /** All that may be left, each once. */
  get remains(): Remains[] {
    return [...this.#seen.values()];
  }

  #watch(): FolderSystem {
    const real = nodeFiles;
    const step = <T>(call: string, path: string, act: () => T, note: (result: T) => void): T => {
      if (this.calls.length === this.failAt) {
        this.calls.push(`${call} fails`);
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      }
      this.calls.push(`${call} ${basename(path).replace(/^\.rdb-aof-.*/, 'temporary')}`.trim());
      const result = act();
      note(result);
      this.#remember();
      return result;
    };
    const enter = (path: string, node: File | Folder): unknown => this.#folder(path).now.set(basename(path), node);
    const leave = (path: string): unknown => this.#folder(path).now.delete(basename(path));
    const newFile = (path: string, descriptor: number): void => {
      const file = { now: NOTHING, safe: NOTHING };
      enter(path, file);
      this.#open.set(descriptor, file);
    };
    const sync = async (call: string, descriptor: number, act: () => Promise<void>): Promise<void> => {
      const file = this.#open.get(descriptor)!;
      const { now } = file;
      await step(call, '', act, () => undefined);
      file.safe = now;
      this.#remember();
    };
    return {
      ...real,
      open: (path, mode) =>
        step(
          'open',
          path,
          () => real.open(path, mode),
          (descriptor) => newFile(path, descriptor),
        ),
      openLog: () => {
        throw new Error('not expected');
      },
      openOld: (path, flags) => {
        const descriptor = real.openOld(path, flags);
        this.#open.set(descriptor, this.#node(path) as File);
        return descriptor;
      },
      write: (descriptor, bytes, start) =>
        step(
          'write',
          '',
          () => real.write(descriptor, bytes, start),
          (count) => {
            const file = this.#open.get(descriptor)!;
            file.now = Buffer.concat([file.now, bytes.subarray(start, start + count)]);
          },
        ),
      truncate: (descriptor, length) =>
        step(
          'truncate',
          '',
          () => real.truncate(descriptor, length),
          () => {
            const file = this.#open.get(descriptor)!;
            file.now = file.now.subarray(0, length);
          },
        ),
      fsync: (descriptor) => sync('fsync', descriptor, () => real.fsync(descriptor)),
      fdatasync: (descriptor) => sync('fdatasync', descriptor, () => real.fdatasync(descriptor)),
      link: (from, to) =>
        step(
          'link',
          to,
          () => real.link(from, to),
          () => enter(to, this.#node(from)!),
        ),
      rename: (from, to) =>
        step(
          'rename',
          to,
          () => real.rename(from, to),
          () => {
            enter(to, this.#node(from)!);
            leave(from);
          },
        ),
      unlink: (path) =>
        step(
          'unlink',
          path,
          () => real.unlink(path),
          () => leave(path),
        ),
      mkdir: (path) =>
        step(
          'mkdir',
          path,
          () => real.mkdir(path),
          () => enter(path, { now: new Map(), safe: new Map() }),
        ),
      removeAll: (path) =>
        step(
          'removeAll',
          path,
          () => real.removeAll(path),
          () => leave(path),
        ),
      copy: (from, to) =>
        step(
          'copy',
          to,
          () => real.copy(from, to),
          () => enter(to, { now: (this.#node(from) as File).now, safe: NOTHING }),
        ),
      fsyncDirectory: (path) =>
        step(
          'fsyncDirectory',
          path,
          () => real.fsyncDirectory(path),
          () => {
            const folder = this.#node(path) as Folder;
            folder.safe = new Map(folder.now);
          },
        ),
    };
  }

  #folder(path: string): Folder {
    return this.#node(dirname(path)) as Folder;
  }

  #node(path: string): File | Folder | undefined {
    let node: File | Folder | undefined = this.#top;
    for (const name of relative(this.#root, path).split('/')) {
      if (name !== '') node = (node as Folder).now.get(name);
    }
    return node;
  }

  /** A process that ends leaves all it did; a loss of power what is safe, be it of bytes, of names, or of both. */
  #remember(): void {
    for (const names of ['now', 'safe'] as const) {
      for (const bytes of ['now', 'safe'] as const) {
        const remains = new Map<string, Buffer>();
        collect(this.#top, '', names, bytes, remains);
        const id = [...remains].map(([path, data]) => `${path}\0${data.toString('latin1')}`).join('\0\0');
        if (!this.#seen.has(id)) this.#seen.set(id, remains);
      }
    }
  }
}

function load(path: string): Folder {
  const entries = new Map<string, File | Folder>();
  for (const name of readdirSync(path).sort()) {
    const full = join(path, name);
    if (statSync(full).isDirectory()) entries.set(name, load(full));
    else {
      const bytes = readFileSync(full);
      entries.set(name, { now: bytes, safe: bytes });
    }
  }
  return { now: entries, safe: new Map(entries) };
}

type Side = 'now' | 'safe';

function collect(folder: Folder, prefix: string, names: Side, bytes: Side, into: Map<string, Buffer>): void {
  const entries = [...folder[names]].sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0 && prefix !== '') into.set(prefix, NOTHING);
  for (const [name, node] of entries) {
    if (node.now instanceof Map) collect(node as Folder, `${prefix}${name}/`, names, bytes, into);
    else into.set(prefix + name, (node as File)[bytes]);
  }
}

/** Files of one directory of what is left, by their names in it; undefined where it is not there. */
export function inFolder(remains: Remains, folder: string): Map<string, Buffer> | undefined {
  const files = [...remains].filter(([path]) => path.startsWith(`${folder}/`));
  if (files.length === 0) return undefined;
  return new Map(
    files.map(([path, bytes]) => [path.slice(folder.length + 1), bytes] as const).filter(([name]) => name),
  );
}

/** Puts files into a new directory. */
export function lay(folder: string, files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}
