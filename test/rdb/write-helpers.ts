/** Writing with this library, in the ways that the tests compare. */
import {
  type Level,
  type Loss,
  RdbParser,
  RdbWriter,
  type WritableRecord,
  type WriteOptions,
} from '../../src/index.ts';
import { type EncoderOptions, endFile, RdbEncoder, RdbScanner } from '../../src/rdb/index.ts';
import { cut } from '../helpers/read.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** The time of every file that tests write. */
export const NOW = 1_750_000_000_000;

export interface Written {
  bytes: Bytes;
  losses: Loss[];
}

export type Level3 = Exclude<Level, 'skip'>;

export interface Way {
  /** `scan`: straight from the scanner; else by records of this level. */
  values: Level3 | 'scan' | 'scan raw';
  maxValueBytes?: number;
  views?: boolean;
  chunk?: number;
}

/** A file, read and written again. */
export function rewrite(bytes: Uint8Array, options: WriteOptions = {}, way: Way = { values: 'data' }): Written {
  const losses: Loss[] = [];
  const given = { now: () => NOW, onLoss: (loss: Loss) => losses.push(loss), spill: memorySpill, ...options };
  const pieces = cut(bytes, [way.chunk ?? 1 << 16]);
  if (way.values === 'scan' || way.values === 'scan raw') {
    return { bytes: scanned(pieces, given, way, way.values === 'scan raw'), losses };
  }
  const { values, maxValueBytes, views = false } = way;
  const pieced = maxValueBytes === undefined ? {} : { large: 'pieces' as const, maxValueBytes };
  const parser = new RdbParser({ values, views, ...pieced });
  const writer = new RdbWriter(given);
  const chunks: Uint8Array[] = [];
  for (const piece of pieces) chunks.push(...writer.push(parser.push(piece) as WritableRecord[]));
  chunks.push(...writer.push(parser.end() as WritableRecord[]), ...writer.end());
  return { bytes: join(chunks), losses };
}

function scanned(pieces: Uint8Array[], options: EncoderOptions, way: Way, capture: boolean): Bytes {
  const encoder = new RdbEncoder({ ...options, captured: capture });
  const scanner = new RdbScanner(encoder, {
    checksum: true,
    maxValueBytes: way.maxValueBytes ?? 1 << 20,
    pieces: true,
    strictVersion: false,
    family: undefined,
    skipDamaged: false,
    capture,
    reuse: true,
  });
  const chunks: Uint8Array[] = [];
  for (const piece of pieces) {
    scanner.push(piece);
    chunks.push(...encoder.take());
  }
  scanner.end();
  chunks.push(...endFile(encoder));
  return join(chunks);
}

/** The file of records that a program makes. */
export function writeAll(records: Iterable<WritableRecord>, options: WriteOptions = {}): Written {
  const losses: Loss[] = [];
  const writer = new RdbWriter({ now: () => NOW, onLoss: (loss) => losses.push(loss), spill: memorySpill, ...options });
  return { bytes: join([...writer.push(records), ...writer.end()]), losses };
}

export function join(chunks: readonly Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(chunks));
}

/** A spill that holds everything in memory. */
export function memorySpill(): { write(bytes: Uint8Array): void; drain(): Iterable<Uint8Array> } {
  let parts: Uint8Array[] = [];
  return {
    write(bytes) {
      parts.push(bytes.slice());
    },
    *drain() {
      const all = parts;
      parts = [];
      for (const part of all) yield* cut(part, [1000]);
    },
  };
}

/** Every target there is. */
export const ALL_TARGETS: readonly string[] = [
  'redis:2.6',
  'redis:3.2',
  'redis:4.0',
  'redis:6.2',
  'redis:7.0',
  'redis:7.2',
  'redis:7.4',
  'redis:8.6',
  'redis:8.8',
  'redis:8.10',
  'valkey:7.2',
  'valkey:8.1',
  'valkey:9.0',
];
