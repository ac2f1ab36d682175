import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { RedisFileError } from '../errors.ts';
import { ioError, type OpenFile } from './file.ts';

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
      throw new RedisFileError('IO', `${path}: is a directory, expected a file`, { context: { file: path } });
    }
    return { size: stat.size, chunks: readAll(descriptor, path, from) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

async function* readAll(
  descriptor: number,
  path: string,
  from: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  const room = new Uint8Array(CHUNK);
  try {
    for (let reads = 1; ; reads++) {
      const length = fill(descriptor, path, room, from);
      from += length;
      if (length > 0) yield length === CHUNK ? room : room.subarray(0, length);
      if (length < CHUNK) return;
      if (reads % READS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(descriptor);
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
