/** Values in forms that servers may write and seldom do, made anew for other servers. */
import { describe, expect, it } from 'vitest';
import { type Loss, readRdb, writeRdb } from '../../src/index.ts';
import { all } from '../helpers/encode-bytes.ts';
import { concat, file, hex, i64le, key, len, str } from '../helpers/encoders.ts';
import { describeLive, withLiveServer } from '../helpers/live.ts';

type Bytes = Uint8Array<ArrayBuffer>;

async function converted(source: Bytes, target: string, losses: Loss[] = []): Promise<Bytes> {
  const chunks = await all(
    writeRdb(readRdb(source, { values: 'raw' }), { target, onLoss: (loss) => losses.push(loss) }),
  );
  return concat(...chunks);
}

async function shownValue(bytes: Bytes): Promise<unknown> {
  const records = await all(readRdb(bytes, { strings: 'latin1' }));
  return records.find((record) => record.kind === 'key')?.value;
}

/** One node each: numbers of 8, 16 and 32 bits that stand alone, and a packed one between them. */
const PACKED = hex('0A0000000100816202FF');
const list = file(
  10,
  key(
    18,
    'l',
    concat(len(5), hex('01C005'), hex('02'), str(PACKED), hex('01C10C64'), hex('01'), str('x'), hex('01C2D12F0100')),
  ),
);
const ELEMENTS = ['5', 'b', '25612', 'x', '77777'];

describe('nodes of a list that hold a number alone', () => {
  it.each(['redis:6.2', 'redis:7.0', 'redis:7.2', 'redis:8.6', 'valkey:9.0', 'rdb:11'])(
    'stay where they are for %s',
    async (target) => {
      expect(await shownValue(list)).toEqual(ELEMENTS);
      expect(await shownValue(await converted(list, target))).toEqual(ELEMENTS);
    },
  );
});

const FIELDS = 2000;
/** A hash too large for its count to wait for its end, whose fields are over in turn. */
const value = 'v'.repeat(100);
const hash = (past: number): Bytes =>
  file(
    12,
    key(
      24,
      'h',
      concat(
        i64le(past),
        len(FIELDS),
        // Types 24 store times from the least one on, 1 more than what they are above it.
        ...Array.from({ length: FIELDS }, (_, i) => concat(len(i % 2 === 0 ? 1 : 0), str(`f${i}`), str(value))),
      ),
    ),
  );

describe('fields whose time is past, in a large hash', () => {
  it.each(['redis:2.8', 'redis:6.2', 'redis:7.0', 'redis:7.2', 'valkey:8.0'])('are left out for %s', async (target) => {
    const losses: Loss[] = [];
    const items = (await shownValue(await converted(hash(1_600_000_000_000), target, losses))) as { field: string }[];
    expect(losses.map(({ kind }) => kind)).toContain('fieldExpiry');
    expect(items).toHaveLength(FIELDS / 2);
    expect(items.every(({ field }) => Number(field.slice(1)) % 2 === 1)).toBe(true);
    const kept = (await shownValue(await converted(hash(9_000_000_000_000), target))) as unknown[];
    expect(kept).toHaveLength(FIELDS);
  });
});

/** Nine characters of 6 bits, then 10 bits of a version. */
function moduleId(name: string): bigint {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return [...name].reduce((id, character) => (id << 6n) | BigInt(characters.indexOf(character)), 0n) << 10n;
}

describe('what a server of the same file version does not have', () => {
  const vectors = file(12, key(7, 'v', concat(len(moduleId('vectorset')), len(0))));
  const limiter = file(15, key(33, 'g', len(5)));

  it.each([
    ['vector sets of 7.4', vectors, 'redis:7.4'],
    ['vector sets of Valkey', vectors, 'valkey:9.0'],
    ['rate limiters of 8.8', limiter, 'redis:8.8'],
    ['rate limiters of 8.6', limiter, 'redis:8.6'],
  ])('is a loss: %s', async (_name, source, target) => {
    const losses: Loss[] = [];
    expect(await shownValue(await converted(source, target, losses))).toBe(undefined);
    expect(losses).toMatchObject([{ kind: 'key' }]);
  });
});

describeLive('a real server', () => {
  it('loads what was made of them', async () => {
    for (const [source, commands] of [
      [list, ['LRANGE', 'l', '0', '-1']],
      [hash(1_600_000_000_000), ['HLEN', 'h']],
    ] as [Bytes, string[]][]) {
      await withLiveServer({ files: { 'dump.rdb': await converted(source, 'redis:7.0') } }, async ({ client }) => {
        const found = await client.command(...(commands as [string, ...string[]]));
        expect(Array.isArray(found) ? found.map(String) : found).toEqual(source === list ? ELEMENTS : FIELDS / 2);
      });
    }
  });
});
