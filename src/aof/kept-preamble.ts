import { type ByteSource, chunksOf } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import type { AofRecord } from './records.ts';

/** Not yet known whether the file begins with an RDB; in it; behind it. */
type Place = 'unknown' | 'rdb' | 'behind';

/**
 * Copies the RDB that a log begins with as it is, while the log is read: a chunk is written when it has been parsed, as
 * only then it is known how much of it belongs to the RDB.
 */
export class KeptPreamble {
  /** There is one. */
  found = false;
  readonly #write: (bytes: Uint8Array) => Promise<void> | undefined;
  #place: Place = 'unknown';
  #end = 0;
  /** What came before it was known. */
  #held: Uint8Array[] = [];
  /** Its last bytes are not written yet: commands have to wait. */
  waiting = false;

  /** @param write where it goes, behind whatever was written before; bytes are lent until that is done */
  constructor(write: (bytes: Uint8Array) => Promise<void> | undefined) {
    this.#write = write;
  }

  /** What is to be read in place of a source. */
  async *copy(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let offset = 0;
    for await (const chunk of decompress(chunksOf(source))) {
      this.waiting = this.#place !== 'behind';
      let parsed = false;
      try {
        yield chunk;
        parsed = true;
      } finally {
        // Where commands behind the RDB are damaged, all of it is sound.
        if (this.waiting && (parsed || this.#place === 'behind')) await this.#pass(chunk, offset);
      }
      offset += chunk.length;
    }
  }

  async #pass(chunk: Uint8Array<ArrayBuffer>, offset: number): Promise<void> {
    if (this.#place === 'unknown') {
      // Only the first bytes do not tell: there is little to hold.
      this.#held.push(chunk.slice());
      return;
    }
    const part = this.#place === 'rdb' ? chunk : chunk.subarray(0, Math.max(0, this.#end - offset));
    if (this.found) for (const bytes of [...this.#held, part]) await this.#write(bytes);
    this.#held = [];
    this.waiting = false;
  }

  /** Each record of the log, as it is read. */
  see(record: AofRecord): void {
    if (this.#place === 'behind' || record.kind === 'fileStart') return;
    if (record.kind !== 'rdb') {
      this.#place = 'behind';
      return;
    }
    this.#place = 'rdb';
    this.found = true;
    if (record.record.kind !== 'eof') return;
    this.#place = 'behind';
    this.#end = record.record.end;
  }
}
