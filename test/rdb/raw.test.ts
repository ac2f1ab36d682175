/** The level `raw`: every byte of the file, and values that can be taken out of it. */
import { describe, expect, it } from 'vitest';
import { decodeDump, type RdbOptions, type RdbRecord } from '../../src/index.ts';
import { concat, u16le } from '../helpers/encoders.ts';
import {
  byteByByte,
  type Fixture,
  handFixtures,
  largeFixtures,
  randomCuts,
  readAll,
  sameTexts,
  smallFixtures,
  snapshot,
} from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

type RawRecord = RdbRecord<Uint8Array<ArrayBuffer>, 'raw'>;

/** Bytes inside a compressed blob of Dragonfly stand nowhere in the file. */
const isBlob = ({ name }: Fixture): boolean => name.startsWith('dragonfly-');

/** The stored bytes of all records, one behind the other. */
function joined(records: readonly RawRecord[]): Uint8Array {
  return concat(
    ...records.flatMap((record) => {
      if (record.kind === 'itemBytes') return [record.value];
      return record.raw === undefined ? [] : [record.raw];
    }),
  );
}

/** What is wrong with the bytes of the records of a file. */
function checkBytes(bytes: Uint8Array, chunks: Iterable<Uint8Array>, options: RdbOptions): string | undefined {
  const { records, error } = readAll<RawRecord>(chunks, { ...options, values: 'raw' });
  const found = joined(records);
  const eof = records.findLast((record) => record.kind === 'eof');
  // A file that cannot be read to its end gives the bytes before it; bytes behind the end are not its own.
  const all = error === undefined ? bytes.subarray(0, eof!.offset + eof!.raw!.length) : bytes.subarray(0, found.length);
  if (Buffer.compare(found, all) === 0) return undefined;
  const at = found.findIndex((byte, i) => byte !== all[i]);
  return `${JSON.stringify(options)}: ${found.length} bytes for ${all.length}, different from ${at} on`;
}

const limits: RdbOptions[] = [
  {},
  ...[25, 40, 100, 1000, 65_536].map((maxValueBytes): RdbOptions => ({ large: 'pieces', maxValueBytes })),
];

describe('the records of a file hold all of its bytes', () => {
  it.each(smallFixtures().filter((fixture) => !isBlob(fixture)))('$name', ({ bytes }) => {
    for (const options of limits) {
      expect(checkBytes(bytes, [bytes], options)).toBeUndefined();
      expect(checkBytes(bytes, byteByByte(bytes), options)).toBeUndefined();
      for (let size = 2; size < 40; size += 3) {
        expect(checkBytes(bytes, randomCuts(bytes, size, size), options)).toBeUndefined();
      }
    }
  });

  it.each([...largeFixtures(), ...synthetic])('$name', ({ bytes }) => {
    for (const [i, options] of limits.entries()) {
      expect(checkBytes(bytes, [bytes], options)).toBeUndefined();
      expect(checkBytes(bytes, randomCuts(bytes, 100, i), options)).toBeUndefined();
      expect(checkBytes(bytes, randomCuts(bytes, 30_000, i), options)).toBeUndefined();
    }
  });

  it('which can be read again', () => {
    for (const { bytes } of handFixtures().filter((fixture) => !isBlob(fixture))) {
      const { records, error } = readAll<RawRecord>([bytes], { values: 'raw' });
      if (error !== undefined) continue;
      const again = readAll([joined(records)]);
      const shown = readAll([bytes]).shown.filter((text) => !text.includes('TRAILING_DATA'));
      expect(sameTexts(again.shown, shown)).toBe(true);
    }
  });
});

describe('the bytes of a record', () => {
  it.each([...handFixtures(), ...largeFixtures()].filter((fixture) => !isBlob(fixture)))(
    'of $name begin at its offset, and its value where it says',
    ({ bytes }) => {
      let at = 0;
      for (const record of readAll<RawRecord>([bytes], { values: 'raw' }).records) {
        if (record.kind === 'warning') continue;
        // A captured replication stream has a line before its header.
        if (record.kind !== 'header') expect(record.offset).toBe(at);
        at += record.raw!.length;
        if (record.kind !== 'key') continue;
        // KeyDB writes times of members behind the value.
        const end = record.memberExpires === undefined ? undefined : record.valueStart! + record.value.length;
        expect(Buffer.compare(record.value, record.raw!.subarray(record.valueStart, end)), `at ${at}`).toBe(0);
      }
    },
  );
});

describe('values taken out of a file', () => {
  it.each(
    [...handFixtures(), ...largeFixtures(), ...synthetic].filter(
      ({ name }) => name !== 'rdb0-plain' && name !== 'rdb8-module-pre-ga',
    ),
  )('of $name are those of payloads', ({ bytes }) => {
    const raw = readAll<RawRecord>([bytes], { values: 'raw' }).records;
    const data = readAll([bytes]).records.filter((record) => record.kind === 'key');
    const keys = raw.filter((record) => record.kind === 'key');
    expect(keys.map(({ key }) => snapshot(key))).toEqual(data.map(({ key }) => snapshot(key)));
    const [header] = raw;
    if (header?.kind !== 'header') throw new Error('no header');
    const family = readAll([bytes]).records.some((record) => record.kind === 'aux' && record.name === 'df-ver')
      ? 'dragonfly'
      : header.family;
    keys.forEach((record, i) => {
      const stored = record.raw!.subarray(record.valueStart);
      // The times of KeyDB's members stand behind the value.
      const payload = concat(Uint8Array.of(record.typeId), stored, u16le(header.version), new Uint8Array(8));
      if (record.typeId === 30 || record.typeId === 32) {
        if (family === 'redis') {
          expect(() => decodeDump(payload, { family })).toThrow(expect.objectContaining({ name: 'RedisFileError' }));
          return;
        }
      }
      const dump = decodeDump(payload, { family });
      const { type, encoding, value, typeId } = data[i]!;
      expect(snapshot({ type: dump.type, encoding: dump.encoding, value: dump.value, typeId: dump.typeId })).toBe(
        snapshot({ type, encoding, value, typeId }),
      );
      expect(dump.warnings.map(({ code }) => code).filter((code) => code === 'SURPLUS_BYTES')).toEqual(
        record.memberExpires === undefined ? [] : ['SURPLUS_BYTES'],
      );
    });
  });
});
