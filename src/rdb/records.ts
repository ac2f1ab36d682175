import type { ExactNumbers, StringOf } from '../bytes/index.ts';
import type { RedisFileError } from '../errors.ts';

/**
 * Who wrote the file, as far as the meaning of its bytes goes. Value types and opcodes from 22 and 200 on mean
 * different things in each. A file of Redis up to 7.2, Valkey up to 8.1 or KeyDB is `redis`: their ids do not collide.
 */
export type Family = 'redis' | 'valkey' | 'dragonfly';

/** How deep values are read. */
export type Level = 'skip' | 'raw' | 'structure' | 'data';

/** The logical type of a key. `cron` is KeyDB's, `json` and `sbf` (scalable Bloom filter) are Dragonfly's. */
export type KeyType = DataValue<Uint8Array>['type'];

/** How the file stores a value, in Redis's own words. */
export type Encoding =
  | 'int'
  | 'raw'
  | 'lzf'
  | 'linkedlist'
  | 'ziplist'
  | 'quicklist'
  | 'hashtable'
  | 'intset'
  | 'listpack'
  | 'listpackex'
  | 'skiplist'
  | 'zipmap'
  | 'template'
  | 'pathhash'
  | 'stream'
  | 'array'
  | 'module'
  | 'cron';

/** A member of a sorted set. */
export interface ZsetItem<S> {
  member: S;
  score: number;
}

/** A field of a hash. */
export interface HashItem<S> extends ExactNumbers {
  field: S;
  value: S;
  /** Unix time in ms at which the field goes; undefined for never. */
  expiresAt: number | undefined;
  /** The path of the field, in the path hashes of Valkey 9.2 only. */
  path?: S;
}

/** A live entry of a stream. */
export interface StreamEntry<S> {
  /** `"ms-seq"` */
  id: string;
  /** Field and value, in the order they were added. */
  fields: [field: S, value: S][];
}

/** An entry that was delivered and not acknowledged. */
export interface PendingEntry<S> extends ExactNumbers {
  id: string;
  /** Undefined for an entry that nobody owns. */
  consumer: S | undefined;
  /** Unix time in ms of the last delivery. */
  deliveryTime: number;
  deliveryCount: number;
}

export interface StreamConsumer<S> extends ExactNumbers {
  name: S;
  /** Unix time in ms of the last attempt to read. */
  seenTime: number;
  /** Unix time in ms of the last successful read, -1 for never; not stored before RDB 11. */
  activeTime?: number;
}

export interface StreamGroup<S> extends ExactNumbers {
  name: S;
  lastDeliveredId: string;
  /** Null where the server does not know; not stored before RDB 10. */
  entriesRead?: number | null;
  pending: PendingEntry<S>[];
  /** Ids of pending entries that were handed back, in that order; from RDB 14. */
  nacked?: string[];
  consumers: StreamConsumer<S>[];
}

/** What a stream remembers to recognise repeated additions; from RDB 13. */
export interface StreamIdmp<S> extends ExactNumbers {
  /** Seconds. */
  duration: number;
  maxEntries: number;
  producers: { id: S; entries: { iid: S; id: string }[] }[];
  added: number;
  duplicates: number;
}

/** A stream without its entries. What a version does not store is absent. */
export interface StreamInfo<S> extends ExactNumbers {
  /** Number of entries as the file says it. */
  length: number;
  lastId: string;
  firstId?: string;
  maxDeletedId?: string;
  entriesAdded?: number;
  groups: StreamGroup<S>[];
  idmp?: StreamIdmp<S>;
}

export interface StreamValue<S> extends StreamInfo<S> {
  entries: StreamEntry<S>[];
}

/** An element of a sparse array; `index` has its exact value beside it beyond 2^53. */
export interface ArrayItem<S> extends ExactNumbers {
  index: number;
  value: S;
}

export interface ArrayValue<S> extends ExactNumbers {
  items: ArrayItem<S>[];
  /** Where the next insertion goes; undefined where none was made. */
  insertIndex: number | undefined;
}

/** One part of what a module stored. Numbers beyond 2^53 have their exact value beside them. */
export type ModulePart<S> =
  | ({ type: 'sint' | 'uint'; value: number } & ExactNumbers)
  /** `bits` only for a NaN that is not the usual one, as a Number cannot tell them apart. */
  | { type: 'float' | 'double'; value: number; bits?: bigint }
  | { type: 'string'; value: S };

export interface ModuleValue<S> {
  /** The nine characters of the type's name, `ReJSON-RL` for example. */
  module: string;
  /** The module's own encoding version, 0 to 1023. */
  version: number;
  parts: ModulePart<S>[];
}

/** A rate limiter's state. */
export interface GcraValue extends ExactNumbers {
  /** Theoretical arrival time. */
  tat: number;
}

/** A job of KeyDB's KEYDB.CRON. */
export interface CronValue<S> extends ExactNumbers {
  script: S;
  /** Unix time in ms. */
  start: number;
  /** ms */
  interval: number;
  keys: S[];
  args: S[];
}

/** Dragonfly's scalable Bloom filter. */
export interface SbfValue<S> extends ExactNumbers {
  options: number;
  growth: number;
  error: number;
  previous: number;
  current: number;
  max: number;
  filters: { hashes: number; blob: S }[];
}

/** Type and value of a key at the level `data`. */
export type DataValue<S> =
  | { type: 'string'; value: S }
  | { type: 'list'; value: S[] }
  | { type: 'set'; value: S[] }
  | { type: 'zset'; value: ZsetItem<S>[] }
  | { type: 'hash'; value: HashItem<S>[] }
  | { type: 'stream'; value: StreamValue<S> }
  | { type: 'array'; value: ArrayValue<S> }
  | { type: 'gcra'; value: GcraValue }
  | { type: 'module'; value: ModuleValue<S> }
  | { type: 'cron'; value: CronValue<S> }
  | { type: 'json'; value: S }
  | { type: 'sbf'; value: SbfValue<S> };

/** A packed blob, unpacked from LZF but not further. */
export interface Blob<S> {
  form: 'ziplist' | 'listpack' | 'intset' | 'zipmap';
  bytes: S;
}

/** A node of a quicklist; `plain` is one element. */
export interface QuicklistNode<S> {
  form: 'ziplist' | 'listpack' | 'plain';
  bytes: S;
}

/** A node of a stream: entries that share a master entry, as one listpack. */
export interface StreamNode<S> {
  id: string;
  listpack: S;
}

/**
 * Value of a key at the level `structure`: packed blobs as blobs, quicklists and streams as their nodes, everything
 * else as at `data`. Blobs are bytes whatever `strings` says.
 */
export type StructureValue<S> =
  | DataValue<S>
  | { type: 'list'; value: Blob<Uint8Array<ArrayBuffer>> | { nodes: QuicklistNode<Uint8Array<ArrayBuffer>>[] } }
  | { type: 'set' | 'zset' | 'hash'; value: Blob<Uint8Array<ArrayBuffer>> }
  | { type: 'stream'; value: StreamInfo<S> & { nodes: StreamNode<Uint8Array<ArrayBuffer>>[] } };

/** Type and value of a key at a level. */
export type LevelValue<S, L extends Level> = L extends 'data'
  ? DataValue<S>
  : L extends 'structure'
    ? StructureValue<S>
    : L extends 'raw'
      ? { type: KeyType; value: Uint8Array<ArrayBuffer> }
      : { type: KeyType; value: undefined };

/** What every record has. */
interface At {
  /** Absolute offset of its first byte in the file. */
  offset: number;
  /** At the level `raw`: the bytes of the whole record as stored, opcodes and attributes included. */
  raw?: Uint8Array<ArrayBuffer> | undefined;
}

/** The first record: whose file this is. */
export interface HeaderRecord extends At {
  kind: 'header';
  /** By the magic; an aux field may correct it (see `Family`). */
  family: Family;
  /** The RDB version. */
  version: number;
  /** Set where the file is a captured replication stream: how its transfer was framed. */
  replication?: 'disk' | 'diskless';
}

export interface SelectDbRecord extends At {
  kind: 'selectDb';
  db: number;
}

/** Sizes of the hash tables of a database: hints, which may be wrong. */
export interface ResizeDbRecord extends At {
  kind: 'resizeDb';
  db: number;
  keys: number;
  expires: number;
}

export interface AuxRecord<S> extends At {
  kind: 'aux';
  name: string;
  value: S;
}

/** A function library. */
export interface FunctionRecord<S> extends At {
  kind: 'function';
  /**
   * Name of the library: from the first line of the code, or stored (release candidates of 7.0). Undefined where servers
   * refuse that line.
   */
  name: string | undefined;
  /** `lua`, for example; undefined like the name. */
  engine: string | undefined;
  /** Only in files of release candidates of 7.0. */
  description?: S;
  /** Its whole source. */
  code: S;
}

/** What a module stored besides its keys. */
export interface ModuleAuxRecord<S> extends At {
  kind: 'moduleAux';
  module: string;
  version: number;
  /** Stored before the keys (1) or after them (2). */
  when: number;
  /** Undefined at the level `skip`. */
  parts: ModulePart<S>[] | undefined;
}

/** Field names that hashes of RDB 15 share. */
export interface HashTemplateRecord<S> extends At, ExactNumbers {
  kind: 'hashTemplate';
  id: number;
  fields: S[];
}

/** How many keys the next cluster slot holds: a hint. */
export interface SlotInfoRecord extends At {
  kind: 'slotInfo';
  slot: number;
  keys: number;
  expires: number;
}

/** A slot import of Valkey 9 that was under way. */
export interface SlotImportRecord<S> extends At {
  kind: 'slotImport';
  job: S;
  ranges: [first: number, last: number][];
}

/** Metadata that a module attached to a key; from RDB 13. */
export interface KeyMeta<S> {
  /** Four characters. */
  class: string;
  version: number;
  /** Bit 0: may be dropped by a server that does not know the class. */
  flags: number;
  parts: ModulePart<S>[];
}

/** Everything about a key but its value. */
export interface KeyFrame<S> extends At, ExactNumbers {
  db: number;
  key: S;
  encoding: Encoding;
  /** Unix time in ms; undefined for never. `exact.expiresAt` has it beyond 2^53. */
  expiresAt: number | undefined;
  /** Seconds since the last use, where the server kept them. */
  idle: number | undefined;
  /** Logarithmic counter of uses, 0 to 255, where the server kept it. */
  freq: number | undefined;
  meta: KeyMeta<S>[] | undefined;
  /** KeyDB: times in ms at which single members go. */
  memberExpires: { member: S; expiresAt: number }[] | undefined;
  /** The number of the value type in the file. */
  typeId: number;
  /** At the level `raw`: where in `raw` the value begins; 0 where a transform left only the value of it. */
  valueStart: number | undefined;
}

/** A key with its value. */
export type KeyRecord<S, L extends Level> = { kind: 'key' } & KeyFrame<S> & LevelValue<S, L>;

/** A key whose value comes in pieces: `keyItems` and `itemBytes`, then `keyEnd`. */
export type KeyBeginRecord<S> = {
  kind: 'keyBegin';
  type: KeyType;
  value: undefined;
  /** Items that will come, where the file says so before them; at the level `structure` nodes of a list or stream. */
  count: number | undefined;
} & KeyFrame<S>;

/** Some items of the key that began, in the form of a whole value of its type. The last piece of a stream has its groups. */
export type KeyItemsRecord<S, L extends Level> = { kind: 'keyItems' } & KeyFrame<S> & PieceValue<S, L>;

/** `LevelValue` in pieces: a stream's entries come before the rest of it. */
export type PieceValue<S, L extends Level> = L extends 'data' | 'structure'
  ?
      | Exclude<LevelValue<S, L>, { type: 'stream' }>
      | {
          type: 'stream';
          value: Partial<StreamInfo<S>> & { entries?: StreamEntry<S>[]; nodes?: StreamNode<Uint8Array<ArrayBuffer>>[] };
        }
  : LevelValue<S, L>;

/** What the bytes of an `itemBytes` record are part of. */
export type ItemPart =
  | 'value'
  | 'element'
  | 'member'
  | 'score'
  | 'field'
  | 'path'
  | 'expiresAt'
  | 'index'
  | 'part'
  | 'blob'
  | 'raw';

/** How a node of a list or stream, or a whole packed value, is stored. */
export type ItemForm = 'ziplist' | 'listpack' | 'intset' | 'zipmap' | 'plain';

/**
 * Bytes of one item that is larger than the limit. All parts of such an item arrive this way, in file order: for a
 * hash the field, then the value, each in as many records as it takes, `last` true on the last one.
 */
export interface ItemBytesRecord<S> extends At {
  kind: 'itemBytes';
  db: number;
  key: S;
  type: KeyType;
  part: ItemPart;
  /** What a `blob` is. */
  form: ItemForm | undefined;
  /** Stream: id of the entry. */
  id: string | undefined;
  /** Bytes whatever `strings` says, as a cut may fall inside a character; numbers as decimal text. */
  value: Uint8Array<ArrayBuffer>;
  /** Bytes of the whole part; undefined for `raw`. */
  length: number | undefined;
  last: boolean;
}

/** The key that began is complete. At `raw`, `raw` has what stands behind the value: KeyDB's times of members, if any. */
export type KeyEndRecord<S> = { kind: 'keyEnd'; type: KeyType; value: undefined } & KeyFrame<S>;

/** A key whose commands could only be carried along (modules, see rewriting). */
export interface KeyJournalRecord<S> extends At, ExactNumbers {
  kind: 'keyJournal';
  db: number;
  key: S;
  expiresAt: number | undefined;
  /** What the commands go on from: a payload as DUMP gives it. */
  base?: Uint8Array<ArrayBuffer>;
  /** Commands on this key alone, in their order. */
  commands: S[][];
}

/** Commands of modules that concern no key, such as definitions of indexes; they come before the keys. */
export interface JournalRecord<S> extends At {
  kind: 'journal';
  /** The database in which they run. */
  db: number;
  /** In their order. */
  commands: S[][];
}

/** Why a `warning` was given. */
export type WarningCode =
  /** The version is above the newest known one. */
  | 'NEWER_VERSION'
  /** A field, member or index stands twice in one value. */
  | 'DUPLICATE_ITEM'
  /** A key stands twice in one database. */
  | 'DUPLICATE_KEY'
  /** A score that is no number; servers refuse it, but in a packed blob. */
  | 'NAN_SCORE'
  /**
   * A list, set, hash or sorted set without items; servers skip it, but refuse intsets, zipmaps and plain nodes of lists
   * that are empty.
   */
  | 'EMPTY_VALUE'
  /** A packed blob has another number of entries than its header says; servers refuse it, or end when they give it out. */
  | 'COUNT_MISMATCH'
  /** An intset or array that is not ascending. */
  | 'DISORDER'
  /** A function library that servers refuse: for its first line, or because one of that name stands before it. */
  | 'BAD_LIBRARY'
  /** Counters or references of a stream that contradict each other. */
  | 'STREAM_INCONSISTENT'
  /** Bytes inside a value or payload that belong to nothing. */
  | 'SURPLUS_BYTES'
  /** Bytes behind the end of the file. */
  | 'TRAILING_DATA'
  /** The error that `onError` asked to step over, in `error`. */
  | 'DAMAGED';

export interface WarningRecord<S> extends At {
  kind: 'warning';
  code: WarningCode;
  message: string;
  db: number | undefined;
  /** The key it is about. */
  key: S | undefined;
  error: RedisFileError | undefined;
}

/** The file is complete. Only a warning about bytes behind the end may follow. */
export interface EofRecord extends At {
  kind: 'eof';
  /** `absent`: stored as zero, or the version is below 5. */
  checksum: 'verified' | 'absent' | 'ignored';
  /** Absolute offset behind the last byte of the RDB. */
  end: number;
}

/** What `readRdb` yields, told apart by `kind`. */
export type RdbRecord<S = Uint8Array<ArrayBuffer>, L extends Level = 'data'> =
  | HeaderRecord
  | SelectDbRecord
  | ResizeDbRecord
  | AuxRecord<S>
  | FunctionRecord<S>
  | ModuleAuxRecord<S>
  | HashTemplateRecord<S>
  | SlotInfoRecord
  | SlotImportRecord<S>
  | KeyRecord<S, L>
  | KeyBeginRecord<S>
  | KeyItemsRecord<S, L>
  | ItemBytesRecord<S>
  | KeyEndRecord<S>
  | KeyJournalRecord<S>
  | JournalRecord<S>
  | WarningRecord<S>
  | EofRecord;

/** What an option may be, and the default where it may be absent. */
export type OptionOf<O, K extends PropertyKey, Default> = K extends keyof O
  ? Exclude<O[K], undefined> | (undefined extends O[K] ? Default : never)
  : Default;

/** The type of strings that belongs to options. */
export type StringFor<O> = StringOf<OptionOf<O, 'strings', 'bytes'>>;

/** The level that belongs to options. */
export type LevelFor<O> = Extract<OptionOf<O, 'values', 'data'>, Level>;

/** The record type that belongs to options. */
export type RecordFor<O> = RdbRecord<StringFor<O>, LevelFor<O>>;

/** Options whose every name is known, so that a typing mistake is an error. */
export type Exactly<O, Known> = O & { [K in Exclude<keyof O, keyof Known>]: never };
