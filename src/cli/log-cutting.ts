import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatManifest, type Manifest } from '../index.ts';
import { ioError, nodeFiles, openFileBlocking } from '../io/index.ts';
import { Refusal, USAGE } from './exit.ts';
import { atExit } from './interrupt.ts';
import { openOutput, writeText } from './output.ts';

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
  /** Files that are no longer part of it. */
  dropped: readonly string[];
}

/** Writes the beginning of a file to another one, or over itself; it is there when it is complete. */
export async function copyStart(from: string, to: string, length: number, force: boolean): Promise<void> {
  const output = await openOutput({ output: to, force });
  try {
    let left = length;
    if (left > 0) {
      for await (const chunk of openFileBlocking(from).chunks) {
        await output.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) break;
      }
    }
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  }
}

async function writeManifest(path: string, manifest: Manifest, force: boolean): Promise<void> {
  const output = await openOutput({ output: path, force });
  try {
    await writeText(output, formatManifest(manifest));
    await output.commit();
  } catch (error) {
    output.abandon();
    throw error;
  }
}

/** Fills a directory that appears under its name when it is complete. @throws Refusal where something is there */
async function newDirectory(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  refuseExisting(path);
  const temporary = join(dirname(path), `.rdb-aof-${crypto.randomUUID().slice(0, 12)}.tmp`);
  const remove = (): void => rmSync(temporary, { recursive: true, force: true });
  const callOff = atExit(remove);
  try {
    attempt(path, () => mkdirSync(temporary));
    await fill(temporary);
    refuseExisting(path);
    attempt(path, () => {
      nodeFiles.fsyncDirectory(temporary);
      renameSync(temporary, path);
      nodeFiles.fsyncDirectory(dirname(path));
    });
  } catch (error) {
    remove();
    throw error;
  } finally {
    callOff();
  }
}

export function refuseExisting(path: string): void {
  if (existsSync(path)) throw new Refusal(USAGE, `${path}: is there already`);
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw ioError(path, error);
  }
}

/** Writes what stays of a set to a new directory. */
export function writeCutSet(set: CutSet, target: string): Promise<void> {
  const { dir, kept, length, manifest, manifestName } = set;
  return newDirectory(target, async (temporary) => {
    for (const [i, name] of kept.entries()) {
      const most = i === kept.length - 1 ? length : Number.POSITIVE_INFINITY;
      await copyStart(join(dir, name), join(temporary, name), most, false);
    }
    await writeManifest(join(temporary, manifestName), manifest, false);
  });
}

/**
 * Cuts a set where it is. Whenever that ends, the set is one that loads, and a beginning of what it was: later files leave
 * the manifest before the last one is cut, and go only then.
 */
export async function cutSetInPlace(set: CutSet, backup: string): Promise<void> {
  const { dir, kept, length, manifest, manifestName, dropped } = set;
  await newDirectory(backup, async (temporary) => {
    for (const name of [...kept, ...dropped, manifestName]) keep(join(dir, name), join(temporary, name));
  });
  await writeManifest(join(dir, manifestName), manifest, true);
  const last = join(dir, kept.at(-1)!);
  if (length < statSync(last).size) await copyStart(last, last, length, true);
  attempt(dir, () => {
    for (const name of dropped) unlinkSync(join(dir, name));
    nodeFiles.fsyncDirectory(dir);
  });
}

/** Cuts a file of its own, which stays under another name as it was. */
export async function cutFileInPlace(path: string, length: number, backup: string): Promise<void> {
  refuseExisting(backup);
  const target = attempt(path, () => realpathSync(path));
  keep(target, backup);
  attempt(backup, () => nodeFiles.fsyncDirectory(dirname(backup)));
  await copyStart(target, target, length, true);
}

/** A second name for a file, which costs no room, as what is cut is a new file; a copy where there are no links. */
function keep(path: string, as: string): void {
  attempt(as, () => {
    try {
      linkSync(realpathSync(path), as);
    } catch (error) {
      if (!existsSync(path)) throw error;
      copyFileSync(path, as);
    }
  });
}

/** The name of what is kept of something that is cut in place. */
export function backupOf(path: string): string {
  return join(dirname(path), `${basename(path)}.bak`);
}
