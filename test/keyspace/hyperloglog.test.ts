import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascii } from '../../src/bytes/index.ts';
import { HyperLogLog, isHyperLogLog } from '../../src/keyspace/hyperloglog.ts';
import { type Estimator, estimate } from '../../src/keyspace/hyperloglog-estimate.ts';
import { Refusal } from '../../src/keyspace/outcome.ts';
import { describeLive, type LiveServer, type Reply, ReplyError, withLiveServer } from '../helpers/live.ts';

/** A dataset of HyperLogLogs, by the commands that a log holds. */
class Model {
  readonly keys: Map<string, Uint8Array> = new Map();
  readonly #hll: HyperLogLog;

  constructor(sparseMax?: number) {
    this.#hll = new HyperLogLog(sparseMax);
  }

  #store(key: string): void {
    this.keys.set(key, this.#hll.bytes.slice());
  }

  add(key: string, elements: readonly Uint8Array[]): void {
    const old = this.keys.get(key);
    let changed = old === undefined;
    if (old === undefined) this.#hll.create();
    else if (!this.#hll.open(old)) return;
    for (const element of elements) {
      const one = this.#hll.add(element, 0, element.length);
      if (one === undefined) break;
      changed ||= one;
    }
    if (changed) this.#hll.invalidate();
    this.#store(key);
  }

  count(key: string, estimator: Estimator = 'ertl'): void {
    const old = this.keys.get(key);
    if (old === undefined || !this.#hll.open(old)) return;
    if (this.#hll.count(estimator)) this.#store(key);
  }

  merge(key: string, sources: readonly string[]): void {
    const old = this.keys.get(key);
    if (old === undefined) this.#hll.create();
    else if (!this.#hll.open(old)) return;
    if (this.#hll.merge(sources.flatMap((source) => this.keys.get(source) ?? []))) this.#store(key);
  }

  toDense(key: string): void {
    const old = this.keys.get(key);
    if (old === undefined || !this.#hll.open(old)) return;
    if (this.#hll.toDense()) this.#store(key);
  }
}

async function compare(server: LiveServer, model: Model, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const expected = (await server.client.command('GET', key)) as Buffer | null;
    const own = model.keys.get(key);
    expect(own?.length, key).toBe(expected?.length);
    if (expected !== null) expect(Buffer.compare(own!, expected), key).toBe(0);
  }
}

it('knows what is none', () => {
  const hll = new HyperLogLog();
  hll.create();
  const made = hll.bytes.slice();
  expect(Buffer.from(made).toString('hex')).toBe('48594c4c0100000000000000000000007fff');
  expect(isHyperLogLog(made)).toBe(true);
  expect(hll.open(made.subarray(0, 15))).toBe(false);
  expect(hll.open(ascii('HYLX............'))).toBe(false);
  made[4] = 0;
  expect(hll.open(made)).toBe(false);
  made[4] = 2;
  expect(hll.open(made)).toBe(false);
});

it('gives up on damaged runs', () => {
  const hll = new HyperLogLog();
  for (const runs of [[], [0x7f, 0xfe], [0x7f, 0xff, 0x00]]) {
    const damaged = Uint8Array.from([...ascii('HYLL'), 1, ...new Uint8Array(10), 0x80, ...runs]);
    expect(hll.open(damaged)).toBe(true);
    expect(hll.count('ertl')).toBeUndefined();
    expect(hll.toDense()).toBeUndefined();
    expect(hll.merge([])).toBeUndefined();
    hll.create();
    expect(hll.merge([damaged])).toBeUndefined();
  }
  hll.open(Uint8Array.from([...ascii('HYLL'), 1, ...new Uint8Array(11), 0x00]));
  expect(hll.add(ascii('a'), 0, 1)).toBeUndefined();
});

describe('estimates', () => {
  /** A histogram as `n` random elements leave it: registers of rank at least r have seen n / m / 2^r of them. */
  function histogram(n: number): number[] {
    const below = (r: number): number => Math.exp(-n / 16_384 / 2 ** r);
    const counts = Array.from({ length: 52 }, (_, r) =>
      r < 51 ? below(r) - (r > 0 ? below(r - 1) : 0) : 1 - below(50),
    );
    const whole = counts.map((share) => Math.round(share * 16_384));
    const most = n < 100 ? 1 : whole.indexOf(Math.max(...whole));
    whole[most] += 16_384 - whole.reduce((a, b) => a + b);
    return [...whole, ...Array.from({ length: 12 }, () => 0)];
  }

  it('by every generation near the truth', () => {
    for (const estimator of ['raw', 'beta', 'ertl'] as const) {
      expect(estimate([16_384, ...Array.from({ length: 63 }, () => 0)], estimator)).toBe(0);
      for (const n of [1, 10, 1000, 20_000, 50_000, 70_000, 100_000, 1e6, 1e9]) {
        const value = estimate(histogram(n), estimator);
        expect(Math.abs(value - n) / n, `${estimator} of ${n}: ${value}`).toBeLessThan(0.03);
      }
    }
  });
});

const key = fc.constantFrom('a', 'b', 'c', 'd');
const element = fc.oneof(
  fc.nat(30_000).map((n) => ascii(String(n))),
  fc.uint8Array({ maxLength: 40 }),
);
const step = fc.oneof(
  { weight: 10, arbitrary: fc.tuple(fc.constant('add'), key, fc.array(element, { maxLength: 60, size: 'max' })) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('count'), key, fc.constant([])) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('merge'), key, fc.array(key, { maxLength: 3 })) },
);

describeLive('as a server', () => {
  for (const sparseMax of [3000, 100, 15_000]) {
    it(`adds, counts and merges, packing above ${sparseMax} bytes`, async () => {
      const args = ['--hll-sparse-max-bytes', String(sparseMax)];
      await withLiveServer({ args }, async (server) => {
        const model = new Model(sparseMax);
        for (const [i, [what, key, list]] of fc.sample(step, 500).entries()) {
          if (i % 150 === 149) {
            model.keys.clear();
            await server.client.command('FLUSHALL');
          }
          if (what === 'add') {
            model.add(key, list as Uint8Array[]);
            await server.client.command('PFADD', key, ...list);
          } else if (what === 'count') {
            model.count(key);
            await server.client.command('PFCOUNT', key);
          } else {
            model.merge(key, list as string[]);
            await server.client.command('PFMERGE', key, ...list);
          }
          if (i % 5 === 0) await compare(server, model, [key]);
        }
        await compare(server, model, ['a', 'b', 'c', 'd']);
      });
    });
  }

  it('element by element until it is packed', async () => {
    await withLiveServer({}, async (server) => {
      const model = new Model();
      const names = Array.from({ length: 3000 }, (_, i) => ascii(`element ${i * i}`));
      const replies = await server.client.pipeline(
        names.flatMap((name) => [
          ['PFADD', 'key', name],
          ['GET', 'key'],
        ]),
      );
      for (const [i, name] of names.entries()) {
        model.add('key', [name]);
        expect(Buffer.compare(model.keys.get('key')!, replies[2 * i + 1] as Buffer), `${i}`).toBe(0);
      }
      expect(model.keys.get('key')!.length).toBe(12_304);
    });
  });

  it('large counts', async () => {
    await withLiveServer({}, async (server) => {
      const model = new Model();
      for (let round = 0; round < 20; round++) {
        const names = Array.from({ length: 10_000 }, (_, i) => ascii(`${round}:${i}`));
        model.add('key', names);
        model.count('key');
        await server.client.command('PFADD', 'key', ...names);
        await server.client.command('PFCOUNT', 'key');
        await compare(server, model, ['key']);
      }
    });
  });

  it('packs, and takes damaged values no further', async () => {
    await withLiveServer({}, async (server) => {
      const { client } = server;
      const model = new Model();
      model.add('sparse', [ascii('x'), ascii('y')]);
      model.count('sparse');
      await client.command('PFADD', 'sparse', 'x', 'y');
      await client.command('PFCOUNT', 'sparse');
      model.toDense('sparse');
      await client.command('PFDEBUG', 'TODENSE', 'sparse');
      await compare(server, model, ['sparse']);

      // All registers and more, and the last run cut off: a server reads the NUL behind the string.
      const whole = [
        [0x7f, 0xff, 0x88],
        [0x7f, 0xff, 0x88, 0x00],
        [0x7f, 0xfe, 0x40],
        [0x7f, 0xfb, 0x8b, 0x8f],
      ];
      const runs = [
        ...whole.map((bytes) => Uint8Array.from(bytes)),
        ...fc.sample(fc.uint8Array({ maxLength: 30 }), 500),
      ];
      const header = [...ascii('HYLL'), 1, ...new Uint8Array(10), 0x80];
      let refused = 0;
      let unknown = 0;
      for (const [i, bytes] of runs.entries()) {
        const value = Uint8Array.from([...header, ...(i % 3 === 0 && i > 3 ? [0x7f, 0xff] : []), ...bytes]);
        const names = Array.from({ length: 5 }, (_, n) => ascii(`${i} ${n}`));
        for (const name of ['add', 'count', 'merge']) {
          model.keys.set(name, value);
          await client.command('SET', name, value);
        }
        let known = true;
        try {
          model.add('add', names);
        } catch (error) {
          // A change of a run that is cut off: a server writes behind the string.
          expect(error).toBeInstanceOf(Refusal);
          known = false;
        }
        model.count('count');
        model.merge('merged', ['sparse', 'merge']);
        const replies: Reply[] = [
          await client.command('PFADD', 'add', ...names).catch((error: ReplyError) => error),
          await client.command('PFCOUNT', 'count').catch((error: ReplyError) => error),
          await client.command('PFMERGE', 'merged', 'sparse', 'merge').catch((error: ReplyError) => error),
        ];
        for (const reply of replies) if (reply instanceof ReplyError) refused++;
        await compare(server, model, [...(known ? ['add'] : []), 'count', 'merged']);
        if (!known) unknown++;
      }
      expect(unknown).toBeGreaterThan(5);
      expect(refused).toBeGreaterThan(100);
    });
  });
});
