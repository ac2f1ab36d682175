import { Crc64 } from '../crc64/index.ts';
import { encodeMeta } from '../rdb/index.ts';
import type { LogContext } from './context.ts';
import { writeExpiry } from './expiry.ts';
import { ABSTTL, FREQ, IDLETIME, REPLACE, RESTORE, ZERO } from './words.ts';

/** What stands behind the value: a version and a checksum. */
const FOOTER = 10;
const VERSION = 2;

/**
 * Writes `RESTORE key ttl payload`, with what the target knows besides: `ABSTTL` with the time, `IDLETIME`, `FREQ`. The
 * payload is what DUMP on the target would begin with the same bytes: key metadata, type, value, the target's RDB
 * version, CRC64 (redis: src/cluster.c, createDumpPayload).
 *
 * What it needs for that is made once, and not for each key.
 */
export class RestoreWriter {
  readonly #c: LogContext;
  readonly #replace: boolean;
  readonly #crc = new Crc64();
  readonly #type = new Uint8Array(1);
  readonly #footer = new Uint8Array(FOOTER);
  readonly #footerView = new DataView(this.#footer.buffer);

  constructor(c: LogContext, replace: boolean) {
    this.#c = c;
    this.#replace = replace;
  }

  /** @param value the value as it is stored, in pieces, without its type */
  write(typeId: number, value: readonly Uint8Array[]): void {
    const { out, frame, target } = this.#c;
    out.begin(RESTORE);
    this.#c.key();
    const at = frame.expiresAt;
    // Without ABSTTL a time counts from when the command runs, and with it only times from 1 on are taken.
    const inside = at !== undefined && at > 0 && target.restoreAbsolute;
    if (inside) out.integer(at);
    else out.word(ZERO);
    this.#payload(typeId, value);
    if (this.#replace && target.restoreReplace) out.word(REPLACE);
    if (inside) out.word(ABSTTL);
    if (target.restoreAbsolute) writeUse(this.#c);
    out.end();
    if (at !== undefined && !inside) writeExpiry(this.#c, at);
  }

  #payload(typeId: number, value: readonly Uint8Array[]): void {
    const { out, frame, target } = this.#c;
    const meta = frame.meta === undefined || !target.keyMeta ? undefined : encodeMeta(frame.meta);
    this.#type[0] = typeId;
    let length = 1 + FOOTER + (meta?.length ?? 0);
    for (const piece of value) length += piece.length;
    this.#crc.reset();
    out.beginArgument(length);
    if (meta !== undefined) this.#piece(meta);
    this.#piece(this.#type);
    for (const piece of value) this.#piece(piece);
    this.#footerView.setUint16(0, target.rdb, true);
    this.#crc.update(this.#footer, 0, VERSION);
    this.#footerView.setUint32(VERSION, this.#crc.lo, true);
    this.#footerView.setUint32(VERSION + 4, this.#crc.hi, true);
    out.piece(this.#footer, 0, FOOTER);
    out.endArgument();
  }

  #piece(bytes: Uint8Array): void {
    this.#crc.update(bytes, 0, bytes.length);
    this.#c.out.piece(bytes, 0, bytes.length);
  }
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
