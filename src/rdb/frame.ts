import { type ByteReader, latin1 } from '../bytes/index.ts';
import type { ValueContext } from './context.ts';
import { OLDEST_VALKEY } from './profiles.ts';
import type { Family } from './records.ts';

/** Length of the magic and the version digits. */
const HEADER_LENGTH = 9;
/** Length of the random mark that ends a diskless transfer. */
const MARK_LENGTH = 40;
/** `$EOF:`, the mark, and the end of the line. */
const LONGEST_LINE = 5 + MARK_LENGTH + 2;

export interface Header {
  family: Family;
  version: number;
}

/** How a captured replication stream wraps the RDB (redis: src/replication.c, readSyncBulkPayload). */
export interface ReplicationFrame {
  kind: 'disk' | 'diskless';
  /** disk: announced bytes of the RDB. */
  length: number;
  /** diskless: what stands behind the RDB. */
  mark: Uint8Array;
}

/**
 * Reads `REDISdddd` or `VALKEYddd` (redis: src/rdb.c, rdbLoadRioWithLoadingCtx). What cannot become either is refused
 * at its first wrong byte.
 *
 * @throws RedisFileError `BAD_MAGIC`; `UNSUPPORTED_VERSION` for `VALKEY` with a version that is not Valkey's
 */
export function readHeader(r: ByteReader): Header {
  const have = latin1(r.bytes, r.pos, Math.min(r.end, r.pos + HEADER_LENGTH));
  if (!/^(?:R(?:E(?:D(?:I(?:S\d{0,4})?)?)?)?|V(?:A(?:L(?:K(?:E(?:Y\d{0,3})?)?)?)?)?)?$/.test(have)) {
    throw r.fail('BAD_MAGIC', `expected an RDB file ("REDIS" or "VALKEY" and its version), found ${guess(r, have)}`);
  }
  // One byte at a time, so that what cannot become a header is refused at once.
  if (have.length < HEADER_LENGTH) r.need(have.length + 1);
  const redis = have[0] === 'R';
  const version = Number(have.slice(redis ? 5 : 6));
  // Valkey wrote REDIS before, so no server makes or loads such a file.
  if (!redis && version < OLDEST_VALKEY) {
    throw r.fail('UNSUPPORTED_VERSION', `RDB versions of Valkey begin with ${OLDEST_VALKEY}, found ${version}`);
  }
  r.pos += HEADER_LENGTH;
  return { family: redis ? 'redis' : 'valkey', version };
}

const UNPACKS = 'which RdbParser does not unpack (readRdb does)';
const FOREIGN = 'which is to be unpacked first';

/** What else a file may be, by its first characters. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['\x1f\x8b', `gzip data, ${UNPACKS}`],
  ['\x28\xb5\x2f\xfd', `zstd data, ${UNPACKS}`],
  ['\x04\x22\x4d\x18', `LZ4 data, ${UNPACKS}`],
  ['VCS', `a compressed file of Valkey, ${UNPACKS}`],
  ['\xfd7zXZ\0', `xz data, ${FOREIGN}`],
  ['BZh', `bzip2 data, ${FOREIGN}`],
  ['PK\x03\x04', `a zip archive, ${FOREIGN}`],
  ['7z\xbc\xaf\x27\x1c', `a 7z archive, ${FOREIGN}`],
  ['UkVESVM', 'an RDB file in base64, which is to be decoded first'],
  ['VkFMS0VZ', 'an RDB file in base64, which is to be decoded first'],
  ['\xef\xbb\xbf', 'a byte order mark, so that a text editor has written the file'],
  ['\xff\xfe', 'text in UTF-16, so that the bytes of an RDB file are lost'],
  ['\xfe\xff', 'text in UTF-16, so that the bytes of an RDB file are lost'],
  ['00000000', 'a hex dump, which is to be made bytes again first'],
  ['524544495', 'a hex dump, which is to be made bytes again first'],
  ['+FULLRESY', 'the answer to PSYNC, a line which is to be cut off before a replicated RDB'],
  ['+CONTINUE', 'the answer to PSYNC of a server that sends commands and no RDB'],
  ['\n', 'line ends with which a server keeps a replica waiting, and which are to be cut off before the RDB'],
  ['+OK\r\n', 'what a server answers to a client, such as the output of MONITOR'],
  ['-ERR ', 'an error that a server answers'],
  ['-NOAUTH ', 'an error that a server answers'],
  ['<', 'HTML or XML, perhaps what a download was answered with'],
  ['#TS:', 'an append-only file without an RDB preamble'],
  ['file ', 'a manifest of a multi-part append-only file'],
];

/** What was found instead of a header, and what that may be. */
function guess(r: ByteReader, have: string): string {
  const shown = JSON.stringify(have);
  // What stands inside a file is no file.
  if (r.offset > 0) return shown;
  if (/^\*\d+\r/.test(have)) return `${shown}: an append-only file without an RDB preamble`;
  const other = OTHERS.find(([begin]) => have.startsWith(begin));
  return other === undefined ? shown : `${shown}: ${other[1]}`;
}

/** Reads the line before a captured RDB, if there is one; undefined for a plain file. */
export function readReplicationFrame(r: ByteReader): ReplicationFrame | undefined {
  r.need(1);
  if (r.bytes[r.pos] !== 0x24) return undefined;
  const line = latin1(r.bytes, r.pos, Math.min(r.end, r.pos + LONGEST_LINE));
  const end = line.indexOf('\r\n');
  const head = end < 0 ? line : line.slice(0, end);
  const possible = /^\$(?:\d{0,15}\r?|E|EO|EOF|EOF:[^\r]{0,40}\r?)$/;
  const complete = /^\$(?:\d{1,15}|EOF:[^\r]{40})$/;
  if (!(end < 0 ? possible : complete).test(head)) {
    throw r.fail(
      'BAD_MAGIC',
      `expected an RDB file or a captured replication stream, found ${JSON.stringify(line.slice(0, HEADER_LENGTH))}`,
    );
  }
  if (end < 0) r.need(line.length + 1);
  r.pos += end + 2;
  if (line[1] !== 'E') return { kind: 'disk', length: Number(line.slice(1, end)), mark: new Uint8Array(0) };
  return { kind: 'diskless', length: 0, mark: r.bytes.slice(r.pos - 2 - MARK_LENGTH, r.pos - 2) };
}

/**
 * Reads what a replication stream has behind the RDB; a file has nothing there.
 *
 * @param length bytes of the RDB
 */
export function readReplicationEnd(c: ValueContext, frame: ReplicationFrame | undefined, length: number): void {
  if (frame?.kind === 'disk' && length !== frame.length) {
    throw c.fail('BAD_LENGTH', `an RDB of ${length} bytes in a replication stream that announces ${frame.length}`);
  }
  if (frame?.kind === 'diskless') {
    const { r } = c;
    r.need(frame.mark.length);
    if (latin1(r.bytes, r.pos, r.pos + frame.mark.length) !== latin1(frame.mark)) {
      throw c.fail('BAD_VALUE', 'the mark behind a replicated RDB is not the one announced before it');
    }
    r.pos += frame.mark.length;
  }
}
