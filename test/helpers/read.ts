/** Reading with this library, in the ways that the tests compare. */

import { chunksOf, concat } from '../../src/bytes/index.ts';
import { decompress } from '../../src/compression/index.ts';
import { type Level, type RdbOptions, RdbParser, type RdbRecord } from '../../src/index.ts';
import { type Escape, JsonWriter } from '../../src/inspect/index.ts';
import { RdbScanner } from '../../src/rdb/index.ts';

/** Cuts bytes into pieces of the given sizes, the last of which repeats. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** All records of a file, pushed in pieces; strings as latin1. */
export function recordsOf<L extends Level = 'data'>(
  pieces: Iterable<Uint8Array>,
  options: RdbOptions & { values?: L } = {},
): RdbRecord<string, L>[] {
  const parser = new RdbParser({ ...options, strings: 'latin1' });
  const records: RdbRecord<string, L>[] = [];
  for (const piece of pieces) records.push(...(parser.push(piece) as RdbRecord<string, L>[]));
  records.push(...(parser.end() as RdbRecord<string, L>[]));
  return records;
}

/** What `ndjson` prints for a file, and what it says on stderr. */
export function ndjsonOf(pieces: Iterable<Uint8Array>, form: Escape): { text: string; findings: string[] } {
  const findings: string[] = [];
  const writer = new JsonWriter({ escape: form, form: 'lines', onFinding: ({ code }) => findings.push(code) });
  const scanner = new RdbScanner(writer, {
    checksum: true,
    maxValueBytes: 1 << 20,
    pieces: true,
    strictVersion: false,
    family: undefined,
    skipDamaged: false,
    capture: false,
    reuse: true,
  });
  for (const piece of pieces) scanner.push(piece);
  scanner.end();
  writer.finish();
  return { text: new TextDecoder().decode(writer.take()), findings };
}

/** The bytes of a file without the container it is packed in. */
export async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress(chunksOf(bytes))) pieces.push(piece);
  return concat(pieces);
}
