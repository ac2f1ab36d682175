/** An account by commands is one by records, and every single thing in it tells a difference. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRdb } from '../../src/index.ts';
import { type Account, accountOfRecords, accountOfServer } from './account.ts';
import { compareAccounts } from './compare-accounts.ts';
import { describeLive, type LiveServer, liveServer, ReplyError } from './live.ts';

const library = (name: string): string =>
  `#!lua name=${name}\nredis.register_function('${name}', function() return 1 end)`;

const LATER = 4_102_444_800_000;

/** Some of everything, in two databases. */
const FILL: (string | number)[][] = [
  ['FLUSHALL'],
  ['FUNCTION', 'FLUSH'],
  ['FUNCTION', 'LOAD', library('one')],
  ['SELECT', 1],
  ['SET', 'string', 'other'],
  ['SELECT', 0],
  ['SET', 'string', 'text'],
  ['SET', 'timed', 'text', 'PXAT', LATER],
  ['SET', 'over', 'text', 'PXAT', 1000],
  ['RPUSH', 'list', 'b', 'a', 'b'],
  ['SADD', 'set', 'b', 'a', '1'],
  ['ZADD', 'zset', 1, 'b', '0.1', 'a', 'inf', '1'],
  ['HSET', 'hash', 'b', 'x', 'a', 'y'],
  ['XADD', 'stream', '1-1', 'f', 'v', 'f', 'w'],
  ['XADD', 'stream', '2-0', 'g', 'v'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XGROUP', 'CREATECONSUMER', 'stream', 'group', 'idle'],
  ['XCLAIM', 'stream', 'group', 'busy', 0, '1-1', 'TIME', 1000, 'RETRYCOUNT', 3, 'FORCE'],
];

/** Each changes one thing. */
const CHANGES: (string | number)[][][] = [
  [['SET', 'string', 'Text']],
  [['PEXPIREAT', 'string', LATER]],
  [['PEXPIREAT', 'timed', LATER + 1]],
  [['PERSIST', 'timed']],
  [['DEL', 'over']],
  [['DEL', 'set']],
  [['RENAME', 'set', 'zzz']],
  [['LSET', 'list', 0, 'c']],
  [['RPUSH', 'list', '']],
  [['RPOPLPUSH', 'list', 'list']],
  [['SADD', 'set', 'c']],
  [['ZADD', 'zset', '0.10000000000000002', 'a']],
  [['ZADD', 'zset', 1, 'c']],
  [['HSET', 'hash', 'a', 'x']],
  [['HDEL', 'hash', 'a']],
  [['XDEL', 'stream', '1-1']],
  [['XTRIM', 'stream', 'MAXLEN', 1]],
  [['XSETID', 'stream', '3-0']],
  [['XSETID', 'stream', '2-0', 'ENTRIESADDED', 9]],
  [['XSETID', 'stream', '2-0', 'MAXDELETEDID', '1-0']],
  [['XGROUP', 'SETID', 'stream', 'group', '1-1']],
  [['XGROUP', 'SETID', 'stream', 'group', '0', 'ENTRIESREAD', 1]],
  [['XGROUP', 'CREATE', 'stream', 'other', '0']],
  [['XGROUP', 'CREATECONSUMER', 'stream', 'group', 'more']],
  [['XGROUP', 'DELCONSUMER', 'stream', 'group', 'idle']],
  [['XACK', 'stream', 'group', '1-1']],
  [['XCLAIM', 'stream', 'group', 'idle', 0, '1-1', 'TIME', 1000, 'RETRYCOUNT', 3]],
  [['XCLAIM', 'stream', 'group', 'busy', 0, '1-1', 'TIME', 1001, 'RETRYCOUNT', 3]],
  [['XCLAIM', 'stream', 'group', 'busy', 0, '1-1', 'TIME', 1000, 'RETRYCOUNT', 4]],
  [['FUNCTION', 'LOAD', library('two')]],
  [['FUNCTION', 'DELETE', 'one']],
  [['SWAPDB', 0, 1]],
  [['MOVE', 'list', 1]],
  [
    ['SELECT', 1],
    ['SET', 'string', 'changed'],
  ],
  [['COPY', 'list', 'list', 'DB', 7]],
];

describeLive('the account of a server', () => {
  let server: LiveServer;
  let filled: Account;

  const fill = async (): Promise<void> => {
    const replies = await server.client.pipeline(FILL);
    expect(replies.filter((reply) => reply instanceof ReplyError)).toEqual([]);
  };

  beforeAll(async () => {
    server = (await liveServer())!;
    await server.client.command('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    await fill();
    filled = await accountOfServer(server);
  });
  afterAll(() => server.stop());

  it('has all keys, also those whose time is over', () => {
    expect([...filled.keys.keys()].sort()).toEqual([
      ...['0 hash', '0 list', '0 over', '0 set', '0 stream', '0 string', '0 timed', '0 zset'],
      '1 string',
    ]);
    expect(filled.keys.get('0 over')).toEqual({ type: 'string', expiresAt: '1000', value: 'text' });
    expect(filled.functions).toEqual([library('one')]);
  });

  it('is that of its dump', async () => {
    await fill();
    await server.client.command('SAVE');
    const stored = await accountOfRecords(readRdb(readFileSync(join(server.dir, 'dump.rdb'))));
    expect(compareAccounts(filled, stored)).toEqual([]);
    expect(compareAccounts(stored, filled)).toEqual([]);
  });

  it.each(CHANGES.map((commands) => ({ name: commands.map((one) => one.join(' ')).join('; '), commands })))(
    'is another one after $name',
    async ({ commands }) => {
      await fill();
      const replies = await server.client.pipeline(commands);
      expect(replies.filter((reply) => reply instanceof ReplyError)).toEqual([]);
      expect(compareAccounts(await accountOfServer(server), filled)).not.toEqual([]);
    },
  );
});
