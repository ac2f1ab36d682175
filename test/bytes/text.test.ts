/** Text of bytes, with the decoders of Node and without them. */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as withBuffer from '../../src/bytes/text.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The module as it loads in a runtime without `Buffer`. */
async function loadWithoutBuffer(): Promise<typeof withBuffer> {
  vi.resetModules();
  vi.stubGlobal('Buffer', undefined);
  try {
    return await import('../../src/bytes/text.ts');
  } finally {
    vi.unstubAllGlobals();
  }
}

/** Any bytes, text among them, around the length from which native decoders are used. */
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 14, maxLength: 19 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => new TextEncoder().encode(text)),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes)),
);

/** A place inside bytes. */
const spanned = fc
  .record({ before: fc.nat(20), bytes: someBytes, after: fc.nat(20) })
  .map(({ before, bytes, after }) => {
    const whole = new Uint8Array(before + bytes.length + after).fill(0xc3);
    whole.set(bytes, before);
    return { whole, start: before, end: before + bytes.length, bytes };
  });

const plainLatin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const plainUtf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

describe.each([
  ['with Buffer', async () => withBuffer],
  ['without Buffer', loadWithoutBuffer],
])('text %s', (name, load) => {
  it('is what the name of this block says', async () => {
    const slice = vi.spyOn(Buffer.prototype, 'latin1Slice');
    const { latin1 } = await load();
    latin1(new Uint8Array(100));
    const calls = slice.mock.calls.length;
    slice.mockRestore();
    expect(calls).toBe(name === 'with Buffer' ? 1 : 0);
  });

  it('gives latin1, one character a byte', async () => {
    const { latin1 } = await load();
    fc.assert(
      fc.property(spanned, ({ whole, start, end, bytes }) => {
        expect(latin1(whole, start, end)).toBe(plainLatin1(bytes));
        expect(latin1(bytes)).toBe(plainLatin1(bytes));
      }),
    );
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(Array.from(latin1(all), (c) => c.charCodeAt(0))).toEqual(Array.from(all));
  });

  it('gives UTF-8, U+FFFD where there is none, and keeps a byte order mark', async () => {
    const { utf8 } = await load();
    fc.assert(
      fc.property(spanned, ({ whole, start, end, bytes }) => {
        expect(utf8(whole, start, end)).toBe(plainUtf8(bytes));
        expect(utf8(bytes)).toBe(plainUtf8(bytes));
      }),
    );
    expect(utf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    expect(utf8(new TextEncoder().encode(`\ufeff${'é'.repeat(20)}`))).toBe(`\ufeff${'é'.repeat(20)}`);
    expect(utf8(Uint8Array.of(0x41, 0xff, 0xe2, 0x82))).toBe('A\ufffd\ufffd');
  });

  it.each([0, 1, 15, 16, 17, 4095, 4096, 4097, 12_289, 300_000])('reads %i bytes', async (length) => {
    const { latin1, utf8 } = await load();
    const bytes = Uint8Array.from({ length }, (_, i) => 0x20 + (i % 0x5f));
    expect(latin1(bytes)).toBe(plainLatin1(bytes));
    expect(utf8(bytes)).toBe(plainLatin1(bytes));
    bytes.fill(0xe9);
    expect(latin1(bytes)).toBe('é'.repeat(length));
    expect(utf8(bytes)).toBe('\ufffd'.repeat(length));
  });

  it('reads plain arrays and Buffers alike', async () => {
    const { latin1, utf8 } = await load();
    const buffer = Buffer.from('Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich');
    expect(utf8(buffer)).toBe(buffer.toString('utf8'));
    expect(latin1(buffer)).toBe(buffer.toString('latin1'));
    expect(latin1(buffer, 3, 30)).toBe(buffer.toString('latin1', 3, 30));
  });
});

it('ascii gives a byte a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
      expect(withBuffer.ascii(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
});
