import { ByteReader } from '../bytes/index.ts';
import { unlz4Frame, unzstd } from '../compression/index.ts';
import type { ValueContext } from './context.ts';
import * as op from './opcodes.ts';

/** A blob of more than this many bytes, unpacked, is refused. */
const MAX_BLOB = 1 << 28;

/**
 * Dragonfly: a string that is a compressed piece of the file, as a reader of the records in it
 * (dragonfly: src/server/rdb_load.cc, HandleCompressedBlob).
 *
 * @param opcode says how it is compressed
 * @param capture the bytes of the records are kept
 */
export function openBlob(c: ValueContext, opcode: number, capture: boolean): ByteReader {
  c.contiguous();
  const packed = c.bytes.subarray(c.start, c.end);
  const bytes = opcode === op.DF_ZSTD_BLOB ? unzstd(packed, MAX_BLOB) : unlz4Frame(packed, MAX_BLOB);
  const reader = new ByteReader();
  if (capture) reader.startCapture(0);
  reader.append(bytes);
  return reader;
}
