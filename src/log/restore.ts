import { Crc64 } from '../crc64/index.ts';
import { encodeMeta } from '../rdb/index.ts';
import type { LogContext } from './context.ts';
import { wholeSeconds, writeExpiry } from './expiry.ts';
import { ABSTTL, EXPIREAT, FREQ, IDLETIME, PEXPIREAT, REPLACE, RESTORE, ZERO } from './words.ts';

/** What stands behind the value: a version and a checksum. */
const FOOTER = 10;
const VERSION = 2;

/** Head of a command of fewer than ten arguments. */
const HEAD = 4;
/** What an argument has around its bytes besides the digits of their number: `$` and two line ends. */
const AROUND = 5;

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
    const { frame, target } = this.#c;
    this.#type[0] = typeId;
    const body = [this.#type, ...value];
    if (frame.meta !== undefined && target.keyMeta) body.unshift(encodeMeta(frame.meta));
    this.writeBody(body, true);
  }

  /**
   * @param body what a payload has before its version, in pieces
   * @param use with hints on when the key was used
   */
  writeBody(body: readonly Uint8Array[], use: boolean): void {
    const { out, frame, target } = this.#c;
    out.begin(RESTORE);
    this.#c.key();
    const at = frame.expiresAt;
    const inside = this.#inside;
    if (inside) out.integer(at!);
    else out.word(ZERO);
    this.#payload(body);
    if (this.#replace && target.restoreReplace) out.word(REPLACE);
    if (inside) out.word(ABSTTL);
    if (use && target.restoreAbsolute) writeUse(this.#c);
    out.end();
    if (at !== undefined && !inside) writeExpiry(this.#c, at);
  }

  /** Without ABSTTL a time counts from when the command runs, and with it only times from 1 on are taken. */
  get #inside(): boolean {
    const { frame, target } = this.#c;
    return frame.expiresAt !== undefined && frame.expiresAt > 0 && target.restoreAbsolute;
  }

  /** Bytes that `writeBody` would write, without hints. @param length of the body */
  sizeOf(length: number): number {
    const { frame, target } = this.#c;
    const key = argumentSize(frame.end - frame.start);
    const at = frame.expiresAt;
    let size = HEAD + RESTORE.bytes.length + key + argumentSize(length + FOOTER);
    if (this.#replace && target.restoreReplace) size += REPLACE.bytes.length;
    if (this.#inside) return size + argumentSize(String(at).length) + ABSTTL.bytes.length;
    size += ZERO.bytes.length;
    if (at === undefined) return size;
    const seconds = wholeSeconds(at);
    const name = seconds === undefined ? PEXPIREAT : EXPIREAT;
    return size + HEAD + name.bytes.length + key + argumentSize(String(seconds ?? at).length);
  }

  #payload(body: readonly Uint8Array[]): void {
    const { out, target } = this.#c;
    let length = FOOTER;
    for (const piece of body) length += piece.length;
    this.#crc.reset();
    out.beginArgument(length);
    for (const piece of body) this.#piece(piece);
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

/** Bytes of an argument. */
function argumentSize(length: number): number {
  return AROUND + String(length).length + length;
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
