import { concat } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';

/**
 * What an RDB begins with (redis 4.0 to 8.10: src/aof.c, loadSingleAppendOnlyFile; valkey 9.0: likewise). Servers look at
 * the content of every file, whatever its name.
 */
const MAGICS: readonly string[] = ['REDIS', 'VALKEY'];

/** Looks at the first bytes of a file: an RDB, or a log? */
export class PreambleProbe {
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /**
   * @param chunk kept as a copy where it does not yet tell
   * @returns all bytes so far, once they tell
   */
  push(chunk: Uint8Array<ArrayBuffer>): { rdb: boolean; bytes: Uint8Array<ArrayBuffer> } | undefined {
    const bytes = this.#held.length === 0 ? chunk : concat([this.#held, chunk]);
    const like = MAGICS.filter((magic) => begins(bytes, magic));
    if (like.some((magic) => bytes.length >= magic.length)) return { rdb: true, bytes };
    if (like.length === 0) return { rdb: false, bytes };
    this.#held = new Uint8Array(bytes);
    return undefined;
  }

  /** @throws RedisFileError `UNEXPECTED_EOF` where the file ends inside what an RDB begins with */
  end(): void {
    const length = this.#held.length;
    if (length === 0) return;
    throw new RedisFileError('UNEXPECTED_EOF', `the file ends after ${length} bytes of the name of an RDB`, {
      offset: length,
    });
  }
}

/** Whether one begins as the other does, as far as both go. */
function begins(bytes: Uint8Array, magic: string): boolean {
  const length = Math.min(bytes.length, magic.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== magic.charCodeAt(i)) return false;
  return true;
}
