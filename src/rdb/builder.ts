import { ascii, concat, latin1, putDecimal, type StringMode, signed64 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { convertCron, convertGcra, convertRecord, convertSbf } from './convert.ts';
import { convertGroup, convertIdmp, convertStreamInfo } from './convert-stream.ts';
import { Fingerprints, ITEM_SLOTS } from './fingerprints.ts';
import {
  type BytesRecord,
  DATA,
  type LevelNumber,
  RAW,
  type RdbHandler,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
} from './handler.ts';
import { ItemBytes } from './item-bytes.ts';
import { type KeyShape, keyShape } from './key-shape.ts';
import { makePart } from './modules/parts.ts';
import { streamId } from './pending.ts';
import type { CronValue, ItemForm, RdbRecord, SbfValue, StreamIdmp, WarningCode } from './records.ts';
import { type S, StringMaker } from './strings.ts';
import { ValueItems } from './value-items.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a string costs to hold besides its bytes: an array object measures 230 bytes with its part of the item. */
const STRING_COST = 200;

export interface BuilderOptions {
  level: LevelNumber;
  strings: StringMode;
  views: boolean;
  pieces: boolean;
  limit: number;
}

/**
 * Makes records out of what the scanner finds.
 *
 * Items gather in `#value` until it is complete. Where they grow too large, `keyBegin` goes out once, then the items
 * gathered so far as `keyItems`; an item with a part that is itself too large goes out as `itemBytes`, all parts of it.
 */
export class RecordBuilder implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  readonly #options: BuilderOptions;
  readonly #strings: StringMaker;
  readonly #itemCost: number;
  #batch: RdbRecord<S>[] = [];

  /** The key at hand. */
  #frame: KeyShape | undefined;
  /** Its value is being read. */
  #inKey = false;
  #level: LevelNumber = DATA;
  /** Items of the value, where the file says so before them. */
  #count: number | undefined;
  #begun = false;
  #damaged = false;
  readonly #value: ValueItems = new ValueItems();
  /** What the gathered items cost to hold. */
  #cost = 0;
  /** What the string at hand adds to it. */
  #incoming = 0;
  readonly #names = new Fingerprints(ITEM_SLOTS);
  #duplicateSeen = false;

  /** The item at hand goes out as `itemBytes`. */
  #bigItem = false;
  readonly #itemBytes: ItemBytes = new ItemBytes((record) => this.#push(record));
  /** Fields and values of the item at hand as bytes, where one of them may still turn out to be too large to hold. */
  #parts: Bytes[] = [];
  #pathBytes: Bytes | undefined;

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#strings = new StringMaker(options.strings, options.views);
    this.#itemCost = options.pieces ? STRING_COST : 0;
    this.moduleAuxLevel = options.level > RAW ? DATA : options.level;
  }

  /**
   * The records made since the last call.
   *
   * @param hold keeps the last one back where it is a key, for a member's time that may follow it
   */
  take(hold: boolean): RdbRecord<S>[] {
    const batch = this.#batch;
    const last = batch.at(-1);
    if (hold && (last?.kind === 'key' || last?.kind === 'keyEnd')) {
      this.#batch = [last];
      batch.pop();
    } else {
      this.#batch = [];
    }
    return batch;
  }

  // Keys

  key(frame: ScanFrame): LevelNumber {
    const { level } = this.#options;
    this.#frame = keyShape(frame, this.#strings, level === RAW);
    this.#inKey = true;
    this.#level = level;
    this.#count = undefined;
    this.#begun = this.#damaged = this.#bigItem = false;
    this.#value.begin(frame.type, frame.encoding, level);
    this.#cost = this.#incoming = 0;
    if (level === DATA) this.#names.reset();
    this.#duplicateSeen = false;
    this.#parts = [];
    this.#pathBytes = undefined;
    return level;
  }

  count(items: number): void {
    this.#count = items;
  }

  keyEnd(): void {
    this.#inKey = false;
    if (this.#damaged) {
      if (this.#begun) this.#push({ ...this.#frame!, kind: 'keyEnd' });
      return;
    }
    const record = this.#frame!;
    // In pieces the last item needs no room behind it.
    if (this.#level > RAW && !this.#options.pieces) this.#beforeItem();
    if (!this.#begun) {
      if (this.#level > RAW) record.value = this.#value.value();
      this.#push(record);
      return;
    }
    if (this.#level > RAW) this.#flushItems();
    this.#push({ ...record, kind: 'keyEnd' });
  }

  keyFailed(error: RedisFileError): void {
    this.#damaged = true;
    this.#value.items = [];
    this.warning('DAMAGED', error.message, error.offset ?? this.#frame!.offset, error);
  }

  memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    const last = this.#batch.at(-1);
    if (last?.kind !== 'key' && last?.kind !== 'keyEnd') return;
    last.memberExpires ??= [];
    last.memberExpires.push({ member: this.#strings.make(member, 0, member.length), expiresAt: ms });
    // A key in pieces has no bytes of its own; these then stand with its end.
    if (raw !== undefined) last.raw = last.raw === undefined ? raw : concat([last.raw, raw]);
  }

  // The level raw

  raw(bytes: Bytes): void {
    const record = this.#frame!;
    if (!this.#begun && (!this.#options.pieces || bytes.length <= this.#options.limit)) {
      record.raw = bytes;
      record.value = bytes.subarray(record.valueStart);
      return;
    }
    this.rawPiece(bytes);
    this.#itemBytes.end();
  }

  rawPiece(bytes: Bytes): void {
    if (!this.#begun) {
      this.#begin();
      this.#itemBytes.beginItem(this.#frame!, undefined);
      this.#itemBytes.begin('raw', undefined, undefined);
    }
    this.#itemBytes.add(bytes, 0, bytes.length);
  }

  // Strings

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#options.limit || this.#bigItem) {
      this.bigBegin(length);
      this.bigBytes(bytes, start, end);
      this.bigEnd();
      return;
    }
    this.#incoming = length + this.#itemCost;
    const value = this.#value;
    if (value.form !== undefined) {
      if (value.hasBlobs) this.#beforeItem();
      value.blob(this.#strings.copy(bytes, start, end));
    } else {
      if (this.#options.pieces) this.#keepPart(bytes, start, end);
      if (value.beginsItem) {
        this.#beforeItem();
        if (this.#level === DATA && value.isNamed) this.#checkDuplicate(bytes, start, end);
      }
      value.string(this.#strings.make(bytes, start, end));
    }
    this.#addCost();
  }

  #addCost(): void {
    this.#cost += this.#incoming;
    this.#incoming = 0;
  }

  /** Pieces are bytes, whatever `strings` says, and text does not always give its bytes back. */
  #keepPart(bytes: Uint8Array, start: number, end: number): void {
    const { type, awaitsSecond } = this.#value;
    if (type === 'hash' && awaitsSecond) this.#parts = [];
    else if (type === 'hash' || type === 'stream') this.#parts.push(bytes.slice(start, end));
  }

  integer(value: number): void {
    const { digits } = this.#strings;
    this.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  score(value: number): void {
    if (this.#bigItem) {
      this.#itemBytes.whole('score', ascii(Object.is(value, -0) ? '-0' : String(value)));
      this.#bigItem = false;
    } else this.#value.score(value);
  }

  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    const { type, items } = this.#value;
    if (items.length === 0) this.#itemBytes.whole('expiresAt', ascii(String(ms)));
    else if (type === 'hash') this.#value.fieldExpiry(ms);
    else {
      const frame = this.#frame!;
      frame.memberExpires ??= [];
      frame.memberExpires.push({ member: items.at(-1) as S, expiresAt: Number(ms) });
    }
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    this.#value.path = this.#strings.make(bytes, start, end);
    if (this.#options.pieces) this.#pathBytes = bytes.slice(start, end);
  }

  index(value: number | bigint): void {
    this.#value.index = value;
  }

  insertIndex(value: number | bigint): void {
    this.#value.insertIndex = value;
  }

  #checkDuplicate(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#names.add(0, bytes, start, end) || this.#duplicateSeen) return;
    this.#duplicateSeen = true;
    const { type } = this.#value;
    const what = type === 'hash' ? 'field' : 'member';
    const name = JSON.stringify(latin1(bytes, start, Math.min(end, start + 100)));
    this.warning('DUPLICATE_ITEM', `${what} ${name} stands twice in one ${type}`, this.#frame!.offset);
  }

  // Packed blobs

  blob(form: ItemForm): void {
    this.#value.form = form;
  }

  streamNode(id: string): void {
    this.#value.node(id);
  }

  // Streams

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#beforeItem();
    this.#cost += 2 * this.#itemCost;
    this.#parts = [];
    this.#value.entry(streamId(msHi, msLo, seqHi, seqLo));
  }

  entryEnd(): void {
    if (!this.#bigItem) this.#value.entryEnd();
    this.#bigItem = false;
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#value.info = convertStreamInfo(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#value.group(convertGroup(group, this.#strings.convert));
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#value.idmp(convertIdmp(idmp, this.#strings.convert));
  }

  // Everything else

  moduleBegin(module: string, version: number): void {
    this.#value.module = { module, version };
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#incoming = 8 + this.#itemCost;
    this.#beforeItem();
    this.#value.part(makePart(type, value, bits));
    this.#addCost();
  }

  gcra(tat: number | bigint): void {
    this.#value.whole = convertGcra(tat);
  }

  cron(value: CronValue<Bytes>): void {
    this.#value.whole = convertCron(value, this.#strings.convert);
  }

  sbf(value: SbfValue<Bytes>): void {
    this.#value.whole = convertSbf(value, this.#strings.convert);
  }

  record(record: BytesRecord): void {
    this.#push(convertRecord(record, this.#strings.convert));
  }

  warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void {
    const frame = this.#inKey ? this.#frame : undefined;
    this.#push({ kind: 'warning', offset, code, message, db: frame?.db, key: frame?.key, error });
  }

  // Pieces

  /** Before an item begins: makes room where it is too much together with what is gathered. */
  #beforeItem(): void {
    this.#bigItem = false;
    if (this.#cost + this.#incoming <= this.#options.limit) return;
    if (!this.#options.pieces) {
      throw new RedisFileError(
        'LIMIT_EXCEEDED',
        `a ${this.#value.type} of more than maxValueBytes (${this.#options.limit}); raise it, or read with large: 'pieces'`,
      );
    }
    this.#begin();
    this.#flushItems();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#push({ ...this.#frame!, kind: 'keyBegin', count: this.#count, memberExpires: undefined });
  }

  #flushItems(): void {
    this.#cost = 0;
    const value = this.#value.takePiece();
    if (value === undefined) return;
    this.#push({ ...this.#frame!, kind: 'keyItems', value });
    this.#frame!.memberExpires = undefined;
  }

  bigBegin(length: number): void {
    if (!this.#options.pieces) {
      throw new RedisFileError(
        'LIMIT_EXCEEDED',
        `${length} bytes in one piece, more than maxValueBytes (${this.#options.limit}) allows; raise it, or read with large: 'pieces'`,
      );
    }
    this.#begin();
    this.#beginBigItem();
    const { form } = this.#value;
    this.#itemBytes.begin(this.#value.skipString(), length, form);
  }

  /** Sends out what the item at hand has had so far. */
  #beginBigItem(): void {
    if (this.#bigItem) return;
    this.#flushItems();
    this.#bigItem = true;
    this.#itemBytes.beginItem(this.#frame!, this.#value.id);
    if (this.#value.type === 'array') this.#itemBytes.whole('index', ascii(String(this.#value.index)));
    if (this.#pathBytes !== undefined) this.#itemBytes.whole('path', this.#pathBytes);
    this.#parts.forEach((bytes, i) => {
      this.#itemBytes.whole(i % 2 === 0 ? 'field' : 'value', bytes);
    });
    this.#parts = [];
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#itemBytes.add(bytes, start, end);
  }

  bigEnd(): void {
    this.#itemBytes.end();
    this.#bigItem = this.#value.skipEnd(this.#itemBytes.part);
  }

  #push(record: unknown): void {
    this.#batch.push(record as RdbRecord<S>);
  }
}
