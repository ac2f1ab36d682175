/** Commands that only KeyDB has: known by their names, though nobody else can say what they leave behind. */
import { expect, it } from 'vitest';
import { findCommand, keysOf, replayAof } from '../../src/index.ts';
import { log, raw } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';

const UUID = '11111111-2222-3333-4444-555555555555';

const COMMANDS: readonly (readonly [argv: readonly string[], keys: readonly string[]])[] = [
  [['EXPIREMEMBER', 's', 'm', '100'], ['s']],
  [['KEYDB.CRON', 'job', 'single', '1000', 'return 1'], ['job']],
  [['keydb.hrename', 'h', 'a', 'b'], ['h']],
  [['KEYDB.MVCCRESTORE', 'k', '1', '0', 'payload'], ['k']],
  [['KEYDB.NHSET', 'k', 'a', '1'], ['k']],
  [['RREPLAY', UUID, '*1\r\n$4\r\nPING\r\n', '0', '1'], []],
];

it.each(COMMANDS)('%j', async (argv, keys) => {
  expect(findCommand(argv)).toMatchObject({ family: 'keydb', since: 'keydb', write: true });
  expect(keysOf(argv)).toEqual(keys);
  await expect(all(replayAof(raw(log([...argv]))))).rejects.toMatchObject({
    code: 'CANNOT_REPLAY',
    offset: 0,
    message: expect.stringContaining(
      `the command ${JSON.stringify(argv[0])} is one of KeyDB, which cannot be replayed`,
    ),
  });
});

it('those that only read change nothing', async () => {
  const kinds = (await all(replayAof(raw(log(['KEYDB.MEXISTS', 'k'], ['KEYDB.NHGET', 'k']))))).map(({ kind }) => kind);
  expect(kinds).toEqual(['eof']);
});
