import { ByteOutput } from '../bytes/index.ts';
import { type LevelNumber, type ScanFrame, SKIP } from '../rdb/index.ts';
import { IdleHandler } from './idle.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const LETTER_X = 0x78;
const DIGITS = '0123456789abcdef';

/** Text is handed out in pieces of about this size. */
const FULL = 1 << 16;

/**
 * Writes the names of keys, one per line, straight from the bytes of the file.
 *
 * A name with a control byte or a backslash, or that begins with a quote, is quoted: all but printable ASCII in it, and
 * quotes and backslashes, become `\xHH`. So a line that begins with a quote is a quoted name, and any other line is the
 * bytes of one.
 */
export class KeyLister extends IdleHandler {
  readonly #out = new ByteOutput(2 * FULL);
  readonly #raw: boolean;

  /** @param raw names as they are, each followed by a zero byte */
  constructor(raw: boolean) {
    super();
    this.#raw = raw;
  }

  /** Whether enough text is there to be written. */
  get full(): boolean {
    return this.#out.length >= FULL;
  }

  /** The text so far; lent until the next key is read. */
  take(): Uint8Array<ArrayBuffer> {
    const text = this.#out.bytes.subarray(0, this.#out.length);
    this.#out.length = 0;
    return text;
  }

  override key({ bytes, start, end }: ScanFrame): LevelNumber {
    const out = this.#out;
    out.reserve(end - start + 1);
    const into = out.bytes;
    let at = out.length;
    const raw = this.#raw;
    if (!raw && bytes[start] === QUOTE && start < end) {
      this.#quote(bytes, start, end);
      return SKIP;
    }
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if ((byte < 0x20 || byte === BACKSLASH || byte === DELETE) && !raw) {
        this.#quote(bytes, start, end);
        return SKIP;
      }
      into[at++] = byte;
    }
    into[at++] = raw ? 0 : NEWLINE;
    out.length = at;
    return SKIP;
  }

  #quote(bytes: Uint8Array, start: number, end: number): void {
    const out = this.#out;
    out.byte(QUOTE);
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x20 && byte < DELETE && byte !== QUOTE && byte !== BACKSLASH) out.byte(byte);
      else {
        out.byte(BACKSLASH);
        out.byte(LETTER_X);
        out.byte(DIGITS.charCodeAt(byte >> 4));
        out.byte(DIGITS.charCodeAt(byte & 15));
      }
    }
    out.byte(QUOTE);
    out.byte(NEWLINE);
  }
}
