/** What watching for a signal must not do: hold on to what was read. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { abortable, abortableBatches, tap } from '../../src/bytes/index.ts';
import { rejectionOf } from '../helpers/encode-bytes.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

it('holds no chunk that was handed out', async () => {
  const given: WeakRef<Uint8Array>[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 100; i++) {
      const chunk = new Uint8Array(1 << 16);
      given.push(new WeakRef(chunk));
      yield chunk;
    }
  }
  const controller = new AbortController();
  const iterator = abortable(chunks(), controller.signal)[Symbol.asyncIterator]();
  for (let i = 0; i < 100; i++) await iterator.next();
  // What a promise has settled to may be seen until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  const held = given.filter((one) => one.deref() !== undefined).length;
  expect(held).toBeLessThan(5);
  controller.abort('enough');
  expect(await rejectionOf(iterator.next())).toBe('enough');
});

it('ends the wait for a stream of records that is silent', async () => {
  const controller = new AbortController();
  async function* silent(): AsyncGenerator<number> {
    await new Promise(() => undefined);
    yield 1;
  }
  const batches = abortableBatches(silent(), controller.signal) as AsyncIterable<number[]>;
  const waiting = rejectionOf(batches[Symbol.asyncIterator]().next());
  controller.abort('enough');
  expect(await waiting).toBe('enough');
});

it('closes a source whose watcher throws', async () => {
  let closed = 0;
  async function* source(): AsyncGenerator<number> {
    try {
      yield 1;
      yield 2;
    } finally {
      closed++;
    }
  }
  const seen = tap(source(), (value) => {
    if (value === 2) throw new Error('seen');
  });
  const read = async (): Promise<void> => {
    for await (const _ of seen) expect(closed).toBe(0);
  };
  expect(await rejectionOf(read())).toMatchObject({ message: 'seen' });
  expect(closed).toBe(1);
});
