import { describe, isBytes, latin1, type StringMode, stringBytes } from '../bytes/index.ts';
import {
  type EntryVisitor,
  listpack,
  PackedStream,
  type StreamEntryVisitor,
  StreamNodeDecoder,
  WalkState,
  walkPacked,
} from '../encodings/index.ts';
import { RedisFileError } from '../errors.ts';
import {
  type BytesRecord,
  type LevelNumber,
  RAW,
  type RdbHandler,
  type ScanFrame,
  SKIP,
  STRUCTURE,
} from './handler.ts';
import { compareIds, idHalves, PendingList } from './pending.ts';
import type { Blob, ItemBytesRecord, KeyType, ModuleValue, QuicklistNode, StreamNode } from './records.ts';
import {
  codecOf,
  compareHalves,
  frameOf,
  halvesOf,
  idmpOf,
  invalid,
  isBlob,
  isNodes,
  items,
  type Loose,
  libraryOf,
  type ToBytes,
  unsigned,
  whole,
  withBytes,
} from './show-input.ts';
import { TimedEntries } from './values/hash.ts';
import { type BlobContext, type BlobVisitor, PlainEntries } from './values/packed.ts';
import { ScoredEntries } from './values/zset.ts';
import type {
  WritableField,
  WritableGroup,
  WritableNumber,
  WritableRecord,
  WritableStream,
  WritableString,
  WritableValue,
} from './writable.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const NOTHING: Bytes = /* @__PURE__ */ new Uint8Array(0);

/**
 * Shows records to a handler as the scanner would show the file that they were read from. What is shown need not be
 * scanned a second time, so that whoever writes something has to be written once.
 *
 * Packed blobs and nodes of the level `structure` are unpacked, unless the handler asks for nodes.
 */
export class RecordShow {
  readonly #handler: RdbHandler;
  readonly #bytesOf: ToBytes;
  readonly #state = new WalkState();
  readonly #context: BlobContext;
  readonly #decoder: StreamNodeDecoder;
  /** How deep the value at hand is wanted. */
  #level: LevelNumber = SKIP;
  /** The key that began and did not end, as its value comes in pieces. */
  #open = false;
  #frame: ScanFrame | undefined;
  /** Id of the entry that comes in pieces. */
  #entry: string | undefined;
  /** A large string is under way. */
  #inString = false;
  /** Text of a number that comes as bytes. */
  #number = '';
  /** A large blob, unpacked as it comes. */
  #blob: PackedStream | undefined;
  #visitor: BlobVisitor | undefined;

  /** @param strings what text among the strings stands for; under `bytes` there may be none */
  constructor(handler: RdbHandler, strings: StringMode) {
    this.#handler = handler;
    this.#bytesOf = (text) => stringBytes(text, strings);
    this.#decoder = new StreamNodeDecoder(handler as StreamEntryVisitor);
    this.#context = {
      handler,
      warn: (code, message) => handler.warning(code, message, this.#frame?.offset ?? 0),
      fail: (code, message) => new RedisFileError(code, message, { offset: this.#frame?.offset ?? 0 }),
    };
  }

  /** @throws RedisFileError `INVALID_ARGUMENT` for what is no record, and for records without values */
  show(record: WritableRecord): void {
    const handler = this.#handler;
    const loose = record as unknown as Loose;
    switch (loose?.kind) {
      case 'key':
        this.#whole(loose);
        break;
      case 'keyBegin':
        this.#begin(loose, true);
        this.#open = true;
        if (typeof loose['count'] === 'number' && this.#countIsTrue(loose.type)) handler.count(loose['count']);
        break;
      case 'keyItems':
        this.#mustBeOpen(loose.kind);
        if (this.#level === SKIP) break;
        this.#endEntry();
        this.#value(loose);
        // Each piece has those of its own members.
        this.#memberExpiries(loose, undefined);
        break;
      case 'itemBytes':
        this.#mustBeOpen(loose.kind);
        if (this.#level !== SKIP) this.#itemBytes(record as ItemBytesRecord<Bytes>);
        break;
      case 'keyEnd':
        this.#mustBeOpen(loose.kind);
        this.#endEntry();
        this.#open = false;
        this.#end(loose, loose['raw'] !== undefined);
        break;
      case 'warning':
        if (loose['code'] === 'DAMAGED' && this.#open && loose['error'] !== undefined) {
          this.#entry = this.#blob = undefined;
          this.#inString = false;
          this.#level = SKIP;
          handler.keyFailed(loose['error'] as RedisFileError);
        }
        break;
      case 'aux':
        handler.record({ ...loose, value: this.#bytesOf(loose.value as WritableString) } as unknown as BytesRecord);
        break;
      case 'function':
        handler.record(libraryOf(loose, this.#bytesOf) as unknown as BytesRecord);
        break;
      case 'moduleAux':
      case 'hashTemplate':
      case 'slotImport':
      case 'keyJournal':
      case 'journal':
        handler.record(withBytes(loose, this.#bytesOf) as unknown as BytesRecord);
        break;
      case 'header':
      case 'selectDb':
      case 'resizeDb':
      case 'slotInfo':
      case 'eof':
        handler.record(record as BytesRecord);
        break;
      default:
        throw invalid(
          `expected a record, found ${loose?.kind === undefined ? describe(record) : `the kind ${String(loose.kind)}`}`,
        );
    }
  }

  /** Of a list or stream in nodes they are counted, of one in elements these. */
  #countIsTrue(type: KeyType): boolean {
    const nodes = type === 'stream' || (type === 'list' && this.#frame!.encoding === 'quicklist');
    return !nodes || this.#level === STRUCTURE;
  }

  #mustBeOpen(kind: string): void {
    if (!this.#open) throw invalid(`a record "${kind}" without a "keyBegin" before it`);
  }

  #begin(record: Loose, inPieces: boolean): void {
    if (this.#open) throw invalid('a key begins before the one before it has its "keyEnd"');
    // Bytes of a record that comes in pieces may be lent for as long as the record is.
    this.#frame = frameOf(record, inPieces, this.#bytesOf);
    this.#level = this.#handler.key(this.#frame);
  }

  #whole(record: Loose): void {
    const stored = record['valueStart'] !== undefined && isBytes(record['raw']);
    if (!stored && record.value === undefined) {
      throw invalid("a key without its value; records must be read with values: 'raw', 'structure' or 'data'");
    }
    this.#begin(record, false);
    if (this.#level !== SKIP) {
      if (stored) this.#handler.raw(record['raw'] as Bytes);
      else this.#value(record);
    }
    // What stands behind the value is among the bytes of the record, unless the record was changed.
    this.#end(record, stored && record['valueStart'] !== 0, true);
  }

  #end(record: Loose, stored: boolean, shown: boolean = false): void {
    const handler = this.#handler;
    handler.keyEnd(0);
    const raw = shown ? NOTHING : (record['raw'] as Bytes | undefined);
    this.#memberExpiries(record, stored ? raw : undefined);
  }

  /** @param raw stored bytes of all of them */
  #memberExpiries(record: Loose, raw: Bytes | undefined): void {
    const expires = (record['memberExpires'] ?? []) as { member: WritableString; expiresAt: number }[];
    for (const [i, { member, expiresAt }] of expires.entries()) {
      this.#handler.memberExpiry(this.#bytesOf(member), expiresAt, raw !== undefined && i > 0 ? NOTHING : raw);
    }
  }

  #value(record: Loose): void {
    const handler = this.#handler;
    if (this.#level === RAW) {
      throw invalid("values as they are stored are needed; read records with values: 'raw'");
    }
    // biome-ignore lint/suspicious/noExplicitAny: what it is, is looked at below
    const value = record.value as any;
    if (value === undefined || value === null) throw invalid(`a ${record.type} without a value`);
    if (isBlob(record.type, value)) {
      this.#packed(record.type, value);
      return;
    }
    switch (record.type) {
      case 'string':
      case 'json':
        this.#string(value);
        break;
      case 'list':
        if (isNodes<QuicklistNode<Bytes>>(value)) this.#nodes(value.nodes);
        else {
          if (this.#level !== STRUCTURE) this.#count(value);
          for (const element of items<WritableString>(value)) this.#string(element);
        }
        break;
      case 'set':
        this.#count(value);
        for (const member of items<WritableString>(value)) this.#string(member);
        break;
      case 'zset':
        this.#count(value);
        for (const { member, score } of items<{ member: WritableString; score: number }>(value)) {
          this.#string(member);
          if (typeof score !== 'number') throw invalid(`expected a score, found ${describe(score)}`);
          handler.score(score);
        }
        break;
      case 'hash':
        this.#hash(value);
        break;
      case 'stream':
        this.#stream(value);
        break;
      case 'array':
        this.#array(value);
        break;
      case 'module':
        this.#module(value);
        break;
      case 'gcra': {
        const { tat, exact } = value as { tat: WritableNumber; exact?: Record<string, bigint> };
        handler.gcra(unsigned(exact?.['tat'] ?? tat, 'the arrival time of a rate limiter'));
        break;
      }
      case 'cron':
        handler.cron(value);
        break;
      case 'sbf':
        handler.sbf(value);
        break;
      default:
        throw invalid(`no key has the type ${String(record.type)}`);
    }
  }

  /** Only a whole value tells how many items there are. */
  #count(value: unknown): void {
    if (!this.#open) this.#handler.count(items(value).length);
  }

  #string(text: WritableString): void {
    const bytes = this.#bytesOf(text);
    this.#handler.bytes(bytes, 0, bytes.length);
  }

  #hash(value: unknown): void {
    const handler = this.#handler;
    this.#count(value);
    for (const item of items<WritableField & { path?: WritableString }>(value)) {
      if (item.path !== undefined) {
        const path = this.#bytesOf(item.path);
        handler.path(path, 0, path.length);
      }
      this.#string(item.field);
      this.#string(item.value);
      const at = item.exact?.['expiresAt'] ?? item.expiresAt;
      if (at !== undefined) handler.expiry(unsigned(at, 'the time of a field'));
    }
  }

  #array(
    value: WritableValue['value'] & { items: unknown; insertIndex?: WritableNumber; exact?: Record<string, bigint> },
  ): void {
    const handler = this.#handler;
    this.#count(value.items);
    if (value.insertIndex !== undefined) {
      handler.insertIndex(unsigned(value.exact?.['insertIndex'] ?? value.insertIndex, 'the insert index of an array'));
    }
    for (const item of items<{ index: WritableNumber; value: WritableString; exact?: Record<string, bigint> }>(
      value.items,
    )) {
      handler.index(unsigned(item.exact?.['index'] ?? item.index, 'an index of an array'));
      this.#string(item.value);
    }
  }

  #module({ module, version, parts }: ModuleValue<WritableString>): void {
    const handler = this.#handler;
    // A later piece names it again.
    if (module !== undefined) {
      if (typeof module !== 'string' || !/^[A-Za-z0-9_-]{9}$/.test(module)) {
        throw invalid(
          `the name of a module's type has nine letters, digits, "-" or "_", found ${JSON.stringify(module)}`,
        );
      }
      if (!(Number.isInteger(version) && version >= 0 && version < 1024)) {
        throw invalid(`the version of a module's encoding is 0 to 1023, found ${String(version)}`);
      }
      handler.moduleBegin(module, version);
    }
    for (const part of items<ModuleValue<WritableString>['parts'][number]>(parts)) {
      if (part.type === 'string') this.#string(part.value);
      else {
        const exact = 'exact' in part ? part.exact?.['value'] : undefined;
        handler.modulePart(part.type, exact ?? part.value, 'bits' in part ? part.bits : undefined);
      }
    }
  }

  // Packed blobs and nodes

  #packed(type: KeyType, { form, bytes }: Blob<Bytes>): void {
    const visitor = this.#visitorOf(type);
    visitor.begin(this.#context);
    walkPacked(codecOf(form), bytes, 0, bytes.length, visitor, this.#state);
    visitor.finish(this.#context);
  }

  /** What stands between entries and the handler, by the type of the key. */
  #visitorOf(type: KeyType): BlobVisitor {
    switch (type) {
      case 'zset':
        return new ScoredEntries();
      case 'hash':
        return this.#frame!.encoding === 'listpackex' ? new TimedEntries() : new PlainEntries(2);
      default:
        return new PlainEntries(1);
    }
  }

  #nodes(nodes: readonly QuicklistNode<Bytes>[]): void {
    const handler = this.#handler;
    if (this.#level === STRUCTURE && !this.#open) handler.count(nodes.length);
    for (const { form, bytes } of nodes) {
      if (this.#level === STRUCTURE) {
        handler.blob(form);
        this.#string(bytes);
      } else if (form === 'plain') this.#string(bytes);
      else walkPacked(codecOf(form), bytes, 0, bytes.length, handler, this.#state);
    }
  }

  #streamNodes(nodes: readonly StreamNode<Bytes>[]): void {
    const handler = this.#handler;
    if (this.#level === STRUCTURE && !this.#open) handler.count(nodes.length);
    for (const { id, listpack: bytes } of nodes) {
      if (this.#level === STRUCTURE) {
        handler.streamNode(id);
        this.#string(bytes);
      } else {
        this.#decoder.begin(...idHalves(id));
        walkPacked(listpack, bytes, 0, bytes.length, this.#decoder, this.#state);
        this.#decoder.finish();
      }
    }
  }

  // Streams

  #stream(value: Partial<WritableStream> & { nodes?: StreamNode<Bytes>[]; length?: number }): void {
    const handler = this.#handler;
    if (value.nodes !== undefined) this.#streamNodes(value.nodes);
    let last: string | undefined;
    for (const { id, fields } of items<WritableStream['entries'][number]>(value.entries ?? [])) {
      handler.entry(...halvesOf(id));
      for (const [field, text] of items<readonly [WritableString, WritableString]>(fields)) {
        this.#string(field);
        this.#string(text);
      }
      handler.entryEnd();
      if (last !== undefined && compareIds(last, id) >= 0)
        throw invalid(
          `the entry ${id} stands behind ${last} in a stream, whose ids must ascend; in a damaged file they may not`,
        );
      last = id;
    }
    // Only the last piece has the rest.
    if (this.#open && value.lastId === undefined) return;
    const lastId = value.lastId ?? last ?? '0-0';
    halvesOf(lastId);
    if (value.firstId !== undefined) halvesOf(value.firstId);
    if (value.maxDeletedId !== undefined) halvesOf(value.maxDeletedId);
    const added = value.exact?.['entriesAdded'] ?? value.entriesAdded;
    handler.streamInfo({
      length: value.exact?.['length'] ?? value.length ?? value.entries?.length ?? 0,
      lastId,
      firstId: value.firstId,
      maxDeletedId: value.maxDeletedId,
      entriesAdded: added === undefined ? undefined : unsigned(added, 'the number of entries added to a stream'),
    });
    for (const group of items<WritableGroup>(value.groups ?? [])) this.#group(group);
    if (value.idmp !== undefined) handler.streamIdmp(idmpOf(value.idmp, this.#bytesOf));
  }

  #group(group: WritableGroup): void {
    const given = group.consumers ?? [];
    const names = given.map(({ name }) => this.#bytesOf(name));
    const numbers = new Map(names.map((name, i) => [latin1(name), i]));
    const pending = new PendingList();
    const entries = [...(group.pending ?? [])].map((entry) => ({ entry, id: halvesOf(entry.id) }));
    const ascending = entries.every(({ id }, i) => i === 0 || compareHalves(entries[i - 1]!.id, id) < 0);
    if (!ascending) entries.sort((a, b) => compareHalves(a.id, b.id));
    for (const { entry, id } of entries) {
      const time = BigInt.asUintN(
        64,
        BigInt(whole(entry.exact?.['deliveryTime'] ?? entry.deliveryTime, 'a delivery time')),
      );
      const count = unsigned(entry.exact?.['deliveryCount'] ?? entry.deliveryCount, 'a number of deliveries');
      pending.add(...id, Number(time >> 32n), Number(time & 0xffffffffn), count);
      if (entry.consumer === undefined) continue;
      const owner = numbers.get(latin1(this.#bytesOf(entry.consumer)));
      if (owner === undefined)
        throw invalid(`the pending entry ${entry.id} belongs to a consumer that the group does not have`);
      pending.own(...id, owner);
    }
    halvesOf(group.lastDeliveredId);
    const read = group.exact?.['entriesRead'] ?? group.entriesRead;
    this.#handler.streamGroup({
      name: this.#bytesOf(group.name),
      lastDeliveredId: group.lastDeliveredId,
      entriesRead:
        read === undefined || read === null ? read : unsigned(read, 'the number of entries that a group read'),
      pending,
      nacked: group.nacked === undefined ? undefined : [...group.nacked],
      consumers: given.map(({ seenTime, activeTime, exact }, i) => ({
        name: names[i]!,
        seenTime: whole(exact?.['seenTime'] ?? seenTime, 'the time of a consumer'),
        activeTime:
          activeTime === undefined ? undefined : whole(exact?.['activeTime'] ?? activeTime, 'the time of a consumer'),
      })),
    });
  }

  // Items in pieces

  #itemBytes(record: ItemBytesRecord<Bytes>): void {
    const handler = this.#handler;
    const { part, value, last, length } = record;
    if (!isBytes(value)) throw invalid(`a piece must be a Uint8Array, found ${describe(value)}`);
    if (this.#level === RAW && part !== 'raw') {
      throw invalid("values as they are stored are needed; read records with values: 'raw'");
    }
    switch (part) {
      case 'raw':
        if (last) handler.raw(value);
        else handler.rawPiece(value);
        return;
      case 'score':
      case 'index':
      case 'expiresAt':
        this.#number += latin1(value);
        if (last) this.#endNumber(part);
        return;
      case 'blob':
        this.#blobBytes(record);
        return;
      case 'path':
        if (last) handler.path(value, 0, value.length);
        return;
    }
    if (record.type === 'stream' && record.id !== this.#entry) {
      this.#endEntry();
      this.#entry = record.id!;
      handler.entry(...halvesOf(record.id!));
    }
    this.#piece(value, last, length);
  }

  #piece(value: Bytes, last: boolean, length: number | undefined): void {
    const handler = this.#handler;
    if (last && !this.#inString) {
      this.#string(value);
      return;
    }
    if (!this.#inString) handler.bigBegin(length!);
    handler.bigBytes(value, 0, value.length);
    this.#inString = !last;
    if (last) handler.bigEnd();
  }

  /** A blob or a node, or some of its bytes. */
  #blobBytes({ type, form, id, value, last, length }: ItemBytesRecord<Bytes>): void {
    if (this.#level === STRUCTURE) {
      if (!this.#inString) {
        if (type === 'stream') this.#handler.streamNode(id!);
        else this.#handler.blob(form!);
      }
      this.#piece(value, last, length);
      return;
    }
    if (form === 'plain') {
      this.#piece(value, last, length);
      return;
    }
    if (this.#blob === undefined) {
      let visitor: EntryVisitor;
      if (type === 'stream') {
        this.#decoder.begin(...halvesOf(id!));
        visitor = this.#decoder;
      } else if (type === 'list') visitor = this.#handler;
      else {
        this.#visitor = this.#visitorOf(type);
        this.#visitor.begin(this.#context);
        visitor = this.#visitor;
      }
      this.#blob = new PackedStream(codecOf(form!), length!, visitor, 0);
    }
    this.#blob.push(value, 0, value.length);
    if (!last) return;
    this.#blob.finish();
    this.#blob = undefined;
    if (type === 'stream') this.#decoder.finish();
    else if (type !== 'list') this.#visitor!.finish(this.#context);
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
