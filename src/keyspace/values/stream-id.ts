import { grown, unsigned64, WORD } from '../../bytes/index.ts';

const MOST = 0xffffffff;
const MASK = 0xffffffffn;

/** A stream id as the unsigned halves of its two numbers, so that all of its 128 bits are exact without a bigint. */
export class StreamId {
  msHi = 0;
  msLo = 0;
  seqHi = 0;
  seqLo = 0;

  set(msHi: number, msLo: number, seqHi: number, seqLo: number): this {
    this.msHi = msHi;
    this.msLo = msLo;
    this.seqHi = seqHi;
    this.seqLo = seqLo;
    return this;
  }

  copy({ msHi, msLo, seqHi, seqLo }: StreamId): this {
    return this.set(msHi, msLo, seqHi, seqLo);
  }

  /** Takes the first number, which is not negative; the second one becomes 0. */
  setMs(ms: number | bigint): this {
    return this.set(highOf(ms), lowOf(ms), 0, 0);
  }

  setSeq(seq: number | bigint): this {
    return this.set(this.msHi, this.msLo, highOf(seq), lowOf(seq));
  }

  clone(): StreamId {
    return new StreamId().copy(this);
  }

  /** Negative, 0 or positive. */
  compare(other: StreamId): number {
    return this.msHi - other.msHi || this.msLo - other.msLo || this.seqHi - other.seqHi || this.seqLo - other.seqLo;
  }

  sameMs({ msHi, msLo }: StreamId): boolean {
    return this.msHi === msHi && this.msLo === msLo;
  }

  get isZero(): boolean {
    return this.msHi === 0 && this.msLo === 0 && this.seqHi === 0 && this.seqLo === 0;
  }

  /** Becomes the id behind it. @returns false where there is none */
  increment(): boolean {
    if (this.incrementSeq()) return true;
    if (this.msLo === MOST && this.msHi === MOST) return false;
    const carry = this.msLo === MOST;
    this.set(carry ? this.msHi + 1 : this.msHi, carry ? 0 : this.msLo + 1, 0, 0);
    return true;
  }

  /** The same within the same first number. */
  incrementSeq(): boolean {
    if (this.seqLo !== MOST) this.seqLo++;
    else if (this.seqHi !== MOST) {
      this.seqHi++;
      this.seqLo = 0;
    } else return false;
    return true;
  }

  toString(): string {
    return `${unsigned64(this.msHi, this.msLo)}-${unsigned64(this.seqHi, this.seqLo)}`;
  }
}

function highOf(value: number | bigint): number {
  return typeof value === 'number' ? Math.floor(value / WORD) : Number(value >> 32n);
}

function lowOf(value: number | bigint): number {
  return typeof value === 'number' ? value >>> 0 : Number(value & MASK);
}

const WORDS = 4;

/** Ids of a command, without an object for each. */
export class IdList {
  length = 0;
  #words = new Uint32Array(64 * WORDS);

  clear(): void {
    this.length = 0;
  }

  push({ msHi, msLo, seqHi, seqLo }: StreamId): void {
    const at = this.length++ * WORDS;
    if (at === this.#words.length) this.#words = grown(this.#words);
    const words = this.#words;
    words[at] = msHi;
    words[at + 1] = msLo;
    words[at + 2] = seqHi;
    words[at + 3] = seqLo;
  }

  /** Reads one of them into `into`, and returns that. */
  at(i: number, into: StreamId): StreamId {
    const words = this.#words;
    const at = i * WORDS;
    return into.set(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!);
  }
}
