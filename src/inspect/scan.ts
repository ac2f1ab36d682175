import { type ByteSource, chunksOf } from '../bytes/index.ts';
import { decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { type RdbHandler, RdbScanner, type ScanOptions } from '../rdb/index.ts';

/** Largest string that is held: what is larger goes through in pieces. */
const HELD = 1 << 20;

/** How a file is scanned by a tool. */
export interface FileScan {
  /** Called after every chunk; what it returns is waited for (output that is written, for example). */
  afterChunk?: () => Promise<void> | undefined;
  /** True ends the scan early. */
  enough?: () => boolean;
  /** Called with the size of each chunk of the source, packed or not. */
  onBytes?: (count: number) => void;
  /** Called with each container that the source turns out to be packed in. */
  onContainer?: (kind: string) => void;
  strictVersion?: boolean;
  checksum?: boolean;
  /** Name of the file, for errors. */
  file?: string;
}

/** What a scan found besides what its handler saw. */
export interface ScanResult {
  scanner: RdbScanner;
  /** Bytes behind the end of the RDB. */
  trailing: number;
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
    capture: false,
    reuse: true,
  };
  const scanner = new RdbScanner(handler, options);
  let trailing = 0;
  try {
    for await (const chunk of decompress(counted(source, scan.onBytes), scan)) {
      scanner.push(chunk);
      trailing += scanner.restLength;
      scanner.takeRest();
      const waiting = scan.afterChunk?.();
      if (waiting !== undefined) await waiting;
      if (scan.enough?.()) return { scanner, trailing, complete: scanner.done };
    }
    scanner.end();
  } catch (error) {
    if (RedisFileError.is(error) && scan.file !== undefined) error.context.file ??= scan.file;
    throw error;
  }
  return { scanner, trailing, complete: true };
}

async function* counted(source: ByteSource, onBytes: FileScan['onBytes']): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of chunksOf(source)) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}
