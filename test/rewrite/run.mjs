/**
 * Fuzzes the rewrite of logs against `redis-server` for as long as is wished:
 *
 *     npm run fuzz -- --seeds 5000 --from 1 --mode direct
 *
 * --seeds N       how many (300)
 * --from K        the first one (1)
 * --mode M        `server`, `direct` or `both` (both)
 * --commands N    of each seed (300)
 * --family F      only commands of this family; may stand more than once
 * --keep-going    do not stop at the first failure
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'both' },
    commands: { type: 'string', default: '300' },
    family: { type: 'string', multiple: true },
    'keep-going': { type: 'boolean', default: false },
  },
});

const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-fuzz-'));
try {
  const outfile = join(dir, 'fuzz.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('fuzz.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    // Helpers that are shared with tests can describe some; nothing here does.
    alias: { vitest: fileURLToPath(new URL('no-vitest.mjs', import.meta.url)) },
  });
  const { Fuzzer } = await import(pathToFileURL(outfile).href);
  const fuzzer = new Fuzzer({
    commands: Number(values.commands),
    families: values.family,
    sizeEvery: 10,
    shrinkFor: 30_000,
  });
  const modes = values.mode === 'both' ? ['server', 'direct'] : [values.mode];
  const first = Number(values.from);
  const started = performance.now();
  let failed = 0;
  try {
    for (let seed = first; seed < first + Number(values.seeds); seed++) {
      for (const mode of modes) {
        const failure = await fuzzer.run(seed, mode);
        if (failure === undefined) continue;
        failed++;
        console.log(failure.message);
      }
      if (failed > 0 && !values['keep-going']) break;
    }
  } finally {
    await fuzzer.stop();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${failed === 0 ? 'nothing' : failed} failed in ${seconds} s`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
