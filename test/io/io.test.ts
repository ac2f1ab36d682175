/** Files: what is read, which errors come, and that nothing stays open. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ioError, openFile, TemporaryBytes } from '../../src/io/index.ts';
import { type Progress, RedisFileError, readAofFile, readRdb, readRdbFile, writeRdb } from '../../src/node.ts';
import {
  all,
  type Bytes,
  concat,
  join as joinBytes,
  noise,
  rdbFile,
  rejectionOf,
  string,
  thrownBy,
} from '../helpers/encode-bytes.ts';

const dir = mkdtempSync(join(tmpdir(), 'rdb-aof-test-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

const CRLF = Buffer.from('\r\n');

const DESCRIPTORS = '/proc/self/fd';
const countsDescriptors = existsSync(DESCRIPTORS);

/** How often this process has a file open. */
function opened(path: string): number {
  return readdirSync(DESCRIPTORS).filter((descriptor) => {
    try {
      return readlinkSync(join(DESCRIPTORS, descriptor)) === path;
    } catch {
      return false;
    }
  }).length;
}

/** Where open descriptors cannot be counted, the test is skipped by its name. */
const itCounts = countsDescriptors ? it : it.skip;

/** A file of many chunks: strings that do not compress. */
const LARGE = rdbFile(
  11,
  ...Array.from({ length: 400 }, (_, i) => concat([0], string(`key ${i}`), string(noise(1000, i + 1)))),
);
const SMALL = rdbFile(11, [0], string('k'), string('v'));

async function keys(path: string): Promise<number> {
  let count = 0;
  for await (const record of readRdbFile(path)) if (record.kind === 'key') count++;
  return count;
}

describe('openFile', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 200_000, 2 ** 20, 2 ** 20 + 1, 2_500_000])('reads %i bytes', async (size) => {
    const bytes = noise(size);
    const opened = await openFile(file(`size-${size}`, bytes));
    expect(opened.size).toBe(size);
    const parts: Bytes[] = [];
    for await (const chunk of opened.chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      expect(chunk.constructor).toBe(Uint8Array);
      parts.push(chunk);
    }
    // Each chunk is an array of its own, so that what was given before did not change.
    expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(parts.length);
    expect(Buffer.from(joinBytes(parts)).equals(bytes)).toBe(true);
  });

  itCounts('closes the file at its end, and when it is left', async () => {
    const path = file('left', noise(300_000));
    for await (const _ of (await openFile(path)).chunks) expect(opened(path)).toBe(1);
    expect(opened(path)).toBe(0);
    for await (const _ of (await openFile(path)).chunks) break;
    expect(opened(path)).toBe(0);
  });

  itCounts('closes a directory that it refuses', async () => {
    expect(await rejectionOf(openFile(dir))).toMatchObject({ code: 'IO' });
    expect(opened(dir)).toBe(0);
  });
});

describe('readAofFile', () => {
  it('gives bytes that stay as they are, and keep no more than 16 KiB', async () => {
    const values = Array.from({ length: 60_000 }, (_, i) => noise(i % 40, i + 1));
    const log = joinBytes(
      values.map((value) => Buffer.concat([Buffer.from(`*2\r\n$3\r\nSET\r\n$${value.length}\r\n`), value, CRLF])),
    );
    expect(log.length).toBeGreaterThan(2 ** 21);
    for (const path of [file('log', log), file('log.gz', gzipSync(log))]) {
      const kept: Uint8Array[] = [];
      for await (const record of readAofFile(path)) if (record.kind === 'command') kept.push(record.argv[1]!);
      expect(kept.length).toBe(values.length);
      expect(kept.every((value, i) => Buffer.compare(value, values[i]!) === 0)).toBe(true);
      expect(Math.max(...kept.map(({ buffer }) => buffer.byteLength))).toBeLessThanOrEqual(2 ** 14);
    }
  });
});

describe('readAofFile with views, and with an RDB in front', () => {
  it('gives bytes that stay as they are, too', async () => {
    const value = noise(100_000, 7);
    const count = 40;
    const rdb = joinBytes(
      await all(
        writeRdb(
          Array.from({ length: count }, (_, i) => ({
            kind: 'key',
            db: 0,
            key: Buffer.from(String(i)),
            type: 'string',
            value,
          })) as never,
        ),
      ),
    );
    const command = Buffer.concat([Buffer.from(`*2\r\n$3\r\nSET\r\n$${value.length}\r\n`), value, CRLF]);
    const path = file('preamble', joinBytes([rdb, ...Array.from({ length: count }, () => command)]));
    for (const views of [false, true]) {
      const kept: Uint8Array[] = [];
      for await (const record of readAofFile(path, { views })) {
        if (record.kind === 'command') kept.push(record.argv[1]!);
        if (record.kind === 'rdb' && record.record.kind === 'key') kept.push(record.record.value as Uint8Array);
      }
      expect(kept.length).toBe(2 * count);
      expect(kept.every((one) => Buffer.compare(one, value) === 0)).toBe(true);
    }
  });
});

describe('ioError', () => {
  it('says what the system refused, and keeps its error', () => {
    const cause = Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });
    const error = ioError('/some/path', cause);
    expect(error).toBeInstanceOf(RedisFileError);
    expect(error).toMatchObject({ code: 'IO', cause, context: { file: '/some/path' } });
    expect(error.message).toBe('/some/path: no such file');
    expect(ioError('p', Object.assign(new Error('EWHAT: odd'), { code: 'EWHAT' })).message).toBe('p: EWHAT: odd');
  });
});

describe('readRdbFile', () => {
  it('reads a file, as often as it is iterated', async () => {
    const path = file('large.rdb', LARGE);
    const stream = readRdbFile(path, { strings: 'utf8' });
    for (let i = 0; i < 2; i++) {
      const names: string[] = [];
      for await (const record of stream) if (record.kind === 'key') names.push(record.key);
      expect(names).toEqual(Array.from({ length: 400 }, (_, n) => `key ${n}`));
    }
    const records = await all(readRdbFile(path));
    expect(records).toEqual(await all(readRdb(LARGE)));
  });

  it('knows its size', async () => {
    const totals = new Set<number | undefined>();
    let last = 0;
    const stream = readRdbFile(file('progress.rdb', LARGE), {
      onProgress: ({ bytes, total }: Progress) => {
        totals.add(total);
        last = bytes;
      },
    });
    for await (const _ of stream);
    expect([...totals]).toEqual([LARGE.length]);
    expect(last).toBe(LARGE.length);
  });

  it('says IO for a file that is missing, when it is iterated', async () => {
    const path = join(dir, 'missing.rdb');
    const stream = readRdbFile(path);
    const error = (await rejectionOf(all(stream))) as RedisFileError;
    expect(error).toBeInstanceOf(RedisFileError);
    expect(error).toMatchObject({ code: 'IO', offset: undefined, context: { file: path }, cause: { code: 'ENOENT' } });
    expect(error.message).toContain(path);
    expect(await rejectionOf(stream.batches()[Symbol.asyncIterator]().next())).toMatchObject({ code: 'IO' });
    // It may come into being meanwhile.
    writeFileSync(path, SMALL);
    expect((await all(stream)).length).toBe(3);
  });

  it('says IO for a directory', async () => {
    const path = join(dir, 'folder');
    mkdirSync(path);
    const error = (await rejectionOf(keys(path))) as RedisFileError;
    expect(error).toMatchObject({ code: 'IO', context: { file: path } });
    expect(error.message).toContain('directory');
  });

  it('says IO for a path through a file', async () => {
    const path = join(file('plain', SMALL), 'below.rdb');
    expect(await rejectionOf(keys(path))).toMatchObject({
      code: 'IO',
      context: { file: path },
      cause: { code: 'ENOTDIR' },
    });
  });

  it.skipIf(process.getuid?.() === 0)('says IO for a file that may not be read (the superuser may)', async () => {
    const path = file('secret.rdb', SMALL);
    chmodSync(path, 0);
    expect(await rejectionOf(keys(path))).toMatchObject({
      code: 'IO',
      context: { file: path },
      cause: { code: 'EACCES' },
    });
  });

  // Opens, and refuses the first byte.
  it.skipIf(!existsSync('/proc/self/mem'))('says IO where reading fails, and closes the file', async () => {
    const path = '/proc/self/mem';
    expect(await rejectionOf(keys(path))).toMatchObject({
      code: 'IO',
      context: { file: path },
      cause: { code: 'EIO' },
    });
    expect(opened(`/proc/${process.pid}/mem`)).toBe(0);
  });

  it('names the file in errors of its content', async () => {
    const cut = file('cut.rdb', LARGE.subarray(0, 200_000));
    expect(await rejectionOf(keys(cut))).toMatchObject({
      code: 'UNEXPECTED_EOF',
      offset: 200_000,
      context: { file: cut },
    });
    const broken = LARGE.slice();
    broken[broken.length - 1] ^= 1;
    const path = file('broken.rdb', broken);
    expect(await rejectionOf(keys(path))).toMatchObject({ code: 'CHECKSUM_MISMATCH', context: { file: path } });
    const text = file('text.rdb', Buffer.from('hello world'));
    expect(await rejectionOf(keys(text))).toMatchObject({ code: 'BAD_MAGIC', context: { file: text } });
    const empty = file('empty.rdb', new Uint8Array(0));
    expect(await rejectionOf(keys(empty))).toMatchObject({
      code: 'UNEXPECTED_EOF',
      offset: 0,
      context: { file: empty },
    });
    const packed = file('packed.rdb', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff));
    expect(await rejectionOf(keys(packed))).toMatchObject({ code: 'COMPRESSION_CORRUPT', context: { file: packed } });
  });

  it('may be told another name', async () => {
    const path = file('renamed.rdb', LARGE.subarray(0, 50));
    const stream = readRdbFile(path, { file: 'shown', size: 7 });
    expect(await rejectionOf(all(stream))).toMatchObject({ context: { file: 'shown' } });
  });

  it('says wrong options at the call', () => {
    expect(thrownBy(() => readRdbFile(join(dir, 'missing'), { values: 'all' as never }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  itCounts('opens nothing before it is iterated, and closes in the end', async () => {
    const path = file('closed.rdb', LARGE);
    const stream = readRdbFile(path);
    await new Promise((resolve) => setImmediate(resolve));
    expect(opened(path)).toBe(0);
    for await (const _ of stream) expect(opened(path)).toBeLessThanOrEqual(1);
    expect(opened(path)).toBe(0);
  });

  itCounts('closes the file when it is left', async () => {
    const path = file('left.rdb', LARGE);
    const stream = readRdbFile(path);
    for await (const _ of stream) {
      expect(opened(path)).toBe(1);
      break;
    }
    expect(opened(path)).toBe(0);
    for await (const _ of stream.batches()) break;
    expect(opened(path)).toBe(0);
    const mine = new Error('mine');
    const leave = async (): Promise<void> => {
      for await (const _ of stream) throw mine;
    };
    expect(await rejectionOf(leave())).toBe(mine);
    expect(opened(path)).toBe(0);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    expect(opened(path)).toBe(0);
  });

  itCounts('closes the file after an error', async () => {
    const path = file('damaged.rdb', concat(LARGE.subarray(0, 1000), noise(100_000)));
    await rejectionOf(keys(path));
    expect(opened(path)).toBe(0);
    const fails = file('fails.rdb', LARGE);
    const error = new Error('mine');
    const onProgress = (): never => {
      throw error;
    };
    expect(await rejectionOf(all(readRdbFile(fails, { onProgress })))).toBe(error);
    expect(opened(fails)).toBe(0);
  });

  itCounts('closes the file when it is aborted', async () => {
    const path = file('aborted.rdb', LARGE);
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = async (): Promise<void> => {
      for await (const _ of readRdbFile(path, { signal })) controller.abort();
    };
    expect(await rejectionOf(aborted())).toBe(signal.reason);
    // The reason is not kept waiting until the system has closed the file.
    await vi.waitUntil(() => opened(path) === 0);
  });

  itCounts('leaves no file open where it was aborted before', async () => {
    const path = file('aborted-before.rdb', LARGE);
    const signal = AbortSignal.abort();
    expect(await rejectionOf(all(readRdbFile(path, { signal })))).toBe(signal.reason);
    await vi.waitUntil(() => opened(path) === 0);
  });
});

describe('TemporaryBytes', () => {
  const drained = (bytes: TemporaryBytes): Bytes =>
    joinBytes(Array.from(bytes.drain(), (piece) => Uint8Array.from(piece)));

  it('gives back what was written, again and again', () => {
    const bytes = new TemporaryBytes();
    try {
      expect(drained(bytes)).toEqual(new Uint8Array(0));
      for (const size of [1, 65_536, 200_001, 3]) {
        const content = noise(size, size);
        bytes.write(content.subarray(0, size >> 1));
        bytes.write(new Uint8Array(0));
        bytes.write(content.subarray(size >> 1));
        expect(Buffer.from(drained(bytes)).equals(content)).toBe(true);
        expect(drained(bytes).length).toBe(0);
      }
    } finally {
      bytes.close();
    }
  });

  it('leaves nothing behind', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('rdb-aof-')).length;
    const descriptors = countsDescriptors ? readdirSync(DESCRIPTORS).length : 0;
    const bytes = new TemporaryBytes();
    bytes.write(noise(10));
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('rdb-aof-')).length).toBe(before);
    bytes.close();
    if (countsDescriptors) expect(readdirSync(DESCRIPTORS).length).toBe(descriptors);
  });
});
