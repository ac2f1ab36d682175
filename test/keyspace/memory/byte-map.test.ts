import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMap, Heap, Spot } from '../../../src/keyspace/memory/index.ts';

/** Slabs that are begun, most of which nothing was ever written to. */
const SLABS = 48 << 20;

const text = new TextEncoder();
const show = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.slice(start, end)).toString('latin1');

/** A map beside one of JavaScript that is told the same. */
class Pair {
  readonly heap = new Heap();
  readonly map: ByteMap;
  readonly model = new Map<string, string>();
  readonly #spot = new Spot();

  constructor(large: boolean) {
    this.map = new ByteMap(this.heap, large);
  }

  put(key: string, value: string): void {
    const name = text.encode(key);
    const payload = text.encode(value);
    const isNew = this.map.put(name, 0, name.length, payload.length, this.#spot);
    this.#spot.bytes.set(payload, this.#spot.start);
    if (isNew === this.model.has(key)) throw new Error(`put says that ${key} is ${isNew ? '' : 'not '}new`);
    this.model.set(key, value);
  }

  resize(key: string, length: number): void {
    if (!this.model.has(key)) return;
    const name = text.encode(key);
    const spot = this.#spot;
    this.map.resize(name, 0, name.length, length, spot);
    const kept = show(spot.bytes, spot.start, spot.end).slice(0, Math.min(length, this.model.get(key)!.length));
    expect(this.model.get(key)!.startsWith(kept)).toBe(true);
    spot.bytes.fill(0x2e, spot.start + kept.length, spot.end);
    this.model.set(key, kept.padEnd(length, '.'));
  }

  remove(key: string): void {
    const name = text.encode(key);
    if (this.map.remove(name, 0, name.length) !== this.model.delete(key)) throw new Error(`remove is wrong for ${key}`);
  }

  check(map: ByteMap = this.map): void {
    const found = new Map<string, string>();
    const spot = new Spot();
    for (const name of map.names()) {
      map.look(name, spot);
      found.set(show(spot.bytes, spot.keyStart, spot.start), show(spot.bytes, spot.start, spot.end));
    }
    expect(map.size).toBe(this.model.size);
    expect(found).toEqual(this.model);
    const wrong = [...this.model].filter(([key, value]) => {
      const name = text.encode(key);
      return !map.find(name, 0, name.length, spot) || show(spot.bytes, spot.start, spot.end) !== value;
    });
    expect(wrong).toEqual([]);
  }
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  fc.nat(600).map((length) => 'x'.repeat(length)),
);
const step = fc.tuple(
  fc.nat(3),
  fc.nat(60).map((n) => (n < 10 ? 'k'.repeat(n * 40) : `k${n}`)),
  value,
);

describe('ByteMap', () => {
  it.each([false, true])('does what a Map does (as a table from the beginning: %s)', (large) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const pair = new Pair(large);
        for (const [what, key, given] of steps) {
          if (what < 2) pair.put(key, given);
          else if (what === 2) pair.remove(key);
          else pair.resize(key, given.length);
        }
        pair.check();
        pair.check(pair.map.clone());
      }),
      { numRuns: 60 },
    );
  });

  it('grows through splits of its table and gives its memory back', () => {
    const pair = new Pair(false);
    const many = 200_000;
    for (let i = 0; i < many; i++) pair.put(`key:${i}`, `${i}`);
    const held = pair.heap.held;
    // 11 to 18 bytes each, in blocks of 16 or 32; and a slab for each of the sizes that the map had while it was one block.
    expect(held).toBeLessThan(many * 34 + SLABS);
    for (let i = 0; i < many; i += 3) pair.remove(`key:${i}`);
    pair.check();
    for (let i = 0; i < many; i++) if (i % 3 !== 0) pair.remove(`key:${i}`);
    pair.check();
    for (let i = 0; i < many; i++) pair.put(`key:${i}`, `${i}`);
    expect(pair.heap.held).toBeLessThanOrEqual(held);
    pair.map.clear();
    expect(pair.heap.held).toBeLessThanOrEqual(SLABS);
  });

  it('holds keys and payloads of megabytes', () => {
    const pair = new Pair(true);
    pair.put('k'.repeat(300_000), 'v');
    pair.put('large', 'x'.repeat(5_000_000));
    pair.resize('large', 5_000_001);
    pair.put('large', 'small again');
    pair.check();
  });

  it('uses memory again for other sizes', () => {
    const pair = new Pair(true);
    for (const size of [20, 100, 1000, 5000]) {
      for (let i = 0; i < 2000; i++) pair.put(`key:${i}`, 'x'.repeat(size));
      pair.check();
    }
    // 2000 blocks of the last size are 11 MB; what others took was free for them.
    expect(pair.heap.held).toBeLessThan(16 << 20);
  });
});
