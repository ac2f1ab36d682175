import { RedisFileError } from '../index.ts';
import { type FileScan, type ScanResult, scanFile } from '../inspect/index.ts';
import type { RdbHandler } from '../rdb/index.ts';
import { openInput } from './input.ts';

/** Options that all commands on RDB files have. */
export interface CommonOptions {
  /** Errors and warnings as JSON. */
  json?: boolean;
  /** `rdb`: bytes behind the end of the RDB are none of our business. */
  as?: 'rdb';
  strictVersion?: boolean;
}

/** Opens an input and shows it to a handler. `begin` is told its name and gives the handler. */
export async function scanInput(
  path: string | undefined,
  options: CommonOptions,
  begin: (name: string) => { handler: RdbHandler; scan?: FileScan },
): Promise<ScanResult & { name: string }> {
  const { name, source } = await openInput(path);
  const { handler, scan } = begin(name);
  const result = await scanFile(source, handler, {
    ...scan,
    file: name,
    strictVersion: options.strictVersion ?? false,
  });
  return { ...result, name };
}

/**
 * Refuses bytes behind the end of the RDB, which would be left out without a word: the log of an append-only file, or
 * garbage.
 */
export function refuseTrailing(
  { name, trailing, scanner }: ScanResult & { name: string },
  options: CommonOptions,
): void {
  if (trailing === 0 || options.as === 'rdb') return;
  throw new RedisFileError(
    'TRAILING_DATA',
    `expected the end of the file behind the RDB, found ${trailing} more bytes. Commands of an append-only file with ` +
      'an RDB preamble would need --as aof; --as rdb reads the RDB and leaves them out',
    { offset: scanner.offset, context: { file: name } },
  );
}
