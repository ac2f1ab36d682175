/** What a replay takes as the records of a log, and what it tells of a log that was not read to its end. */
import { describe, expect, it } from 'vitest';
import { type AofCommand, readAof, readRdb, replay, replayAof, rewriteAof, toCommands } from '../../src/index.ts';
import { argvs, log, raw } from '../helpers/aof.ts';
import { all, concat, rdbFile, rejectionOf, string, thrownBy } from '../helpers/encode-bytes.ts';

const DUMP = rdbFile(9, concat([1], string('l'), [1], string('v')));

describe('replay', () => {
  it('refuses values as they are stored, and what is no record of a log', async () => {
    const invalid = { code: 'INVALID_ARGUMENT' };
    const stored = readAof(concat(DUMP, raw(log(['RPUSH', 'l', 'w']))), { values: 'raw' });
    expect(await rejectionOf(all(replay(stored as never)))).toMatchObject({
      ...invalid,
      message: expect.stringContaining("values: 'data'"),
    });
    expect(await rejectionOf(all(replay(readRdb(DUMP) as never)))).toMatchObject({
      ...invalid,
      message: expect.stringContaining('found the kind "header"'),
    });
    for (const record of [undefined, null, {}, { kind: 'command', db: 0, argv: ['PING'] }] as never[]) {
      expect(await rejectionOf(all(replay([record])))).toMatchObject(invalid);
    }
  });

  it('takes commands that a program makes, in the database that they name', async () => {
    const bytes = (...words: string[]): Uint8Array<ArrayBuffer>[] => words.map((word) => raw(word));
    const made: AofCommand[] = [
      { kind: 'command', db: 3, argv: bytes('SET', 'a', '1') },
      { kind: 'command', db: 3, argv: bytes('select', '0') },
      { kind: 'command', db: 0, argv: bytes('SET', 'b', '1') },
      { kind: 'command', db: 3, argv: bytes('INCR', 'a') },
    ];
    expect(argvs(await all(toCommands(replay(made))))).toEqual([
      ['SET', 'b', '1'],
      ['SELECT', '3'],
      ['SET', 'a', '2'],
    ]);
    const again = toCommands(replay(toCommands(replay(made))));
    expect(argvs(await all(again))).toEqual(argvs(await all(toCommands(replay(made)))));
  });
});

describe('a log that is damaged, read with onError: stop', () => {
  const damaged = raw(`${log(['SET', 'a', '1'])}*3\r\nGARBAGE`);

  it('gives the warning in place of eof', async () => {
    const records = await all(replayAof(damaged, { onError: 'stop' }));
    expect(records.map(({ kind }) => kind)).toEqual(['key', 'warning']);
    expect(records.at(-1)).toMatchObject({ code: 'DAMAGED', error: { code: 'AOF_BAD_FORMAT' } });
    const rdb = concat(DUMP.subarray(0, DUMP.length - 9));
    expect((await all(replayAof(rdb, { onError: 'stop' }))).at(-1)).toMatchObject({ kind: 'warning', code: 'DAMAGED' });
  });

  it('is not rewritten, as the log could not tell', () => {
    expect(thrownBy(() => rewriteAof(damaged, { onError: 'stop' }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
