import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashLoader } from '../../src/keyspace/load/hash.ts';
import { HashValue } from '../../src/keyspace/values/hash.ts';
import { describeLive, ReplyError, withLiveServer } from '../helpers/live.ts';
import { type Command, FAR, itemsOf, Replay } from './run.ts';

/** Field, value and time of each field, in order. */
function fieldsOf(replay: Replay, key: string = 'h'): unknown[] | undefined {
  return replay.dump()[key]?.value;
}

const names = fc.constantFrom('a', 'b', 'c', '', 'x\0y', 'a long name of a field that is no short one');
const texts = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '-7',
    '9223372036854775807',
    '-9223372036854775808',
    '3.5',
    '1e3',
    ' 1',
    '007',
    '-0',
    'inf',
  ),
  fc.constantFrom('nan', '0x10', '+5', '1e-400', '1e5000', '-3.25', '', 'text', 'v'.repeat(300)),
  fc.integer().map(String),
  fc.double().map(String),
);
const keys = fc.constantFrom('h', 'g', 'string');
const pairs = (max: number): fc.Arbitrary<string[]> => fc.array(fc.oneof(names, texts), { maxLength: max });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.constantFrom('HSET', 'hmset'), keys, pairs(7)).map(([name, key, rest]) => [name, key, ...rest]),
  fc.tuple(keys, names, texts).map(([key, field, value]) => ['HSET', key, field, value]),
  fc.tuple(keys, names, texts).map((rest) => ['HSETNX', ...rest]),
  fc.tuple(keys, pairs(3)).map(([key, rest]) => ['HDEL', key, ...rest]),
  fc.tuple(keys, names, texts).map((rest) => ['HINCRBY', ...rest]),
  fc.tuple(keys, names, texts).map((rest) => ['HINCRBYFLOAT', ...rest]),
  fc.constant<Command>(['DEL', 'h']),
);

describeLive('commands on hashes', () => {
  it('leave what a server has, and fail where it does', async () => {
    await withLiveServer({}, async ({ client }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
          await client.pipeline([['FLUSHALL'], ['SET', 'string', 's']]);

          const replay = new Replay();
          replay.setText('string', 's');
          const bytes = commands.map((one) => one.map((text) => Buffer.from(text, 'latin1')));
          const replies = await client.pipeline(bytes);
          expect(replay.send(...commands)).toEqual(replies.map((reply) => !(reply instanceof ReplyError)));
          for (const key of ['h', 'g']) {
            const [items] = (await client.pipeline([['HGETALL', key]])) as [Buffer[]];
            const server: string[][] = [];
            for (let i = 0; i < items.length; i += 2) {
              server.push([items[i]!.toString('latin1'), items[i + 1]!.toString('latin1')]);
            }
            server.sort(([a], [b]) => (a! < b! ? -1 : 1));
            expect(fieldsOf(replay, key)).toEqual(server.length === 0 ? undefined : server.flat());
          }
        }),
        { numRuns: 150 },
      );
    });
  });
});

describe('times of fields', () => {
  const later = String(FAR);
  const at = (replay: Replay): unknown[] | undefined => fieldsOf(replay);
  const start = (version: string): Replay => {
    const replay = new Replay(version);
    replay.run(['HSET', 'h', 'a', '1', 'b', '2', 'c', '3'], ['HPEXPIREAT', 'h', later, 'FIELDS', '2', 'a', 'b']);
    return replay;
  };
  const never = ['expiry', -1];
  const far = ['expiry', FAR];

  it('are shown after the values, once a field has one', () => {
    const replay = new Replay('7.4');
    replay.run(['HSET', 'h', 'b', '2', 'a', '1']);
    expect(at(replay)).toEqual(['a', '1', 'b', '2']);
    replay.run(['HPEXPIREAT', 'h', later, 'FIELDS', '1', 'b']);
    expect(at(replay)).toEqual(['a', '1', never, 'b', '2', far]);
    replay.run(['HPERSIST', 'h', 'FIELDS', '1', 'b']);
    expect(at(replay)).toEqual(['a', '1', 'b', '2']);
  });

  it('go when HSET or HSETEX writes the field, and stay with HINCRBY, HINCRBYFLOAT and KEEPTTL', () => {
    for (const version of ['7.4', '8.10', 'valkey:9.0']) {
      const replay = start(version);
      replay.run(['HINCRBY', 'h', 'a', '5'], ['HINCRBYFLOAT', 'h', 'b', '0.5'], ['HSET', 'h', 'c', '4']);
      expect(at(replay)).toEqual(['a', '6', far, 'b', '2.5', far, 'c', '4', never]);
      replay.run(['HSET', 'h', 'a', 'new'], ['HSETEX', 'h', 'KEEPTTL', 'FIELDS', '1', 'b', 'x']);
      expect(at(replay)).toEqual(['a', 'new', never, 'b', 'x', far, 'c', '4', never]);
      replay.run(['HSETEX', 'h', 'FIELDS', '1', 'b', 'y']);
      expect(at(replay)).toEqual(['a', 'new', 'b', 'y', 'c', '4']);
    }
  });

  it('may be over, and are counted from the time of loading', () => {
    const replay = start('7.4');
    const { now } = replay.session;
    replay.run(['HPEXPIREAT', 'h', '5', 'FIELDS', '1', 'a'], ['HEXPIRE', 'h', '10', 'FIELDS', '1', 'b']);
    replay.run(['HPEXPIRE', 'h', '7', 'FIELDS', '1', 'c']);
    const [a, b, c] = [5, now + 10_000, now + 7].map((time) => ['expiry', time]);
    expect(at(replay)).toEqual(['a', '1', a, 'b', '2', b, 'c', '3', c]);
    replay.run(['HEXPIREAT', 'h', '0', 'FIELDS', '1', 'c']);
    expect(at(replay)?.at(-1)).toEqual(['expiry', 0]);
  });

  it.each([
    ['NX', '5', [FAR, FAR, 5]],
    ['XX', '5', [5, 5, -1]],
    ['GT', '5', [FAR, FAR, -1]],
    ['GT', String(FAR + 1), [FAR + 1, FAR + 1, -1]],
    ['GT', later, [FAR, FAR, -1]],
    ['LT', '5', [5, 5, 5]],
    ['LT', String(FAR + 1), [FAR, FAR, FAR + 1]],
  ])('change under the condition %s %s as it says', (condition, time, expected) => {
    const replay = start('7.4');
    replay.run(['HPEXPIREAT', 'h', time, condition, 'FIELDS', '4', 'a', 'b', 'c', 'none']);
    const times = at(replay)?.filter((_, i) => i % 3 === 2);
    expect(times).toEqual(expected.map((one) => ['expiry', one]));
  });

  it('that are over are out of reach of HPERSIST in Redis, not in Valkey', () => {
    for (const [version, times] of [
      ['7.4', [['expiry', 5], never, never]],
      ['valkey:9.0', undefined],
    ] as const) {
      const replay = start(version);
      replay.run(['HPEXPIREAT', 'h', '5', 'FIELDS', '1', 'a'], ['HPERSIST', 'h', 'FIELDS', '2', 'a', 'b']);
      const items = at(replay)!;
      if (times === undefined) expect(items).toEqual(['a', '1', 'b', '2', 'c', '3']);
      else expect(items.filter((_, i) => i % 3 === 2)).toEqual(times);
    }
  });

  it.each([
    ['8.10', true],
    ['7.4', true],
    ['valkey:9.0', false],
  ])('that are over hide fields from commands of %s that look them up: %s', (version, hidden) => {
    const over = (...more: Command[]): unknown[] => {
      const replay = new Replay(version);
      replay.run(
        ['HSET', 'h', 'f', '5', 'g', '7', 'text', 'x'],
        ['HPEXPIREAT', 'h', '1600000000000', 'FIELDS', '2', 'f', 'text'],
      );
      replay.run(...more);
      const { h, to } = replay.dump();
      return (to ?? h)!.value;
    };
    const past = ['expiry', 1_600_000_000_000];
    const rest = ['g', '7', never, 'text', 'x', past];
    const whole = (value: string, time: unknown[] = past): unknown[] => ['f', value, time, ...rest];
    expect(over(['HINCRBY', 'h', 'f', '1'])).toEqual(whole(hidden ? '1' : '6'));
    expect(over(['HINCRBYFLOAT', 'h', 'f', '0.5'])).toEqual(whole(hidden ? '0.5' : '5.5'));
    expect(over(['HINCRBY', 'h', 'g', '1'])).toEqual(['f', '5', past, 'g', '8', ...rest.slice(2)]);
    expect(over(['HINCRBY', 'h', 'text', '1']).slice(-2)).toEqual([hidden ? '1' : 'x', past]);
    expect(over(['HSETNX', 'h', 'f', 'new'])).toEqual(hidden ? whole('new', never) : whole('5'));
    expect(over(['HSETEX', 'h', 'FXX', 'FIELDS', '1', 'f', 'new'])).toEqual(hidden ? whole('5') : whole('new', never));
    expect(over(['HSETEX', 'h', 'FNX', 'FIELDS', '1', 'f', 'new'])).toEqual(hidden ? whole('new', never) : whole('5'));
    const timed = ['expiry', FAR];
    expect(over(['HGETEX', 'h', 'PXAT', later, 'FIELDS', '1', 'f'])).toEqual(whole('5', hidden ? past : timed));
    expect(over(['HGETDEL', 'h', 'FIELDS', '1', 'f'])).toEqual(hidden ? whole('5') : rest);
    const sorted = over(
      ['RPUSH', 'l', 'h'],
      ['SORT', 'l', 'BY', 'nosort', 'GET', '*->f', 'GET', '*->g', 'STORE', 'to'],
    );
    expect(sorted).toEqual([hidden ? '' : '5', '7']);
    // These do not look it up.
    expect(over(['HSET', 'h', 'f', 'new'])).toEqual(whole('new', never));
    expect(over(['HPEXPIREAT', 'h', later, 'XX', 'FIELDS', '1', 'f'])).toEqual(whole('5', timed));
    expect(over(['HDEL', 'h', 'f'])).toEqual(rest);
  });

  it('change under several conditions in Valkey', () => {
    const change = (version: string, ...rest: string[]): unknown[] => {
      const replay = start(version);
      const [done] = replay.run(['HPEXPIREAT', 'h', ...rest, 'FIELDS', '2', 'a', 'c']);
      return [done, ...at(replay)!.filter((_, i) => i % 9 === 2 || i % 9 === 8)];
    };
    const more = String(FAR + 1);
    expect(change('valkey:9.0', more, 'XX', 'GT')).toEqual([true, ['expiry', FAR + 1], never]);
    expect(change('valkey:9.0', '5', 'XX', 'GT')).toEqual([true, far, never]);
    expect(change('valkey:9.0', '5', 'LT', 'XX')).toEqual([true, ['expiry', 5], never]);
    expect(change('valkey:9.0', '5', 'NX', 'nx')).toEqual([true, far, ['expiry', 5]]);
    expect(change('valkey:9.0', '5', 'NX', 'XX')).toEqual([false, far, never]);
    expect(change('valkey:9.0', '5', 'GT', 'LT')).toEqual([false, far, never]);
    expect(change('7.4', more, 'XX', 'GT')).toEqual([false, far, never]);
    expect(start('valkey:9.1').run(['HSETEX', 'h', 'XX', 'XX', 'FIELDS', '1', 'a', 'n'])).toEqual([false]);
  });

  it('have the limits of each server', () => {
    const over = String(2 ** 46);
    expect(start('7.4').run(['HPEXPIREAT', 'h', over, 'FIELDS', '1', 'c'])).toEqual([false]);
    expect(start('7.4').run(['HPEXPIREAT', 'h', String(2 ** 46 - 1), 'FIELDS', '1', 'c'])).toEqual([true]);
    const valkey = start('valkey:9.0');
    expect(valkey.run(['HPEXPIREAT', 'h', '9223372036854775807', 'FIELDS', '1', 'c'])).toEqual([true]);
    expect(at(valkey)?.at(-1)).toEqual(['expiry', '9223372036854775807']);
    expect(valkey.run(['HEXPIREAT', 'h', '9223372036854775807', 'FIELDS', '1', 'c'])).toEqual([false]);
    expect(valkey.run(['HPEXPIREAT', 'h', '-1', 'FIELDS', '1', 'c'])).toEqual([false]);
  });

  it('come with HGETEX and HSETEX', () => {
    const replay = start('8.0');
    replay.run(
      ['HGETEX', 'h', 'PXAT', '77', 'FIELDS', '2', 'a', 'none'],
      ['HGETEX', 'h', 'PERSIST', 'FIELDS', '1', 'b'],
    );
    replay.run(['HSETEX', 'h', 'EXAT', '8', 'FIELDS', '2', 'c', 'new', 'd', '4'], ['HGETEX', 'h', 'FIELDS', '1', 'a']);
    const expected = ['a', '1', ['expiry', 77], 'b', '2', never];
    expect(at(replay)).toEqual([...expected, 'c', 'new', ['expiry', 8000], 'd', '4', ['expiry', 8000]]);
  });

  it.each<[string, Command, boolean]>([
    ['8.0', ['FNX', 'FIELDS', '1', 'a', 'new'], false],
    ['8.0', ['FNX', 'FIELDS', '2', 'n', 'new', 'a', 'new'], false],
    ['8.0', ['FNX', 'FIELDS', '1', 'n', 'new'], true],
    ['8.0', ['FXX', 'FIELDS', '2', 'a', 'new', 'n', 'new'], false],
    ['8.0', ['FXX', 'FIELDS', '2', 'a', 'new', 'b', 'new'], true],
    ['8.0', ['NX', 'FIELDS', '1', 'n', 'new'], false],
    ['valkey:9.1', ['NX', 'FIELDS', '1', 'n', 'new'], false],
    ['valkey:9.1', ['XX', 'FIELDS', '1', 'n', 'new'], true],
    ['8.0', ['FIELDS', '2', 'a', 'new'], false],
    ['8.0', ['FIELDS', '1', 'a', 'new', 'b', 'new'], false],
    ['8.0', ['FIELDS', '1', 'a', 'new', 'PX', '5'], false],
    ['8.10', ['FIELDS', '1', 'a', 'new', 'PX', '5'], true],
    ['8.0', ['EX', '5', 'KEEPTTL', 'FIELDS', '1', 'a', 'new'], false],
    ['8.0', ['FIELDS', '0', 'a', 'new'], false],
    ['8.0', ['PX', '5', 'a', 'new'], false],
  ])('of %s: HSETEX h %j applies or not', (version, rest, applied) => {
    const replay = start(version);
    replay.run(['HSETEX', 'h', ...rest]);
    expect(at(replay)?.includes('new')).toBe(applied);
  });

  it('leave with their fields', () => {
    const replay = start('8.0');
    replay.run(['HGETDEL', 'h', 'FIELDS', '2', 'a', 'none'], ['HDEL', 'h', 'b']);
    expect(at(replay)).toEqual(['c', '3']);
    replay.run(['PEXPIREAT', 'h', later], ['HGETDEL', 'h', 'FIELDS', '1', 'c']);
    expect(replay.dump()).toEqual({});
  });

  it('need a hash', () => {
    const replay = new Replay('8.0');
    replay.setText('h', 'text');
    const fields = ['FIELDS', '1', 'a'];
    expect(
      replay.run(['HPEXPIREAT', 'h', later, ...fields], ['HGETDEL', 'h', ...fields], ['HSETEX', 'h', ...fields, '1']),
    ).toEqual([false, false, false]);
  });
});

describe('a hash', () => {
  it('holds many fields, with and without times, and gives its memory back', () => {
    const replay = new Replay('8.0');
    const { heap } = replay.keyspace;
    const hash = new HashValue(heap);
    const model = new Map<string, [value: string, time: number]>();
    const text = (value: string): Uint8Array => Buffer.from(value);
    for (let i = 0; i < 20_000; i++) {
      const field = text(`field ${(i * 7919) % 1500}`);
      const value = `value ${i}${'.'.repeat(i % 40)}`;
      if (i % 11 === 3) {
        hash.remove(field, 0, field.length);
        model.delete(field.toString());
        continue;
      }
      const keep = i % 5 === 0;
      hash.set(field, 0, field.length, text(value), 0, value.length, keep);
      model.set(field.toString(), [value, keep ? (model.get(field.toString())?.[1] ?? -1) : -1]);
      if (i > 1000 && i % 3 === 0) {
        hash.setTime(field, 0, field.length, i);
        model.get(field.toString())![1] = i;
      }
    }
    const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    const items = expected.flatMap(([field, [value, time]]) => [field, value, ['expiry', time]]);
    expect(itemsOf(hash)).toEqual(items);
    const copy = hash.clone();
    hash.free();
    expect(itemsOf(copy)).toEqual(items);
    copy.free();
  });

  it('is loaded from its parts', () => {
    const loader = new HashLoader(new Replay().keyspace.heap);
    const text = Buffer.from('field1field2longer');
    for (const [start, end] of [
      [0, 5],
      [0, 6],
      [6, 12],
      [6, 18],
    ] as const) {
      loader.bytes(text, start, end);
      if (end === 6) loader.expiry(-1);
    }
    loader.expiry(9);
    expect(itemsOf(loader.end()!)).toEqual([
      'field',
      'field1',
      ['expiry', -1],
      'field2',
      'field2longer',
      ['expiry', 9],
    ]);
    expect(new HashLoader(new Replay().keyspace.heap).end()).toBeUndefined();
  });
});
