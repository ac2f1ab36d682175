/** The commands of each value and target, written by hand. */
import { describe, expect, it } from 'vitest';
import {
  CommandBuilder,
  type CommandOptions,
  decodeDump,
  encodeDump,
  type LogRecord,
  type Loss,
  RdbParser,
  RdbWriter,
  RedisFileError,
  toCommands,
} from '../../src/index.ts';
import { b, hash, key, list, set, stream, string, zset } from './records.ts';

/** Commands as text, their arguments with blanks between them; empty ones as "". */
function linesOf(records: LogRecord[], options: CommandOptions = {}): string[] {
  const builder = new CommandBuilder({ target: 'redis:7.0', ...options });
  return [...builder.push(records), ...builder.end()].map(({ argv }) =>
    argv.map((argument) => Buffer.from(argument).toString('latin1') || '""').join(' '),
  );
}

const T = 4102444800000;
const T1 = T + 1;

describe('strings', () => {
  const plain = [key('a', string('1')), key('b', string(''))];

  it('share an MSET where they have no time', () => {
    expect(linesOf(plain)).toEqual(['MSET a 1 b ""']);
    expect(linesOf(plain.slice(0, 1))).toEqual(['SET a 1']);
    expect(linesOf(plain, { cluster: true })).toEqual(['SET a 1', 'SET b ""']);
  });

  it('have their time inside where the target knows that', () => {
    const timed = [key('a', string('1'), { expiresAt: T }), key('b', string('2'), { expiresAt: T1 })];
    expect(linesOf(timed)).toEqual([`SET a 1 EXAT ${T / 1000}`, `SET b 2 PXAT ${T1}`]);
    expect(linesOf(timed, { target: 'redis:6.0' })).toEqual([
      'SET a 1',
      `EXPIREAT a ${T / 1000}`,
      'SET b 2',
      `PEXPIREAT b ${T1}`,
    ]);
  });

  it('with the same time share an MSETEX', () => {
    const timed = [T, T1, T].map((expiresAt, i) => key(`k${i}`, string('v'), { expiresAt }));
    const lines = [`MSETEX 2 k0 v k2 v EXAT ${T / 1000}`, `SET k1 v PXAT ${T1}`];
    expect(linesOf(timed, { target: 'redis:8.4' })).toEqual(lines);
    expect(linesOf(timed, { target: 'valkey:9.1' })).toEqual(lines);
    expect(linesOf(timed, { target: 'valkey:9.0' })[0]).toBe(`SET k0 v EXAT ${T / 1000}`);
    expect(linesOf(timed, { target: 'redis:8.4', cluster: true })).toHaveLength(3);
  });

  it('keep times that SET does not take, and exact ones', () => {
    expect(linesOf([key('a', string('1'), { expiresAt: 0 })])).toEqual(['SET a 1', 'EXPIREAT a 0']);
    expect(linesOf([key('a', string('1'), { expiresAt: -1500 })])).toEqual(['SET a 1', 'PEXPIREAT a -1500']);
    const wide = { expiresAt: Number(2n ** 62n + 1n), exact: { expiresAt: 2n ** 62n + 1n } };
    expect(linesOf([key('a', string('1'), wide)])).toEqual([`SET a 1 PXAT ${2n ** 62n + 1n}`]);
  });
});

describe('collections', () => {
  it('are one command each, with the time behind it', () => {
    expect(linesOf([key('l', list('a', '', 'b'), { expiresAt: T1 })])).toEqual(['RPUSH l a "" b', `PEXPIREAT l ${T1}`]);
    expect(linesOf([key('s', set('a', 'b'), { expiresAt: T })])).toEqual(['SADD s a b', `EXPIREAT s ${T / 1000}`]);
    expect(linesOf([key('z', zset(['a', 1], ['b', -0], ['c', 0.5], ['d', Infinity], ['e', 2000]))])).toEqual([
      'ZADD z 1 a -0 b .5 c inf d 2e3 e',
    ]);
    expect(linesOf([key('h', hash(['f', '1'], ['g', '2']))])).toEqual(['HSET h f 1 g 2']);
    expect(linesOf([key('h', hash(['f', '1']))], { target: 'redis:3.2' })).toEqual(['HMSET h f 1']);
  });

  it('without items are no keys, as servers drop them', () => {
    const empty = [list(), set(), zset(), hash()].map((value, i) => key(`k${i}`, value, { expiresAt: T }));
    expect(linesOf(empty)).toEqual([]);
  });

  it('stand behind a SELECT where their database is another one', () => {
    const records = [
      key('a', string('1')),
      key('l', list('x'), { db: 3 }),
      key('b', string('2'), { db: 3 }),
      key('c', string('3')),
    ];
    expect(linesOf(records)).toEqual(['SET a 1', 'SELECT 3', 'RPUSH l x', 'SET b 2', 'SELECT 0', 'SET c 3']);
    const builder = new CommandBuilder();
    expect([...builder.push(records), ...builder.end()].map(({ db }) => db)).toEqual([0, 0, 3, 3, 3, 0]);
  });

  it('are divided where they grow too large', () => {
    const lines = (value: Parameters<typeof key>[1], items: number, bytes = 1 << 20): string[] =>
      linesOf([key('k', value)], { caps: { items, bytes } });
    expect(lines(list('a', 'b', 'c', 'd', 'e'), 2)).toEqual(['RPUSH k a b', 'RPUSH k c d', 'RPUSH k e']);
    expect(lines(hash(['a', '1'], ['b', '2'], ['c', '3']), 2)).toEqual(['HSET k a 1 b 2', 'HSET k c 3']);
    // *N, HSET, k: 4 + 10 + 7 bytes, and 14 for each pair; a pair too large stands alone.
    expect(lines(hash(['a', '1'], ['b', '2'], ['c', '3']), 9, 55)).toEqual(['HSET k a 1 b 2', 'HSET k c 3']);
    const large = 'x'.repeat(60);
    expect(lines(hash(['a', '1'], ['b', large], ['c', '3']), 9, 55)).toEqual([
      'HSET k a 1',
      `HSET k b ${large}`,
      'HSET k c 3',
    ]);
  });
});

describe('the order of commands', () => {
  const library = { kind: 'function' as const, offset: 0, name: 'l', engine: 'LUA', code: b('#!lua name=l\n') };
  const sorted = (db: number): LogRecord[] => [
    key('a', string('1'), { db }),
    key('b', string('2'), { db }),
    key('c', string('3'), { db, expiresAt: T }),
    key('d', string('4'), { db, expiresAt: T }),
    key('e', string('5'), { db, expiresAt: T1 }),
    key('f', list('x'), { db }),
    key('g', set('y'), { db, expiresAt: T }),
  ];

  it('is that of the keys, where these are sorted', () => {
    const plain = [
      'MSET a 1 b 2',
      `SET c 3 EXAT ${T / 1000}`,
      `SET d 4 EXAT ${T / 1000}`,
      `SET e 5 PXAT ${T1}`,
      'RPUSH f x',
      'SADD g y',
      `EXPIREAT g ${T / 1000}`,
    ];
    const records = [library, ...sorted(0), ...sorted(2), key('z', list('x'), { db: 3 })];
    const head = 'FUNCTION LOAD #!lua name=l\n';
    expect(linesOf(records)).toEqual([head, ...plain, 'SELECT 2', ...plain, 'SELECT 3', 'RPUSH z x']);
    const grouped = [plain[0], `MSETEX 2 c 3 d 4 EXAT ${T / 1000}`, ...plain.slice(3)];
    expect(linesOf(records, { target: 'redis:8.4' })).toEqual([
      ...[head, ...grouped, 'SELECT 2', ...grouped, 'SELECT 3', 'RPUSH z x'],
    ]);
  });

  it('leaves strings together, where keys come in any order', () => {
    const records = [key('l1', list('x')), key('a', string('1')), key('l2', list('x')), key('b', string('2'))];
    expect(linesOf(records)).toEqual(['RPUSH l1 x', 'RPUSH l2 x', 'MSET a 1 b 2']);
    expect(linesOf([key('0', string('0')), ...records, key('c', string('3'), { expiresAt: T })])).toEqual([
      'SET 0 0',
      'RPUSH l1 x',
      'RPUSH l2 x',
      `SET c 3 EXAT ${T / 1000}`,
      'MSET a 1 b 2',
    ]);
  });
});

describe('times of fields', () => {
  const value = hash(['a', '1', T], ['b', '2'], ['c', '3', T1], ['d', '4', T]);

  it('are set for all fields of one time together', () => {
    expect(linesOf([key('h', value)], { target: 'redis:8.0' })).toEqual([
      'HSET h b 2',
      `HSETEX h EXAT ${T / 1000} FIELDS 2 a 1 d 4`,
      `HSETEX h PXAT ${T1} FIELDS 1 c 3`,
    ]);
    expect(linesOf([key('h', value)], { target: 'redis:7.4' })).toEqual([
      'HSET h a 1 b 2 c 3 d 4',
      `HEXPIREAT h ${T / 1000} FIELDS 2 a d`,
      `HPEXPIREAT h ${T1} FIELDS 1 c`,
    ]);
    expect(linesOf([key('h', hash(['a', '1', T]))], { target: 'valkey:9.0' })).toEqual([
      `HSETEX h EXAT ${T / 1000} FIELDS 1 a 1`,
    ]);
  });

  it('keep the caps', () => {
    const many = hash(...Array.from({ length: 5 }, (_, i): [string, string, number] => [`f${i}`, 'v', T]));
    expect(linesOf([key('h', many)], { target: 'redis:8.0', caps: { items: 2 } })).toEqual([
      `HSETEX h EXAT ${T / 1000} FIELDS 2 f0 v f1 v`,
      `HSETEX h EXAT ${T / 1000} FIELDS 2 f2 v f3 v`,
      `HSETEX h EXAT ${T / 1000} FIELDS 1 f4 v`,
    ]);
  });

  it('are a loss for targets without them', () => {
    const losses: Loss[] = [];
    const options = { target: 'valkey:8.1', onLoss: (loss: Loss) => losses.push(loss) };
    expect(linesOf([key('h', value, { offset: 77 })], options)).toEqual(['HSET h a 1 b 2 c 3 d 4']);
    expect(losses).toMatchObject([{ kind: 'fieldExpiry', offset: 77, db: 0, key: b('h'), type: 'hash' }]);
  });

  it('end where commands do, though files may hold later ones', () => {
    const losses: Loss[] = [];
    const options = { target: 'redis:7.4', onLoss: (loss: Loss) => losses.push(loss) };
    const last = 2 ** 46 - 1;
    expect(linesOf([key('h', hash(['a', '1', last], ['b', '2', last + 1]))], options)).toEqual([
      'HSET h a 1 b 2',
      `HPEXPIREAT h ${last} FIELDS 1 a`,
    ]);
    expect(losses).toMatchObject([{ kind: 'fieldExpiry', key: b('h') }]);
  });
});

describe('streams', () => {
  it('are XADD alone where nothing else is to be said', () => {
    expect(linesOf([key('s', stream(['1-0', '1-1']))])).toEqual(['XADD s 1 f v', 'XADD s 1-1 f v']);
  });

  it('have XSETID name what differs', () => {
    const s = (info: object): string => linesOf([key('s', stream(['1-1'], info))])[1]!;
    expect(s({ lastId: '5-0' })).toBe('XSETID s 5');
    expect(s({ entriesAdded: 9 })).toBe('XSETID s 1-1 ENTRIESADDED 9');
    expect(s({ lastId: '2-2', entriesAdded: 2, maxDeletedId: '2-0' })).toBe(
      'XSETID s 2-2 ENTRIESADDED 2 MAXDELETEDID 2',
    );
  });

  it('are created empty by the shortest command that leaves no trace', () => {
    const empty = (info: object, target = 'redis:7.0'): string[] => linesOf([key('s', stream([], info))], { target });
    expect(empty({ lastId: '7-1', entriesAdded: 1 })).toEqual(['XADD s MAXLEN 0 7-1 "" ""']);
    expect(empty({})).toEqual(['XADD s MAXLEN 0 0-1 "" ""', 'XSETID s 0 ENTRIESADDED 0']);
    const group = { name: b('g'), lastDeliveredId: '0-0', entriesRead: 0, pending: [], consumers: [] };
    expect(empty({ groups: [group] })).toEqual(['XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD 0']);
    expect(empty({ groups: [group], lastId: '3-0', entriesAdded: 4 })).toEqual([
      'XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD 0',
      'XSETID s 3 ENTRIESADDED 4',
    ]);
    // From 8.4 on what a group has read is checked against what was added.
    expect(empty({ groups: [{ ...group, entriesRead: 4 }], lastId: '3-0', entriesAdded: 4 }, 'redis:8.4')).toEqual([
      'XADD s MAXLEN 0 3 "" ""',
      'XSETID s 3 ENTRIESADDED 4',
      'XGROUP CREATE s g 0 ENTRIESREAD 4',
    ]);
  });

  const pending = (id: string, consumer: string | undefined, deliveryTime = 5, deliveryCount = 1) => ({
    id,
    consumer: consumer === undefined ? undefined : b(consumer),
    deliveryTime,
    deliveryCount,
  });
  const consumers = ['c', 'd', 'e'].map((name) => ({ name: b(name), seenTime: 1, activeTime: 1 }));
  const group = {
    name: b('g'),
    lastDeliveredId: '3-0',
    entriesRead: null,
    pending: [pending('1-0', 'c'), pending('2-0', 'd'), pending('3-0', 'c'), pending('3-1', 'c', 6, 2)],
    consumers,
  };
  const ids = ['1-0', '2-0', '3-0', '3-1'];

  it('have an XCLAIM for all entries of a consumer, a time and a count', () => {
    expect(linesOf([key('s', stream(ids, { groups: [group] }))]).slice(4)).toEqual([
      'XGROUP CREATE s g 3',
      'XCLAIM s g c 0 1 3 TIME 5 RETRYCOUNT 1 FORCE',
      'XCLAIM s g c 0 3-1 TIME 6 RETRYCOUNT 2 FORCE',
      'XCLAIM s g d 0 2 TIME 5 RETRYCOUNT 1 FORCE',
      'XGROUP CREATECONSUMER s g e',
    ]);
    expect(linesOf([key('s', stream(ids, { groups: [group] }))], { target: 'redis:6.0' }).at(-1)).toBe(
      'XREADGROUP GROUP g e COUNT 1 STREAMS s 0',
    );
  });

  it('lose what a delivery count has beyond that of XCLAIM', () => {
    const many = { ...pending('1-0', 'c'), deliveryCount: 2 ** 63, exact: { deliveryCount: 2n ** 63n } };
    const value = stream(ids, { groups: [{ ...group, pending: [many], consumers: consumers.slice(0, 1) }] });
    const losses: Loss[] = [];
    const lines = linesOf([key('s', value)], { onLoss: (loss) => losses.push(loss) });
    expect(lines).toContain('XCLAIM s g c 0 1 TIME 5 RETRYCOUNT 9223372036854775807 FORCE');
    expect(losses.map(({ kind }) => kind)).toEqual(['pending']);
    expect(() => linesOf([key('s', value)])).toThrow(expect.objectContaining({ code: 'LOSSY' }));
  });

  it('have pending entries that were trimmed there until they are claimed', () => {
    const gone = { ...group, pending: [pending('1-0', 'c'), pending('2-0', 'c')], consumers: consumers.slice(0, 1) };
    const value = stream(['2-0'], { groups: [gone] });
    expect(linesOf([key('s', value)])).toEqual([
      'XADD s 1 "" ""',
      'XADD s 2 f v',
      'XGROUP CREATE s g 3',
      'XCLAIM s g c 0 1 2 TIME 5 RETRYCOUNT 1 FORCE',
      'XTRIM s MAXLEN 1',
      'XSETID s 2 ENTRIESADDED 1',
    ]);
    // Counters come first where they may, as servers from 8.4 on look at them when a group is made.
    expect(linesOf([key('s', stream(['2-0'], { groups: [gone], entriesAdded: 7 }))])).toEqual([
      'XADD s 1 "" ""',
      'XADD s 2 f v',
      'XSETID s 2 ENTRIESADDED 7',
      'XGROUP CREATE s g 3',
      'XCLAIM s g c 0 1 2 TIME 5 RETRYCOUNT 1 FORCE',
      'XTRIM s MAXLEN 1',
    ]);
    expect(linesOf([key('s', stream([], { groups: [gone], lastId: '2-0', entriesAdded: 2 }))])).toEqual([
      'XADD s 1 "" ""',
      'XADD s 2 "" ""',
      'XGROUP CREATE s g 3',
      'XCLAIM s g c 0 1 2 TIME 5 RETRYCOUNT 1 FORCE',
      'XTRIM s MAXLEN 0',
    ]);
    for (const target of ['redis:5.0', 'redis:6.2']) {
      expect(linesOf([key('s', value)], { target })).toEqual([
        'XADD s 1 "" ""',
        'XADD s 2 f v',
        'XGROUP CREATE s g 3',
        'XCLAIM s g c 0 1 2 TIME 5 RETRYCOUNT 1 FORCE',
        'XTRIM s MAXLEN 1',
      ]);
    }
  });

  it('have pending entries that were deleted between others claimed before there are entries', () => {
    const gone = { ...group, pending: [pending('1-0', 'c'), pending('2-0', 'c')], consumers: consumers.slice(0, 1) };
    const value = stream(['1-0', '3-0'], { groups: [gone], entriesAdded: 3, maxDeletedId: '2-0' });
    expect(linesOf([key('s', value)])).toEqual([
      'XADD s 2 "" ""',
      'XGROUP CREATE s g 3',
      'XCLAIM s g c 0 2 TIME 5 RETRYCOUNT 1 FORCE',
      'XTRIM s MAXLEN 0',
      'XSETID s 0',
      'XADD s 1 f v',
      'XADD s 3 f v',
      'XSETID s 3 MAXDELETEDID 2',
      'XCLAIM s g c 0 1 TIME 5 RETRYCOUNT 1 FORCE',
    ]);
  });

  it('have entries that were handed back nacked in their order', () => {
    const nacked = {
      ...group,
      pending: [pending('1-0', undefined, 0, 3), pending('2-0', undefined, 0, 3), pending('3-0', undefined, 0, 1)],
      nacked: ['2-0', '1-0', '3-0'],
      consumers: [],
    };
    const value = stream(ids, { groups: [nacked] });
    expect(linesOf([key('s', value)], { target: 'redis:8.8' }).slice(5)).toEqual([
      'XNACK s g FAIL IDS 2 2 1 RETRYCOUNT 3 FORCE',
      'XNACK s g FAIL IDS 1 3 RETRYCOUNT 1 FORCE',
    ]);
    const losses: Loss[] = [];
    expect(linesOf([key('s', value)], { onLoss: (loss) => losses.push(loss) }).slice(5)).toEqual([]);
    expect(losses.map(({ kind }) => kind)).toEqual(['pending']);
  });

  it('remember additions where their entries are there', () => {
    const losses: Loss[] = [];
    const idmp = {
      duration: 300,
      maxEntries: 100,
      producers: [
        {
          id: b('p'),
          entries: [
            { iid: b('x'), id: '1-0' },
            { iid: b('y'), id: '1-9' },
          ],
        },
      ],
      added: 2,
      duplicates: 0,
    };
    const record = key('s', stream(ids, { idmp }));
    const onLoss = (loss: Loss) => losses.push(loss);
    expect(linesOf([record], { target: 'redis:8.8', onLoss }).slice(4)).toEqual([
      'XCFGSET s IDMP-DURATION 300',
      'XIDMPRECORD s p x 1',
    ]);
    expect(losses).toMatchObject([{ kind: 'idmp', key: b('s') }]);
    expect(() => linesOf([record], { target: 'redis:8.8' })).toThrow(/of entries that are gone/);
    expect(() => linesOf([record], { target: 'redis:8.6' })).toThrow(/redis:8\.6 cannot hold/);
  });

  it('lose their counters on targets before 7.0, where they say more than the entries', () => {
    const old = { target: 'redis:6.2' };
    expect(linesOf([key('s', stream(['1-0']))], old)).toEqual(['XADD s 1 f v']);
    expect(() => linesOf([key('s', stream(['1-0'], { entriesAdded: 2 }))], old)).toThrow(RedisFileError);
  });
});

describe('arrays and other types', () => {
  const array = (items: [number, string][], insertIndex?: number) =>
    key('a', {
      type: 'array',
      value: { items: items.map(([index, text]) => ({ index, value: b(text) })), insertIndex },
    });
  const target = 'redis:8.8';

  it('set runs of neighbours together, and the rest by index', () => {
    const run = Array.from({ length: 5 }, (_, i): [number, string] => [10 + i, `v${i}`]);
    expect(linesOf([array([[0, 'x'], ...run, [99, 'y'], [100, 'z']], 4)], { target })).toEqual([
      'ARSET a 10 v0 v1 v2 v3 v4',
      'ARMSET a 0 x 99 y 100 z',
      'ARSEEK a 5',
    ]);
    expect(linesOf([array([[7, 'x']])], { target })).toEqual(['ARSET a 7 x']);
    expect(linesOf([array(run)], { target, caps: { items: 2 } })).toEqual([
      'ARMSET a 10 v0 11 v1',
      'ARMSET a 12 v2 13 v3',
      'ARSET a 14 v4',
    ]);
  });

  it('write rate limiters, and documents of Dragonfly', () => {
    expect(linesOf([key('g', { type: 'gcra', value: { tat: 5 } }, { expiresAt: T })], { target })).toEqual([
      'GCRASETVALUE g 5',
      `EXPIREAT g ${T / 1000}`,
    ]);
    expect(linesOf([key('j', { type: 'json', value: b('{}') })], { target })).toEqual(['JSON.SET j $ {}']);
  });

  it('put modules into RESTORE, as payloads that hold what they held', () => {
    const value = {
      module: 'test__rdb',
      version: 1,
      parts: [
        { type: 'uint' as const, value: 1 },
        { type: 'uint' as const, value: Number(2n ** 64n - 1n), exact: { value: 2n ** 64n - 1n } },
        { type: 'float' as const, value: 1.5 },
        { type: 'double' as const, value: -0.1 },
        { type: 'double' as const, value: Number.NaN, bits: 0x7ff8000000000001n },
        { type: 'string' as const, value: b('x'.repeat(300)) },
      ],
    };
    const builder = new CommandBuilder({ target: 'redis:7.0' });
    const [command] = builder.push([key('m', { type: 'module', value }, { expiresAt: T, freq: 3 })]);
    const text = command!.argv.map((argument) => Buffer.from(argument).toString('latin1'));
    expect([...text.slice(0, 3), ...text.slice(4)]).toEqual(['RESTORE', 'm', String(T), 'ABSTTL', 'FREQ', '3']);
    const dump = decodeDump(command!.argv[3]!);
    expect(dump).toMatchObject({ version: 10, checksum: 'verified', typeId: 7, type: 'module', warnings: [] });
    expect(dump.value).toEqual(value);
  });

  it('carry journals along', () => {
    const record: LogRecord = {
      kind: 'keyJournal',
      offset: 0,
      db: 2,
      key: b('m'),
      expiresAt: T,
      base: b('payload'),
      commands: [['BF.ADD', 'm', 'x'].map(b), ['BF.ADD', 'm', 'y'].map(b)],
    };
    expect(linesOf([record])).toEqual([
      'SELECT 2',
      'RESTORE m 0 payload',
      'BF.ADD m x',
      'BF.ADD m y',
      `EXPIREAT m ${T / 1000}`,
    ]);
  });

  it('carry journals along only to where they can be taken', () => {
    const base = encodeDump(
      { type: 'module', value: { module: 'MBbloom--', version: 4, parts: [{ type: 'uint', value: 7 }] } },
      { target: 'redis:8.0' },
    );
    const journal = (more: object): LogRecord => ({
      ...{
        kind: 'keyJournal',
        offset: 5,
        db: 0,
        key: b('m'),
        expiresAt: undefined,
        commands: [['BF.ADD', 'm', 'x'].map(b)],
      },
      ...more,
    });
    const made = (record: LogRecord, options: CommandOptions): [string[], (string | undefined)[]] => {
      const losses: Loss[] = [];
      const lines = linesOf([record, key('z', list('1'))], { ...options, onLoss: (loss) => losses.push(loss) });
      return [
        lines.map((line) => line.replace(/^(RESTORE m 0 ).*?( REPLACE|$)/s, '$1...$2')),
        losses.map(({ kind, key }) => `${kind} ${Buffer.from(key!).toString()}`),
      ];
    };
    expect(made(journal({}), { target: 'redis:3.2' })).toEqual([['RPUSH z 1'], ['key m']]);
    expect(made(journal({}), { target: 'redis:4.0' })).toEqual([['BF.ADD m x', 'RPUSH z 1'], []]);
    const replaced = ['RESTORE m 0 ... REPLACE', 'BF.ADD m x', 'RPUSH z 1'];
    expect(made(journal({ base }), { target: 'redis:8.0', replace: true })).toEqual([replaced, []]);
    // A payload of a newer version is one of the target, as all store modules alike; of other types that is not known.
    expect(made(journal({ base }), { target: 'redis:7.0', replace: true })).toEqual([replaced, []]);
    const builder = new CommandBuilder({ target: 'redis:7.0' });
    const [restore] = builder.push([journal({ base, expiresAt: T })]);
    const { version, value } = decodeDump(restore!.argv[3]!);
    expect([version, value]).toMatchObject([10, { module: 'MBbloom--', parts: [{ value: 7 }] }]);
    const other = encodeDump({ type: 'list', value: ['x'] }, { target: 'redis:8.0' });
    expect(made(journal({ base: other }), { target: 'redis:7.0' })).toEqual([['RPUSH z 1'], ['key m']]);
    const wide = { expiresAt: Number(2n ** 62n), exact: { expiresAt: 2n ** 62n + 1n } };
    expect(made(journal(wide), {})[0]).toEqual(['BF.ADD m x', `PEXPIREAT m ${2n ** 62n + 1n}`, 'RPUSH z 1']);
    // What the text was made of is not known.
    const text = journal({ key: 'm', commands: [['BF.ADD', 'm', 'x']] });
    expect(() => made(text, {})).toThrow('strings must be bytes here');
    expect(made(journal({}), { duplicates: true })[0]).toEqual(['BF.ADD m x', 'RPUSH z 1']);
    expect(linesOf([key('m', list('1')), journal({})], { duplicates: true })).toEqual([
      'RPUSH m 1',
      'DEL m',
      'BF.ADD m x',
    ]);
  });

  it('are no keys to files, which say so', () => {
    const losses: Loss[] = [];
    const journal = { kind: 'keyJournal', offset: 5, db: 3, key: b('m'), expiresAt: undefined, commands: [] } as const;
    const writer = new RdbWriter({ target: 'redis:7.0', onLoss: (loss) => losses.push(loss) });
    const file = Buffer.concat([...writer.push([journal as never, key('z', list('1'))]), ...writer.end()]);
    expect(losses).toMatchObject([{ kind: 'key', db: 3, key: b('m'), type: 'module', offset: 5 }]);
    const parser = new RdbParser();
    const keys = [...parser.push(new Uint8Array(file)), ...parser.end()].filter(({ kind }) => kind === 'key');
    expect(keys).toMatchObject([{ db: 0, key: b('z') }]);
    expect(() => new RdbWriter().push([journal as never])).toThrow(expect.objectContaining({ code: 'LOSSY' }));
  });

  it('carry commands along that concern no key, in their database', () => {
    const journal = (db: number, ...lines: string[]): LogRecord => ({
      kind: 'journal',
      offset: 7,
      db,
      commands: lines.map((line) => line.split(' ').map(b)),
    });
    const records = [
      journal(0, 'FT.CREATE i SCHEMA t TEXT', 'FT.DICTADD d x'),
      journal(3, 'FT.DICTADD d y'),
      key('a', string('1')),
      key('b', string('2')),
      journal(0, 'FT.DICTADD d z'),
    ];
    const lines = [
      ...['FT.CREATE i SCHEMA t TEXT', 'FT.DICTADD d x', 'SELECT 3', 'FT.DICTADD d y'],
      ...['SELECT 0', 'FT.DICTADD d z', 'MSET a 1 b 2'],
    ];
    for (const mode of ['commands', 'mixed', 'restore'] as const) {
      if (mode !== 'restore') expect(linesOf(records, { mode })).toEqual(lines);
      expect(linesOf(records.slice(0, 2), { mode })).toEqual(lines.slice(0, 4));
    }
    const losses: Loss[] = [];
    expect(linesOf(records, { target: 'redis:3.2', onLoss: (loss) => losses.push(loss) })).toEqual(['MSET a 1 b 2']);
    expect(losses).toHaveLength(3);
    expect(losses[0]).toMatchObject({ kind: 'moduleAux', offset: 7, db: undefined, key: undefined });
    expect(losses[0]!.message).toMatch(/FT.CREATE.*redis:3.2 cannot hold/);
    expect(() => linesOf(records, { target: 'redis:3.2' })).toThrow(expect.objectContaining({ code: 'LOSSY' }));
  });

  it('load functions, also those of release candidates', () => {
    const stored = { kind: 'function' as const, offset: 0, name: 'lib', engine: 'LUA', code: b('return 1') };
    expect(linesOf([stored, { ...stored, code: b('#!lua name=x\nreturn 2') }])).toEqual([
      'FUNCTION LOAD #!lua name=lib\nreturn 1',
      'FUNCTION LOAD #!lua name=x\nreturn 2',
    ]);
    expect(() => linesOf([stored], { target: 'redis:6.2' })).toThrow(/function library lib/);
    const other = { ...stored, code: b('#!js name=lib\ncode') };
    expect(linesOf([other], { target: 'valkey:8.1' })).toEqual(['FUNCTION LOAD #!js name=lib\ncode']);
    for (const target of ['valkey:8.0', 'redis:8.8']) {
      expect(() => linesOf([other], { target })).toThrow(/function library lib in js, which/);
    }
  });
});

describe('what cannot be written', () => {
  it('ends the job with the code LOSSY, unless onLoss takes it', () => {
    const record = key('s', stream(['1-0']), { offset: 9, db: 1 });
    const caught = ((): unknown => {
      try {
        return linesOf([record], { target: 'redis:4.0' });
      } catch (error) {
        return error;
      }
    })() as RedisFileError;
    expect(caught).toMatchObject({ code: 'LOSSY', offset: 9, context: { db: 1, key: b('s'), type: 'stream' } });
    const losses: Loss[] = [];
    expect(linesOf([record, key('a', string('1'))], { target: 'redis:4.0', onLoss: (l) => losses.push(l) })).toEqual([
      'SET a 1',
    ]);
    expect(losses).toMatchObject([{ kind: 'key' }]);
  });

  it('names members that have times, scores that are no numbers, and metadata', () => {
    const kinds: string[] = [];
    const records = [
      key('s', set('a'), { memberExpires: [{ member: b('a'), expiresAt: T }] }),
      key('z', zset(['a', Number.NaN], ['b', 1])),
      key('m', list('x'), { meta: [{ class: 'KMT1', version: 1, flags: 1, parts: [] }] }),
    ];
    expect(linesOf(records, { onLoss: ({ kind }) => kinds.push(kind) })).toEqual([
      'SADD s a',
      'ZADD z 1 b',
      'RPUSH m x',
    ]);
    expect(kinds).toEqual(['memberExpiry', 'score', 'keyMeta']);
  });

  it('refuses records without values and wrong options', () => {
    const code = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return (error as RedisFileError).code;
      }
    };
    expect(code(() => linesOf([key('a', string('1'), { value: undefined })]))).toBe('INVALID_ARGUMENT');
    expect(code(() => linesOf([key('a', string('1'))], { mode: 'restore' }))).toBe('INVALID_ARGUMENT');
    expect(code(() => toCommands([], { mode: 'x' as never }))).toBe('INVALID_ARGUMENT');
    expect(code(() => toCommands([], { caps: { items: 0 } }))).toBe('INVALID_ARGUMENT');
    expect(code(() => toCommands([], { caps: { bytes: 1e12 } }))).toBe('INVALID_ARGUMENT');
  });
});

describe('keys that stand twice', () => {
  it('count as they stand last where that is asked for', () => {
    const records = [key('a', list('x')), key('s', string('1')), key('a', list('y')), key('s', string('2'))];
    expect(linesOf(records, { duplicates: true })).toEqual([
      'RPUSH a x',
      'SET s 1',
      'DEL a',
      'RPUSH a y',
      'DEL s',
      'SET s 2',
    ]);
    expect(linesOf([key('a', list('x')), key('a', list('y'), { db: 1 })], { duplicates: true })).toHaveLength(3);
  });
});

describe('damage', () => {
  it('takes back a key that is damaged, by a command where some of it has left', () => {
    const begin = { ...key('l', list()), kind: 'keyBegin', value: undefined } as LogRecord;
    const items = { ...key('l', list('a', 'b')), kind: 'keyItems' } as LogRecord;
    const end = { ...key('l', list()), kind: 'keyEnd', value: undefined } as LogRecord;
    const warning: LogRecord = {
      kind: 'warning',
      offset: 0,
      code: 'DAMAGED',
      message: '',
      db: 0,
      key: b('l'),
      error: new RedisFileError('BAD_LISTPACK', ''),
    };
    const before = key('a', list('x'));
    expect(linesOf([before, begin, items, warning, end])).toEqual(['RPUSH a x']);
    const builder = new CommandBuilder({ caps: { items: 1 } });
    const text = (records: LogRecord[]): string[] =>
      builder.push(records).map(({ argv }) => argv.map((a) => Buffer.from(a).toString()).join(' '));
    expect(text([before, begin, items])).toEqual(['RPUSH a x', 'RPUSH l a']);
    expect(text([warning, end])).toEqual(['DEL l']);
  });
});

describe('toCommands', () => {
  it('takes streams of batches, async and plain iterables', async () => {
    const records = [key('a', list('1')), key('b', list('2'))];
    async function* async(): AsyncGenerator<LogRecord> {
      yield* records;
    }
    const batched = {
      batches: () =>
        (async function* () {
          yield records;
        })(),
      [Symbol.asyncIterator]: async,
    };
    for (const source of [records, async(), batched]) {
      const names: string[] = [];
      for await (const { argv } of toCommands(source)) names.push(Buffer.from(argv[1]!).toString());
      expect(names).toEqual(['a', 'b']);
    }
  });
});
