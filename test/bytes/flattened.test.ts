import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattened } from '../../src/bytes/index.ts';
import { rejectionOf } from '../helpers/encode-bytes.ts';

interface Watch {
  /** Groups that were asked for. */
  asked: number;
  /** Things that were taken out of them. */
  taken: number;
  closed: number;
}

/** Groups that come after some turns of the event loop; a group that is an error throws it, `last` comes from the source. */
function sourceOf(
  groups: (number[] | Error)[],
  turns: number[] = [0],
  last?: Error,
): { source: AsyncGenerator<Iterable<number>>; watch: Watch } {
  const watch: Watch = { asked: 0, taken: 0, closed: 0 };
  function* each(group: number[] | Error): Generator<number> {
    if (group instanceof Error) throw group;
    for (const item of group) {
      watch.taken++;
      yield item;
    }
  }
  async function* all(): AsyncGenerator<Iterable<number>> {
    try {
      for (const [i, group] of groups.entries()) {
        watch.asked++;
        for (let turn = turns[i % turns.length]!; turn > 0; turn--) await null;
        yield each(group);
      }
      if (last !== undefined) throw last;
    } finally {
      watch.closed++;
    }
  }
  return { source: all(), watch };
}

const someGroups = fc.array(fc.nat(4), { maxLength: 8 }).map((sizes) => {
  let next = 0;
  return sizes.map((size) => Array.from({ length: size }, () => next++));
});
const someTurns = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 });

describe('flattened', () => {
  it('keeps the order of calls, be they made one after the other or at once, to the end or to an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        someGroups,
        someTurns,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('none', 'group', 'source'),
        async (groups, turns, bursts, failure) => {
          const error = new Error('mine');
          const { source, watch } = sourceOf(
            failure === 'group' ? [...groups, error, [-1]] : groups,
            turns,
            failure === 'source' ? error : undefined,
          );
          const iterator = flattened(source, undefined);
          const expected: unknown[] = groups.flat().map((value) => ({ done: false, value }));
          if (failure !== 'none') expected.push(error);
          const settled: number[] = [];
          const calls: Promise<unknown>[] = [];
          for (let i = 0; calls.length < expected.length + 3; i++) {
            for (let n = bursts[i % bursts.length]!; n > 0; n--) {
              const index = calls.length;
              const note = (result: unknown): unknown => {
                settled.push(index);
                return result;
              };
              calls.push(iterator.next().then(note, note));
            }
            await null;
          }
          const results = await Promise.all(calls);
          expect(results.slice(0, expected.length)).toEqual(expected);
          if (failure !== 'none') expect(results[expected.length - 1]).toBe(error);
          for (const result of results.slice(expected.length)) expect(result).toEqual({ done: true, value: undefined });
          expect(settled).toEqual(calls.map((_, i) => i));
          expect(watch.closed).toBe(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('asks for a group when the one before is over, and takes nothing ahead', async () => {
    const { source, watch } = sourceOf([[1, 2], [], [3]]);
    const iterator = flattened(source, undefined);
    expect(watch).toEqual({ asked: 0, taken: 0, closed: 0 });
    await iterator.next();
    expect(watch).toEqual({ asked: 1, taken: 1, closed: 0 });
    await iterator.next();
    expect(watch).toEqual({ asked: 1, taken: 2, closed: 0 });
    await iterator.next();
    expect(watch).toEqual({ asked: 3, taken: 3, closed: 0 });
  });

  it('closes the source when the loop is left', async () => {
    const { source, watch } = sourceOf([[1, 2], [3]]);
    for await (const _ of flattened(source, undefined)) break;
    expect(watch).toEqual({ asked: 1, taken: 1, closed: 1 });
  });

  it('closes the source when a group throws, before the error is seen', async () => {
    const { source, watch } = sourceOf([[1], new Error('mine'), [2]]);
    const iterator = flattened(source, undefined);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    expect(await rejectionOf(iterator.next())).toEqual(new Error('mine'));
    expect(watch).toEqual({ asked: 2, taken: 1, closed: 1 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('ends with the reason of a signal between two of a group, and closes the source', async () => {
    const { source, watch } = sourceOf([[1, 2, 3]]);
    const controller = new AbortController();
    const iterator = flattened(source, controller.signal);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    controller.abort(new Error('enough'));
    expect(await rejectionOf(iterator.next())).toEqual(new Error('enough'));
    expect(watch).toEqual({ asked: 1, taken: 1, closed: 1 });
  });

  it('gives what a call waits for that was made before it was left', async () => {
    const { source } = sourceOf([[1, 2]], [3]);
    const iterator = flattened(source, undefined);
    const waits = iterator.next();
    await iterator.return?.();
    expect(await waits).toEqual({ done: false, value: 1 });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
