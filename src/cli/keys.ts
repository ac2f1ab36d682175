import { KeyLister } from '../inspect/index.ts';
import { type FilterOptions, RunFilter } from './filters.ts';
import { Output } from './output.ts';
import { type CommonOptions, eachInput, refuseTrailing, scanInput } from './scan.ts';

export interface KeysOptions extends CommonOptions, FilterOptions {
  /** Names as they are, each followed by a zero byte. */
  '0'?: boolean;
}

/** `keys`: the names of keys, without decoding a value. */
export async function writeKeys(paths: readonly string[], options: KeysOptions): Promise<void> {
  const output = new Output();
  const filter = new RunFilter(options);
  const lister = new KeyLister(options['0'] ?? false);
  try {
    await eachInput(paths, filter, options, async (path) => {
      const result = await scanInput(path, options, () => ({
        handler: filter.over(lister),
        scan: { afterChunk: () => (lister.full ? output.write(lister.take()) : undefined) },
      }));
      refuseTrailing(result, options);
      return result;
    });
  } finally {
    await output.write(lister.take());
  }
}
