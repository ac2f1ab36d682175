import { latin1 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  DATA,
  type Family,
  type LevelNumber,
  RAW,
  RdbScanner,
  type ScanFrame,
  type ScanOptions,
} from '../rdb/index.ts';
import { IdleHandler } from './idle.ts';
import * as evidence from './salvage-evidence.ts';
import { MOST_DBS } from './salvage-skim.ts';

/** What a probe says. */
export const UNDECIDED = 0;
export const ACCEPTED = 1;
export const REJECTED = 2;
export type Verdict = typeof UNDECIDED | typeof ACCEPTED | typeof REJECTED;

/** What a scanner in the middle of a file has to know. */
export interface Inside {
  family: Family;
  version: number;
  templates: ReadonlyMap<string, Uint8Array<ArrayBuffer>[]>;
  /** Names of keys are no text here, or not all. */
  oddNames: boolean;
  /** Names are numbers, or some are. */
  numberNames: boolean;
}

/** Largest string that is held. */
const HELD = 1 << 20;

/** How salvaging reads: everything, held as little as possible. */
export const SCAN: ScanOptions = {
  checksum: false,
  maxValueBytes: HELD,
  pieces: true,
  strictVersion: false,
  family: undefined,
  skipDamaged: false,
  capture: false,
  reuse: true,
};

/** A scanner whose first byte is a record at `offset`. */
export function scanInside(handler: ScanHandler, options: ScanOptions, inside: Inside, offset: number): RdbScanner {
  const scanner = new RdbScanner(handler, options);
  scanner.beginInside(inside.version, inside.family, 'opcode');
  scanner.c.plain = inside.version === 0;
  scanner.skipTo(offset);
  for (const [id, fields] of inside.templates) scanner.c.templates.set(id, fields);
  return scanner;
}
type ScanHandler = ConstructorParameters<typeof RdbScanner>[0];

const LEAST_LOOK = 256;
/** Less than 1, as every bit halves how many probes get there. */
const LOOK_PER_BIT = 0.75;

/** Thrown to end a probe. */
const STOP = Symbol('stop');

/** Longest part of a name that tells it from others. */
const NAME = 256;
const NAME_BITS = 20;
const TEXT_BITS = 8;
/** So many keys, one behind the other, are a run. */
const RUN = 3;
/** Times between 2004 and 2248, in ms; servers store no others, but for what users ask for. */
const EARLIEST = 2 ** 40;
const LATEST = 2 ** 43;
/** What an odd value takes away, and a name that is no text where all others are. */
const ODD = 8;
const ODD_NAME = 12;
/** A name of so many bytes says something. */
const TELLING_NAME = 2;
/** What one key can say: where strings stand one behind the other, as in a list, one looks like a key easily. */
const KEY_BITS = 22;
const STRONG_KEY_BITS = 48;

/**
 * Reads on from an offset as if a record began there, and judges from what it finds whether one does: every byte that has to
 * be right counts, see `salvage-evidence.ts`. A run is accepted where records decode to their last byte, one behind the
 * other, and what they say together is more than chance would.
 */
export class Probe extends IdleHandler {
  /** Offset of the next byte to be pushed. */
  fed: number;
  readonly start: number;
  /** Where the run ended. */
  failedAt: number;
  readonly #scanner: RdbScanner;
  /** The run has to go on up to here. */
  readonly #reach: number;
  #keys = 0;
  #bits = 0;
  #form = '';
  #texts = 0;
  #keyBits = 0;
  readonly #oddNames: boolean;
  readonly #numberNames: boolean;
  #number = false;
  /** Keys that say something by their names, or by the form of their values. */
  #telling = 0;
  readonly #names = new Set<string>();
  #db = 0;

  constructor(inside: Inside, start: number, reach: number) {
    super(RAW);
    this.start = this.fed = this.failedAt = start;
    this.#reach = reach;
    this.#oddNames = inside.oddNames;
    this.#numberNames = inside.numberNames;
    this.#scanner = scanInside(this, SCAN, inside, start);
  }

  /** It found enough, and went on far enough or not. */
  get convinced(): boolean {
    return this.#bits >= evidence.ENOUGH_BITS && this.#telling > 0;
  }

  /**
   * How far it may look, in bytes from its start: the more, the more it has found, so that all probes together cost about as
   * much as the bytes they look at.
   */
  get patience(): number {
    return LEAST_LOOK * 2 ** (LOOK_PER_BIT * (this.#bits + this.#keyBits));
  }

  push(bytes: Uint8Array): Verdict {
    this.fed += bytes.length;
    const scanner = this.#scanner;
    try {
      scanner.push(bytes);
    } catch (error) {
      if (error === ACCEPT) return ACCEPTED;
      if (error !== STOP && !RedisFileError.is(error)) throw error;
      this.failedAt = scanner.recordStart;
      return this.#alone();
    }
    return scanner.done && scanner.restLength > 0 ? this.#behindEnd() : UNDECIDED;
  }

  /** No bytes follow. */
  finish(): Verdict {
    const scanner = this.#scanner;
    this.failedAt = scanner.recordStart;
    if (!scanner.done) return this.#alone();
    // The mark of the end, as far from the end as it must be. Alone it is no reason to give up a key.
    if (this.#keys === 0 && this.#reach > 0 && this.#reach < Number.POSITIVE_INFINITY) return REJECTED;
    return this.#bits + evidence.END_BITS >= evidence.ENOUGH_BITS ? ACCEPTED : REJECTED;
  }

  /** The run ended in damage. */
  #alone(): Verdict {
    const enough =
      this.#telling > 0 && this.#bits >= evidence.ALONE_BITS && (this.#reach === 0 || this.failedAt > this.#reach);
    return enough ? ACCEPTED : REJECTED;
  }

  /** Bytes stand behind the end: those of a log, or it is none. */
  #behindEnd(): Verdict {
    const first = this.#scanner.takeRest()[0]!;
    this.failedAt = this.#scanner.offset;
    const log = first === 0x2a || first === 0x23;
    if (log && this.#reach >= Number.MAX_VALUE) return this.convinced ? ACCEPTED : REJECTED;
    return log && this.#bits + evidence.LOG_BITS >= evidence.ENOUGH_BITS && this.#keys > 0 ? ACCEPTED : this.#alone();
  }

  #add(bits: number): void {
    this.#bits += bits;
    const { recordStart } = this.#scanner;
    if (recordStart < this.#reach) return;
    if (this.convinced && this.#keys >= (this.#bits >= evidence.ENOUGH_BITS * 2 ? 2 : RUN)) throw ACCEPT;
  }

  override key(frame: ScanFrame): LevelNumber {
    const { bytes, start, end } = frame;
    // Zeros look like keys without names, and what stands before a record must not become one.
    const odd = !this.#oddNames && (end - start > evidence.LONG_NAME || !evidence.isText(bytes, start, end));
    if (this.#keys === 0 && (start === end || odd)) throw STOP;
    const name = `${this.#db}:${end - start}:${latin1(bytes, start, Math.min(end, start + NAME))}`;
    if (this.#names.has(name)) throw STOP;
    this.#names.add(name);
    const { expiresAt } = frame;
    if (expiresAt !== undefined && expiresAt > EARLIEST && expiresAt < LATEST) this.#bits += evidence.TIME_BITS;
    if (frame.idle !== undefined || frame.freq !== undefined) this.#bits += evidence.USE_BITS;
    if (odd) this.#bits -= ODD_NAME;
    // Numbers stand one behind the other in lists and sets.
    const number = evidence.isNumber(bytes, start, end);
    this.#keyBits =
      evidence.TYPE_BITS + (number ? evidence.TYPE_BITS : evidence.textBits(bytes, start, end, NAME_BITS));
    this.#number = number;
    this.#telling += odd || (number && !this.#numberNames) || end - start < TELLING_NAME ? 0 : 1;
    this.#form = frame.encoding;
    this.#texts = 0;
    return DATA;
  }

  override bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#texts < TEXT_BITS) this.#texts += evidence.textBits(bytes, start, end, TEXT_BITS) / 2;
  }

  override keyEnd(): void {
    this.#keys++;
    const form = evidence.formBits(this.#form);
    if (form >= evidence.STRONG_VALUE) this.#telling++;
    // What stands before a record must not become one, so the first must be better than most.
    else if (this.#keys === 1 && this.#number && !this.#numberNames) throw STOP;
    const most = form >= evidence.STRONG_VALUE ? STRONG_KEY_BITS : KEY_BITS;
    const bits = Math.min(most, this.#keyBits + form + Math.min(TEXT_BITS, this.#texts));
    this.#keyBits = 0;
    this.#add(bits);
  }

  override warning(): void {
    this.#bits -= ODD;
  }

  override record(record: BytesRecord): void {
    switch (record.kind) {
      case 'selectDb':
        if (record.db >= MOST_DBS) throw STOP;
        this.#db = record.db;
        this.#add(evidence.OPCODE_BITS);
        break;
      case 'aux':
        this.#add(evidence.textBits(ascii(record.name), 0, record.name.length, NAME_BITS));
        break;
      case 'function':
        // The first line of a library; those of release candidates have none.
        if (record.engine === undefined) throw STOP;
        this.#add(NAME_BITS);
        break;
      case 'moduleAux':
        this.#add(NAME_BITS);
        break;
      case 'eof':
        this.#bits += evidence.TYPE_BITS;
        break;
      default:
        this.#add(evidence.OPCODE_BITS / 2);
    }
  }
}

const ACCEPT = Symbol('accept');

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
