import { latin1 } from '../bytes/index.ts';
import { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  type DataValue,
  type ItemBytesRecord,
  type KeyFrame,
  type KeyRecord,
  type KeyType,
  type LevelNumber,
  type ModuleValue,
  PendingList,
  RAW,
  type RdbHandler,
  type RdbRecord,
  type ScanFrame,
  type ScanStreamInfo,
  SKIP,
  type StreamEntry,
  type StreamGroup,
  type StreamInfo,
} from '../rdb/index.ts';
import { idHalves } from './ids.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Records that commands can be made of: strings as bytes, values as data or as they are stored. */
export type LogRecord = RdbRecord<Bytes, 'data'> | RdbRecord<Bytes, 'raw'>;

/** A value of a type that this library reads, or a piece of one. */
type AnyValue =
  | DataValue<Bytes>
  | { type: 'stream'; value: Partial<StreamInfo<Bytes>> & { entries?: StreamEntry<Bytes>[] } };

/**
 * Shows records to a handler as the scanner would show the file that they were read from. What is shown need not be
 * scanned a second time, so that whoever writes something has to be written once.
 */
export class RecordShow {
  readonly #handler: RdbHandler;
  /** How deep the value at hand is wanted. */
  #level: LevelNumber = SKIP;
  /** The key that began and did not end, as its value comes in pieces. */
  #open = false;
  /** Id of the entry that comes in pieces. */
  #entry: string | undefined;
  /** A large string is under way. */
  #inString = false;
  /** Text of a number that comes as bytes. */
  #number = '';

  constructor(handler: RdbHandler) {
    this.#handler = handler;
  }

  /** @throws RedisFileError `INVALID_ARGUMENT` for records without values, and with values as `structure` */
  show(record: LogRecord): void {
    const handler = this.#handler;
    switch (record.kind) {
      case 'key':
        this.#level = handler.key(frameOf(record));
        if (this.#level !== SKIP) this.#whole(record);
        this.#end(record);
        break;
      case 'keyBegin':
        this.#level = handler.key(frameOf(record));
        this.#open = true;
        break;
      case 'keyItems':
        if (this.#level === SKIP) break;
        this.#endEntry();
        this.#value(record as AnyValue);
        break;
      case 'itemBytes':
        if (this.#level !== SKIP) this.#itemBytes(record);
        break;
      case 'keyEnd':
        this.#endEntry();
        this.#open = false;
        this.#end(record);
        break;
      case 'warning':
        if (record.code === 'DAMAGED' && this.#open && record.error !== undefined) {
          this.#entry = undefined;
          this.#inString = false;
          handler.keyFailed(record.error);
        }
        break;
      default:
        handler.record(record as BytesRecord);
    }
  }

  #whole(record: KeyRecord<Bytes, 'data'> | KeyRecord<Bytes, 'raw'>): void {
    if (record.valueStart !== undefined && record.raw !== undefined) this.#handler.raw(record.raw);
    else if (record.value !== undefined) this.#value(record as AnyValue);
    else {
      throw new RedisFileError(
        'INVALID_ARGUMENT',
        "a key without its value; commands need records read with values: 'data' or 'raw'",
      );
    }
  }

  #end(frame: KeyFrame<Bytes>): void {
    this.#handler.keyEnd(0);
    for (const { member, expiresAt } of frame.memberExpires ?? [])
      this.#handler.memberExpiry(member, expiresAt, undefined);
  }

  #value(record: AnyValue): void {
    const handler = this.#handler;
    if (this.#level === RAW) throw notStored();
    switch (record.type) {
      case 'string':
      case 'json':
        this.#string(record.value);
        break;
      case 'list':
      case 'set':
        for (const element of this.#items(record.value)) this.#string(element);
        break;
      case 'zset':
        for (const { member, score } of this.#items(record.value)) {
          this.#string(member);
          handler.score(score);
        }
        break;
      case 'hash':
        for (const item of this.#items(record.value)) {
          this.#string(item.field);
          this.#string(item.value);
          const at = item.exact?.['expiresAt'] ?? item.expiresAt;
          if (at !== undefined) handler.expiry(at);
        }
        break;
      case 'stream':
        this.#stream(record.value);
        break;
      case 'array':
        if (record.value.insertIndex !== undefined) {
          handler.insertIndex(record.value.exact?.['insertIndex'] ?? record.value.insertIndex);
        }
        for (const item of this.#items(record.value.items)) {
          handler.index(item.exact?.['index'] ?? item.index);
          this.#string(item.value);
        }
        break;
      case 'module':
        this.#module(record.value);
        break;
      case 'gcra':
        handler.gcra(record.value.exact?.['tat'] ?? record.value.tat);
        break;
      case 'cron':
        handler.cron(record.value);
        break;
      case 'sbf':
        handler.sbf(record.value);
    }
  }

  #string(bytes: Bytes): void {
    this.#handler.bytes(bytes, 0, bytes.length);
  }

  /** The items of a value; at the level `structure` it may have none. */
  #items<T>(items: T[]): T[] {
    if (Array.isArray(items)) return items;
    throw new RedisFileError('INVALID_ARGUMENT', "commands need records read with values: 'data' or 'raw'");
  }

  #module({ module, version, parts }: ModuleValue<Bytes>): void {
    const handler = this.#handler;
    handler.moduleBegin(module, version);
    for (const part of parts) {
      if (part.type === 'string') this.#string(part.value);
      else {
        const exact = 'exact' in part ? part.exact?.['value'] : undefined;
        handler.modulePart(part.type, exact ?? part.value, 'bits' in part ? part.bits : undefined);
      }
    }
  }

  // Streams

  #stream(value: Partial<StreamInfo<Bytes>> & { entries?: StreamEntry<Bytes>[] }): void {
    const handler = this.#handler;
    for (const { id, fields } of value.entries ?? []) {
      handler.entry(...idHalves(id));
      for (const [field, text] of fields) {
        this.#string(field);
        this.#string(text);
      }
      handler.entryEnd();
    }
    // Only the last piece has the rest.
    if (value.lastId === undefined) {
      if (value.entries === undefined) this.#items(value.entries as unknown as never[]);
      return;
    }
    const info: ScanStreamInfo = {
      length: value.exact?.['length'] ?? value.length ?? 0,
      lastId: value.lastId,
      firstId: value.firstId,
      maxDeletedId: value.maxDeletedId,
      entriesAdded: value.exact?.['entriesAdded'] ?? value.entriesAdded,
    };
    handler.streamInfo(info);
    for (const group of value.groups ?? []) this.#group(group);
    if (value.idmp !== undefined) handler.streamIdmp(value.idmp);
  }

  #group(group: StreamGroup<Bytes>): void {
    const numbers = new Map(group.consumers.map(({ name }, i) => [latin1(name), i]));
    const pending = new PendingList();
    for (const entry of group.pending) {
      const id = idHalves(entry.id);
      const time = BigInt.asUintN(64, BigInt(entry.exact?.['deliveryTime'] ?? entry.deliveryTime));
      const count = entry.exact?.['deliveryCount'] ?? entry.deliveryCount;
      pending.add(...id, Number(time >> 32n), Number(time & 0xffffffffn), count);
      const owner = entry.consumer === undefined ? undefined : numbers.get(latin1(entry.consumer));
      if (owner !== undefined) pending.own(...id, owner);
    }
    this.#handler.streamGroup({
      name: group.name,
      lastDeliveredId: group.lastDeliveredId,
      entriesRead: group.exact?.['entriesRead'] ?? group.entriesRead,
      pending,
      nacked: group.nacked,
      consumers: group.consumers.map(({ name, seenTime, activeTime, exact }) => ({
        name,
        seenTime: exact?.['seenTime'] ?? seenTime,
        activeTime: exact?.['activeTime'] ?? activeTime,
      })),
    });
  }

  // Items in pieces

  #itemBytes(record: ItemBytesRecord<Bytes>): void {
    const handler = this.#handler;
    if (this.#level === RAW && record.part !== 'raw') throw notStored();
    switch (record.part) {
      case 'raw':
        if (record.last) handler.raw(record.value);
        else handler.rawPiece(record.value);
        return;
      case 'score':
      case 'index':
      case 'expiresAt':
        this.#number += latin1(record.value);
        if (record.last) this.#endNumber(record.part);
        return;
      case 'blob':
        this.#items(undefined as unknown as never[]);
        return;
      case 'path':
        return;
    }
    if (record.type === 'stream' && record.id !== this.#entry) {
      this.#endEntry();
      this.#entry = record.id!;
      handler.entry(...idHalves(record.id!));
    }
    const { value, last, length } = record;
    if (last && !this.#inString) {
      this.#string(value);
      return;
    }
    if (!this.#inString) handler.bigBegin(length!);
    handler.bigBytes(value, 0, value.length);
    this.#inString = !last;
    if (last) handler.bigEnd();
  }

  #endNumber(part: 'score' | 'index' | 'expiresAt'): void {
    const text = this.#number;
    this.#number = '';
    if (part === 'score') this.#handler.score(Number(text));
    else if (part === 'index') this.#handler.index(BigInt(text));
    else this.#handler.expiry(BigInt(text));
  }

  #endEntry(): void {
    if (this.#entry !== undefined) this.#handler.entryEnd();
    this.#entry = undefined;
  }
}

function notStored(): RedisFileError {
  return new RedisFileError('INVALID_ARGUMENT', "mode 'restore' needs records read with values: 'raw'");
}

function frameOf(record: KeyFrame<Bytes> & { type: KeyType }): ScanFrame {
  return {
    offset: record.offset,
    db: record.db,
    bytes: record.key,
    start: 0,
    end: record.key.length,
    typeId: record.typeId,
    type: record.type,
    encoding: record.encoding,
    expiresAt: record.exact?.['expiresAt'] ?? record.expiresAt,
    idle: record.idle,
    freq: record.freq,
    meta: record.meta,
    valueStart: record.valueStart ?? 0,
  };
}
