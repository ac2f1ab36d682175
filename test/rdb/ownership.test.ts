/** Whose the bytes are. */
import { describe, expect, it } from 'vitest';
import { decodeDump, type RdbOptions, RdbParser, RedisFileError, readRdb } from '../../src/index.ts';
import { bytesOfHex, dumps } from '../fixtures/vectors.ts';
import { bytesOf, concat, file, hex, key, len, str } from '../helpers/encoders.ts';
import {
  difference,
  type Fixture,
  LEVELS,
  largeFixtures,
  randomCuts,
  readAll,
  sameTexts,
  smallFixtures,
  snapshot,
} from '../helpers/readings.ts';
import { synthetic } from '../helpers/synthetic.ts';

const GARBAGE = 0xaa;

/** Chunks whose memory nobody else has, none of them empty. */
function own(chunks: Iterable<Uint8Array>): Uint8Array[] {
  return Array.from(chunks, (chunk) => chunk.slice()).filter((chunk) => chunk.length > 0);
}

const forms: RdbOptions[] = LEVELS.flatMap((values) => [
  { values },
  { values, large: 'pieces' as const, maxValueBytes: 64 },
  { values, onError: 'skip' as const },
]);

/** Reads chunks that are overwritten as soon as the next one was taken, and looks at the records at the very end. */
function checkOwned({ bytes }: Fixture, options: RdbOptions, cuts: () => Iterable<Uint8Array>): string | undefined {
  const expected = readAll(own(cuts()), options);
  const chunks = own(cuts());
  const found = readAll(chunks, options, (_chunk, before) => before?.fill(GARBAGE));
  for (const chunk of chunks) chunk.fill(GARBAGE);
  const late = { ...found, shown: found.records.map(snapshot) };
  const differs = difference(late, expected);
  return differs === undefined ? undefined : `${JSON.stringify(options)} ${bytes.length} bytes: ${differs}`;
}

describe('records keep their bytes when the chunks behind them are overwritten', () => {
  it.each(smallFixtures())('$name', (fixture) => {
    for (const options of forms) {
      for (const size of [1, 3, 10, 40, 1000]) {
        expect(checkOwned(fixture, options, () => randomCuts(fixture.bytes, size, size))).toBeUndefined();
      }
    }
  });

  it.each([...largeFixtures(), ...synthetic])('$name', (fixture) => {
    for (const [i, options] of forms.entries()) {
      const size = [200, 5000, 70_000][i % 3]!;
      expect(checkOwned(fixture, options, () => randomCuts(fixture.bytes, size, i))).toBeUndefined();
    }
  });

  it.each(smallFixtures())('$name, read whole', ({ bytes }) => {
    for (const options of forms) {
      const chunk = bytes.slice();
      const found = readAll([chunk], options);
      chunk.fill(GARBAGE);
      expect(sameTexts(found.records.map(snapshot), found.shown), JSON.stringify(options)).toBe(true);
    }
  });
});

describe('one buffer for all reads', () => {
  it('is refilled after the next call only', () => {
    // Two buffers in turn: each is unchanged until the call behind its own returned.
    const bytes = file(
      9,
      key(0, 'key', str('x'.repeat(100))),
      key(2, 's', concat(len(2), str('member'), str('other'))),
    );
    for (const values of LEVELS) {
      const expected = readAll([bytes], { values });
      for (const size of [1, 5, 16, 33]) {
        const buffers = [new Uint8Array(size), new Uint8Array(size)];
        const parser = new RdbParser({ values });
        const shown: string[] = [];
        for (let at = 0, i = 0; at < bytes.length; at += size, i++) {
          const buffer = buffers[i % 2]!;
          const part = bytes.subarray(at, at + size);
          buffer.set(part);
          shown.push(...parser.push(buffer.subarray(0, part.length)).map(snapshot));
        }
        shown.push(...parser.end().map(snapshot));
        expect(shown, `${values}, ${size} bytes`).toEqual(expected.shown);
      }
    }
  });
});

describe('a call without bytes', () => {
  it('is the next call, too', () => {
    for (const { bytes } of smallFixtures()) {
      const expected = readAll([bytes]);
      for (const at of [5, bytes.length >> 1, bytes.length - 3]) {
        const chunks = own([bytes.subarray(0, at), bytes.subarray(at)]);
        const input = [chunks[0]!, new Uint8Array(0), chunks[1]!];
        const found = readAll(input, {}, (_chunk, before) => before?.fill(GARBAGE));
        expect(difference(found, expected)).toBeUndefined();
      }
    }
  });
});

describe('errors keep what they say', () => {
  it('the name of the key, when the chunk that it stood in is overwritten', () => {
    const list = key(1, 'name of the key', concat(len(3), str('a'), str('b'), hex('C4')));
    const bytes = concat('REDIS0009', list);
    for (const size of [1, 7, 26, 30, bytes.length]) {
      const chunks = own(
        Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)),
      );
      const { error } = readAll(chunks, {}, (_chunk, before) => before?.fill(GARBAGE));
      for (const chunk of chunks) chunk.fill(GARBAGE);
      expect((error as RedisFileError).context.key, `chunks of ${size}`).toEqual(bytesOf('name of the key'));
    }
  });
});

describe('bytes behind the end', () => {
  it('are owned by who fetches them', () => {
    const bytes = file(9);
    const parser = new RdbParser();
    const chunks = [concat(bytes, 'one'), bytesOf('two'), bytesOf('three')];
    let before: Uint8Array | undefined;
    for (const chunk of chunks) {
      parser.push(chunk);
      before?.fill(GARBAGE);
      before = chunk;
    }
    const rest = parser.rest();
    for (const chunk of chunks) chunk.fill(GARBAGE);
    expect(Buffer.from(rest).toString()).toBe('onetwothree');
    expect(parser.rest().length).toBe(0);
  });
});

describe('the input', () => {
  it.each([...smallFixtures(), ...synthetic])('is not changed: $name', ({ bytes }) => {
    const before = Buffer.from(bytes);
    for (const options of [...forms, { views: true }]) {
      readAll([bytes], options);
      readAll(randomCuts(bytes, 50, 1), options);
      expect(Buffer.compare(before, bytes)).toBe(0);
    }
  });

  it('may be a Buffer, of a pool too', () => {
    for (const { bytes } of smallFixtures()) {
      const pool = Buffer.concat([Buffer.alloc(13, GARBAGE), bytes, Buffer.alloc(5, GARBAGE)]);
      const buffer = pool.subarray(13, 13 + bytes.length);
      for (const options of forms) {
        const found = readAll([buffer], options);
        pool.fill(GARBAGE);
        expect(found.records.map(snapshot)).toEqual(readAll([bytes], options).shown);
        buffer.set(bytes);
      }
    }
  });
});

describe('views', () => {
  it.each([...smallFixtures(), ...largeFixtures(), ...synthetic])('give equal records: $name', ({ bytes }) => {
    const ways = [() => [bytes], () => randomCuts(bytes, 300, 3), () => randomCuts(bytes, 20_000, 4)];
    for (const [i, options] of forms.entries()) {
      // Large files in one way with each of the options, so that each way meets every level.
      const level = Math.floor(i / (forms.length / LEVELS.length));
      for (const chunks of bytes.length < 1000 ? ways : [ways[(i + level) % ways.length]!]) {
        const found = readAll(chunks(), { ...options, views: true });
        expect(difference(found, readAll(chunks(), options))).toBeUndefined();
        // Nobody touched the input, so that they are good still.
        expect(sameTexts(found.records.map(snapshot), found.shown)).toBe(true);
      }
    }
  });

  it('lie in the chunk', () => {
    const bytes = file(9, key(0, 'key', str('value')));
    const [record] = readAll([bytes], { views: true }).records.filter((one) => one.kind === 'key');
    expect(record!.key.buffer).toBe(bytes.buffer);
    expect(record).toMatchObject({ value: bytesOf('value') });
    const [owned] = readAll([bytes]).records.filter((one) => one.kind === 'key');
    expect(owned!.key.buffer).not.toBe(bytes.buffer);
    expect(owned!.key.buffer.byteLength).toBe(3);
  });
});

describe('payloads of DUMP', () => {
  it.each(dumps)('leave nothing of theirs in the value: $name', ({ hex }) => {
    const payload = bytesOfHex(hex);
    const before = payload.slice();
    for (const values of LEVELS) {
      const dump = decodeDump(payload, { values });
      const shown = snapshot(dump);
      expect(payload).toEqual(before);
      payload.fill(GARBAGE);
      expect(snapshot(dump)).toBe(shown);
      payload.set(before);
    }
  });
});

it('readRdb hands out bytes of their own', async () => {
  for (const { bytes } of smallFixtures()) {
    const chunks = own(randomCuts(bytes, 30, 1));
    const kept: unknown[] = [];
    const shown: string[] = [];
    const source = (function* () {
      for (const [i, chunk] of chunks.entries()) {
        if (i > 1) chunks[i - 2]!.fill(GARBAGE);
        yield chunk;
      }
    })();
    const error = await (async () => {
      for await (const record of readRdb(source)) {
        kept.push(record);
        shown.push(snapshot(record));
      }
    })().catch((thrown: unknown) => thrown);
    for (const chunk of chunks) chunk.fill(GARBAGE);
    const expected = readAll([bytes]);
    expect(kept.map(snapshot)).toEqual(shown);
    expect(shown.filter((text) => !text.includes('TRAILING_DATA'))).toEqual(
      expected.shown.filter((text) => !text.includes('TRAILING_DATA')),
    );
    expect(RedisFileError.is(error)).toBe(expected.error !== undefined);
  }
});
