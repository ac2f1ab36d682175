/** Files and payloads that end too early. */
import { describe, expect, it } from 'vitest';
import {
  decodeDump,
  type Level,
  type RdbOptions,
  RdbParser,
  type RdbRecord,
  RedisFileError,
  readRdb,
} from '../../src/index.ts';
import { bytesOfHex, dumps } from '../fixtures/vectors.ts';
import { concat, dumpPayload, hex, str } from '../helpers/encoders.ts';
import { handNames, readHand } from '../helpers/fixtures.ts';
import {
  difference,
  type Fixture,
  LEVELS,
  largeFixtures,
  type Reading,
  randomNumbers,
  readAll,
  sameTexts,
  smallFixtures,
  snapshot,
} from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

// Errors are made by the hundred thousand; vitest asks for the stack of each a hundred calls deep.
Error.stackTraceLimit = 10;

/** Where a file is complete: behind its checksum, and before what follows that. */
function completeAt({ name, bytes }: Fixture): number {
  const trailing = handNames().includes(name) ? (readHand(name).info.trailing ?? 0) : 0;
  return bytes.length - trailing;
}

/** What is wrong with the error for a file cut at `at`. */
function badCut(error: unknown, at: number): string | undefined {
  if (!(error instanceof RedisFileError)) return `at ${at}: ${error}`;
  const { code, offset, context } = error;
  if (code !== 'UNEXPECTED_EOF' || offset !== at) return `at ${at}: ${code} at ${offset}`;
  if (typeof context.phase !== 'string' || context.phase === '') return `at ${at}: no phase`;
  if (typeof context.records !== 'number') return `at ${at}: no number of records`;
  return undefined;
}

/**
 * Reads a file in chunks that end at `cuts`, ending it at each of them: every end must fail as it should, and the whole
 * must read as if nobody had tried.
 */
function cutAt(bytes: Uint8Array, cuts: Iterable<number>, complete: number, options: RdbOptions): string[] {
  const wrong: string[] = [];
  const parser = new RdbParser(options);
  const reading: Reading<unknown> = { records: [], shown: [], error: undefined };
  const take = (records: unknown[]): void => {
    reading.records.push(...records);
    reading.shown.push(...records.map(snapshot));
  };
  let from = 0;
  try {
    for (const at of [...cuts, bytes.length]) {
      take(parser.push(bytes.subarray(from, at)));
      from = at;
      if (at >= complete) continue;
      try {
        const left = parser.end();
        wrong.push(`at ${at}: taken as complete, with ${left.length} records more`);
      } catch (error) {
        const bad = badCut(error, at);
        // An error of the file itself comes out here, where the records before it came from the push.
        if (bad !== undefined && error instanceof RedisFileError && error.code !== 'UNEXPECTED_EOF') throw error;
        if (bad !== undefined) wrong.push(bad);
        if (parser.done) wrong.push(`at ${at}: done`);
      }
    }
    take(parser.end());
    if (!parser.done) wrong.push('not done at the end');
  } catch (error) {
    reading.error = error;
  }
  const differs = difference(reading, readAll([bytes], options));
  if (differs !== undefined) wrong.push(differs);
  return wrong;
}

const forms: RdbOptions[] = LEVELS.flatMap((values) => [
  { values },
  { values, checksum: 'ignore' as const, onError: 'skip' as const },
  { values, large: 'pieces' as const, maxValueBytes: 40 },
]);

describe('small files cut at every byte', () => {
  it.each(smallFixtures())('$name', (fixture) => {
    const { bytes } = fixture;
    const every = Array.from(bytes.keys());
    expect(forms.flatMap((options) => cutAt(bytes, every, completeAt(fixture), options))).toEqual([]);
  });

  it.each(smallFixtures())('$name, each cut on a parser of its own', (fixture) => {
    const { bytes } = fixture;
    const complete = completeAt(fixture);
    const wrong: string[] = [];
    for (const values of LEVELS) {
      const whole = readAll([bytes], { values });
      for (let at = 0; at < complete; at++) {
        const { records, shown, error } = readAll([bytes.subarray(0, at)], { values });
        // What came is what comes of the whole file, too; only times of members (KeyDB) may be missing behind the last key.
        const sure = records.at(-1)?.kind === 'key' ? -1 : undefined;
        const same = sameTexts(shown.slice(0, sure), whole.shown.slice(0, shown.length).slice(0, sure));
        if (!same) wrong.push(`${values} at ${at}: other records`);
        if (RedisFileError.is(error) && error.code !== 'UNEXPECTED_EOF') {
          if (snapshot(error) !== snapshot(whole.error)) wrong.push(`${values} at ${at}: ${error}`);
        } else if (badCut(error, at) !== undefined) wrong.push(`${values} ${badCut(error, at)}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('large files cut at many bytes', () => {
  it.each([...largeFixtures(), ...synthetic].map((fixture, i) => ({ ...fixture, i })))(
    '$name',
    ({ name, bytes, i }) => {
      const cuts = new Set<number>();
      for (let at = i % 97; at < bytes.length; at += 997) cuts.add(at);
      for (const { offset } of readAll([bytes], { values: 'skip' }).records) {
        for (let at = offset - 3; at <= offset + 12; at++) if (at >= 0 && at < bytes.length) cuts.add(at);
      }
      for (let at = bytes.length - 12; at < bytes.length; at++) cuts.add(at);
      const sorted = [...cuts].sort((a, b) => a - b);
      const limit = ({ values }: { values: Level }): RdbOptions => ({ values, large: 'pieces', maxValueBytes: 5000 });
      // Half of the levels whole and half in pieces, the other way round for the next file.
      const options = LEVELS.map((values, level) => ((i + level) % 2 === 0 ? { values } : limit({ values })));
      expect(options.flatMap((one) => cutAt(bytes, sorted, completeAt({ name, bytes }), one))).toEqual([]);
    },
  );
});

describe('a file that is cut', () => {
  const { bytes } = readHand('rdb9-attributes');

  it('gives all records before the cut, also through readRdb', async () => {
    for (let at = 0; at < bytes.length; at += 7) {
      const { shown } = readAll([bytes.subarray(0, at)]);
      const found: string[] = [];
      const error = await (async () => {
        for await (const record of readRdb([bytes.subarray(0, at)])) found.push(snapshot(record));
      })().catch((thrown: unknown) => thrown);
      expect(badCut(error, at)).toBeUndefined();
      expect(found).toEqual(shown);
    }
  });

  it('is a warning with the same error, and no end, under onError: stop', () => {
    for (const { bytes } of smallFixtures()) {
      for (let at = 1; at < bytes.length; at += 5) {
        const plain = readAll([bytes.subarray(0, at)]);
        const stopped = readAll([bytes.subarray(0, at)], { onError: 'stop' });
        expect(stopped.error).toBeUndefined();
        if (plain.error === undefined) expect(difference(stopped, plain)).toBeUndefined();
        else {
          expect(sameTexts(stopped.shown.slice(0, -1), plain.shown)).toBe(true);
          expect(stopped.records.at(-1)).toMatchObject({ kind: 'warning', code: 'DAMAGED' });
          expect(stopped.shown.at(-1)).toContain(snapshot(plain.error));
        }
      }
    }
  });

  it('says what was being read', () => {
    const phaseAt = (at: number): string | undefined =>
      (readAll([bytes.subarray(0, at)]).error as RedisFileError).context.phase;
    expect(phaseAt(0)).toBe('the header');
    expect(phaseAt(8)).toBe('the header');
    expect(phaseAt(9)).toBe('the next record');
    expect(phaseAt(bytes.length - 1)).toBe('the checksum');
  });

  it('names the key whose value is cut', () => {
    const wrong: string[] = [];
    for (const { name, bytes } of smallFixtures()) {
      if (name.startsWith('dragonfly-')) continue;
      for (const record of readAll<RdbRecord<Uint8Array<ArrayBuffer>, 'raw'>>([bytes], { values: 'raw' }).records) {
        if (record.kind !== 'key' || record.memberExpires !== undefined) continue;
        const { db, key, type } = record;
        const wanted = snapshot({ db, key, type });
        const end = record.offset + record.raw!.length;
        for (const values of LEVELS) {
          for (let at = record.offset + record.valueStart! + 1; at < end; at++) {
            const { context } = readAll([bytes.subarray(0, at)], { values }).error as RedisFileError;
            const found = snapshot({ db: context.db, key: context.key, type: context.type });
            if (found !== wanted) wrong.push(`${name}, ${values}, at ${at}: ${found}, not ${wanted}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('payloads of DUMP that end too early', () => {
  const footer = (version: number): Uint8Array => concat(Uint8Array.of(version, 0), new Uint8Array(8));

  it.each(dumps)('$name', ({ hex }) => {
    const payload = bytesOfHex(hex);
    const body = payload.subarray(0, -10);
    const version = payload.at(-10)!;
    for (const values of LEVELS) {
      expect(decodeDump(concat(body, footer(version)), { values }).checksum).toBe('absent');
      for (let at = 0; at < body.length; at++) {
        const said = `${values} at ${at}`;
        const cut = concat(body.subarray(0, at), footer(version));
        let caught: unknown;
        try {
          decodeDump(cut, { values });
        } catch (error) {
          caught = error;
        }
        expect(caught, said).toBeInstanceOf(RedisFileError);
        expect(caught, said).toMatchObject({ code: 'UNEXPECTED_EOF', offset: at });
        expect(typeof (caught as RedisFileError).context.phase, said).toBe('string');
      }
    }
  });

  it.each(dumps)('$name, cut as a whole', ({ hex }) => {
    const payload = bytesOfHex(hex);
    for (let at = 0; at < payload.length; at++) {
      expect(() => decodeDump(payload.subarray(0, at)), String(at)).toThrow(RedisFileError);
    }
  });

  it('of a string, at each level', () => {
    const payload = concat(hex('00 05 68 65 6C 6C'), hex('0B 00'), new Uint8Array(8));
    for (const values of LEVELS) {
      expect(() => decodeDump(payload, { values })).toThrow(
        expect.objectContaining({ code: 'UNEXPECTED_EOF', offset: 6 }),
      );
    }
  });

  it('with bytes behind the value are read, with a warning', () => {
    const payload = dumpPayload(9, 0, concat(str('value'), 'more'));
    for (const values of LEVELS) {
      expect(decodeDump(payload, { values }).warnings).toMatchObject([{ code: 'SURPLUS_BYTES', offset: 7 }]);
    }
  });
});

it('random cuts of random files never look complete', () => {
  const random = randomNumbers(7);
  for (const fixture of smallFixtures()) {
    for (let i = 0; i < 20; i++) {
      const at = Math.floor(random() * completeAt(fixture));
      const second = at + Math.floor(random() * (completeAt(fixture) - at));
      const { error } = readAll([fixture.bytes.subarray(0, at), fixture.bytes.subarray(at, second)]);
      expect(error).toBeInstanceOf(RedisFileError);
    }
  }
});
