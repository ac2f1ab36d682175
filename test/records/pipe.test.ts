import { describe, expect, expectTypeOf, it } from 'vitest';
import { pipe, type RdbRecord, type RecordStream, readRdb } from '../../src/index.ts';
import { filterKeys, mapDb, renameKeys, type Transform } from '../../src/records/index.ts';

/** A stream over batches that notes what is done to it. */
function watched<T>(batches: T[][]): { stream: RecordStream<T>; taken: number; closed: number; opened: number } {
  const seen = { stream: undefined as unknown as RecordStream<T>, taken: 0, closed: 0, opened: 0 };
  const open = async function* (): AsyncGenerator<T[]> {
    seen.opened++;
    try {
      for (const batch of batches) {
        seen.taken++;
        yield batch;
      }
    } finally {
      seen.closed++;
    }
  };
  seen.stream = {
    async *[Symbol.asyncIterator]() {
      for await (const batch of open()) yield* batch;
    },
    batches: () => ({ [Symbol.asyncIterator]: open }),
  };
  return seen;
}

const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
};

const double = (batch: number[]): number[] => batch.map((n) => 2 * n);
const text = (batch: number[]): string[] => batch.map(String);

/** Takes the first `count`, and tells at the end how many it took. */
function first(count: number): Transform<number> {
  const make = (): Transform<number> & { done: boolean } => {
    let left = count;
    return {
      push: (batch: number[]) => {
        const taken = batch.slice(0, left);
        left -= taken.length;
        return taken;
      },
      end: () => [count - left],
      get done() {
        return left === 0;
      },
      fresh: make as never,
    };
  };
  return make();
}

describe('pipe', () => {
  it('is the stream itself without transforms', async () => {
    const { stream } = watched([[1, 2], [3]]);
    expect(await collect(pipe(stream))).toEqual([1, 2, 3]);
    expect(await collect(pipe(stream).batches())).toEqual([[1, 2], [3]]);
  });

  it('leads every batch through all transforms in order', async () => {
    const { stream } = watched([[1, 2], [3]]);
    expect(await collect(pipe(stream, double, text).batches())).toEqual([['2', '4'], ['6']]);
    expect(await collect(pipe(stream, double, double, double, double, double, double))).toEqual([64, 128, 192]);
  });

  it('hands out no empty batch, and pushes none', async () => {
    const { stream } = watched([[1], [2], [3]]);
    const sizes: number[] = [];
    const odd = (batch: number[]): number[] => batch.filter((n) => n % 2 === 1);
    const watch = (batch: number[]): number[] => {
      sizes.push(batch.length);
      return batch;
    };
    expect(await collect(pipe(stream, odd, watch).batches())).toEqual([[1], [3]]);
    expect(sizes).toEqual([1, 1]);
  });

  it('asks the transforms at the end for what they still have, and leads it through those behind', async () => {
    const { stream } = watched([[1], [2]]);
    const later = (value: number): Transform<number> => ({ push: (batch) => batch, end: () => [value] });
    expect(await collect(pipe(stream, later(10), double, later(20)))).toEqual([2, 4, 20, 20]);
  });

  it('ends early where a transform is done, and closes the source', async () => {
    const seen = watched([[1, 2], [3, 4], [5]]);
    expect(await collect(pipe(seen.stream, double, first(3)))).toEqual([2, 4, 6, 3]);
    expect(seen).toMatchObject({ taken: 2, closed: 1 });
  });

  it('does not end transforms before the one that is done', async () => {
    const seen = watched([
      [1, 2],
      [3, 4],
    ]);
    const before: Transform<number> = { push: (batch) => batch, end: () => [99] };
    const after: Transform<number> = { push: (batch) => batch, end: () => [100] };
    expect(await collect(pipe(seen.stream, before, first(1), after))).toEqual([1, 1, 100]);
  });

  it('opens no source for a transform that wants nothing', async () => {
    const seen = watched([[1]]);
    expect(await collect(pipe(seen.stream, first(0)))).toEqual([0]);
    expect(seen.opened).toBe(0);
  });

  it('begins anew with every iteration', async () => {
    const seen = watched([[1, 2], [3]]);
    const piped = pipe(seen.stream, first(2));
    expect(await collect(piped)).toEqual([1, 2, 2]);
    expect(await collect(piped)).toEqual([1, 2, 2]);
    expect(seen.closed).toBe(2);
  });

  it('closes the source where the loop is left', async () => {
    const seen = watched([[1, 2], [3]]);
    for await (const _ of pipe(seen.stream, double)) break;
    expect(seen).toMatchObject({ taken: 1, closed: 1 });
    for await (const _ of pipe(seen.stream, double).batches()) break;
    expect(seen.closed).toBe(2);
  });

  it('closes the source where a transform throws, and passes the error on', async () => {
    const seen = watched([[1, 2], [3]]);
    const thrown = new Error('mine');
    const throws = (): number[] => {
      throw thrown;
    };
    await expect(collect(pipe(seen.stream, double, throws))).rejects.toBe(thrown);
    expect(seen).toMatchObject({ taken: 1, closed: 1 });
  });

  it('passes errors of the source on', async () => {
    const thrown = new Error('theirs');
    const stream = watched([[1]]).stream;
    stream.batches = () => ({
      async *[Symbol.asyncIterator]() {
        yield [1];
        throw thrown;
      },
    });
    const got: number[] = [];
    const run = async (): Promise<void> => {
      for await (const n of pipe(stream, double)) got.push(n);
    };
    await expect(run()).rejects.toBe(thrown);
    expect(got).toEqual([2]);
  });

  it('waits for nothing but batches, however many transforms there are', async () => {
    let ticks = 0;
    let counting = true;
    const count = async (): Promise<void> => {
      while (counting) {
        await undefined;
        ticks++;
      }
    };
    const ticksOf = async (transforms: Transform<number>[]): Promise<number> => {
      const { stream } = watched(Array.from({ length: 50 }, () => [1]));
      ticks = 0;
      counting = true;
      const counter = count();
      for await (const _ of pipe(stream, ...transforms).batches());
      counting = false;
      await counter;
      return ticks;
    };
    const one = await ticksOf([double]);
    expect(await ticksOf(Array(20).fill(double))).toBe(one);
  });

  it('knows the type of what comes out', () => {
    const source = new Uint8Array(0);
    const numbers = watched([[1]]).stream;
    expectTypeOf(pipe(numbers, double, text)).toEqualTypeOf<RecordStream<string>>();
    expectTypeOf(pipe(numbers, text, (batch) => batch.map((s) => s.length > 0))).toEqualTypeOf<RecordStream<boolean>>();
    expectTypeOf(pipe(numbers, double, double, double, double, double, double)).toEqualTypeOf<RecordStream<number>>();
    expectTypeOf(pipe(readRdb(source), filterKeys({ keys: 'a*' }))).toEqualTypeOf<RecordStream<RdbRecord>>();
    expectTypeOf(
      pipe(
        readRdb(source, { strings: 'utf8', values: 'skip' }),
        filterKeys({}),
        renameKeys((key) => {
          expectTypeOf(key).toEqualTypeOf<string>();
          return key;
        }),
        mapDb(1),
      ),
    ).toEqualTypeOf<RecordStream<RdbRecord<string, 'skip'>>>();
    pipe(
      readRdb(source),
      renameKeys((key) => {
        expectTypeOf(key).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
        return key;
      }),
    );
    // @ts-expect-error a transform of text behind one that makes numbers
    pipe(numbers, double, (batch: string[]) => batch);
    const name = (): string => 'text';
    // @ts-expect-error text where keys are bytes
    pipe(readRdb(source), renameKeys(name));
  });
});
