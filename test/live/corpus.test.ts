/** Every dump of the corpus through the command line tool, against what its server says it holds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { cliPath } from '../cli/bundle.ts';
import { run } from '../cli/run.ts';
import { compareDataset, compareFunctions, type ExpectedDataset, optionsOf, readExpected } from '../helpers/compare.ts';
import { type Corpus, expectedDataset } from '../helpers/corpus.mjs';
import { type JsonObject, parseNdjson } from '../helpers/json.ts';
import { describeShared } from '../helpers/shared.ts';
import { dumpJson } from './dump.ts';

describeShared('the corpus, through the command line tool', (corpus) => {
  const folder = join(corpus, 'rdb');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.rdb'))
    .map((name) => name.slice(0, -4));
  const base = (name: string): string => name.replace(/\.(lfu|nocompress)$/, '');

  function expected(name: string): ExpectedDataset {
    // Redis 5.0 has no command that shows its groups; the expectation in fixtures has them from a newer one.
    if (name === 'redis-5.0.14') return readExpected(name);
    const header = readFileSync(join(folder, `${name}.rdb`)).toString('latin1', 0, 9);
    const said = JSON.parse(gunzipSync(readFileSync(join(folder, `${base(name)}.json.gz`))).toString('utf8')) as Corpus;
    return expectedDataset(said, name, header);
  }

  it('has what it is known to have', () => {
    cliPath();
    expect(names.length).toBeGreaterThanOrEqual(23);
    for (const name of names) expect(existsSync(join(folder, `${base(name)}.json.gz`))).toBe(true);
  });

  it.each(names)('%s', async (name) => {
    const path = join(folder, `${name}.rdb`);
    const wanted = expected(name);
    const printed = await run(['ndjson', '--escape', 'latin1', path]);
    expect(printed.stderr).toBe('');
    expect(printed.code).toBe(0);
    const known = optionsOf(name);
    // Files had no place for the counter before RDB 9.
    const options = { ...known, freq: known.freq === true && wanted.version >= 9, decodeDump: dumpJson };
    expect(compareDataset(parseNdjson(printed.stdout), wanted, options)).toEqual([]);

    const described = await run(['info', '--json', path]);
    expect(described.code).toBe(0);
    const info = JSON.parse(described.stdout) as {
      family: string;
      version: number;
      keys: number;
      expires: number;
      functions: JsonObject[];
    };
    expect(info).toMatchObject({ family: wanted.family, version: wanted.version, keys: wanted.keys.length });
    expect(info.expires).toBe(wanted.keys.filter(({ expiresAt }) => expiresAt !== undefined).length);
    expect(
      compareFunctions(
        info.functions.map(({ code }) => code as string),
        wanted.functions,
      ),
    ).toEqual([]);

    const checked = await run(['check', '--json', path]);
    expect(checked.stderr).toBe('');
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      ok: true,
      keys: wanted.keys.length,
      checksum: wanted.version < 5 ? 'absent' : 'verified',
    });
  });
});
