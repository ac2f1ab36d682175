import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeySpan, sortByBytes } from '../../src/keyspace/order.ts';

/** All keys in one array, a byte apart, lent through one object. */
function lender(keys: readonly Uint8Array[]): (ref: number) => KeySpan {
  const bytes = new Uint8Array(keys.reduce((sum, key) => sum + key.length + 1, 0)).fill(0xaa);
  const starts: number[] = [];
  let at = 0;
  for (const key of keys) {
    bytes.set(key, at);
    starts.push(at);
    at += key.length + 1;
  }
  const span: KeySpan = { bytes, start: 0, end: 0 };
  return (ref) => {
    span.start = starts[ref];
    span.end = starts[ref] + keys[ref].length;
    return span;
  };
}

function check(keys: readonly Uint8Array[], refs: readonly number[] = keys.map((_, i) => i)): void {
  const sorted = Uint32Array.from(refs);
  sortByBytes(sorted, lender(keys));
  const expected = [...refs].sort((a, b) => Buffer.compare(keys[a], keys[b]) || a - b);
  expect([...sorted]).toEqual(expected);
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('puts keys in order', () => {
  const few = { minLength: 0, maxLength: 12 };
  const byte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
  // Few different bytes give long runs of equal beginnings, and keys that begin others or end in zeros.
  const narrow = fc.array(byte, few).map((values) => Uint8Array.from(values));
  const zeros = fc.nat(20).map((length) => new Uint8Array(length));
  const any = fc.uint8Array({ maxLength: 20 });

  for (const [name, key] of Object.entries({ any, narrow, zeros, mixed: fc.oneof(narrow, zeros, any) })) {
    it(`${name}`, () => {
      fc.assert(fc.property(fc.array(key, { maxLength: 300, size: 'max' }), (keys) => check(keys)));
    });
  }

  it('that share a long beginning', () => {
    fc.assert(
      fc.property(narrow, fc.array(narrow, { minLength: 30, maxLength: 200, size: 'max' }), (start, rest) => {
        const long = Buffer.concat(Array.from({ length: 9 }, () => start));
        check(rest.map((key) => Buffer.concat([long, key])));
      }),
    );
  });

  it('that begin one another', () => {
    check(Array.from({ length: 500 }, (_, i) => text('a'.repeat((i * 7919) % 500))));
  });

  it('that are all the same, or in order, or none', () => {
    check(Array.from({ length: 200 }, () => text('same')));
    check(Array.from({ length: 200 }, (_, i) => text(`in order ${1000 + i}`)));
    check([]);
    check([text('one')]);
  });

  it('by references that are no indexes of their own', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => text(`user:${(i * 7919) % 1000}`));
    check(
      keys,
      keys.map((_, i) => 999 - i).filter((i) => i % 3 > 0),
    );
  });

  it('in large numbers', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => text(`user:${(i * 7_919) % 1_000_003}`));
    check(keys);
  });
});
