/** What the levels give, at any cut, for values whose end comes in a later chunk than their beginning. */
import { describe, expect, it } from 'vitest';
import { type Level, RdbParser, type RdbRecord } from '../../src/index.ts';
import { type Bytes, concat, noise, pieces, rdbFile, string, text } from '../helpers/encode-bytes.ts';
import { encodeListpack, encodeStreamNode, encodeZiplist } from '../helpers/encode-packed.ts';

const key = (type: number, name: string, ...value: Iterable<number>[]): Bytes => concat([type], string(name), ...value);

const RECORDS = [
  Uint8Array.of(0xfe, 0),
  key(0, 'string', string('a string of some length')),
  key(1, 'list', [2], string('one'), string('two')),
  concat([0xfc], new Uint8Array(8).fill(1), key(2, 'set', [1], string('member'))),
  key(4, 'hash', [1], string('field'), string('value')),
  key(5, 'zset', [1], string('member'), new Uint8Array(8)),
  key(16, 'listpack', string(encodeListpack([text('f'), text('v')]))),
  key(18, 'quicklist', [1, 1], string('plain element')),
  key(0, 'empty', string('')),
];
const FILE = rdbFile(11, ...RECORDS);

function read(file: Bytes, sizes: readonly number[], options: object): RdbRecord<Bytes, Level>[] {
  const parser = new RdbParser(options);
  const records: RdbRecord<Bytes, Level>[] = [];
  for (const piece of pieces(file, sizes)) records.push(...(parser.push(piece) as typeof records));
  records.push(...(parser.end() as typeof records));
  return records;
}

describe.each(['skip', 'raw', 'structure', 'data'] as const)('at the level %s', (values) => {
  it('the records are the same at every cut', () => {
    for (const views of [false, true]) {
      const whole = read(FILE, [FILE.length], { values, views });
      expect(whole.length).toBe(RECORDS.length + 2);
      expect(read(FILE, [1], { values, views })).toEqual(whole);
      expect(read(FILE, [7], { values, views })).toEqual(whole);
      for (let at = 1; at < FILE.length; at++) {
        expect(read(FILE, [at, FILE.length], { values, views }), `cut at ${at}`).toEqual(whole);
      }
    }
  });
});

describe('at the level raw', () => {
  it.each([[[FILE.length]], [[1]], [[3]], [[20, 1]]])(
    'the stored bytes are those of the file, in pieces of %j',
    (sizes) => {
      const records = read(FILE, sizes, { values: 'raw' });
      expect(concat(...records.map(({ raw }) => raw!))).toEqual(FILE);
      expect(records.slice(1, -1).map(({ raw }) => raw)).toEqual(RECORDS);
      for (const record of records) {
        if (record.kind === 'key') expect(record.value).toEqual(record.raw!.subarray(record.valueStart));
      }
    },
  );
});

describe("with large: 'pieces'", () => {
  const LIMIT = 65_536;

  it.each<[string, (size: number) => Bytes]>([
    ['an element of a listpack', (size) => key(16, 'h', string(encodeListpack([noise(size), text('v')])))],
    ['an element of a ziplist', (size) => key(10, 'l', string(encodeZiplist([noise(size), text('v')])))],
    [
      'a value of a stream',
      (size) =>
        key(
          15,
          's',
          [1],
          string(new Uint8Array(16)),
          string(
            encodeStreamNode({
              ms: 0n,
              seq: 0n,
              fields: [],
              entries: [{ ms: 0n, seq: 1n, fields: [[text('f'), noise(size)]] }],
            }),
          ),
          [1, 0, 1, 0],
        ),
    ],
    [
      'a master field of a stream',
      (size) =>
        key(
          15,
          's',
          [1],
          string(new Uint8Array(16)),
          string(encodeStreamNode({ ms: 0n, seq: 0n, fields: [noise(size)], entries: [] })),
          [0, 0, 0, 0],
        ),
    ],
  ])('%s of about the limit is read the same at every cut', (_name, record) => {
    const outcome = (file: Bytes, sizes: number[]): unknown => {
      try {
        const records = read(file, sizes, { large: 'pieces', maxValueBytes: LIMIT }) as RdbRecord[];
        return records.map((one) => `${one.kind} ${one.kind === 'itemBytes' ? one.value.length : ''}`);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    for (const size of [LIMIT - 20, LIMIT - 3, LIMIT, LIMIT + 1, LIMIT + 40, LIMIT + 70_000]) {
      const file = rdbFile(11, record(size));
      const whole = outcome(file, [file.length]);
      for (const first of [
        100,
        30_000,
        size,
        size + 5,
        size + 10,
        size + 15,
        size + 20,
        size + 25,
        size + 30,
        size + 40,
      ]) {
        expect(outcome(file, [first, file.length]), `${size} bytes, cut at ${first}`).toEqual(whole);
      }
    }
  });
});
