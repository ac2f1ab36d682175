/**
 * How hard it is for bytes that are no record to look like one, in bits: every bit halves the chance. The figures are those
 * of random bytes, rounded down.
 */

/** What a run of records needs to be taken for one: of 100 MB of garbage, one in thousands holds a false one. */
export const ENOUGH_BITS: number = 36;
/** The same of a run that ends in damage again. */
export const ALONE_BITS: number = 44;

/** A type byte, of about 25 in 256. */
export const TYPE_BITS: number = 3;
/** An opcode with a small number behind it. */
export const OPCODE_BITS: number = 10;
/** An opcode and a time of our century, in eight bytes. */
export const TIME_BITS: number = 24;
/** One byte, or one of a few, that may be anything. */
export const USE_BITS: number = 4;
/** Nine bytes before the end, the first of them the end mark. */
export const END_BITS: number = 40;
/** Commands, or their mark, behind the end. */
export const LOG_BITS: number = 16;

/** A value that contradicts itself easily, and does not. */
export const STRONG_VALUE: number = 16;
const VALUE_BITS: Readonly<Record<string, number>> = {
  listpack: STRONG_VALUE,
  listpackex: STRONG_VALUE,
  ziplist: STRONG_VALUE,
  zipmap: STRONG_VALUE,
  intset: STRONG_VALUE,
  quicklist: STRONG_VALUE,
  stream: STRONG_VALUE,
  module: STRONG_VALUE,
  lzf: 12,
  int: 6,
};

/** What a value's form says by itself. */
export function formBits(encoding: string): number {
  return VALUE_BITS[encoding] ?? 2;
}

/** Text is seen in so many of its first bytes. */
const LOOKED_AT = 256;
/** A name of more bytes is as odd as one that is no text. */
export const LONG_NAME: number = 1 << 10;
const PER_CHARACTER = 1.4;
/** Decimals of 32 bits are no longer. */
const LONGEST_NUMBER = 11;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Whether bytes are printable text, in ASCII or what UTF-8 writes beyond it, as far as the first of them tell. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end, start + LOOKED_AT);
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte < 0x20 || byte === 0x7f || byte > 0xf4) return false;
    if (byte < 0x80) continue;
    // A lead byte, and as many bytes behind it as it says.
    let more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
    if (more === 0) return false;
    for (; more > 0 && at + 1 < end; more--) if ((bytes[++at]! & 0xc0) !== 0x80) return false;
    if (more > 0) return false;
  }
  return true;
}

/** Bits for text, `most` at most; none for anything else. */
export function textBits(bytes: Uint8Array, start: number, end: number, most: number): number {
  return isText(bytes, start, end) ? Math.min(most, PER_CHARACTER * (end - start)) : 0;
}

/** Whether a string is the decimal of an integer, as strings that are stored as integers are. */
export function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > LONGEST_NUMBER) return false;
  for (let at = bytes[start] === MINUS ? start + 1 : start; at < end; at++) {
    if (bytes[at]! < ZERO || bytes[at]! > ZERO + 9) return false;
  }
  return true;
}

/**
 * Whether a string whose length is damaged ends too early: then its rest, which is text, leads to the next record.
 *
 * @param head the first bytes of the string as it is stored
 * @param rest what lies between its end and the next record
 */
export function isCutShort(head: Uint8Array, rest: Uint8Array): boolean {
  const first = head[0]!;
  const more = rest.length;
  let fits = false;
  if (first < 0x40) fits = first + more < 0x40;
  else if (first < 0x80) {
    const length = ((first & 0x3f) << 8) | head[1]!;
    const right = length + more;
    fits = right < 0x4000 && (right >> 8 === length >> 8 || (right & 0xff) === (length & 0xff));
  }
  return fits && isText(rest, 0, more);
}
