/** Values that wait in a temporary file. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as anywhere from '../../src/index.ts';
import { TemporaryBytes } from '../../src/io/index.ts';
import { AofWriter, readRdb, rewriteAofDir, type WritableRecord, writeAof, writeRdb } from '../../src/node.ts';
import { all, join as joined, rejectionOf, thrownBy } from '../helpers/encode-bytes.ts';

const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
});

/** Files that this process has open; undefined where there is no `/proc`. */
function open(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** The least of its times stands before its fields, which are too much for memory. */
const HASH: WritableRecord = {
  kind: 'key',
  key: 'h',
  type: 'hash',
  value: Array.from({ length: 40 }, (_, i) => ({
    field: `f${i}`,
    value: new Uint8Array(1 << 18).fill(i),
    expiresAt: 4_102_444_800_000 + i,
  })),
};

const OPTIONS = { target: 'redis:8.0', compression: false } as const;

describe('a value that is too large to wait in memory', () => {
  it.each(['redis:8.0', 'valkey:9.0'])('is written for %s', async (target) => {
    const options = { target, compression: false };
    const before = open();
    const bytes = joined(await all(writeRdb([HASH], options)));
    const [key] = (await all(readRdb(bytes))).filter((record) => record.kind === 'key');
    expect(key).toMatchObject({ type: 'hash', typeId: target === 'redis:8.0' ? 24 : 22 });
    expect((key!.value as { expiresAt: number }[]).map(({ expiresAt }) => expiresAt)).toEqual(
      (HASH.value as { expiresAt: number }[]).map(({ expiresAt }) => expiresAt),
    );
    const log = await all(writeAof([{ kind: 'rdb', record: HASH as never }], options));
    expect(joined(log).length).toBe(bytes.length);
    expect(open()).toBe(before);
  });

  it('is an error where there is no place for it', async () => {
    const error = await rejectionOf(all(anywhere.writeRdb([HASH], OPTIONS)));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('the option spill') });
    process.env['TMPDIR'] = join(tmpdir(), 'rdb-aof-no-such-place');
    expect(await rejectionOf(all(writeRdb([HASH], OPTIONS)))).toMatchObject({ code: 'IO' });
    expect(thrownBy(() => new TemporaryBytes())).toMatchObject({ code: 'IO', cause: { code: 'ENOENT' } });
  });

  it('leaves nothing open where the writing is given up', async () => {
    const before = open();
    const pieces: WritableRecord[] = [
      { kind: 'key', key: 'a', type: 'string', value: new Uint8Array(1 << 20) },
      HASH,
      { kind: 'key', key: 'b' } as never,
    ];
    expect(await rejectionOf(all(writeRdb(pieces, OPTIONS)))).toBeInstanceOf(Error);
    for await (const _ of writeRdb(pieces, OPTIONS)) break;
    expect(open()).toBe(before);
  });
});

it('a callback that throws closes the file that is read', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-spill-'));
  try {
    const path = join(dir, 'x.aof');
    const writer = await AofWriter.open(path);
    await writer.append({ argv: ['SET', 'k', 'v'] });
    await writer.close();
    const before = open();
    const onProgress = (): never => {
      throw new Error('no more');
    };
    for (let i = 0; i < 3; i++) {
      expect(await rejectionOf(rewriteAofDir(path, join(dir, 'out'), { onProgress }))).toMatchObject({
        message: 'no more',
      });
    }
    expect(open()).toBe(before);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
