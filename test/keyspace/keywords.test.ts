/** Keywords that a NUL follows: to servers the text ends there. */
import { expect, it } from 'vitest';
import { replayAof } from '../../src/index.ts';
import { log, raw } from '../helpers/aof.ts';
import { all } from '../helpers/encode-bytes.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';
import { expectSameDigest } from './rewritten.ts';
import { type Command, FAR } from './run.ts';

const words = (line: string): Command => line.split(' ');

const SETUP: Command[] = [
  'SET s 5',
  'SET timed hello',
  `PEXPIREAT timed ${FAR}`,
  'RPUSH l a b c d',
  'RPUSH m x y',
  'ZADD z 1 a 2 b 3 c',
  'ZADD other 1 a 5 q',
  'ZADD even 0 a 0 b 0 c',
  'SADD t 1 2 3',
  'SET b xyz',
  'XADD x 1-1 a b',
  'XADD x 2-1 a b',
  'XADD x 3-1 a b',
  'SET w1 3',
  'SET w2 2',
  'SET w3 1',
  'GEOADD places 1 1 p 1.001 1.001 q 2 2 r',
].map(words);

/** At each @ something may stand behind the word. */
const CASES = `
SET s v XX@|SET new v NX@|SET timed v KEEPTTL@|SET s v PXAT@ ${FAR + 1}
PEXPIREAT timed ${FAR + 9} XX@|PEXPIREAT timed ${FAR + 9} GT@|PEXPIREAT s ${FAR} NX@
COPY s n DB@ 1|COPY s timed REPLACE@|LINSERT l BEFORE@ b n|LINSERT l AFTER@ b n|LMOVE l m LEFT@ RIGHT@
SORT t BY@ w* STORE@ n|SORT t LIMIT@ 0 1 STORE n|SORT t DESC@ STORE n|SORT l ALPHA@ STORE n|SORT t GET@ w* STORE n
ZADD z XX@ 9 a 9 n|ZADD z NX@ 9 a 9 n|ZADD z GT@ 0 a|ZADD z LT@ 0 a|ZADD z CH@ 9 a|ZADD z INCR@ 9 a
ZUNIONSTORE n 2 z other WEIGHTS@ 2 3|ZUNIONSTORE n 2 z other AGGREGATE@ MIN@|ZINTERSTORE n 2 z other AGGREGATE MAX@
ZRANGESTORE n z 1 2 BYSCORE@ LIMIT@ 0 1|ZRANGESTORE n even -@ [b BYLEX@|ZRANGESTORE n z 0 1 REV@
ZREMRANGEBYLEX even -@ [a|ZREMRANGEBYLEX even [b +@
BITOP AND@ n b timed|BITOP NOT@ n b|BITFIELD b SET@ u8@ 0 1|BITFIELD b OVERFLOW@ SAT@ INCRBY@ i8@ 0 300
XADD x NOMKSTREAM@ 9-1 a b|XADD x MAXLEN@ =@ 2 9-1 a b|XTRIM x MINID@ 2|XTRIM x MAXLEN =@ 1
XGROUP CREATE x g 0 ENTRIESREAD@ 1|XGROUP CREATE n g 0 MKSTREAM@|XSETID x 9-1 ENTRIESADDED@ 10 MAXDELETEDID@ 2-1
GEOSEARCHSTORE n places FROMMEMBER@ p BYRADIUS@ 500 km@ ASC@ COUNT@ 1|GEOSEARCHSTORE n places FROMLONLAT@ 1 1 BYBOX@ 9 9 km
GEORADIUS places 1 1 500 km@ STORE@ n|GEORADIUS places 1 1 500 km STOREDIST@ n
FLUSHDB ASYNC@|FLUSHALL SYNC@`
  .trim()
  .split(/[|\n]/);

describeLive('keywords', () => {
  it('end at their first NUL', async () => {
    expect(CASES.length).toBeGreaterThan(45);
    await withLiveServer({}, async ({ client }) => {
      for (const line of CASES) {
        const plain = words(line.replaceAll('@', ''));
        for (const behind of ['', '\0', '\0x']) {
          const command = words(line.replaceAll('@', behind));
          expect(await expectSameDigest(client, [...SETUP, command]), `${plain} does nothing in a server`).toEqual([]);
        }
        // Anything else behind it makes another word of it.
        expect(await expectSameDigest(client, [...SETUP, words(line.replaceAll('@', 'x'))])).not.toEqual([]);
      }
    });
  });

  /**
   * They are looked up in a table of eight places that is hashed anew by each server: one that finds the place of CREATE for
   * it by chance takes it for CREATE, all others do not know it.
   */
  it('that name subcommands do not', async () => {
    const command = ['XGROUP', 'CREATE\0', 'x', 'g', '0', 'MKSTREAM'];
    const ask = async (): Promise<string> =>
      String(
        await withLiveServer({}, ({ client }) => client.command(...command).catch((error: Error) => error.message)),
      );
    const replies: string[] = [];
    for (let servers = 0; servers < 12 && !/unknown subcommand/i.test(replies.at(-1) ?? ''); servers++) {
      replies.push(await ask());
    }
    expect(replies.at(-1)).toMatch(/unknown subcommand/i);
    await expect(all(replayAof(raw(log(command))))).rejects.toMatchObject({
      code: 'CANNOT_REPLAY',
      message: expect.stringContaining('has a subcommand that is not known'),
    });
  });
});
