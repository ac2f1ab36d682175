import { dirname } from 'node:path';
import { RedisFileError } from '../errors.ts';
import { NO_LINKS } from './atomic.ts';
import { ioError, systemError } from './file.ts';
import { type FolderSystem, nodeFiles } from './system.ts';
import { temporaryBeside } from './temporary.ts';

export interface CutOptions {
  /** Bytes that the file has, by which it is seen whether somebody writes to it. */
  size: number;
  /** Keep the whole file under another name. */
  backup: boolean;
  /** What the calls of the system go to; Node's by default. */
  system?: FolderSystem;
  guard?: Guard;
}

/** Has something done if the process ends meanwhile. @returns what calls it off */
export type Guard = (cleanup: () => void) => () => void;

const UNGUARDED: Guard = () => () => {};

/**
 * Cuts a file, in place, and brings that to the disk. The backup is a copy that is on the disk before the file is touched: a
 * hard link would be cut with it.
 *
 * @returns the path of the backup, the first free one of `<path>.bak-1` and so on
 * @throws RedisFileError `IO`, also where the file has another size by now; nothing was cut then
 */
export async function cutFile(
  path: string,
  length: number,
  { size, backup, system = nodeFiles, guard }: CutOptions,
): Promise<string | undefined> {
  let descriptor: number | undefined;
  try {
    descriptor = system.openOld(path, 'r+');
    const kept = backup ? await copyBeside(path, backupNames(path), system, guard) : undefined;
    if (system.stat(path)?.size !== size) {
      if (kept !== undefined) system.unlink(kept);
      throw new RedisFileError('IO', `${path}: has changed while it was read; is a server writing to it?`, {
        context: { file: path },
      });
    }
    system.truncate(descriptor, length);
    await system.fsync(descriptor);
    return kept;
  } catch (error) {
    throw RedisFileError.is(error) ? error : ioError(path, error);
  } finally {
    if (descriptor !== undefined) system.close(descriptor);
  }
}

/**
 * Copies a file, which has its name only when it is complete and on the disk: who finds a backup may rely on it. File
 * systems that can do so share the blocks of both.
 *
 * @param names to try until one is free; all in one directory
 * @param guard what removes a copy that is not complete when the process ends
 * @throws RedisFileError `IO`: with the cause EEXIST where none is
 */
export async function copyBeside(
  path: string,
  names: Iterable<string>,
  system: FolderSystem,
  guard: Guard = UNGUARDED,
): Promise<string> {
  const [first] = names;
  const folder = dirname(first!);
  const temporary = temporaryBeside(first!);
  const remove = (): void => {
    try {
      system.unlink(temporary);
    } catch {
      // It was not made, or nobody can do more about it.
    }
  };
  const callOff = guard(remove);
  try {
    await system.copy(path, temporary);
    const descriptor = system.openOld(temporary, 'r');
    try {
      await system.fsync(descriptor);
    } finally {
      system.close(descriptor);
    }
    const name = place(temporary, names, system);
    system.fsyncDirectory(folder);
    return name;
  } catch (error) {
    remove();
    throw ioError(first!, error);
  } finally {
    callOff();
  }
}

function place(temporary: string, names: Iterable<string>, system: FolderSystem): string {
  for (const name of names) {
    if (system.stat(name) !== undefined || system.isLink(name)) continue;
    try {
      // Unlike a rename it fails where something has come to stand there.
      system.link(temporary, name);
      system.unlink(temporary);
      return name;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (!NO_LINKS.has(code)) throw error;
    }
    system.rename(temporary, name);
    return name;
  }
  throw systemError('EEXIST');
}

function backupNames(path: string): Iterable<string> {
  return {
    *[Symbol.iterator]() {
      for (let n = 1; ; n++) yield `${path}.bak-${n}`;
    },
  };
}
