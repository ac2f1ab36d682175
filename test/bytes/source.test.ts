/** Every kind of source, what it does at its end, on an error, and when its reader leaves. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ByteSource, chunksOf, sourceSize } from '../../src/bytes/index.ts';
import { type Bytes, concat, join, noise, rejectionOf, thrownBy } from '../helpers/encode-bytes.ts';

const CONTENT = noise(2_500_000);
const CHUNKS = [
  CONTENT.subarray(0, 1),
  new Uint8Array(0),
  CONTENT.subarray(1, 10),
  CONTENT.subarray(10, 2_400_000),
  new Uint8Array(0),
  CONTENT.subarray(2_400_000),
];

/** What became of a source. */
class Watch {
  /** Chunks that were asked for. */
  pulled = 0;
  closed = 0;
  cancelReason: unknown = 'never cancelled';
}

function* syncChunks(watch: Watch, chunks: readonly Uint8Array[], error?: unknown): Generator<Uint8Array> {
  try {
    for (const chunk of chunks) {
      watch.pulled++;
      yield chunk;
    }
    if (error !== undefined) throw error;
  } finally {
    watch.closed++;
  }
}

async function* asyncChunks(watch: Watch, chunks: readonly Uint8Array[], error?: unknown): AsyncGenerator<Uint8Array> {
  for (const chunk of syncChunks(watch, chunks, error)) {
    await null;
    yield chunk;
  }
}

function webStream(watch: Watch, chunks: readonly unknown[], error?: unknown): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        watch.pulled++;
        if (at < chunks.length) controller.enqueue(chunks[at++] as Uint8Array);
        else if (error !== undefined) controller.error(error);
        else controller.close();
      },
      cancel(reason) {
        watch.closed++;
        watch.cancelReason = reason;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Sources of chunks that can fail and be closed, by name. */
const MAKERS: [name: string, make: (watch: Watch, chunks: readonly Uint8Array[], error?: unknown) => ByteSource][] = [
  ['a generator', syncChunks],
  ['an async generator', asyncChunks],
  ['a stream of the web', webStream],
  [
    'a stream of Node',
    (watch, chunks, error) => {
      const inner = asyncChunks(watch, chunks, error);
      return Readable.from(inner, { objectMode: false });
    },
  ],
  [
    'an async iterable without return',
    (watch, chunks, error) => {
      const inner = asyncChunks(watch, chunks, error);
      return { [Symbol.asyncIterator]: () => ({ next: () => inner.next() }) };
    },
  ],
  [
    // Safari long had streams that can only be read through a reader.
    'a stream of the web that cannot be iterated',
    (watch, chunks, error) => {
      const stream = webStream(watch, chunks, error);
      return { getReader: () => stream.getReader() } as unknown as ReadableStream<Uint8Array>;
    },
  ],
];

async function collect(source: ByteSource): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const chunk of chunksOf(source)) {
    expect(chunk.constructor).toBe(Uint8Array);
    expect(chunk.buffer).toBeInstanceOf(ArrayBuffer);
    // A large one would tell no progress.
    expect(chunk.length).toBeLessThanOrEqual(1 << 20);
    parts.push(chunk);
  }
  return join(parts);
}

const same = (bytes: Uint8Array): boolean => Buffer.from(bytes).equals(CONTENT);

describe('chunksOf', () => {
  it.each<[string, () => ByteSource]>([
    ['a Uint8Array', () => CONTENT],
    ['a part of a Uint8Array', () => concat([1, 2, 3], CONTENT, [4]).subarray(3, -1)],
    ['a Buffer', () => Buffer.from(CONTENT)],
    [
      'shared memory',
      () => {
        const shared = new Uint8Array(new SharedArrayBuffer(CONTENT.length));
        shared.set(CONTENT);
        return shared;
      },
    ],
    ['a Blob', () => new Blob(CHUNKS)],
    ['a File', () => new File(CHUNKS, 'dump.rdb')],
    ['an array of chunks', () => CHUNKS],
    ['an array of Buffers', () => CHUNKS.map((chunk) => Buffer.from(chunk))],
    ['a Set of chunks', () => new Set(CHUNKS)],
    ['the stream of a Response', () => new Response(CONTENT).body!],
    ['a stream of bytes', () => new Blob(CHUNKS).stream()],
    ...MAKERS.map(([name, make]): [string, () => ByteSource] => [name, () => make(new Watch(), CHUNKS)]),
  ])('reads %s', async (_name, source) => {
    expect(same(await collect(source()))).toBe(true);
  });

  it.each<[string, () => ByteSource]>([
    ['a Uint8Array', () => new Uint8Array(0)],
    ['a Blob', () => new Blob([])],
    ['an array', () => []],
    ['an array of empty chunks', () => [new Uint8Array(0), new Uint8Array(0)]],
    ...MAKERS.map(([name, make]): [string, () => ByteSource] => [name, () => make(new Watch(), [])]),
  ])('reads %s without bytes', async (_name, source) => {
    expect((await collect(source())).length).toBe(0);
  });

  it.each(MAKERS)('lets an error of %s through as it is', async (_name, make) => {
    const error = new Error('mine');
    const watch = new Watch();
    const parts: Bytes[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of chunksOf(make(watch, CHUNKS.slice(0, 3), error))) parts.push(chunk);
    };
    expect(await rejectionOf(read())).toBe(error);
    expect(join(parts)).toEqual(CONTENT.subarray(0, 10));
  });

  it.each(['a string', null, 0, false])('lets %j through that a source throws', async (thrown) => {
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      yield CONTENT.subarray(0, 5);
      throw thrown;
    })();
    expect(await rejectionOf(collect(source))).toBe(thrown);
  });

  it('lets the error of opening an iterator through', async () => {
    const error = new Error('cannot open');
    const source = {
      [Symbol.asyncIterator]: (): never => {
        throw error;
      },
    };
    expect(await rejectionOf(collect(source))).toBe(error);
  });

  it.each(MAKERS.filter(([name]) => !name.includes('without return')))(
    'closes %s that is left early',
    async (_n, make) => {
      const watch = new Watch();
      const source = make(watch, CHUNKS);
      for await (const chunk of chunksOf(source)) {
        expect(chunk).toEqual(CHUNKS[0]);
        break;
      }
      expect(watch.closed).toBe(1);
      if (source instanceof Readable) expect(source.destroyed).toBe(true);
      else expect(watch.pulled).toBe(1);
      if (source instanceof ReadableStream) expect(source.locked).toBe(false);
    },
  );

  it('leaves a stream of the web unlocked at its end and after an error', async () => {
    const good = webStream(new Watch(), CHUNKS);
    await collect(good);
    expect(good.locked).toBe(false);
    const watch = new Watch();
    const bad = webStream(watch, [], new Error('mine'));
    await rejectionOf(collect(bad));
    expect(bad.locked).toBe(false);
    expect(watch.closed).toBe(0);
  });

  it('throws its own error where cancelling a stream fails too', async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue('text' as never),
      cancel: () => Promise.reject(new Error('cannot cancel')),
    });
    expect(await rejectionOf(collect(stream))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('opens nothing before it is iterated', async () => {
    const watch = new Watch();
    chunksOf(asyncChunks(watch, CHUNKS));
    const stream = webStream(watch, CHUNKS);
    chunksOf(stream);
    await null;
    expect(watch.pulled).toBe(0);
    expect(stream.locked).toBe(false);
  });

  it('asks for no chunk before it is wanted', async () => {
    for (const make of [syncChunks, asyncChunks, webStream]) {
      const watch = new Watch();
      const iterator = chunksOf(make(watch, CHUNKS))[Symbol.asyncIterator]();
      await iterator.next();
      await new Promise((resolve) => setImmediate(resolve));
      expect(watch.pulled).toBe(1);
      await iterator.return?.();
    }
  });

  it.each<[string, unknown, string]>([
    ['a string', 'REDIS0011', 'a string'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 5, 'number'],
    ['a function', () => CHUNKS, 'function'],
    ['an ArrayBuffer', new ArrayBuffer(8), 'new Uint8Array(buffer)'],
    ['a DataView', new DataView(new ArrayBuffer(8)), 'DataView'],
    ['a promise', Promise.resolve(CONTENT), 'Promise'],
    ['a plain object', { length: 3 }, 'Object'],
    ['shared memory without an array', new SharedArrayBuffer(8), 'SharedArrayBuffer'],
  ])('refuses %s at once', (_name, source, said) => {
    const error = thrownBy(() => chunksOf(source as ByteSource));
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'INVALID_ARGUMENT' });
    expect((error as Error).message).toContain(said);
  });

  it.each<[string, () => unknown, string]>([
    ['numbers', () => [1, 2, 3], 'number'],
    ['text', () => ['REDIS0011'], 'a string'],
    ['words', () => new Uint16Array(4), 'number'],
    ['ArrayBuffers', () => [new ArrayBuffer(4)], 'ArrayBuffer'],
    ['text from Node', () => Readable.from(['REDIS0011']), 'a string'],
    ['text from the web', () => webStream(new Watch(), ['REDIS0011']), 'a string'],
  ])('refuses a source of %s when it comes to them', async (_name, source, said) => {
    const error = await rejectionOf(collect(source() as ByteSource));
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'INVALID_ARGUMENT' });
    expect((error as Error).message).toContain(said);
  });

  it.each(MAKERS.slice(0, 3))('closes %s that gives something else', async (_name, make) => {
    const watch = new Watch();
    const error = await rejectionOf(collect(make(watch, [CHUNKS[0], 'text' as never, CHUNKS[2]])));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(watch.closed).toBe(1);
    expect(watch.pulled).toBe(2);
  });
});

describe('sourceSize', () => {
  it('knows what lies in memory or in a Blob', () => {
    expect(sourceSize(CONTENT)).toBe(2_500_000);
    expect(sourceSize(Buffer.alloc(5).subarray(1))).toBe(4);
    expect(sourceSize(new Blob(CHUNKS))).toBe(2_500_000);
    expect(sourceSize(CHUNKS)).toBeUndefined();
    expect(sourceSize(new Blob(CHUNKS).stream())).toBeUndefined();
  });
});
