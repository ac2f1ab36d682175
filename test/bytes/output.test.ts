import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteOutput } from '../../src/bytes/index.ts';
import { concat } from '../helpers/encode-bytes.ts';

type Op =
  | { byte: number }
  | { raw: Uint8Array }
  | { text: string }
  | { decimal: number }
  | { reserve: number }
  | { take: true };

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ byte: fc.nat(255) }),
  fc.record({ raw: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 30, maxLength: 300 })) }),
  fc.record({ text: fc.string({ unit: 'grapheme-ascii', maxLength: 50 }) }),
  fc.record({ decimal: fc.oneof(fc.maxSafeInteger(), fc.integer()) }),
  fc.record({ reserve: fc.nat(200) }),
  fc.record({ take: fc.constant(true as const) }),
);

describe('ByteOutput', () => {
  it('holds what was written, whatever its capacity', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(3), fc.nat(100)), fc.array(op, { maxLength: 60 }), (capacity, ops) => {
        const out = new ByteOutput(capacity);
        let model: number[] = [];
        const taken: { mine: Uint8Array; copy: number[] }[] = [];
        for (const one of ops) {
          if ('byte' in one) {
            out.byte(one.byte);
            model.push(one.byte);
          } else if ('raw' in one) {
            out.raw(one.raw);
            model.push(...one.raw);
          } else if ('text' in one) {
            out.text(one.text);
            model.push(...new TextEncoder().encode(one.text));
          } else if ('decimal' in one) {
            out.decimal(one.decimal);
            model.push(...new TextEncoder().encode(String(one.decimal)));
          } else if ('reserve' in one) {
            out.reserve(one.reserve);
            expect(out.bytes.length - out.length).toBeGreaterThanOrEqual(one.reserve);
          } else {
            taken.push({ mine: out.take(), copy: model });
            model = [];
          }
          expect(out.length).toBe(model.length);
        }
        expect(Array.from(out.toLatin1(), (c) => c.charCodeAt(0))).toEqual(model);
        taken.push({ mine: out.take(), copy: model });
        expect(out.length).toBe(0);
        // Owned: later writes did not change what was taken before.
        for (const { mine, copy } of taken) expect(Array.from(mine)).toEqual(copy);
      }),
      { numRuns: 300 },
    );
  });

  it('copies seldom while it grows', () => {
    const out = new ByteOutput(1);
    const buffers = new Set<ArrayBuffer>();
    for (let i = 0; i < 100_000; i++) {
      out.byte(i);
      buffers.add(out.bytes.buffer);
    }
    expect(buffers.size).toBeLessThan(20);
    expect(out.take()).toEqual(concat(Uint8Array.from({ length: 100_000 }, (_, i) => i)));
  });
});
