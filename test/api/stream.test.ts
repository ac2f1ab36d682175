/** `readRdb` as a stream: sources, signals, progress, the end, and what it asks of its source. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteSource, type Progress, type RdbRecord, type ReadRdbOptions, readRdb } from '../../src/index.ts';
import {
  all,
  type Bytes,
  concat,
  join,
  noise,
  pieces,
  rdbFile,
  rejectionOf,
  string,
  text,
  thrownBy,
} from '../helpers/encode-bytes.ts';
import { ManualSource, settled } from '../helpers/encode-sources.ts';

const key = (name: string, value: string | Uint8Array): Bytes => concat([0], string(name), string(value));

/** Header to byte 9, keys to 16 and 23, end. */
const SMALL = rdbFile(11, key('a', 'one'), key('b', 'two'));
const KINDS = ['header', 'key', 'key', 'eof'];
/** More than a megabyte, in keys of 1000 bytes. */
const LARGE = rdbFile(11, ...Array.from({ length: 1200 }, (_, i) => key(`key ${i}`, noise(1000, i + 1))));
const LARGE_PIECES = pieces(LARGE, [65_536]);

/** All that the records hold, short enough to be compared fast. */
function digest(records: readonly RdbRecord[]): string {
  const text = JSON.stringify(records, (_name, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  return createHash('md5').update(text).digest('hex');
}

const kinds = (records: readonly RdbRecord[]): string[] => records.map(({ kind }) => kind);

async function* chunksOf(
  chunks: readonly Uint8Array[],
  onClose: () => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    onClose();
  }
}

describe('sources', () => {
  it.each<[string, () => ByteSource]>([
    ['a Uint8Array', () => LARGE],
    ['a Buffer', () => Buffer.from(LARGE)],
    ['a Blob', () => new Blob([LARGE])],
    ['an array of chunks', () => LARGE_PIECES],
    ['an async generator', () => chunksOf(LARGE_PIECES)],
    ['a stream of the web', () => new Blob([LARGE]).stream()],
    ['a stream of Node', () => Readable.from(LARGE_PIECES)],
    ['pieces of 11 bytes', () => pieces(LARGE, [11])],
    ['a packed Uint8Array', () => gzipSync(LARGE)],
  ])('reads %s', async (_name, source) => {
    const expected = digest(await all(readRdb(LARGE)));
    expect(digest(await all(readRdb(source())))).toBe(expected);
    expect(digest((await all(readRdb(source()).batches())).flat())).toBe(expected);
  });

  it('reads single bytes', async () => {
    expect(await all(readRdb(pieces(SMALL, [1])))).toEqual(await all(readRdb(SMALL)));
  });

  it('reads what is in memory as often as it is asked to', async () => {
    expect(kinds(await all(readRdb(SMALL)))).toEqual(KINDS);
    expect(kinds(await all(readRdb(SMALL)))).toEqual(KINDS);
    for (const source of [SMALL, Buffer.from(SMALL), new Blob([SMALL]), pieces(SMALL, [7])]) {
      const stream = readRdb(source);
      expect(kinds(await all(stream))).toEqual(KINDS);
      expect(kinds(await all(stream))).toEqual(KINDS);
      expect(kinds((await all(stream.batches())).flat())).toEqual(KINDS);
      const [one, other] = await Promise.all([all(stream), all(stream)]);
      expect(one).toEqual(other);
    }
  });

  it('gives batches of at least one record, and not all in one', async () => {
    const batches = await all(readRdb(LARGE).batches());
    expect(batches.length).toBeGreaterThan(2);
    for (const batch of batches) expect(batch.length).toBeGreaterThan(0);
  });

  it('gives bytes that are owned, and leaves its input as it was', async () => {
    const input = LARGE.slice();
    const records = await all(readRdb(input));
    const before = digest(records);
    for (const record of records) {
      if (record.kind !== 'key' || record.type !== 'string') continue;
      expect(record.key.buffer).not.toBe(input.buffer);
      record.key.fill(0);
      record.value.fill(0);
    }
    expect(Buffer.from(input).equals(LARGE)).toBe(true);
    const again = await all(readRdb(input));
    input.fill(0xee);
    expect(digest(again)).toBe(before);
  });

  it('gives views where they are asked for', async () => {
    const input = SMALL.slice();
    for await (const record of readRdb(input, { views: true })) {
      if (record.kind === 'key') expect(record.key.buffer).toBe(input.buffer);
    }
  });

  it('lets an error of its source through, behind the records before it', async () => {
    const error = new Error('mine');
    const source = new ManualSource();
    const iterator = readRdb(source)[Symbol.asyncIterator]();
    source.give(SMALL.subarray(0, 16));
    source.fail(error);
    expect((await iterator.next()).value?.kind).toBe('header');
    expect((await iterator.next()).value?.kind).toBe('key');
    expect(await rejectionOf(iterator.next())).toBe(error);
    expect((await iterator.next()).done).toBe(true);
  });

  it('gives the records before damage', async () => {
    for (const source of [concat(SMALL.subarray(0, 16), [200, 1, 2]), SMALL.subarray(0, 20)]) {
      const seen: string[] = [];
      const read = async (): Promise<void> => {
        for await (const { kind } of readRdb(source)) seen.push(kind);
      };
      expect(await rejectionOf(read())).toMatchObject({ name: 'RedisFileError' });
      expect(seen).toEqual(['header', 'key']);
    }
  });

  it('names the file in its errors where it knows the name', async () => {
    const cut = SMALL.subarray(0, 20);
    expect(await rejectionOf(all(readRdb(cut, { file: 'dump.rdb' })))).toMatchObject({ context: { file: 'dump.rdb' } });
    expect((await rejectionOf(all(readRdb(cut)))) as object).not.toHaveProperty('context.file');
    const mine = new Error('mine');
    const source = new ManualSource();
    source.fail(mine);
    expect(await rejectionOf(all(readRdb(source, { file: 'dump.rdb' })))).toBe(mine);
    expect(mine).not.toHaveProperty('context');
  });
});

describe('leaving early', () => {
  it('closes the source, whatever was read', async () => {
    for (const after of [1, 2, 3, 700]) {
      let closed = 0;
      let seen = 0;
      for await (const _ of readRdb(chunksOf(LARGE_PIECES, () => closed++))) if (++seen === after) break;
      expect(closed).toBe(1);
    }
  });

  it('closes the source by return, by an error of the loop, and in batches', async () => {
    let closed = 0;
    const open = (): AsyncGenerator<Uint8Array> => chunksOf(LARGE_PIECES, () => closed++);
    const iterator = readRdb(open())[Symbol.asyncIterator]();
    await iterator.next();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(closed).toBe(1);
    const mine = new Error('mine');
    const leave = async (): Promise<void> => {
      for await (const _ of readRdb(open())) throw mine;
    };
    expect(await rejectionOf(leave())).toBe(mine);
    expect(closed).toBe(2);
    for await (const _ of readRdb(open()).batches()) break;
    expect(closed).toBe(3);
  });

  it('closes the source after damage', async () => {
    let closed = 0;
    const damaged = [concat(SMALL.subarray(0, 16), [200]), LARGE_PIECES[1]];
    expect(await rejectionOf(all(readRdb(chunksOf(damaged, () => closed++))))).toMatchObject({
      code: 'UNKNOWN_OPCODE',
    });
    expect(closed).toBe(1);
  });

  it('closes a packed source', async () => {
    let closed = 0;
    for await (const _ of readRdb(chunksOf(pieces(Uint8Array.from(gzipSync(LARGE)), [1000]), () => closed++))) break;
    expect(closed).toBe(1);
  });

  it('cancels a stream of the web, and destroys one of Node', async () => {
    let cancelled = 0;
    let at = 0;
    const web = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(LARGE_PIECES[at++ % LARGE_PIECES.length]),
      cancel: () => {
        cancelled++;
      },
    });
    for await (const _ of readRdb(web)) break;
    expect(cancelled).toBe(1);
    expect(web.locked).toBe(false);
    const node = Readable.from(LARGE_PIECES);
    for await (const _ of readRdb(node)) break;
    expect(node.destroyed).toBe(true);
  });

  it('asks for no more chunks than it needs', async () => {
    const source = new ManualSource();
    source.give(...LARGE_PIECES);
    const iterator = readRdb(source)[Symbol.asyncIterator]();
    await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.asked).toBe(1);
    await iterator.return?.();
    expect(source.closed).toBe(1);
  });

  it('touches the source only when it is iterated', async () => {
    const source = new ManualSource();
    const stream = readRdb(source);
    stream[Symbol.asyncIterator]();
    stream.batches();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source).toMatchObject({ opened: 0, asked: 0 });
  });
});

describe('signal', () => {
  // Reasons of every kind come through as they are.
  it.each([[new Error('mine')], ['text'], [5], [null], [{ some: 'object' }]])(
    'throws the reason %s before the start',
    async (reason) => {
      const source = new ManualSource();
      source.give(SMALL);
      const stream = readRdb(source, { signal: AbortSignal.abort(reason) });
      expect(await rejectionOf(all(stream))).toBe(reason);
      expect(source.asked).toBe(0);
      expect(await rejectionOf(all(readRdb(new ManualSource(), { signal: AbortSignal.abort(reason) }).batches()))).toBe(
        reason,
      );
    },
  );

  it('throws the reason in the middle, and closes the source', async () => {
    const reason = new Error('mine');
    const controller = new AbortController();
    let closed = 0;
    let keys = 0;
    const read = async (): Promise<void> => {
      const source = chunksOf(LARGE_PIECES, () => closed++);
      for await (const record of readRdb(source, { signal: controller.signal, file: 'dump.rdb' })) {
        if (record.kind === 'key' && ++keys === 100) controller.abort(reason);
      }
    };
    expect(await rejectionOf(read())).toBe(reason);
    // What was read already may still come.
    expect(keys).toBeGreaterThanOrEqual(100);
    expect(keys).toBeLessThan(300);
    expect(closed).toBe(1);
  });

  it('throws the reason between two batches', async () => {
    const controller = new AbortController();
    const iterator = readRdb(LARGE, { signal: controller.signal }).batches()[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort();
    const error = await rejectionOf(iterator.next());
    expect(error).toBe(controller.signal.reason);
    expect((error as Error).name).toBe('AbortError');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('throws the reason where it comes behind the last chunk', async () => {
    const controller = new AbortController();
    const source = new ManualSource();
    source.give(SMALL.subarray(0, 16));
    const iterator = readRdb(source, { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    const last = iterator.next();
    await source.drained();
    controller.abort('enough');
    source.end();
    expect(await rejectionOf(last)).toBe('enough');
  });

  /** Aborts while the source is silent. */
  async function abortInSilence(source: ManualSource): Promise<Promise<unknown>> {
    const controller = new AbortController();
    source.give(SMALL.subarray(0, 16));
    const iterator = readRdb(source, { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    const last = rejectionOf(iterator.next());
    await source.drained();
    controller.abort('enough');
    return settled(last);
  }

  it('ends the reading also while the source is silent', async () => {
    expect(await abortInSilence(new ManualSource())).toBe('enough');
  });

  it('closes a source that is silent', async () => {
    const source = new ManualSource();
    await abortInSilence(source);
    await settled(new Promise(() => undefined));
    expect(source.closed).toBe(1);
  });

  it('leaves no listener behind', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>): void => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      listeners--;
      remove(...args);
    };
    await all(readRdb(SMALL, { signal }));
    for await (const _ of readRdb(LARGE, { signal })) break;
    expect(listeners).toBe(0);
  });

  it('does nothing where it is not used', async () => {
    expect(kinds(await all(readRdb(SMALL, { signal: new AbortController().signal })))).toEqual(KINDS);
  });
});

describe('onProgress', () => {
  async function progressOf(source: ByteSource, options: ReadRdbOptions = {}): Promise<Progress[]> {
    const seen: Progress[] = [];
    const records = await all(readRdb(source, { ...options, onProgress: (progress: Progress) => seen.push(progress) }));
    for (const [i, { bytes, records: count }] of seen.entries()) {
      expect(bytes).toBeGreaterThanOrEqual(seen[i - 1]?.bytes ?? 1);
      expect(count).toBeGreaterThanOrEqual(seen[i - 1]?.records ?? 0);
      expect(count).toBeLessThanOrEqual(records.length);
    }
    // Each is an object of its own.
    expect(new Set(seen).size).toBe(seen.length);
    return seen;
  }

  it('grows to the size', async () => {
    for (const source of [LARGE, new Blob([LARGE]), LARGE_PIECES, chunksOf(LARGE_PIECES), new Blob([LARGE]).stream()]) {
      const seen = await progressOf(source);
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.at(-1)).toMatchObject({ bytes: LARGE.length, records: 1202 });
    }
  });

  it('knows the size of what lies in memory, of a Blob, or by the option', async () => {
    const total = LARGE.length;
    for (const source of [LARGE, Buffer.from(LARGE), new Blob([LARGE])]) {
      for (const progress of await progressOf(source)) expect(progress.total).toBe(total);
    }
    for (const progress of await progressOf(LARGE_PIECES)) expect(progress.total).toBeUndefined();
    for (const progress of await progressOf(LARGE_PIECES, { size: 12 })) expect(progress.total).toBe(12);
    for (const progress of await progressOf(LARGE, { size: 12 })) expect(progress.total).toBe(12);
  });

  it('comes after every chunk, also where no record is complete', async () => {
    expect((await progressOf(pieces(SMALL, [1]))).length).toBeGreaterThanOrEqual(SMALL.length - 4);
    expect((await progressOf(pieces(SMALL, [1]))).at(-1)).toEqual({
      bytes: SMALL.length,
      total: undefined,
      records: 4,
    });
  });

  it('counts the bytes of a packed source as they are in the source, to the last', async () => {
    const packed = Uint8Array.from(gzipSync(LARGE));
    const seen = await progressOf(pieces(packed, [1000]), { size: packed.length });
    expect(seen.at(-1)).toEqual({ bytes: packed.length, total: packed.length, records: 1202 });
    const small = Uint8Array.from(gzipSync(SMALL));
    expect((await progressOf(pieces(small, [1]))).at(-1)).toMatchObject({ bytes: small.length, records: 4 });
  });

  it('counts the bytes behind the end too', async () => {
    const whole = concat(SMALL, noise(300_000));
    const options = { onTrailing: () => undefined };
    expect((await progressOf(whole, options)).at(-1)).toMatchObject({ bytes: whole.length });
    expect((await progressOf(whole)).at(-1)).toMatchObject({ bytes: whole.length });
  });

  it('lets its error through and closes the source', async () => {
    const mine = new Error('mine');
    let closed = 0;
    const onProgress = (): never => {
      throw mine;
    };
    expect(
      await rejectionOf(
        all(
          readRdb(
            chunksOf(LARGE_PIECES, () => closed++),
            { onProgress },
          ),
        ),
      ),
    ).toBe(mine);
    expect(closed).toBe(1);
  });
});

describe('bytes behind the end', () => {
  const behind = noise(200_000, 9);

  it.each([[[300_000]], [[1000]], [[SMALL.length]], [[SMALL.length - 1, 2]], [[SMALL.length + 1, 60_000]]])(
    'are given to onTrailing, in pieces of %j',
    async (sizes) => {
      const given: Bytes[] = [];
      const source = pieces(concat(SMALL, behind), sizes);
      const records = await all(readRdb(source, { onTrailing: (bytes: Bytes) => given.push(bytes) }));
      expect(kinds(records)).toEqual(KINDS);
      expect(records.at(-1)).toMatchObject({ kind: 'eof', checksum: 'verified', end: SMALL.length });
      // Owned: what becomes of the source does not matter.
      for (const piece of source) piece.fill(0);
      expect(Buffer.from(join(given)).equals(behind)).toBe(true);
      for (const piece of given) expect(piece.length).toBeGreaterThan(0);
    },
  );

  it('make one warning that tells their number, where nobody takes them', async () => {
    for (const sizes of [[300_000], [1000], [SMALL.length], [SMALL.length + 7, 500]]) {
      const records = await all(readRdb(pieces(concat(SMALL, behind), sizes)));
      expect(kinds(records)).toEqual([...KINDS, 'warning']);
      expect(records.at(-1)).toMatchObject({ kind: 'warning', code: 'TRAILING_DATA', offset: SMALL.length });
      expect((records.at(-1) as { message: string }).message).toMatch(/\b200000\b/);
    }
  });

  it('may be a single byte', async () => {
    expect(kinds(await all(readRdb(concat(SMALL, [10]))))).toEqual([...KINDS, 'warning']);
    expect(kinds(await all(readRdb([SMALL, Uint8Array.of(10)])))).toEqual([...KINDS, 'warning']);
  });

  it('are none where there are none', async () => {
    let called = 0;
    expect(kinds(await all(readRdb([SMALL, new Uint8Array(0)], { onTrailing: () => called++ })))).toEqual(KINDS);
    expect(called).toBe(0);
    expect(kinds(await all(readRdb([SMALL, new Uint8Array(0)])))).toEqual(KINDS);
  });

  it('let an error of onTrailing through', async () => {
    const mine = new Error('mine');
    const onTrailing = (): never => {
      throw mine;
    };
    expect(await rejectionOf(all(readRdb(concat(SMALL, [1]), { onTrailing })))).toBe(mine);
    expect(await rejectionOf(all(readRdb([SMALL, Uint8Array.of(1)], { onTrailing })))).toBe(mine);
  });
});

describe('a source that stays open', () => {
  // The mark that ends a diskless transfer to a replica.
  const mark = text('0123456789abcdef0123456789abcdef01234567');

  it.each<[string, Bytes]>([
    ['a file', SMALL],
    ['a file without a checksum', rdbFile(3, key('a', 'one'), key('b', 'two'))],
    ['a file of RDB 9', rdbFile(9, key('a', 'one'), key('b', 'two'))],
    ['a packed file', Uint8Array.from(gzipSync(SMALL))],
    ['a transfer of known length', concat(text(`$${SMALL.length}\r\n`), SMALL)],
    ['a transfer until a mark', concat(text('$EOF:'), mark, text('\r\n'), SMALL, mark)],
  ])('has the end of %s as soon as its last byte came', async (_name, bytes) => {
    for (const sizes of [[bytes.length], [1], [bytes.length - 1, 1]]) {
      const source = new ManualSource();
      const batches = readRdb(source).batches()[Symbol.asyncIterator]();
      source.give(...pieces(bytes, sizes));
      const seen: RdbRecord[] = [];
      while (seen.at(-1)?.kind !== 'eof') {
        const next = await settled(batches.next(), 100_000);
        expect(next, `no end after ${kinds(seen).join(' ')}`).toBeDefined();
        expect(next?.done).toBe(false);
        seen.push(...(next?.value ?? []));
      }
      expect(kinds(seen)).toEqual(KINDS);
      expect(await settled(batches.return!())).toMatchObject({ done: true });
      expect(source.closed).toBe(1);
    }
  });

  it('has every record as soon as its last byte came', async () => {
    const source = new ManualSource();
    const iterator = readRdb(source)[Symbol.asyncIterator]();
    let at = 0;
    for (const [kind, end] of [
      ['header', 9],
      ['key', 16],
      ['key', 23],
      ['eof', SMALL.length],
    ] as const) {
      const next = iterator.next();
      source.give(SMALL.subarray(at, end - 1));
      expect(await settled(next, 10)).toBeUndefined();
      source.give(SMALL.subarray(end - 1, end));
      at = end;
      expect(await settled(next)).toMatchObject({ done: false, value: { kind } });
    }
    await iterator.return?.();
    expect(source.closed).toBe(1);
  });

  it('has what cannot be a file refused at once', async () => {
    const source = new ManualSource();
    const next = rejectionOf(readRdb(source)[Symbol.asyncIterator]().next());
    source.give(text('HTTP/1.1 200 OK'));
    expect(await settled(next)).toMatchObject({ code: 'BAD_MAGIC', offset: 0 });
    expect(source.closed).toBe(1);
  });

  it('ends with it, and not before', async () => {
    const source = new ManualSource();
    source.give(SMALL);
    const reading = all(readRdb(source));
    await source.drained();
    expect(await settled(reading, 10)).toBeUndefined();
    source.give(Uint8Array.of(1, 2, 3));
    source.end();
    expect(kinds(await reading)).toEqual([...KINDS, 'warning']);
  });
});

describe('wrong arguments', () => {
  it.each<[string, unknown]>([
    ['values', { values: 'everything' }],
    ['values', { values: null }],
    ['values', { values: 3 }],
    ['strings', { strings: 'utf-8' }],
    ['strings', { strings: true }],
    ['views', { views: 'yes' }],
    ['views', { views: 1 }],
    ['checksum', { checksum: false }],
    ['checksum', { checksum: true }],
    ['large', { large: 'skip' }],
    ['strictVersion', { strictVersion: 'true' }],
    ['family', { family: 'keydb' }],
    ['onError', { onError: 'ignore' }],
    ['maxValueBytes', { maxValueBytes: 0 }],
    ['maxValueBytes', { maxValueBytes: -1 }],
    ['maxValueBytes', { maxValueBytes: 1.5 }],
    ['maxValueBytes', { maxValueBytes: Number.NaN }],
    ['maxValueBytes', { maxValueBytes: Number.POSITIVE_INFINITY }],
    ['maxValueBytes', { maxValueBytes: '64' }],
    ['maxValueBytes', { maxValueBytes: 64n }],
  ])('are refused at the call: %s in %o', (name, options) => {
    const error = thrownBy(() => readRdb(SMALL, options as ReadRdbOptions)) as Error;
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'INVALID_ARGUMENT', offset: undefined });
    expect(error.message).toContain(name);
  });

  it.each<[string, unknown]>([
    ['signal', { signal: {} }],
    ['signal', { signal: new AbortController() }],
    ['onProgress', { onProgress: true }],
    ['onTrailing', { onTrailing: 'yes' }],
    ['onContainer', { onContainer: {} }],
    ['maxDecompressedBytes', { maxDecompressedBytes: -1 }],
    ['maxDecompressedBytes', { maxDecompressedBytes: '1GB' }],
    ['maxDecompressedBytes', { maxDecompressedBytes: Number.NaN }],
  ])('about the source are refused at the call: %s in %o', (name, options) => {
    const error = thrownBy(() => readRdb(SMALL, options as ReadRdbOptions)) as Error;
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(name);
  });

  it.each([['utf8'], [5], [true]])('are refused at the call: %j instead of options', (options) => {
    expect(thrownBy(() => readRdb(SMALL, options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each([['dump.rdb'], [undefined], [null], [7], [new ArrayBuffer(3)], [{}]])(
    'are refused at the call: %o instead of a source',
    (source) => {
      expect(thrownBy(() => readRdb(source as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it('do not count where they are undefined', async () => {
    const options: ReadRdbOptions = {
      values: undefined,
      strings: undefined,
      views: undefined,
      checksum: undefined,
      large: undefined,
      maxValueBytes: undefined,
      strictVersion: undefined,
      family: undefined,
      onError: undefined,
      signal: undefined,
      onProgress: undefined,
      onTrailing: undefined,
      onContainer: undefined,
      maxDecompressedBytes: undefined,
      file: undefined,
      size: undefined,
    };
    expect(kinds((await all(readRdb(SMALL, options))) as RdbRecord[])).toEqual(KINDS);
  });
});
