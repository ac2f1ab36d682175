import { type ByteSource, chunksOf, tap } from '../bytes/index.ts';
import { type DecompressOptions, decompress } from '../compression/index.ts';
import { RedisFileError } from '../errors.ts';
import { type BytesRecord, RdbScanner } from '../rdb/index.ts';
import { HeadHandler } from './head.ts';
import { IdleHandler } from './idle.ts';
import { type FileScan, type ScanResult, scanFile } from './scan.ts';

/**
 * What a file is by its beginning: `rdb`; `base`, an RDB that says that it is or was the beginning of an append-only file;
 * or `log`, commands.
 */
export type ContentKind = 'rdb' | 'base' | 'log';

/** What an RDB that was written for an append-only file says of itself. */
const BASE_FIELDS: ReadonlySet<string> = new Set(['aof-base', 'aof-preamble']);

/** What commands and annotations begin with. */
const LOG_MARKS: readonly string[] = ['*', '#TS:'];

/**
 * Tells by its beginning, packed or not, what a file is. What is neither is `rdb`: reading it as such says what is wrong.
 *
 * @throws RedisFileError `IO`, and what the source throws
 */
export async function sniff(
  source: ByteSource,
  { strictVersion = false, onContainer }: FileScan & Pick<DecompressOptions, 'onContainer'> = {},
): Promise<ContentKind> {
  const head = new HeadHandler();
  let first = true;
  let log = false;
  // The scanner refuses what a log begins with at its first byte, so that is looked at before.
  const seen = tap(decompress(chunksOf(source), onContainer && { onContainer }), (chunk) => {
    if (chunk.length === 0 || !first) return;
    first = false;
    log = LOG_MARKS.some((mark) => begins(chunk, mark));
  });
  const scanner = new RdbScanner(head, {
    checksum: false,
    maxValueBytes: 1 << 20,
    pieces: true,
    strictVersion,
    family: undefined,
    skipDamaged: false,
    capture: false,
    reuse: true,
  });
  try {
    for await (const chunk of seen) {
      if (log) return 'log';
      scanner.push(chunk);
      if (head.done) break;
    }
  } catch (error) {
    if (!RedisFileError.is(error) || error.code === 'IO') throw error;
    return 'rdb';
  }
  return head.records.some(isBase) ? 'base' : 'rdb';
}

/** Whether one begins as the other does, as far as both go. */
function begins(bytes: Uint8Array, mark: string): boolean {
  for (let i = 0; i < Math.min(bytes.length, mark.length); i++) if (bytes[i] !== mark.charCodeAt(i)) return false;
  return true;
}

function isBase(record: BytesRecord): boolean {
  return record.kind === 'aux' && BASE_FIELDS.has(record.name) && record.value.length === 1 && record.value[0] === 0x31;
}

/**
 * What stands behind the end of an RDB, which is passed over without a look at its values; not all of it is read.
 *
 * @throws RedisFileError where the RDB is damaged
 */
export async function behindRdb(
  source: ByteSource,
  scan: FileScan = {},
): Promise<Pick<ScanResult, 'trailing' | 'tail'>> {
  let done = false;
  let chunks = 0;
  return scanFile(source, new IdleHandler(), {
    ...scan,
    checksum: false,
    afterChunk: (scanner) => {
      done = scanner.done;
      return undefined;
    },
    // The end may be that of a chunk, so that one more tells.
    enough: () => done && ++chunks > 1,
  });
}
