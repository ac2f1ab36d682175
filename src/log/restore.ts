import { Crc64 } from '../crc64/index.ts';
import type { LogContext } from './context.ts';
import { writeExpiry } from './expiry.ts';
import { encodeMeta } from './parts.ts';
import { ABSTTL, FREQ, IDLETIME, REPLACE, RESTORE, ZERO } from './words.ts';

/** Version and checksum. */
const FOOTER = 10;

/**
 * Writes `RESTORE key ttl payload`, with what the target knows besides: `ABSTTL` with the time, `IDLETIME`, `FREQ`. The
 * payload is what DUMP on the target would begin with the same bytes: key metadata, type, value, the target's RDB
 * version, CRC64 (redis: src/cluster.c, createDumpPayload).
 *
 * @param value type byte and value, in pieces
 */
export function writeRestore(c: LogContext, value: readonly Uint8Array[], replace: boolean): void {
  const { out, frame, target } = c;
  const pieces = [...metaOf(c), ...value];
  const footer = new Uint8Array(FOOTER);
  const view = new DataView(footer.buffer);
  view.setUint16(0, target.rdb, true);
  pieces.push(footer);
  const crc = new Crc64();
  for (const piece of pieces) crc.update(piece, 0, piece === footer ? 2 : piece.length);
  view.setBigUint64(2, crc.toBigInt(), true);

  c.command(RESTORE);
  const at = frame.expiresAt;
  // Without ABSTTL a time counts from when the command runs, and with it only times from 1 on are taken.
  const inside = at !== undefined && at > 0 && target.restoreAbsolute;
  if (inside) out.integer(at);
  else out.word(ZERO);
  out.beginArgument(pieces.reduce((sum, piece) => sum + piece.length, 0));
  for (const piece of pieces) out.piece(piece, 0, piece.length);
  out.endArgument();
  if (replace && target.restoreReplace) out.word(REPLACE);
  if (inside) out.word(ABSTTL);
  if (target.restoreAbsolute) writeUse(c);
  out.end();
  if (at !== undefined && !inside) writeExpiry(c, at);
}

/** Hints on when a key was used, which a server without an eviction policy for them ignores. */
function writeUse({ out, frame }: LogContext): void {
  if (frame.freq !== undefined) {
    out.word(FREQ);
    out.integer(frame.freq);
  } else if (frame.idle !== undefined) {
    out.word(IDLETIME);
    out.integer(frame.idle);
  }
}

function metaOf({ frame, target }: LogContext): Uint8Array[] {
  return frame.meta === undefined || !target.keyMeta ? [] : [encodeMeta(frame.meta)];
}
