/** Strings and numbers of JSON against oracles that share nothing with the writer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteOutput } from '../../src/bytes/index.ts';
import { JsonStrings } from '../../src/inspect/index.ts';
import { ESCAPED, type Escape, writeDouble, writeInteger, writeText } from '../../src/inspect/text.ts';
import { loadWasm, type WriteText } from '../../src/inspect/wasm.ts';
import { concat, pieces, sizesUpTo, text } from '../helpers/encode-bytes.ts';

const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What Python's `bytes.decode('utf-8', 'surrogateescape')` gives: the shortest piece at each place that is a character,
 * else the byte as the lone surrogate U+DC00 + byte.
 */
function surrogateescape(bytes: Uint8Array): string {
  let made = '';
  for (let at = 0; at < bytes.length; ) {
    let size = 0;
    for (let n = 1; n <= 4 && at + n <= bytes.length; n++) {
      try {
        made += fatal.decode(bytes.subarray(at, at + n));
        size = n;
        break;
      } catch {
        // Not a character yet.
      }
    }
    if (size === 0) made += String.fromCharCode(0xdc00 + bytes[at++]);
    at += size;
  }
  return made;
}

/** The way back: lone surrogates become their byte, all else UTF-8. */
function bytesOf(made: string): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const character of made) {
    const code = character.codePointAt(0)!;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Uint8Array.of(code - 0xdc00) : text(character));
  }
  return concat(...parts);
}

/** What the writer makes of one string, in the pieces given; quotes around it. */
function write(form: Escape, parts: readonly Uint8Array[], capacity = 16, strings = new JsonStrings(form)): string {
  const out = new ByteOutput(capacity);
  out.byte(0x22);
  const list = parts.length === 0 ? [new Uint8Array(0)] : parts;
  for (const [i, part] of list.entries()) {
    const lent = concat([0xc3, 0x28], part, [0x80, 0x80]);
    strings.write(out, lent, 2, 2 + part.length, i === list.length - 1);
    lent.fill(0x5a);
  }
  out.byte(0x22);
  // The output is UTF-8 in every form.
  return fatal.decode(out.take());
}

/** Text, damaged text, and bytes around every border of UTF-8. */
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map(text),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(0x00, 0x1f, 0x22, 0x5c, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4),
        fc.constantFrom(0x8f, 0x90, 0x9f, 0xa0, 0xf5, 0xff, 0x41),
      ),
      { maxLength: 12 },
    )
    .map((bytes) => Uint8Array.from(bytes)),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 12 }).map(text), fc.nat(), fc.nat(255)).map(([bytes, at, byte]) => {
    if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  }),
);

const whole = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

describe('JsonStrings', () => {
  it('keeps text, and makes lone surrogates of all other bytes', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        const parsed: string = JSON.parse(write('text', [bytes]));
        expect(parsed).toBe(surrogateescape(bytes));
        expect(bytesOf(parsed)).toEqual(whole(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('writes the same in WebAssembly, and stops at the same place', () => {
    const writeByWasm = loadWasm(ESCAPED)!;
    const written = (way: WriteText, bytes: Uint8Array, last: boolean): [number, string] => {
      const out = new ByteOutput(16);
      out.text('"');
      out.reserve(bytes.length * 6 + 4);
      const lent = concat([0xc3], bytes, [0x80]);
      const stopped = way(out, lent, 1, 1 + bytes.length, last);
      return [stopped, fatal.decode(out.take())];
    };
    const long = fc.oneof(
      someBytes,
      fc
        .array(fc.oneof(someBytes, fc.string({ unit: 'binary-ascii', maxLength: 60 }).map(text)))
        .map((parts) => concat(...parts)),
      fc.tuple(fc.nat(40), someBytes).map(([more, bytes]) => concat(text('x'.repeat(32_750 + more)), bytes)),
    );
    fc.assert(
      fc.property(long, fc.boolean(), (bytes, last) => {
        expect(written(writeByWasm, bytes, last)).toEqual(written(writeText, bytes, last));
      }),
      { numRuns: 2000 },
    );
  });

  // From Python: bytes.fromhex(...).decode('utf-8', 'surrogateescape')
  it.each([
    ['', ''],
    ['ff', '\\udcff'],
    ['c3a9', 'é'],
    ['c3', '\\udcc3'],
    ['c328', '\\udcc3('],
    ['e282', '\\udce2\\udc82'],
    ['e282ac', '€'],
    ['e28241', '\\udce2\\udc82A'],
    ['c080', '\\udcc0\\udc80'],
    ['c1bf', '\\udcc1\\udcbf'],
    ['e09fbf', '\\udce0\\udc9f\\udcbf'],
    ['eda080', '\\udced\\udca0\\udc80'],
    ['edb2bf', '\\udced\\udcb2\\udcbf'],
    ['ed9fbf', '\ud7ff'],
    ['ee8080', '\ue000'],
    ['efbfbe', '\ufffe'],
    ['efbbbf', '\ufeff'],
    ['f08fbfbf', '\\udcf0\\udc8f\\udcbf\\udcbf'],
    ['f0908080', '\u{10000}'],
    ['f09f9880', '😀'],
    ['f09f98', '\\udcf0\\udc9f\\udc98'],
    ['f48fbfbf', '\u{10ffff}'],
    ['f4908080', '\\udcf4\\udc90\\udc80\\udc80'],
    ['f5808080', '\\udcf5\\udc80\\udc80\\udc80'],
    ['f09fc3a9', '\\udcf0\\udc9fé'],
    ['e2e282ac', '\\udce2€'],
    ['00011f7f', '\\u0000\\u0001\\u001f\x7f'],
    ['08090a0c0d', '\\b\\t\\n\\f\\r'],
    ['225c2f', '\\"\\\\/'],
    ['e280a8', '\u2028'],
  ])('writes %s as %s', (hex, expected) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(write('text', [bytes])).toBe(`"${expected}"`);
    expect(surrogateescape(bytes)).toBe(JSON.parse(`"${expected}"`));
    // Cut everywhere.
    for (let at = 0; at <= bytes.length; at++) {
      expect(write('text', [bytes.subarray(0, at), bytes.subarray(at)])).toBe(`"${expected}"`);
    }
    expect(write('text', [...Array.from(bytes, (byte) => Uint8Array.of(byte)), new Uint8Array(0)])).toBe(
      `"${expected}"`,
    );
  });

  it('tells all sequences of two bytes as Python does', () => {
    for (let first = 0x80; first < 0x100; first++) {
      const bytes = Uint8Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? first : i >> 1));
      const expected = surrogateescape(bytes);
      expect(JSON.parse(write('text', [bytes]))).toBe(expected);
      expect(JSON.parse(write('text', pieces(bytes, [1])))).toBe(expected);
    }
  });

  it('refuses surrogates and what lies beyond Unicode, in UTF-8 of three and four bytes', () => {
    for (let second = 0x80; second < 0xc0; second++) {
      for (const first of [0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4]) {
        const bytes = Uint8Array.of(first, second, 0x80, 0x80, 0x41);
        expect(JSON.parse(write('text', [bytes]))).toBe(surrogateescape(bytes));
        expect(JSON.parse(write('text', pieces(bytes, [1])))).toBe(surrogateescape(bytes));
      }
    }
  });

  it('gives the same text however a string is cut, in every form', () => {
    fc.assert(
      fc.property(
        someBytes,
        sizesUpTo(5),
        fc.constantFrom<Escape>('text', 'latin1', 'hex', 'base64'),
        fc.nat(40),
        (bytes, cut, form, capacity) => {
          const parts = pieces(whole(bytes), cut);
          const expected = write(form, [bytes]);
          expect(write(form, parts, capacity)).toBe(expected);
          expect(write(form, [...parts, new Uint8Array(0)], capacity)).toBe(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('writes base64, hex and latin1 in ASCII', () => {
    fc.assert(
      fc.property(someBytes, (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(write('base64', [bytes])).toBe(`"${buffer.toString('base64')}"`);
        expect(write('hex', [bytes])).toBe(`"${buffer.toString('hex')}"`);
        const latin1 = write('latin1', [bytes]);
        expect(JSON.parse(latin1)).toBe(buffer.toString('latin1'));
        expect(latin1).not.toMatch(/[^\x20-\x7f]/);
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same wherever in a large array a string lies', () => {
    // Large enough to be read by fours.
    const arrays = [600, 700, 800].map((length) => new Uint8Array(length).fill(0xc3));
    const strings = new JsonStrings('text');
    const mostlyPlain = fc.tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 300 }).map(text), someBytes);
    fc.assert(
      fc.property(
        fc.oneof(
          someBytes,
          fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map(text),
          mostlyPlain.map(([plain, bytes]) => concat(plain, bytes.subarray(0, 40))),
          mostlyPlain.map(([plain, bytes]) => concat(bytes.subarray(0, 40), plain)),
        ),
        fc.nat(250),
        fc.nat(2),
        (bytes, at, which) => {
          const array = arrays[which]!;
          array.set(bytes, at);
          const out = new ByteOutput(16);
          strings.write(out, array, at, at + bytes.length, true);
          expect(`"${fatal.decode(out.take())}"`).toBe(write('text', [bytes]));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('tells the bytes apart that have to be looked at, at all places of four', () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 0; at < 9; at++) {
        const array = new Uint8Array(300).fill(0x7f);
        array[100 + at] = byte;
        const out = new ByteOutput(16);
        new JsonStrings('text').write(out, array, 100, 109, true);
        expect(`"${fatal.decode(out.take())}"`).toBe(write('text', [array.slice(100, 109)]));
      }
    }
  });

  it('writes many strings one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(someBytes, { maxLength: 6 }),
        fc.constantFrom<Escape>('text', 'latin1', 'hex', 'base64'),
        sizesUpTo(4),
        (list, form, cut) => {
          const strings = new JsonStrings(form);
          const expected = list.map((bytes) => write(form, [bytes]));
          expect(list.map((bytes) => write(form, pieces(whole(bytes), cut), 0, strings))).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has room for the longest form of many bytes', () => {
    for (const form of ['text', 'latin1', 'hex', 'base64'] as const) {
      const bytes = new Uint8Array(100_000).fill(form === 'text' ? 0xff : 0x01);
      expect(write(form, [bytes], 0).length).toBeGreaterThan(100_000);
    }
  });
});

describe('numbers in JSON', () => {
  const written = (write: (out: ByteOutput) => void): string => {
    const out = new ByteOutput(0);
    write(out);
    return out.toLatin1();
  };

  it('reads back every double with the same bits', () => {
    const bits = fc.bigInt(0n, (1n << 64n) - 1n).map((value) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, value);
      return view.getFloat64(0);
    });
    const some = fc.oneof(
      fc.double(),
      bits,
      fc.maxSafeInteger(),
      fc.integer({ min: -400, max: 400 }).map((exponent) => 10 ** exponent),
      fc.constantFrom(0, -0, 5e-324, -5e-324, 2 ** -1022, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53, -(2 ** 53)),
      fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1, 1e21, 1e-7, 123456789012345680000, 0.1, 1 / 3, 1e22, 2 ** 63),
    );
    fc.assert(
      fc.property(some, (value) => {
        const made = written((out) => writeDouble(out, value));
        const parsed: unknown = JSON.parse(made);
        if (Number.isFinite(value)) {
          expect(Object.is(parsed, value)).toBe(true);
          // `String` gives the shortest digits; it only lacks the sign of zero.
          expect(made).toBe(Object.is(value, -0) ? '-0' : String(value));
        } else {
          expect(parsed).toBe(Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('writes integers digit by digit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.bigInt(-(1n << 64n), 1n << 64n)), (value) => {
        expect(written((out) => writeInteger(out, value))).toBe(String(value));
      }),
      { numRuns: 500 },
    );
  });
});
