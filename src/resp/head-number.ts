const CR = 0x0d;
const LF = 0x0a;

/**
 * Bytes that a server reads of a line at most (redis 7.0 to 8.10: src/aof.c, AOF_ANNOTATION_LINE_MAX_LEN less the NUL
 * behind it); what follows is another line to it.
 */
export const LINE_LIMIT = 1023;

/** More digits are no number that anything can have. */
const MOST_DIGITS = 15;

/** Digits of a 64-bit number and one more, so that C's limits are reached where they are passed. */
const MOST_TOLERANT_DIGITS = 20;

const INT64_MAX = 0x7fffffffffffffffn;

const BLANKS = 0;
const SIGN = 1;
const DIGITS = 2;
const JUNK = 3;

/** The number in a line like `*3` or `$12`, read a byte at a time from behind the mark to the end of the line. */
export class HeadNumber {
  /** The line is over. */
  done = false;
  readonly #tolerant: boolean;
  #digits = '';
  #negative = false;
  #state = BLANKS;
  #return = false;
  /** Bytes of the line, the mark included. */
  #length = 1;

  constructor(tolerant: boolean) {
    this.#tolerant = tolerant;
  }

  /** Nothing of the line has come. */
  get empty(): boolean {
    return this.#length === 1;
  }

  clear(): void {
    this.done = false;
    this.#digits = '';
    this.#negative = false;
    this.#state = BLANKS;
    this.#return = false;
    this.#length = 1;
  }

  /** @returns what is wrong with the byte, if anything */
  add(byte: number): string | undefined {
    this.#length++;
    return this.#tolerant ? this.#addTolerant(byte) : this.#addStrict(byte);
  }

  #addStrict(byte: number): string | undefined {
    if (this.#return) {
      this.done = byte === LF;
      return this.done ? undefined : 'expected LF behind CR';
    }
    if (byte === CR) {
      this.#return = true;
      return this.#digits === '' ? 'expected digits' : undefined;
    }
    if (byte < 48 || byte > 57) return 'expected a digit or CR';
    if (this.#digits === '0') return 'expected no digit behind a leading 0';
    this.#digits += String.fromCharCode(byte);
    return this.#digits.length > MOST_DIGITS ? `expected at most ${MOST_DIGITS} digits` : undefined;
  }

  /** As C's strtol, base 10, on a line that fgets gave. */
  #addTolerant(byte: number): string | undefined {
    this.done = byte === LF || this.#length >= LINE_LIMIT;
    if (byte === LF) return undefined;
    if (byte >= 48 && byte <= 57 && this.#state !== JUNK) {
      this.#state = DIGITS;
      if (this.#digits !== '0' && this.#digits.length < MOST_TOLERANT_DIGITS) this.#digits += String.fromCharCode(byte);
      else if (this.#digits === '0') this.#digits = String.fromCharCode(byte);
    } else if (this.#state === BLANKS && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) {
      // Blanks before the number count for nothing.
    } else if (this.#state === BLANKS && (byte === 0x2b || byte === 0x2d)) {
      this.#state = SIGN;
      this.#negative = byte === 0x2d;
    } else {
      this.#state = JUNK;
    }
    return undefined;
  }

  /** As a C `long`, which stops at its limits. */
  long(): number {
    const value = Number(this.#digits);
    return this.#negative && value !== 0 ? -value : value;
  }

  /** Tolerant as a C `int`, which glibc's `atoi` cuts out of a `long`. */
  int(): number {
    if (!this.#tolerant || this.#digits.length < 10) return this.long();
    let value = BigInt(this.#digits);
    if (value > INT64_MAX) value = this.#negative ? INT64_MAX + 1n : INT64_MAX;
    return Number(BigInt.asIntN(32, this.#negative ? -value : value));
  }
}
