import { setExact } from '../bytes/index.ts';
import { DATA, type LevelNumber, STRUCTURE } from './handler.ts';
import type {
  Encoding,
  HashItem,
  ItemForm,
  ItemPart,
  KeyType,
  ModulePart,
  StreamEntry,
  StreamGroup,
  StreamIdmp,
  StreamInfo,
} from './records.ts';
import type { S } from './strings.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The value at hand: items in the form of its type, out of strings, and what it has besides them. */
export class ValueItems {
  /** Items that were not taken yet. */
  items: unknown[] = [];
  type: KeyType = 'string';
  /** The next string is a packed blob. */
  form: ItemForm | undefined;
  /** Of the entry of an array that comes next. */
  index: number | bigint = 0;
  /** Where the next insertion into an array goes. */
  insertIndex: number | bigint | undefined;
  /** Of the hash at hand. */
  path: S | undefined;
  module: { module: string; version: number } | undefined;
  info: StreamInfo<S> | undefined;
  /** The value, where it does not consist of items. */
  whole: unknown;
  #level: LevelNumber = DATA;
  #encoding: Encoding = 'raw';
  // By the type, as asking it for each string takes 3 % of all the time of reading.
  /** Strings begin items; those of streams are parts of entries. */
  #hasItems = false;
  #hasNames = false;
  #single: S | undefined;
  /** First string of a pair whose second is still to come. */
  #first: S | undefined;
  #entry: StreamEntry<S> | undefined;
  #nodeId: string | undefined;
  /** Something besides the items was taken. */
  #headTaken = false;

  begin(type: KeyType, encoding: Encoding, level: LevelNumber): void {
    this.type = type;
    this.#encoding = encoding;
    this.#level = level;
    this.#hasItems = type !== 'string' && type !== 'json' && type !== 'stream';
    this.#hasNames = type === 'hash' || type === 'set' || type === 'zset';
    this.items = [];
    this.form = this.insertIndex = this.path = this.module = this.info = this.whole = undefined;
    this.#single = this.#first = this.#entry = this.#nodeId = undefined;
    this.#headTaken = false;
  }

  /** Whether the next string is the second of a pair. */
  get awaitsSecond(): boolean {
    return this.#first !== undefined;
  }

  /** Whether the next string begins an item. */
  get beginsItem(): boolean {
    return this.#first === undefined && this.#hasItems;
  }

  /** Whether the string that begins an item is its name, which no other item has. */
  get isNamed(): boolean {
    return this.#hasNames && this.path === undefined;
  }

  string(made: S): void {
    switch (this.type) {
      case 'string':
      case 'json':
        this.#single = made;
        break;
      case 'hash':
        if (this.#first === undefined) this.#first = made;
        else {
          const item: HashItem<S> = { field: this.#first, value: made, expiresAt: undefined };
          if (this.path !== undefined) item.path = this.path;
          this.items.push(item);
          this.#first = undefined;
        }
        break;
      case 'zset':
        this.#first = made;
        break;
      case 'stream':
        if (this.#first === undefined) this.#first = made;
        else {
          this.#entry!.fields.push([this.#first, made]);
          this.#first = undefined;
        }
        break;
      case 'array': {
        const item = { index: 0, value: made };
        setExact(item as { index: number; exact?: Record<string, bigint> }, 'index', this.index);
        this.items.push(item);
        break;
      }
      case 'module':
        this.items.push({ type: 'string', value: made });
        break;
      default:
        this.items.push(made);
    }
  }

  score(value: number): void {
    this.items.push({ member: this.#first, score: value });
    this.#first = undefined;
  }

  /** The time of the field that came last. */
  fieldExpiry(ms: number | bigint): void {
    setExact(this.items.at(-1) as HashItem<S>, 'expiresAt', ms);
  }

  // Packed blobs

  node(id: string): void {
    this.form = 'listpack';
    this.#nodeId = id;
  }

  /** Whether a blob is an item, and not the value. */
  get hasBlobs(): boolean {
    return this.type === 'stream' || this.#encoding === 'quicklist';
  }

  blob(bytes: Bytes): void {
    if (this.type === 'stream') this.items.push({ id: this.#nodeId, listpack: bytes });
    else if (this.hasBlobs) this.items.push({ form: this.form, bytes });
    else this.whole = { form: this.form, bytes };
    this.form = undefined;
  }

  // Streams and modules

  entry(id: string): void {
    this.#entry = { id, fields: [] };
  }

  entryEnd(): void {
    this.items.push(this.#entry);
  }

  /** Of the entry or node at hand. */
  get id(): string | undefined {
    return this.#entry?.id ?? this.#nodeId;
  }

  group(group: StreamGroup<S>): void {
    this.info!.groups.push(group);
  }

  idmp(idmp: StreamIdmp<S>): void {
    this.info!.idmp = idmp;
  }

  part(part: ModulePart<S>): void {
    this.items.push(part);
  }

  // Items of which a string is too large to hold

  /** Such a string begins. @returns what it is in its item */
  skipString(): ItemPart {
    if (this.form !== undefined) return 'blob';
    switch (this.type) {
      case 'hash':
      case 'stream':
        if (this.#first !== undefined) {
          this.#first = undefined;
          return 'value';
        }
        // Its content goes elsewhere; that a value comes next is all that must be known.
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

  /** It has ended. @returns whether its item goes on: a field waits for its value, a member for its score, an entry for its end */
  skipEnd(part: ItemPart): boolean {
    this.form = undefined;
    if (part === 'blob') return false;
    return this.type === 'zset' || this.type === 'stream' || (this.type === 'hash' && this.awaitsSecond);
  }

  // The value

  /** What was gathered, in the form of a value. */
  value(): unknown {
    if (this.whole !== undefined) return this.whole;
    switch (this.type) {
      case 'string':
      case 'json':
        return this.#single;
      case 'stream': {
        const items = this.#level === STRUCTURE ? { nodes: this.items } : { entries: this.items };
        return this.info === undefined ? items : { ...items, ...this.info };
      }
      case 'array': {
        const value: { items: unknown[]; insertIndex: number | undefined; exact?: Record<string, bigint> } = {
          items: this.items,
          insertIndex: undefined,
        };
        if (this.insertIndex !== undefined) setExact(value, 'insertIndex', this.insertIndex);
        return value;
      }
      case 'module':
        return { ...this.module, parts: this.items };
      case 'list':
        if (this.#level === STRUCTURE && this.#encoding === 'quicklist') return { nodes: this.items };
        return this.items;
      default:
        return this.items;
    }
  }

  /** The same, and forgets it, for a value in pieces; undefined where there is nothing. */
  takePiece(): unknown {
    const head = !this.#headTaken && (this.module !== undefined || this.insertIndex !== undefined);
    if (this.items.length === 0 && this.info === undefined && this.whole === undefined && !head) return undefined;
    this.#headTaken = true;
    const value = this.value();
    this.items = [];
    this.info = undefined;
    this.whole = undefined;
    return value;
  }
}
