import { type ByteSource, chunksOf, concat, tap } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { type RdbHandler, RdbScanner, type ScanOptions } from '../rdb/index.ts';
import { ENOUGH } from './filtering.ts';

/** Largest string that is held: what is larger goes through in pieces. */
const HELD = 1 << 20;

/** Bytes behind the end that are kept: one more than the mark of a replication stream. */
const TAIL = 41;

/** How a file is scanned by a tool. */
export interface FileScan {
  /** Called after every chunk; what it returns is waited for (output that is written, for example). */
  afterChunk?: (scanner: RdbScanner) => Promise<void> | undefined;
  /** True ends the scan early. */
  enough?: () => boolean;
  /** Called with the size of each chunk of the source, packed or not. */
  onBytes?: (count: number) => void;
  /** Called with each container that the source turns out to be packed in. */
  onContainer?: (kind: string) => void;
  strictVersion?: boolean;
  checksum?: boolean;
  /** Keep the bytes of records, for handlers that want values as they are stored. */
  capture?: boolean;
  /** What servers would refuse is an error, also where it can be read; see `ValueContext`. */
  thorough?: boolean;
  /** Name of the file, for errors. */
  file?: string;
}

/** What a scan found besides what its handler saw. */
export interface ScanResult {
  scanner: RdbScanner;
  /** Bytes behind the end of the RDB. */
  trailing: number;
  /** The first of them, as far as `TAIL` goes. */
  tail: Uint8Array<ArrayBuffer>;
  /** The file was read to its end. */
  complete: boolean;
}

/**
 * Shows an RDB file, packed or not, to a handler.
 *
 * @throws RedisFileError where the file is damaged; what the handler saw before stays true
 */
export async function scanFile(source: ByteSource, handler: RdbHandler, scan: FileScan = {}): Promise<ScanResult> {
  const options: ScanOptions = {
    checksum: scan.checksum ?? true,
    maxValueBytes: HELD,
    pieces: true,
    strictVersion: scan.strictVersion ?? false,
    family: undefined,
    skipDamaged: false,
    capture: scan.capture ?? false,
    reuse: true,
    thorough: scan.thorough ?? false,
  };
  const scanner = new RdbScanner(handler, options);
  let trailing = 0;
  let tail: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  try {
    for await (const chunk of decompress(
      tap(chunksOf(source), (chunk) => scan.onBytes?.(chunk.length)),
      scan,
    )) {
      scanner.push(chunk);
      if (scanner.restLength > 0) {
        const rest = scanner.takeRest();
        trailing += rest.length;
        if (tail.length < TAIL) tail = concat([tail, rest]).slice(0, TAIL);
      }
      const waiting = scan.afterChunk?.(scanner);
      if (waiting !== undefined) await waiting;
      if (scan.enough?.()) return { scanner, trailing, tail, complete: scanner.done };
    }
    scanner.end();
  } catch (error) {
    // A handler that has seen enough ends the scan.
    if (error === ENOUGH) return { scanner, trailing, tail, complete: false };
    if (RedisFileError.is(error) && scan.file !== undefined) error.context.file ??= scan.file;
    throw error;
  }
  return { scanner, trailing, tail, complete: true };
}
