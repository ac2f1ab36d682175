import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = 1 << 16;

/** Bytes that wait in a temporary file, which no name leads to while it is used. */
export class TemporaryBytes {
  #descriptor: number;
  #length = 0;

  constructor() {
    const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-'));
    this.#descriptor = openSync(join(dir, 'spill'), 'w+', 0o600);
    // Without a name it goes with the process, however that ends.
    rmSync(dir, { recursive: true, force: true });
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const written = writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#length);
      at += written;
      this.#length += written;
    }
  }

  /** Everything written so far; empty afterwards. Each piece is lent until the next is asked for. */
  *drain(): Generator<Uint8Array> {
    const piece = new Uint8Array(PIECE);
    for (let at = 0; at < this.#length; ) {
      const count = readSync(this.#descriptor, piece, 0, Math.min(PIECE, this.#length - at), at);
      if (count === 0) break;
      yield piece.subarray(0, count);
      at += count;
    }
    this.#length = 0;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
