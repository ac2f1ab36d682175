import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { formatManifest, type Manifest } from '../index.ts';
import {
  AtomicFile,
  type CutOptions,
  copyBeside,
  cutFile,
  type FolderSystem,
  ioError,
  NewDirectory,
  nodeFiles,
  openFileBlocking,
  statOf,
} from '../io/index.ts';
import { Refusal } from './exit.ts';
import { atExit, atExitOfLongCall } from './interrupt.ts';
import type { LogFiles } from './log-files.ts';
import { refusalOf } from './output.ts';

/** What is to become of a set. */
export interface CutSet {
  dir: string;
  manifestName: string;
  /** What is listed from now on. */
  manifest: Manifest;
  /** Files in their order, all of which stay as they are but the last. */
  kept: readonly string[];
  /** Bytes that stay of the last one. */
  length: number;
  /** Files that are no longer part of it, of which some may be missing. */
  dropped: readonly string[];
}

/** Writes a file that is there when it is complete. */
async function writeWhole(
  path: string,
  force: boolean,
  system: FolderSystem,
  fill: (file: AtomicFile) => Promise<void> | void,
): Promise<void> {
  let file: AtomicFile | undefined;
  const callOff = atExit(() => file?.abandon());
  try {
    file = new AtomicFile(path, { force, system });
    await fill(file);
    await file.commit();
  } catch (error) {
    file?.abandon();
    throw refusalOf(error);
  } finally {
    callOff();
  }
}

/** Writes the beginning of a file to another one, or over itself; it is there when it is complete. */
export function copyStart(
  from: string,
  to: string,
  length: number,
  force: boolean,
  system: FolderSystem = nodeFiles,
): Promise<void> {
  return writeWhole(to, force, system, async (file) => {
    let left = length;
    if (left === 0) return;
    for await (const chunk of openFileBlocking(from).chunks) {
      file.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) break;
    }
  });
}

export function writeManifest(path: string, manifest: Manifest, force: boolean, system: FolderSystem): Promise<void> {
  return writeWhole(path, force, system, (file) => file.write(new TextEncoder().encode(formatManifest(manifest))));
}

/** Fills a directory that appears under its name when it is complete. @throws Refusal where something is there */
export async function newDirectory(
  path: string,
  system: FolderSystem,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const directory = refusing(() => new NewDirectory(path, system));
  const callOff = atExit(() => directory.abandon());
  try {
    await fill(directory.temporary);
    refusing(() => directory.commit());
  } catch (error) {
    directory.abandon();
    throw error;
  } finally {
    callOff();
  }
}

function refusing<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw refusalOf(error, '');
  }
}

export function refuseExisting(path: string): void {
  if (existsSync(path)) throw new Refusal('EXISTS', 'is there already', path);
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw ioError(path, error);
  }
}

/** Writes what stays of a set to a new directory. */
export function writeCutSet(set: CutSet, target: string, system: FolderSystem = nodeFiles): Promise<void> {
  const { dir, kept, length, manifest, manifestName } = set;
  return newDirectory(target, system, async (temporary) => {
    for (const [i, name] of kept.entries()) {
      const most = i === kept.length - 1 ? length : Number.POSITIVE_INFINITY;
      await copyStart(join(dir, name), join(temporary, name), most, false, system);
    }
    await writeManifest(join(temporary, manifestName), manifest, false, system);
  });
}

/**
 * Cuts a set where it is. Whenever that ends, the set is one that loads, and a beginning of what it was: later files leave
 * the manifest before the last one is cut, and go only then.
 */
export async function cutSetInPlace(set: CutSet, backup: string, system: FolderSystem = nodeFiles): Promise<void> {
  const { dir, kept, length, manifest, manifestName } = set;
  const last = join(dir, kept.at(-1)!);
  const cut = length < (statOf(last)?.size ?? 0);
  const dropped = set.dropped.filter((name) => statOf(join(dir, name)) !== undefined);
  await newDirectory(backup, system, async (temporary) => {
    for (const name of new Set([...kept, ...dropped, manifestName])) {
      const from = join(dir, name);
      // A server will append to it: under a second name the backup would grow with it.
      if (from === last && !cut) await copyBeside(from, [join(temporary, name)], system);
      else await keep(from, join(temporary, name), system);
    }
  });
  await writeManifest(join(dir, manifestName), manifest, true, system);
  if (cut) await copyStart(last, last, length, true, system);
  attempt(dir, () => {
    // A manifest may list a file twice.
    for (const name of new Set(dropped)) if (!kept.includes(name)) system.unlink(join(dir, name));
    system.fsyncDirectory(dir);
  });
}

/** Cuts a file of its own, which stays under another name as it was. */
export async function cutFileInPlace(
  path: string,
  length: number,
  backup: string,
  system: FolderSystem = nodeFiles,
): Promise<void> {
  refuseExisting(backup);
  const target = attempt(path, () => system.realpath(path));
  await keep(target, backup, system);
  attempt(backup, () => system.fsyncDirectory(dirname(backup)));
  await copyStart(target, target, length, true, system);
}

/** A second name for a file, which costs no room, as what is cut is a new file; a copy where there are no links. */
export async function keep(path: string, as: string, system: FolderSystem): Promise<void> {
  try {
    system.link(system.realpath(path), as);
  } catch (error) {
    if (!existsSync(path)) throw ioError(as, error);
    await copyBeside(path, [as], system, atExitOfLongCall);
  }
}

/** Cuts the end of a log's last file; the same as `cutFile`, and the manifest no longer says where in replication it ends. */
export async function cutEnd(
  { manifest, manifestPath }: Pick<LogFiles, 'manifest' | 'manifestPath'>,
  path: string,
  length: number,
  options: CutOptions,
): Promise<string | undefined> {
  const { incr } = manifest ?? { incr: [] };
  const last = incr.at(-1);
  if (last !== undefined && (last.startOffset !== undefined || last.endOffset !== undefined)) {
    const { startOffset: _start, endOffset: _end, ...rest } = last;
    const without = { ...manifest!, incr: [...incr.slice(0, -1), rest] };
    await writeManifest(manifestPath!, without, true, options.system ?? nodeFiles);
  }
  return cutFile(path, length, { ...options, guard: atExitOfLongCall });
}

/** The name of what is kept of something that is cut in place; `.` and the like have one only in full. */
export function backupOf(path: string): string {
  const full = resolve(path);
  return join(basename(path) === basename(full) ? dirname(path) : dirname(full), `${basename(full)}.bak`);
}
