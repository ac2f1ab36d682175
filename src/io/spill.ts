import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisFileError } from '../errors.ts';
import { ioError, systemError } from './file.ts';

const PIECE = 1 << 16;

/** Bytes that wait in a temporary file, which no name leads to while it is used. */
export class TemporaryBytes {
  readonly #descriptor: number;
  #length = 0;

  /** @throws RedisFileError `IO` where the directory for temporary files takes none */
  constructor() {
    this.#descriptor = attempt(() => {
      const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-'));
      try {
        return openSync(join(dir, 'spill'), 'w+', 0o600);
      } finally {
        // Without a name it goes with the process, however that ends.
        rmSync(dir, { recursive: true, force: true });
      }
    });
  }

  /** @throws RedisFileError `IO` */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const written = attempt(() => writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#length));
      if (written === 0) throw spillError(systemError('ENOSPC'));
      at += written;
      this.#length += written;
    }
  }

  /** Everything written so far; empty afterwards. Each piece is lent until the next is asked for. @throws RedisFileError `IO` */
  *drain(): Generator<Uint8Array> {
    const piece = new Uint8Array(PIECE);
    for (let at = 0; at < this.#length; ) {
      const count = attempt(() => readSync(this.#descriptor, piece, 0, Math.min(PIECE, this.#length - at), at));
      // Nobody else can have cut it; what is missing must not be left out in silence.
      if (count === 0) throw spillError(systemError('EIO'));
      yield piece.subarray(0, count);
      at += count;
    }
    this.#length = 0;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function attempt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw spillError(error);
  }
}

function spillError(cause: unknown): RedisFileError {
  return ioError(`a temporary file in ${tmpdir()}`, cause);
}
