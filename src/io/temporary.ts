import { dirname, join } from 'node:path';

/** A hidden name beside a path that nobody else has taken, for what gets its own name when it is complete. */
export function temporaryBeside(path: string): string {
  // Not by node:crypto, whose import would slow down every start of the command line.
  const name = crypto.randomUUID().replace('-', '').slice(0, 12);
  return join(dirname(path), `.rdb-aof-${name}.tmp`);
}
