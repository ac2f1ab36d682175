// @ts-check
/** The command line in a runtime: it must say and end as it does in the Node that runs this. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { same } from './assert.mjs';
import { run } from './spawn.mjs';
import { Results } from './suite.mjs';

/**
 * @param {string} folder that of package.mjs
 * @returns {{ name: string, args: string[], code: number, stdin?: Uint8Array }[]} calls, and what they end with
 */
function calls(folder) {
  const tour = join(folder, 'fixtures/tour/tour.rdb');
  const large = join(folder, 'fixtures/corpus/redis-8.8.rdb');
  const bytes = new Uint8Array(readFileSync(tour));
  return [
    { name: 'shows JSON', args: ['ndjson', tour], code: 0 },
    { name: 'shows much JSON', args: ['ndjson', large], code: 0 },
    { name: 'shows commands', args: ['resp', tour], code: 0 },
    { name: 'describes', args: ['info', large], code: 0 },
    { name: 'reads standard input', args: ['keys', '-'], code: 0, stdin: bytes },
    { name: 'unpacks standard input', args: ['check', '-'], code: 0, stdin: gzipSync(readFileSync(large)) },
    { name: 'tells damage', args: ['check', '-'], code: 1, stdin: bytes.subarray(0, 300) },
    { name: 'tells wrong usage', args: ['ndjson', '--no-such-option', tour], code: 2 },
    { name: 'tells a missing file', args: ['info', join(folder, 'none.rdb')], code: 3 },
  ];
}

/**
 * @param {string[]} command the runtime with the arguments that make it run a file
 * @param {string} folder that of package.mjs
 * @param {Record<string, string>} env
 */
export async function checkCli(command, folder, env) {
  const results = new Results('command line: ');
  const cli = join(folder, 'node_modules/rdb-aof/dist/cli.js');
  const [executable, ...before] = command;
  for (const { name, args, code, stdin } of calls(folder)) {
    await results.check(name, async () => {
      const expected = await run(process.execPath, [cli, ...args], { env, stdin });
      same(expected.code, code, 'exit code in this Node');
      same(await run(executable, [...before, cli, ...args], { env, stdin }), expected);
    });
  }
  await results.check('ends quietly when nobody reads on', async () => {
    const args = ['ndjson', ...Array(20).fill(join(folder, 'fixtures/corpus/redis-8.8.rdb'))];
    const { code, stderr } = await run(executable, [...before, cli, ...args], { env, head: true });
    same([code, stderr], [0, '']);
  });
  return results;
}
