/** Records do not depend on where chunks end. */
import { describe, expect, it } from 'vitest';
import type { RdbOptions } from '../../src/index.ts';
import { type Escape, JsonWriter } from '../../src/inspect/index.ts';
import { RdbScanner } from '../../src/rdb/index.ts';
import { concat, file, hex, key, listpack, noise, prose, str } from '../helpers/encoders.ts';
import { ndjsonOf } from '../helpers/read.ts';
import {
  byteByByte,
  difference,
  type Fixture,
  handFixtures,
  LEVELS,
  largeFixtures,
  type Reading,
  randomCuts,
  randomNumbers,
  readAll,
  smallFixtures,
  withoutOpenKey,
} from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

const ESCAPES: readonly Escape[] = ['text', 'base64', 'hex', 'latin1'];
const LIMITS: readonly number[] = [1, 16, 100, 1000, 30_000, 70_000];

/** Reads in some cuts, and gives the name of the first that reads otherwise than the whole file, with the difference. */
function compareCuts(
  cuts: Record<string, () => Iterable<Uint8Array>>,
  bytes: Uint8Array,
  options: RdbOptions,
): [string, string][] {
  const read = (chunks: Iterable<Uint8Array>): Reading => {
    const reading = readAll(chunks, options);
    return options.values === 'raw' ? withoutOpenKey(reading) : reading;
  };
  const whole = read([bytes]);
  const found: [string, string][] = [];
  for (const [name, chunks] of Object.entries(cuts)) {
    const differs = difference(read(chunks()), whole);
    if (differs !== undefined) found.push([`${name} ${JSON.stringify(options)}`, differs]);
  }
  return found;
}

/** All ways to cut a small file. */
const everyCut = (bytes: Uint8Array, seed: number): Record<string, () => Iterable<Uint8Array>> => ({
  'byte by byte': () => byteByByte(bytes),
  'random cuts': () => randomCuts(bytes, 20, seed),
  'more random cuts': () => randomCuts(bytes, 100, seed + 1),
});

const forms: RdbOptions[] = LEVELS.flatMap((values) => [
  { values },
  { values, onError: 'skip' as const },
  { values, strings: 'utf8' as const, checksum: 'ignore' as const },
  ...LIMITS.map((maxValueBytes) => ({ values, large: 'pieces' as const, maxValueBytes })),
  ...LIMITS.map((maxValueBytes) => ({ values, large: 'error' as const, maxValueBytes })),
  ...LIMITS.map((maxValueBytes) => ({ values, large: 'error' as const, maxValueBytes, onError: 'skip' as const })),
  ...LIMITS.map((maxValueBytes) => ({ values, large: 'pieces' as const, maxValueBytes, onError: 'stop' as const })),
]);

describe('small files at every level, with every limit', () => {
  it.each(smallFixtures())('$name', ({ bytes }) => {
    expect(forms.flatMap((options, i) => compareCuts(everyCut(bytes, i), bytes, options))).toEqual([]);
  });
});

describe('small files in two chunks, cut at every byte', () => {
  it.each(smallFixtures())('$name', ({ bytes }) => {
    for (const values of LEVELS) {
      const whole = readAll([bytes], { values });
      for (let at = 1; at < bytes.length; at++) {
        const differs = difference(readAll([bytes.subarray(0, at), bytes.subarray(at)], { values }), whole);
        expect(differs, `${values}, cut at ${at}`).toBeUndefined();
      }
    }
  });
});

describe('values with large items, at every level', () => {
  it.each(synthetic.map((fixture, number) => ({ ...fixture, number })))('$name', ({ bytes, number }) => {
    const found = LEVELS.flatMap((values, level) =>
      [
        { values },
        ...[16, 2999, 3000, 65_536, 69_999].map(
          (maxValueBytes, i): RdbOptions => ({
            values,
            large: 'pieces',
            maxValueBytes,
            onError: (['throw', 'skip', 'stop'] as const)[i % 3],
          }),
        ),
        { values, maxValueBytes: 3000 },
        { values, maxValueBytes: 3000, onError: 'skip' as const },
      ].flatMap((options, i) => {
        const cuts: Record<string, () => Iterable<Uint8Array>> = {
          'large random cuts': () => randomCuts(bytes, 3000, i),
        };
        // Chunks of a few bytes are slow: half of the options at a level, and one option a file for each byte alone.
        if (i % 2 === level % 2) cuts['random cuts'] = () => randomCuts(bytes, 60, i);
        if (level === number % 4 && i === (number >> 2) % 8) cuts['byte by byte'] = () => byteByByte(bytes);
        return compareCuts(cuts, bytes, options);
      }),
    );
    expect(found).toEqual([]);
  });
});

describe('large files at every level', () => {
  it.each(largeFixtures().map((fixture, i) => ({ ...fixture, i })))('$name', ({ bytes, i }) => {
    const found: [string, string][] = [];
    LEVELS.forEach((values, level) => {
      const maxValueBytes = [100, 1000, 20_000, 65_536][(i + level) % 4]!;
      const cuts = {
        'large random cuts': () => randomCuts(bytes, 20_000, i),
        'random cuts': () => randomCuts(bytes, 100, i),
      };
      const pieces: RdbOptions = { values, large: 'pieces', maxValueBytes };
      // Slow, so once for every file: at each level, whole and in pieces, every eighth of them.
      const slow: Record<string, () => Iterable<Uint8Array>> =
        i % 4 === level ? { 'byte by byte': () => byteByByte(bytes) } : {};
      const slowInPieces = (i >> 2) % 2 === 0;
      found.push(...compareCuts({ ...cuts, ...(slowInPieces ? {} : slow) }, bytes, { values }));
      found.push(...compareCuts({ ...cuts, ...(slowInPieces ? slow : {}) }, bytes, pieces));
    });
    expect(found).toEqual([]);
  });
});

describe('entries of packed blobs about as large as the limit', () => {
  // The blob is larger than the limit, so that it is walked as it comes; where its entries are handed out whole or in
  // pieces must follow from their length alone.
  const LIMIT = 70_000;
  const blobs = Array.from({ length: 14 }, (_, i): Fixture => {
    const length = LIMIT - 12 + i;
    const text = noise(length, i);
    return { name: `${length} bytes`, bytes: file(11, key(20, 'k', str(listpack(['a', text, 'b'])))) };
  });

  it.each(blobs)('$name', ({ bytes }) => {
    const cuts = {
      'byte by byte': () => byteByByte(bytes),
      'large random cuts': () => randomCuts(bytes, 20_000, 1),
      'random cuts': () => randomCuts(bytes, 500, 2),
    };
    expect(compareCuts(cuts, bytes, { large: 'pieces', maxValueBytes: LIMIT })).toEqual([]);
  });

  it.each([true, false])('an entry whose length has two forms, short: %s', (short) => {
    const size = 2_097_151;
    const text = prose(size - 5);
    const bytes = file(14, key(20, 'k', str(listpack(['a', text, 'b'], { short }))));
    const options = { large: 'pieces', maxValueBytes: size - 1 } as const;
    const data = bytes.length - 8 - 1 - 1 - 3 - (short ? 3 : 4);
    const cuts = Object.fromEntries(
      [-2, -1, 0, 1, 2, 3].map((more) => [
        `cut ${more} bytes behind its text`,
        () => [bytes.subarray(0, data + more), bytes.subarray(data + more)],
      ]),
    );
    const whole = readAll([bytes]);
    expect(whole.error).toBeUndefined();
    const found = compareCuts(cuts, bytes, options);
    expect(found).toEqual([]);
    expect(readAll([bytes], options).error).toBeUndefined();
  });
});

describe('times of members behind a key (KeyDB), whatever version the file says', () => {
  const [keydb] = handFixtures().filter(({ name }) => name === 'keydb');
  it.each([3, 6, 7, 8, 9, 10, 11, 12, 14, 15])('RDB %i', (version) => {
    const bytes = keydb!.bytes.slice(0, keydb!.bytes.length - (version < 5 ? 8 : 0));
    bytes.set(Buffer.from(`REDIS${String(version).padStart(4, '0')}`));
    for (const values of LEVELS) {
      expect(compareCuts(everyCut(bytes, version), bytes, { values, checksum: 'ignore' })).toEqual([]);
    }
  });
});

describe('damaged files', () => {
  it.each(smallFixtures())('$name', ({ bytes }) => {
    const random = randomNumbers(bytes.length);
    // The error for what is no header quotes what there is of it.
    const from = readAll([bytes]).records[0]!.offset + 9;
    for (let i = 0; i < 60; i++) {
      const damaged = bytes.slice();
      const at = from + Math.floor(random() * (bytes.length - from));
      damaged[at]! ^= 1 << Math.floor(random() * 8);
      const values = LEVELS[i % 4]!;
      const onError = (['throw', 'skip', 'stop'] as const)[i % 3]!;
      const large = i % 5 === 0 ? ({ large: 'pieces', maxValueBytes: 50 } as const) : {};
      const options = { values, onError, checksum: 'ignore', ...large } as const;
      const found = compareCuts({ 'byte by byte': () => byteByByte(damaged) }, damaged, options);
      expect(found, `byte ${at} is ${damaged[at]}`).toEqual([]);
    }
  });
});

describe('JSON', () => {
  /** As `ndjsonOf`, with a limit of one's choice. */
  function ndjsonWithin(chunks: Iterable<Uint8Array>, strings: Escape, maxValueBytes: number): Reading<string> {
    const findings: string[] = [];
    const writer = new JsonWriter({ escape: strings, form: 'lines', onFinding: ({ code }) => findings.push(code) });
    const scanner = new RdbScanner(writer, {
      checksum: true,
      maxValueBytes,
      pieces: true,
      strictVersion: false,
      family: undefined,
      skipDamaged: false,
      capture: false,
      reuse: true,
    });
    let error: unknown;
    try {
      for (const chunk of chunks) scanner.push(chunk);
      scanner.end();
    } catch (caught) {
      error = caught;
    }
    writer.finish();
    const text = new TextDecoder().decode(writer.take());
    return { records: [], shown: [...text.split('\n'), ...findings.sort()], error };
  }

  it.each([...smallFixtures(), ...synthetic])('of $name', ({ bytes }) => {
    for (const [i, form] of ESCAPES.entries()) {
      const whole = ndjsonWithin([bytes], form, 1 << 20);
      const chunks = bytes.length < 1000 || i === bytes.length % 4 ? byteByByte(bytes) : randomCuts(bytes, 100, i);
      expect(difference(ndjsonWithin(chunks, form, 1 << 20), whole), form).toBeUndefined();
      for (const limit of i % 2 === 0 ? [30, 65_536] : [1000, 69_998]) {
        const small = ndjsonWithin([bytes], form, limit);
        expect(difference(ndjsonWithin(randomCuts(bytes, 200, limit), form, limit), small)).toBeUndefined();
        // What is too large to hold is written the same.
        if (small.error === undefined) expect(difference(small, whole), `${form}, limit ${limit}`).toBeUndefined();
      }
    }
  });

  it.each(largeFixtures().map((fixture, i) => ({ ...fixture, i })))('of $name', ({ bytes, i }) => {
    for (const [j, form] of ESCAPES.entries()) {
      const whole = ndjsonOf([bytes], form);
      expect(ndjsonOf(randomCuts(bytes, 30_000, i), form)).toEqual(whole);
      if (i % 4 === j) expect(ndjsonOf(byteByByte(bytes), form)).toEqual(whole);
      const small = ndjsonWithin(randomCuts(bytes, 500, i), form, 1000);
      if (small.error === undefined) expect(small.shown.join('\n').startsWith(whole.text)).toBe(true);
    }
  });
});

describe('chunks without bytes', () => {
  it('change nothing', () => {
    const bytes = file(3, concat(hex('FE00')), key(0, 'k', str('v')));
    const chunks = [...byteByByte(bytes)].flatMap((chunk) => [new Uint8Array(0), chunk, new Uint8Array(0)]);
    for (const values of LEVELS)
      expect(difference(readAll(chunks, { values }), readAll([bytes], { values }))).toBeUndefined();
  });
});
