/** What watching for a signal must not do: hold on to what was read. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { abortable, abortableBatches, tap } from '../../src/bytes/index.ts';
import {
  readAof,
  readAofSet,
  readRdb,
  replay,
  replayAof,
  writeAof,
  writeFileAtomic,
  writeRdb,
} from '../../src/node.ts';
import { all, rejectionOf } from '../helpers/encode-bytes.ts';

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

it('ends every wait of the library', async () => {
  const never = new Promise<never>(() => undefined);
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield await never;
  }
  const path = join(mkdtempSync(join(tmpdir(), 'rdb-aof-abort-')), 'x');
  const waits: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    readAofSet: (signal) => all(readAofSet('file a seq 1 type i\n', () => never, { signal })),
    replay: (signal) => all(replay(readAof(silent()), { signal })),
    replayAof: (signal) => all(replayAof(silent(), { signal })),
    writeRdb: (signal) => all(writeRdb(readRdb(silent()), { signal })),
    writeAof: (signal) => all(writeAof(readAof(silent()), { signal })),
    writeFileAtomic: (signal) => writeFileAtomic(path, silent(), { signal }),
  };
  for (const [name, wait] of Object.entries(waits)) {
    const controller = new AbortController();
    const waiting = rejectionOf(wait(controller.signal));
    setTimeout(() => controller.abort('enough'), 20);
    expect(await waiting, name).toBe('enough');
  }
  expect(readdirSync(dirname(path))).toEqual([]);
  rmSync(dirname(path), { recursive: true });
});

it('ends with a signal that came before, also where there is nothing to do', async () => {
  const signal = AbortSignal.abort('enough');
  const nothing: Record<string, AsyncIterable<unknown>> = {
    readRdb: readRdb([], { signal }),
    readAof: readAof([], { signal }),
    readAofSet: readAofSet('file a seq 1 type h\n', () => new Uint8Array(), { signal }),
    replay: replay([], { signal }),
    replayAof: replayAof([], { signal }),
    writeRdb: writeRdb([], { signal }),
    'writeRdb of a stream': writeRdb((async function* () {})(), { signal }),
    writeAof: writeAof([], { signal }),
    'writeAof of a stream': writeAof((async function* () {})(), { signal }),
  };
  for (const [name, stream] of Object.entries(nothing)) {
    expect(await rejectionOf(all(stream)), name).toBe('enough');
  }
});

it('ends between two records, and behind the last one', async () => {
  const reason = new Error('enough');
  for (const at of [1, 2, 3]) {
    const controller = new AbortController();
    const command = { kind: 'command' as const, argv: ['PING'] };
    function* commands(): Generator<typeof command> {
      for (let i = 1; i <= 2; i++) {
        if (i === at) controller.abort(reason);
        yield command;
      }
      if (at === 3) controller.abort(reason);
    }
    expect(await rejectionOf(all(writeAof(commands(), { signal: controller.signal }))), String(at)).toBe(reason);
  }
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
