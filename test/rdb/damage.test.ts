/** Files that are damaged, by chance or on purpose. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, type RdbOptions, RdbParser, RedisFileError } from '../../src/index.ts';
import { largestAllocation } from '../helpers/allocation.ts';
import {
  bytesOf,
  concat,
  f64le,
  file,
  hex,
  i64le,
  intset,
  key,
  len,
  listpack,
  lzfStr,
  rawId,
  str,
  streamNode,
  streamValue,
  type Text,
  u16le,
  u32le,
  withChecksum,
  ziplist,
} from '../helpers/encoders.ts';
import { readCorpus } from '../helpers/fixtures.ts';
import {
  type AnyRecord,
  LEVELS,
  type Reading,
  readAll,
  sameTexts,
  smallFixtures,
  snapshot,
} from '../helpers/readings.ts';

// Errors are made by the hundred thousand; vitest asks for the stack of each a hundred calls deep.
Error.stackTraceLimit = 10;

/** Every code of the union; the compiler sees to it that none is missing. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  AOF_BAD_FORMAT: true,
  MANIFEST_INVALID: true,
  UNEXPECTED_EOF: true,
  BAD_MAGIC: true,
  UNSUPPORTED_VERSION: true,
  UNKNOWN_OPCODE: true,
  UNKNOWN_TYPE: true,
  BAD_LENGTH: true,
  BAD_STRING: true,
  BAD_LISTPACK: true,
  BAD_ZIPLIST: true,
  BAD_ZIPMAP: true,
  BAD_INTSET: true,
  BAD_STREAM: true,
  BAD_MODULE: true,
  BAD_VALUE: true,
  LZF_CORRUPT: true,
  CHECKSUM_MISMATCH: true,
  COMPRESSION_CORRUPT: true,
  LIMIT_EXCEEDED: true,
  LOSSY: true,
  CANNOT_REPLAY: true,
  TRAILING_DATA: true,
  INVALID_ARGUMENT: true,
  IO: true,
};

/** What no file can cause. */
const NEVER: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'IO', 'TRAILING_DATA', 'LOSSY', 'CANNOT_REPLAY'];

/** Every way to read damaged bytes. */
const WAYS: readonly RdbOptions[] = LEVELS.flatMap((values) =>
  (['throw', 'skip', 'stop'] as const).flatMap((onError): RdbOptions[] => [
    { values, onError, checksum: 'ignore' },
    { values, onError, checksum: 'verify' },
    { values, onError, checksum: 'ignore', large: 'pieces', maxValueBytes: 32 },
  ]),
);

/** A reading without its records as text, which would take longer than to read them. */
type Ending = Pick<Reading, 'records' | 'error'>;

/** What is wrong with the end of a reading of `length` bytes. */
function badEnd(reading: Ending, length: number, options: RdbOptions): string | undefined {
  const { records, error } = reading;
  if (records.length > 4 * length + 100) return `${records.length} records out of ${length} bytes`;
  const eofs = records.filter(({ kind }) => kind === 'eof').length;
  const warned = records.filter((record) => record.kind === 'warning' && record.code === 'DAMAGED');
  for (const record of warned) {
    if (record.kind !== 'warning') continue;
    const bad = badError(record.error, length);
    if (bad !== undefined) return `warning: ${bad}`;
    // A warning is about the key that its error is about.
    if (snapshot(record.key) !== snapshot(record.error?.context.key)) {
      return `a warning about ${snapshot(record.key)} with an error about ${snapshot(record.error?.context.key)}`;
    }
    if (record.offset !== record.error?.offset)
      return `a warning at ${record.offset}, its error at ${record.error?.offset}`;
  }
  if (error === undefined) {
    if (options.onError !== 'stop')
      return eofs === 1 && (options.onError === 'skip' || warned.length === 0) ? undefined : `${eofs} ends`;
    if (eofs === 1) return warned.length === 0 ? undefined : 'stopped and went on';
    return records.at(-1) === warned[0] && warned.length === 1 && eofs === 0 ? undefined : 'no end and no warning';
  }
  if (options.onError === 'stop') return `threw ${error}`;
  // Behind the end nothing can go wrong any more.
  return eofs === 0 ? badError(error, length) : `an error behind the end: ${error}`;
}

function badError(error: unknown, length: number): string | undefined {
  if (!(error instanceof RedisFileError)) return `foreign ${error} ${(error as Error)?.stack}`;
  const { code, offset, context } = error;
  if (!(code in CODES) || NEVER.includes(code)) return `code ${code}`;
  if (typeof offset !== 'number' || !Number.isInteger(offset) || offset < 0 || offset > length) {
    return `${code} at ${offset} of ${length}`;
  }
  if (typeof context.phase !== 'string' || context.phase === '') return `${code} without a phase`;
  return undefined;
}

/** Reads damaged bytes in some way and says what is wrong with how that ends. */
function readDamaged(bytes: Uint8Array, options: RdbOptions): { reading: Ending; wrong: string | undefined } {
  const reading: Ending = { records: [], error: undefined };
  const parser = new RdbParser(options);
  try {
    for (const record of parser.push(bytes)) reading.records.push(record as AnyRecord);
    for (const record of parser.end()) reading.records.push(record as AnyRecord);
  } catch (error) {
    reading.error = error;
    if (RedisFileError.is(error) && error.code === 'UNEXPECTED_EOF') {
      for (const record of parser.flush()) reading.records.push(record as AnyRecord);
    }
  }
  return { reading, wrong: badEnd(reading, bytes.length, options) };
}

describe('every bit of the small files flipped', () => {
  it.each(smallFixtures())('$name', ({ bytes }) => {
    const whole = readAll([bytes]);
    const info = whole.records[0];
    const eof = whole.records.at(-1);
    const covered = info?.kind === 'header' && info.version >= 5 && eof?.kind === 'eof' && eof.checksum === 'verified';
    const strict = { values: 'data', checksum: 'verify' } as const;
    const loose = { values: 'data', checksum: 'ignore', onError: 'skip' } as const;
    const flipped = bytes.slice();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const said = `bit ${bit & 7} of byte ${bit >> 3}`;
      const verified = readDamaged(flipped, strict);
      const way = WAYS[bit % WAYS.length]!;
      for (const bad of [verified.wrong, readDamaged(flipped, loose).wrong, readDamaged(flipped, way).wrong]) {
        // A matcher a bit costs as much as the readings.
        if (bad !== undefined) expect.fail(`${said}, ${JSON.stringify(way)}: ${bad}`);
      }
      if (covered && verified.reading.error === undefined) {
        // Not under the checksum: what stands behind the end, and the version of files that have none (which then leave it over).
        const shown = verified.reading.records.at(-1);
        const noticed = shown?.kind === 'warning' && shown.code === 'TRAILING_DATA';
        if (!noticed) expect(sameTexts(verified.reading.records.map(snapshot), whole.shown), said).toBe(true);
      }
      flipped[bit >> 3]! ^= 1 << (bit & 7);
    }
  });
});

describe('larger files, damaged at random', () => {
  const dumps = ['redis-1.3.12', 'redis-2.4.18', 'redis-6.2.16', 'redis-7.0.15', 'redis-8.8', 'valkey-9.0.4'];
  const sources = dumps.map((name) => ({ name, bytes: readCorpus(name) }));
  const anyWay = fc.constantFrom(...WAYS);
  const anySource = fc.constantFrom(...sources);
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  function checkDamaged(bytes: Uint8Array, options: RdbOptions): void {
    const { result, largest } = largestAllocation(() => readDamaged(bytes, options));
    expect(result.wrong).toBeUndefined();
    // An LZF block grows 88 times at most; buffers double.
    expect(largest).toBeLessThan(200 * bytes.length + (1 << 20));
  }

  it('bits flipped', () => {
    const flips = fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anySource, flips, anyWay, (source, list, options) => {
        const bytes = source.bytes.slice();
        for (const [at, bit] of list) bytes[Math.floor(at * bytes.length)]! ^= 1 << bit;
        checkDamaged(bytes, options);
      }),
      { numRuns: 250, seed: 1 },
    );
  });

  it('bytes lost, doubled, replaced and put in', () => {
    const splice = fc.tuple(place, fc.nat(300), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(anySource, splice, anyWay, (source, [at, count, more], options) => {
        const from = Math.floor(at * source.bytes.length);
        checkDamaged(concat(source.bytes.subarray(0, from), more, source.bytes.subarray(from + count)), options);
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  it('blocks of zeros, and blocks that moved', () => {
    fc.assert(
      fc.property(
        anySource,
        place,
        place,
        fc.integer({ min: 1, max: 20_000 }),
        fc.boolean(),
        anyWay,
        (source, a, b, size, zero, options) => {
          const bytes = source.bytes.slice();
          const to = Math.floor(a * bytes.length);
          const from = Math.floor(b * bytes.length);
          if (zero) bytes.fill(0, to, to + size);
          else bytes.copyWithin(to, from, from + size);
          checkDamaged(bytes, options);
        },
      ),
      { numRuns: 150, seed: 3 },
    );
  });

  it('random bytes behind a header', () => {
    const version = fc.constantFrom(
      'REDIS0000',
      'REDIS0003',
      'REDIS0006',
      'REDIS0009',
      'REDIS0011',
      'REDIS0012',
      'REDIS0014',
      'REDIS0016',
      'VALKEY080',
      'VALKEY081',
    );
    const family = fc.constantFrom(undefined, 'redis', 'valkey', 'dragonfly');
    // Small bytes are what files are made of: types, lengths.
    const byte = fc.oneof(
      fc.nat(255),
      fc.nat(40),
      fc.constantFrom(0xc3, 0xfa, 0xfe, 0xff, 0x80, 0x81, 0xf3, 0xf7, 0xf2),
    );
    fc.assert(
      fc.property(version, family, fc.array(byte, { maxLength: 200 }), anyWay, (magic, whose, bytes, options) => {
        checkDamaged(concat(magic, Uint8Array.from(bytes)), { ...options, family: whose } as RdbOptions);
      }),
      { numRuns: 20_000, seed: 4 },
    );
  });

  it('random bytes as a value of every type', () => {
    const byte = fc.oneof(fc.nat(255), fc.nat(8), fc.constantFrom(0xc3, 0xff, 0x80, 0x81));
    const head = fc.constantFrom('REDIS0009', 'REDIS0012', 'REDIS0014', 'REDIS0015', 'VALKEY081');
    fc.assert(
      fc.property(
        head,
        fc.nat(34),
        fc.array(byte, { maxLength: 80 }),
        fc.boolean(),
        anyWay,
        (magic, type, bytes, packed, options) => {
          const value = packed ? str(Uint8Array.from(bytes)) : Uint8Array.from(bytes);
          checkDamaged(concat(magic, key(type, 'k', value), hex('FF'), new Uint8Array(8)), options);
        },
      ),
      { numRuns: 20_000, seed: 5 },
    );
  });

  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), anyWay, (bytes, options) => checkDamaged(bytes, options)),
      { numRuns: 3000, seed: 6 },
    );
  });

  it('packed blobs with a byte changed', () => {
    const blobs = [
      [10, 16, listpack(['f', 'value', 5, 300, 'g', -70000])],
      [10, 17, listpack(['a', 1, 'b', '2.5', 'c', 'inf'])],
      [12, 25, listpack(['f', 'v', 4102444800000, 'g', 7, 0])],
      [9, 13, ziplist(['f', 'value', 5, 300, 'g', -70000])],
      [9, 11, intset(4, [1, 70_000, 90_000])],
      [9, 15, streamNode(['f'], [{ ms: 0, seq: 0, fields: [['f', 'v']], same: true }])],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...blobs),
        place,
        fc.nat(255),
        fc.boolean(),
        anyWay,
        ([version, type, blob], at, byte, lzf, options) => {
          const changed = blob.slice();
          changed[Math.floor(at * changed.length)] = byte;
          const stored = lzf ? lzfStr(changed) : str(changed);
          const value =
            type === 25
              ? concat(i64le(0), stored)
              : type === 15
                ? concat(streamValue([[1, 1, stored]], 1), len(0))
                : stored;
          checkDamaged(file(version, key(type, 'k', value), key(0, 'z', str('end'))), options);
        },
      ),
      { numRuns: 8000, seed: 7 },
    );
  });
});

/** A key before the damaged one, and one behind it. */
const around = (version: number, ...records: Uint8Array[]): Uint8Array =>
  file(version, hex('FE05'), key(0, 'before', str('1')), ...records, key(0, 'after', str('2')));
/** Where the records begin that `around` is given. */
const FIRST = 9 + 2 + 10;

/** One value of a key `bad`; `at` counts from the first byte of the value. */
interface BadValue {
  name: string;
  version?: number;
  type: number;
  value: Uint8Array;
  code: ErrorCode;
  at: number;
  /** The end of the value is not known, so that nothing behind it can be read. */
  lost?: true;
}

const lzfBad = (stored: Text, length: number): Uint8Array =>
  concat(hex('C3'), len(stored.length), len(length), bytesOf(stored));
const lied = (blob: Uint8Array, total: number): Uint8Array => concat(u32le(total), blob.subarray(4));
const pair = listpack(['f', 'v']);
const node = streamNode(['f'], [{ ms: 0, seq: 0, fields: [['f', 'v']], same: true }]);
const stream = (...nodes: Uint8Array[]): Uint8Array =>
  concat(len(nodes.length), ...nodes, len(nodes.length), len(9), len(9), len(0));
const nodeOf = (blob: Uint8Array): Uint8Array => concat(hex('10'), rawId(1, 1), str(blob));

const badValues: BadValue[] = [
  { name: 'a length of 2^63', type: 0, value: hex('81 8000000000000000'), code: 'BAD_LENGTH', at: 0, lost: true },
  { name: 'a length of 2^53', type: 0, value: hex('81 0020000000000000'), code: 'BAD_LENGTH', at: 0, lost: true },
  { name: 'a byte that begins no length', type: 1, value: hex('82'), code: 'BAD_LENGTH', at: 0, lost: true },
  {
    name: 'a string encoding in the place of a length',
    type: 1,
    value: hex('C0 01'),
    code: 'BAD_LENGTH',
    at: 0,
    lost: true,
  },
  { name: 'a byte that begins no string', type: 0, value: hex('C4'), code: 'BAD_STRING', at: 0, lost: true },
  { name: 'a count of 2^64 - 1', type: 4, value: hex('81 FFFFFFFFFFFFFFFF'), code: 'BAD_LENGTH', at: 0, lost: true },
  {
    name: 'an LZF block that claims a thousandfold',
    type: 0,
    value: lzfBad(hex('0061E0FF00'), 5000),
    code: 'LZF_CORRUPT',
    at: 0,
  },
  {
    name: 'an LZF block that claims 60 MB',
    type: 0,
    value: lzfBad(hex('0061E0FF00'), 60_000_000),
    code: 'LZF_CORRUPT',
    at: 0,
  },
  { name: 'an LZF block that is too short', type: 0, value: lzfBad(hex('0061E00100'), 12), code: 'LZF_CORRUPT', at: 8 },
  { name: 'an LZF block that is too long', type: 0, value: lzfBad(hex('0061E00100'), 10), code: 'LZF_CORRUPT', at: 7 },
  {
    name: 'an LZF reference before the start',
    type: 0,
    value: lzfBad(hex('0061E00105'), 11),
    code: 'LZF_CORRUPT',
    at: 7,
  },
  { name: 'an LZF run that leaves the block', type: 0, value: lzfBad(hex('0561'), 6), code: 'LZF_CORRUPT', at: 3 },
  { name: 'an LZF reference that is cut', type: 0, value: lzfBad(hex('0061E001'), 11), code: 'LZF_CORRUPT', at: 6 },
  {
    name: 'an LZF member of a set',
    type: 2,
    value: concat(len(2), str('a'), lzfBad(hex('0561'), 6)),
    code: 'LZF_CORRUPT',
    at: 6,
  },
  {
    name: 'a listpack whose total lies',
    type: 16,
    version: 10,
    value: str(lied(pair, 14)),
    code: 'BAD_LISTPACK',
    at: 1,
  },
  {
    name: 'a listpack without its end',
    type: 16,
    version: 10,
    value: str(lied(pair.subarray(0, -1), pair.length - 1)),
    code: 'BAD_LISTPACK',
    at: pair.length,
  },
  {
    name: 'a listpack that goes on behind its end',
    type: 16,
    version: 10,
    value: str(lied(concat(pair, 'x'), pair.length + 1)),
    code: 'BAD_LISTPACK',
    at: pair.length + 1,
  },
  {
    name: 'a listpack with an unknown encoding',
    type: 16,
    version: 10,
    value: str(concat(pair.subarray(0, 6), hex('F5'), pair.subarray(7))),
    code: 'BAD_LISTPACK',
    at: 7,
  },
  {
    name: 'a listpack entry that leaves it',
    type: 16,
    version: 10,
    value: str(concat(pair.subarray(0, 6), hex('BF'), pair.subarray(7))),
    code: 'BAD_LISTPACK',
    at: 7,
  },
  {
    name: 'a listpack shorter than its header',
    type: 16,
    version: 10,
    value: str('abcde'),
    code: 'BAD_LISTPACK',
    at: 1,
  },
  { name: 'a listpack that is a number', type: 16, version: 10, value: hex('C005'), code: 'BAD_LISTPACK', at: 0 },
  {
    name: 'a compressed listpack whose total lies',
    type: 16,
    version: 10,
    value: lzfStr(lied(pair, 14)),
    code: 'BAD_LISTPACK',
    at: 3,
  },
  {
    name: 'a listpack of an odd number of entries as a hash',
    type: 16,
    version: 10,
    value: str(listpack(['f', 'v', 'g'])),
    code: 'BAD_VALUE',
    at: 17,
  },
  {
    name: 'a listpack of an odd number of entries as a zset',
    type: 17,
    version: 10,
    value: str(listpack(['m', 1, 'n'])),
    code: 'BAD_VALUE',
    at: 16,
  },
  {
    name: 'a listpack of pairs where there must be triples',
    type: 25,
    version: 12,
    value: concat(i64le(0), str(pair)),
    code: 'BAD_VALUE',
    at: 22,
  },
  {
    name: 'the time of a field that is text',
    type: 25,
    version: 12,
    value: concat(i64le(0), str(listpack(['f', 'v', 'x']))),
    code: 'BAD_VALUE',
    at: 9,
  },
  {
    name: 'the time of a field beyond 2^48',
    type: 25,
    version: 12,
    value: concat(i64le(0), str(listpack(['f', 'v', 2 ** 50]))),
    code: 'BAD_VALUE',
    at: 9,
  },
  {
    name: 'a relative time beyond 2^48',
    type: 24,
    version: 12,
    value: concat(i64le(2 ** 47), len(1), len(2 ** 48), str('f'), str('v')),
    code: 'BAD_VALUE',
    at: 9,
  },
  {
    name: 'a score in a listpack that is text',
    type: 17,
    version: 10,
    value: str(listpack(['m', 'high'])),
    code: 'BAD_STRING',
    at: 1,
  },
  {
    name: 'a score that is no number',
    type: 3,
    value: concat(len(1), str('m'), hex('03'), 'abc'),
    code: 'BAD_STRING',
    at: 3,
  },
  {
    name: 'a score of white space',
    type: 3,
    value: concat(len(1), str('m'), hex('01'), ' '),
    code: 'BAD_STRING',
    at: 3,
  },
  { name: 'a score in hex', type: 3, value: concat(len(1), str('m'), hex('03'), '0x1'), code: 'BAD_STRING', at: 3 },
  { name: 'a score without digits', type: 3, value: concat(len(1), str('m'), hex('00')), code: 'BAD_STRING', at: 3 },
  {
    name: 'a ziplist whose total lies',
    type: 13,
    value: str(lied(ziplist(['f', 'v']), 18)),
    code: 'BAD_ZIPLIST',
    at: 1,
  },
  {
    name: 'a ziplist with an unknown encoding',
    type: 10,
    value: str(concat(ziplist(['a']).subarray(0, 11), hex('C1'), ziplist(['a']).subarray(12))),
    code: 'BAD_ZIPLIST',
    at: 12,
  },
  {
    name: 'a ziplist without its end',
    type: 10,
    value: str(lied(ziplist(['a']).subarray(0, -1), 13)),
    code: 'BAD_ZIPLIST',
    at: 14,
  },
  {
    name: 'a ziplist of an odd number of entries as a hash',
    type: 13,
    value: str(ziplist(['f', 'v', 'g'])),
    code: 'BAD_VALUE',
    at: 21,
  },
  {
    name: 'a zipmap without its end',
    type: 9,
    version: 2,
    value: str(hex('01 01 66 01 00 76')),
    code: 'BAD_ZIPMAP',
    at: 7,
  },
  {
    name: 'a zipmap that ends behind a field',
    type: 9,
    version: 2,
    value: str(hex('01 01 66 FF')),
    code: 'BAD_ZIPMAP',
    at: 4,
  },
  { name: 'an empty zipmap blob', type: 9, version: 2, value: str(''), code: 'BAD_ZIPMAP', at: 1 },
  {
    name: 'an intset of three bytes each',
    type: 11,
    value: str(concat(u32le(3), u32le(1), 'abc')),
    code: 'BAD_INTSET',
    at: 1,
  },
  {
    name: 'an intset whose count lies',
    type: 11,
    value: str(concat(u32le(2), u32le(2 ** 31), 'ab')),
    code: 'BAD_INTSET',
    at: 1,
  },
  {
    name: 'a quicklist node in an unknown container',
    type: 18,
    version: 10,
    value: concat(len(1), len(3), str('x')),
    code: 'BAD_LENGTH',
    at: 1,
    lost: true,
  },
  {
    name: 'a quicklist node that is damaged',
    type: 18,
    version: 10,
    value: concat(len(2), len(2), str(listpack(['a'])), len(2), str('nonsense')),
    code: 'BAD_LISTPACK',
    at: 15,
  },
  {
    name: 'a stream node whose id is short',
    type: 15,
    value: stream(concat(str('id'), str(node))),
    code: 'BAD_STREAM',
    at: 1,
  },
  {
    name: 'a stream node that ends inside an entry',
    type: 15,
    value: stream(nodeOf(listpack([1, 0, 1, 'f', 0, 2, 0]))),
    code: 'BAD_STREAM',
    at: 41,
  },
  {
    name: 'a stream node with text for a number',
    type: 15,
    value: stream(nodeOf(listpack(['many', 0, 1, 'f', 0]))),
    code: 'BAD_STREAM',
    at: 19,
  },
  {
    name: 'a stream node that is no listpack',
    type: 15,
    value: stream(nodeOf(bytesOf('nonsense'))),
    code: 'BAD_LISTPACK',
    at: 19,
  },
  {
    name: 'an array without elements',
    type: 28,
    version: 14,
    value: concat(len(0), len(0)),
    code: 'BAD_LENGTH',
    at: 0,
  },
  {
    name: 'an array element with an unknown tag',
    type: 28,
    version: 14,
    value: concat(len(1), len(0), len(0), len(4)),
    code: 'BAD_LENGTH',
    at: 2,
    lost: true,
  },
  {
    name: 'an inline array element of eight bytes',
    type: 28,
    version: 14,
    value: concat(len(1), len(0), len(0), len(3), str('too long')),
    code: 'BAD_VALUE',
    at: 4,
  },
  {
    name: 'a module value with an unknown opcode',
    type: 7,
    value: hex('81B5EB2DFFFADD6C01 06'),
    code: 'BAD_MODULE',
    at: 9,
    lost: true,
  },
  {
    name: 'a field time below -1',
    type: 22,
    version: 80,
    value: concat(len(1), str('f'), str('v'), i64le(-2)),
    code: 'BAD_VALUE',
    at: 5,
  },
  {
    name: 'a hash of an unknown template',
    type: 32,
    version: 15,
    value: len(77),
    code: 'UNKNOWN_TYPE',
    at: 0,
    lost: true,
  },
  {
    name: 'a packed hash of an unknown template',
    type: 30,
    version: 15,
    value: str(listpack([77, 'v'])),
    code: 'BAD_VALUE',
    at: 1,
  },
  {
    name: 'a rate limiter beyond 2^63',
    type: 33,
    version: 15,
    value: hex('81 FFFFFFFFFFFFFFFF'),
    code: 'BAD_VALUE',
    at: 0,
  },
];

describe('one damaged value', () => {
  const place = (bad: BadValue): number => FIRST + 1 + 4 + bad.at;
  const fileOf = ({ version = 9, type, value }: BadValue): Uint8Array => around(version, key(type, 'bad', value));

  it.each(badValues)('is an error at its place: $name', (bad) => {
    const bytes = fileOf(bad);
    const { result, largest } = largestAllocation(() => readAll([bytes]));
    const error = result.error as RedisFileError;
    expect(error).toBeInstanceOf(RedisFileError);
    expect({ code: error.code, offset: error.offset }).toEqual({ code: bad.code, offset: place(bad) });
    expect(error.context).toMatchObject({ db: 5, key: bytesOf('bad'), records: 3 });
    expect(error.context.phase).toContain('the value of a ');
    expect(error.context.type).toBeTypeOf('string');
    expect(
      result.records.map((record) => (record.kind === 'key' ? Buffer.from(record.key).toString() : record.kind)),
    ).toEqual(['header', 'selectDb', 'before']);
    expect(largest).toBeLessThan(1 << 20);
  });

  it.each(badValues)('ends the records with a warning under onError: stop: $name', (bad) => {
    const { records, error } = readAll([fileOf(bad)], { onError: 'stop' });
    expect(error).toBeUndefined();
    expect(records.map(({ kind }) => kind)).toEqual(['header', 'selectDb', 'key', 'warning']);
    expect(records.at(-1)).toMatchObject({
      code: 'DAMAGED',
      offset: place(bad),
      db: 5,
      key: bytesOf('bad'),
      error: { code: bad.code, offset: place(bad) },
    });
  });

  it.each(badValues)('is passed over where its end is known, under onError: skip: $name', (bad) => {
    const bytes = fileOf(bad);
    const { records, error } = readAll([bytes], { onError: 'skip' });
    const warning = {
      kind: 'warning',
      code: 'DAMAGED',
      offset: place(bad),
      db: 5,
      key: bytesOf('bad'),
      error: { code: bad.code, offset: place(bad) },
    };
    if (bad.lost) {
      expect(error).toMatchObject({ code: bad.code });
      return;
    }
    expect(error).toBeUndefined();
    expect(records.map(({ kind }) => kind)).toEqual(['header', 'selectDb', 'key', 'warning', 'key', 'eof']);
    expect(records[3]).toMatchObject(warning);
    expect(records[4]).toMatchObject({ kind: 'key', db: 5, key: bytesOf('after'), value: bytesOf('2') });
  });

  it.each(badValues.filter(({ lost }) => !lost))('does not matter to who does not look at it: $name', (bad) => {
    const bytes = fileOf(bad);
    for (const values of ['skip', 'raw'] as const) {
      const { records, error } = readAll([bytes], { values });
      expect(error, values).toBeUndefined();
      expect(records.map(({ kind }) => kind)).toEqual(['header', 'selectDb', 'key', 'key', 'key', 'eof']);
    }
  });

  it.each(badValues.filter(({ lost }) => !lost))('is passed over in pieces and byte by byte, too: $name', (bad) => {
    const bytes = fileOf(bad);
    const chunks = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    for (const maxValueBytes of [6, 8, 16, 1000]) {
      for (const input of [[bytes], chunks]) {
        const { records, error } = readAll(input, { onError: 'skip', large: 'pieces', maxValueBytes });
        expect(error).toBeUndefined();
        expect(records.slice(-2)).toMatchObject([
          { kind: 'key', key: bytesOf('after'), value: bytesOf('2') },
          { kind: 'eof' },
        ]);
        expect(records.filter((record) => record.kind === 'warning' && record.code === 'DAMAGED').length).toBe(1);
      }
    }
  });
});

describe('a value above the limit, under onError: skip', () => {
  it.each(LEVELS)('is passed over at the level %s, and nothing else', (values) => {
    const bytes = around(
      9,
      key(0, 'large', str('x'.repeat(100))),
      key(1, 'list', concat(len(3), str('a'), str('b'.repeat(60)), str('c'))),
    );
    const { records, error } = readAll([bytes], { values, onError: 'skip', maxValueBytes: 50 });
    expect(error).toBeUndefined();
    const kinds = records.map((record) => (record.kind === 'key' ? Buffer.from(record.key).toString() : record.kind));
    const bad = values === 'skip' ? ['large', 'list'] : ['warning', 'warning'];
    expect(kinds).toEqual(['header', 'selectDb', 'before', ...bad, 'after', 'eof']);
  });
});

describe('oddities that do no harm', () => {
  const warningsOf = (bytes: Uint8Array): unknown[] => {
    const { records, error } = readAll([bytes]);
    expect(error).toBeUndefined();
    return records.flatMap((record) =>
      record.kind === 'warning' ? [[record.code, record.db, Buffer.from(record.key ?? []).toString()]] : [],
    );
  };
  it.each([
    ['NAN_SCORE', 'a score of NaN', key(5, 'k', concat(len(1), str('m'), f64le(Number.NaN)))],
    ['NAN_SCORE', 'a score of NaN as text', key(3, 'k', concat(len(1), str('m'), hex('FD')))],
    ['NAN_SCORE', 'a packed score of NaN', key(17, 'k', str(listpack(['m', 'nan'])))],
    ['DUPLICATE_ITEM', 'a field twice', key(4, 'k', concat(len(2), str('f'), str('1'), str('f'), str('2')))],
    ['DUPLICATE_ITEM', 'a packed field twice, once as a number', key(16, 'k', str(listpack(['5', '1', 5, '2'])))],
    ['DUPLICATE_ITEM', 'a member twice', key(2, 'k', concat(len(2), str('m'), str('m')))],
    ['DUPLICATE_ITEM', 'a scored member twice', key(5, 'k', concat(len(2), str('m'), f64le(1), str('m'), f64le(2)))],
    ['EMPTY_VALUE', 'a list without elements', key(1, 'k', len(0))],
    ['EMPTY_VALUE', 'an empty listpack', key(16, 'k', str(listpack([])))],
    ['EMPTY_VALUE', 'a quicklist without nodes', key(18, 'k', len(0))],
    ['EMPTY_VALUE', 'a quicklist of an empty node', key(18, 'k', concat(len(1), len(2), str(listpack([]))))],
    ['COUNT_MISMATCH', 'a listpack whose count lies', key(16, 'k', str(listpack(['f', 'v'], { count: 7 })))],
    ['DISORDER', 'an intset that descends', key(11, 'k', str(intset(2, [2, 1])))],
    ['DISORDER', 'an intset with a number twice', key(11, 'k', str(intset(2, [1, 1])))],
    ['STREAM_INCONSISTENT', 'a stream whose length lies', key(15, 'k', concat(streamValue([], 5), len(0)))],
  ] as const)('give the warning %s: %s', (code, _name, record) => {
    const found = warningsOf(around(10, record));
    expect(found).toContainEqual([code, 5, 'k']);
  });

  it('are no warning where a listpack does not know its count', () => {
    expect(warningsOf(around(10, key(16, 'k', str(listpack(['f', 'v'], { count: 0xffff })))))).toEqual([]);
  });
});

describe('records that are damaged', () => {
  const cases: { name: string; bytes: Uint8Array; code: ErrorCode; offset: number; phase: RegExp; before?: number }[] =
    [
      { name: 'an unknown opcode', bytes: around(9, hex('F2')), code: 'UNKNOWN_OPCODE', offset: FIRST, phase: /./ },
      { name: 'an unknown type', bytes: around(9, hex('08')), code: 'UNKNOWN_TYPE', offset: FIRST, phase: /./ },
      {
        name: 'a type of a later version',
        bytes: around(11, hex('18')),
        code: 'UNKNOWN_TYPE',
        offset: FIRST,
        phase: /./,
      },
      {
        name: 'the name of a key that is damaged',
        bytes: around(9, hex('00 C4')),
        code: 'BAD_STRING',
        offset: FIRST,
        phase: /./,
      },
      {
        name: 'a database beyond all',
        bytes: around(9, hex('FE 81 FFFFFFFFFFFFFFFF')),
        code: 'BAD_LENGTH',
        offset: FIRST,
        phase: /SELECTDB/,
      },
      {
        name: 'sizes beyond all',
        bytes: around(9, hex('FB 81 FFFFFFFFFFFFFFFF 00')),
        code: 'BAD_LENGTH',
        offset: FIRST,
        phase: /RESIZEDB/,
      },
      {
        name: 'an AUX value that is damaged',
        bytes: around(9, concat(hex('FA'), str('a'), lzfBad(hex('0561'), 6))),
        code: 'LZF_CORRUPT',
        offset: FIRST + 6,
        phase: /AUX/,
      },
      {
        name: 'a function that is damaged',
        bytes: around(10, concat(hex('F5'), lzfBad(hex('0561'), 6))),
        code: 'LZF_CORRUPT',
        offset: FIRST + 4,
        phase: /FUNCTION/,
      },
      {
        name: 'aux data of a module with an unknown opcode',
        bytes: around(9, hex('F7 05 02 01 09')),
        code: 'BAD_MODULE',
        offset: FIRST + 4,
        phase: /module/,
      },
      {
        name: 'key metadata of no class',
        bytes: around(13, hex('F3 00')),
        code: 'BAD_LENGTH',
        offset: FIRST + 1,
        phase: /metadata/,
      },
      {
        name: 'key metadata before no key',
        bytes: around(13, concat(hex('F3 01'), u32le(1), hex('00 FE 00'))),
        code: 'UNKNOWN_OPCODE',
        offset: FIRST + 7,
        phase: /metadata/,
      },
      {
        name: 'a hash template defined twice',
        bytes: around(15, hex('F2 01 01 01 66 F2 01 01 01 66')),
        code: 'BAD_VALUE',
        offset: FIRST + 6,
        before: 4,
        phase: /template/,
      },
      {
        name: 'a hash template without fields',
        bytes: around(15, hex('F2 01 00')),
        code: 'BAD_VALUE',
        offset: FIRST + 3,
        phase: /template/,
      },
      {
        name: 'a hash template in disorder',
        bytes: around(15, hex('F2 01 02 01 67 01 66')),
        code: 'BAD_VALUE',
        offset: FIRST + 7,
        phase: /template/,
      },
    ];

  it.each(cases)('$name', ({ bytes, code, offset, phase, before = 3 }) => {
    for (const values of LEVELS) {
      for (const onError of ['throw', 'skip'] as const) {
        const { records, error } = readAll([bytes], { values, onError });
        expect(error).toBeInstanceOf(RedisFileError);
        expect(error).toMatchObject({
          code,
          offset,
          context: { db: 5, records: before, phase: expect.stringMatching(phase) },
        });
        expect((error as RedisFileError).context.key).toBeUndefined();
        expect(records.length).toBe(before);
      }
      const { records } = readAll([bytes], { values, onError: 'stop' });
      expect(records.length).toBe(before + 1);
      // It is not about the key before it.
      expect(records.at(-1)).toMatchObject({
        kind: 'warning',
        code: 'DAMAGED',
        offset,
        key: undefined,
        error: { code },
      });
    }
  });
});

describe('the checksum', () => {
  const sound = withChecksum(file(9, key(0, 'k', str('v'))));

  it('is verified, where it stands', () => {
    expect(readAll([sound]).records.at(-1)).toMatchObject({ kind: 'eof', checksum: 'verified', end: sound.length });
    expect(readAll([sound], { checksum: 'ignore' }).records.at(-1)).toMatchObject({ checksum: 'ignored' });
    expect(readAll([file(9)]).records.at(-1)).toMatchObject({ checksum: 'absent' });
    expect(readAll([file(4)]).records.at(-1)).toMatchObject({ checksum: 'absent' });
  });

  it.each(LEVELS)('that is wrong is an error at the level %s', (values) => {
    for (let bit = 0; bit < 64; bit++) {
      const wrong = sound.slice();
      wrong[sound.length - 8 + (bit >> 3)]! ^= 1 << (bit & 7);
      for (const onError of ['throw', 'skip'] as const) {
        const { records, error } = readAll([wrong], { values, onError });
        expect(records.map(({ kind }) => kind)).toEqual(['header', 'key']);
        expect(error).toMatchObject({
          code: 'CHECKSUM_MISMATCH',
          offset: sound.length - 8,
          context: { phase: 'the checksum' },
        });
      }
      expect(readAll([wrong], { values, checksum: 'ignore' }).error).toBeUndefined();
      const stopped = readAll([wrong], { values, onError: 'stop' }).records.at(-1);
      expect(stopped).toMatchObject({
        kind: 'warning',
        code: 'DAMAGED',
        key: undefined,
        error: { code: 'CHECKSUM_MISMATCH' },
      });
    }
  });

  it('covers a value that is damaged and passed over', () => {
    const bytes = withChecksum(around(9, key(0, 'bad', lzfBad(hex('0561'), 6))));
    expect(readAll([bytes], { onError: 'skip' }).records.at(-1)).toMatchObject({ kind: 'eof', checksum: 'verified' });
  });
});

describe('what is no RDB file', () => {
  it('nothing at all', () => {
    for (const chunks of [[], [new Uint8Array(0)], [new Uint8Array(0), new Uint8Array(0)]]) {
      const { error } = readAll(chunks);
      expect(error).toMatchObject({ code: 'UNEXPECTED_EOF', offset: 0, context: { phase: 'the header', records: 0 } });
      expect((error as Error).message).toContain('empty');
    }
  });

  it('one byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      const { error } = readAll([Uint8Array.of(byte)]);
      const begins = 'RV$'.includes(String.fromCharCode(byte));
      expect(error).toMatchObject(begins ? { code: 'UNEXPECTED_EOF', offset: 1 } : { code: 'BAD_MAGIC', offset: 0 });
      expect((error as RedisFileError).context.phase).toBe('the header');
    }
  });

  it.each([
    ['text', 'Hello, world, this is some text.\n'],
    ['a short text', 'R2D2'],
    ['JSON', '{"a":1}'],
    ['another magic', 'REDIX0009'],
    ['a version that is no number', 'REDIS00x9'],
    ['a version with a sign', 'REDIS-001'],
    ['Valkey, four digits short', 'VALKEY08x'],
    ['an append-only file', '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n'],
    ['a manifest', 'file appendonly.aof.1.base.rdb seq 1 type b\n'],
    ['gzip', hex('1F 8B 08 00 00 00 00 00')],
    ['a replication stream of no length', '$x\r\nREDIS0009'],
    ['a replication stream with a short mark', '$EOF:0123\r\nREDIS0009'],
  ])('%s', (_name, content) => {
    const bytes = bytesOf(content);
    for (const chunks of [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))]) {
      const { records, error } = readAll(chunks);
      expect(error).toMatchObject({ code: 'BAD_MAGIC', offset: 0, context: { phase: 'the header', records: 0 } });
      expect(records).toEqual([]);
    }
  });

  it.each([
    ['gzip data', '1F 8B 08 00 00 00 00 00 00'],
    ['zstd data', '28 B5 2F FD 04 58 09 00 00'],
    ['LZ4 data', '04 22 4D 18 64 40 A7 00 00'],
    ['a compressed file of Valkey', '56 43 53 01 00 00 00 00 00'],
    ['xz data', 'FD 37 7A 58 5A 00 00 04 E6'],
    ['bzip2 data', '42 5A 68 39 31 41 59 26 53'],
    ['a zip archive', '50 4B 03 04 14 00 00 00 08'],
    ['a 7z archive', '37 7A BC AF 27 1C 00 04 00'],
    ['an RDB file in base64', '55 6B 56 45 53 56 4D 77 4D'],
    ['an RDB file in base64', '56 6B 46 4D 53 30 56 5A 4D'],
    ['a byte order mark', 'EF BB BF 52 45 44 49 53 30'],
    ['text in UTF-16', 'FF FE 52 00 45 00 44 00 49'],
    ['text in UTF-16', 'FE FF 00 52 00 45 00 44 00'],
    ['a hex dump', '30 30 30 30 30 30 30 30 3A'],
    ['a hex dump', '35 32 34 35 34 34 34 39 35'],
    ['the answer to PSYNC', '2B 46 55 4C 4C 52 45 53 59'],
    ['the answer to PSYNC', '2B 43 4F 4E 54 49 4E 55 45'],
    ['line ends with which', '0A 0A 0A 52 45 44 49 53 30'],
    ['what a server answers', '2B 4F 4B 0D 0A 31 37 30 30'],
    ['an error that a server', '2D 45 52 52 20 75 6E 6B 6E'],
    ['an error that a server', '2D 4E 4F 41 55 54 48 20 41'],
    ['HTML or XML', '3C 21 44 4F 43 54 59 50 45'],
    ['an append-only file', '2A 32 0D 0A 24 36 0D 0A 53'],
    ['an append-only file', '23 54 53 3A 31 37 30 30 30'],
    ['a manifest', '66 69 6C 65 20 61 2E 61 6F'],
  ])('what may be %s is said', (what, content) => {
    expect((readAll([hex(content)]).error as Error).message).toContain(`": ${what}`);
  });
});

describe('bytes behind the end', () => {
  it.each([3, 4, 5, 9, 12])('are a warning in RDB %i', (version) => {
    const bytes = file(version, key(0, 'k', str('v')));
    for (const values of LEVELS) {
      const { records, error } = readAll([concat(bytes, 'garbage')], { values });
      expect(error).toBeUndefined();
      expect(records.map(({ kind }) => kind)).toEqual(['header', 'key', 'eof', 'warning']);
      expect(records.at(-1)).toMatchObject({ code: 'TRAILING_DATA', offset: bytes.length, key: undefined });
    }
  });
});

describe('huge claims', () => {
  // Each of these announces far more than there is.
  const claims: [string, Uint8Array][] = [
    ['a string of 2^52 bytes', key(0, 'k', hex('81 0010000000000000'))],
    ['a string of 4 GB', key(0, 'k', hex('80 FFFFFFFF 61'))],
    ['a list of 2^52 elements', key(1, 'k', hex('81 0010000000000000 01 61'))],
    ['a hash of 2^52 pairs', key(4, 'k', hex('81 0010000000000000 01 61'))],
    ['a sorted set of 2^52 members', key(5, 'k', hex('81 0010000000000000 01 61'))],
    ['a quicklist of 2^52 nodes', key(18, 'k', hex('81 0010000000000000'))],
    ['a stream of 2^52 nodes', key(15, 'k', hex('81 0010000000000000'))],
    [
      '2^52 pending entries',
      key(15, 'k', concat(streamValue([], 0), len(1), str('g'), len(1), len(1), hex('81 0010000000000000'))),
    ],
    ['a key of 4 GB', hex('00 80 FFFFFFFF 61')],
    ['an LZF string of 4 GB', key(0, 'k', concat(hex('C3'), len(2 ** 30), len(2 ** 32 - 1), 'abc'))],
    ['a function of 4 GB', hex('F5 80 FFFFFFFF 61')],
    ['an intset of 4 GB', key(11, 'k', str(concat(u32le(8), u32le(2 ** 29), 'abcdefgh')))],
    ['sizes of 2^52', hex('FB 81 0010000000000000 81 0010000000000000')],
    [
      'an entry of 4 GB in a listpack',
      key(20, 'k', str(concat(u32le(17), u16le(1), hex('F0 FFFFFFFF'), 'abcde', hex('FF')))),
    ],
    [
      'an entry of 4 GB in a ziplist',
      key(10, 'k', str(concat(u32le(22), u32le(10), u16le(1), hex('00 80 FFFFFFFF'), 'abcde', hex('FF')))),
    ],
    ['a zipmap value of 4 GB', key(9, 'k', str(concat(hex('01 01 66 FE FFFFFFFF 00'), 'abc', hex('FF'))))],
    ['a stream node of 2^31 fields', key(15, 'k', stream(nodeOf(listpack([1, 0, 2 ** 31, 'f', 0]))))],
  ];

  it.each(claims)('allocate nothing: %s', (_name, record) => {
    const bytes = concat('REDIS0011', hex('FE00'), record);
    for (const options of WAYS) {
      for (const maxValueBytes of [options.maxValueBytes, 2 ** 40]) {
        const { result, largest } = largestAllocation(() => readDamaged(bytes, { ...options, maxValueBytes }));
        expect(result.wrong).toBeUndefined();
        expect(largest).toBeLessThan(1 << 20);
      }
    }
  });
});
