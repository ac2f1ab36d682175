import { fstatSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { RedisFileError } from '../errors.ts';

/** Bytes per read: larger ones gain nothing and cost memory. */
const CHUNK = 1 << 16;

/** A file that is being read. */
export interface OpenFile {
  /** Its size in bytes when it was opened; undefined for what has none: a pipe, a device. */
  size: number | undefined;
  /** Its bytes, each chunk an array of its own; to be iterated once. Closes the file at the end or when it is left. */
  chunks: AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
}

/**
 * Opens a file.
 *
 * @throws RedisFileError `IO`, with the system's error as `cause`, where it is missing, a directory, or not readable
 */
export async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw ioError(path, error);
  });
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      throw new RedisFileError('IO', `${path}: is a directory, expected a file`, { context: { file: path } });
    }
    return { size: stat.isFile() ? stat.size : undefined, chunks: new FileChunks(handle, path) };
  } catch (error) {
    await handle.close();
    throw RedisFileError.is(error) ? error : ioError(path, error);
  }
}

/** Whether a path leads to a pipe or a device, which may keep those waiting who open it. */
export function isSpecial(path: string): boolean {
  try {
    const stat = statSync(path);
    return !stat.isFile() && !stat.isDirectory();
  } catch {
    // Opening it says why.
    return false;
  }
}

/**
 * The size of what standard input is, where it has one.
 *
 * @throws RedisFileError `IO` where it is a directory, which Node would show as an empty file
 */
export function stdinSize(): number | undefined {
  let stat: Stats;
  try {
    stat = fstatSync(0);
  } catch {
    // Closed: reading says so.
    return undefined;
  }
  if (stat.isDirectory()) {
    throw new RedisFileError('IO', '<stdin>: is a directory, expected a file', { context: { file: '<stdin>' } });
  }
  return stat.isFile() ? stat.size : undefined;
}

/** Written by hand, so that `return` closes the file also where nothing was read yet. */
class FileChunks implements AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
  readonly #handle: FileHandle;
  readonly #path: string;
  #open = true;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    if (!this.#open) return { done: true, value: undefined };
    // Not from Buffer's pool, whose memory other buffers share.
    const chunk = new Uint8Array(CHUNK);
    let count: number;
    try {
      count = (await this.#handle.read(chunk, 0, CHUNK, null)).bytesRead;
    } catch (error) {
      await this.return();
      throw ioError(this.#path, error);
    }
    if (count === 0) return this.return();
    return { done: false, value: count === CHUNK ? chunk : chunk.subarray(0, count) };
  }

  async return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    if (this.#open) {
      this.#open = false;
      await this.#handle.close();
    }
    return { done: true, value: undefined };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'is a directory, expected a file',
  ENOTDIR: 'a part of the path is no directory',
  EEXIST: 'is there already',
  ENOSPC: 'no space left on the device',
  EFBIG: 'the file would be larger than is allowed',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
};

/** The operating system's refusal as our error. @param reason in words, where the place says more than the code */
export function ioError(path: string, cause: unknown, reason?: string): RedisFileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = reason ?? REASONS[code ?? ''] ?? message;
  return new RedisFileError('IO', `${path}: ${why}`, { cause, context: { file: path } });
}
