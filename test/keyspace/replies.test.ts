import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii, latin1 } from '../../src/bytes/index.ts';
import { encodeCommand, type ReplayOptions, rewriteAof, type Script, type ScriptReply } from '../../src/index.ts';
import { describeLive, type Reply, ReplyError, type RespClient, withLiveServer } from '../helpers/live.ts';
import { type Command, FAR, Replay } from './run.ts';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

type Told = string | number | bigint | null | undefined | Told[];

/** A reply as something to compare: bytes as text behind a colon, so that they differ from a status. */
function told(reply: ScriptReply | Reply | undefined): Told {
  if (reply instanceof ReplyError) return 'fails';
  if (reply instanceof Uint8Array) return `:${latin1(reply)}`;
  return Array.isArray(reply) ? reply.map(told) : (reply as Told);
}

/** What commands answer to a script, one after the other. */
class Caller {
  readonly replay: Replay;
  #replies: Told[] = [];

  constructor(version: string = '7.0', now: number = 1_700_000_000_000) {
    const script: Script = (call, _, argv) => {
      const name = latin1(argv[0]!);
      try {
        this.#replies.push(told(call(...argv)));
      } catch (error) {
        // Anything but this is for the replay.
        if ((error as Error).message.startsWith(`${name} fails: `)) this.#replies.push('fails');
        else throw error;
      }
    };
    this.replay = new Replay(version, { scripts: { s: script }, now });
  }

  call(...commands: Command[]): Told[] {
    this.#replies = [];
    for (const command of commands) this.replay.run(['FCALL', 's', '0', ...command]);
    return this.#replies;
  }
}

const words = (text: string): Command => text.split(' ').map((word) => (word === '""' ? '' : word));
const asBytes = (command: Command): Buffer[] => command.map((one) => Buffer.from(one, 'latin1'));

const UNORDERED: ReadonlySet<string> = new Set([
  'HKEYS',
  'HVALS',
  'SMEMBERS',
  'SINTER',
  'SUNION',
  'SDIFF',
  'KEYS',
  'SPOP',
]);

/** The same for replies whose order, or whose exact number, is the affair of the server. */
function settled([name]: Command, reply: Told): Told {
  // Only that it succeeds is known of it.
  if (name === 'XCLAIM' && reply !== 'fails') return undefined;
  if (name === 'TTL' || name === 'PTTL') return Number(reply) > 0 ? 'some time' : reply;
  if (!Array.isArray(reply)) return reply;
  if (name === 'HGETALL') {
    const pairs = reply.flatMap((field, i) => (i % 2 === 0 ? [[field, reply[i + 1]!] as [string, Told]] : []));
    return pairs.sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  }
  return UNORDERED.has(name!) ? [...reply].sort() : reply;
}

const READ: Readonly<Record<string, string>> = {
  string: 'GET $',
  list: 'LRANGE $ 0 -1',
  set: 'SMEMBERS $',
  zset: 'ZRANGE $ 0 -1 WITHSCORES',
  hash: 'HGETALL $',
  stream: 'XRANGE $ - +',
};

type State = ReturnType<Replay['dump']>;

/** What a server holds, as `Replay.dump` tells it, apart from streams. */
async function stateOf(client: RespClient): Promise<State> {
  const state: State = {};
  for (const key of ((await client.command('KEYS', '*')) as Buffer[]).map((key) => latin1(key)).sort()) {
    const type = String(await client.command('TYPE', key));
    const command = READ[type]!.split(' ').map((word) => (word === '$' ? key : word));
    const reply = settled(command, told(await client.command(...command)));
    const items = [reply].flat().map((item) => String(item).slice(1));
    const scored = items.map((item, i) => (i % 2 === 0 ? item : ['score', Number(item.replace('inf', 'Infinity'))]));
    const expiry = Number(await client.command('PEXPIRETIME', key));
    state[key] = { value: type === 'zset' ? scored : items, ...(expiry < 0 ? {} : { expiresAt: String(expiry) }) };
    if (type === 'stream') state[key].value = [];
  }
  return state;
}

/** Runs commands on both sides, from an empty dataset on. @returns how many succeeded */
async function expectSame(client: RespClient, commands: readonly Command[]): Promise<number> {
  await client.command('FLUSHALL');
  const caller = new Caller();
  const replies = (await client.pipeline(commands.map(asBytes))).map(told);
  const own = caller.call(...commands);
  expect(own.length).toBe(commands.length);
  commands.forEach((command, i) => {
    const said = { command, reply: settled(command, own[i]) };
    expect(said).toEqual({ command, reply: settled(command, replies[i]) });
  });
  const state = caller.replay.dump();
  for (const [key, held] of Object.entries(state)) {
    if (!held.value.some((item) => Array.isArray(item) && item[0] === 'streamInfo')) continue;
    held.value = [];
    const whole: Command = ['XRANGE', key, '-', '+'];
    expect(caller.call(whole)).toEqual([told(await client.command(...whole))]);
  }
  expect(state).toEqual(await stateOf(client));
  return own.filter((reply) => reply !== 'fails').length;
}

// Commands by what they look like: a word with a $ stands for one of many, and words in brackets may be left out.

const num = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);
const pick = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));

const KINDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  $i: num(-12, 12),
  $n: fc.oneof(num(0, 5), pick('-1 x')),
  $c: num(0, 5),
  $bit: pick('0 1'),
  $key: pick('a a b c none wrong list'),
  $any: pick('a b c list wrong'),
  $f: pick('1 2 3 10 9 x y z "" m'),
  $v: fc.oneof(pick('0 1 -7 9007199254740993 9223372036854775807 abc 3.25 "" \u00ff\u0000\u00f0'), num(-99, 99)),
  $score: fc.oneof(pick('0 1.5 0.1 -inf inf 3 1e300 -2.25 x'), num(-5, 5)),
  $min: pick('-inf (0 0 1 (1 -2.25'),
  $max: pick('inf +inf (3 3 1.5 0'),
  $lmin: pick('- [1 (1 [x (m'),
  $lmax: pick('+ [z (z [9 (y'),
  $far: fc.oneof(num(FAR / 1000 - 3, FAR / 1000 + 3), fc.constant('x')),
  $side: pick('LEFT RIGHT'),
  $type: pick('u1 u8 i8 u16 i5 i64 u63 i32'),
  $id: pick('0 - + 1 2-1 3-0 (1-1 3-1 5 (3'),
  $new: pick('1-1 2-1 3-0 3-1 5-5 7-0 7-1 x'),
};

function commandOf(template: string): fc.Arbitrary<Command> {
  const parts = template.split(' ').map((word): fc.Arbitrary<string[]> => {
    const kind = (one: string): fc.Arbitrary<string> => KINDS[one] ?? fc.constant(one);
    if (!word.startsWith('[') || !word.endsWith(']')) return fc.tuple(kind(word));
    return fc.oneof(fc.constant<string[]>([]), fc.tuple(...word.slice(1, -1).split('_').map(kind)));
  });
  return fc.tuple(...parts).map((found) => found.flat());
}

const sequences = (templates: string): fc.Arbitrary<Command[]> => {
  const lines = templates.split('\n').filter((line) => line.trim() !== '');
  return fc.array(fc.oneof(...lines.map((line) => commandOf(line.trim()))), {
    minLength: 10,
    maxLength: 60,
    size: 'max',
  });
};

const SHARED = `
  EXISTS $key $key
  TOUCH $key
  TYPE $key
  DEL $key [$key]
  UNLINK $key $key
  EXPIREAT $any $far [NX] [XX]
  EXPIREAT $any $far [GT]
  EXPIREAT $any $far [LT] [XX]
  PEXPIREAT $any 20000000000000
  PERSIST $any
  EXPIRETIME $any
  PEXPIRETIME $any
  TTL $any
  PTTL $any
  RENAME $any $any
  RENAMENX $any $any
  COPY $any $any [REPLACE]
  COPY $any $any DB 3
  MOVE $any 3
  DBSIZE
  KEYS [ab]*
  KEYS ?
  SELECT 0
  PING
  ECHO $v
`;

const FAMILIES: Readonly<Record<string, string>> = {
  strings: `
    SET $key $v
    SET $key $v [NX] [GET]
    SET $key $v [XX] [EXAT_$far]
    SET $key $v [KEEPTTL] [GET]
    SETNX $key $v
    GETSET $key $v
    GETDEL $key
    GETEX $key [PERSIST]
    MSET $key $v b $v
    MSETNX $key $v b $v
    INCR $key
    DECR $key
    INCRBY $key $v
    DECRBY $key $v
    INCRBYFLOAT $key $v
    APPEND $key $v
    SETRANGE $key $c $v
    GET $key
    MGET $key $key list
    STRLEN $key
    GETRANGE $key $i $i
    SUBSTR $key $i $i
    GET
    GET $key $key
  `,
  bits: `
    SET $key $v
    SETBIT $key $c $bit
    SETBIT $key 33 $bit
    GETBIT $key $n
    BITCOUNT $key [$i_$i] [BIT]
    BITCOUNT $key $i
    BITPOS $key $n [$i] [$i] [BIT]
    BITPOS $key $bit
    BITOP AND $key $key b
    BITOP NOT $key a
    BITFIELD $key [GET_$type_$c] [SET_$type_#1_$v] [OVERFLOW_SAT] [INCRBY_$type_$n_$v] [OVERFLOW_FAIL] [INCRBY_$type_1_$v]
    BITFIELD $key GET $type #$n
    BITFIELD_RO $key GET $type $c [GET_$type_$n]
    BITFIELD_RO $key [SET_$type_1_1]
    GET $key
  `,
  hyperloglogs: `
    PFADD $key $f $f
    PFADD $key $f
    PFADD $key
    PFCOUNT $key
    PFMERGE $key $key
  `,
  hashes: `
    HSET $key $f $v [$f_$v]
    HMSET $key $f $v
    HSETNX $key $f $v
    HDEL $key $f [$f]
    HINCRBY $key $f $v
    HINCRBYFLOAT $key $f $v
    HGET $key $f
    HMGET $key $f $f
    HGETALL $key
    HKEYS $key
    HVALS $key
    HLEN $key
    HEXISTS $key $f
    HSTRLEN $key $f
  `,
  lists: `
    LPUSH $key $f $f [$f]
    RPUSH $key $f $f
    LPUSHX $key $f
    RPUSHX $key $f
    LPOP $key [$n]
    RPOP $key [$n]
    LMPOP 2 $key $key $side [COUNT_$n]
    LREM $key $i $f
    LSET $key $i $f
    LTRIM $key $i $i
    LINSERT $key BEFORE $f $v
    RPOPLPUSH $key $key
    LMOVE $key $key $side $side
    LLEN $key
    LINDEX $key $i
    LRANGE $key $i $i
    LRANGE $key 0 -1
    LPOS $key $f [RANK_$i] [COUNT_$n] [MAXLEN_$n]
  `,
  sets: `
    SADD $key $f $f [$f]
    SADD $key $f
    SREM $key $f [$f]
    SMOVE $key $key $f
    SPOP $key 1000
    SISMEMBER $key $f
    SMISMEMBER $key $f $f
    SCARD $key
    SMEMBERS $key
    SINTER $key $key
    SUNION $key $key
    SDIFF $key $key
    SINTERCARD 2 $key $key [LIMIT_$n]
    SINTERSTORE $key $key $key
    SUNIONSTORE $key $key $key
    SDIFFSTORE $key $key $key
  `,
  zsets: `
    ZADD $key $score $f [$score_$f]
    ZADD $key [NX] [CH] $score $f $score $f
    ZADD $key [XX] [GT] [CH] $score $f $score $f
    ZADD $key [LT] CH $score $f $score $f
    ZADD $key [GT] [NX] INCR $score $f
    ZINCRBY $key $score $f
    ZREM $key $f [$f]
    ZREMRANGEBYRANK $key $i $i
    ZREMRANGEBYSCORE $key $min $max
    ZPOPMIN $key [$n]
    ZPOPMAX $key [$n]
    ZMPOP 2 $key $key MIN [COUNT_$n]
    ZUNIONSTORE $key 2 $key $key
    ZINTERSTORE $key 2 $key $key
    ZRANGESTORE $key $key $i $i
    ZSCORE $key $f
    ZMSCORE $key $f $f
    ZCARD $key
    ZRANK $key $f
    ZREVRANK $key $f
    ZCOUNT $key $min $max
    ZLEXCOUNT $key $lmin $lmax
    ZRANGE $key $i $i [REV] [WITHSCORES]
    ZRANGE $key $min $max BYSCORE [LIMIT_$i_$i] [WITHSCORES]
    ZRANGE $key $max $min BYSCORE REV [LIMIT_$i_$i]
    ZRANGE $key $lmin $lmax BYLEX [LIMIT_$i_$i]
    ZRANGE $key $lmax $lmin BYLEX REV [LIMIT_$i_$i]
    ZRANGE $key $i $i LIMIT 0 1
    ZREVRANGE $key $i $i [WITHSCORES]
    ZRANGEBYSCORE $key $min $max [WITHSCORES] [LIMIT_$i_$i]
    ZREVRANGEBYSCORE $key $max $min [WITHSCORES] [LIMIT_$i_$i]
    ZRANGEBYLEX $key $lmin $lmax [LIMIT_$i_$i]
    ZREVRANGEBYLEX $key $lmax $lmin [WITHSCORES]
  `,
  streams: `
    XADD s $new $f $v
    XADD s NOMKSTREAM $new $f $v $f $v
    XADD s MAXLEN 3 $new $f $v
    XADD list $new $f $v
    XADD none NOMKSTREAM $new $f $v
    XDEL s $new $new
    XTRIM s MAXLEN $n
    XLEN s
    XRANGE s $id $id [COUNT_$n]
    XREVRANGE s $id $id [COUNT_$n]
    XRANGE list $id $id
    XRANGE none - + [COUNT_$n]
    XGROUP CREATE s g $new
    XGROUP CREATECONSUMER s g $f
    XGROUP DELCONSUMER s g $f
    XGROUP DESTROY s g
    XCLAIM s g $f 0 1-1 2-1 FORCE
    XACK s g 1-1 2-1 3-1
  `,
};

const SETUP: Command[] = [words('RPUSH list no'), words('HSET wrong f v')];

describeLive('replies to scripts', () => {
  for (const [family, templates] of Object.entries(FAMILIES)) {
    it(`are those of a server: ${family}`, { timeout: 60_000 }, async () => {
      await withLiveServer({}, async ({ client }) => {
        let done = 0;
        await fc.assert(
          fc.asyncProperty(sequences(templates + SHARED), async (commands) => {
            done += await expectSame(client, [...SETUP, ...commands]);
          }),
          { numRuns: 100 },
        );
        expect(done).toBeGreaterThan(1000);
      });
    });
  }

  it('have the order of an intset', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands = ['SADD s 10 9 2 -1 9007199254740993', 'SMEMBERS s', 'SINTER s s', 'SUNION s s', 'SDIFF s t'].map(
        words,
      );
      const replies = (await client.pipeline(commands)).map(told);
      expect(new Caller().call(...commands)).toEqual(replies);
      expect(replies[1]).toEqual([':-1', ':2', ':9', ':10', ':9007199254740993']);
    });
  });

  it('are there for commands that block, where scripts may call them', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands = [
        ...[
          'RPUSH l a b c d e f g',
          'ZADD z 1 a 2 b 3 c 4 d',
          'BLPOP k l 1',
          'BRPOP l k 1',
          'BLMPOP 1 2 k l LEFT COUNT 2',
        ],
        ...[
          'BRPOPLPUSH l m 1',
          'BLMOVE l m LEFT LEFT 1',
          'BZPOPMIN k z 1',
          'BZPOPMAX z 1',
          'BZMPOP 1 2 k z MAX COUNT 5',
        ],
        ...[
          'LRANGE m 0 -1',
          'EXISTS z l',
          'BLMPOP 0.01 1 k LEFT',
          'BLPOP k 0.01',
          'BZMPOP 0.01 1 z MIN',
          'BLMOVE k l LEFT LEFT 0.01',
        ],
      ].map(words);
      const replies = (await client.pipeline(commands)).map(told);
      expect(new Caller('7.2').call(...commands)).toEqual(replies);
      expect(replies.slice(2, 5)).toEqual([
        [':l', ':a'],
        [':l', ':g'],
        [':l', [':b', ':c']],
      ]);
    });
  });

  it('are errors where no script may call a command', async () => {
    await withLiveServer({}, async ({ client }) => {
      const commands = [
        ...[
          'MULTI',
          'EXEC',
          'DISCARD',
          'WATCH a',
          'UNWATCH',
          'EVALSHA x 0',
          'FCALL f 0',
          'SCRIPT FLUSH',
          'FUNCTION FLUSH',
        ],
        ...[
          'EVAL_RO x 0',
          'BLPOP l 1',
          'BRPOP l 1',
          'BRPOPLPUSH l m 1',
          'BLMOVE l m LEFT LEFT 1',
          'BZPOPMIN z 1',
          'BZPOPMAX z 1',
        ],
        ...[
          'RPUSH l a',
          'ZADD z 1 a',
          'BLPOP l 1',
          'BLMPOP 1 1 l LEFT',
          'BZMPOP 1 1 z MIN',
          'SWAPDB 0 1',
          'SELECT 0',
          'PUBLISH c x',
        ],
      ].map(words);
      const lua = 'local r = redis.pcall(unpack(ARGV)) if r.err then return r.err end return 1';
      const lines = commands.map((command) => [
        'EVAL',
        `${lua.replace('r.err ', "type(r) == 'table' and r.err ")}`,
        '0',
        ...command,
      ]);
      const failed = (await client.pipeline(lines)).map((reply) => reply !== 1);
      expect(new Caller('7.0').call(...commands).map((reply) => reply === 'fails')).toEqual(failed);
      expect(failed.filter((one) => one).length).toBe(17);
    });
  });

  it('are long for large values, too', async () => {
    await withLiveServer({}, async ({ client }) => {
      const many = Array.from({ length: 3000 }, (_, i) => `${i}`);
      const commands: Command[] = [
        ['RPUSH', 'l', ...many],
        ['ZADD', 'z', ...many.flatMap((n) => [`${Number(n) % 7}`, n])],
        ...many.slice(0, 300).map((n) => ['XADD', 's', `${n}-1`, 'f', n.padStart(200, '.')]),
        ...['LRANGE l 1200 -1000', 'LRANGE l 2990 -1', 'LINDEX l 1700', 'LPOS l 2999', 'LPOS l 5 RANK -1'].map(words),
        ...['ZRANK z 1234', 'ZREVRANK z 14', 'ZRANGE z 1000 1400 WITHSCORES', 'ZREVRANGE z 0 500', 'ZCOUNT z 3 5'].map(
          words,
        ),
        ...['XRANGE s 100 200', 'XREVRANGE s + - COUNT 5', 'XREVRANGE s 250 20 COUNT 2', 'XRANGE s (7-1 + COUNT 3'].map(
          words,
        ),
        ['RPOP', 'l', '1000'],
        ['LPOP', 'l', '1000'],
      ];
      const replies = (await client.pipeline(commands)).map(told);
      expect(new Caller().call(...commands)).toEqual(replies);
    });
  });

  it('let a log be rewritten whose scripts read before they write', async () => {
    await withLiveServer({}, async ({ client }) => {
      const lua = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
      const limit =
        "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIREAT', KEYS[1], ARGV[1]) end";
      const move = "for _, e in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do redis.call('SADD', KEYS[2], e) end";
      const same = (a: unknown, b: Uint8Array): boolean => a instanceof Uint8Array && latin1(a) === latin1(b);
      const scripts: NonNullable<ReplayOptions['scripts']> = {
        [sha1(lua)]: (call, [key], [token]) => {
          if (same(call('GET', key!), token!)) call('DEL', key!);
        },
        [sha1(limit)]: (call, [key], [time]) => {
          if (call('INCR', key!) === 1) call('PEXPIREAT', key!, time!);
        },
        [sha1(move)]: (call, [from, to]) => {
          for (const element of call('LRANGE', from!, 0, -1) as Uint8Array[]) call('SADD', to!, element);
        },
      };
      const log: Command[] = [
        ['SET', 'lock', 'mine'],
        ['SET', 'other', 'theirs'],
        ['EVAL', lua, '1', 'lock', 'mine'],
        ['EVAL', lua, '1', 'other', 'mine'],
        ['EVAL', lua, '1', 'none', 'mine'],
        ['EVAL', limit, '1', 'count', String(FAR)],
        ['EVAL', limit, '1', 'count', '1'],
        ['RPUSH', 'list', '3', '1', '2', '3'],
        ['EVALSHA', sha1(lua), '1', 'list', 'mine'],
        ['EVAL', move, '2', 'list', 'set'],
      ];
      await client.pipeline(log);
      const encoded = log.map((command) => encodeCommand(command.map(ascii)));
      const rewritten: Command[] = [];
      for await (const { argv } of rewriteAof(encoded, { sourceVersion: 'redis:4.0', scripts })) {
        rewritten.push(argv.map((argument) => latin1(argument)));
      }
      const replay = new Replay();
      replay.run(...rewritten);
      expect(replay.dump()).toEqual(await stateOf(client));
      expect(Object.keys(replay.dump())).toEqual(['count', 'list', 'other', 'set']);
    });
  });
});

describe('replies to scripts', () => {
  const refusing = (...command: Command): (() => unknown) => {
    return () => new Caller().call(words('SET a 1'), words('RPUSH l 2 1'), command);
  };

  it('end the replay where a command reads what cannot be known', () => {
    for (const command of ['TIME', 'RANDOMKEY', 'SCAN 0', 'OBJECT ENCODING a', 'SRANDMEMBER s', 'HSCAN h 0', 'INFO']) {
      const name = command.startsWith('OBJECT') ? 'OBJECT ENCODING' : words(command)[0];
      expect(refusing(...words(command)), command).toThrow(`"FCALL" has a script that calls ${name}, whose reply`);
    }
    expect(refusing('SORT', 'l')).toThrow('calls SORT only to read');
    expect(refusing('SORT', 'l', 'BY', 'STORE')).toThrow('calls SORT only to read');
    expect(refusing('PFCOUNT', 'a', 'b')).toThrow('PFCOUNT with several keys');
    expect(refusing('JSON.GET', 'a')).toThrow('calls JSON.GET');
  });

  it('are not there for some commands that write', () => {
    const calls = ['GEOADD g 1 1 m', 'XCLAIM s g c 0 1-1', 'SORT l STORE d', 'SORT l GET STORE STORE d'].map(words);
    const setup = ['XADD s 1-1 f v', 'XGROUP CREATE s g 0', 'RPUSH l 2 1'].map(words);
    expect(new Caller().call(...setup, ...calls).slice(3)).toEqual([undefined, undefined, 2, 2]);
  });

  it('end the replay also where a script catches that, or goes on with what is no reply', () => {
    const catching: Script = (call) => {
      try {
        call('TIME');
      } catch {
        expect(() => call('SET', 'a', 2)).toThrow('calls TIME');
      }
    };
    const replay = new Replay('7.0', {
      scripts: { catching, lost: (call) => call('SET', 'a', call('XACKDEL', 's', 'g', 'IDS', '1', '1-1') as string) },
    });
    replay.run(words('SET a 1'));
    expect(() => replay.run(words('FCALL catching 0'))).toThrow('the command "FCALL" has a script that calls TIME');
    expect(() => replay.run(words('FCALL lost 0'))).toThrow('a script that calls SET with');
    expect(replay.dump()).toEqual({ a: { value: ['1'] } });
  });

  it('leave the rest of a script out where that is wanted', () => {
    const skipped: string[] = [];
    const script: Script = (call) => {
      call('SET', 'a', 1);
      call('TIME');
      call('SET', 'b', 1);
    };
    const options = {
      scripts: { script },
      unsupported: 'skip',
      onSkipped: (error: Error) => skipped.push(error.message),
    };
    const replay = new Replay('7.0', options as never);
    replay.run(words('FCALL script 0'), words('SET c 1'));
    expect(Object.keys(replay.dump())).toEqual(['a', 'c']);
    expect(skipped).toEqual([expect.stringContaining('calls TIME')]);
  });

  it('belong to the script', () => {
    const script: Script = (call) => {
      for (const command of [
        ['GET', 'a'],
        ['LRANGE', 'l', 0, -1],
        ['HGETALL', 'h'],
        ['LINDEX', 'l', 0],
      ]) {
        for (const bytes of [call(...command)].flat() as Uint8Array[]) bytes.fill(0);
      }
    };
    const replay = new Replay('7.0', { scripts: { script } });
    replay.run(...['SET a text', 'RPUSH l x y', 'HSET h f v'].map(words));
    const before = replay.dump();
    expect(replay.run(words('FCALL script 0'))).toEqual([true]);
    expect(replay.dump()).toEqual(before);
  });

  it('count times from the present that was given', () => {
    const caller = new Caller('7.0', 1_000_000);
    const setup = ['SET a 1 PXAT 1001499', 'SET b 1 PXAT 1001500', 'SET c 1 PXAT 5', 'SET d 1'].map(words);
    const calls = ['TTL a', 'PTTL a', 'TTL b', 'TTL c', 'PTTL c', 'PEXPIRETIME c', 'TTL d', 'TTL e'].map(words);
    expect(caller.call(...setup, ...calls).slice(4)).toEqual([1, 1499, 2, 0, 0, 5, -1, -2]);
    expect(new Caller('2.6').call(words('TTL e'))).toEqual([-1]);
  });

  it('are exact beyond 2^53', () => {
    const calls = [
      'SET a 9007199254740992',
      'INCR a',
      'HINCRBY h f 9223372036854775807',
      'PEXPIREAT a 9007199254740993',
    ];
    const replies = new Caller().call(...calls.map(words), words('PEXPIRETIME a'));
    expect(replies).toEqual(['OK', 9007199254740993n, 9223372036854775807n, 1, 9007199254740993n]);
  });

  it('follow the release that wrote the log', () => {
    const scores = ['ZADD z 0.1 a', 'ZSCORE z a', 'ZINCRBY z 0.2 a'].map(words);
    expect(new Caller('7.0').call(...scores)).toEqual([1, ':0.10000000000000001', ':0.30000000000000004']);
    expect(new Caller('7.2').call(...scores)).toEqual([1, ':0.1', ':0.30000000000000004']);
    const rank = ['ZADD z 5 a', 'ZRANK z a WITHSCORE'].map(words);
    expect(new Caller('7.0').call(...rank)).toEqual([1, 'fails']);
    expect(new Caller('7.2').call(...rank)).toEqual([1, [0, ':5']]);
    // Where scripts are logged, servers sort for them what has no order.
    const order = ['SADD s 10 9', 'SMEMBERS s'].map(words);
    expect(new Caller('4.0').call(...order)).toEqual([2, [':10', ':9']]);
    expect(new Caller('7.0').call(...order)).toEqual([2, [':9', ':10']]);
    const nothing = ['RPUSH l a', 'LPOP l 0'].map(words);
    expect(new Caller('6.2').call(...nothing)).toEqual([1, null]);
    expect(new Caller('7.0').call(...nothing)).toEqual([1, []]);
    expect(new Caller('6.0').call(...['ZADD z 1 a', 'ZRANGE z 0 1 REV'].map(words))).toEqual([1, 'fails']);
  });

  it('are those of conditional commands of newer servers', () => {
    const calls = [
      'SET a 1',
      'SET a 2 IFEQ 5',
      'SET a 2 IFEQ 1',
      'SET a 3 IFNE 2 GET',
      'DELEX a IFEQ 9',
      'DELEX a IFEQ 2',
    ];
    expect(new Caller('8.4').call(...calls.map(words))).toEqual(['OK', null, 'OK', ':2', 0, 1]);
  });

  it('fail for what is no call', () => {
    const script: Script = (call) => {
      expect(() => call()).toThrow('fails: SYNTAX');
      expect(() => call('GET')).toThrow('GET fails: SYNTAX');
      expect(() => call(ascii('get'), 'a', 'b')).toThrow('get fails: SYNTAX');
      expect(() => call('constructor')).toThrow('the command');
    };
    expect(() => new Replay('7.0', { scripts: { script } }).run(words('FCALL script 0'))).toThrow(
      '"constructor" is not',
    );
  });
});
