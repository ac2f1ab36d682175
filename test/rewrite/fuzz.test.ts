/** Random logs: what they replay to, and what their rewrite loads to, is what the server says. */
import { afterAll, expect, it } from 'vitest';
import { CORE } from '../../src/commands/table.ts';
import { describeLive } from '../helpers/live.ts';
import { Fuzzer, type FuzzMode } from './fuzz.ts';
import type { Command } from './servers.ts';
import { shrink } from './shrink.ts';

/** `npm run fuzz` has more. */
const SEEDS = 300;
const COMMANDS = 300;

/** Commands that write and that no log here has. */
const NOT_HIT = new Map([['MIGRATE', 'needs a second server, and is logged as DEL']]);

/** Names of the commands that write, of Redis up to 7.0. */
function writing(): string[] {
  return CORE.split('\n').flatMap((line) => {
    const [name, , write, since] = line.split(' ');
    if (write !== 'w' || !/^\d/.test(since!)) return [];
    const [major, minor] = since!.split('.').map(Number) as [number, number];
    return major < 7 || (major === 7 && minor === 0) ? [name!.replace('|', ' ')] : [];
  });
}

describeLive('random logs', () => {
  const fuzzer = new Fuzzer({ commands: COMMANDS, sizeEvery: 10, shrinkFor: 20_000 });
  afterAll(() => fuzzer.stop());

  const run = async (mode: FuzzMode): Promise<string[]> => {
    const failures: string[] = [];
    for (let seed = 1; seed <= SEEDS && failures.length === 0; seed++) {
      const failure = await fuzzer.run(seed, mode);
      if (failure !== undefined) failures.push(failure.message);
    }
    return failures;
  };

  it(`of ${SEEDS} seeds, written by a server`, { timeout: 1_200_000 }, async () => {
    const failures = await run('server');
    if (failures.length > 0) expect.fail(failures.join('\n'));
  });

  it(`of ${SEEDS} seeds, written by hand`, { timeout: 1_200_000 }, async () => {
    const failures = await run('direct');
    if (failures.length > 0) expect.fail(failures.join('\n'));
  });

  it('have every command of 7.0 that writes', () => {
    const names = writing().filter((name) => !NOT_HIT.has(name));
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => !fuzzer.replayed.has(name))).toEqual([]);
    expect(names.filter((name) => !fuzzer.done.has(name))).toEqual([]);
  });
});

it('shrinks a failing log to what makes it fail', async () => {
  const commands: Command[] = Array.from({ length: 200 }, (_, i) => ['SET', `k${i}`, 'v']);
  commands.splice(50, 0, ['MULTI'], ['INCR', 'a'], ['SET', 'x', '1'], ['EXEC']);
  const has = (list: readonly Command[], ...command: string[]): boolean =>
    list.some((one) => one.join(' ') === command.join(' '));
  let asked = 0;
  const least = await shrink(
    commands,
    async (list) => {
      asked++;
      return has(list, 'SET', 'x', '1') && has(list, 'SET', 'k7', 'v') && has(list, 'SET', 'k150', 'v');
    },
    { timeout: 10_000 },
  );
  expect(least).toEqual([
    ['SET', 'k7', 'v'],
    ['SET', 'x', '1'],
    ['SET', 'k150', 'v'],
  ]);
  expect(asked).toBeLessThan(300);
});
