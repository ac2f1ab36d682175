import { ascii, ByteOutput, latin1, signed64, writeDecimal } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  type CronValue,
  DATA,
  Fingerprints,
  ITEM_SLOTS,
  type KeyMeta,
  type KeyType,
  type LevelNumber,
  type ModulePart,
  type RdbHandler,
  type SbfValue,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  SKIP,
  type StreamIdmp,
  streamId,
  type WarningCode,
} from '../rdb/index.ts';
import { type Finding, findingAt } from './finding.ts';
import { type Escape, JsonStrings, writeDouble, writeInteger } from './text.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Where text goes that has to wait until the value before it is written, when it is too much for memory. */
export interface Spill {
  write(bytes: Uint8Array): void;
  /** Everything written so far, in pieces; the spill is empty afterwards. */
  drain(): Iterable<Uint8Array>;
}

export interface JsonOptions {
  escape: Escape;
  /** Objects of their own, one per line, or one array of them. */
  form: 'lines' | 'array';
  onFinding: (finding: Finding) => void;
  /** Makes a place for times of fields beyond `SIDE_LIMIT`. */
  spill?: () => Spill;
}

/** For the keys of a file: 32 MB, three million keys. */
export const KEY_SLOTS: number = 1 << 22;
/** Text of field times that is held in memory. */
const SIDE_LIMIT = 8 << 20;

const COMMA = 0x2c;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const NEWLINE = 0x0a;

const DB = /* @__PURE__ */ ascii('{"db":');
const KEY = /* @__PURE__ */ ascii(',"key":"');
const TYPE = /* @__PURE__ */ ascii('","type":"');
const ENCODING = /* @__PURE__ */ ascii('","encoding":"');
const EXPIRES_AT = /* @__PURE__ */ ascii('","expiresAt":');
const IDLE = /* @__PURE__ */ ascii(',"idle":');
const FREQ = /* @__PURE__ */ ascii(',"freq":');
const VALUE = /* @__PURE__ */ ascii(',"value":');
const MEMBER = /* @__PURE__ */ ascii('{"member":"');
const SCORE = /* @__PURE__ */ ascii('","score":');
const ENTRY = /* @__PURE__ */ ascii('{"id":"');
const FIELDS = /* @__PURE__ */ ascii('","fields":[');
const PAIR = /* @__PURE__ */ ascii('["');
const BETWEEN = /* @__PURE__ */ ascii('","');
const FIELD_VALUE = /* @__PURE__ */ ascii('":"');
const STRING_PART = /* @__PURE__ */ ascii('{"type":"string","value":"');

/** Layouts with times of fields and members have type numbers from here on. */
const FIRST_TIMED = 22;

/** What the next string is. */
const WHOLE = 0;
const ELEMENT = 1;
const HASH_FIELD = 2;
const HASH_VALUE = 3;
const ZSET_MEMBER = 4;
const ENTRY_FIELD = 5;
const ENTRY_VALUE = 6;
const ARRAY_VALUE = 7;
const MODULE_STRING = 8;

const FIRST_ROLE: Readonly<Record<KeyType, number>> = {
  string: WHOLE,
  json: WHOLE,
  list: ELEMENT,
  set: ELEMENT,
  zset: ZSET_MEMBER,
  hash: HASH_FIELD,
  stream: ENTRY_FIELD,
  array: ARRAY_VALUE,
  module: MODULE_STRING,
  gcra: WHOLE,
  cron: WHOLE,
  sbf: WHOLE,
};

/**
 * Writes keys as JSON, straight from the spans that the scanner finds: no string and no object is made for a value.
 *
 * An object is closed when the next one begins, as KeyDB's times of members stand behind their key. Text of times
 * gathers in `#side`, as it comes after the value.
 */
export class JsonWriter implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber = SKIP;
  /** The text so far: take it after each push. */
  readonly out: ByteOutput = new ByteOutput();
  /** What `takeOnTrial` gave is of the object at hand. */
  heldIsAtHand = false;
  /** The object of which `takeOnTrial` gave the beginning was not taken back. */
  heldIsWanted = false;
  readonly #options: JsonOptions;
  readonly #strings: JsonStrings;
  readonly #duplicates = new Fingerprints(ITEM_SLOTS);
  #duplicateSeen = false;
  #keys = 0;
  #open = false;
  /** The value of the object at hand is complete. */
  #complete = false;
  #type: KeyType = 'string';
  #role = WHOLE;
  /** Nothing stands before the next item of the innermost list. */
  #first = true;
  /** Where the text of the last field or member stands in `out`, without quotes. */
  #nameStart = 0;
  #nameEnd = 0;
  /** The part of that text which was taken before it was complete, or before its time came. */
  readonly #nameTaken = new ByteOutput(0);
  /** The text of a name is being written in pieces. */
  #naming = false;
  /** The layout of the value at hand may have times of fields or members. */
  #timed = false;
  /** Where the object at hand begins in `out`; -1 once it was taken. */
  #objectStart = 0;
  /** An array of entries or groups that is to be closed. */
  #entriesOpen = false;
  #groupsOpen = false;
  #idmp: StreamIdmp<Bytes> | undefined;
  #pathOpen = false;
  #index: number | bigint = 0;
  #insertIndex: number | bigint | undefined;
  #meta: KeyMeta<Bytes>[] | undefined;
  readonly #side = new ByteOutput(1 << 10);
  #spill: Spill | undefined;
  #spilled = false;
  #frame: ScanFrame | undefined;
  /** Keys of the file, to find those that stand twice. */
  readonly #seen = new Fingerprints(KEY_SLOTS);
  readonly #digits = new Uint8Array(20);

  constructor(options: JsonOptions) {
    this.#options = options;
    this.#strings = new JsonStrings(options.escape);
    if (options.form === 'array') this.out.text('[');
  }

  /** Closes what is open; then the text is complete. */
  finish(): void {
    this.#closeObject();
    if (this.#options.form === 'array') this.out.text(this.#keys > 0 ? '\n]\n' : ']\n');
  }

  /** Other files follow: their keys may be those of the files before. */
  nextFile(): void {
    this.#closeObject();
    this.#seen.reset();
    this.#frame = undefined;
  }

  /** The file is damaged here: an object that only waits to be closed stays, a half one is taken back. */
  breakOff(): void {
    if (this.#complete) this.#closeObject();
    else this.abandon();
  }

  /** Takes back the object at hand, as far as it was not taken: its value is damaged, or it is not wanted. */
  abandon(): void {
    if (!this.#open) return;
    this.#complete = false;
    this.#open = false;
    // What a string left unfinished would stand before the next one.
    this.#strings.write(this.out, NOTHING, 0, 0, true);
    this.#side.length = 0;
    this.#spill = undefined;
    this.#spilled = this.#pathOpen = this.#naming = false;
    if (this.heldIsAtHand) this.heldIsWanted = false;
    if (this.#objectStart < 0) return;
    this.out.length = this.#objectStart;
    this.#keys--;
  }

  /** The text so far; the object at hand can no more be taken back. Lent until the next record is read. */
  take(): Bytes {
    const text = this.#takeAll();
    this.#objectStart = -1;
    return text;
  }

  /**
   * The text before the object at hand, owned by the caller; everything where that object has no beginning here any
   * more.
   */
  takeFinished(): Bytes {
    if (!this.#open || this.#objectStart < 0) return this.take();
    const text = this.out.bytes.slice(0, this.#objectStart);
    this.out.bytes.copyWithin(0, this.#objectStart, this.out.length);
    this.out.length -= this.#objectStart;
    this.#nameStart -= this.#objectStart;
    this.#nameEnd -= this.#objectStart;
    this.#objectStart = 0;
    return text;
  }

  /**
   * The text of the object at hand so far, to be held until it is known whether the object stays: `takeFinished` comes
   * before it. Lent until the next record is read.
   */
  takeOnTrial(): Bytes {
    this.heldIsAtHand = this.heldIsWanted = true;
    return this.#takeAll();
  }

  #takeAll(): Bytes {
    this.#keepName();
    const text = this.out.bytes.subarray(0, this.out.length);
    this.out.length = 0;
    return text;
  }

  /** The text of the last name goes out, and may be wanted once more for its time. */
  #keepName(): void {
    const end = this.#naming ? this.out.length : this.#nameEnd;
    if (this.#timed && end > this.#nameStart) {
      this.#nameTaken.raw(this.out.bytes.subarray(this.#nameStart, end));
    }
    this.#nameStart = this.#nameEnd = 0;
  }

  /** Whether enough text is there to be written. */
  get full(): boolean {
    return this.out.length >= 1 << 16;
  }

  // Keys

  key(frame: ScanFrame): LevelNumber {
    this.#closeObject();
    const { out } = this;
    this.#frame = frame;
    if (this.#seen.add(frame.db, frame.bytes, frame.start, frame.end)) {
      this.warning('DUPLICATE_KEY', 'the key stands twice in its database', frame.offset);
    }
    this.#objectStart = out.length;
    this.heldIsAtHand = false;
    if (this.#options.form === 'array') out.text(this.#keys > 0 ? ',\n' : '\n');
    this.#keys++;
    this.#open = true;
    this.#type = frame.type;
    this.#role = FIRST_ROLE[frame.type];
    this.#timed = frame.typeId >= FIRST_TIMED;
    this.#first = true;
    this.#duplicateSeen = false;
    this.#meta = frame.meta;
    this.#insertIndex = undefined;
    this.#duplicates.reset();
    out.raw(DB);
    out.decimal(frame.db);
    out.raw(KEY);
    this.#strings.write(out, frame.bytes, frame.start, frame.end, true);
    out.raw(TYPE);
    out.text(frame.type);
    out.raw(ENCODING);
    out.text(frame.encoding);
    if (frame.expiresAt === undefined) out.byte(QUOTE);
    else {
      out.raw(EXPIRES_AT);
      writeInteger(out, frame.expiresAt);
    }
    if (frame.idle !== undefined) {
      out.raw(IDLE);
      out.decimal(frame.idle);
    }
    if (frame.freq !== undefined) {
      out.raw(FREQ);
      out.decimal(frame.freq);
    }
    out.raw(VALUE);
    this.#beginValue();
    return DATA;
  }

  #beginValue(): void {
    const { out } = this;
    switch (this.#type) {
      case 'hash':
        out.byte(OPEN_OBJECT);
        break;
      case 'list':
      case 'set':
      case 'zset':
      case 'array':
        out.byte(OPEN_ARRAY);
        break;
      case 'stream':
        out.text('{"entries":[');
        this.#entriesOpen = true;
        this.#groupsOpen = false;
        this.#idmp = undefined;
    }
  }

  keyEnd(): void {
    const { out } = this;
    this.#complete = true;
    switch (this.#type) {
      case 'hash':
        if (this.#pathOpen) out.byte(CLOSE_OBJECT);
        this.#pathOpen = false;
        out.byte(CLOSE_OBJECT);
        break;
      case 'list':
      case 'set':
      case 'zset':
      case 'array':
        out.byte(CLOSE_ARRAY);
        break;
      case 'stream':
        this.#closeStream();
        break;
      case 'module':
        out.text(']}');
    }
    if (this.#insertIndex !== undefined) {
      out.text(',"insertIndex":');
      writeInteger(out, this.#insertIndex);
    }
    if (this.#meta !== undefined) this.#writeMeta(this.#meta);
  }

  #closeObject(): void {
    if (!this.#open) return;
    this.#open = this.#complete = false;
    this.#writeSide();
    this.out.byte(CLOSE_OBJECT);
    if (this.#options.form === 'lines') this.out.byte(NEWLINE);
  }

  keyFailed(): void {
    this.abandon();
  }

  raw(): void {}

  rawPiece(): void {}

  // Strings

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#beginString();
    const from = this.out.length;
    this.#strings.write(this.out, bytes, start, end, true);
    if (this.#role === HASH_FIELD || this.#role === ZSET_MEMBER || (this.#role === ELEMENT && this.#type === 'set')) {
      this.#nameTaken.length = 0;
      this.#nameStart = from;
      this.#nameEnd = this.out.length;
      this.#checkDuplicate(bytes, start, end);
    }
    this.#endString();
  }

  integer(value: number): void {
    const digits = this.#digits;
    this.bytes(digits, writeDecimal(value, digits, digits.length), digits.length);
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  bigBegin(): void {
    this.#beginString();
    this.#naming = this.#role === HASH_FIELD || (this.#role === ELEMENT && this.#type === 'set');
    if (!this.#naming) return;
    this.#nameTaken.length = 0;
    this.#nameStart = this.out.length;
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.write(this.out, bytes, start, end, false);
  }

  bigEnd(): void {
    this.#strings.write(this.out, NOTHING, 0, 0, true);
    if (this.#naming) this.#nameEnd = this.out.length;
    this.#naming = false;
    this.#endString();
  }

  #comma(): void {
    if (this.#first) this.#first = false;
    else this.out.byte(COMMA);
  }

  /** What stands before the inside of a string. */
  #beginString(): void {
    const { out } = this;
    switch (this.#role) {
      case WHOLE:
        out.byte(QUOTE);
        break;
      case ELEMENT:
      case HASH_FIELD:
        this.#comma();
        out.byte(QUOTE);
        break;
      case ZSET_MEMBER:
        this.#comma();
        out.raw(MEMBER);
        break;
      case ENTRY_FIELD:
        this.#comma();
        out.raw(PAIR);
        break;
      case ARRAY_VALUE:
        this.#comma();
        out.byte(OPEN_ARRAY);
        writeInteger(out, this.#index);
        out.byte(COMMA);
        out.byte(QUOTE);
        break;
      case MODULE_STRING:
        this.#comma();
        out.raw(STRING_PART);
    }
  }

  /** What stands behind it. */
  #endString(): void {
    const { out } = this;
    switch (this.#role) {
      case HASH_FIELD:
        out.raw(FIELD_VALUE);
        this.#role = HASH_VALUE;
        break;
      case HASH_VALUE:
        out.byte(QUOTE);
        this.#role = HASH_FIELD;
        break;
      case ZSET_MEMBER:
        out.raw(SCORE);
        break;
      case ENTRY_FIELD:
        out.raw(BETWEEN);
        this.#role = ENTRY_VALUE;
        break;
      case ENTRY_VALUE:
        out.byte(QUOTE);
        out.byte(CLOSE_ARRAY);
        this.#role = ENTRY_FIELD;
        break;
      case ARRAY_VALUE:
        out.byte(QUOTE);
        out.byte(CLOSE_ARRAY);
        break;
      case MODULE_STRING:
        out.byte(QUOTE);
        out.byte(CLOSE_OBJECT);
        break;
      default:
        out.byte(QUOTE);
    }
  }

  #checkDuplicate(bytes: Uint8Array, start: number, end: number): void {
    if (this.#duplicateSeen || this.#pathOpen || !this.#duplicates.add(0, bytes, start, end)) return;
    this.#duplicateSeen = true;
    const name = JSON.stringify(latin1(bytes, start, Math.min(end, start + 100)));
    this.warning('DUPLICATE_ITEM', `${name} stands twice in one ${this.#type}`, this.#frame?.offset ?? 0);
  }

  score(value: number): void {
    writeDouble(this.out, value);
    this.out.byte(CLOSE_OBJECT);
  }

  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    this.#sideName(
      this.#nameTaken.bytes.subarray(0, this.#nameTaken.length),
      this.out.bytes.subarray(this.#nameStart, this.#nameEnd),
    );
    writeInteger(this.#side, ms);
    this.#spillSide();
  }

  memberExpiry(member: Bytes, ms: number): void {
    const name = new ByteOutput(member.length * 6 + 4);
    this.#strings.write(name, member, 0, member.length, true);
    this.#sideName(name.bytes.subarray(0, name.length), NOTHING);
    writeInteger(this.#side, ms);
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    if (this.#pathOpen) out.byte(CLOSE_OBJECT);
    if (this.#pathOpen) out.byte(COMMA);
    out.byte(QUOTE);
    this.#strings.write(out, bytes, start, end, true);
    out.byte(QUOTE);
    out.byte(COLON);
    out.byte(OPEN_OBJECT);
    this.#pathOpen = true;
    this.#first = true;
  }

  index(value: number | bigint): void {
    this.#index = value;
  }

  insertIndex(value: number | bigint): void {
    this.#insertIndex = value;
  }

  // Times of fields and members, which come behind the value

  #sideName(name: Uint8Array, rest: Uint8Array): void {
    const side = this.#side;
    side.text(side.length > 0 || this.#spilled ? ',"' : '"');
    side.raw(name);
    side.raw(rest);
    side.byte(QUOTE);
    side.byte(COLON);
  }

  #spillSide(): void {
    if (this.#side.length < SIDE_LIMIT || this.#options.spill === undefined) return;
    this.#spill ??= this.#options.spill();
    this.#spill.write(this.#side.bytes.subarray(0, this.#side.length));
    this.#side.length = 0;
    this.#spilled = true;
  }

  #writeSide(): void {
    if (this.#side.length === 0 && !this.#spilled) return;
    const { out } = this;
    out.text(',"fieldExpiresAt":{');
    if (this.#spilled) for (const piece of this.#spill!.drain()) out.raw(piece);
    out.raw(this.#side.bytes.subarray(0, this.#side.length));
    out.byte(CLOSE_OBJECT);
    this.#side.length = 0;
    this.#spilled = false;
  }

  // Streams

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#comma();
    this.out.raw(ENTRY);
    this.out.text(streamId(msHi, msLo, seqHi, seqLo));
    this.out.raw(FIELDS);
    this.#first = true;
  }

  entryEnd(): void {
    this.out.byte(CLOSE_ARRAY);
    this.out.byte(CLOSE_OBJECT);
    this.#first = false;
  }

  streamInfo(info: ScanStreamInfo): void {
    const { out } = this;
    out.byte(CLOSE_ARRAY);
    this.#entriesOpen = false;
    out.text(',"length":');
    writeInteger(out, info.length);
    this.#id('lastId', info.lastId);
    if (info.firstId !== undefined) this.#id('firstId', info.firstId);
    if (info.maxDeletedId !== undefined) this.#id('maxDeletedId', info.maxDeletedId);
    if (info.entriesAdded !== undefined) {
      out.text(',"entriesAdded":');
      writeInteger(out, info.entriesAdded);
    }
    out.text(',"groups":[');
    this.#groupsOpen = true;
    this.#first = true;
  }

  #id(name: string, id: string): void {
    this.out.text(`,"${name}":"${id}"`);
  }

  #string(bytes: Uint8Array): void {
    this.out.byte(QUOTE);
    this.#strings.write(this.out, bytes, 0, bytes.length, true);
    this.out.byte(QUOTE);
  }

  streamGroup(group: ScanGroup): void {
    const { out } = this;
    this.#comma();
    out.text('{"name":');
    this.#string(group.name);
    this.#id('lastDeliveredId', group.lastDeliveredId);
    if (group.entriesRead !== undefined) {
      out.text(',"entriesRead":');
      if (group.entriesRead === null) out.text('null');
      else writeInteger(out, group.entriesRead);
    }
    out.text(',"pending":[');
    for (let i = 0; i < group.pending.length; i++) {
      if (i > 0) out.byte(COMMA);
      this.#pending(group, i);
    }
    out.byte(CLOSE_ARRAY);
    if (group.nacked !== undefined) out.text(`,"nacked":${JSON.stringify(group.nacked)}`);
    out.text(',"consumers":[');
    group.consumers.forEach((consumer, i) => {
      out.text(i > 0 ? ',{"name":' : '{"name":');
      this.#string(consumer.name);
      out.text(',"seenTime":');
      writeInteger(out, consumer.seenTime);
      if (consumer.activeTime !== undefined) {
        out.text(',"activeTime":');
        writeInteger(out, consumer.activeTime);
      }
      out.byte(CLOSE_OBJECT);
    });
    out.text(']}');
  }

  #pending({ pending, consumers }: ScanGroup, i: number): void {
    const { out } = this;
    out.text(`{"id":"${pending.id(i)}"`);
    const owner = pending.consumer(i);
    if (owner >= 0) {
      out.text(',"consumer":');
      this.#string(consumers[owner]!.name);
    }
    out.text(',"deliveryTime":');
    writeInteger(out, pending.time(i));
    out.text(',"deliveryCount":');
    writeInteger(out, pending.count(i));
    out.byte(CLOSE_OBJECT);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#idmp = idmp;
  }

  #closeStream(): void {
    const { out } = this;
    if (this.#entriesOpen || this.#groupsOpen) out.byte(CLOSE_ARRAY);
    this.#entriesOpen = this.#groupsOpen = false;
    if (this.#idmp !== undefined) this.#writeIdmp(this.#idmp);
    out.byte(CLOSE_OBJECT);
  }

  #writeIdmp(idmp: StreamIdmp<Bytes>): void {
    const { out } = this;
    out.text(`,"idmp":{"duration":${idmp.duration},"maxEntries":${idmp.maxEntries},"producers":[`);
    idmp.producers.forEach(({ id, entries }, i) => {
      out.text(i > 0 ? ',{"id":' : '{"id":');
      this.#string(id);
      out.text(',"entries":[');
      entries.forEach((entry, n) => {
        out.text(n > 0 ? ',{"iid":' : '{"iid":');
        this.#string(entry.iid);
        out.text(`,"id":"${entry.id}"}`);
      });
      out.text(']}');
    });
    out.text('],"added":');
    writeInteger(out, idmp.exact?.['added'] ?? idmp.added);
    out.text(',"duplicates":');
    writeInteger(out, idmp.exact?.['duplicates'] ?? idmp.duplicates);
    out.byte(CLOSE_OBJECT);
  }

  // Modules and the rest

  moduleBegin(module: string, version: number): void {
    this.out.text(`{"module":${JSON.stringify(module)},"version":${version},"data":[`);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#comma();
    this.#number(type, value, bits);
  }

  #number(type: string, value: number | bigint, bits: bigint | undefined): void {
    const { out } = this;
    out.text(`{"type":"${type}","value":`);
    if (typeof value === 'bigint') writeInteger(out, value);
    else writeDouble(out, value);
    if (bits !== undefined) out.text(`,"bits":${bits}`);
    out.byte(CLOSE_OBJECT);
  }

  #writeMeta(meta: KeyMeta<Bytes>[]): void {
    const { out } = this;
    out.text(',"meta":[');
    meta.forEach((one, i) => {
      if (i > 0) out.byte(COMMA);
      out.text(`{"class":${JSON.stringify(one.class)},"version":${one.version},"flags":${one.flags},"data":[`);
      one.parts.forEach((part, n) => {
        if (n > 0) out.byte(COMMA);
        this.#part(part);
      });
      out.text(']}');
    });
    out.byte(CLOSE_ARRAY);
  }

  #part(part: ModulePart<Bytes>): void {
    if (part.type === 'string') {
      this.out.raw(STRING_PART);
      this.#strings.write(this.out, part.value, 0, part.value.length, true);
      this.out.text('"}');
    } else if ('exact' in part) this.#number(part.type, part.exact?.['value'] ?? part.value, undefined);
    else this.#number(part.type, part.value, 'bits' in part ? part.bits : undefined);
  }

  gcra(tat: number | bigint): void {
    writeInteger(this.out, tat);
  }

  cron(value: CronValue<Bytes>): void {
    const { out } = this;
    out.text('{"script":');
    this.#string(value.script);
    out.text(',"start":');
    writeInteger(out, value.exact?.['start'] ?? value.start);
    out.text(',"interval":');
    writeInteger(out, value.exact?.['interval'] ?? value.interval);
    out.text(',"keys":');
    this.#list(value.keys);
    out.text(',"args":');
    this.#list(value.args);
    out.byte(CLOSE_OBJECT);
  }

  #list(strings: Bytes[]): void {
    this.out.byte(OPEN_ARRAY);
    strings.forEach((string, i) => {
      if (i > 0) this.out.byte(COMMA);
      this.#string(string);
    });
    this.out.byte(CLOSE_ARRAY);
  }

  sbf(value: SbfValue<Bytes>): void {
    const { out } = this;
    out.byte(OPEN_OBJECT);
    (['options', 'growth', 'error', 'previous', 'current', 'max'] as const).forEach((name, i) => {
      out.text(`${i > 0 ? ',' : ''}"${name}":`);
      const exact = value.exact?.[name];
      if (exact === undefined) writeDouble(out, value[name]);
      else writeInteger(out, exact);
    });
    out.text(',"filters":[');
    value.filters.forEach(({ hashes, blob }, i) => {
      out.text(`${i > 0 ? ',' : ''}{"hashes":${hashes},"blob":`);
      this.#string(blob);
      out.byte(CLOSE_OBJECT);
    });
    out.text(']}');
  }

  blob(): void {}

  streamNode(): void {}

  record(_record: BytesRecord): void {
    this.#frame = undefined;
  }

  warning(code: WarningCode, message: string, offset: number, _error?: RedisFileError): void {
    this.#options.onFinding(findingAt(this.#frame, code, message, offset));
  }
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);
