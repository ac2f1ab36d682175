/** `decodeDump` and `decodeFunctions`: options, what is owned, and errors. The values themselves are tested with the format. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DumpOptions, decodeDump, decodeFunctions, RedisFileError } from '../../src/index.ts';
import { type Bytes, concat, little, noise, payload, string, text, thrownBy } from '../helpers/encode-bytes.ts';
import { lzfCompress } from '../helpers/encode-lzf.ts';
import { encodeListpack } from '../helpers/encode-packed.ts';

const HELLO = payload(11, [0], string('hello'));
const BLOB = encodeListpack([text('f'), text('v')]);
const HASH = payload(11, [16], string(BLOB));
const SOURCE = '#!lua name=mylib\nredis.register_function("f", function() return 1 end)';

/** The same payload without a checksum. */
const unsigned = (bytes: Uint8Array): Bytes => concat(bytes.subarray(0, -8), new Uint8Array(8));

describe('decodeDump', () => {
  it('reads payloads of servers', () => {
    const hex = (source: string): Bytes => Uint8Array.from(Buffer.from(source.replaceAll(' ', ''), 'hex'));
    expect(decodeDump(hex('00C001 0600 B0958F3624542D6F'), { strings: 'utf8' })).toEqual({
      family: 'redis',
      version: 6,
      checksum: 'verified',
      typeId: 0,
      encoding: 'int',
      meta: undefined,
      type: 'string',
      value: '1',
      warnings: [],
    });
    expect(decodeDump(hex('000568656C6C6F 0E00 112907093607347B'))).toMatchObject({
      version: 14,
      encoding: 'raw',
      value: text('hello'),
    });
  });

  it('gives strings as they are asked for', () => {
    const bytes = payload(11, [0], string(Uint8Array.of(0xc3, 0xa9, 0xff)));
    expect(decodeDump(bytes).value).toEqual(Uint8Array.of(0xc3, 0xa9, 0xff));
    expect(decodeDump(bytes, { strings: 'bytes' }).value).toEqual(Uint8Array.of(0xc3, 0xa9, 0xff));
    expect(decodeDump(bytes, { strings: 'latin1' }).value).toBe('Ã©ÿ');
    expect(decodeDump(bytes, { strings: 'utf8' }).value).toBe('é\ufffd');
  });

  it('reads as deep as it is asked to', () => {
    const common = { family: 'redis', version: 11, type: 'hash', encoding: 'listpack', typeId: 16, warnings: [] };
    expect(decodeDump(HASH)).toMatchObject({
      ...common,
      value: [{ field: text('f'), value: text('v'), expiresAt: undefined }],
    });
    expect(decodeDump(HASH, { values: 'data', strings: 'utf8' }).value).toMatchObject([{ field: 'f', value: 'v' }]);
    expect(decodeDump(HASH, { values: 'structure', strings: 'utf8' })).toMatchObject({
      ...common,
      value: { form: 'listpack', bytes: BLOB },
    });
    expect(decodeDump(HASH, { values: 'raw', strings: 'utf8' })).toMatchObject({ ...common, value: string(BLOB) });
    expect(decodeDump(HASH, { values: 'skip' })).toMatchObject({ ...common, value: undefined });
  });

  it('takes the checksum as it is told', () => {
    const wrong = HELLO.slice();
    wrong[wrong.length - 1] ^= 1;
    const error = thrownBy(() => decodeDump(wrong));
    expect(error).toMatchObject({ code: 'CHECKSUM_MISMATCH', offset: wrong.length - 8 });
    expect(decodeDump(wrong, { checksum: 'ignore' })).toMatchObject({ checksum: 'ignored', value: text('hello') });
    expect(decodeDump(HELLO, { checksum: 'verify' })).toMatchObject({ checksum: 'verified' });
    expect(decodeDump(HELLO, { checksum: 'ignore' })).toMatchObject({ checksum: 'ignored' });
    for (const checksum of ['verify', 'ignore'] as const) {
      expect(decodeDump(unsigned(HELLO), { checksum })).toMatchObject({ checksum: 'absent', value: text('hello') });
    }
  });

  it('sees every flipped bit', () => {
    fc.assert(
      fc.property(fc.constantFrom(HELLO, HASH), fc.nat(), fc.nat(7), (good, at, bit) => {
        const bytes = good.slice();
        bytes[at % bytes.length] ^= 1 << bit;
        // Where the checksum itself becomes zero it counts as absent; one bit cannot do that here.
        expect(thrownBy(() => decodeDump(bytes))).toMatchObject({ code: 'CHECKSUM_MISMATCH' });
      }),
    );
  });

  it('takes the family from the version, or as it is told', () => {
    expect(decodeDump(HELLO).family).toBe('redis');
    expect(decodeDump(payload(80, [0], string('v'))).family).toBe('valkey');
    // Type 22: absolute times before the fields in Redis, after the values in Valkey.
    const valkey = payload(80, [22, 1], string('f'), string('v'), little(5000, 8));
    expect(decodeDump(valkey, { strings: 'utf8' })).toMatchObject({
      value: [{ field: 'f', value: 'v', expiresAt: 5000 }],
    });
    const redis = payload(80, [22, 1, 7], string('f'), string('v'));
    expect(decodeDump(redis, { strings: 'utf8', family: 'redis' })).toMatchObject({
      family: 'redis',
      value: [{ field: 'f', value: 'v', expiresAt: 7 }],
    });
  });

  it('refuses a newer version where it is told to', () => {
    const newer = payload(79, [0], string('v'));
    expect(decodeDump(newer)).toMatchObject({ version: 79, family: 'redis', value: text('v') });
    expect(thrownBy(() => decodeDump(newer, { strictVersion: true }))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
      offset: newer.length - 10,
    });
    expect(decodeDump(HELLO, { strictVersion: true })).toMatchObject({ version: 11 });
  });

  it('holds no more than it is told', () => {
    const large = payload(11, [0], string(noise(1000)));
    expect(decodeDump(large, { maxValueBytes: 1000 }).value).toEqual(noise(1000));
    const error = thrownBy(() => decodeDump(large, { maxValueBytes: 999 })) as RedisFileError;
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(error.message).toContain('maxValueBytes');
    const plain = new Uint8Array(100_000).fill(7);
    const block = lzfCompress(plain);
    const packed = payload(
      11,
      [0, 0xc3],
      string(block).subarray(0, string(block).length - block.length),
      [0x80],
      [0, 1, 0x86, 0xa0],
      block,
    );
    expect(decodeDump(packed).value).toEqual(plain);
    expect(thrownBy(() => decodeDump(packed, { maxValueBytes: 99_999 }))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('warns of bytes that belong to nothing', () => {
    const surplus = decodeDump(payload(11, [0], string('hello'), [1, 2, 3]));
    expect(surplus.value).toEqual(text('hello'));
    expect(surplus.warnings).toMatchObject([{ kind: 'warning', code: 'SURPLUS_BYTES', offset: 7 }]);
    expect(surplus.warnings[0].message).toMatch(/\b3\b/);
    for (const values of ['skip', 'raw', 'structure'] as const) {
      expect(decodeDump(payload(11, [0], string('hello'), [1, 2, 3]), { values }).warnings).toMatchObject([
        { code: 'SURPLUS_BYTES', offset: 7 },
      ]);
    }
    expect(decodeDump(payload(11, [1, 0])).warnings).toMatchObject([{ code: 'EMPTY_VALUE' }]);
    const twice = payload(11, [2, 2], string('m'), string('m'));
    expect(decodeDump(twice).warnings).toMatchObject([{ code: 'DUPLICATE_ITEM' }]);
  });

  it('keeps nothing of the payload, and changes nothing in it', () => {
    for (const values of ['raw', 'structure', 'data'] as const) {
      for (const good of [HELLO, HASH]) {
        const bytes = good.slice();
        const dump = decodeDump(bytes, { values });
        expect(bytes).toEqual(good);
        bytes.fill(0xee);
        expect(dump).toEqual(decodeDump(good, { values }));
      }
    }
  });

  it('reads a payload that lies inside other bytes, a Buffer, and shared memory', () => {
    const around = concat(noise(7), HASH, noise(9)).subarray(7, -9);
    expect(decodeDump(around)).toEqual(decodeDump(HASH));
    expect(decodeDump(Buffer.from(HASH))).toEqual(decodeDump(HASH));
    expect(decodeDump(Buffer.from(HASH)).type).toBe('hash');
    const shared = new Uint8Array(new SharedArrayBuffer(HASH.length));
    shared.set(HASH);
    expect(decodeDump(shared)).toEqual(decodeDump(HASH));
  });

  it.each([0, 1, 9])('refuses %i bytes', (size) => {
    const error = thrownBy(() => decodeDump(HELLO.subarray(0, size))) as RedisFileError;
    expect(RedisFileError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: 'UNEXPECTED_EOF', offset: size });
  });

  it.each(['skip', 'raw', 'structure', 'data'] as const)('refuses a payload that is cut, at the level %s', (values) => {
    for (const body of [
      concat([0], string('hello')),
      concat([0], string(noise(100))),
      concat([16], string(BLOB)),
      concat([1, 2], string('one'), string('two')),
      concat([4, 1], string('field'), string('value')),
      concat([5, 1], string('member'), new Uint8Array(8)),
      concat([18, 1, 1], string('plain')),
    ]) {
      for (let end = 0; end < body.length; end++) {
        const cut = payload(11, body.subarray(0, end));
        const error = thrownBy(() => decodeDump(cut, { values }));
        expect(error).toMatchObject({ name: 'RedisFileError', code: 'UNEXPECTED_EOF', offset: end });
      }
      expect(decodeDump(payload(11, body), { values })).toMatchObject({ checksum: 'verified' });
    }
  });

  it.each<[string, Bytes, string]>([
    ['no value at all', payload(11), 'UNEXPECTED_EOF'],
    ['an opcode', payload(11, [254, 0]), 'UNKNOWN_TYPE'],
    ['the end of a file', payload(11, [255]), 'UNKNOWN_TYPE'],
    ['a type that is none', payload(11, [99, 0]), 'UNKNOWN_TYPE'],
    ['a type of a newer version', payload(9, [28, 0]), 'UNKNOWN_TYPE'],
    ['a function', payload(11, [245], string(SOURCE)), 'UNKNOWN_TYPE'],
    ['metadata of a key before it was known', payload(11, [243, 0]), 'UNKNOWN_TYPE'],
    ['a length that is none', payload(11, [0, 0x82]), 'BAD_LENGTH'],
    ['a string that is none', payload(11, [0, 0xc4]), 'BAD_STRING'],
    ['a damaged listpack', payload(11, [16], string(BLOB.subarray(1))), 'BAD_LISTPACK'],
    ['an odd number of entries', payload(11, [16], string(encodeListpack([1n]))), 'BAD_VALUE'],
    ['a damaged LZF block', payload(11, [0, 0xc3, 1, 1, 0x20]), 'LZF_CORRUPT'],
  ])('refuses %s', (_name, bytes, code) => {
    const error = thrownBy(() => decodeDump(bytes)) as RedisFileError;
    expect(error).toMatchObject({ name: 'RedisFileError', code });
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(bytes.length - 10);
  });

  it('gives its error class or a value for any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.constantFrom(6, 9, 11, 12, 14, 15, 16, 80, 81, 65_535),
        fc.constantFrom('skip', 'raw', 'structure', 'data'),
        (body, version, values) => {
          try {
            decodeDump(payload(version, body), { values });
          } catch (error) {
            expect(error).toMatchObject({ name: 'RedisFileError' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([['a string'], [null], [undefined], [new ArrayBuffer(20)], [[0, 1, 2]], [new DataView(new ArrayBuffer(20))]])(
    'refuses %o instead of a payload',
    (bytes) => {
      expect(thrownBy(() => decodeDump(bytes as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(thrownBy(() => decodeFunctions(bytes as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    },
  );

  it.each<[string, unknown]>([
    ['values', { values: 'all' }],
    ['strings', { strings: 'utf-8' }],
    ['checksum', { checksum: true }],
    ['family', { family: 'keydb' }],
    ['strictVersion', { strictVersion: 1 }],
    ['maxValueBytes', { maxValueBytes: 0 }],
  ])('refuses wrong options: %s in %o', (name, options) => {
    // The options are wrong whatever the payload is.
    const none = new Uint8Array(0);
    for (const decode of [
      () => decodeDump(none, options as DumpOptions),
      () => decodeFunctions(none, options as DumpOptions),
    ]) {
      const error = thrownBy(decode) as Error;
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(error.message).toContain(name);
    }
  });
});

describe('decodeFunctions', () => {
  const library = concat([245], string(SOURCE));
  const preGa = concat([246], string('old'), string('LUA'), [1], string('what it does'), string('code'));

  it('reads libraries, in order', () => {
    const other = '#!js name="a_b"\ncode';
    const two = decodeFunctions(payload(10, library, [245], string(other)), { strings: 'utf8' });
    expect(two).toEqual([
      { name: 'mylib', engine: 'lua', code: SOURCE },
      { name: 'a_b', engine: 'js', code: other },
    ]);
    const wrong = '#!js name="a b"\ncode';
    expect(decodeFunctions(payload(10, [245], string(wrong)), { strings: 'utf8' })).toEqual([
      { name: undefined, engine: undefined, code: wrong },
    ]);
    expect(decodeFunctions(payload(10, library))).toEqual([{ name: 'mylib', engine: 'lua', code: text(SOURCE) }]);
    expect(decodeFunctions(payload(10, preGa), { strings: 'utf8' })).toEqual([
      { name: 'old', engine: 'LUA', description: 'what it does', code: 'code' },
    ]);
  });

  it('reads no library', () => {
    expect(decodeFunctions(payload(10))).toEqual([]);
    expect(decodeFunctions(unsigned(payload(10)))).toEqual([]);
  });

  // Known: a value above maxValueBytes that is source code is held all the same.
  it('takes options as decodeDump', () => {
    const bytes = payload(10, library);
    const wrong = bytes.slice();
    wrong[5] ^= 1;
    expect(thrownBy(() => decodeFunctions(wrong))).toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(decodeFunctions(wrong, { checksum: 'ignore' }).length).toBe(1);
    expect(thrownBy(() => decodeFunctions(bytes, { maxValueBytes: 10 }))).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(thrownBy(() => decodeFunctions(payload(70, library), { strictVersion: true }))).toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    });
    expect(decodeFunctions(bytes, { strings: 'latin1' })[0].code).toBe(SOURCE);
  });

  it('refuses every cut', () => {
    const body = concat(library, preGa);
    for (let end = 1; end < body.length; end++) {
      const cut = payload(10, body.subarray(0, end));
      if (end === library.length) expect(decodeFunctions(cut).length).toBe(1);
      else {
        expect(thrownBy(() => decodeFunctions(cut))).toMatchObject({
          name: 'RedisFileError',
          code: 'UNEXPECTED_EOF',
          offset: end,
        });
      }
    }
    expect(thrownBy(() => decodeFunctions(new Uint8Array(9)))).toMatchObject({ code: 'UNEXPECTED_EOF', offset: 9 });
  });

  it.each<[string, Bytes]>([
    ['a value', HELLO],
    ['a key', payload(10, [0], string('k'), string('v'))],
    ['another record', payload(10, [250], string('redis-ver'), string('7.0.0'))],
    ['a library and a key', payload(10, library, [0], string('k'), string('v'))],
    ['the end of a file', payload(10, library, [255])],
    ['the end of a file with its checksum', payload(10, library, [255], new Uint8Array(8))],
    ['an expiry without a key', payload(10, library, [252], new Uint8Array(8))],
    ['a byte that is no record', payload(10, [99])],
  ])('refuses %s', (_name, bytes) => {
    expect(thrownBy(() => decodeFunctions(bytes))).toMatchObject({ name: 'RedisFileError' });
  });

  it('keeps nothing of the payload', () => {
    const bytes = payload(10, library);
    const libraries = decodeFunctions(bytes);
    bytes.fill(0xee);
    expect(libraries[0].code).toEqual(text(SOURCE));
  });
});
