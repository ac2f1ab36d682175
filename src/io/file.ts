import { fstatSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { describe, invalidArgument } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';

/** Bytes of a chunk: larger ones gain nothing and cost memory. */
const CHUNK = 1 << 16;

/**
 * Bytes that are read at once, chunk by chunk. Each read has a thread woken and waited for, which took 0.3 s of CPU time
 * for 150 MB in reads of 64 KiB.
 */
const AT_ONCE = 1 << 20;

/** Deno 2.9 never returns from `readv`, whatever it is asked for; there each chunk is a read of its own. */
const READS_SINGLY: boolean = 'Deno' in globalThis;

/** How the bytes of a file come. */
export interface Chunking {
  /** Bytes of a chunk. */
  size: number;
  /** A chunk is lent until the next one is asked for; else each is an array of its own. */
  lent: boolean;
}

/**
 * For logs, whose parser copies what it keeps: the fewer chunks, the fewer commands lie in two of them, which is the slow case,
 * and reading into the same memory again takes half the time.
 */
export const LENT: Chunking = { size: AT_ONCE, lent: true };

/** As large, to be kept. */
export const OWNED: Chunking = { size: AT_ONCE, lent: false };

/** A file that is being read. */
export interface OpenFile {
  /** Its size in bytes when it was opened; undefined for what has none: a pipe, a device. */
  size: number | undefined;
  /** Its bytes, to be iterated once. Closes the file at the end or when it is left. */
  chunks: AsyncIterableIterator<Uint8Array<ArrayBuffer>>;
}

/**
 * Opens a file.
 *
 * @param chunking by default chunks of 64 KiB, each an array of its own
 * @throws RedisFileError `IO`, with the system's error as `cause`, where it is missing, a directory, or not readable
 */
export async function openFile(path: string, chunking: Chunking = { size: CHUNK, lent: false }): Promise<OpenFile> {
  checkPath(path);
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw ioError(path, error);
  });
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      throw ioError(path, systemError('EISDIR'));
    }
    return { size: stat.isFile() ? stat.size : undefined, chunks: new FileChunks(handle, path, stat, chunking) };
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
    throw ioError('<stdin>', systemError('EISDIR'));
  }
  return stat.isFile() ? stat.size : undefined;
}

/** Written by hand, so that `return` closes the file also where nothing was read yet. */
class FileChunks implements AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #chunking: Chunking;
  /** What is lent. */
  #buffers: Uint8Array<ArrayBuffer>[] | undefined;
  /** Bytes that are still expected; the file may have grown or shrunk meanwhile. */
  #expected: number;
  /** Chunks that were read, the next one last. */
  #read: Uint8Array<ArrayBuffer>[] = [];
  #open = true;

  constructor(handle: FileHandle, path: string, stat: Stats, chunking: Chunking) {
    this.#handle = handle;
    this.#path = path;
    this.#chunking = chunking;
    this.#expected = stat.isFile() ? stat.size : 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    if (!this.#open) return { done: true, value: undefined };
    if (this.#read.length === 0) await this.#fill();
    const value = this.#read.pop();
    return value === undefined ? this.return() : { done: false, value };
  }

  async #fill(): Promise<void> {
    const { size, lent } = this.#chunking;
    const chunks = this.#buffers ?? this.#newChunks(size);
    if (lent) this.#buffers = chunks;
    let left: number;
    try {
      const reading = READS_SINGLY ? this.#handle.read(chunks[0]!, 0, size, null) : this.#handle.readv(chunks);
      left = (await reading).bytesRead;
    } catch (error) {
      await this.return();
      throw ioError(this.#path, error);
    }
    this.#expected -= left;
    const read: Uint8Array<ArrayBuffer>[] = [];
    for (const chunk of chunks) {
      // What was not written to is nobody's business.
      if (left > 0) read.push(left < size ? chunk.slice(0, left) : chunk);
      left -= size;
    }
    this.#read = read.reverse();
  }

  #newChunks(size: number): Uint8Array<ArrayBuffer>[] {
    const count = READS_SINGLY ? 1 : Math.max(1, Math.ceil(Math.min(this.#expected, AT_ONCE) / size));
    return Array.from({ length: count }, () => newChunk(size));
  }

  async return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    this.#read = [];
    if (this.#open) {
      this.#open = false;
      await this.#handle.close();
    }
    return { done: true, value: undefined };
  }
}

/** Memory of its own, not of Buffer's pool, which other buffers share; not filled with zeros, as a file is read into it. */
function newChunk(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer as ArrayBuffer);
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

/** @throws RedisFileError `INVALID_ARGUMENT` for what is no path */
export function checkPath(path: unknown, name: string = 'path'): void {
  if (typeof path === 'string') return;
  throw invalidArgument(`${name} must be a string, found ${describe(path)}`);
}

/** What the system would say. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** The operating system's refusal as our error. @param reason in words, where the place says more than the code */
export function ioError(path: string, cause: unknown, reason?: string): RedisFileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = reason ?? REASONS[code ?? ''] ?? message;
  return new RedisFileError('IO', `${path}: ${why}`, { cause, context: { file: path } });
}

/** The same where something was to be made: what is missing then is the directory that it goes into. */
export function madeError(path: string, cause: unknown): RedisFileError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return ioError(path, cause, missing ? 'its directory does not exist' : undefined);
}
