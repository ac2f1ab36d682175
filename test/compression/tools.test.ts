/**
 * The command line tools as the other side: what they write is read here, at all their levels. Skipped by name where a tool is
 * not installed; the vectors cover the same ground in small.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lz4FrameDecoder, unzstd, ZstdDecoder } from '../../src/compression/index.ts';
import { RedisFileError } from '../../src/errors.ts';
import {
  cutAt,
  decode,
  errorOf,
  expectSame,
  hasTool,
  join,
  type MakeDecoder,
  noise,
  pipeThrough,
  repeat,
  sampleText,
  skewed,
} from './helpers.ts';
import { collect } from './streams.ts';

const CONTENTS: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  text: sampleText(200_000),
  noise: noise(140_000),
  skewed: skewed(140_000),
  zeros: new Uint8Array(1_000_000),
  mixed: join([sampleText(40_000), noise(70_000), new Uint8Array(200_000), skewed(50_000), sampleText(60_000)]),
  'far repeats': join([noise(150_000), sampleText(100_000), noise(150_000)]),
};

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];

/** Packs every content, piped (without a size in the header) and as a file, and unpacks it whole and in parts. */
function expectRoundTrips(
  make: MakeDecoder,
  command: string,
  args: readonly string[],
  directory: string,
  contents: readonly Uint8Array[] = Object.values(CONTENTS),
): void {
  const file = joinPath(directory, 'content');
  for (const content of contents) {
    writeFileSync(file, content);
    for (const packed of [
      pipeThrough(command, [...args, '-c'], content),
      pipeThrough(command, [...args, '-c', file], new Uint8Array(0)),
    ]) {
      expectSame(decode(make, [packed]), content);
      expectSame(decode(make, cutAt(packed, [1, 5, 6, 1000, 1001, 77_777, 150_000])), content);
    }
  }
}

describe('what the tools write', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(joinPath(tmpdir(), 'compression-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  describe.skipIf(!hasTool('zstd'))('zstd', () => {
    const make = (): ZstdDecoder => new ZstdDecoder();
    const roundTrips = (...args: string[]): void => expectRoundTrips(make, 'zstd', ['-q', ...args], directory);

    it.each(LEVELS)('level %i', (level) => roundTrips(`-${level}`));
    // Slow to write: zstd prepares for hundreds of megabytes, so with one content only.
    it.each(['-20', '-21', '-22', '-22 --long=27'])('level %s', (level) => {
      expectRoundTrips(make, 'zstd', ['-q', '--ultra', ...level.split(' ')], directory, [CONTENTS['mixed']]);
    });
    it.each(['--fast=1', '--fast=50', '--fast=1000'])('%s', (level) => roundTrips(level));
    it.each([
      '--long=27',
      '--no-check',
      '--rsyncable -T2',
      '-T2 -B512KB -1',
      '--zstd=wlog=10,strategy=9',
      '--zstd=wlog=12,strategy=1',
      '--zstd=wlog=17,clog=16,hlog=17,slog=1,mml=3,strategy=3',
      '--zstd=tlen=999,mml=7,strategy=7',
      '--no-compress-literals -5',
      '--compress-literals --fast=9',
      '--no-content-size -7',
    ])('%s', (args) => roundTrips(...args.split(' ')));

    it('small files of every length', () => {
      for (let length = 0; length < 300; length += 7) {
        for (const content of [sampleText(length), skewed(length), new Uint8Array(length)]) {
          expectSame(unzstd(pipeThrough('zstd', ['-q', '-c', `-${1 + (length % 19)}`], content), length), content);
        }
      }
    });

    it('a file that needs a dictionary is refused', () => {
      const samples = Array.from({ length: 300 }, (_, index) => {
        const name = joinPath(directory, `sample${index}`);
        writeFileSync(name, sampleText(100_000).subarray(index * 300, index * 300 + 300));
        return name;
      });
      const dictionary = joinPath(directory, 'dictionary');
      expect(spawnSync('zstd', ['-q', '--train', ...samples, '-o', dictionary, '--maxdict=4096']).status).toBe(0);
      const packed = pipeThrough('zstd', ['-q', '-c', '-D', dictionary], sampleText(500));
      expect(errorOf(() => unzstd(packed, 1000)).message).toContain('needs the dictionary');
    });

    it('damage without a checksum: never accepted where zstd refuses, never read differently', () => {
      const content = join([sampleText(1500), skewed(500)]);
      for (const args of [['-1'], ['-19'], ['--zstd=wlog=10']]) {
        const packed = pipeThrough('zstd', ['-q', '-c', '--no-check', ...args], content);
        for (let bit = 32; bit < packed.length * 8; bit += 61) {
          const damaged = new Uint8Array(packed);
          damaged[bit >> 3] ^= 1 << (bit & 7);
          let output: Uint8Array;
          try {
            output = unzstd(damaged, 2 ** 26);
          } catch (error) {
            if (!RedisFileError.is(error)) throw error;
            continue;
          }
          expectSame(output, pipeThrough('zstd', ['-q', '-d', '-c'], damaged));
        }
      }
    });
  });

  describe.skipIf(!hasTool('lz4'))('lz4', () => {
    const make = (): Lz4FrameDecoder => new Lz4FrameDecoder();
    const roundTrips = (...args: string[]): void => expectRoundTrips(make, 'lz4', ['-q', '-z', ...args], directory);

    it.each([1, 2, 3, 4, 6, 9, 10, 12])('level %i', (level) => roundTrips(`-${level}`));
    it.each([
      '--fast=50',
      '-B4 -BD',
      '-B4 -BD -BX --content-size',
      '-B5 -BI',
      '-B6 -BX',
      '-B7 -BD -12',
      '-B1000 -BD',
      '--no-frame-crc',
      '-l',
    ])('%s', (args) => roundTrips(...args.split(' ')));

    it('a legacy file of several blocks', () => {
      const content = repeat(sampleText(1_000_000), 19);
      expectSame(decode(make, [pipeThrough('lz4', ['-q', '-l', '-c'], content)]), content);
    });
  });

  it.skipIf(!hasTool('gzip'))('gzip', async () => {
    for (const content of Object.values(CONTENTS)) {
      for (const level of [1, 6, 9]) {
        const packed = pipeThrough('gzip', [`-${level}`, '-c'], content);
        expectSame(await collect([packed]), content);
        expectSame(await collect([packed, packed]), repeat(content, 2));
      }
    }
  });

  it.skipIf(!hasTool('pigz'))('pigz', async () => {
    const content = CONTENTS['mixed'];
    for (const args of [['-p2'], ['-p2', '-i'], ['-11']]) {
      const file = joinPath(directory, 'mixed');
      writeFileSync(file, content);
      expectSame(await collect([pipeThrough('pigz', [...args, '-c'], readFileSync(file))]), content);
    }
  });
});
