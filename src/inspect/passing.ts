import type { RedisFileError } from '../errors.ts';
import type {
  BytesRecord,
  CronValue,
  ItemForm,
  LevelNumber,
  RdbHandler,
  SbfValue,
  ScanFrame,
  ScanGroup,
  ScanStreamInfo,
  StreamIdmp,
  WarningCode,
} from '../rdb/index.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Hands everything on to another handler: the base of those that choose what it sees. */
export class PassingHandler implements RdbHandler {
  readonly moduleAuxLevel: LevelNumber;
  /** Who sees what comes. */
  protected sink: RdbHandler;

  constructor(sink: RdbHandler, moduleAuxLevel: LevelNumber = sink.moduleAuxLevel) {
    this.sink = sink;
    this.moduleAuxLevel = moduleAuxLevel;
  }

  key(frame: ScanFrame): LevelNumber {
    return this.sink.key(frame);
  }

  record(record: BytesRecord): void {
    this.sink.record(record);
  }

  warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void {
    this.sink.warning(code, message, offset, error);
  }

  count(items: number): void {
    this.sink.count(items);
  }

  keyEnd(stored: number): void {
    this.sink.keyEnd(stored);
  }

  keyFailed(error: RedisFileError): void {
    this.sink.keyFailed(error);
  }

  memberExpiry(member: Bytes, ms: number, raw: Bytes | undefined): void {
    this.sink.memberExpiry(member, ms, raw);
  }

  rawPiece(bytes: Bytes): void {
    this.sink.rawPiece(bytes);
  }

  raw(bytes: Bytes): void {
    this.sink.raw(bytes);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.sink.bytes(bytes, start, end);
  }

  integer(value: number): void {
    this.sink.integer(value);
  }

  int64(hi: number, lo: number): void {
    this.sink.int64(hi, lo);
  }

  bigBegin(length: number): void {
    this.sink.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.sink.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.sink.bigEnd();
  }

  score(value: number): void {
    this.sink.score(value);
  }

  expiry(ms: number | bigint): void {
    this.sink.expiry(ms);
  }

  path(bytes: Uint8Array, start: number, end: number): void {
    this.sink.path(bytes, start, end);
  }

  index(value: number | bigint): void {
    this.sink.index(value);
  }

  insertIndex(value: number | bigint): void {
    this.sink.insertIndex(value);
  }

  entry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.sink.entry(msHi, msLo, seqHi, seqLo);
  }

  entryEnd(): void {
    this.sink.entryEnd();
  }

  streamInfo(info: ScanStreamInfo): void {
    this.sink.streamInfo(info);
  }

  streamGroup(group: ScanGroup): void {
    this.sink.streamGroup(group);
  }

  streamIdmp(idmp: StreamIdmp<Bytes>): void {
    this.sink.streamIdmp(idmp);
  }

  moduleBegin(module: string, version: number): void {
    this.sink.moduleBegin(module, version);
  }

  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void {
    this.sink.modulePart(type, value, bits);
  }

  gcra(tat: number | bigint): void {
    this.sink.gcra(tat);
  }

  cron(value: CronValue<Bytes>): void {
    this.sink.cron(value);
  }

  sbf(value: SbfValue<Bytes>): void {
    this.sink.sbf(value);
  }

  blob(form: ItemForm): void {
    this.sink.blob(form);
  }

  streamNode(id: string): void {
    this.sink.streamNode(id);
  }
}
