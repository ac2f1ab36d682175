import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Crc64, crc64 } from '../../src/crc64/index.ts';
import { updateSlicing } from '../../src/crc64/slicing.ts';
import { loadWasm, type UpdateCrc } from '../../src/crc64/wasm.ts';
import { crc64Bitwise, noise } from './reference.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const viaClass: UpdateCrc = (state, bytes, start, end) => {
  const crc = Crc64.from(BigInt.asUintN(64, (BigInt(state[1]) << 32n) | BigInt(state[0] >>> 0)));
  crc.update(bytes, start, end);
  state.set([crc.lo, crc.hi]);
};

const wasm = loadWasm();

describe('crc64 in WebAssembly', () => {
  it('is available here, so that the tests below cover it', () => {
    expect(wasm).toBeDefined();
  });
});

describe.each([
  ['TypeScript', updateSlicing],
  ['WebAssembly', wasm as UpdateCrc],
  ['Crc64', viaClass],
])('crc64 by %s', (_name, update) => {
  const sum = (bytes: Uint8Array, start = 0, end = bytes.length, previous = 0n): bigint => {
    const state = new Int32Array([Number(BigInt.asIntN(32, previous)), Number(BigInt.asIntN(32, previous >> 32n))]);
    update(state, bytes, start, end);
    return (BigInt(state[1] >>> 0) << 32n) | BigInt(state[0] >>> 0);
  };

  it('has the check value', () => {
    expect(sum(ascii('123456789'))).toBe(0xe9c6d914c4b8d9can);
  });

  it('leaves the register alone for no bytes', () => {
    expect(sum(new Uint8Array(0))).toBe(0n);
    expect(sum(noise(10), 4, 4, 0x8123456789abcdefn)).toBe(0x8123456789abcdefn);
  });

  it('keeps 0 over zero bytes, and only 0', () => {
    expect(sum(new Uint8Array(5000))).toBe(0n);
    expect(sum(new Uint8Array(5000), 0, 5000, 1n)).toBe(crc64Bitwise(new Uint8Array(5000), 1n));
  });

  it('equals the bitwise definition for every length up to 300, and around every threshold', () => {
    const bytes = noise(5000);
    const lengths = Array.from({ length: 301 }, (_, i) => i);
    for (const around of [384, 717, 720, 1024, 1536, 2048, 4096]) {
      for (let delta = -17; delta <= 17; delta++) lengths.push(around + delta);
    }
    // One bitwise pass gives the values of all prefixes.
    const prefix = [0n];
    for (let i = 0; i < bytes.length; i++) prefix.push(crc64Bitwise(bytes.subarray(i, i + 1), prefix[i]));
    for (const length of lengths) expect(sum(bytes, 0, length)).toBe(prefix[length]);
  });

  it('equals the bitwise definition for inputs longer than the WebAssembly buffer', () => {
    const bytes = noise(3 * 65536 + 12345, 7);
    const whole = crc64Bitwise(bytes);
    expect(sum(bytes)).toBe(whole);
    for (const cut of [65535, 65536, 65537, 131072, 131073 + 1023]) {
      expect(sum(bytes, cut, bytes.length, sum(bytes, 0, cut))).toBe(whole);
    }
  });

  it('takes any span, alignment and starting value', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6000 }),
        fc.integer({ min: 0, max: 16 }),
        fc.integer({ min: 0, max: 40 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (length, offset, start, previous) => {
          // A view that does not begin where its buffer begins, and a span inside the view.
          const buffer = noise(offset + start + length + 9, length + 1).buffer;
          const view = new Uint8Array(buffer, offset, start + length + 3);
          const copy = view.slice(start, start + length);
          expect(sum(view, start, start + length, previous)).toBe(crc64Bitwise(copy, previous));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same for every division of the input', () => {
    const bytes = noise(20000, 3);
    const whole = crc64Bitwise(bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }), (cuts) => {
        let crc = 0n;
        let from = 0;
        for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
          crc = sum(bytes, from, to, crc);
          from = to;
        }
        expect(crc).toBe(whole);
      }),
    );
  });

  it('leaves the input as it was', () => {
    const bytes = noise(70000, 5);
    const before = bytes.slice();
    sum(bytes);
    expect(Buffer.compare(bytes, before)).toBe(0);
  });

  it('reads shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(3000));
    shared.set(noise(3000));
    expect(sum(shared)).toBe(crc64Bitwise(noise(3000)));
  });
});

describe('Crc64', () => {
  it('shows its value in halves and whole, unsigned', () => {
    const crc = new Crc64();
    expect([crc.hi, crc.lo, crc.toBigInt()]).toEqual([0, 0, 0n]);
    crc.update(ascii('123456789'));
    expect([crc.hi, crc.lo, crc.toBigInt()]).toEqual([0xe9c6d914, 0xc4b8d9ca, 0xe9c6d914c4b8d9can]);
    crc.reset();
    expect(crc.toBigInt()).toBe(0n);
    crc.update(ascii('x123456789x'), 1, 10);
    expect(crc.toBigInt()).toBe(0xe9c6d914c4b8d9can);
  });

  it('keeps instances apart, short and long updates mixed', () => {
    const bytes = noise(40000, 9);
    const [a, b] = [new Crc64(), new Crc64()];
    for (let at = 0; at < bytes.length; at += 5000) {
      a.update(bytes, at, at + 5000);
      for (let i = at; i < at + 5000; i += 50) b.update(bytes, i, i + 50);
    }
    expect(a.toBigInt()).toBe(crc64Bitwise(bytes));
    expect(b.toBigInt()).toBe(a.toBigInt());
  });

  it('continues from a known value', () => {
    const bytes = noise(500);
    expect(crc64(bytes.subarray(100), crc64(bytes.subarray(0, 100)))).toBe(crc64(bytes));
    expect(Crc64.from(0xfedcba9876543210n).toBigInt()).toBe(0xfedcba9876543210n);
  });

  it.each([
    [-1, 5],
    [6, 5],
    [0, 11],
    [Number.NaN, 5],
  ])('refuses the span %d..%d of 10 bytes', (start, end) => {
    expect(() => new Crc64().update(new Uint8Array(10), start, end)).toThrow(RangeError);
  });
});

describe('without WebAssembly', () => {
  const bytes = noise(9000, 11);

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** The room as it loads in a runtime where `WebAssembly` is `value`. */
  async function loadWith(value: unknown): Promise<typeof import('../../src/crc64/index.ts')> {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', value);
    return await import('../../src/crc64/index.ts');
  }

  const refuse = vi.fn(function refuse() {
    throw new EvalError('Refused by the content security policy');
  });

  it.each([
    ['absent', undefined],
    ['forbidden', { Module: refuse, Instance: refuse }],
    ['too old for the module', { Module: class {}, Instance: refuse }],
  ])('falls back in silence where it is %s', async (_case, value) => {
    const room = await loadWith(value);
    expect(room.crc64(bytes)).toBe(crc64Bitwise(bytes));
    expect(room.crc64(ascii('123456789'))).toBe(0xe9c6d914c4b8d9can);
  });

  it('tries once only', async () => {
    refuse.mockClear();
    const room = await loadWith({ Module: refuse, Instance: refuse });
    expect(refuse).not.toHaveBeenCalled();
    room.crc64(bytes);
    room.crc64(bytes);
    expect(refuse).toHaveBeenCalledTimes(1);
  });
});
