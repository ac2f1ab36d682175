import { open } from 'node:fs/promises';
import { RedisFileError } from '../errors.ts';

/** Bytes per read: larger ones gain nothing and cost memory. */
const CHUNK = 1 << 16;

/** A file that is being read. */
export interface OpenFile {
  /** Its size in bytes when it was opened. */
  size: number;
  /** Its bytes, each chunk an array of its own; closes the file at the end or when it is left early. */
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
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
      throw new RedisFileError('IO', `${path} is a directory, expected a file`, { context: { file: path } });
    }
    return { size: stat.size, chunks: read(handle, path) };
  } catch (error) {
    await handle.close();
    throw RedisFileError.is(error) ? error : ioError(path, error);
  }
}

async function* read(handle: Awaited<ReturnType<typeof open>>, path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for (;;) {
      // Not from Buffer's pool, whose memory other buffers share.
      const chunk = new Uint8Array(CHUNK);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK, null).catch((error: unknown) => {
        throw ioError(path, error);
      });
      if (bytesRead === 0) return;
      yield bytesRead === CHUNK ? chunk : chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The operating system's refusal as our error. */
export function ioError(path: string, cause: unknown): RedisFileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'permission denied',
    EISDIR: 'is a directory, expected a file',
    ENOSPC: 'no space left on the device',
  };
  return new RedisFileError('IO', `${path}: ${why[code ?? ''] ?? message}`, { cause, context: { file: path } });
}
