import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { StreamDecoder } from '../../src/compression/index.ts';
import { RedisFileError } from '../../src/errors.ts';

/** A small generator of pseudo-random 32-bit numbers, the same on every machine (xorshift). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Lines that compress about four times, with matches near and far. */
export function sampleText(length: number): Uint8Array<ArrayBuffer> {
  const next = randomNumbers(20240229);
  let text = '';
  while (text.length < length) {
    const id = next() % 9973;
    text += `user:${id} {"name":"n${next() % 977}","score":${next() % 100000},"tags":["t${id % 7}","t${id % 11}"]}\n`;
  }
  return new TextEncoder().encode(text.slice(0, length));
}

/** Bytes that do not compress. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const next = randomNumbers(7);
  return Uint8Array.from({ length }, () => next() >>> 9);
}

/** Bytes without matches whose values are far from equally likely. */
export function skewed(length: number): Uint8Array<ArrayBuffer> {
  const next = randomNumbers(99);
  return Uint8Array.from({ length }, () => 64 + Math.min(next() % 41, next() % 53, next() % 67));
}

/** A period, several times. */
export function repeat(bytes: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  return join(Array.from({ length: times }, () => bytes));
}

export function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** Compares large arrays without the cost, and the output, of a deep comparison. */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  expect.fail(`${actual.length} bytes instead of ${expected.length}, the first difference is at ${at}`);
}

export type MakeDecoder = () => StreamDecoder;

/** Unpacks chunks with a fresh decoder. Every chunk is wiped once it was read, to prove that nothing looks at it again. */
export function decode(make: MakeDecoder, chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const decoder = make();
  const pieces: Uint8Array[] = [];
  for (const chunk of chunks) {
    const borrowed = new Uint8Array(chunk);
    pieces.push(...decoder.push(borrowed));
    borrowed.fill(0xa5);
  }
  decoder.end();
  return join(pieces);
}

/** A file cut at the given places. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length));
}

/** Whole, byte by byte and at random cuts, as views and as Buffers: the output must be the same. */
export function expectEveryChunking(make: MakeDecoder, packed: Uint8Array, expected: Uint8Array): void {
  expectSame(decode(make, [packed]), expected);
  expectSame(decode(make, [Buffer.from(packed)]), expected);
  if (packed.length < 20_000) {
    expectSame(
      decode(
        make,
        Array.from(packed, (byte) => Uint8Array.of(byte)),
      ),
      expected,
    );
  }
  fc.assert(
    fc.property(fc.array(fc.nat(packed.length), { maxLength: 12 }), (cuts) => {
      expectSame(decode(make, cutAt(packed, cuts)), expected);
    }),
    { numRuns: packed.length < 100_000 ? 25 : 4 },
  );
}

/** The error that a call throws, which must be ours. */
export function errorOf(run: () => unknown): RedisFileError {
  try {
    run();
  } catch (error) {
    if (!RedisFileError.is(error)) throw error;
    return error;
  }
  return expect.fail('nothing was thrown');
}

/**
 * Cut at every byte: `end` must say so, at the place of the cut, and what came out must be a beginning of the content.
 * `end` leaves a decoder usable, so that one pass proves all cuts.
 *
 * @param complete cuts after which the input is complete all the same: between frames, for example
 */
export function expectEveryCutIsSeen(
  make: MakeDecoder,
  packed: Uint8Array,
  expected: Uint8Array,
  complete: readonly number[] = [],
): void {
  const decoder = make();
  let output = new Uint8Array(0);
  for (let cut = 0; cut < packed.length; cut++) {
    if (complete.includes(cut)) {
      decoder.end();
    } else {
      const error = errorOf(() => decoder.end());
      expect([error.code, error.offset]).toEqual(['UNEXPECTED_EOF', cut]);
      expect(error.context.phase).toBeTruthy();
    }
    output = join([output, ...decoder.push(packed.subarray(cut, cut + 1))]);
    expectSame(output, expected.subarray(0, output.length));
  }
  decoder.end();
  expectSame(output, expected);
}

/**
 * Flips every bit, or a sample of them in larger files. Without an error the output must be as it was, unless nothing in the
 * file could tell (`unchecked`). What came out before an error must be right where everything is checked before it is handed out.
 *
 * @returns how many flips were noticed
 */
export function flipBits(
  make: MakeDecoder,
  packed: Uint8Array,
  expected: Uint8Array,
  unchecked = false,
  limit = 3000,
): { flips: number; noticed: number } {
  const bits = packed.length * 8;
  const step = Math.max(1, Math.floor(bits / limit));
  let flips = 0;
  let noticed = 0;
  for (let bit = 0; bit < bits; bit += step) {
    const damaged = new Uint8Array(packed);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    flips++;
    try {
      const output = decode(make, [damaged]);
      if (!unchecked) expectSame(output, expected);
    } catch (error) {
      if (!RedisFileError.is(error)) throw error;
      noticed++;
      expect(['COMPRESSION_CORRUPT', 'UNEXPECTED_EOF', 'LIMIT_EXCEEDED', 'UNSUPPORTED_VERSION', 'BAD_MAGIC']).toContain(
        error.code,
      );
      expect(error.offset).toBeGreaterThanOrEqual(0);
      expect(error.offset).toBeLessThanOrEqual(damaged.length);
    }
  }
  return { flips, noticed };
}

/** True when a command line tool is there. */
export function hasTool(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Pipes bytes through a command; fails the test when the command does. */
export function pipeThrough(command: string, args: readonly string[], input: Uint8Array): Uint8Array<ArrayBuffer> {
  const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 2 ** 30 });
  expect(status, `${command} ${args.join(' ')}: ${stderr}`).toBe(0);
  return new Uint8Array(stdout);
}
