import { ascii, ByteOutput, latin1, putDecimal, signed64 } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  type CronValue,
  DATA,
  Fingerprints,
  type KeyMeta,
  type KeyType,
  type LevelNumber,
  type RdbHandler,
  type SbfValue,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  SKIP,
  type Spill,
  type StreamIdmp,
  type WarningCode,
} from '../rdb/index.ts';
import { type Finding, findingAt } from './finding.ts';
import { JsonItems } from './json-items.ts';
import { JsonNames } from './json-names.ts';
import { writeCron, writeMeta, writeModuleNumber, writeSbf } from './json-others.ts';
import { StreamJson } from './json-stream.ts';
import { JsonText } from './json-text.ts';
import { FieldTimes } from './json-times.ts';
import { type Phrase, phrase, put } from './phrase.ts';
import { type Escape, writeDouble, writeInteger } from './text.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface JsonOptions {
  escape: Escape;
  /** Objects of their own, one per line, or one array of them. */
  form: 'lines' | 'array';
  onFinding: (finding: Finding) => void;
  /** Makes a place for times of fields beyond what is held in memory. */
  spill?: () => Spill;
}

/** For the keys of a file: 32 MB, three million keys. */
export const KEY_SLOTS: number = 1 << 22;

const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

const COMMA = 0x2c;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const NEWLINE = 0x0a;

const DB: Phrase = /* @__PURE__ */ phrase('{"db":');
const KEY: Phrase = /* @__PURE__ */ phrase(',"key":"');
const EXPIRES_AT: Phrase = /* @__PURE__ */ phrase(',"expiresAt":');
const IDLE: Phrase = /* @__PURE__ */ phrase(',"idle":');
const FREQ: Phrase = /* @__PURE__ */ phrase(',"freq":');
const VALUE: Phrase = /* @__PURE__ */ phrase(',"value":');

/** Room for what stands around a string, a number of 64 bits included. */
const AROUND = 64;
/** Room for a key's object before its name, and for what stands between the name and the value. */
const HEAD = 256;

/**
 * Writes keys as JSON, straight from the spans that the scanner finds: no string and no object is made for a value.
 *
 * An object is closed when the next one begins, as KeyDB's times of members stand behind their key. Text of times
 * waits in `#times`, as it comes after the value.
 */
export class JsonWriter implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber = SKIP;
  /** The text so far: take it after each push. */
  readonly out: ByteOutput;
  /** What `takeOnTrial` gave is of the object at hand. */
  heldIsAtHand = false;
  /** The object of which `takeOnTrial` gave the beginning was not taken back. */
  heldIsWanted = false;
  readonly #options: JsonOptions;
  readonly #text: JsonText;
  readonly #stream: StreamJson;
  readonly #times: FieldTimes;
  /** Digits stand in JSON as they are. */
  readonly #plainDigits: boolean;
  readonly #items: JsonItems;
  readonly #names: JsonNames;
  #keys = 0;
  #open = false;
  /** The value of the object at hand is complete. */
  #complete = false;
  #type: KeyType = 'string';
  /** Where the object at hand begins in `out`; -1 once it was taken. */
  #objectStart = 0;
  #pathOpen = false;
  #insertIndex: number | bigint | undefined;
  #meta: KeyMeta<Bytes>[] | undefined;
  #frame: ScanFrame | undefined;
  /** Keys of the file, to find those that stand twice. */
  readonly #seen = new Fingerprints(KEY_SLOTS);
  /** What keys say about their values, by type and encoding. */
  readonly #heads = new Map<string, Map<string, Phrase>>();
  readonly #digits = new Uint8Array(20);

  constructor(options: JsonOptions) {
    this.#options = options;
    this.#text = new JsonText(options.escape);
    this.out = this.#text.out;
    this.#items = new JsonItems(this.out);
    this.#names = new JsonNames(this.out);
    this.#stream = new StreamJson(this.#text);
    this.#times = new FieldTimes(options.spill);
    this.#plainDigits = options.escape === 'text' || options.escape === 'latin1';
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
    this.#text.strings.write(this.out, NOTHING, 0, 0, true);
    this.#times.clear();
    this.#names.abandon();
    this.#pathOpen = false;
    if (this.heldIsAtHand) this.heldIsWanted = false;
    if (this.#objectStart < 0) return;
    this.out.length = this.#objectStart;
    this.#keys--;
  }

  // Taking the text

  /** The text so far; the object at hand can no more be taken back. Lent until the next record is read. */
  take(): Bytes {
    const text = this.#takeAll();
    this.#objectStart = -1;
    return text;
  }

  /**
   * The text before the object at hand; everything where that object has no beginning here any more. Lent until the
   * next is taken or, in the latter case, until the next record is read.
   */
  takeFinished(): Bytes {
    const start = this.#objectStart;
    if (!this.#open || start < 0) return this.take();
    this.#names.shift(start);
    this.#objectStart = 0;
    return this.#text.takeBefore(start);
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
    this.#names.keep();
    const text = this.out.bytes.subarray(0, this.out.length);
    this.out.length = 0;
    return text;
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
    this.#items.begin(frame.type);
    this.#names.begin(frame);
    this.#meta = frame.meta;
    this.#insertIndex = undefined;
    out.reserve(HEAD);
    let at = putDecimal(frame.db, out.bytes, put(out.view, out.length, DB));
    out.length = put(out.view, at, KEY);
    this.#text.strings.write(out, frame.bytes, frame.start, frame.end, true);
    out.reserve(HEAD);
    at = put(out.view, out.length, this.#head(frame));
    if (frame.expiresAt !== undefined) {
      out.length = put(out.view, at, EXPIRES_AT);
      writeInteger(out, frame.expiresAt);
      out.reserve(HEAD);
      at = out.length;
    }
    if (frame.idle !== undefined) at = putDecimal(frame.idle, out.bytes, put(out.view, at, IDLE));
    if (frame.freq !== undefined) at = putDecimal(frame.freq, out.bytes, put(out.view, at, FREQ));
    out.length = put(out.view, at, VALUE);
    this.#beginValue();
    return DATA;
  }

  /** `","type":"...","encoding":"..."`: one of a few, made once for each. */
  #head({ type, encoding }: ScanFrame): Phrase {
    let heads = this.#heads.get(type);
    if (heads === undefined) {
      heads = new Map();
      this.#heads.set(type, heads);
    }
    let head = heads.get(encoding);
    if (head === undefined) {
      head = phrase(`","type":"${type}","encoding":"${encoding}"`);
      heads.set(encoding, head);
    }
    return head;
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
        this.#stream.begin();
    }
  }

  count(): void {}

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
        this.#stream.end();
        break;
      case 'module':
        out.text(']}');
    }
    if (this.#insertIndex !== undefined) this.#text.integer('insertIndex', this.#insertIndex);
    if (this.#meta !== undefined) writeMeta(this.#text, this.#meta);
  }

  #closeObject(): void {
    if (!this.#open) return;
    this.#open = this.#complete = false;
    this.#times.flush(this.out);
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
    const items = this.#items;
    const from = items.beginString();
    this.#text.strings.write(this.out, bytes, start, end, true);
    if (items.naming && this.#names.add(from, bytes, start, end)) this.#warnOfDuplicate(bytes, start, end);
    items.endString();
  }

  integer(value: number): void {
    if (this.#plainDigits) {
      const { out } = this;
      const items = this.#items;
      const from = items.beginString();
      out.length = putDecimal(value, out.bytes, from);
      if (items.naming && this.#names.addInteger(from, value)) this.#warnOfDuplicate(out.bytes, from, out.length);
      items.endString();
    } else {
      const digits = this.#digits;
      this.bytes(digits, 0, putDecimal(value, digits, 0));
    }
  }

  int64(hi: number, lo: number): void {
    const text = ascii(String(signed64(hi, lo)));
    this.bytes(text, 0, text.length);
  }

  bigBegin(): void {
    const from = this.#items.beginString();
    if (this.#items.namingTimed) this.#names.beginPieces(from);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#text.strings.write(this.out, bytes, start, end, false);
  }

  bigEnd(): void {
    this.#text.strings.write(this.out, NOTHING, 0, 0, true);
    this.#names.endPieces();
    this.#items.endString();
  }

  #warnOfDuplicate(bytes: Uint8Array, start: number, end: number): void {
    const name = JSON.stringify(latin1(bytes, start, Math.min(end, start + 100)));
    this.warning('DUPLICATE_ITEM', `${name} stands twice in one ${this.#type}`, this.#frame?.offset ?? 0);
  }

  score(value: number): void {
    writeDouble(this.out, value);
    this.out.byte(CLOSE_OBJECT);
  }

  expiry(ms: number | bigint): void {
    if (ms < 0) return;
    this.#times.add(this.#names.taken, this.#names.rest, ms);
  }

  memberExpiry(member: Bytes, ms: number): void {
    const name = new ByteOutput(member.length * 6 + AROUND);
    this.#text.strings.write(name, member, 0, member.length, true);
    this.#times.add(name.bytes.subarray(0, name.length), NOTHING, ms);
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    const { out } = this;
    if (this.#pathOpen) out.byte(CLOSE_OBJECT);
    if (this.#pathOpen) out.byte(COMMA);
    out.byte(QUOTE);
    this.#text.strings.write(out, bytes, start, end, true);
    out.byte(QUOTE);
    out.byte(COLON);
    out.byte(OPEN_OBJECT);
    this.#pathOpen = true;
    this.#items.beginPath();
    this.#names.letBe();
  }

  index(value: number | bigint): void {
    this.#items.index(value);
  }

  insertIndex(value: number | bigint): void {
    this.#insertIndex = value;
  }

  // Streams

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#items.entry(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.#items.entryEnd();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#stream.info(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#stream.group(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#stream.idmp(idmp);
  }

  // Modules and the rest

  moduleBegin(module: string, version: number): void {
    this.out.text(`{"module":${JSON.stringify(module)},"version":${version},"data":[`);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#items.comma();
    writeModuleNumber(this.#text, type, value, bits);
  }

  gcra(tat: number | bigint): void {
    writeInteger(this.out, tat);
  }

  cron(value: CronValue<Bytes>): void {
    writeCron(this.#text, value);
  }

  sbf(value: SbfValue<Bytes>): void {
    writeSbf(this.#text, value);
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
