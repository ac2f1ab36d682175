import type { StreamEntryVisitor } from '../encodings/index.ts';
import type { RedisFileError } from '../errors.ts';
import type { PendingList } from './pending.ts';
import type {
  CronValue,
  Encoding,
  ItemForm,
  KeyMeta,
  KeyType,
  RdbRecord,
  SbfValue,
  StreamIdmp,
  WarningCode,
} from './records.ts';

/** The levels as numbers, deeper is higher. */
export const SKIP = 0;
export const RAW = 1;
export const STRUCTURE = 2;
export const DATA = 3;
export type LevelNumber = typeof SKIP | typeof RAW | typeof STRUCTURE | typeof DATA;

/** Records with strings as bytes, as the scanner makes them. */
export type BytesRecord = RdbRecord<Uint8Array<ArrayBuffer>, 'data'>;

/** Everything about the key at hand but its value. One object, changed for every key: copy what you keep. */
export interface ScanFrame {
  offset: number;
  db: number;
  /** The key's name lies in `bytes` from `start` to `end`, lent until the next key. */
  bytes: Uint8Array;
  start: number;
  end: number;
  typeId: number;
  type: KeyType;
  encoding: Encoding;
  expiresAt: number | bigint | undefined;
  idle: number | undefined;
  freq: number | undefined;
  meta: KeyMeta<Uint8Array<ArrayBuffer>>[] | undefined;
  /** Stored bytes of the record before its value. */
  valueStart: number;
  /**
   * What the level `raw` gives: nothing; the whole record; or only its value, as the attributes or the name of the key
   * are no more what the bytes before it say (`valueStart` of which are still to be passed over).
   */
  stored: 'nothing' | 'record' | 'value';
}

/** The frame of no key. */
export function emptyFrame(stored: ScanFrame['stored'] = 'nothing'): ScanFrame {
  return {
    offset: 0,
    db: 0,
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    typeId: 0,
    type: 'string',
    encoding: 'raw',
    expiresAt: undefined,
    idle: undefined,
    freq: undefined,
    meta: undefined,
    valueStart: 0,
    stored,
  };
}

/** A stream apart from entries, groups and IDMP. */
export interface ScanStreamInfo {
  length: number | bigint;
  lastId: string;
  firstId: string | undefined;
  maxDeletedId: string | undefined;
  entriesAdded: number | bigint | undefined;
}

export interface ScanGroup {
  name: Uint8Array<ArrayBuffer>;
  lastDeliveredId: string;
  /** Null for unknown, undefined where the version does not store it. */
  entriesRead: number | bigint | null | undefined;
  pending: PendingList;
  nacked: string[] | undefined;
  consumers: {
    name: Uint8Array<ArrayBuffer>;
    seenTime: number | bigint;
    activeTime: number | bigint | undefined;
  }[];
}

/**
 * Receives what the scanner finds, in file order, without any object or string being made for it. Strings arrive as
 * spans (`bytes`, `integer`, `int64`, or `bigBegin` ... `bigEnd` for what is too large to hold), lent until the call
 * returns. What they mean follows from the type of the key:
 *
 * | type | calls |
 * | --- | --- |
 * | string, json | one string |
 * | list | a string per element |
 * | set | a string per member, then `expiry` where the layout has them |
 * | zset | member, `score` |
 * | hash | field, value, then `expiry` where the layout has them; `path` before the fields of a path hash |
 * | stream | `entry`, (field, value)*, `entryEnd`; then `streamInfo`, `streamGroup`*, `streamIdmp` |
 * | array | `insertIndex` at most once; then `index`, string |
 * | module | `moduleBegin`; then `modulePart` for numbers and a string for strings |
 * | gcra, cron, sbf | `gcra`, `cron`, `sbf` |
 *
 * At the level `structure`, `blob` announces that the next string is a packed blob, and `streamNode` one of a stream.
 */
export interface RdbHandler extends StreamEntryVisitor {
  /** A key begins; the answer is how deep its value is to be read. */
  key(frame: ScanFrame): LevelNumber;
  /**
   * How many items the value has at this level, where the file says so before them: elements, members, fields, and at
   * the level `structure` nodes.
   */
  count(items: number): void;
  /**
   * Its value is complete.
   *
   * @param stored bytes that the value takes in the file (of Dragonfly's packed blobs, in the unpacked one)
   */
  keyEnd(stored: number): void;
  /** Its value is damaged, and what is left of it will be passed over before `keyEnd`. */
  keyFailed(error: RedisFileError): void;
  /** A piece of a record that is too large to hold at the level `raw`; owned by the receiver. */
  rawPiece(bytes: Uint8Array<ArrayBuffer>): void;
  /** The rest of the record, at the level `raw`. */
  raw(bytes: Uint8Array<ArrayBuffer>): void;

  score(value: number): void;
  /** Unix time in ms at which the field or member goes; -1 for never. */
  expiry(ms: number | bigint): void;
  path(bytes: Uint8Array, start: number, end: number): void;
  index(value: number | bigint): void;
  insertIndex(value: number | bigint): void;
  streamInfo(info: ScanStreamInfo): void;
  streamGroup(group: ScanGroup): void;
  streamIdmp(idmp: StreamIdmp<Uint8Array<ArrayBuffer>>): void;
  moduleBegin(module: string, version: number): void;
  modulePart(type: 'sint' | 'uint' | 'float' | 'double', value: number | bigint, bits: bigint | undefined): void;
  gcra(tat: number | bigint): void;
  cron(value: CronValue<Uint8Array<ArrayBuffer>>): void;
  sbf(value: SbfValue<Uint8Array<ArrayBuffer>>): void;
  blob(form: ItemForm): void;
  streamNode(id: string): void;

  /**
   * KeyDB: a time for one member of the key that came last, with its stored bytes where those are kept; none where they
   * were among those of the record.
   */
  memberExpiry(member: Uint8Array<ArrayBuffer>, ms: number, raw: Uint8Array<ArrayBuffer> | undefined): void;
  /** How deep the aux data of modules is read. */
  readonly moduleAuxLevel: LevelNumber;
  /** Anything but keys; owned by the receiver. */
  record(record: BytesRecord): void;
  warning(code: WarningCode, message: string, offset: number, error?: RedisFileError): void;
}
