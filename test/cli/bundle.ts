/** What the tests run as processes of their own, bundled from the sources as they are now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string | undefined;

// Once per test file; a worker of vitest may end without an event that says so.
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** A directory that goes when the test file that uses it is done. */
export function temporaryFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'rdb-aof-test-'));
  return folder;
}

/** Bundles a file below the checkout, the way `tsup.config.ts` does it for the CLI; returns the path of the result. */
export function bundle(entry: string, name: string): string {
  const outfile = join(temporaryFolder(), `${name}.mjs`);
  buildSync({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
    },
  });
  return outfile;
}

let cli: string | undefined;

/** The path of the command line tool. */
export function cliPath(): string {
  cli ??= bundle('src/cli.ts', 'cli');
  return cli;
}
