import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ioError, type OpenFile, systemError } from './file.ts';

/**
 * Bytes per read, into the same memory each time, which stays in the processor's cache. Waiting for a thread of the pool
 * to read 64 KiB into new memory took 0.3 s of CPU time more for a file of 245 MB.
 */
const CHUNK = 1 << 18;

/** Signals and timers have their turn after so many reads, every few milliseconds. */
const READS_PER_TURN = 16;

/**
 * Opens a regular file for a program that has nothing else to do while it waits for the disk. Each chunk is lent until
 * the next one is asked for.
 *
 * @param from offset of the first byte that is wanted
 * @throws RedisFileError `IO`, with the system's error as `cause`, where it is missing, a directory, or not readable
 */
export function openFileBlocking(path: string, from = 0): OpenFile {
  const descriptor = attempt(path, () => openSync(path, 'r'));
  try {
    const stat = attempt(path, () => fstatSync(descriptor));
    if (stat.isDirectory()) {
      throw ioError(path, systemError('EISDIR'));
    }
    return { size: stat.size, chunks: new BlockingChunks(descriptor, path, from) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Written by hand, so that `return` closes the file also where nothing was read yet. */
class BlockingChunks implements AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
  readonly #descriptor: number;
  readonly #path: string;
  readonly #room = new Uint8Array(CHUNK);
  #from: number;
  #reads = 0;
  #open = true;

  constructor(descriptor: number, path: string, from: number) {
    this.#descriptor = descriptor;
    this.#path = path;
    this.#from = from;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    if (this.#reads > 0 && this.#reads % READS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    if (!this.#open) return { done: true, value: undefined };
    this.#reads++;
    let length: number;
    try {
      length = fill(this.#descriptor, this.#path, this.#room, this.#from);
    } catch (error) {
      await this.return();
      throw error;
    }
    this.#from += length;
    // The file is over.
    if (length < CHUNK) await this.return();
    if (length === 0) return { done: true, value: undefined };
    return { done: false, value: length === CHUNK ? this.#room : this.#room.subarray(0, length) };
  }

  async return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>>> {
    if (this.#open) {
      this.#open = false;
      closeSync(this.#descriptor);
    }
    return { done: true, value: undefined };
  }
}

/** Reads until the room is full or the file ends. @returns bytes that were read */
function fill(descriptor: number, path: string, room: Uint8Array, from: number): number {
  let length = 0;
  while (length < CHUNK) {
    const count = attempt(path, () => readSync(descriptor, room, length, CHUNK - length, from + length));
    if (count === 0) break;
    length += count;
  }
  return length;
}

function attempt<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw ioError(path, error);
  }
}
