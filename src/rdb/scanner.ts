import { ByteReader, concat, latin1, NEED_MORE, plainChunk } from '../bytes/index.ts';
import { Crc64 } from '../crc64/index.ts';
import { RedisFileError } from '../errors.ts';
import { clearAttributes, readAttribute } from './attributes.ts';
import { openBlob } from './compressed-blob.ts';
import { ValueContext, type ValueReader } from './context.ts';
import { type Header, type ReplicationFrame, readHeader, readReplicationEnd, readReplicationFrame } from './frame.ts';
import { type BytesRecord, DATA, emptyFrame, RAW, type RdbHandler, type ScanFrame, SKIP } from './handler.ts';
import { KEYDB_VERSION, KeyAux, WAITS } from './key-aux.ts';
import { KeyMetaReader, ModuleAuxReader } from './modules/aux.ts';
import * as op from './opcodes.ts';
import { isKnownVersion, type TypeInfo, typesOf } from './profiles.ts';
import type { EofRecord, Family } from './records.ts';
import { cutShort, describeError, storedTooLarge } from './scan-errors.ts';
import type { ScanOptions } from './scan-options.ts';
import * as state from './scan-state.ts';
import { passHint, readSimpleRecord, unknownByte } from './simple.ts';
import { readTrailer } from './trailer.ts';
import { HashTemplateReader } from './values/template.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Finds the records of an RDB file in bytes that are pushed, and shows them to a handler: the one machine under every
 * reader of this library. It makes no objects for keys and values and keeps no value in memory.
 *
 * State between pushes: what comes next (`#state`), the attributes that wait for their key (`#frame`), and the reader
 * of the value at hand, which knows by itself how far it is.
 */
export class RdbScanner {
  readonly c: ValueContext;
  family: Family = 'redis';
  version = 0;
  /** Keys and other records that are complete. */
  records = 0;
  /** Bytes behind the end that were pushed and not taken. */
  restLength = 0;

  readonly #handler: RdbHandler;
  readonly #options: ScanOptions;
  readonly #crc: Crc64 | undefined;
  #r: ByteReader;
  #state = state.FRAME;
  #opcode = -1;
  #types: Readonly<Record<number, TypeInfo>> = {};
  /** By type, each made for its first value. */
  #readers: (ValueReader | undefined)[] = [];
  #reader: ValueReader | undefined;
  /** The reader is through with the value, though bytes that it passed over may be missing. */
  #valueRead = false;
  #nameKept = false;
  readonly #frame: ScanFrame;
  /** Absolute offset of the first byte of the record at hand. */
  #recordStart = -1;
  #rdbStart = 0;
  /** Offset of the value at hand, in the file or in the unpacked blob that is being read. */
  #valueAt = 0;
  #replication: ReplicationFrame | undefined;
  readonly #keyAux: KeyAux;
  #rest: Uint8Array[] = [];
  #checksum: EofRecord['checksum'] = 'absent';
  /** Dragonfly: the file, while a compressed blob of it is read. */
  #outer: ByteReader | undefined;
  #blobStart = 0;
  /** Reads a record or metadata that may be long. */
  #long: ModuleAuxReader | HashTemplateReader | undefined;
  #meta: KeyMetaReader | undefined;
  /** What comes after key metadata. */
  #afterMeta = state.OPCODE;
  /** One value without a key around it is all there is. */
  #bare = false;
  #end = 0;

  constructor(handler: RdbHandler, options: ScanOptions) {
    this.#handler = handler;
    this.#keyAux = new KeyAux(handler);
    this.#options = options;
    this.#r = new ByteReader(options.reuse);
    this.c = new ValueContext(this.#r, handler, options.maxValueBytes, options.pieces, options.reuse);
    this.c.thorough = options.thorough ?? false;
    this.#crc = options.checksum ? new Crc64() : undefined;
    if (options.capture) this.#r.startCapture(0);
    this.#frame = emptyFrame(options.capture ? 'record' : 'nothing');
  }

  /** Absolute offset of the next byte to be read. */
  get offset(): number {
    return this.#state === state.DONE ? this.#end : (this.#outer ?? this.#r).offset;
  }

  /**
   * Absolute offset where the record at hand begins, with what stands before a key; where that lies in a compressed
   * blob, it is the blob that begins there.
   */
  get recordStart(): number {
    if (this.#outer !== undefined) return this.#blobStart;
    return this.#recordStart < 0 ? this.offset : this.#recordStart;
  }

  /** The record at hand lies in a compressed blob. */
  get inBlob(): boolean {
    return this.#outer !== undefined;
  }

  /** Stored bytes of the value at hand that were read so far, those that are to be skipped included; 0 between values. */
  get valueLength(): number {
    return this.#state === state.VALUE ? this.c.r.offset - this.#valueAt : 0;
  }

  /** The end was read, checksum included. */
  get done(): boolean {
    return this.#state === state.DONE;
  }

  /** Between two records, with nothing pushed that was not read. */
  get idle(): boolean {
    return (
      this.#state === state.OPCODE && this.#recordStart < 0 && this.#r.pos === this.#r.end && this.#r.skipping === 0
    );
  }

  /** What was pushed behind the end and not taken yet; the scanner forgets it. */
  takeRest(): Bytes {
    const rest = concat(this.#rest);
    this.#rest = [];
    this.restLength = 0;
    return rest;
  }

  /** Reads records that stand without a file around them: opcodes, or (`type`) one value without a key. */
  beginInside(version: number, family: Family, first: 'opcode' | 'type'): void {
    this.version = version;
    this.family = family;
    this.#setTypes(family, version);
    this.#bare = first === 'type';
    this.#state = this.#bare ? state.TYPE : state.OPCODE;
  }

  #setTypes(family: Family, version: number): void {
    this.#types = typesOf(family, version);
    this.#readers = [];
  }

  /** Between two records: what is pushed next begins a record further on, and what stands between does not count. */
  skipTo(offset: number): void {
    clearAttributes(this.#frame);
    this.#keyAux.member = undefined;
    this.#nextRecord();
    this.#r.base += offset - this.#r.offset;
  }

  /**
   * Reads on with the next bytes.
   *
   * @throws RedisFileError where the bytes are damaged; the scanner is of no use afterwards
   */
  push(chunk: Uint8Array): void {
    const bytes = plainChunk(chunk);
    if (this.#state === state.DONE) {
      this.#keepRest(bytes);
      return;
    }
    // The file itself, also while a blob of it is read: a blob never waits for more.
    if (!this.#r.append(bytes)) {
      this.#afterShortage();
      return;
    }
    for (;;) {
      try {
        while (this.#state !== state.DONE) this.#step();
        this.#keepRest(this.#r.takeRest());
        return;
      } catch (error) {
        if (error === NEED_MORE) {
          this.#r.rewind();
          if (this.#outer === undefined) {
            this.#afterShortage();
            return;
          }
          this.#leaveBlob();
        } else {
          this.#recover(error);
        }
      }
    }
  }

  /**
   * The input is over.
   *
   * @throws RedisFileError `UNEXPECTED_EOF` where the file is not complete; more may still be pushed afterwards
   */
  end(): void {
    if (this.#state === state.DONE) return;
    const empty = this.#state === state.FRAME && this.#r.pushed === 0;
    throw this.#describe(
      empty
        ? new RedisFileError('UNEXPECTED_EOF', 'the file is empty, expected an RDB header', { offset: 0 })
        : cutShort(this.#r, this.phase()),
    );
  }

  /** What is being read, in words. */
  phase(): string {
    const isType = this.#types[this.#opcode] !== undefined;
    return state.phaseOf(this.#state, this.#opcode, isType, this.#frame, this.#long);
  }

  #keepRest(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.restLength += bytes.length;
    this.#rest.push(bytes.slice());
  }

  /** Bytes ran out: the chunk is the caller's again. At the level `raw` what was captured may be too much to hold. */
  #afterShortage(): void {
    const { c } = this;
    this.#keepName();
    this.#r.release();
    if (this.#isTooLarge()) this.#recover(storedTooLarge(this.c.limit, this.#frame));
    else if (this.#state === state.VALUE && c.level === RAW && this.#r.capturedLength > c.limit) {
      this.#handler.rawPiece(this.#r.takeCapture(false));
    }
  }

  /** The key at hand is wanted as it is stored, whole, and has more bytes than may be held. */
  #isTooLarge(): boolean {
    const { c } = this;
    return this.#state === state.VALUE && c.level === RAW && !c.pieces && this.#r.capturedLength > c.limit;
  }

  /** The name of the key at hand lies in a chunk that goes; errors still have to tell it. */
  #keepName(): void {
    const frame = this.#frame;
    if (this.#state !== state.VALUE || this.#nameKept) return;
    this.#nameKept = true;
    frame.bytes = frame.bytes.slice(frame.start, frame.end);
    frame.end -= frame.start;
    frame.start = 0;
  }

  /** Goes on behind a damaged value where that was asked for and its end can be found; throws otherwise. */
  #recover(thrown: unknown): void {
    if (!RedisFileError.is(thrown)) throw thrown;
    // Of two errors the one that comes with the earlier byte counts, wherever chunks end.
    this.#r.rewind();
    const error = this.#describe(this.#isTooLarge() ? storedTooLarge(this.c.limit, this.#frame) : thrown);
    if (!this.#options.skipDamaged || this.#state !== state.VALUE || this.c.level === SKIP) throw error;
    this.#handler.keyFailed(error);
    this.c.abandon();
    this.#r.stopCapture();
  }

  /** Adds what is known about the place to an error. */
  #describe(error: RedisFileError): RedisFileError {
    if (this.#outer !== undefined) {
      error.message += ' (inside a compressed blob)';
      error.offset = this.#outer.offset;
    }
    error.offset ??= this.#r.base + this.#r.mark;
    return describeError(error, this.phase(), this.#frame, this.#state === state.VALUE, this.records);
  }

  #step(): void {
    switch (this.#state) {
      case state.OPCODE:
        this.#readRecord();
        break;
      case state.VALUE:
        this.#readValue();
        break;
      case state.FRAME:
        this.#readFrame();
        break;
      case state.HEADER:
        this.#readHeader();
        break;
      case state.META:
        this.#readMeta();
        break;
      case state.RECORD:
        this.#finish(this.#long!.run(this.c));
        break;
      case state.TRAILER:
        this.#checksum = readTrailer(this.c, this.#crc);
        this.#r.commit();
        this.#state = state.MARK;
        break;
      case state.TYPE:
        this.#readBareType();
        break;
      default:
        this.#readMark();
    }
  }

  #readFrame(): void {
    this.#replication = readReplicationFrame(this.#r);
    this.#r.commit();
    this.#rdbStart = this.#r.offset;
    this.#r.attach(this.#crc);
    this.#state = state.HEADER;
  }

  #readHeader(): void {
    const r = this.#r;
    const header: Header = readHeader(r);
    this.version = header.version;
    this.family = this.#options.family ?? header.family;
    const newer = isKnownVersion(header.family, header.version)
      ? undefined
      : `RDB version ${header.version} is newer than this library knows`;
    if (newer !== undefined && this.#options.strictVersion) throw this.c.fail('UNSUPPORTED_VERSION', newer);
    this.#setTypes(this.family, this.version);
    this.c.plain = header.version === 0;
    r.commit();
    const framed = this.#replication === undefined ? {} : { replication: this.#replication.kind };
    this.#emit({ kind: 'header', offset: this.#rdbStart, family: this.family, version: this.version, ...framed });
    if (newer !== undefined) {
      const message = `${newer}; it is read as far as its bytes are known`;
      this.#handler.warning('NEWER_VERSION', message, this.#rdbStart);
    }
    this.#nextRecord();
  }

  /** A record that is not a key is complete. */
  #emit(record: BytesRecord): void {
    this.records++;
    this.#keyAux.behindKey = false;
    if (this.#options.capture) record.raw = this.#r.takeCapture(!this.#options.reuse);
    this.#handler.record(record);
  }

  /** The next byte begins a record of its own. Attributes wait for their key, whatever stands between. */
  #nextRecord(): void {
    this.#recordStart = -1;
    this.#state = state.OPCODE;
    this.#opcode = -1;
  }

  /** Reads one record, one attribute of a key, or a key up to its value. */
  #readRecord(): void {
    const r = this.#r;
    r.need(1);
    if (this.#recordStart < 0) this.#recordStart = this.offset;
    const byte = r.bytes[r.pos++]!;
    this.#opcode = byte;
    if (this.#keyAux.member !== undefined && byte !== op.AUX) this.#keyAux.drop(this.#recordStart);
    const info = this.#types[byte];
    if (info !== undefined) {
      this.#readKey(byte, info);
      return;
    }
    if (byte < op.HASH_TEMPLATE) this.#readForeign(byte);
    else this.#readOpcode(byte);
    r.commit();
    this.#opcode = -1;
  }

  #readKey(typeId: number, info: TypeInfo): void {
    const { c } = this;
    const r = this.#r;
    const frame = this.#frame;
    c.contiguous();
    frame.offset = this.#recordStart;
    // An unpacked name lies where the value may be unpacked next; errors still have to name it.
    frame.bytes = c.bytes === r.bytes ? c.bytes : c.bytes.slice(0, c.end);
    frame.start = c.start;
    frame.end = c.end;
    frame.typeId = typeId;
    frame.type = info.type;
    frame.encoding = typeId === 0 ? c.peekEncoding() : info.encoding;
    r.commit();
    this.#beginValue(typeId, info);
  }

  /** A value without a key, as in a DUMP payload; key metadata may stand before it. */
  #readBareType(): void {
    const r = this.#r;
    r.need(1);
    const byte = r.bytes[r.pos++]!;
    this.#opcode = byte;
    const info = this.#types[byte];
    if (info === undefined) {
      if (byte === op.KEY_META && this.family === 'redis' && this.version >= 13) {
        this.#beginMeta();
        return;
      }
      throw this.c.fail('UNKNOWN_TYPE', `expected a value type, found ${byte}`);
    }
    this.#frame.offset = 0;
    this.#frame.typeId = byte;
    this.#frame.type = info.type;
    this.#frame.encoding = byte === 0 ? this.c.peekEncoding() : info.encoding;
    r.commit();
    this.#beginValue(byte, info);
  }

  #beginValue(typeId: number, info: TypeInfo): void {
    this.#readers[typeId] ??= info.reader();
    const reader = this.#readers[typeId];
    reader.begin();
    this.#reader = reader;
    this.#valueRead = this.#nameKept = false;
    this.c.beginValue();
    this.#frame.valueStart = this.#r.capturedLength;
    this.#valueAt = this.c.r.offset;
    this.#state = state.VALUE;
    this.c.level = this.#handler.key(this.#frame);
    // Nobody wants the stored bytes of this one, which may be many.
    if (this.c.level !== RAW) this.#r.stopCapture();
  }

  #readValue(): void {
    const { c } = this;
    if (!this.#valueRead) {
      this.#reader!.run(c);
      c.r.commit();
      this.#valueRead = true;
    }
    c.r.settle();
    if (this.#options.capture) this.#endCapture();
    this.#handler.keyEnd(c.r.offset - this.#valueAt);
    this.records++;
    this.#keyAux.behindKey = true;
    c.level = DATA;
    clearAttributes(this.#frame);
    if (this.#bare) this.#state = state.DONE;
    else this.#nextRecord();
  }

  /** Hands on the stored bytes of the key that ends here. */
  #endCapture(): void {
    const { c } = this;
    const r = this.#r;
    if (c.level !== RAW) {
      // Nobody wants the bytes of this one.
      r.startCapture(r.pos);
      return;
    }
    if (this.#isTooLarge()) throw storedTooLarge(this.c.limit, this.#frame);
    this.#handler.raw(r.takeCapture(!this.#options.reuse));
  }

  #readOpcode(byte: number): void {
    const { c } = this;
    const r = this.#r;
    const frame = this.#frame;
    if (readAttribute(c, byte, frame)) return;
    switch (byte) {
      case op.AUX:
        this.#readAux();
        return;
      case op.MODULE_AUX:
        this.#beginLong(new ModuleAuxReader(this.#recordStart));
        return;
      case op.EOF:
        r.detach();
        this.#state = this.version >= 5 ? state.TRAILER : state.MARK;
        return;
    }
    const record = readSimpleRecord(c, byte, this.family, this.#recordStart, frame.db);
    if (record !== undefined) {
      if (record.kind === 'selectDb') frame.db = record.db;
      this.#finish(record);
    } else if (byte === op.KEY_META && this.family === 'redis' && this.version >= 13) {
      this.#beginMeta();
    } else if (byte === op.HASH_TEMPLATE && this.family === 'redis' && this.version >= 15) {
      this.#beginLong(new HashTemplateReader(this.#recordStart));
    } else {
      throw unknownByte(c, byte, this.family, this.version);
    }
  }

  #beginLong(reader: ModuleAuxReader | HashTemplateReader): void {
    this.#long = reader;
    this.#state = state.RECORD;
  }

  /** A record was read whole: it goes out, and the next begins behind it. */
  #finish(record: BytesRecord): void {
    this.#r.commit();
    this.#emit(record);
    this.#nextRecord();
  }

  /** Bytes that only some vendors use for records. */
  #readForeign(byte: number): void {
    if (passHint(this.c, byte, this.family)) return;
    if (this.family !== 'dragonfly') throw unknownByte(this.c, byte, this.family, this.version);
    switch (byte) {
      case op.DF_ZSTD_BLOB:
      case op.DF_LZ4_BLOB:
        this.#enterBlob(byte);
        return;
      case op.DF_BLOB_END:
        if (this.#outer !== undefined) this.#endBlob();
        return;
      default:
        throw unknownByte(this.c, byte, this.family, this.version);
    }
  }

  /** Dragonfly: a compressed piece of the file, whose records are read as if they stood here. */
  #enterBlob(byte: number): void {
    const { c } = this;
    if (this.#outer !== undefined) throw c.fail('UNKNOWN_OPCODE', 'a compressed blob inside a compressed blob');
    const inner = openBlob(c, byte, this.#options.capture);
    this.#blobStart = this.#recordStart;
    this.#r.commit();
    this.#outer = this.#r;
    this.#r = c.r = inner;
    this.#nextRecord();
  }

  #endBlob(): void {
    const left = this.#r.end - this.#r.pos;
    if (left > 0) throw this.c.fail('BAD_VALUE', `${left} bytes behind the end mark of a compressed blob`);
    this.#leaveBlob();
  }

  /** The blob is read to its end: back to the file. */
  #leaveBlob(): void {
    if (this.#state !== state.OPCODE || this.#r.pos !== this.#r.end || this.#r.skipping > 0) {
      throw this.#describe(this.c.fail('UNEXPECTED_EOF', `a compressed blob ends while reading ${this.phase()}`));
    }
    this.#r = this.c.r = this.#outer!;
    this.#outer = undefined;
    if (this.#options.capture) this.#r.startCapture(this.#r.pos);
    this.#nextRecord();
  }

  #readAux(): void {
    const { c } = this;
    const offset = this.#recordStart;
    c.contiguous();
    const name = latin1(c.bytes, c.start, c.end);
    const value = c.owned();
    const isKeydb = this.version === KEYDB_VERSION;
    if ((isKeydb ? name.toLowerCase() : name) === 'df-ver') {
      if (this.#options.family === undefined && this.family === 'redis') {
        this.family = 'dragonfly';
        this.#setTypes('dragonfly', this.version);
      }
    } else if (isKeydb) {
      const time = this.#keyAux.read(c, name, value, offset);
      if (time === WAITS) return;
      if (time !== undefined) {
        this.#r.commit();
        this.#keyAux.tell(time, this.#options.capture ? this.#r.takeCapture(false) : undefined, offset);
        this.#nextRecord();
        return;
      }
    }
    this.#finish({ kind: 'aux', offset, name, value });
  }

  #beginMeta(): void {
    this.#meta = new KeyMetaReader();
    this.#afterMeta = this.#state;
    this.#state = state.META;
    this.#r.commit();
  }

  /** Directly behind the metadata stands the type byte of the key. */
  #readMeta(): void {
    const r = this.#r;
    this.#frame.meta ??= this.#meta!.run(this.c);
    r.need(1);
    if (this.#types[r.bytes[r.pos]!] === undefined) {
      throw this.c.fail('UNKNOWN_OPCODE', 'key metadata must stand directly before the type of its key');
    }
    this.#state = this.#afterMeta;
    this.#opcode = -1;
  }

  /** What a replication stream has behind the RDB; a file has nothing there. */
  #readMark(): void {
    const r = this.#r;
    const end = r.offset;
    readReplicationEnd(this.c, this.#replication, end - this.#rdbStart);
    r.commit();
    this.#emit({ kind: 'eof', offset: this.#recordStart, checksum: this.#checksum, end });
    this.#end = r.offset;
    this.#state = state.DONE;
  }
}
