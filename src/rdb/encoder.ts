import { ascii } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import { EncodeContext } from './encode-context.ts';
import { RecordEncoder } from './encode-records.ts';
import { ValueWriters } from './encode-values.ts';
import {
  type BytesRecord,
  DATA,
  type LevelNumber,
  RAW,
  type RdbHandler,
  type ScanFrame,
  type ScanGroup,
  type ScanStreamInfo,
  SKIP,
  STRUCTURE,
} from './handler.ts';
import { refuseLoss } from './loss.ts';
import { encodeMeta } from './modules/write.ts';
import * as op from './opcodes.ts';
import { RdbOutput } from './output.ts';
import { writeInt64, writeLength, writeNumber } from './primitives.ts';
import { isOldJson, OLDEST_VALKEY } from './profiles.ts';
import type { CronValue, ItemForm, SbfValue, StreamIdmp, WarningCode } from './records.ts';
import type { RdbScanner } from './scanner.ts';
import { SecondItems } from './second-items.ts';
import { FileFacts, scanStored } from './stored.ts';
import {
  commonTarget,
  hasShortBacklens,
  hasVectorSets,
  parseRdbTarget,
  type RdbTarget,
  sharesListpacks,
  takesStored,
  targetOfHeader,
} from './targets.ts';
import { packingLimits } from './thresholds.ts';
import { NOTHING, type ValueWriter } from './values/writer.ts';
import { checkWriteOptions, type EncoderOptions } from './write-options.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Values that refer to a template of their file. */
const REFERENCES: ReadonlySet<number> = /* @__PURE__ */ new Set([30, 32]);

/** Values of modules, among them vector sets, which are told apart by what is in them. */
const MODULE_2 = 7;

/** Value types of Dragonfly alone begin here, but for its old JSON. */
const FIRST_OWN = 22;

const MILLISECONDS_SINCE = 3;
const USE_SINCE = 9;
const META_SINCE = 13;
const CHECKSUM_SINCE = 5;

/**
 * Writes an RDB file straight from the spans that the scanner finds. Records are shown to it as if they were scanned
 * (`show.ts`), so this is the one place where files are made.
 *
 * A value is copied as it is stored where the target is the server that wrote it, and made anew by the writer of its
 * type otherwise. This class knows keys and what stands before their values; `encode-records.ts` knows everything else.
 */
export class RdbEncoder implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  readonly #options: EncoderOptions;
  readonly #output: RdbOutput;
  readonly #c: EncodeContext;
  readonly #file = new FileFacts();
  readonly #records: RecordEncoder;
  /** Made for the first key, as it depends on the target. */
  #writers!: ValueWriters;
  #value: ValueWriter = NOTHING;
  readonly #second = new SecondItems();
  /** The target was named, so that what files say does not change it. */
  readonly #named: boolean;
  /** Values must be made anew, as an option asks for a form of its own. */
  readonly #anew: boolean;
  #started = false;
  /** Files that were begun. */
  #files = 0;
  /** The family and version of the file that is written, as far as copying goes. */
  #copied = { family: 'redis' as FileFacts['family'], version: 0 };
  #finished = false;

  /** The value at hand is copied. */
  #copying = false;
  /** Bytes of the record before its value that are still to come and to be passed over. */
  #before = 0;
  #keyWritten = false;
  #lost = false;
  /** The stored bytes may lack attributes of the key, as they stood before a record that was left out. */
  #suspect = false;
  /** Reads a stored value that is made anew. */
  #scanner: RdbScanner | undefined;
  #scanning = false;
  /** The level that it reads at. */
  #level: LevelNumber = DATA;

  /** @throws RedisFileError `INVALID_ARGUMENT` for values that an option does not have */
  constructor(options: EncoderOptions = {}) {
    checkWriteOptions(options);
    this.#options = options;
    this.#named = options.target !== undefined;
    this.#anew = options.thresholds !== undefined || options.compression !== undefined;
    this.moduleAuxLevel = options.captured === true ? RAW : DATA;
    this.#output = new RdbOutput(options.bare !== true && options.checksum !== false, options.chunkBytes);
    const target = options.target === undefined ? commonTarget() : parseRdbTarget(options.target);
    this.#c = new EncodeContext(this.#output, target, packingLimits(options.thresholds), {
      head: (typeId) => this.#writeKey(typeId),
      onLoss: options.onLoss ?? refuseLoss,
      now: options.now ?? Date.now,
      spill: options.spill,
    });
    this.#c.strings.compression = options.compression ?? true;
    this.#records = new RecordEncoder(this.#c, this.#file, options.hints !== 'drop');
  }

  get target(): RdbTarget {
    return this.#c.target;
  }

  /** Bytes that `take` would give. */
  get ready(): number {
    return this.#output.ready;
  }

  /**
   * Bytes that are ready, in chunks owned by the caller.
   *
   * @param all also what there is of a chunk that is not full; what was taken of a key cannot be taken back
   */
  take(all: boolean = false): Bytes[] {
    return this.#output.take(all);
  }

  /** Takes back the room of a chunk that nobody uses any more: new room for each is garbage that piles up. */
  recycle(chunk: Bytes): void {
    this.#output.recycle(chunk);
  }

  /** The file is complete. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#options.bare === true) return;
    this.#start(undefined);
    this.#c.out.byte(op.EOF);
  }

  /** What stands behind the end, once everything else was taken. */
  trailer(): Bytes {
    if (this.#copied.version < CHECKSUM_SINCE) return new Uint8Array(0);
    const absent = this.#options.checksum === undefined && !this.#named && this.#records.checksumAbsent;
    return absent ? new Uint8Array(8) : this.#output.checksum();
  }

  // The file

  #start(header: (BytesRecord & { kind: 'header' }) | undefined): void {
    if (this.#started) return;
    this.#started = true;
    const c = this.#c;
    // Lengths of RDB 0 are none that values made anew have: these make it a file of RDB 1, as records without bytes do.
    const asStored = header?.raw !== undefined && !this.#named && !(this.#anew && header.version === 0);
    if (header !== undefined && !this.#named) c.target = targetOfHeader(header.family, header.version);
    const { rdb } = c.target;
    // What is stored may be of a version that only readers know.
    this.#copied = asStored
      ? { family: header.family, version: header.version }
      : { family: rdb >= OLDEST_VALKEY ? 'valkey' : 'redis', version: rdb };
    c.strings.plain = this.#copied.version === 0;
    c.strings.wide = rdb >= 8;
    if (this.#options.bare === true) return;
    c.out.raw(ascii(magic(this.#copied.version, this.#copied.family === 'valkey')));
    this.#records.start(asStored, this.#named || header === undefined);
  }

  // Keys

  key(frame: ScanFrame): LevelNumber {
    // The value inside a stored value, whose key was there before.
    if (this.#scanning) return this.#level;
    const c = this.#c;
    this.#start(undefined);
    this.#writers ??= new ValueWriters(c, hasShortBacklens(c.target.family, c.target.rdb));
    c.begin(frame);
    this.#output.mark();
    this.#records.mark();
    this.#keyWritten = this.#lost = this.#suspect = false;
    this.#before = frame.valueStart;
    this.#value = NOTHING;
    this.#copying = frame.stored !== 'nothing' && (this.#copies(frame.typeId) || this.#isOwnForm(frame));
    if (this.#copying) {
      if (frame.stored === 'record') {
        this.#before = 0;
        this.#suspect = this.#records.leftOut && hasAttributes(frame);
        this.#records.select(frame.db);
        this.#keyWritten = true;
      } else this.#writeKey(frame.typeId);
      return RAW;
    }
    const writer = this.#writers.of(frame);
    if (writer === undefined) {
      this.#lost = true;
      c.lose('key', `a key of type ${frame.type}${frame.encoding === 'pathhash' ? ' (with paths)' : ''}`);
      return SKIP;
    }
    this.#value = writer;
    this.#second.begin(frame);
    writer.begin();
    this.#level = this.#levelOf(frame);
    return this.#level;
  }

  /** Whether a stored value is what the target would store. */
  #copies(typeId: number): boolean {
    if (this.#anew) return false;
    const { family, version } = this.#file;
    if (REFERENCES.has(typeId) && !this.#records.hasTemplates) return false;
    const same = family === this.#copied.family && version === this.#copied.version;
    if (same && !this.#named) return true;
    // A server that is named need not know what others put into files of its version.
    if (this.#named) {
      const unlike = typeId === MODULE_2 && !hasVectorSets(this.#c.target);
      return same && !unlike && takesStored(this.#c.target, typeId, family, version);
    }
    const target = { ...this.#c.target, rdb: Math.min(this.#copied.version, this.#c.target.rdb) };
    if (family === 'dragonfly' || !takesStored(target, typeId, family, version)) return false;
    return sharesListpacks(target, typeId, family, version);
  }

  /** A form that only servers of its family have, in a file that stays theirs: there is no other to make it anew in. */
  #isOwnForm(frame: ScanFrame): boolean {
    if (!this.#staysTheirs()) return false;
    const { family, version } = this.#file;
    if (family !== 'dragonfly') return this.#writers.of(frame) === undefined;
    return frame.typeId >= FIRST_OWN || isOldJson(frame.typeId, family, version);
  }

  /** The file is made anew for who wrote it. */
  #staysTheirs(): boolean {
    const { family, version } = this.#file;
    return this.#anew && !this.#named && family === this.#copied.family && version === this.#copied.version;
  }

  /** Lists and streams whose nodes a server would leave as they are come as nodes. */
  #levelOf({ type, typeId }: ScanFrame): LevelNumber {
    const { target } = this.#c;
    if (this.#anew && this.#options.thresholds !== undefined) return DATA;
    if (type === 'list' && typeId !== nodesOf(target.rdb)) return DATA;
    if (type !== 'list' && type !== 'stream') return DATA;
    return sharesListpacks(target, typeId, this.#file.family, this.#file.version) ? STRUCTURE : DATA;
  }

  #writeKey(typeId: number): void {
    if (this.#keyWritten) return;
    this.#keyWritten = true;
    const { out, frame, strings, target } = this.#c;
    if (this.#options.bare !== true) {
      this.#records.select(frame.db);
      if (frame.expiresAt !== undefined) this.#writeExpiry(frame.expiresAt);
      this.#writeUse(frame);
    }
    if (frame.meta !== undefined) {
      if (target.family === 'redis' && target.rdb >= META_SINCE) out.raw(encodeMeta(frame.meta));
      else this.#c.lose('keyMeta', 'metadata that modules attached to a key');
    }
    out.byte(typeId);
    if (this.#options.bare !== true) strings.write(out, frame.bytes, frame.start, frame.end);
  }

  #writeExpiry(given: number | bigint): void {
    const { out } = this.#c;
    // Servers take -1 for never, and a ms before it is as far gone.
    const at = given === -1 ? -2 : given;
    if (this.#copied.version >= MILLISECONDS_SINCE) {
      out.byte(op.EXPIRETIME_MS);
      writeInt64(out, at);
      return;
    }
    const seconds = Math.min(Math.max(Math.floor(Number(at) / 1000), 0), 0xffffffff);
    if (at > 0 && Number(at) !== seconds * 1000) this.#c.lose('expiry', `a key that goes at ${at} ms`);
    out.byte(op.EXPIRETIME);
    writeNumber(out, 4, (view) => view.setUint32(0, seconds, true));
  }

  #writeUse({ idle, freq }: ScanFrame): void {
    if (idle === undefined && freq === undefined) return;
    const { out, target } = this.#c;
    if (target.rdb < USE_SINCE) {
      this.#c.lose('use', 'when or how often a key was used');
      return;
    }
    if (idle !== undefined) {
      out.byte(op.IDLE);
      writeLength(out, idle);
    }
    if (freq !== undefined) {
      out.byte(op.FREQ);
      out.byte(freq);
    }
  }

  keyEnd(): void {
    if (this.#scanning) return;
    this.#value.end();
    this.#value = NOTHING;
    this.#output.settle();
  }

  /** What was written of the key is taken back: its value is damaged. */
  keyFailed(error: RedisFileError): void {
    if (!this.#takeBack()) throw error;
  }

  /**
   * Takes back the key at hand, if there is one, which is not wanted after all.
   *
   * @throws RedisFileError `LIMIT_EXCEEDED` where some of it was taken already
   */
  abandon(): void {
    if (!this.#takeBack()) {
      throw this.#c.fail('LIMIT_EXCEEDED', 'a key that is to be left out has begun to be written');
    }
  }

  #takeBack(): boolean {
    this.#value.abandon();
    this.#value = NOTHING;
    this.#scanner = undefined;
    this.#scanning = this.#copying = false;
    this.#lost = true;
    this.#records.undo();
    return this.#output.undo();
  }

  count(items: number): void {
    if (this.#level === STRUCTURE && this.#value !== NOTHING) this.#writers.nodes(this.#value, items);
    else {
      this.#second.count(items);
      this.#value.count(items);
    }
  }

  // Strings

  bytes(bytes: Uint8Array, start: number, end: number): void {
    const second = this.#second;
    if (second.bytes(bytes, start, end)) this.#dropItem();
    if (second.dropping) return;
    this.#value.bytes(bytes, start, end);
  }

  integer(value: number): void {
    const second = this.#second;
    if (second.integer(value)) this.#dropItem();
    if (second.dropping) return;
    this.#value.integer(value);
  }

  int64(hi: number, lo: number): void {
    const second = this.#second;
    if (second.int64(hi, lo)) this.#dropItem();
    if (second.dropping) return;
    this.#value.int64(hi, lo);
  }

  /** The item that begins was there before: the first one counts, as it is what servers find. */
  #dropItem(): void {
    this.#c.lose('item', 'an item that is there twice (the first one counts)');
    const { set, zset, hash } = this.#writers;
    const writer = [set, zset, hash].find((one) => one === this.#value);
    if (writer?.expectLess() === false) {
      throw this.#c.fail('BAD_VALUE', 'an item that is there twice, in a value too large for it to be left out');
    }
  }

  bigBegin(length: number): void {
    this.#second.big();
    if (this.#second.dropping) return;
    this.#value.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#second.dropping) return;
    this.#value.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    if (this.#second.dropping) return;
    this.#value.bigEnd();
  }

  // What else values have

  score(value: number): void {
    if (!this.#second.dropping) this.#writers.zset.score(value);
  }

  expiry(ms: number | bigint): void {
    if (ms < 0 || this.#second.dropping) return;
    if (this.#value === this.#writers.hash) this.#writers.hash.expiry(ms);
    else if (this.#value === this.#writers.set) this.#writers.set.expiry();
  }

  path(): void {}

  index(value: number | bigint): void {
    this.#writers.array.index(value);
  }

  insertIndex(value: number | bigint): void {
    this.#writers.array.insertIndex(value);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.#writers.stream.entry(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.#writers.stream.entryEnd();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.#writers.stream.streamInfo(info);
  }

  streamGroup(group: ScanGroup): void {
    this.#writers.stream.streamGroup(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.#writers.stream.streamIdmp(idmp);
  }

  moduleBegin(module: string, version: number): void {
    this.#writers.module.moduleBegin(module, version);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.#writers.module.modulePart(type, value, bits);
  }

  gcra(tat: number | bigint): void {
    this.#writers.gcra.gcra(tat);
  }

  cron(_value: CronValue<Bytes>): void {}

  sbf(_value: SbfValue<Bytes>): void {}

  blob(form: ItemForm): void {
    if (this.#value === this.#writers.quicklist) this.#writers.quicklist.blob(form);
  }

  streamNode(id: string): void {
    this.#writers.stream.streamNode(id);
  }

  memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    if (this.#lost) return;
    const stays = this.#copying || (this.#c.frame.stored !== 'nothing' && this.#staysTheirs());
    if (!stays || this.#named) this.#c.lose('memberExpiry', 'a time at which a member goes');
    // Of a key made anew they are not among its bytes any more.
    else if (raw !== undefined && (this.#copying || raw.length > 0)) this.#c.out.raw(raw);
    else this.#records.memberExpiry(member, ms);
    this.#output.settle();
  }

  // Values as they are stored

  rawPiece(bytes: Bytes): void {
    if (this.#suspect) {
      this.#suspect = false;
      const { frame } = this.#c;
      if (lacksAttributes(bytes, frame)) {
        this.#before = frame.valueStart;
        this.#keyWritten = false;
        this.#writeKey(frame.typeId);
      }
    }
    const value = bytes.subarray(Math.min(this.#before, bytes.length));
    this.#before -= bytes.length - value.length;
    if (this.#copying) {
      this.#c.out.raw(value);
      this.#output.settle();
      return;
    }
    if (this.#value === NOTHING || value.length === 0) return;
    this.#reading(() => {
      this.#scanning = true;
      this.#scanner ??= scanStored(this, this.#file, this.#c.frame);
      this.#scanner.push(value);
    });
  }

  raw(bytes: Bytes): void {
    this.rawPiece(bytes);
    if (this.#scanner === undefined) return;
    this.#reading(() => this.#scanner!.end());
    this.#scanner = undefined;
    this.#scanning = false;
  }

  /** Makes the places of errors in a stored value those of the file. */
  #reading(read: () => void): void {
    try {
      read();
    } catch (error) {
      const { frame } = this.#c;
      if (RedisFileError.is(error) && this.#scanner !== undefined) {
        // The type byte stands apart from the value.
        if (error.offset !== undefined) error.offset += frame.offset + frame.valueStart - 1;
        error.context = { ...error.context, db: frame.db, key: frame.bytes.slice(frame.start, frame.end) };
      }
      this.#scanner = undefined;
      this.#scanning = false;
      throw error;
    }
  }

  // Everything else

  record(record: BytesRecord): void {
    if (record.kind === 'header') {
      this.#files++;
      this.#file.family = record.family;
      this.#file.version = record.version;
      this.#file.templates.clear();
      this.#start(record);
      this.#records.beginFile(this.#files);
      return;
    }
    if (record.kind === 'aux' && record.name === 'df-ver' && this.#file.family === 'redis') {
      this.#file.family = 'dragonfly';
      if (!this.#named && this.#files === 1) this.#copied.family = 'dragonfly';
    }
    if (record.kind === 'hashTemplate') {
      this.#file.templates.set(String(record.exact?.['id'] ?? record.id), record.fields);
    }
    if (record.kind !== 'warning') this.#start(undefined);
    this.#records.record(record);
    this.#output.settle();
  }

  warning(code: WarningCode, message: string, offset: number): void {
    this.#options.onWarning?.(code, message, offset, this.#value === NOTHING ? undefined : this.#c.frame);
  }
}

/** Valkey has a magic of its own since its versions are its own. */
function magic(version: number, valkey: boolean): string {
  if (valkey && version >= OLDEST_VALKEY) return `VALKEY${String(version).padStart(3, '0')}`;
  return `REDIS${String(version).padStart(4, '0')}`;
}

function hasAttributes({ expiresAt, idle, freq }: ScanFrame): boolean {
  return expiresAt !== undefined || idle !== undefined || freq !== undefined;
}

/**
 * Whether a record does not begin with all attributes that its key has: other records may stand between an attribute and
 * the key, and then it is among the bytes of these.
 */
function lacksAttributes(bytes: Uint8Array, { expiresAt, idle, freq }: ScanFrame): boolean {
  let at = 0;
  const seen = new Set<number>();
  for (;;) {
    const opcode = bytes[at]!;
    if (opcode === op.EXPIRETIME_MS) at += 9;
    else if (opcode === op.EXPIRETIME) at += 5;
    else if (opcode === op.FREQ) at += 2;
    else if (opcode === op.IDLE) at += lengthSize(bytes[at + 1]!) + 1;
    else break;
    seen.add(opcode === op.EXPIRETIME ? op.EXPIRETIME_MS : opcode);
  }
  // KeyDB has aux fields among them.
  if (bytes[at] === op.AUX) return false;
  const missing = (value: unknown, opcode: number): boolean => value !== undefined && !seen.has(opcode);
  return missing(expiresAt, op.EXPIRETIME_MS) || missing(idle, op.IDLE) || missing(freq, op.FREQ);
}

/** Bytes of a LEN by its first one. */
function lengthSize(first: number): number {
  if (first < 0x40) return 1;
  if (first < 0x80) return 2;
  return first === 0x80 ? 5 : 9;
}

/** The type of lists that are stored as nodes; -1 where there is none. */
function nodesOf(rdb: number): number {
  if (rdb < 7) return -1;
  return rdb < 10 ? 14 : 18;
}
