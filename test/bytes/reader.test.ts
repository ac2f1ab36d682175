/** The reader over any chunks against a model that holds the whole input. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, NEED_MORE } from '../../src/bytes/index.ts';
import { type Bytes, join, noise, pieces, sizesUpTo, thrownBy } from '../helpers/encode-bytes.ts';

/** Fixed reads, by name, with their size and what they give for a view of the whole input. */
const READS = {
  u8: [1, (view: DataView, at: number) => view.getUint8(at)],
  u16le: [2, (view: DataView, at: number) => view.getUint16(at, true)],
  u32le: [4, (view: DataView, at: number) => view.getUint32(at, true)],
  u32be: [4, (view: DataView, at: number) => view.getUint32(at, false)],
  i32le: [4, (view: DataView, at: number) => view.getInt32(at, true)],
  f32le: [4, (view: DataView, at: number) => view.getFloat32(at, true)],
  f64le: [8, (view: DataView, at: number) => view.getFloat64(at, true)],
  i64le: [8, (view: DataView, at: number) => view.getBigInt64(at, true)],
} as const;

type ReadName = keyof typeof READS;

type Read = ReadName | { take: number };

/** What one item does; a skip only ends an item, as in the parser. */
interface Reads {
  reads: Read[];
  skip?: number;
}

/** As many bytes, taken as they lie ready. */
interface Flow {
  flow: number;
}

type Item = Reads | Flow;

const item: fc.Arbitrary<Item> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      reads: fc.array(
        fc.oneof(
          fc.constantFrom(...(Object.keys(READS) as ReadName[])),
          fc.record({ take: fc.oneof(fc.nat(12), fc.nat(200)) }),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      // The length that is skipped was read first; two skips with nothing between them have a test of their own.
      reads: fc.array(fc.constantFrom<ReadName>('u8', 'u16le'), { minLength: 1, maxLength: 2 }),
      skip: fc.oneof(fc.nat(5), fc.nat(400)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ flow: fc.integer({ min: 1, max: 300 }) }) },
);

/** Runs items over chunks, with the model beside it. */
class Run {
  readonly reader = new ByteReader();
  /** The model: where in the input the next byte is read. */
  at = 0;
  /** Bytes appended so far. */
  given = 0;
  readonly input: Bytes;
  readonly #view: DataView;
  readonly #chunks: Bytes[];

  constructor(input: Bytes, chunks: Bytes[]) {
    this.input = input;
    this.#view = new DataView(input.buffer);
    this.#chunks = chunks.slice();
  }

  /** Appends until the reader says that trying is of use; false at the end of the input. */
  more(): boolean {
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      this.given += chunk.length;
      if (this.reader.append(chunk)) return true;
    }
    return false;
  }

  /** False where the input ends inside the item. */
  run(one: Item): boolean {
    let shortages = 0;
    for (;;) {
      try {
        if ('flow' in one) this.#flow(one.flow);
        else this.#item(one);
        return true;
      } catch (error) {
        if (error !== NEED_MORE) throw error;
        this.reader.rewind();
        if (!this.more()) return false;
        // Every read runs short at most once, as the reader asks for no try before its bytes are there; a skip that
        // is still running when the item begins costs one more.
        if ('reads' in one) expect(++shortages).toBeLessThanOrEqual(one.reads.length + 1);
      }
    }
  }

  #item({ reads, skip }: Reads): void {
    const { reader } = this;
    let at = this.at;
    for (const read of reads) {
      if (typeof read === 'string') {
        const [size, model] = READS[read];
        const value = reader[read]();
        const expected = model(this.#view, at);
        if (typeof expected === 'bigint') this.#check64(value as number | bigint, expected);
        else expect(value).toBe(expected);
        at += size;
      } else {
        const { take } = read;
        reader.need(take);
        expect(reader.bytes.subarray(reader.pos, reader.pos + take)).toEqual(this.input.subarray(at, at + take));
        reader.pos += take;
        at += take;
      }
    }
    if (skip !== undefined) {
      reader.skip(skip);
      at += skip;
    }
    reader.commit();
    this.at = at;
    this.#checkPlace();
  }

  #check64(value: number | bigint, expected: bigint): void {
    expect(BigInt(value)).toBe(expected);
    if (typeof value === 'number') expect(Math.abs(value)).toBeLessThanOrEqual(2 ** 53);
    else expect(Number.isSafeInteger(Number(value))).toBe(false);
  }

  #left = 0;

  #flow(count: number): void {
    const { reader } = this;
    if (this.#left === 0) this.#left = count;
    while (this.#left > 0) {
      const ready = reader.available(this.#left);
      expect(ready).toBeGreaterThan(0);
      expect(ready).toBeLessThanOrEqual(this.#left);
      expect(reader.bytes.subarray(reader.pos, reader.pos + ready)).toEqual(
        this.input.subarray(this.at, this.at + ready),
      );
      reader.pos += ready;
      this.at += ready;
      this.#left -= ready;
      reader.commit();
    }
    this.#checkPlace();
  }

  #checkPlace(): void {
    const { reader } = this;
    expect(reader.offset).toBe(this.at);
    expect(reader.pushed).toBe(this.given);
    expect(reader.skipping).toBe(Math.max(0, this.at - this.given));
  }
}

const scene = fc.record({
  seed: fc.integer({ min: 1, max: 0x7fffffff }),
  size: fc.nat(3000),
  sizes: fc.oneof(fc.constant([1]), sizesUpTo(20), sizesUpTo(500), fc.constant([5000])),
  items: fc.array(item, { minLength: 1, maxLength: 60 }),
});

describe('ByteReader', () => {
  it('reads the same over any chunks', () => {
    fc.assert(
      fc.property(scene, ({ seed, size, sizes, items }) => {
        const input = noise(size, seed);
        const run = new Run(input, pieces(input, sizes));
        for (const one of items) {
          if (run.run(one)) continue;
          // All was appended, and it is not enough.
          expect(run.given).toBe(input.length);
          const { reader } = run;
          expect(reader.pushed).toBe(input.length);
          if (run.at <= input.length) {
            expect(reader.offset).toBe(run.at);
            expect(reader.takeRest()).toEqual(input.subarray(run.at));
          }
          return;
        }
        while (run.more());
        expect(run.reader.pushed).toBe(input.length);
      }),
      { numRuns: 600 },
    );
  });

  it('shows every byte to the sink once, in order, whatever the chunks', () => {
    fc.assert(
      fc.property(scene, fc.nat(30), fc.nat(60), ({ seed, size, sizes, items }, from, count) => {
        const input = noise(size, seed);
        const run = new Run(input, pieces(input, sizes));
        const seen: Bytes[] = [];
        let start: number | undefined;
        for (let i = 0; i < items.length; i++) {
          // As in the parser, neither happens while a skip runs.
          if (run.reader.skipping === 0 && i >= from && start === undefined) {
            start = run.at;
            run.reader.attach({
              update: (bytes, begin, end) => {
                expect(begin).toBeLessThan(end);
                seen.push(Uint8Array.from(bytes.subarray(begin, end)));
              },
            });
          }
          if (start !== undefined && run.reader.skipping === 0 && i >= from + count) break;
          if (!run.run(items[i])) break;
        }
        if (start === undefined || run.reader.skipping > 0) return;
        run.reader.detach();
        expect(join(seen)).toEqual(input.subarray(start, run.reader.offset));
        const before = seen.length;
        while (run.more());
        run.reader.skip(1);
        run.reader.commit();
        run.reader.append(noise(9));
        expect(seen.length).toBe(before);
      }),
      { numRuns: 400 },
    );
  });

  it('captures what was read between two takes', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 1, max: 5 }), fc.boolean(), ({ seed, size, sizes, items }, every, view) => {
        const input = noise(size, seed);
        const run = new Run(input, pieces(input, sizes));
        expect(run.reader.capturedLength).toBe(0);
        run.reader.startCapture(0);
        let from = 0;
        items.every((one, i) => {
          if (!run.run(one)) return false;
          if (i % every !== 0 || run.reader.skipping > 0) return true;
          expect(run.reader.capturedLength).toBe(run.at - from);
          const taken = run.reader.takeCapture(view);
          expect(taken).toEqual(input.subarray(from, run.at));
          if (!view) {
            // Owned: what happens to it harms nothing.
            expect(taken.buffer === run.reader.bytes.buffer && taken.length > 0).toBe(false);
            taken.fill(0xee);
          }
          expect(run.reader.capturedLength).toBe(0);
          from = run.at;
          return true;
        });
        run.reader.stopCapture();
        expect(run.reader.capturedLength).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('captures bytes that were skipped far beyond the chunk', () => {
    const input = noise(1000);
    const run = new Run(input, pieces(input, [10]));
    run.reader.startCapture(0);
    expect(run.run({ reads: ['u8'], skip: 700 })).toBe(true);
    expect(run.reader.skipping).toBeGreaterThan(0);
    expect(run.run({ reads: ['u8'] })).toBe(true);
    expect(run.reader.takeCapture(false)).toEqual(input.subarray(0, 702));
  });

  it('adds up skips that follow one another', () => {
    const input = noise(100);
    const run = new Run(input, pieces(input, [10]));
    expect(run.run({ reads: ['u8'], skip: 30 })).toBe(true);
    expect(run.run({ reads: [], skip: 20 })).toBe(true);
    expect(run.run({ reads: ['u32le'] })).toBe(true);
    expect(run.reader.offset).toBe(55);
  });

  it('takes nothing from an empty chunk', () => {
    const reader = new ByteReader();
    expect(reader.append(new Uint8Array(0))).toBe(false);
    expect(thrownBy(() => reader.u8())).toBe(NEED_MORE);
    expect(thrownBy(() => reader.available(5))).toBe(NEED_MORE);
    expect(reader.append(Uint8Array.of(7))).toBe(true);
    expect(reader.u8()).toBe(7);
    reader.commit();
    reader.skip(3);
    expect(reader.append(new Uint8Array(0))).toBe(false);
    expect(reader.skipping).toBe(3);
    expect(reader.append(Uint8Array.of(1, 2, 3))).toBe(false);
    expect(reader.append(Uint8Array.of(9))).toBe(true);
    expect(reader.u8()).toBe(9);
  });

  it('joins an item of many chunks once, when it is complete', () => {
    const reader = new ByteReader();
    const input = noise(300_001);
    reader.append(input.subarray(0, 1));
    expect(thrownBy(() => reader.need(300_000))).toBe(NEED_MORE);
    reader.rewind();
    let tries = 0;
    for (let at = 1; at < 300_000; at++) if (reader.append(input.subarray(at, at + 1))) tries++;
    expect(tries).toBe(1);
    reader.need(300_000);
    expect(reader.bytes.length).toBe(300_000);
    expect(reader.bytes).toEqual(input.subarray(0, 300_000));
  });

  it('reads in chunks that lie inside larger buffers', () => {
    const around = noise(100);
    const reader = new ByteReader();
    reader.append(around.subarray(13, 40));
    const view = new DataView(around.buffer);
    expect(reader.u32le()).toBe(view.getUint32(13, true));
    expect(reader.f64le()).toBe(view.getFloat64(17, true));
  });

  it('hands over what was not read, and goes on behind it', () => {
    const input = noise(50);
    const reader = new ByteReader();
    reader.append(input.subarray(0, 10));
    reader.u32le();
    reader.commit();
    expect(thrownBy(() => reader.need(40))).toBe(NEED_MORE);
    reader.rewind();
    expect(reader.append(input.subarray(10, 20))).toBe(false);
    const rest = reader.takeRest();
    expect(rest).toEqual(input.subarray(4, 20));
    rest.fill(0);
    expect(reader.offset).toBe(20);
    expect(reader.pushed).toBe(20);
    expect(reader.takeRest()).toEqual(new Uint8Array(0));
    expect(reader.append(input.subarray(20))).toBe(true);
    expect(reader.offset).toBe(20);
    expect(reader.u8()).toBe(input[20]);
  });

  it('says where it failed', () => {
    const reader = new ByteReader();
    reader.append(noise(5));
    reader.u8();
    reader.commit();
    reader.append(noise(5));
    expect(reader.fail('BAD_LENGTH', 'here')).toMatchObject({ code: 'BAD_LENGTH', message: 'here', offset: 1 });
    expect(reader.fail('BAD_LENGTH', 'there', 77)).toMatchObject({ offset: 77 });
  });
});
