/** The table of commands, held against what a server says of itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommandIn } from '../../src/commands/index.ts';
import { CORE, MODULES } from '../../src/commands/table.ts';
import { arityFits, commandInfo, findCommand, isWrite, keyPositions, keysOf } from '../../src/index.ts';
import { describeLive, type LiveServer, liveServer, type Reply, ReplyError } from '../helpers/live.ts';

/** Commands with the places of their keys; those that COMMAND GETKEYS of 7.0 knows are asked there too. */
const KEYS: readonly (readonly [line: string, places: readonly number[]])[] = [
  ['SET k v', [1]],
  ['get k', [1]],
  ['DEL a b c', [1, 2, 3]],
  ['SELECT 1', []],
  ['MSET a 1 b 2 c 3', [1, 3, 5]],
  ['MSETNX a 1 b 2', [1, 3]],
  ['RENAME a b', [1, 2]],
  ['COPY a b DB 1 REPLACE', [1, 2]],
  ['LMOVE a b LEFT RIGHT', [1, 2]],
  ['BLMOVE a b LEFT RIGHT 0', [1, 2]],
  ['BLPOP a b c 0', [1, 2, 3]],
  ['BZPOPMIN a b 0', [1, 2]],
  ['LMPOP 2 a b LEFT', [2, 3]],
  ['BLMPOP 0 2 a b LEFT COUNT 3', [3, 4]],
  ['ZMPOP 1 a MIN', [2]],
  ['BZMPOP 0 1 a MIN', [3]],
  ['ZUNIONSTORE d 2 a b WEIGHTS 1 2', [1, 3, 4]],
  ['ZINTERSTORE d 1 a', [1, 3]],
  ['ZDIFFSTORE d 2 a b', [1, 3, 4]],
  ['ZUNION 2 a b WITHSCORES', [2, 3]],
  ['ZINTERCARD 2 a b LIMIT 1', [2, 3]],
  ['SINTERCARD 2 a b', [2, 3]],
  ['SUNIONSTORE d a b', [1, 2, 3]],
  ['PFMERGE d a b', [1, 2, 3]],
  ['PFCOUNT a b', [1, 2]],
  ['PFDEBUG TODENSE k', [2]],
  ['BITOP AND d a b', [2, 3, 4]],
  ['ZRANGESTORE d a 0 -1', [1, 2]],
  ['GEOSEARCHSTORE d a FROMLONLAT 0 0 BYRADIUS 1 m', [1, 2]],
  ['GEORADIUS k 0 0 1 m', [1]],
  ['GEORADIUS k 0 0 1 m STORE d', [1, 7]],
  ['GEORADIUS k 0 0 1 m COUNT 3 STOREDIST d', [1, 9]],
  ['GEORADIUSBYMEMBER k m 1 km STORE d', [1, 6]],
  ['SORT k', [1]],
  ['SORT k BY p* GET # GET q* ALPHA STORE d', [1, 10]],
  ['SORT k BY store GET store STORE d', [1, 7]],
  ['SORT k LIMIT 0 store STORE d', [1, 6]],
  ['SORT_RO k BY p*', [1]],
  ['EVAL return 0', []],
  ['EVAL script 2 a b c', [3, 4]],
  ['EVALSHA hash 1 a', [3]],
  ['EVAL script 0 c', []],
  ['FCALL f 2 a b c', [3, 4]],
  ['XREAD COUNT 1 STREAMS a b 0 0', [4, 5]],
  ['XREAD BLOCK 5 STREAMS a $', [4]],
  ['XREADGROUP GROUP g c COUNT 1 NOACK STREAMS a b > >', [8, 9]],
  ['XREADGROUP GROUP g streams STREAMS streams >', [5]],
  ['XGROUP CREATE k g $ MKSTREAM', [2]],
  ['xgroup createconsumer k g c', [2]],
  ['XINFO STREAM k FULL', [2]],
  ['OBJECT ENCODING k', [2]],
  ['MEMORY USAGE k', [2]],
  ['MIGRATE h 1 k 0 9', [3]],
  ['MIGRATE h 1 k 0 9 COPY REPLACE AUTH KEYS', [3]],
  ['LCS a b', [1, 2]],
  ['TOUCH a b', [1, 2]],
  ['WATCH a b', [1, 2]],
  ['SSUBSCRIBE a', []],
  ['SWAPDB 0 1', []],
  ['FUNCTION LOAD code', []],
  ['RESTORE-ASKING k 0 payload', [1]],
];

/** What servers after 7.0 and modules have; their sources say so. */
const LATER: typeof KEYS = [
  ['MSETEX 2 a 1 b 2 EX 10', [2, 4]],
  ['LMOVEM a b LEFT RIGHT COUNT 2', [1, 2]],
  ['HIMPORT SET k 1', [2]],
  ['XACKDEL k g IDS 1 1-1', [1]],
  ['JSON.MSET a $ 1 b $ 2', [1, 4]],
  ['TS.MADD a 1 2 b 3 4', [1, 4]],
  ['CMS.MERGE d 2 a b WEIGHTS 1 2', [1, 3, 4]],
  ['TS.CREATERULE a b AGGREGATION avg 10', [1, 2]],
];

describe('keyPositions', () => {
  it.each([...KEYS, ...LATER])('%s', (line, places) => {
    const argv = line.split(' ');
    expect(keyPositions(argv)).toEqual(places);
    const bytes = argv.map((one) => new Uint8Array(Buffer.from(one)));
    expect(keyPositions(bytes)).toEqual(places);
    expect(keysOf(bytes)).toEqual(places.map((i) => bytes[i]));
  });

  it('is at home with the keys behind an empty one in MIGRATE', () => {
    expect(keyPositions(['MIGRATE', 'h', '1', '', '0', '9', 'AUTH', 'KEYS', 'KEYS', 'a', 'b'])).toEqual([9, 10]);
  });

  it('names no more keys than there are', () => {
    expect(keyPositions(['EVAL', 's', '5', 'a'])).toEqual([3]);
    expect(keyPositions(['ZUNIONSTORE', 'd', '99999999999', 'a'])).toEqual([1]);
    expect(keyPositions(['EVAL', 's', '-1', 'a'])).toEqual([]);
    expect(keyPositions(['SET'])).toEqual([]);
    expect(keyPositions(['XREAD', 'STREAMS'])).toEqual([]);
    expect(keyPositions(['BLPOP', '0'])).toEqual([]);
  });

  it('does not know what no server knows', () => {
    for (const argv of [[], ['NOSUCH', 'k'], ['XGROUP', 'NOSUCH', 'k'], ['x'.repeat(100_000), 'k']]) {
      expect(keyPositions(argv)).toBeUndefined();
      expect(keysOf(argv)).toBeUndefined();
      expect(findCommand(argv)).toBeUndefined();
      expect(arityFits(argv)).toBe(false);
    }
    expect(isWrite('nosuch')).toBe(false);
  });
});

describe('findCommandIn', () => {
  /** Arguments one behind the other, and where they are. */
  function place(argv: readonly string[]): [Uint8Array, Int32Array, number] {
    const spans: number[] = [];
    let text = '??';
    for (const one of argv) {
      spans.push(text.length, text.length + one.length);
      text += one;
    }
    return [new Uint8Array(Buffer.from(text, 'latin1')), Int32Array.from(spans), argv.length];
  }

  it('knows what findCommand knows', () => {
    const names = [...`${CORE}${MODULES}`.matchAll(/^([A-Z][^ ]*) /gm)].map((match) => match[1]!.split('|'));
    expect(names.length).toBeGreaterThan(500);
    for (const argv of names) {
      const name = argv.join(' ');
      expect(findCommandIn(...place([...argv, 'k'])), name).toBe(findCommand([...argv, 'k']));
      expect(findCommandIn(...place(argv.map((one) => one.toLowerCase())))?.name, name).toBe(name);
      for (const other of [`${name}X`, name.slice(1), name.replace(/.$/, '\0'), `${name.slice(0, -1)}\x0e`]) {
        const near = other.split(' ');
        expect(findCommandIn(...place([...near, 'k'])), other).toBe(findCommand([...near, 'k']));
      }
    }
    expect(findCommandIn(...place([]))).toBeUndefined();
    expect(findCommandIn(...place(['x'.repeat(70)]))).toBeUndefined();
    expect(findCommandIn(...place(['XGROUP', 'x'.repeat(70)]))).toBeUndefined();
    expect(findCommandIn(...place(['XGROUP']))?.name).toBe('XGROUP');
    // The bit that makes letters large makes other bytes of others, too.
    expect(findCommandIn(...place(['JSON\x0eSET']))).toBeUndefined();
  });
});

describe('findCommand', () => {
  it('tells of releases, families and modules', () => {
    expect(findCommand(['xGroup', 'create', 'k', 'g', '$'])).toMatchObject({
      name: 'XGROUP CREATE',
      arity: -5,
      write: true,
    });
    expect(commandInfo('delifeq')).toMatchObject({ since: '9.0', family: 'valkey' });
    expect(commandInfo('msetex')).toMatchObject({ since: '8.4', family: 'redis', module: false });
    expect(commandInfo('json.set')).toMatchObject({ module: true, write: true });
    expect(commandInfo('xgroup')).toMatchObject({ container: true });
    expect(isWrite('xgroup')).toBe(true);
    expect(isWrite('xinfo')).toBe(false);
  });
});

describeLive('redis-server', () => {
  let server: LiveServer;
  beforeAll(async () => {
    server = (await liveServer())!;
  });
  afterAll(() => server?.stop());

  const text = (reply: Reply): string => (reply instanceof Uint8Array ? reply.toString() : String(reply));

  /** Arities of 7.0 of commands that take more since. */
  const LATER = new Map([
    ['ZRANK', 3],
    ['ZREVRANK', 3],
  ]);

  it('has no command that the table does not have, with the same arity and the same writes', async () => {
    const wrong: string[] = [];
    let seen = 0;
    const compare = (info: Reply): void => {
      const [name, arity, flags, , , , , , , subcommands] = info as Reply[];
      const path = text(name!).replace('|', ' ').toUpperCase();
      const known = commandInfo(path);
      const writes = (flags as Reply[]).map(text).includes('write');
      seen++;
      if (known === undefined) wrong.push(`${path} is not known`);
      else if (known.arity !== arity && LATER.get(path) !== arity)
        wrong.push(`${path}: arity ${known.arity}, and not ${String(arity)}`);
      else if (known.write !== writes) wrong.push(`${path}: writes ${known.write}`);
      else if (known.container !== (subcommands as Reply[]).length > 0)
        wrong.push(`${path}: container ${known.container}`);
      for (const one of subcommands as Reply[]) compare(one);
    };
    for (const info of (await server.client.command('COMMAND')) as Reply[]) compare(info);
    expect(wrong).toEqual([]);
    expect(seen).toBeGreaterThan(300);
  });

  it('brought each command in the release that the table says', async () => {
    const wrong: string[] = [];
    const compare = (docs: Reply[]): void => {
      for (let i = 0; i < docs.length; i += 2) {
        const path = text(docs[i]!).replace('|', ' ').toUpperCase();
        const fields = docs[i + 1] as Reply[];
        const field = (name: string): Reply | undefined => {
          const at = fields.findIndex((one, k) => k % 2 === 0 && text(one) === name);
          return at < 0 ? undefined : fields[at + 1];
        };
        const since = text(field('since')!).replace(/\.0$/, '');
        if (commandInfo(path)?.since !== since) wrong.push(`${path}: ${commandInfo(path)?.since}, and not ${since}`);
        const subcommands = field('subcommands');
        if (subcommands !== undefined) compare(subcommands as Reply[]);
      }
    };
    compare((await server.client.command('COMMAND', 'DOCS')) as Reply[]);
    expect(wrong).toEqual([]);
  });

  it.each(KEYS)('finds the same keys in %s', async (line, places) => {
    const argv = line.split(' ');
    const [reply] = await server.client.pipeline([['COMMAND', 'GETKEYS', ...argv]]);
    if (reply instanceof ReplyError) {
      expect(reply.message).toMatch(/no key arguments|Invalid number of arguments/i);
      expect(places).toEqual([]);
      return;
    }
    const found = (reply as Reply[]).map(text).sort();
    expect(found).toEqual(places.map((i) => argv[i]!).sort());
  });

  it('finds the same keys in every command with keys of fixed places', async () => {
    const wrong: string[] = [];
    const compare = async (info: Reply): Promise<void> => {
      const [name, arity, , , , , , , , subcommands] = info as Reply[];
      for (const one of subcommands as Reply[]) await compare(one);
      // Numbers are counts of keys where one is wanted.
      const path = text(name!).split('|');
      const least = Math.abs(arity as number);
      const argv = [
        ...path,
        ...Array.from({ length: Math.max(0, least - path.length) }, (_, i) => (i < 4 ? '1' : `arg${i}`)),
      ];
      const [reply] = await server.client.pipeline([['COMMAND', 'GETKEYS', ...argv]]);
      const known = keysOf(argv);
      if (reply instanceof ReplyError) return;
      const found = (reply as Reply[]).map(text).sort();
      if (JSON.stringify(found) !== JSON.stringify([...(known ?? [])].sort())) {
        wrong.push(`${argv.join(' ')}: ${known?.join()} and not ${found.join()}`);
      }
    };
    for (const info of (await server.client.command('COMMAND')) as Reply[]) await compare(info);
    expect(wrong).toEqual([]);
  });
});
