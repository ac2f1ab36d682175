import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../src/bytes/index.ts';
import { encodeDump, type ModulePart } from '../../src/index.ts';
import { emit } from '../../src/keyspace/emit.ts';
import { OpaqueValue } from '../../src/keyspace/values/opaque.ts';
import { DATA, emptyFrame, type RdbHandler } from '../../src/rdb/index.ts';
import { type Command, Replay } from './run.ts';

/** All commands that make the dataset anew, as they are shown; a payload as RESTORE. */
function commandsOf(replay: Replay, dropExpired?: number): Command[] {
  const commands: Command[] = [];
  let frame = emptyFrame();
  const expire = (key: string, time: number | bigint | undefined): void => {
    if (time !== undefined) commands.push(['PEXPIREAT', key, String(time)]);
  };
  const shown: Partial<RdbHandler> = {
    key: (given) => {
      frame = { ...given, bytes: given.bytes.slice(given.start, given.end) };
      return DATA;
    },
    bytes: (bytes, start, end) => {
      if (frame.type === 'string') commands.push(['SET', latin1(frame.bytes), latin1(bytes, start, end)]);
    },
    keyEnd: () => {
      if (frame.type === 'module') commands.push(['RESTORE', latin1(frame.bytes)]);
      expire(latin1(frame.bytes), frame.expiresAt);
    },
    record: (record) => {
      if (record.kind !== 'keyJournal') return;
      const key = latin1(record.key);
      if (record.base !== undefined) commands.push(['RESTORE', key, '0', latin1(record.base)]);
      for (const argv of record.commands) commands.push(argv.map((argument) => latin1(argument)));
      expire(key, record.expiresAt);
    },
  };
  const handler = new Proxy(shown, {
    get: (target, name: keyof RdbHandler) => target[name] ?? ((): void => undefined),
  });
  for (const _ of emit(replay.keyspace, handler as RdbHandler, { dropExpired }));
  return commands;
}

const shownAfter = (...commands: Command[]): Command[] => {
  const replay = new Replay('8.8');
  replay.run(...commands);
  return commandsOf(replay);
};

/** A server with sketches whose value tells everything that was done to them, in its order. */
class FakeServer {
  readonly keys: Map<string, { sketch: boolean; value: string; time: string | undefined }> = new Map();

  run([name, key, ...rest]: Command): void {
    const { keys } = this;
    const found = keys.get(key!);
    switch (name) {
      case 'SET':
        keys.set(key!, { sketch: false, value: rest[0]!, time: undefined });
        break;
      case 'DEL':
        keys.delete(key!);
        break;
      case 'PEXPIREAT':
        if (found !== undefined) found.time = rest[0]!;
        break;
      case 'RENAME':
        if (found === undefined) break;
        keys.delete(key!);
        keys.set(rest[0]!, found);
        break;
      case 'COPY':
        if (found !== undefined && rest[0] !== key && (!keys.has(rest[0]!) || rest[1] === 'REPLACE')) {
          keys.set(rest[0]!, { ...found });
        }
        break;
      case 'CMS.INITBYDIM':
        if (found === undefined) keys.set(key!, { sketch: true, value: `new ${rest.join()}`, time: undefined });
        break;
      case 'CMS.INCRBY':
        if (found?.sketch) found.value += ` + ${rest.join()}`;
        break;
      case 'CMS.MERGE': {
        const sources = rest.slice(1).map((source) => keys.get(source));
        if (found?.sketch && sources.every((source) => source?.sketch)) {
          found.value += ` + (${sources.map((source) => source!.value).join(', ')})`;
        }
        break;
      }
      default:
        throw new Error(`${name} is not known`);
    }
  }
}

const keys = fc.constantFrom('a', 'b', 'c', '{t}d');
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: keys.map((key) => ['CMS.INITBYDIM', key, '10', '5']) },
  { weight: 4, arbitrary: fc.tuple(keys, fc.nat(9)).map(([key, n]) => ['CMS.INCRBY', key, 'x', String(n)]) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(keys, fc.array(keys, { minLength: 1, maxLength: 2 }))
      .map(([key, from]) => ['CMS.MERGE', key, String(from.length), ...from]),
  },
  { weight: 1, arbitrary: keys.map((key) => ['DEL', key]) },
  { weight: 1, arbitrary: fc.tuple(keys, fc.nat(9)).map(([key, n]) => ['PEXPIREAT', key, String(9e12 + n)]) },
  { weight: 1, arbitrary: fc.tuple(keys, keys).map((both) => ['RENAME', ...both]) },
  { weight: 1, arbitrary: fc.tuple(keys, keys).map((both) => ['COPY', ...both, 'REPLACE']) },
  { weight: 1, arbitrary: keys.map((key) => ['SET', key, 'text']) },
);

describe('keys of modules', () => {
  it('are made again by the commands that are carried along, also where they depend on each other', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const server = new FakeServer();
        for (const one of commands) server.run(one);
        const shown = shownAfter(...commands);
        const other = new FakeServer();
        for (const one of shown) other.run(one);
        expect(Object.fromEntries(other.keys)).toEqual(Object.fromEntries(server.keys));
      }),
      { numRuns: 1000 },
    );
  });

  it('are carried along in their order, with the last name', () => {
    expect(
      shownAfter(['BF.RESERVE', 'k', '0.1', '5'], ['bf.add', 'k', 'x'], ['RENAME', 'k', 'n'], ['BF.MADD', 'n', 'y']),
    ).toEqual([
      ['BF.RESERVE', 'n', '0.1', '5'],
      ['bf.add', 'n', 'x'],
      ['BF.MADD', 'n', 'y'],
    ]);
  });

  it('go with their commands, and have times', () => {
    const made = [
      ['CF.ADD', 'k', 'x'],
      ['PEXPIREAT', 'k', '9000000000000'],
    ];
    expect(shownAfter(...made)).toEqual(made);
    expect(shownAfter(...made, ['DEL', 'k'])).toEqual([]);
    expect(shownAfter(...made, ['FLUSHALL'], ['CF.ADD', 'k', 'y'])).toEqual([['CF.ADD', 'k', 'y']]);
    expect(shownAfter(...made, ['COPY', 'k', 'l'], ['DEL', 'k'])).toEqual([
      ['CF.ADD', 'l', 'x'],
      ['PEXPIREAT', 'l', '9000000000000'],
    ]);
  });

  it.each<[string, Command[], boolean[]]>([
    [
      'what reserves where there is one',
      [
        ['BF.RESERVE', 'k', '0.1', '5'],
        ['BF.RESERVE', 'k', '0.1', '5'],
      ],
      [true, false],
    ],
    [
      'what needs one where there is none',
      [
        ['CMS.INCRBY', 'k', 'x', '1'],
        ['TS.DEL', 'k', '1', '2'],
      ],
      [false, false],
    ],
    [
      'another type',
      [
        ['BF.ADD', 'k', 'x'],
        ['CF.ADD', 'k', 'x'],
        ['SADD', 'k', 'x'],
      ],
      [true, false, false],
    ],
    ['what must not make one', [['BF.INSERT', 'k', 'NOCREATE', 'ITEMS', 'x']], [false]],
    [
      'too few arguments',
      [['BF.ADD', 'k'], ['TS.CREATE'], ['VADD', 'k', 'VALUES', '3', '1', '2']],
      [false, false, false],
    ],
    [
      'missing sources',
      [
        ['TDIGEST.CREATE', 'k'],
        ['TDIGEST.MERGE', 'd', '2', 'k', 'l'],
      ],
      [true, false],
    ],
    [
      'samples for no series',
      [
        ['TS.CREATE', 'k'],
        ['TS.MADD', 'k', '1', '2', 'l', '1', '2'],
      ],
      [true, false],
    ],
  ])('fail at %s', (_, commands, succeed) => {
    expect(new Replay('8.8').run(...commands)).toEqual(succeed);
  });

  it.each<[string, Command[], RegExp]>([
    [
      'random counters',
      [
        ['TOPK.RESERVE', 'k', '5'],
        ['TOPK.ADD', 'k', 'x'],
      ],
      /TOPK.ADD.*random/,
    ],
    ['the clock', [['TS.ADD', 'k', '*', '1']], /TS.ADD.*clock/],
    ['the clock of a counter', [['TS.INCRBY', 'k', '1']], /TS.INCRBY.*clock/],
    ['names that nobody knows', [['FOO.SET', 'k', 'x']], /FOO.SET.*not known/],
  ])('end the replay where their content depends on %s', (_, commands, message) => {
    expect(() => new Replay('8.8').run(...commands)).toThrow(message);
  });

  it('may be of modules that the caller names', () => {
    const replay = new Replay('8.8', { journal: ['FOO.*', 'bar'] });
    expect(replay.run(['foo.set', 'k', 'x'], ['BAR', 'l', 'y'])).toEqual([true, true]);
    expect(commandsOf(replay)).toEqual([
      ['foo.set', 'k', 'x'],
      ['BAR', 'l', 'y'],
    ]);
    expect(() => replay.run(['BARK', 'k'])).toThrow(/BARK.*not known/);
    replay.run(['MULTI'], ['FOO.DEL', 'k'], ['EXEC']);
    expect(commandsOf(replay)[1]).toEqual(['FOO.DEL', 'k']);
  });

  it('of such modules are what they are taken for, until a command says otherwise', () => {
    const made: Command = ['FOO.SET', 'k', 'v'];
    const ran = (...commands: Command[]): Replay => {
      const replay = new Replay('7.0', { journal: ['FOO.*', 'BAR.*'] });
      replay.run(['SET', 's', '1'], made, ...commands);
      return replay;
    };
    for (const command of [
      ['SET', 'k', '5', 'NX'],
      ['SETNX', 'k', '5'],
      ['MSETNX', 'x', '1', 'k', '5'],
      ['RENAMENX', 's', 'k'],
      ['COPY', 's', 'k'],
      ['RPUSH', 'k', 'a'],
      ['APPEND', 'k', 'a'],
      ['INCR', 'k'],
      ['HSET', 'k', 'f', 'v'],
      ['SUNIONSTORE', 'd', 'k'],
      ['FOO.SET', 's', 'x'],
      ['BAR.SET', 'k', 'x'],
    ] as Command[]) {
      expect(() => ran(command), command.join(' ')).toThrow(/CANNOT_REPLAY|depends on|was made by others/);
    }
    expect(commandsOf(ran(['DEL', 's'], ['RENAME', 'k', 'z'], ['FOO.INCR', 'z']))).toEqual([
      ['FOO.SET', 'z', 'v'],
      ['FOO.INCR', 'z'],
    ]);
    expect(ran(['PEXPIREAT', 'k', '9000000000000']).dump()['k']).toMatchObject({ expiresAt: '9000000000000' });
    expect(ran(['SET', 'k', '5', 'XX'], ['SETNX', 'k', '6']).dump()['k']).toEqual({ value: ['5'] });
    expect(ran(['DEL', 'k'], ['RPUSH', 'k', 'a']).dump()['k']).toEqual({ value: ['a'] });
  });
});

describe('documents', () => {
  const doc: Command = ['JSON.SET', 'k', '$', '{"a":1}'];

  it('begin anew when their root is set', () => {
    expect(shownAfter(doc, ['JSON.NUMINCRBY', 'k', '$.a', '1'], ['JSON.SET', 'k', '$', '2', 'XX'])).toEqual([
      ['JSON.SET', 'k', '$', '2'],
    ]);
    expect(shownAfter(doc, ['JSON.SET', 'k', '.', '2', 'NX'], ['JSON.SET', 'k', '$.b', '3', 'NX'])).toEqual([
      doc,
      ['JSON.SET', 'k', '$.b', '3', 'NX'],
    ]);
    expect(shownAfter(['JSON.SET', 'k', '$', '2', 'XX'], ['JSON.SET', 'k', '$.a', '2'])).toEqual([]);
  });

  it('come one by one from JSON.MSET', () => {
    expect(shownAfter(doc, ['JSON.MSET', 'k', '$.a', '2', 'l', '$', '[]'])).toEqual([
      doc,
      ['JSON.SET', 'k', '$.a', '2'],
      ['JSON.SET', 'l', '$', '[]'],
    ]);
    expect(shownAfter(['JSON.MSET', 'k', '$', '2', 'l', '$.a', '[]'])).toEqual([]);
  });

  it('go as keys when their root is removed', () => {
    for (const path of [[], ['$'], ['.']]) expect(shownAfter(doc, ['JSON.DEL', 'k', ...path])).toEqual([]);
    expect(shownAfter(doc, ['JSON.FORGET', 'k', '$.a'])).toEqual([doc, ['JSON.FORGET', 'k', '$.a']]);
  });

  it('leave it to the module whether a time outlasts a new root', () => {
    const time: Command = ['PEXPIREAT', 'k', '9000000000000'];
    const next: Command = ['JSON.SET', 'k', '$', '2'];
    expect(shownAfter(doc, time, next)).toEqual([['JSON.SET', 'k', '$', '1'], time, next]);
    expect(shownAfter(doc, time, next, ['PERSIST', 'k'])).toEqual([next]);
    const later: Command = ['PEXPIREAT', 'k', '9000000000001'];
    expect(shownAfter(doc, time, next, later)).toEqual([next, later]);
    expect(() => shownAfter(doc, time, next, [...later, 'NX'])).toThrow(/still has its time/);
  });

  it('may be gone after a merge with null', () => {
    const gone: Command[] = [doc, ['JSON.MERGE', 'k', '$', ' null']];
    expect(shownAfter(...gone)).toEqual(gone);
    expect(() => shownAfter(...gone, ['RENAME', 'k', 'l'])).toThrow(/still there/);
    expect(() => shownAfter(doc, ['PEXPIREAT', 'k', '1'], gone[1]!)).toThrow(/has a time/);
    expect(shownAfter(...gone, ['DEL', 'k'])).toEqual([]);
  });
});

describe('vector sets', () => {
  it('go with their last element', () => {
    const add = (element: string): Command => ['VADD', 'k', 'VALUES', '2', '1', '2', element];
    expect(shownAfter(add('a'), add('b'), ['VREM', 'k', 'a'], ['VREM', 'k', 'none'])).toEqual([
      add('a'),
      add('b'),
      ['VREM', 'k', 'a'],
    ]);
    expect(shownAfter(add('a'), ['VREM', 'k', 'a'], ['VREM', 'k', 'a'])).toEqual([]);
    expect(shownAfter(['VADD', 'k', 'REDUCE', '1', 'FP32', '\0\0\0\0', 'e'], ['VREM', 'k', 'e'])).toEqual([]);
  });

  it('of a payload do so, too', () => {
    const node = (element: string): ModulePart<Uint8Array<ArrayBuffer>>[] => [
      { type: 'string', value: Uint8Array.from(Buffer.from(element)) },
      { type: 'string', value: new Uint8Array(8) },
      { type: 'uint', value: 2 },
      { type: 'uint', value: 1 },
      { type: 'uint', value: 0 },
    ];
    const head = [2, 2, 0, 0].map((value) => ({ type: 'uint' as const, value }));
    const parts = [...head, ...node('a'), ...node('b')];
    const payload = encodeDump(
      { type: 'module', value: { module: 'vectorset', version: 0, parts } },
      { target: 'redis:8.8' },
    );
    const replay = new Replay('8.8');
    replay.session.db.setValue(Buffer.from('k'), 0, 1, OpaqueValue.ofPayload(replay.keyspace.heap, payload), undefined);
    replay.run(['VADD', 'k', 'VALUES', '1', '1', 'c'], ['VREM', 'k', 'a'], ['VREM', 'k', 'b']);
    expect(commandsOf(replay)).toEqual([
      ['RESTORE', 'k', '0', latin1(payload)],
      ['VADD', 'k', 'VALUES', '1', '1', 'c'],
      ['VREM', 'k', 'a'],
      ['VREM', 'k', 'b'],
    ]);
    replay.run(['VREM', 'k', 'c']);
    expect(commandsOf(replay)).toEqual([]);
  });
});

describe('keys that are tied', () => {
  const series: Command[] = [
    ['TS.CREATE', 'a'],
    ['TS.CREATE', 'b'],
    ['TS.CREATERULE', 'a', 'b', 'AGGREGATION', 'sum', '10'],
    ['TS.MADD', 'a', '1', '5'],
  ];

  it('are shown together, with the times of all', () => {
    const time: Command = ['PEXPIREAT', 'b', '9000000000000'];
    expect(shownAfter(...series, time)).toEqual([...series, time]);
  });

  it('keep what a series gave before it went, under a name that nobody has', () => {
    const shown = shownAfter(...series, ['DEL', 'a'], ['SET', '{b}:1', 'text'], ['TS.ADD', 'b', '99', '1']);
    const renamed = series.map((argv) => argv.map((word) => (word === 'a' ? '{b}:2' : word)));
    expect(shown).toEqual([['SET', '{b}:1', 'text'], ...renamed, ['DEL', '{b}:2'], ['TS.ADD', 'b', '99', '1']]);
  });

  it('leave alone, where their time is over', () => {
    const replay = new Replay('8.8');
    replay.run(...series, ['PEXPIREAT', 'a', '5']);
    expect(commandsOf(replay, 6)).toEqual([...series, ['DEL', 'a']]);
    expect(commandsOf(replay, 5)).toEqual([...series, ['PEXPIREAT', 'a', '5']]);
  });

  it('must be in one database', () => {
    expect(() => shownAfter(...series, ['MOVE', 'a', '1'])).toThrow(/several databases/);
  });

  it('are refused where rules come with a payload', () => {
    const uint = (value: number): ModulePart<Uint8Array<ArrayBuffer>> => ({ type: 'uint', value });
    const name = { type: 'string' as const, value: Uint8Array.of(0x61) };
    const double = { type: 'double' as const, value: 0 };
    const parts = (hasSource: number) => [
      ...[name, uint(0), uint(4096), uint(2), uint(0), double, uint(0), uint(0), uint(hasSource)],
      ...[...(hasSource ? [name] : []), uint(0), double, uint(0), uint(0), uint(0)],
    ];
    for (const [hasSource, succeeds] of [
      [0, true],
      [1, false],
    ] as const) {
      const replay = new Replay('8.8');
      const value = { module: 'TSDB-TYPE', version: 8, parts: parts(hasSource) };
      const payload = encodeDump({ type: 'module', value });
      replay.session.db.setValue(
        Buffer.from('a'),
        0,
        1,
        OpaqueValue.ofPayload(replay.keyspace.heap, payload),
        undefined,
      );
      const add = () => replay.run(['TS.ADD', 'a', '1', '2']);
      if (succeeds) expect(add()).toEqual([true]);
      else expect(add).toThrow(/compaction rules/);
    }
  });
});
