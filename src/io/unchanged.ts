import { statSync } from 'node:fs';
import { ioError } from './file.ts';

/** What tells that a file is still the one that was read. */
function fingerprint(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    throw ioError(path, error);
  }
}

/** Files before they are read, by which it is seen later whether somebody writes to them. */
export class Unchanged {
  readonly #before: Map<string, string>;

  /** @throws RedisFileError `IO` where one of them is not there */
  constructor(paths: readonly string[]) {
    this.#before = new Map(paths.map((path) => [path, fingerprint(path)]));
  }

  /** The first of them that is another one now, or gone; undefined where there is none. */
  changed(): string | undefined {
    for (const [path, before] of this.#before) {
      try {
        if (fingerprint(path) !== before) return path;
      } catch {
        return path;
      }
    }
    return undefined;
  }
}
