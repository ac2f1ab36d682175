/** Commands for older servers hold nothing that is newer, by a table of its own. */
import { describe, expect, it } from 'vitest';
import { decodeDump, encodeCommand, RedisFileError, TARGETS, toCommands } from '../../src/index.ts';
import { file, intset, key, listpack, str } from '../helpers/encoders.ts';
import { corpusNames, handNames, readCorpus, readHand } from '../helpers/fixtures.ts';
import { parseResp, respOf } from './make.ts';

/** Since when Redis and Valkey have a command, or an option of it (from the command pages of redis.io and valkey.io). */
const SINCE: Readonly<Record<string, readonly [redis: string, valkey?: string]>> = {
  SELECT: ['1.0', '7.2'],
  SET: ['1.0', '7.2'],
  'SET PXAT': ['6.2', '7.2'],
  'SET EXAT': ['6.2', '7.2'],
  MSET: ['1.0', '7.2'],
  MSETEX: ['8.4', '9.1'],
  RPUSH: ['1.0', '7.2'],
  SADD: ['1.0', '7.2'],
  ZADD: ['1.2', '7.2'],
  HMSET: ['2.0', '7.2'],
  'HSET of one': ['2.0', '7.2'],
  'HSET of many': ['4.0', '7.2'],
  HSETEX: ['8.0', '9.0'],
  HPEXPIREAT: ['7.4', '9.0'],
  HEXPIREAT: ['7.4', '9.0'],
  PEXPIREAT: ['2.6', '7.2'],
  EXPIREAT: ['1.2', '7.2'],
  XADD: ['5.0', '7.2'],
  XTRIM: ['5.0', '7.2'],
  XSETID: ['5.0', '7.2'],
  'XSETID ENTRIESADDED': ['7.0', '7.2'],
  'XSETID MAXDELETEDID': ['7.0', '7.2'],
  'XGROUP CREATE': ['5.0', '7.2'],
  'XGROUP CREATE ENTRIESREAD': ['7.0', '7.2'],
  'XGROUP CREATECONSUMER': ['6.2', '7.2'],
  XREADGROUP: ['5.0', '7.2'],
  XCLAIM: ['5.0', '7.2'],
  XNACK: ['8.8'],
  XCFGSET: ['8.6'],
  XIDMPRECORD: ['8.6.2'],
  ARSET: ['8.8'],
  ARMSET: ['8.8'],
  ARSEEK: ['8.8'],
  GCRASETVALUE: ['8.8'],
  'JSON.SET': ['8.0'],
  'FUNCTION LOAD': ['7.0', '7.2'],
  RESTORE: ['2.6', '7.2'],
  'RESTORE ABSTTL': ['5.0', '7.2'],
  'RESTORE FREQ': ['5.0', '7.2'],
  'RESTORE IDLETIME': ['5.0', '7.2'],
  'RESTORE REPLACE': ['3.0', '7.2'],
};

/** What a command uses of the table: itself, and its options where they stand. */
function uses(argv: readonly string[]): string[] {
  const [name = '', ...rest] = argv;
  switch (name) {
    case 'SET':
      return rest.length === 2 ? ['SET'] : [`SET ${rest[2]}`];
    case 'HSET':
      return [rest.length > 3 ? 'HSET of many' : 'HSET of one'];
    case 'XSETID':
      return [
        'XSETID',
        ...rest
          .slice(2)
          .filter((_, i) => i % 2 === 0)
          .map((option) => `XSETID ${option}`),
      ];
    case 'XGROUP': {
      const options = rest.slice(4).filter((option) => option === 'ENTRIESREAD' || option === 'MKSTREAM');
      return [`XGROUP ${rest[0]}`, ...options.filter((o) => o !== 'MKSTREAM').map((o) => `XGROUP ${rest[0]} ${o}`)];
    }
    case 'FUNCTION':
      return [`FUNCTION ${rest[0]}`];
    case 'RESTORE':
      return [
        'RESTORE',
        ...rest
          .slice(3)
          .filter((option) => /^[A-Z]+$/.test(option))
          .map((option) => `RESTORE ${option}`),
      ];
    default:
      return [name];
  }
}

const order = (version: string): number => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch;
};

/** The RDB version of a target (aof-format.md 7.6). */
function versionsOf(target: string): number {
  const [family, version] = target.split(':') as ['redis' | 'valkey', string];
  if (family === 'valkey') return order(version) >= order('9.0') ? 80 : 11;
  const steps: [string, number][] = [
    ['2.6', 6],
    ['3.2', 7],
    ['4.0', 8],
    ['5.0', 9],
    ['7.0', 10],
    ['7.2', 11],
    ['7.4', 12],
    ['8.6', 13],
    ['8.8', 14],
    ['8.10', 15],
  ];
  return steps.findLast(([since]) => order(since) <= order(version))![1];
}

function tooNew(use: string, target: string): boolean {
  const [family, version] = target.split(':') as ['redis' | 'valkey', string];
  const since = SINCE[use];
  if (since === undefined) throw new Error(`${use} is not in the table`);
  const first = since[family === 'redis' ? 0 : 1];
  return first === undefined || order(first) > order(version);
}

const files = (): [string, Uint8Array][] => [
  ...corpusNames().map((name): [string, Uint8Array] => [name, readCorpus(name)]),
  ...handNames()
    .filter((name) => readHand(name).info.error === undefined && !/^valkey81-lz4/.test(name))
    .map((name): [string, Uint8Array] => [name, readHand(name).bytes]),
];

/** What no command makes, of files built by hand. */
const LOST: Readonly<Record<string, string[]>> = {
  dragonfly: ['fieldExpiry', 'key', 'memberExpiry'],
  'dragonfly-blob-end': ['key'],
  'dragonfly-lz4': ['key'],
  'dragonfly-zstd': ['key'],
  keydb: ['key', 'memberExpiry'],
  'rdb1-nan': ['score'],
  'rdb11-streams': ['pending'],
  'rdb12-field-ttl': ['fieldExpiry'],
  'rdb12-pre-ga': ['fieldExpiry'],
  'rdb13-keymeta-idmp': ['keyMeta'],
  'rdb8-nan': ['score'],
  'rdb9-module-aux': ['moduleAux'],
  'server-redis-8.8-keymeta': ['keyMeta'],
  'server-redis-8.8-module': ['moduleAux'],
  'valkey80-field-ttl-slots': ['slotImport'],
  'valkey81-path-hash': ['key'],
};

describe('commands for a target', () => {
  const all = files();
  const known = new Map<string, Map<string, string>>();

  /** What the commands of all files use, made once for a target, and the first command with each. */
  function usedFor(target: string): Map<string, string> {
    const used = known.get(target) ?? new Map<string, string>();
    if (known.has(target)) return used;
    known.set(target, used);
    for (const [name, bytes] of all) {
      for (const mode of ['commands', 'restore'] as const) {
        const { resp } = respOf(bytes, { target, mode, replace: true, onLoss: () => undefined });
        for (const argv of parseResp(resp)) {
          for (const use of uses(argv)) {
            if (!used.has(use)) used.set(use, `${name}, ${mode}: ${JSON.stringify(argv).slice(0, 200)}`);
          }
        }
      }
    }
    return used;
  }

  it.each([...TARGETS, 'redis:8.6.2'])('%s: no file brings anything newer', (target) => {
    const used = usedFor(target);
    for (const [use, where] of used) expect(tooNew(use, target), `${use} in ${where}`).toBe(false);
    expect(used.size).toBeGreaterThan(8);
  });

  it.each([...TARGETS, 'redis:8.6.2'])('%s: nor do the payloads of mixed logs', (target) => {
    const rdb = versionsOf(target);
    let payloads = 0;
    for (const name of [target.startsWith('valkey') ? 'valkey-9.0.4' : 'redis-8.8']) {
      const { resp } = respOf(readCorpus(name), { target, mode: 'mixed', onLoss: () => undefined });
      for (const argv of parseResp(resp)) {
        for (const use of uses(argv)) expect(tooNew(use, target), `${name}: ${use}`).toBe(false);
        if (argv[0] !== 'RESTORE') continue;
        payloads++;
        const dump = decodeDump(new Uint8Array(Buffer.from(argv[3]!, 'latin1')), {
          family: target.startsWith('valkey') ? 'valkey' : 'redis',
        });
        expect([dump.version, dump.warnings]).toEqual([rdb, []]);
        // By what each version brought (rdb-format.md); modules are there since 4.0.
        const newest =
          rdb < 7 ? 13 : rdb < 9 ? 14 : rdb < 10 ? 15 : rdb < 11 ? 19 : rdb < 12 ? 21 : rdb === 80 ? 22 : 28;
        expect(dump.typeId, `${name}: ${argv[1]}`).toBeLessThanOrEqual(newest);
      }
    }
    expect(payloads).toBeGreaterThan(40);
  });

  it('together they use all that the table has', () => {
    const seen = new Set<string>();
    for (const target of [...TARGETS, 'redis:8.6.2']) for (const use of usedFor(target).keys()) seen.add(use);
    const never = Object.keys(SINCE).filter((use) => !seen.has(use));
    // No file has two strings that go at the same time.
    expect(never).toEqual(['MSETEX']);
  });

  it('for the server that wrote the file, which is the default, hold all but what no command makes', () => {
    const lost: Record<string, string[]> = {};
    for (const [name, bytes] of all) {
      const kinds = new Set<string>();
      respOf(bytes, { onLoss: ({ kind }) => kinds.add(kind) });
      if (kinds.size > 0) lost[name] = [...kinds].sort();
    }
    expect(lost).toEqual(LOST);
  });

  /** A hash whose value is an entry of 16383 bytes: the size where the listpacks of RDB 14 differ. */
  const border = (version: number): Uint8Array => {
    const short = version >= 14;
    return file(version, key(16, 'h', str(listpack(['a', 'x'.repeat(16_378)], { short }))), key(11, 's', SET));
  };
  const SET = str(intset(2, [1, 2]));

  it.each([
    [14, 'redis:7.0', ['HSET', 'RESTORE']],
    [14, 'redis:8.6', ['HSET', 'RESTORE']],
    [15, 'valkey:9.0', ['HSET', 'RESTORE']],
    [11, 'redis:8.8', ['HSET', 'RESTORE']],
    [14, 'redis:8.8', ['RESTORE', 'RESTORE']],
    [15, 'redis:8.10', ['RESTORE', 'RESTORE']],
    [10, 'redis:7.2', ['RESTORE', 'RESTORE']],
  ] as const)('listpacks of RDB %i do not go unread to %s where they are others there', (version, target, names) => {
    const { resp } = respOf(border(version), { target, mode: 'restore' });
    expect(parseResp(resp).map(([name]) => name)).toEqual(names);
  });

  it('names the targets that there are', () => {
    expect(() => toCommands([], { target: 'redis:5.1' })).toThrow(/redis:5\.0, redis:6\.0.*"redis:5\.1"/);
    expect(() => toCommands([], { target: 'redis:7.0.15' })).not.toThrow();
    const caught = ((): unknown => {
      try {
        return toCommands([], { target: 'kvrocks:2.0' });
      } catch (error) {
        return error;
      }
    })();
    expect(RedisFileError.is(caught) && caught.code).toBe('INVALID_ARGUMENT');
  });
});

describe('caps', () => {
  /** Arguments around the items of a command, and arguments of an item; undefined for commands without items. */
  const SHAPES: Readonly<Record<string, readonly [around: number, each: number]>> = {
    RPUSH: [2, 1],
    SADD: [2, 1],
    ZADD: [2, 2],
    HSET: [2, 2],
    MSET: [1, 2],
    MSETEX: [4, 2],
    HSETEX: [6, 2],
    HPEXPIREAT: [5, 1],
    HEXPIREAT: [5, 1],
    XCLAIM: [10, 1],
    ARSET: [3, 1],
    ARMSET: [2, 2],
  };

  it.each(['redis:6.2', 'redis:7.4', 'redis:8.8'])('are kept by all commands for %s', (target) => {
    const caps = { items: 7, bytes: 400 };
    for (const [name, bytes] of files()) {
      const { resp } = respOf(bytes, { target, caps, onLoss: () => undefined });
      for (const argv of parseResp(resp)) {
        const shape = SHAPES[argv[0]!];
        if (shape === undefined) continue;
        const items = (argv.length - shape[0]) / shape[1];
        const size = encodeCommand(argv.map((text) => new Uint8Array(Buffer.from(text, 'latin1')))).length;
        expect(items, `${name}: ${argv[0]}`).toBeLessThanOrEqual(caps.items);
        if (items > 1) expect(size, `${name}: ${argv[0]}`).toBeLessThanOrEqual(caps.bytes);
      }
    }
  });
});
