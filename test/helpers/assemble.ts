/**
 * Puts the pieces of large values together again, from what `records.ts` says of them and from nothing else. Strings
 * are bytes.
 */
import type { AnyRecord } from './readings.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Part = { part: string; id: string | undefined; bytes: Bytes; form: string | undefined };
/** Members of records and values that the assembler does not look at more closely. */
type Loose = Record<string, unknown>;

/** Largest `itemBytes` record that is reasonable. */
const LARGEST_PIECE = 1 << 16;

/** The records with every key whole, as a reading without a limit gives them. */
export function assemble(records: readonly AnyRecord[], limit: number): AnyRecord[] {
  const whole: AnyRecord[] = [];
  let key: KeyAssembler | undefined;
  for (const record of records) {
    switch (record.kind) {
      case 'keyBegin':
        check(key === undefined, 'keyBegin inside a key');
        key = new KeyAssembler(record as unknown as Loose, limit);
        break;
      case 'keyItems':
      case 'itemBytes':
        check(key !== undefined, `${record.kind} outside of a key`);
        key!.add(record as unknown as Loose);
        break;
      case 'keyEnd':
        check(key !== undefined, 'keyEnd without keyBegin');
        whole.push(key!.end(record as unknown as Loose) as unknown as AnyRecord);
        key = undefined;
        break;
      case 'key':
        check(key === undefined, 'a key inside a key');
        whole.push(record);
        break;
      default:
        whole.push(record);
    }
  }
  check(key === undefined, 'a key without keyEnd');
  return whole;
}

function check(sound: boolean, what: string): asserts sound {
  if (!sound) throw new Error(what);
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** A number as the reader hands it out: beyond 2^53 its exact value stands beside it. */
function setNumber(target: Loose, name: string, digits: string): void {
  target[name] = Number(digits);
  if (!Number.isSafeInteger(target[name])) target['exact'] = { ...(target['exact'] as Loose), [name]: BigInt(digits) };
}

class KeyAssembler {
  readonly #begin: Loose;
  readonly #limit: number;
  readonly #items: unknown[] = [];
  /** Everything of the value that is no item: groups of a stream, name of a module. */
  #beside: Loose = {};
  #list = '';
  #members: { member: Bytes; expiresAt: number }[] | undefined;
  /** Parts of the item at hand, and the last of them while it is not complete. */
  #parts: Part[] = [];
  #open: { parts: Bytes[]; length: number | undefined; part: string; id: string | undefined } | undefined;
  #whole: unknown;

  constructor(begin: Loose, limit: number) {
    this.#begin = begin;
    this.#limit = limit;
    check(begin['value'] === undefined, 'keyBegin with a value');
  }

  add(record: Loose): void {
    for (const name of ['offset', 'db', 'type']) check(record[name] === this.#begin[name], `another ${name}`);
    check(text(record['key'] as Bytes) === text(this.#begin['key'] as Bytes), 'a piece of another key');
    if (record['kind'] === 'keyItems') {
      this.#endItem();
      this.#addItems(record['value']);
      // Times of members come with the members.
      if (record['memberExpires'] !== undefined) {
        this.#members = [
          ...(this.#members ?? []),
          ...(record['memberExpires'] as { member: Bytes; expiresAt: number }[]),
        ];
      }
      return;
    }
    const value = record['value'] as Bytes;
    const part = record['part'] as string;
    const id = record['id'] as string | undefined;
    check(value.length <= LARGEST_PIECE, `a piece of ${value.length} bytes`);
    if (this.#open === undefined) {
      // A part that opens an item ends the one before.
      if (this.#opens(part, id)) this.#endItem();
      this.#open = { parts: [], length: record['length'] as number | undefined, part, id };
    }
    const open = this.#open;
    check(open.part === part && open.id === id, `${part} ${id} inside ${open.part} ${open.id}`);
    check(open.length === record['length'], 'another length inside a part');
    check(value.length > 0 || record['last'] === true, 'a piece without bytes');
    open.parts.push(value);
    if (record['last'] !== true) return;
    const bytes = new Uint8Array(Buffer.concat(open.parts));
    if (part === 'raw') check(open.length === undefined, 'a length of raw bytes');
    else check(bytes.length === open.length, `a part of ${bytes.length} bytes announced as ${open.length}`);
    this.#parts.push({ part, id, bytes, form: record['form'] as string | undefined });
    this.#open = undefined;
  }

  /** Whether a part begins an item, or goes on with the one at hand. */
  #opens(part: string, id: string | undefined): boolean {
    const last = this.#parts.at(-1);
    if (last === undefined) return true;
    if (this.#begin['type'] === 'stream') return part === 'blob' || id !== last.id;
    if (part === 'field') return last.part !== 'path';
    return part !== 'value' && part !== 'score' && part !== 'expiresAt';
  }

  #addItems(value: unknown): void {
    if (Array.isArray(value)) {
      this.#items.push(...value);
      this.#list = 'value';
      return;
    }
    const { entries, nodes, items, parts, ...beside } = value as Record<string, unknown[]>;
    for (const [name, list] of Object.entries({ entries, nodes, items, parts })) {
      if (list === undefined) continue;
      this.#items.push(...list);
      this.#list = name;
    }
    for (const [name, item] of Object.entries(beside)) if (item !== undefined) this.#beside[name] = item;
  }

  /** Makes an item out of the parts that came. */
  #endItem(): void {
    check(this.#open === undefined, `a part without its last piece`);
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    const names = parts.map(({ part }) => part).join(' ');
    if (names !== 'raw') {
      check(
        parts.some(({ bytes }) => bytes.length > this.#limit),
        `an item of parts (${names}) that are all within the limit`,
      );
    }
    const [first, second, third] = parts.map(({ bytes }) => bytes) as [Bytes, Bytes, Bytes];
    const shape = `${this.#begin['type']}: ${names}`;
    if (names === 'raw') this.#whole = first;
    else if (names === 'blob') this.#addBlob(parts[0]!);
    else if (shape === 'string: value' || shape === 'json: value') this.#whole = first;
    else if (shape === 'list: element' || shape === 'set: member') this.#items.push(first);
    else if (shape === 'set: member expiresAt') {
      this.#items.push(first);
      this.#members ??= [];
      this.#members.push({ member: first, expiresAt: Number(text(second)) });
    } else if (shape === 'zset: member score') this.#items.push({ member: first, score: Number(text(second)) });
    else if (shape === 'array: index value') {
      const item: Loose = { index: 0, value: second };
      setNumber(item, 'index', text(first));
      this.#items.push(item);
    } else if (shape === 'module: part') this.#items.push({ type: 'string', value: first });
    else if (/^hash: (path )?field value( expiresAt)?$/.test(shape)) {
      const [field, value, time] = parts[0]!.part === 'path' ? [second, third, parts[3]] : [first, second, parts[2]];
      const item: Loose = { field, value, expiresAt: undefined };
      if (parts[0]!.part === 'path') item['path'] = first;
      if (time !== undefined) setNumber(item, 'expiresAt', text(time.bytes));
      this.#items.push(item);
    } else if (/^stream: (field value ?)+$/.test(shape)) {
      const fields: [Bytes, Bytes][] = [];
      for (let i = 0; i < parts.length; i += 2) fields.push([parts[i]!.bytes, parts[i + 1]!.bytes]);
      this.#items.push({ id: parts[0]!.id, fields });
    } else throw new Error(`an item with the parts ${shape}`);
  }

  #addBlob({ id, bytes, form }: Part): void {
    const { type, encoding, typeId } = this.#begin;
    if (type === 'stream') this.#items.push({ id, listpack: bytes });
    else if (encoding !== 'quicklist') {
      this.#whole = { form: encoding === 'listpackex' ? 'listpack' : encoding, bytes };
    } else if (typeId === 14) this.#items.push({ form: 'ziplist', bytes });
    else this.#items.push({ form, bytes });
  }

  end(record: Loose): Loose {
    this.#endItem();
    const key: Loose = { ...record, kind: 'key' };
    if (this.#begin['valueStart'] !== undefined) {
      // What KeyDB writes behind the value comes with the end.
      const behind = (record['raw'] as Bytes | undefined) ?? new Uint8Array(0);
      key['raw'] = new Uint8Array(Buffer.concat([this.#whole as Bytes, behind]));
      key['value'] = (this.#whole as Bytes).subarray(this.#begin['valueStart'] as number);
      return key;
    }
    if (this.#members !== undefined) key['memberExpires'] = [...((key['memberExpires'] as []) ?? []), ...this.#members];
    key['value'] = this.#value();
    return key;
  }

  #value(): unknown {
    if (this.#whole !== undefined) return this.#whole;
    const items = this.#items;
    switch (this.#begin['type']) {
      case 'stream': {
        check('lastId' in this.#beside, 'a stream without the rest of it');
        const nodes = items.length > 0 ? 'listpack' in (items[0] as Loose) : this.#list === 'nodes';
        return { [nodes ? 'nodes' : 'entries']: items, ...this.#beside };
      }
      case 'array':
        return { items, insertIndex: undefined, ...this.#beside };
      case 'module':
        check('module' in this.#beside, 'a module without its name');
        return { ...this.#beside, parts: items };
      case 'list': {
        const nodes = items.length > 0 && 'form' in (items[0] as Loose) && 'bytes' in (items[0] as Loose);
        return nodes ? { nodes: items } : items;
      }
      default:
        return items;
    }
  }
}
