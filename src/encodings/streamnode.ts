import { concat, decimalBytes, highHalf, signed64 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import type { EntryVisitor } from './packed.ts';

/** Sees the live entries of a stream node; between `entry` and `entryEnd` come field, value, field, value, ... */
export interface StreamEntryVisitor extends EntryVisitor {
  /** An entry begins; the halves of its id are unsigned. */
  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void;
  entryEnd(): void;
}

const COUNT = 0;
const DELETED = 1;
const FIELD_COUNT = 2;
const MASTER_FIELD = 3;
const MASTER_END = 4;
const FLAGS = 5;
const MS = 6;
const SEQ = 7;
const PAIR_COUNT = 8;
const FIELD = 9;
const VALUE = 10;
const ELEMENT_COUNT = 11;

/** A name that all entries of a node share has to be held. */
const LARGEST_FIELD = 64 << 20;

const FLAG_DELETED = 1;
const FLAG_SAME_FIELDS = 2;

/** Names of the elements, for messages. */
const ELEMENT = [
  'count of entries',
  'count of deleted entries',
  'count of master fields',
  'master field',
  'end of the master entry',
  'flags of an entry',
  'ms of an entry',
  'seq of an entry',
  'count of fields',
  'field',
  'value',
  'element count of an entry',
] as const;

/**
 * Decodes the listpack of a stream node from its elements (redis: src/t_stream.c, streamAppendItem): a master entry
 * `count deleted n field*n 0`, then entries `flags ms-diff seq-diff [n field] value ... elements`, the names left out
 * where they are those of the master. Being fed element by element it works for nodes of any size.
 */
export class StreamNodeDecoder implements EntryVisitor {
  /** Live entries seen. */
  live = 0;
  /** Deleted entries seen. */
  deleted = 0;
  /** What the node says of itself. */
  announcedLive = 0;
  announcedDeleted = 0;
  /** Some live entry had no id above that of the one before it, in this node or an earlier one. */
  disorder = false;
  /** Look also at what serves walking backwards only. */
  thorough = false;

  #visitor: StreamEntryVisitor;
  #state = COUNT;
  #masterMsHi = 0;
  #masterMsLo = 0;
  #masterSeqHi = 0;
  #masterSeqLo = 0;
  #fields: Uint8Array[] = [];
  #flags = 0;
  #msHi = 0;
  #msLo = 0;
  #lastMsHi = 0;
  #lastMsLo = 0;
  #lastSeqHi = 0;
  #lastSeqLo = 0;
  #left = 0;
  #next = 0;
  /** Elements of the entry at hand, as it should tell behind them. */
  #elements = 0;
  /** Pieces of a master field that came in several. */
  #large: Uint8Array[] | undefined;

  constructor(visitor: StreamEntryVisitor) {
    this.#visitor = visitor;
  }

  /** The next node is the first of a stream. */
  restart(): void {
    this.disorder = false;
    this.#lastMsHi = this.#lastMsLo = this.#lastSeqHi = this.#lastSeqLo = 0;
  }

  /** A node begins, under its master id. */
  begin(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#masterMsHi = msHi;
    this.#masterMsLo = msLo;
    this.#masterSeqHi = seqHi;
    this.#masterSeqLo = seqLo;
    this.#fields = [];
    this.#large = undefined;
    this.#flags = 0;
    this.#state = COUNT;
    this.live = this.deleted = 0;
  }

  /** The node is over. @throws RedisFileError `BAD_STREAM` where it ends inside an entry */
  finish(): void {
    if (this.#state !== FLAGS) throw bad(`the node ends where the ${ELEMENT[this.#state]} must stand`);
  }

  integer(value: number): void {
    this.#number(value, highHalf(value), value | 0);
  }

  int64(hi: number, lo: number): void {
    this.#number(undefined, hi, lo);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#state === MASTER_FIELD) this.#masterField(bytes.slice(start, end));
    else if (this.#isData()) {
      this.#beforeData();
      if (this.#shown()) this.#visitor.bytes(bytes, start, end);
      this.#afterData();
    } else throw bad(`text where the ${ELEMENT[this.#state]} must stand`);
  }

  bigBegin(length: number): void {
    if (this.#state === MASTER_FIELD) {
      if (length > LARGEST_FIELD) {
        throw new RedisFileError(
          'LIMIT_EXCEEDED',
          `a field name of ${length} bytes that a stream node shares, at most ${LARGEST_FIELD} are held`,
        );
      }
      this.#large = [];
      return;
    }
    if (!this.#isData()) throw bad(`${length} bytes of text where the ${ELEMENT[this.#state]} must stand`);
    this.#beforeData();
    if (this.#shown()) this.#visitor.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#large !== undefined) this.#large.push(bytes.slice(start, end));
    else if (this.#shown()) this.#visitor.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    if (this.#large !== undefined) {
      this.#masterField(concat(this.#large));
      this.#large = undefined;
      return;
    }
    if (this.#shown()) this.#visitor.bigEnd();
    this.#afterData();
  }

  /** `value` is undefined beyond the safe integers; the halves are always right. */
  #number(value: number | undefined, hi: number, lo: number): void {
    switch (this.#state) {
      case COUNT:
        this.announcedLive = count(value, COUNT);
        this.#state = DELETED;
        break;
      case DELETED:
        this.announcedDeleted = count(value, DELETED);
        this.#state = FIELD_COUNT;
        break;
      case FIELD_COUNT:
        this.#left = count(value, FIELD_COUNT);
        this.#state = this.#left > 0 ? MASTER_FIELD : MASTER_END;
        break;
      case MASTER_FIELD:
        this.#masterField(value === undefined ? decimal64(hi, lo) : decimalBytes(value));
        break;
      case MASTER_END:
        if (this.thorough && value !== 0) throw bad(`${value} as the ${ELEMENT[MASTER_END]}`);
        this.#state = FLAGS;
        break;
      case FLAGS:
        this.#flags = count(value, FLAGS);
        this.#state = MS;
        break;
      case MS:
        this.#msLo = (this.#masterMsLo + (lo >>> 0)) >>> 0;
        this.#msHi = (this.#masterMsHi + hi + (this.#msLo < lo >>> 0 ? 1 : 0)) >>> 0;
        this.#state = SEQ;
        break;
      case SEQ:
        this.#beginEntry(hi, lo);
        break;
      case PAIR_COUNT:
        this.#left = count(value, PAIR_COUNT);
        this.#elements = 4 + 2 * this.#left;
        this.#state = this.#left > 0 ? FIELD : ELEMENT_COUNT;
        break;
      case ELEMENT_COUNT:
        // Serves walking backwards only.
        if (this.thorough && value !== this.#elements) {
          throw bad(`an entry of ${this.#elements} elements says ${value}`);
        }
        if (this.#shown()) this.#visitor.entryEnd();
        this.#state = FLAGS;
        break;
      default:
        this.#beforeData();
        if (this.#shown()) {
          if (value === undefined) this.#visitor.int64(hi, lo);
          else this.#visitor.integer(value);
        }
        this.#afterData();
    }
  }

  #beginEntry(diffHi: number, diffLo: number): void {
    const seqLo = (this.#masterSeqLo + (diffLo >>> 0)) >>> 0;
    const seqHi = (this.#masterSeqHi + diffHi + (seqLo < diffLo >>> 0 ? 1 : 0)) >>> 0;
    if (this.#shown()) {
      this.live++;
      const order =
        this.#msHi - this.#lastMsHi ||
        this.#msLo - this.#lastMsLo ||
        seqHi - this.#lastSeqHi ||
        seqLo - this.#lastSeqLo;
      if (order <= 0) this.disorder = true;
      this.#lastMsHi = this.#msHi;
      this.#lastMsLo = this.#msLo;
      this.#lastSeqHi = seqHi;
      this.#lastSeqLo = seqLo;
      this.#visitor.entry(this.#msHi, this.#msLo, seqHi, seqLo);
    } else {
      this.deleted++;
    }
    this.#next = 0;
    if ((this.#flags & FLAG_SAME_FIELDS) === 0) {
      this.#state = PAIR_COUNT;
    } else {
      this.#left = this.#fields.length;
      this.#elements = 3 + this.#left;
      this.#state = this.#left > 0 ? VALUE : ELEMENT_COUNT;
    }
  }

  #shown(): boolean {
    return (this.#flags & FLAG_DELETED) === 0;
  }

  #isData(): boolean {
    return this.#state === FIELD || this.#state === VALUE;
  }

  /** A value whose field is the master's: the field comes first. */
  #beforeData(): void {
    if (this.#state === VALUE && (this.#flags & FLAG_SAME_FIELDS) !== 0 && this.#shown()) {
      const field = this.#fields[this.#next++]!;
      this.#visitor.bytes(field, 0, field.length);
    }
  }

  #afterData(): void {
    if (this.#state === FIELD) {
      this.#state = VALUE;
      return;
    }
    this.#left--;
    if (this.#left === 0) this.#state = ELEMENT_COUNT;
    else if ((this.#flags & FLAG_SAME_FIELDS) === 0) this.#state = FIELD;
  }

  #masterField(name: Uint8Array): void {
    this.#fields.push(name);
    if (--this.#left === 0) this.#state = MASTER_END;
  }
}

function count(value: number | undefined, state: number): number {
  if (value === undefined || value < 0) throw bad(`${value ?? 'a number beyond 2^53'} as the ${ELEMENT[state]}`);
  return value;
}

function decimal64(hi: number, lo: number): Uint8Array {
  return new TextEncoder().encode(String(signed64(hi, lo)));
}

function bad(found: string): RedisFileError {
  return new RedisFileError('BAD_STREAM', `damaged stream node: ${found}`);
}
