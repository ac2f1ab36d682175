import { ascii, concat, latin1, putDecimal, type StringMode, setExact, signed64, utf8 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { convertParts, convertRecord, type ToString } from './convert.ts';
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
  STRUCTURE,
} from './handler.ts';
import { makePart } from './modules/parts.ts';
import { streamId } from './pending.ts';
import type {
  CronValue,
  HashItem,
  ItemForm,
  ItemPart,
  KeyFrame,
  KeyType,
  RdbRecord,
  SbfValue,
  StreamConsumer,
  StreamEntry,
  StreamGroup,
  StreamIdmp,
  StreamInfo,
  WarningCode,
} from './records.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A string as the caller wants it. */
type S = Bytes | string;

/** Any record of the key at hand; all have one shape, as what handles records slows down with every further one. */
type KeyShape = KeyFrame<S> & { kind: string; type: KeyType; value: unknown };

/** What a string costs to hold besides its bytes: an array object measures 230 bytes with its part of the item. */
const STRING_COST = 200;
/** Bytes of an `itemBytes` record; a value's pieces are cut the same way whatever the chunks were. */
const PIECE = 65536;

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
 * Items gather in `#items` until the value is complete. Where they grow too large, `keyBegin` goes out once, then the
 * items gathered so far as `keyItems`; an item with a part that is itself too large goes out as `itemBytes`, all
 * parts of it.
 */
export class RecordBuilder implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  readonly #options: BuilderOptions;
  readonly #itemCost: number;
  #batch: RdbRecord<S>[] = [];

  /** The key at hand. */
  #frame: KeyShape | undefined;
  /** Its value is being read. */
  #inKey = false;
  #type: KeyType = 'string';
  #level: LevelNumber = DATA;
  /** Items of the value, where the file says so before them. */
  #count: number | undefined;
  #begun = false;
  #damaged = false;
  /** What the gathered items cost to hold. */
  #cost = 0;
  /** What the string at hand adds to it. */
  #incoming = 0;
  #items: unknown[] = [];
  #single: S | undefined;
  /** First string of a pair whose second is still to come. */
  #first: S | undefined;
  /** The item at hand goes out as `itemBytes`. */
  #bigItem = false;
  #part: ItemPart = 'value';
  #piece: Bytes = new Uint8Array(0);
  #pieceLength = 0;
  #bigLeft = 0;
  #bigLength = 0;
  #form: ItemForm | undefined;
  #nodeId: string | undefined;
  #path: S | undefined;
  #pathBytes: Bytes | undefined;
  /** Fields and values of the item at hand as bytes, where one of them may still turn out to be too large to hold. */
  #parts: Bytes[] = [];
  /** A piece said what a module or array is besides its items. */
  #headSent = false;
  #index: number | bigint = 0;
  #insertIndex: number | bigint | undefined;
  #entry: StreamEntry<S> | undefined;
  #info: StreamInfo<S> | undefined;
  #module: { module: string; version: number } | undefined;
  #whole: unknown;
  readonly #duplicates = new Fingerprints(ITEM_SLOTS);
  #duplicateSeen = false;
  readonly #digits = new Uint8Array(20);

  constructor(options: BuilderOptions) {
    this.#options = options;
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
    this.#frame = this.#shape(frame);
    this.#inKey = true;
    this.#type = frame.type;
    this.#level = this.#options.level;
    this.#begun = this.#damaged = this.#bigItem = this.#headSent = false;
    this.#parts = [];
    this.#pathBytes = undefined;
    this.#cost = this.#incoming = 0;
    this.#count = undefined;
    this.#items = [];
    this.#single = this.#first = this.#form = this.#nodeId = this.#path = this.#insertIndex = undefined;
    this.#entry = this.#info = this.#module = this.#whole = undefined;
    if (this.#level === DATA) this.#duplicates.reset();
    this.#duplicateSeen = false;
    return this.#level;
  }

  #shape(frame: ScanFrame): KeyShape {
    const at = frame.expiresAt;
    const shape: KeyShape = {
      kind: 'key',
      offset: frame.offset,
      db: frame.db,
      key: this.#make(frame.bytes, frame.start, frame.end),
      type: frame.type,
      encoding: frame.encoding,
      expiresAt: at === undefined ? undefined : Number(at),
      idle: frame.idle,
      freq: frame.freq,
      value: undefined,
      meta: frame.meta?.map((one) => ({ ...one, parts: convertParts(one.parts, this.#toString) })),
      memberExpires: undefined,
      typeId: frame.typeId,
      raw: undefined,
      valueStart: this.#options.level === RAW ? frame.valueStart : undefined,
    };
    if (typeof at === 'bigint') shape.exact = { expiresAt: at };
    return shape;
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
      if (this.#level > RAW) record.value = this.#value();
      this.#push(record);
      return;
    }
    if (this.#level > RAW) this.#flushItems();
    this.#push({ ...record, kind: 'keyEnd' });
  }

  keyFailed(error: RedisFileError): void {
    this.#damaged = true;
    this.#items = [];
    this.warning('DAMAGED', error.message, error.offset ?? this.#frame!.offset, error);
  }

  memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    const last = this.#batch.at(-1);
    if (last?.kind !== 'key' && last?.kind !== 'keyEnd') return;
    last.memberExpires ??= [];
    last.memberExpires.push({ member: this.#make(member, 0, member.length), expiresAt: ms });
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
    this.#endPiece(true);
  }

  rawPiece(bytes: Bytes): void {
    if (!this.#begun) {
      this.#begin();
      this.#beginBig('raw', undefined);
    }
    this.#addPiece(bytes, 0, bytes.length);
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
    const paired = this.#type === 'hash' || this.#type === 'stream';
    if (this.#options.pieces && paired && this.#form === undefined) this.#keepPart(bytes, start, end);
    if (this.#form !== undefined) this.#blob(this.#copy(bytes, start, end));
    else this.#string(bytes, start, end);
    this.#addCost();
  }

  #addCost(): void {
    this.#cost += this.#incoming;
    this.#incoming = 0;
  }

  /** Pieces are bytes, whatever `strings` says, and text does not always give its bytes back. */
  #keepPart(bytes: Uint8Array, start: number, end: number): void {
    if (this.#type === 'hash' && this.#first !== undefined) this.#parts = [];
    else this.#parts.push(bytes.slice(start, end));
  }

  integer(value: number): void {
    const digits = this.#digits;
    this.bytes(digits, 0, putDecimal(value, digits, 0));
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  /** A string whose length is within the limit. */
  #string(bytes: Uint8Array, start: number, end: number): void {
    switch (this.#type) {
      case 'string':
      case 'json':
        this.#single = this.#make(bytes, start, end);
        break;
      case 'hash':
        if (this.#first === undefined) {
          this.#beforeItem();
          this.#checkDuplicate(bytes, start, end);
          this.#first = this.#make(bytes, start, end);
        } else {
          const item: HashItem<S> = { field: this.#first, value: this.#make(bytes, start, end), expiresAt: undefined };
          if (this.#path !== undefined) item.path = this.#path;
          this.#items.push(item);
          this.#first = undefined;
        }
        break;
      case 'zset':
        this.#beforeItem();
        this.#checkDuplicate(bytes, start, end);
        this.#first = this.#make(bytes, start, end);
        break;
      case 'stream':
        if (this.#first === undefined) this.#first = this.#make(bytes, start, end);
        else {
          this.#entry!.fields.push([this.#first, this.#make(bytes, start, end)]);
          this.#first = undefined;
        }
        break;
      case 'array': {
        const item = { index: 0, value: this.#make(bytes, start, end) };
        setExact(item as { index: number; exact?: Record<string, bigint> }, 'index', this.#index);
        this.#beforeItem();
        this.#items.push(item);
        break;
      }
      case 'module':
        this.#beforeItem();
        this.#items.push({ type: 'string', value: this.#make(bytes, start, end) });
        break;
      case 'set':
        this.#beforeItem();
        this.#checkDuplicate(bytes, start, end);
        this.#items.push(this.#make(bytes, start, end));
        break;
      default:
        this.#beforeItem();
        this.#items.push(this.#make(bytes, start, end));
    }
  }

  score(value: number): void {
    if (this.#bigItem) {
      this.#bigText('score', Object.is(value, -0) ? '-0' : String(value));
      this.#bigItem = false;
      return;
    }
    this.#items.push({ member: this.#first, score: value });
    this.#first = undefined;
  }

  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    const last = this.#items.at(-1);
    if (last === undefined) this.#bigText('expiresAt', String(ms));
    else if (this.#type === 'hash') setExact(last as HashItem<S>, 'expiresAt', ms);
    else {
      const frame = this.#frame!;
      frame.memberExpires ??= [];
      frame.memberExpires.push({ member: last as S, expiresAt: Number(ms) });
    }
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    this.#path = this.#make(bytes, start, end);
    if (this.#options.pieces) this.#pathBytes = bytes.slice(start, end);
  }

  index(value: number | bigint): void {
    this.#index = value;
  }

  insertIndex(value: number | bigint): void {
    this.#insertIndex = value;
  }

  #checkDuplicate(bytes: Uint8Array, start: number, end: number): void {
    if (this.#level !== DATA || this.#path !== undefined) return;
    if (!this.#duplicates.add(0, bytes, start, end) || this.#duplicateSeen) return;
    this.#duplicateSeen = true;
    const what = this.#type === 'hash' ? 'field' : 'member';
    const name = JSON.stringify(latin1(bytes, start, Math.min(end, start + 100)));
    this.warning('DUPLICATE_ITEM', `${what} ${name} stands twice in one ${this.#type}`, this.#frame!.offset);
  }

  // Packed blobs

  blob(form: ItemForm): void {
    this.#form = form;
  }

  streamNode(id: string): void {
    this.#form = 'listpack';
    this.#nodeId = id;
  }

  #blob(bytes: Bytes): void {
    if (this.#type === 'stream') {
      this.#beforeItem();
      this.#items.push({ id: this.#nodeId, listpack: bytes });
    } else if (this.#frame!.encoding === 'quicklist') {
      this.#beforeItem();
      this.#items.push({ form: this.#form, bytes });
    } else {
      this.#whole = { form: this.#form, bytes };
    }
    this.#form = undefined;
  }

  // Streams

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#beforeItem();
    this.#cost += 2 * this.#itemCost;
    this.#parts = [];
    this.#entry = { id: streamId(msHi, msLo, seqHi, seqLo), fields: [] };
  }

  entryEnd(): void {
    if (!this.#bigItem) this.#items.push(this.#entry);
    this.#bigItem = false;
  }

  streamInfo(info: ScanStreamInfo): void {
    const made: StreamInfo<S> = { length: 0, lastId: info.lastId, groups: [] };
    setExact(made, 'length', info.length);
    if (info.firstId !== undefined) made.firstId = info.firstId;
    if (info.maxDeletedId !== undefined) made.maxDeletedId = info.maxDeletedId;
    if (info.entriesAdded !== undefined) setExact(made, 'entriesAdded', info.entriesAdded);
    this.#info = made;
  }

  streamGroup(group: ScanGroup): void {
    const consumers = group.consumers.map(({ name, seenTime, activeTime }) => {
      const consumer: StreamConsumer<S> = { name: this.#toString(name), seenTime: 0 };
      setExact(consumer, 'seenTime', seenTime);
      if (activeTime !== undefined) setExact(consumer, 'activeTime', activeTime);
      return consumer;
    });
    const made: StreamGroup<S> = {
      name: this.#toString(group.name),
      lastDeliveredId: group.lastDeliveredId,
      pending: [],
      consumers,
    };
    if (group.entriesRead === null) made.entriesRead = null;
    else if (group.entriesRead !== undefined) setExact(made, 'entriesRead', group.entriesRead);
    for (let i = 0; i < group.pending.length; i++) {
      const owner = group.pending.consumer(i);
      const entry = {
        id: group.pending.id(i),
        consumer: owner < 0 ? undefined : consumers[owner]!.name,
        deliveryTime: 0,
        deliveryCount: 0,
      };
      setExact(entry as StreamGroup<S>['pending'][number], 'deliveryTime', group.pending.time(i));
      setExact(entry as StreamGroup<S>['pending'][number], 'deliveryCount', group.pending.count(i));
      made.pending.push(entry);
    }
    if (group.nacked !== undefined) made.nacked = group.nacked;
    this.#info!.groups.push(made);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#info!.idmp = {
      ...idmp,
      producers: idmp.producers.map(({ id, entries }) => ({
        id: this.#toString(id),
        entries: entries.map((entry) => ({ iid: this.#toString(entry.iid), id: entry.id })),
      })),
    };
  }

  // Everything else

  moduleBegin(module: string, version: number): void {
    this.#module = { module, version };
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#incoming = 8 + this.#itemCost;
    this.#beforeItem();
    this.#items.push(makePart(type, value, bits));
    this.#addCost();
  }

  gcra(tat: number | bigint): void {
    const value = { tat: 0 };
    setExact(value as { tat: number; exact?: Record<string, bigint> }, 'tat', tat);
    this.#whole = value;
  }

  cron(value: CronValue<Bytes>): void {
    const strings = (list: Bytes[]): S[] => list.map(this.#toString);
    this.#whole = {
      ...value,
      script: this.#toString(value.script),
      keys: strings(value.keys),
      args: strings(value.args),
    };
  }

  sbf(value: SbfValue<Bytes>): void {
    const filters = value.filters.map(({ hashes, blob }) => ({ hashes, blob: this.#toString(blob) }));
    this.#whole = { ...value, filters };
  }

  record(record: BytesRecord): void {
    this.#push(convertRecord(record, this.#toString));
  }

  warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void {
    const frame = this.#inKey ? this.#frame : undefined;
    this.#push({ kind: 'warning', offset, code, message, db: frame?.db, key: frame?.key, error });
  }

  // Values

  /** The gathered items in the form of a value. */
  #value(): unknown {
    if (this.#whole !== undefined) return this.#whole;
    switch (this.#type) {
      case 'string':
      case 'json':
        return this.#single;
      case 'stream': {
        const items = this.#level === STRUCTURE ? { nodes: this.#items } : { entries: this.#items };
        return this.#info === undefined ? items : { ...items, ...this.#info };
      }
      case 'array':
        return this.#insertIndexInto({ items: this.#items, insertIndex: undefined });
      case 'module':
        return { ...this.#module, parts: this.#items };
      case 'list':
        if (this.#level === STRUCTURE && this.#frame!.encoding === 'quicklist') return { nodes: this.#items };
        return this.#items;
      default:
        return this.#items;
    }
  }

  #insertIndexInto(value: {
    items: unknown[];
    insertIndex: number | undefined;
    exact?: Record<string, bigint>;
  }): unknown {
    if (this.#insertIndex !== undefined) setExact(value, 'insertIndex', this.#insertIndex);
    return value;
  }

  // Pieces

  /** Before an item begins: makes room where it is too much together with what is gathered. */
  #beforeItem(): void {
    this.#bigItem = false;
    if (this.#cost + this.#incoming <= this.#options.limit) return;
    if (!this.#options.pieces) {
      throw new RedisFileError(
        'LIMIT_EXCEEDED',
        `a ${this.#type} of more than maxValueBytes (${this.#options.limit}); raise it, or read with large: 'pieces'`,
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
    const head = !this.#headSent && (this.#module !== undefined || this.#insertIndex !== undefined);
    if (this.#items.length > 0 || this.#info !== undefined || this.#whole !== undefined || head) {
      this.#headSent = true;
      this.#push({ ...this.#frame!, kind: 'keyItems', value: this.#value() });
      this.#frame!.memberExpires = undefined;
    }
    this.#items = [];
    this.#info = undefined;
    this.#whole = undefined;
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
    this.#beginBig(this.#nextPart(), length);
  }

  /** Sends out what the item at hand has had so far. */
  #beginBigItem(): void {
    if (this.#bigItem) return;
    this.#flushItems();
    this.#bigItem = true;
    if (this.#type === 'array') this.#bigText('index', String(this.#index));
    if (this.#pathBytes !== undefined) this.#bigWhole('path', this.#pathBytes);
    this.#parts.forEach((bytes, i) => {
      this.#bigWhole(i % 2 === 0 ? 'field' : 'value', bytes);
    });
    this.#parts = [];
  }

  /** What the large string that begins is. */
  #nextPart(): ItemPart {
    if (this.#form !== undefined) return 'blob';
    switch (this.#type) {
      case 'hash':
      case 'stream':
        if (this.#first !== undefined) {
          this.#first = undefined;
          return 'value';
        }
        // Its content went out already; that a value comes next is all that must be known.
        this.#first = '';
        return 'field';
      case 'list':
        return 'element';
      case 'set':
      case 'zset':
        return 'member';
      case 'module':
        return 'part';
      default:
        return 'value';
    }
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#addPiece(bytes, start, end);
  }

  bigEnd(): void {
    this.#endPiece(true);
    this.#form = undefined;
    // An item of several parts goes on: a field waits for its value, a member for its score, an entry for its end.
    const more =
      this.#type === 'zset' || this.#type === 'stream' || (this.#type === 'hash' && this.#first !== undefined);
    if (this.#part === 'blob' || !more) this.#bigItem = false;
  }

  /** A number of an item that goes out in pieces. */
  #bigText(part: ItemPart, text: string): void {
    this.#bigWhole(part, ascii(text));
  }

  #bigWhole(part: ItemPart, value: S): void {
    const bytes = typeof value === 'string' ? this.#encode(value) : value;
    this.#beginBig(part, bytes.length);
    this.#addPiece(bytes, 0, bytes.length);
    this.#endPiece(true);
  }

  #beginBig(part: ItemPart, length: number | undefined): void {
    this.#part = part;
    this.#bigLength = length ?? -1;
    this.#piece = new Uint8Array(Math.min(PIECE, length ?? PIECE));
    this.#pieceLength = 0;
    this.#bigLeft = length ?? Number.POSITIVE_INFINITY;
  }

  #addPiece(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      // A full piece goes out only when more follows, so that the last one is known to be the last.
      if (this.#pieceLength === this.#piece.length) this.#endPiece(false);
      const count = Math.min(end - at, this.#piece.length - this.#pieceLength);
      this.#piece.set(bytes.subarray(at, at + count), this.#pieceLength);
      this.#pieceLength += count;
      this.#bigLeft -= count;
      at += count;
    }
  }

  #endPiece(last: boolean): void {
    const frame = this.#frame!;
    this.#push({
      kind: 'itemBytes',
      offset: frame.offset,
      db: frame.db,
      key: frame.key,
      type: this.#type,
      part: this.#part,
      form: this.#part === 'blob' ? this.#form : undefined,
      id: this.#entry?.id ?? this.#nodeId,
      value: this.#pieceLength === this.#piece.length ? this.#piece : this.#piece.slice(0, this.#pieceLength),
      length: this.#bigLength < 0 ? undefined : this.#bigLength,
      last,
    });
    this.#piece = last ? EMPTY : new Uint8Array(Math.min(PIECE, this.#bigLeft));
    this.#pieceLength = 0;
  }

  // Strings in the form that the caller wants

  #make(bytes: Uint8Array, start: number, end: number): S {
    switch (this.#options.strings) {
      case 'utf8':
        return utf8(bytes, start, end);
      case 'latin1':
        return latin1(bytes, start, end);
      default:
        return this.#copy(bytes, start, end);
    }
  }

  #copy(bytes: Uint8Array, start: number, end: number): Bytes {
    if (!this.#options.views || bytes === this.#digits) return bytes.slice(start, end);
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + start, end - start);
  }

  readonly #toString: ToString = (bytes) =>
    this.#options.strings === 'bytes' ? bytes : this.#make(bytes, 0, bytes.length);

  #encode(text: string): Bytes {
    if (this.#options.strings === 'latin1') return ascii(text);
    return new TextEncoder().encode(text);
  }

  #push(record: unknown): void {
    this.#batch.push(record as RdbRecord<S>);
  }
}

const EMPTY = /* @__PURE__ */ new Uint8Array(0);
