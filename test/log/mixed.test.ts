/** The mode `mixed`: each key in the shorter of its two forms, by sizes that are counted here. */
import { describe, expect, it } from 'vitest';
import {
  CommandBuilder,
  type CommandOptions,
  type DumpInput,
  decodeDump,
  encodeDump,
  type LogRecord,
  type Loss,
  RdbParser,
  RedisFileError,
  toCommands,
} from '../../src/index.ts';
import { readCorpus } from '../helpers/fixtures.ts';
import { encodeAll, parseResp } from './make.ts';
import { b, hash, key, list, set, stream, string, zset } from './records.ts';

type KeyOf = LogRecord & { kind: 'key' };

const T = 4102444800000;

function linesOf(records: LogRecord[], options: CommandOptions = {}): string[][] {
  const builder = new CommandBuilder({ target: 'redis:7.0', mode: 'mixed', ...options });
  return parseResp(encodeAll([...builder.push(records), ...builder.end()]));
}

function respOf(records: LogRecord[], options: CommandOptions): Buffer {
  const builder = new CommandBuilder({ onLoss: () => undefined, ...options });
  return Buffer.from(encodeAll([...builder.push(records), ...builder.end()]));
}

/** Arguments as RESP, counted in bytes of UTF-8-free text. */
function resp(...argv: (string | Uint8Array)[]): Buffer {
  const parts = argv.flatMap((argument) => {
    const bytes = Buffer.from(argument as string, 'latin1');
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')];
  });
  return Buffer.concat([Buffer.from(`*${argv.length}\r\n`), ...parts]);
}

/** RESTORE of a key, made of its payload by hand. */
function restoreOf(record: KeyOf, target: string): Buffer {
  const { type, value, meta } = record;
  const payload = encodeDump({ type, value, meta } as DumpInput, { target, onLoss: () => undefined });
  const name = record.key;
  const at = record.exact?.['expiresAt'] ?? record.expiresAt;
  if (at === undefined) return resp('RESTORE', name, '0', payload);
  if (target !== 'redis:4.0') return resp('RESTORE', name, String(at), payload, 'ABSTTL');
  const seconds = BigInt(at) % 1000n === 0n;
  const expire = seconds ? resp('EXPIREAT', name, String(BigInt(at) / 1000n)) : resp('PEXPIREAT', name, String(at));
  return Buffer.concat([resp('RESTORE', name, '0', payload), expire]);
}

function keysOf(file: string): KeyOf[] {
  const parser = new RdbParser({ values: 'data' });
  return [...parser.push(readCorpus(file)), ...parser.end()].filter((record) => record.kind === 'key') as KeyOf[];
}

const kindsOf = (record: KeyOf, target: string): string[] => {
  const losses: Loss[] = [];
  respOf([{ ...record, db: 0 }], { target, onLoss: (loss) => losses.push(loss) });
  return losses.map(({ kind }) => kind);
};

describe('each key of a dump, alone', () => {
  it.each([
    ['redis-7.0.15', 'redis:7.0'],
    ['redis-7.0.15', 'redis:4.0'],
    ['redis-8.8', 'redis:8.8'],
    ['valkey-9.0.4', 'valkey:9.0'],
    ['redis-2.8.24', 'redis:7.2'],
  ])('%s for %s: the shorter form', (file, target) => {
    let restored = 0;
    let built = 0;
    for (const { offset, ...rest } of keysOf(file)) {
      const record = { ...rest, offset, db: 0 } as KeyOf;
      if (['module', 'gcra'].includes(record.type)) continue;
      if (kindsOf(record, target).length > 0) continue;
      if (record.type === 'stream') {
        const { groups, idmp } = record.value as {
          groups: { consumers: unknown[] }[];
          idmp?: { producers: unknown[] };
        };
        if (groups.some(({ consumers }) => consumers.length > 0) || (idmp?.producers.length ?? 0) > 0) continue;
      }
      for (const cluster of [true, false]) {
        const commands = respOf([record], { target, cluster });
        const restore = restoreOf(record, target);
        const mixed = respOf([record], { target, cluster, mode: 'mixed' });
        // A string that may share a command counts as its two arguments.
        let share = commands.length;
        if (!cluster && record.type === 'string' && record.expiresAt === undefined) {
          share -= resp('SET').length;
        }
        if (!cluster && record.type === 'string' && record.expiresAt !== undefined && target === 'redis:8.8') continue;
        const shorter = restore.length < share;
        const name = Buffer.from(record.key).toString('latin1');
        expect(mixed.equals(shorter ? restore : commands), `${name}: ${restore.length}, ${share}`).toBe(true);
        if (shorter) restored++;
        else built++;
      }
    }
    expect(restored).toBeGreaterThan(20);
    expect(built).toBeGreaterThan(20);
  });
});

const names = (records: LogRecord[], options: CommandOptions = {}): string[] =>
  linesOf(records, options).map(([name, first]) => `${name} ${first}`);
const text = (length: number): string => 'Redis '.repeat(length / 6 + 1).slice(0, length);

describe('strings in mixed logs', () => {
  it('stay in their MSET where that adds less', () => {
    const records = [key('a', string('1')), key('t', string(text(300))), key('b', string('2'))];
    expect(names(records)).toEqual(['RESTORE t', 'MSET a']);
    expect(linesOf(records).at(-1)).toEqual(['MSET', 'a', '1', 'b', '2']);
  });

  it('are gone from it, also where they were the only ones', () => {
    expect(names([key('t', string(text(300)))])).toEqual(['RESTORE t']);
    expect(names([key('t', string(text(300))), key('a', list('x'))])).toEqual(['RESTORE t', 'RPUSH a']);
    const timed = [0, 1, 2].map((i) => key(`k${i}`, string(i === 1 ? text(300) : 'v'), { expiresAt: T }));
    expect(linesOf(timed, { target: 'redis:8.4' }).map((argv) => argv.slice(0, 3))).toEqual([
      ['RESTORE', 'k1', String(T)],
      ['MSETEX', '2', 'k0'],
    ]);
  });

  it('have their time inside RESTORE where the target takes that', () => {
    const record = key('t', string(text(300)), { expiresAt: T, freq: 7, idle: 9 });
    const [restore] = linesOf([record]);
    expect([...restore!.slice(0, 3), ...restore!.slice(4)]).toEqual(['RESTORE', 't', String(T), 'ABSTTL']);
    expect(decodeDump(Buffer.from(restore![3]!, 'latin1')).value).toEqual(b(text(300)));
    const old = linesOf([record], { target: 'redis:4.0' });
    expect(old[0]!.slice(0, 3)).toEqual(['RESTORE', 't', '0']);
    expect(old[1]).toEqual(['EXPIREAT', 't', String(T / 1000)]);
    // Times that RESTORE does not take.
    expect(names([{ ...record, expiresAt: -5 }])).toEqual(['RESTORE t', 'PEXPIREAT t']);
  });
});

describe('what is left of a value', () => {
  const pending = [{ id: '1-0', consumer: b('c'), deliveryTime: 5, deliveryCount: 1 }];
  const group = {
    name: b('g'),
    lastDeliveredId: '9-0',
    entriesRead: null,
    pending,
    consumers: [{ name: b('c'), seenTime: 77, activeTime: 78 }],
  };

  it('has RESTORE where that keeps more', () => {
    const [command] = linesOf([key('s', stream(['2-0'], { groups: [group] }))], { target: 'redis:7.2' });
    expect(command![0]).toBe('RESTORE');
    const { value } = decodeDump(Buffer.from(command![3]!, 'latin1'));
    expect(value).toMatchObject({ groups: [{ pending, consumers: [{ seenTime: 77, activeTime: 78 }] }] });
    // Without consumers, and short: commands.
    expect(names([key('s', stream(['2-0'], { groups: [{ ...group, pending: [], consumers: [] }] }))])).toEqual([
      'XADD s',
      'XGROUP CREATE',
    ]);
    const meta = [{ class: 'KMT1', version: 1, flags: 1, parts: [] }];
    expect(names([key('m', string('x'), { meta })], { target: 'redis:8.8' })).toEqual(['RESTORE m']);
  });

  it('has commands where these do, and tells only the losses of the form that it has', () => {
    const losses: Loss[] = [];
    const onLoss = (loss: Loss): void => {
      losses.push(loss);
    };
    const fields = Array.from({ length: 50 }, (_, i): [string, string, number?] => [
      `field${i}`,
      'v',
      i ? undefined : T,
    ]);
    // Nobody said whom it is for: the forms of 7.0, and HPEXPIREAT, which payloads of 7.0 have not.
    const lines = new CommandBuilder({ mode: 'mixed', onLoss });
    const commands = [...lines.push([key('h', hash(...fields))]), ...lines.end()];
    expect(parseResp(encodeAll(commands)).map(([name]) => name)).toEqual(['HSET', 'HEXPIREAT']);
    expect(losses).toEqual([]);
    expect(names([key('h', hash(...fields))], { onLoss })).toEqual(['RESTORE h']);
    expect(losses.splice(0).map(({ kind }) => kind)).toEqual(['fieldExpiry']);
    const meta = [{ class: 'KMT1', version: 1, flags: 1, parts: [] }];
    expect(names([key('m', list('x'), { meta })], { onLoss })).toEqual(['RPUSH m']);
    expect(losses.splice(0).map(({ kind }) => kind)).toEqual(['keyMeta']);
    expect(names([key('z', zset(['a', Number.NaN]))], { onLoss })).toEqual([]);
    expect(losses.splice(0).map(({ kind }) => kind)).toEqual(['score']);
    expect(() => linesOf([key('h', hash(...fields))])).toThrow(/cannot hold/);
  });

  it('has times of fields whatever the records say of how they were stored', () => {
    const fields = Array.from({ length: 600 }, (_, i): [string, string, number?] => [
      `field${i}`,
      'v',
      i ? undefined : T,
    ]);
    const whole = key('h', hash(...fields), { typeId: -1 });
    const frame = { ...whole, value: undefined };
    const records = [
      { ...frame, kind: 'keyBegin', count: undefined },
      { ...whole, kind: 'keyItems' },
      { ...frame, kind: 'keyEnd' },
    ] as unknown as LogRecord[];
    const options = { target: 'redis:8.0' };
    expect(linesOf(records, options)).toEqual(linesOf([whole], options));
    const value = decodeDump(Buffer.from(linesOf(records, options)[0]![3]!, 'latin1')).value as {
      expiresAt?: number;
    }[];
    expect(value.filter(({ expiresAt }) => expiresAt !== undefined)).toEqual([
      { field: b('field0'), value: b('v'), expiresAt: T },
    ]);
  });
});

describe('keys that are too large for RESTORE', () => {
  it('leave as commands, before they have ended', () => {
    const items = Array.from({ length: 1 << 16 }, (_, i) => b(`${i}`.padStart(120, 'x')));
    const frame = { ...key('l', list()), value: undefined };
    const builder = new CommandBuilder({ target: 'redis:7.0', mode: 'mixed' });
    const sent: number[] = [];
    let bytes = 0;
    const push = (record: object): void => {
      const commands = builder.push([record as LogRecord]);
      for (const { argv } of commands) expect(Buffer.from(argv[0]!).toString()).toBe('RPUSH');
      bytes += commands.length;
      sent.push(bytes);
    };
    push({ ...frame, kind: 'keyBegin' });
    for (let i = 0; i < 5; i++) push({ ...frame, kind: 'keyItems', value: items });
    push({ ...frame, kind: 'keyEnd' });
    // 8 MiB each: two may still become a payload.
    expect(sent.slice(0, 2)).toEqual([0, 0]);
    expect(sent[4]).toBeGreaterThan(20);
  });

  it('are so by their size, and not by how they come', () => {
    // Below and above the limit of 16 MiB.
    for (const [length, name] of [
      [(16 << 20) - 100, 'RESTORE'],
      [16 << 20, 'SET'],
    ] as const) {
      const value = b('x'.repeat(length));
      const record = key('k', { type: 'string', value });
      const frame = { ...record, value: undefined };
      const half = length >> 1;
      const bytes = { kind: 'itemBytes', offset: 0, db: 0, key: b('k'), type: 'string', part: 'value', length };
      const pieces = [
        { ...frame, kind: 'keyBegin' },
        { ...bytes, value: value.subarray(0, half), last: false },
        { ...bytes, value: value.subarray(half), last: true },
        { ...frame, kind: 'keyEnd' },
      ] as unknown as LogRecord[];
      const options: CommandOptions = { target: 'redis:7.0', mode: 'mixed' };
      const whole = respOf([record], options);
      expect(whole.subarray(0, 20).toString('latin1')).toContain(`${name}\r\n`);
      expect(respOf(pieces, options).equals(whole)).toBe(true);
    }
  });
});

describe('mixed logs besides', () => {
  it('take back what is damaged, in either form', () => {
    const begin = { ...key('l', list()), kind: 'keyBegin', value: undefined } as LogRecord;
    const many = Array.from({ length: 200 }, (_, i) => `element ${i}`);
    const items = { ...key('l', list(...many)), kind: 'keyItems' } as LogRecord;
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
    expect(names([key('a', list('x')), begin, items, warning, end, key('b', list(...many))])).toEqual([
      'RPUSH a',
      'RESTORE b',
    ]);
    expect(names([key('a', string('x')), begin, items, warning, end])).toEqual(['SET a']);
  });

  it('replace keys where that is asked for, which counts', () => {
    const members = Array.from({ length: 30 }, (_, i) => `member ${i}`);
    expect(linesOf([key('s', set(...members))], { replace: true })[0]!.slice(-1)).toEqual(['REPLACE']);
    expect(names([key('s', set(...members)), key('s', set(...members))], { duplicates: true })).toEqual([
      'RESTORE s',
      'DEL s',
      'RESTORE s',
    ]);
  });

  it('are what toCommands makes of them', async () => {
    const made: string[] = [];
    const records = [key('t', string(text(300))), key('a', string('1'))];
    for await (const { argv } of toCommands(records, { mode: 'mixed' })) made.push(Buffer.from(argv[0]!).toString());
    expect(made).toEqual(['RESTORE', 'SET']);
  });
});
