import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, ManifestFile } from '../aof/index.ts';
import { ioError } from './file.ts';
import type { FileSystem } from './system.ts';

/**
 * The file of a set whose owner and permissions a new one gets: a server that may read and write the old ones must be able to do
 * the same with it, whoever makes it.
 *
 * @returns of the kind that is made, else any of the set, else its manifest; undefined where nothing is there
 * @throws RedisFileError `IO`
 */
export function modelOf(
  type: 'base' | 'incr',
  dir: string,
  { base, incr }: Manifest,
  manifestName: string,
  system: FileSystem,
): Stats | undefined {
  const last = incr.at(-1);
  const files: readonly (ManifestFile | undefined)[] = type === 'base' ? [base, last] : [last, base];
  for (const name of [...files.map((file) => file?.name), manifestName]) {
    if (name === undefined) continue;
    const path = join(dir, name);
    try {
      const stat = system.stat(path);
      if (stat !== undefined) return stat;
    } catch (error) {
      throw ioError(path, error);
    }
  }
  return undefined;
}
