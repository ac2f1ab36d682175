/**
 * HyperLogLogs, byte for byte as the servers keep them in strings (redis: src/hyperloglog.c): a header of 16 bytes,
 * which ends in the last estimate, then 16384 registers. Those are either packed into 6 bits each, or written as runs:
 *
 * | Run | Registers |
 * | --- | --- |
 * | `00xxxxxx` | 1 to 64 that are zero |
 * | `01xxxxxx yyyyyyyy` | 1 to 16384 that are zero |
 * | `1vvvvvxx` | 1 to 4 of the value 1 to 32 |
 */
import { grown } from '../bytes/index.ts';
import { type Estimator, estimate } from './hyperloglog-estimate.ts';
import { Murmur64 } from './murmur64.ts';
import { Refusal } from './outcome.ts';

const HEADER = 16;
const REGISTERS = 16_384;
const DENSE_SIZE: number = HEADER + (REGISTERS * 6) / 8;

/** Place and values of the byte that tells how the registers are written. */
const ENCODING = 4;
const DENSE = 0;
const SPARSE = 1;

/** The last estimate: eight bytes, little endian. The top bit of the last one says that it is out of date. */
const ESTIMATE = 8;
const STALE = 15;

const ZERO_LONGEST = 64;
const VAL_LONGEST = 4;
const VAL_HIGHEST = 32;

/** Runs that are looked at for merging after a change. */
const MERGE_STEPS = 5;

/** What servers have for hll-sparse-max-bytes unless they are told otherwise. */
export const SPARSE_MAX_BYTES = 3000;

/** Whether commands take a string for a HyperLogLog. Runs of registers may still prove damaged when they are used. */
export function isHyperLogLog(value: Uint8Array): boolean {
  if (value.length < HEADER || value[0] !== 0x48 || value[1] !== 0x59 || value[2] !== 0x4c || value[3] !== 0x4c) {
    return false;
  }
  return value[ENCODING] === SPARSE || (value[ENCODING] === DENSE && value.length === DENSE_SIZE);
}

/**
 * Changes HyperLogLogs, one after the other: `open` or `create`, then change it, then take its `bytes`.
 *
 * Methods that answer undefined met damaged runs. The server gives up with an error there, and so should the caller;
 * what was changed before stays changed.
 */
export class HyperLogLog {
  readonly #sparseMax: number;
  readonly #murmur: Murmur64 = new Murmur64();
  /** The value, up to `#length`. */
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Where values of runs are changed, as they grow. */
  #scratch: Uint8Array<ArrayBuffer> = new Uint8Array(4096);

  /** @param sparseMax size above which a value of runs is packed: the server's `hll-sparse-max-bytes` */
  constructor(sparseMax: number = SPARSE_MAX_BYTES) {
    this.#sparseMax = sparseMax;
  }

  /**
   * Takes up a value. Registers that are packed are changed where they are; others in a copy.
   *
   * @returns false when it is no HyperLogLog
   */
  open(value: Uint8Array): boolean {
    if (!isHyperLogLog(value)) return false;
    if (value[ENCODING] === DENSE) {
      this.#bytes = value;
      this.#length = value.length;
    } else {
      this.#reserve(value.length);
      this.#bytes.set(value);
      this.#length = value.length;
    }
    return true;
  }

  /** Begins a new one, whose registers are all zero. */
  create(): void {
    this.#reserve(HEADER + 2);
    this.#length = HEADER + 2;
    this.#bytes.fill(0, 0, this.#length);
    this.#bytes.set([0x48, 0x59, 0x4c, 0x4c, SPARSE]);
    putXzero(this.#bytes, HEADER, REGISTERS);
  }

  /** The value: the one that was opened where it is changed in place, else lent until the next call of a method. */
  get bytes(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }

  /** Marks the estimate in the value as out of date, as commands do that change something. */
  invalidate(): void {
    this.#bytes[STALE] |= 0x80;
  }

  /** Adds an element. Returns whether a register changed; the caller then has to invalidate the estimate. */
  add(element: Uint8Array, start: number, end: number): boolean | undefined {
    const hash = this.#murmur;
    hash.hash(element, start, end);
    // The low 14 bits are the index. Of the others counts how many are zero before the first that is set, and one.
    const lower = (hash.low >>> 14) | (hash.high << 18);
    const upper = (hash.high >>> 14) | (1 << (50 - 32));
    const count = lower !== 0 ? trailingZeros(lower) + 1 : trailingZeros(upper) + 33;
    return this.#set(hash.low & (REGISTERS - 1), count);
  }

  /**
   * Brings the estimate in the value up to date.
   *
   * @returns whether it was out of date
   */
  count(estimator: Estimator): boolean | undefined {
    if ((this.#bytes[STALE] & 0x80) === 0) return false;
    const histogram = new Uint32Array(64);
    const whole = eachRun(this.#bytes, this.#length, (_index, length, value) => {
      histogram[value] += length;
    });
    if (!whole) return undefined;
    let rest = estimate(histogram, estimator);
    for (let i = ESTIMATE; i <= STALE; i++) {
      this.#bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return true;
  }

  /** Packs the registers, if they are not. */
  toDense(): true | undefined {
    if (this.#bytes[ENCODING] === DENSE) return true;
    const dense = new Uint8Array(DENSE_SIZE);
    dense.set(this.#bytes.subarray(0, HEADER));
    dense[ENCODING] = DENSE;
    const whole = eachRun(this.#bytes, this.#length, (index, length, value) => {
      if (value > 0) for (let i = index; i < index + length; i++) putRegister(dense, i, value);
    });
    if (!whole) return undefined;
    this.#bytes = dense;
    this.#length = DENSE_SIZE;
    return true;
  }

  /**
   * Takes the maximum of each register over this one and others, and invalidates the estimate (PFMERGE). Others that
   * are missing are left out.
   *
   * @param alwaysDense packs the result, as servers up to 3.2 do; later ones do where one of the values is packed
   * @returns undefined, and nothing is changed, when one of the others is no HyperLogLog or damaged
   */
  merge(others: readonly Uint8Array[], alwaysDense: boolean = false): true | undefined {
    const max = new Uint8Array(REGISTERS);
    let dense = alwaysDense;
    for (const value of [this.bytes, ...others]) {
      if (!isHyperLogLog(value)) return undefined;
      if (value[ENCODING] === DENSE) dense = true;
      const whole = eachRun(value, value.length, (index, length, register) => {
        for (let i = index; i < index + length; i++) if (register > max[i]) max[i] = register;
      });
      if (!whole) return undefined;
    }
    if (dense) this.toDense();
    for (let i = 0; i < REGISTERS; i++) if (max[i] > 0) this.#set(i, max[i]);
    this.invalidate();
    return true;
  }

  #set(index: number, count: number): boolean | undefined {
    if (this.#bytes[ENCODING] === SPARSE) return this.#setSparse(index, count);
    if (register(this.#bytes, index) >= count) return false;
    putRegister(this.#bytes, index, count);
    return true;
  }

  #setSparse(index: number, count: number): boolean | undefined {
    if (count > VAL_HIGHEST) return this.#promote(index, count);
    const bytes = this.#bytes;
    const length = this.#length;
    let previous = -1;
    let at = HEADER;
    let first = 0;
    let span = 0;
    while (at < length) {
      span = runLength(bytes, at, length);
      if (index < first + span) break;
      previous = at;
      at += runSize(bytes[at]);
      first += span;
    }
    if (at >= length) return undefined;
    const value = runValue(bytes[at]);
    if (value >= count) return false;
    if (span === 1 && runSize(bytes[at]) === 1) putVal(bytes, at, 1, count);
    else if (!this.#split(at, index - first, span, value, count)) return this.#promote(index, count);
    this.#mergeRuns(previous < 0 ? HEADER : previous);
    this.invalidate();
    return true;
  }

  /**
   * Replaces a run by what is left before a register, the register, and what is left behind it.
   *
   * @returns false, and nothing is changed, when the value would become too long
   */
  #split(at: number, before: number, span: number, value: number, count: number): boolean {
    const sequence = new Uint8Array(5);
    let size = putRun(sequence, 0, before, value);
    putVal(sequence, size++, 1, count);
    size = putRun(sequence, size, span - before - 1, value);
    const old = runSize(this.#bytes[at]);
    if (at + old > this.#length) {
      throw new Refusal('changes registers whose run is cut off, where servers write behind the end of the string');
    }
    const grown = this.#length + size - old;
    if (size > old && grown > this.#sparseMax) return false;
    if (grown > this.#bytes.length) this.#reserve(grown);
    this.#bytes.copyWithin(at + size, at + old, this.#length);
    this.#bytes.set(sequence.subarray(0, size), at);
    this.#length = grown;
    return true;
  }

  /** Joins neighbours of equal value from a run on; of those the next few are looked at. */
  #mergeRuns(from: number): void {
    const bytes = this.#bytes;
    let at = from;
    for (let steps = MERGE_STEPS; steps > 0 && at < this.#length; steps--) {
      const value = runValue(bytes[at]);
      if (value > 0 && at + 1 < this.#length && runValue(bytes[at + 1]) === value) {
        const joined = runLength(bytes, at, this.#length) + runLength(bytes, at + 1, this.#length);
        if (joined <= VAL_LONGEST) {
          putVal(bytes, at + 1, joined, value);
          bytes.copyWithin(at, at + 1, this.#length);
          this.#length--;
          continue;
        }
      }
      at += runSize(bytes[at]);
    }
  }

  #promote(index: number, count: number): boolean | undefined {
    if (this.toDense() === undefined) return undefined;
    return this.#set(index, count);
  }

  /** Makes the scratch memory the value's, with room for so many bytes. What it holds stays. */
  #reserve(size: number): void {
    if (size > this.#scratch.length) this.#scratch = grown(this.#scratch, size);
    this.#bytes = this.#scratch;
  }
}

/**
 * Visits all registers, as runs of equal ones.
 *
 * @returns false when they are not exactly as many as there have to be
 */
function eachRun(
  bytes: Uint8Array,
  end: number,
  visit: (index: number, length: number, value: number) => void,
): boolean {
  if (bytes[ENCODING] === DENSE) {
    for (let i = 0; i < REGISTERS; i++) visit(i, 1, register(bytes, i));
    return true;
  }
  let index = 0;
  for (let at = HEADER; at < end; at += runSize(bytes[at])) {
    const length = runLength(bytes, at, end);
    // Servers of before July 2025 ignore what follows on all registers, where it is not zero.
    if (index + length > REGISTERS) return false;
    visit(index, length, runValue(bytes[at]));
    index += length;
  }
  return index === REGISTERS;
}

function register(bytes: Uint8Array, index: number): number {
  const bit = index * 6;
  const at = HEADER + (bit >> 3);
  return ((bytes[at] | (bytes[at + 1] << 8)) >> (bit & 7)) & 63;
}

function putRegister(bytes: Uint8Array, index: number, value: number): void {
  const bit = index * 6;
  const at = HEADER + (bit >> 3);
  const shift = bit & 7;
  bytes[at] = (bytes[at] & ~(63 << shift)) | (value << shift);
  // The last register ends with its byte.
  if (shift > 2) bytes[at + 1] = (bytes[at + 1] & ~(63 >> (8 - shift))) | (value >> (8 - shift));
}

/** Bytes of a run. */
function runSize(first: number): 1 | 2 {
  return first >> 6 === 1 ? 2 : 1;
}

/** Registers of a run. Of one that is cut off by the end servers read the NUL that stands behind each string. */
function runLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  if (first >= 0x80) return (first & 3) + 1;
  if (first < 0x40) return first + 1;
  return (((first & 0x3f) << 8) | (at + 1 < end ? bytes[at + 1] : 0)) + 1;
}

/** What the registers of a run are. */
function runValue(first: number): number {
  return first >= 0x80 ? ((first >> 2) & 31) + 1 : 0;
}

/** Writes a run, of none to 16384 registers, and returns where it ends. */
function putRun(into: Uint8Array, at: number, length: number, value: number): number {
  if (length === 0) return at;
  if (value > 0) putVal(into, at, length, value);
  else if (length > ZERO_LONGEST) return putXzero(into, at, length);
  else into[at] = length - 1;
  return at + 1;
}

function putXzero(into: Uint8Array, at: number, length: number): number {
  into[at] = 0x40 | ((length - 1) >> 8);
  into[at + 1] = (length - 1) & 0xff;
  return at + 2;
}

function putVal(into: Uint8Array, at: number, length: number, value: number): void {
  into[at] = 0x80 | ((value - 1) << 2) | (length - 1);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
