import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RecordStream, recordStream } from '../../src/bytes/index.ts';
import { rejectionOf } from '../helpers/encode-bytes.ts';

interface Watch {
  opened: number;
  closed: number;
  pulled: number;
}

/** A stream over batches that come after some turns of the event loop, with an error at the end where there is one. */
function streamOf(
  batches: number[][],
  turns: number[] = [0],
  error?: unknown,
): { stream: RecordStream<number>; watch: Watch } {
  const watch: Watch = { opened: 0, closed: 0, pulled: 0 };
  const stream = recordStream(async function* () {
    watch.opened++;
    try {
      for (const [i, batch] of batches.entries()) {
        watch.pulled++;
        for (let turn = turns[i % turns.length]; turn > 0; turn--) await null;
        yield batch;
      }
      if (error !== undefined) throw error;
    } finally {
      watch.closed++;
    }
  });
  return { stream, watch };
}

const batchesOf = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 8 }).map((sizes) => {
  let next = 0;
  return sizes.map((size) => Array.from({ length: size }, () => next++));
});

describe('RecordStream', () => {
  it('gives the records one by one, and in batches', async () => {
    await fc.assert(
      fc.asyncProperty(batchesOf, fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }), async (batches, turns) => {
        const { stream, watch } = streamOf(batches, turns);
        const single: number[] = [];
        for await (const record of stream) single.push(record);
        expect(single).toEqual(batches.flat());
        const whole: number[][] = [];
        for await (const batch of stream.batches()) whole.push(batch);
        expect(whole).toEqual(batches);
        expect(watch).toEqual({ opened: 2, closed: 2, pulled: 2 * batches.length });
      }),
    );
  });

  it('keeps the order of calls that do not wait for one another', async () => {
    await fc.assert(
      fc.asyncProperty(
        batchesOf,
        fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }),
        // How many calls are made before the next turn.
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (batches, turns, bursts, fails) => {
          const error = new Error('mine');
          const { stream } = streamOf(batches, turns, fails ? error : undefined);
          const iterator = stream[Symbol.asyncIterator]();
          const settled: number[] = [];
          const calls: Promise<unknown>[] = [];
          const expected: unknown[] = batches.flat().map((value) => ({ done: false, value }));
          if (fails) expected.push(error);
          for (let i = 0; calls.length < expected.length + 3; i++) {
            for (let n = bursts[i % bursts.length]; n > 0; n--) {
              const index = calls.length;
              calls.push(
                iterator.next().then(
                  (result) => {
                    settled.push(index);
                    return result;
                  },
                  (reason: unknown) => {
                    settled.push(index);
                    return reason;
                  },
                ),
              );
            }
            await null;
          }
          const results = await Promise.all(calls);
          expect(results.slice(0, expected.length)).toEqual(expected);
          if (fails) expect(results[expected.length - 1]).toBe(error);
          for (const result of results.slice(expected.length)) expect(result).toEqual({ done: true, value: undefined });
          expect(settled).toEqual(calls.map((_, i) => i));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('opens its source when the first record is asked for, and once for each iteration', async () => {
    const { stream, watch } = streamOf([[1, 2], [3]]);
    const one = stream[Symbol.asyncIterator]();
    stream.batches();
    expect(watch.opened).toBe(0);
    const two = stream[Symbol.asyncIterator]();
    expect([await one.next(), await two.next(), await one.next(), await one.next()].map(({ value }) => value)).toEqual([
      1, 1, 2, 3,
    ]);
    expect(watch).toEqual({ opened: 2, closed: 0, pulled: 3 });
  });

  it('asks for a batch when the one before is used up', async () => {
    const { stream, watch } = streamOf([[1, 2], [3]]);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(watch.pulled).toBe(1);
    await iterator.next();
    expect(watch.pulled).toBe(2);
  });

  it('passes over batches without records', async () => {
    const { stream } = streamOf([[], [1], [], [], [2], []]);
    const single: number[] = [];
    for await (const record of stream) single.push(record);
    expect(single).toEqual([1, 2]);
  });

  it('closes its source when the loop is left, by whatever way', async () => {
    const leave: ((stream: AsyncIterable<unknown>) => Promise<void>)[] = [
      async (stream) => {
        for await (const _ of stream) break;
      },
      async (stream) => {
        await rejectionOf(
          (async () => {
            for await (const _ of stream) throw new Error('mine');
          })(),
        );
      },
      async (stream) => {
        await (async () => {
          for await (const _ of stream) return;
        })();
      },
    ];
    for (const one of leave) {
      const single = streamOf([[1, 2], [3]]);
      await one(single.stream);
      expect(single.watch).toEqual({ opened: 1, closed: 1, pulled: 1 });
      const batches = streamOf([[1, 2], [3]]);
      await one(batches.stream.batches());
      expect(batches.watch).toEqual({ opened: 1, closed: 1, pulled: 1 });
    }
  });

  it('is at its end after return, whatever was at hand', async () => {
    const { stream, watch } = streamOf([[1, 2, 3], [4]]);
    const iterator = stream[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(watch.closed).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(watch).toEqual({ opened: 1, closed: 1, pulled: 1 });
  });

  it('is at its end after a return that came while a record was awaited', async () => {
    const { stream, watch } = streamOf([[1, 2, 3], [4]], [5]);
    const iterator = stream[Symbol.asyncIterator]();
    const first = iterator.next();
    const end = iterator.return?.();
    // Whoever waited gets what came, or the end.
    expect([
      { done: false, value: 1 },
      { done: true, value: undefined },
    ]).toContainEqual(await first);
    expect(await end).toEqual({ done: true, value: undefined });
    expect(watch.closed).toBe(1);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('is at its end after a return before the first record', async () => {
    const { stream, watch } = streamOf([[1]]);
    const iterator = stream[Symbol.asyncIterator]();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(watch.opened).toBe(0);
  });

  it('throws an error of its source once, behind the records before it', async () => {
    for (const error of [new Error('mine'), undefined]) {
      const stream = recordStream<number>(async function* () {
        yield [1];
        throw error;
      });
      const iterator = stream[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: false, value: 1 });
      expect(await rejectionOf(iterator.next())).toBe(error);
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    }
  });

  it('throws an error of closing its source', async () => {
    const error = new Error('cannot close');
    const stream = recordStream<number>(async function* () {
      try {
        yield [1];
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: this is what is tested
        throw error;
      }
    });
    const leave = async (): Promise<void> => {
      for await (const _ of stream) break;
    };
    expect(await rejectionOf(leave())).toBe(error);
  });
});
