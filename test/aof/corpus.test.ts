/** Logs that servers wrote: read, and written again byte for byte. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  AofParser,
  type AofRecord,
  findCommand,
  formatManifest,
  parseManifest,
  readAof,
  writeAof,
} from '../../src/index.ts';
import { readAofDir } from '../../src/node.ts';
import { AOF_FIXTURES, argvs, logFiles, plain, read } from '../helpers/aof.ts';
import { all, concat, join as joined, noise } from '../helpers/encode-bytes.ts';
import { describeShared } from '../helpers/shared.ts';

const nameOf = (path: string): string => `${basename(dirname(path))}/${basename(path)}`;

/** The tests of one folder of logs. */
function suite(folder: string): void {
  const files = logFiles(folder);

  it.each(files.map((path) => [nameOf(path), path]))('%s is written again byte for byte', async (_name, path) => {
    const bytes = read(path);
    for (const views of [false, true]) {
      const again = joined(await all(writeAof(readAof(bytes, { values: 'raw', views }))));
      expect(Buffer.from(again).equals(bytes)).toBe(true);
    }
    // Each record stands where it says.
    const places = (await all(readAof(bytes))).filter(
      (record) => record.kind === 'command' || record.kind === 'annotation',
    );
    places.forEach(({ offset, end }, i) => {
      expect(end).toBe(places[i + 1]?.offset ?? bytes.length);
      expect('*#').toContain(String.fromCharCode(bytes[offset]!));
    });
  });

  it.each(files.map((path) => [nameOf(path), path]))('%s has only commands that are known', async (_name, path) => {
    for (const argv of argvs(await all(readAof(read(path))))) expect(findCommand(argv), argv.join(' ')).toBeDefined();
  });

  it.each(files.map((path) => [nameOf(path), path]))('%s reads the same in any chunks', async (_name, path) => {
    const bytes = read(path);
    const parse = (sizes: () => number): unknown => {
      const parser = new AofParser();
      const records: AofRecord[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = sizes();
        // A chunk is the caller's again.
        const chunk = bytes.slice(at, at + size);
        records.push(...parser.push(chunk));
        chunk.fill(0xee);
        at += size;
      }
      records.push(...parser.end());
      expect(parser.offset).toBe(bytes.length);
      return plain(records);
    };
    const whole = parse(() => bytes.length);
    expect(plain(await all(readAof(bytes)))).toEqual(whole);
    const random = noise(1 << 16, bytes.length);
    let i = 0;
    expect(parse(() => 1)).toEqual(whole);
    expect(parse(() => 1 + (random[i++ & 0xffff]! % 37))).toEqual(whole);
    expect(parse(() => 1 + random[i++ & 0xffff]! * 19)).toEqual(whole);
  });

  const sets = [...new Set(files.map((path) => dirname(path)))].filter((dir) => dir !== folder);
  it.each(sets.map((dir) => [basename(dir), dir]))('%s is read by its manifest', async (_name, dir) => {
    const text = readFileSync(join(dir, 'appendonly.aof.manifest'), 'utf8');
    expect(formatManifest(parseManifest(text))).toBe(text);
    const records = await all(readAofDir(dir));
    const starts = records.filter((record) => record.kind === 'fileStart');
    expect(starts.map(({ type }) => type)).toEqual(['base', 'incr']);
    expect(records.filter((record) => record.kind === 'eof').length).toBe(2);
    // The set as one file holds what the files hold, one behind the other, where the increment begins in database 0.
    const one = joined(await all(writeAof(readAofDir(dir, { values: 'raw' }))));
    const parts = starts.map(({ file }) => read(join(dir, file!)));
    expect(Buffer.from(one).equals(concat(...parts))).toBe(true);
  });
}

describe('fixtures', () => suite(AOF_FIXTURES));
describeShared('the shared corpus', (corpus) => suite(join(corpus, 'aof')));
