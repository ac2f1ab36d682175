/** Values of any kind, for every target and any thresholds, read back by the reader of this library. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeDump,
  encodeDump,
  type RdbRecord,
  type Thresholds,
  type WritableKey,
  type WritableValue,
} from '../../src/index.ts';
import { idHalf, signedOf } from '../helpers/encode-packed.ts';
import { recordsOf } from '../helpers/read.ts';
import { ALL_TARGETS, rewrite, writeAll } from './write-helpers.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const latin1 = (from: unknown): string => Buffer.from(from as Uint8Array).toString('latin1');

const text = fc.oneof(
  fc.uint8Array({ maxLength: 70 }),
  fc.oneof(signedOf(64), signedOf(32), signedOf(8)).map((value) => bytes(String(value))),
  fc.tuple(fc.constantFrom('abc', 'x', 'hello world '), fc.nat(60)).map(([word, times]) => bytes(word.repeat(times))),
);
const score = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.constantFrom(
    0,
    -0,
    0.1,
    1e17,
    1e300,
    5e-324,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    -(2 ** 60),
  ),
);
const unique = <T>(item: fc.Arbitrary<T>, name: (item: T) => Uint8Array): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 24, selector: (one) => latin1(name(one)) });
const time = fc.integer({ min: 4e12, max: 2 ** 42 });
const fields = unique(
  fc.record({ field: text, value: text, expiresAt: fc.option(time, { nil: undefined }) }),
  ({ field }) => field,
);
const plainFields = unique(fc.record({ field: text, value: text }), ({ field }) => field);

const streamValue = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.bigInt(1n, 1n << 63n), idHalf), { maxLength: 30, selector: ([ms]) => ms }),
    fc.array(fc.array(fc.tuple(fc.constantFrom('a', 'b', '7').map(bytes), text), { minLength: 1, maxLength: 3 }), {
      minLength: 30,
      maxLength: 30,
    }),
    fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }),
  )
  .map(([ids, pairs, owners]): WritableValue => {
    const sorted = ids.sort(([a], [b]) => (a < b ? -1 : 1)).map(([ms, seq]) => `${ms}-${seq}`);
    const consumers = ['c0', 'c1'].map((name, i) => ({ name: bytes(name), seenTime: 1e12 + i, activeTime: 1e12 + i }));
    const pending = sorted.flatMap((id, i) => {
      const owner = consumers[owners[i]!];
      return owner === undefined ? [] : [{ id, consumer: owner.name, deliveryTime: 1e12, deliveryCount: i + 1 }];
    });
    const lastDeliveredId = sorted.at(-1) ?? '0-0';
    return {
      type: 'stream',
      value: {
        entries: sorted.map((id, i) => ({ id, fields: pairs[i]! })),
        groups: [{ name: bytes('g'), lastDeliveredId, pending, consumers }],
      },
    };
  });

const value: fc.Arbitrary<WritableValue> = fc.oneof(
  text.map((one): WritableValue => ({ type: 'string', value: one })),
  fc.array(text, { minLength: 1, maxLength: 24 }).map((items): WritableValue => ({ type: 'list', value: items })),
  unique(text, (one) => one).map((items): WritableValue => ({ type: 'set', value: items })),
  fc
    .uniqueArray(signedOf(64), { minLength: 1, maxLength: 24 })
    .map((items): WritableValue => ({ type: 'set', value: items.map((one) => bytes(String(one))) })),
  unique(fc.record({ member: text, score }), ({ member }) => member).map(
    (items): WritableValue => ({ type: 'zset', value: items }),
  ),
  plainFields.map((items): WritableValue => ({ type: 'hash', value: items })),
  fields.map((items): WritableValue => ({ type: 'hash', value: items })),
  streamValue,
  fc
    .uniqueArray(fc.tuple(fc.bigInt(0n, (1n << 64n) - 2n), text), { minLength: 1, maxLength: 20, selector: ([i]) => i })
    .map(
      (items): WritableValue => ({
        type: 'array',
        value: { items: items.sort(([a], [b]) => (a < b ? -1 : 1)).map(([index, one]) => ({ index, value: one })) },
      }),
    ),
  fc.array(fc.oneof(text, signedOf(64)), { maxLength: 10 }).map(
    (parts): WritableValue => ({
      type: 'module',
      value: {
        module: 'test__rdb',
        version: 1,
        parts: parts.map((part) =>
          part instanceof Uint8Array
            ? { type: 'string', value: part }
            : { type: 'uint', value: Number(BigInt.asUintN(64, part)), exact: { value: BigInt.asUintN(64, part) } },
        ),
      },
    }),
  ),
);

const key = fc.record({
  key: fc.uint8Array({ minLength: 1, maxLength: 10 }),
  value,
  db: fc.nat(3),
  expiresAt: fc.option(time, { nil: undefined }),
});
const dataset = fc
  .uniqueArray(key, { maxLength: 12, selector: (one) => `${one.db} ${latin1(one.key)}` })
  .map((keys) =>
    keys.map(({ value: given, ...rest }): WritableKey => ({ kind: 'key', ...rest, ...given }) as WritableKey),
  );

const small = fc.constantFrom(0, 1, 3, 10, 1000);
const thresholds: fc.Arbitrary<Thresholds | undefined> = fc.option(
  fc.record({
    'hash-max-listpack-entries': small,
    'hash-max-ziplist-value': small,
    'list-max-listpack-size': fc.constantFrom(-5, -1, 0, 1, 3, 100),
    'list-max-ziplist-entries': small,
    'set-max-intset-entries': small,
    'set-max-listpack-entries': small,
    'zset-max-listpack-entries': small,
    'stream-node-max-entries': small,
    'stream-node-max-bytes': fc.constantFrom(0, 50, 4096),
  }),
  { nil: undefined },
);

/** A record or key without what depends on how it is stored, in one order; strings as latin1. */
function meaning(record: { key: unknown; db?: number; type: string; value: unknown; expiresAt?: unknown }): unknown {
  const plain = JSON.parse(
    JSON.stringify(record.value, (name, item) => {
      if (item instanceof Uint8Array) return latin1(item);
      if (name === 'score') return Object.is(item, -0) ? '-0' : String(item);
      if (name === 'exact') return undefined;
      return typeof item === 'bigint' ? String(Number(item)) : typeof item === 'number' ? String(item) : item;
    }),
  );
  const sorted = (list: unknown[], name: string): unknown[] =>
    list.sort((a, b) => ((a as Record<string, string>)[name]! < (b as Record<string, string>)[name]! ? -1 : 1));
  let meant: unknown = plain;
  if (record.type === 'set') meant = (plain as string[]).sort();
  else if (record.type === 'zset') meant = sorted(plain, 'member');
  else if (record.type === 'hash') meant = sorted(plain, 'field');
  else if (record.type === 'stream') {
    const { entries, groups } = plain as {
      entries: unknown;
      groups: { name: unknown; pending: unknown; consumers: { name: string; seenTime: string }[] }[];
    };
    meant = {
      entries,
      groups: groups.map(({ name, pending, consumers }) => ({
        name,
        pending,
        consumers: consumers.map((one) => [one.name, one.seenTime]),
      })),
    };
  }
  return {
    db: record.db ?? 0,
    key: typeof record.key === 'string' ? record.key : latin1(record.key),
    type: record.type,
    expiresAt: record.expiresAt,
    value: meant,
  };
}

const keysOf = (made: Uint8Array): RdbRecord<string>[] => recordsOf([made]).filter(({ kind }) => kind === 'key');

describe('values that a program makes', () => {
  it.each(ALL_TARGETS)('come back from a file for %s, but for what is told as lost', (target) => {
    fc.assert(
      fc.property(dataset, thresholds, fc.boolean(), (keys, limits, compression) => {
        const written = writeAll(keys, { target, thresholds: limits, compression });
        const lost = new Set<string>();
        let noTimes = false;
        for (const { kind, db, key: name } of written.losses) {
          if (kind === 'key') lost.add(`${db} ${latin1(name)}`);
          else if (kind === 'fieldExpiry') noTimes = true;
          else expect(kind).toMatch(/^$/);
        }
        const wanted = keys
          .filter((one) => !lost.has(`${one.db} ${latin1(one.key)}`))
          .map((one) => {
            if (one.type !== 'hash' || !noTimes) return meaning(one as never);
            const items = one.value as { field: Uint8Array; value: Uint8Array }[];
            return meaning({ ...one, value: items.map((item) => ({ field: item.field, value: item.value })) } as never);
          });
        expect(keysOf(written.bytes).map((one) => meaning(one as never))).toEqual(wanted);
        // What is lost is what the target has no type for.
        for (const one of keys) {
          const type = one.type === 'stream' || one.type === 'array' || one.type === 'module';
          if (!type) expect(lost.has(`${one.db} ${latin1(one.key)}`)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are written alike however they are given, and however records are cut', () => {
    fc.assert(
      fc.property(dataset, fc.constantFrom(...ALL_TARGETS), fc.nat(5), (keys, target, size) => {
        const once = writeAll(keys, { target, onLoss: () => undefined });
        // By their own reader, at every level, in any pieces of the file, straight from the scanner.
        for (const values of ['data', 'structure', 'raw', 'scan', 'scan raw'] as const) {
          const again = rewrite(once.bytes, { target }, { values, chunk: 1 + 13 * size });
          expect(again.losses).toEqual([]);
          expect(
            keysOf(again.bytes).map((one) => meaning(one as never)),
            values,
          ).toEqual(keysOf(once.bytes).map((one) => meaning(one as never)));
          if (values !== 'data')
            expect(Buffer.compare(again.bytes, rewrite(once.bytes, { target }, { values }).bytes)).toBe(0);
        }
        const copied = rewrite(once.bytes, {}, { values: 'raw' });
        expect(Buffer.compare(copied.bytes, once.bytes)).toBe(0);
        // Made anew, the same file comes out: what the writer makes is stable.
        const anew = rewrite(once.bytes, { target, compression: true }, { values: 'data' });
        const pieces = rewrite(once.bytes, { target, compression: true }, { values: 'data', maxValueBytes: 300 });
        expect(keysOf(pieces.bytes).map((one) => meaning(one as never))).toEqual(
          keysOf(anew.bytes).map((one) => meaning(one as never)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('in pieces are written as they are when they are whole', () => {
    fc.assert(
      fc.property(
        dataset,
        fc.constantFrom(...ALL_TARGETS),
        fc.constantFrom(1, 200, 500, 2000),
        (keys, target, limit) => {
          const { bytes: file } = writeAll(keys, { target: 'redis:8.8' });
          const options = { target, compression: false };
          const whole = rewrite(file, options, { values: 'data' });
          for (const values of ['data', 'structure', 'scan'] as const) {
            const made = rewrite(file, options, { values, maxValueBytes: limit });
            expect(
              keysOf(made.bytes).map((one) => meaning(one as never)),
              values,
            ).toEqual(keysOf(whole.bytes).map((one) => meaning(one as never)));
            expect(made.losses.map(({ kind }) => kind)).toEqual(whole.losses.map(({ kind }) => kind));
          }
          for (const values of ['data', 'scan'] as const) {
            const made = rewrite(file, options, { values, maxValueBytes: Math.max(limit, 1200) });
            expect(Buffer.compare(made.bytes, rewrite(file, options, { values }).bytes), values).toBe(0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('come back from payloads', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...ALL_TARGETS), thresholds, (given, target, limits) => {
        const kinds: string[] = [];
        let payload: Uint8Array;
        try {
          payload = encodeDump(given, { target, thresholds: limits, onLoss: ({ kind }) => kinds.push(kind) });
        } catch (error) {
          expect(kinds, String(error)).toEqual(['key']);
          return;
        }
        const dump = decodeDump(payload);
        const one = (from: { type: string; value: unknown }): unknown => meaning({ ...from, key: '' } as never);
        if (kinds.length === 0) expect(one(dump)).toEqual(one(given as never));
        // And once more, from what was read.
        if (dump.type !== 'stream') expect(one(decodeDump(encodeDump(dump)))).toEqual(one(dump));
      }),
      { numRuns: 300 },
    );
  });
});
