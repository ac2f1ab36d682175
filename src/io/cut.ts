import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RedisFileError } from '../errors.ts';
import { ioError } from './file.ts';
import { nodeFiles } from './system.ts';

export interface CutOptions {
  /** Bytes that the file has, by which it is seen whether somebody writes to it. */
  size: number;
  /** Keep the whole file under another name. */
  backup: boolean;
}

/**
 * Cuts a file, in place, and brings that to the disk. The backup is a copy that is on the disk before the file is touched: a
 * hard link would be cut with it. File systems that can do so share the blocks of both.
 *
 * @returns the path of the backup, the first free one of `<path>.bak-1` and so on
 * @throws RedisFileError `IO`, also where the file has another size by now; nothing was cut then
 */
export async function cutFile(path: string, length: number, { size, backup }: CutOptions): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r+');
    const kept = backup ? await copyBeside(path) : undefined;
    if ((await handle.stat()).size !== size) {
      if (kept !== undefined) await unlink(kept);
      throw new RedisFileError('IO', `${path}: has changed while it was read; is a server writing to it?`, {
        context: { file: path },
      });
    }
    await handle.truncate(length);
    await handle.sync();
    return kept;
  } catch (error) {
    throw RedisFileError.is(error) ? error : ioError(path, error);
  } finally {
    await handle?.close();
  }
}

async function copyBeside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = `${path}.bak-${n}`;
    try {
      await copyFile(path, name, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      await unlink(name).catch(() => undefined);
      throw ioError(name, error);
    }
    const copy = await open(name, 'r');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
    nodeFiles.fsyncDirectory(dirname(name));
    return name;
  }
}
