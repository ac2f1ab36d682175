import { decimalBytes, setExact, signed64 } from '../../bytes/index.ts';
import { type EntryVisitor, listpack } from '../../encodings/index.ts';
import { RedisFileError } from '../../errors.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import { DATA, type RdbHandler } from '../handler.ts';
import type { HashTemplateRecord } from '../records.ts';
import { type BlobVisitor, PackedReader } from './packed.ts';

type Names = Uint8Array<ArrayBuffer>[];

/**
 * Hashes that share their field names (redis 8.10: src/rdb.c). A template is a list of names; a hash holds its values
 * in the same order. The names stand in the value itself (types 29, 31) or under an id in the file (30, 32).
 */
export class TemplateHashReader implements ValueReader {
  readonly #inline: boolean;
  readonly #packed: PackedReader | undefined;
  readonly #entries = new TemplateEntries();
  #names: NamesReader | undefined;
  #template: Names | undefined;
  #next = 0;

  constructor(names: 'inline' | 'reference', values: 'listpack' | 'strings') {
    this.#inline = names === 'inline';
    this.#packed = values === 'listpack' ? new PackedReader(listpack, this.#entries) : undefined;
  }

  begin(): void {
    this.#names = undefined;
    this.#template = undefined;
    this.#next = 0;
    this.#packed?.begin();
  }

  run(c: ValueContext): void {
    if (this.#inline && this.#template === undefined) {
      this.#names ??= new NamesReader();
      this.#template = this.#names.run(c);
    }
    if (this.#packed !== undefined) {
      this.#entries.template = this.#template;
      // Even at the level `structure` the names belong to it, so that the blob alone would not do.
      const { level } = c;
      if (c.shown) c.level = DATA;
      try {
        this.#packed.run(c);
      } finally {
        c.level = level;
      }
      return;
    }
    this.#template ??= readReference(c);
    while (this.#next < this.#template.length) {
      if (c.shown) {
        // The name goes out with the value, once that is there: what is repeated after a shortage must not show twice.
        const name = this.#template[this.#next]!;
        c.visitor = new Named(c.handler, name);
      }
      try {
        c.string();
      } finally {
        c.visitor = c.handler;
      }
      this.#next++;
      c.r.commit();
    }
  }
}

function readReference(c: ValueContext): Names {
  const id = c.length64();
  const names = c.templates.get(String(id));
  if (names === undefined) throw c.fail('UNKNOWN_TYPE', `hash template ${id}, which the file does not define`);
  c.r.commit();
  return names;
}

/** Opcode 242: `LEN id, LEN n, n * STR name`; hashes refer to it by its id. */
export class HashTemplateReader {
  readonly phase: string = 'a hash template';
  readonly #offset: number;
  readonly #names: Names = [];
  #id: number | bigint | undefined;
  #count = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  run(c: ValueContext): HashTemplateRecord<Uint8Array<ArrayBuffer>> {
    if (this.#id === undefined) {
      const id = c.length64();
      this.#count = c.length();
      if (c.templates.has(String(id))) throw c.fail('BAD_VALUE', `hash template ${id} is defined twice`);
      this.#id = id;
      c.r.commit();
    }
    readNames(c, this.#names, this.#count);
    checkNames(c, this.#names);
    c.templates.set(String(this.#id), this.#names);
    const record: HashTemplateRecord<Uint8Array<ArrayBuffer>> = {
      kind: 'hashTemplate',
      offset: this.#offset,
      id: 0,
      fields: this.#names.map((name) => name.slice()),
    };
    setExact(record, 'id', this.#id);
    return record;
  }
}

/** `LEN format`, then the names: a listpack (0), or `LEN n, n * STR` (1). */
class NamesReader {
  #format = -1;
  #left = -1;
  readonly #names: Names = [];
  readonly #visitor = new NamesVisitor(this.#names);

  run(c: ValueContext): Names {
    if (this.#format < 0) {
      this.#format = c.length();
      if (this.#format > 1) throw c.fail('BAD_LENGTH', `field names in format ${this.#format}, expected 0 or 1`);
      c.r.commit();
    }
    if (this.#format === 0) this.#fromListpack(c);
    else {
      if (this.#left < 0) {
        this.#left = c.length();
        c.r.commit();
      }
      readNames(c, this.#names, this.#left);
    }
    checkNames(c, this.#names);
    c.r.commit();
    return this.#names;
  }

  #fromListpack(c: ValueContext): void {
    const { level } = c;
    // The number of names tells where the value ends, whatever the level.
    c.level = DATA;
    try {
      c.packed(listpack, this.#visitor);
    } finally {
      c.level = level;
    }
  }
}

/** Reads names until there are `count`, committing each. */
export function readNames(c: ValueContext, onto: Names, count: number): void {
  while (onto.length < count) {
    onto.push(c.owned());
    c.r.commit();
  }
}

/** A template has at least one name, and they ascend: shorter first, then by bytes. */
function checkNames(c: ValueContext, names: Names): void {
  if (names.length === 0) throw c.fail('BAD_VALUE', 'a hash template without fields');
  for (let i = 1; i < names.length; i++) {
    if (compareNames(names[i - 1]!, names[i]!) >= 0) {
      throw c.fail('BAD_VALUE', `a hash template whose fields ${i - 1} and ${i} are not in order`);
    }
  }
}

function compareNames(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** Collects listpack entries as names. */
class NamesVisitor implements EntryVisitor {
  readonly #onto: Names;

  constructor(onto: Names) {
    this.#onto = onto;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#onto.push(bytes.slice(start, end));
  }

  integer(value: number): void {
    this.#onto.push(decimalBytes(value));
  }

  int64(hi: number, lo: number): void {
    this.#onto.push(new TextEncoder().encode(String(signed64(hi, lo))));
  }

  bigBegin(length: number): void {
    throw new RedisFileError('LIMIT_EXCEEDED', `a field name of ${length} bytes, more than maxValueBytes allows`);
  }

  bigBytes(): void {}

  bigEnd(): void {}
}

/** Shows a field name before the value that comes. */
class Named implements EntryVisitor {
  readonly #to: RdbHandler;
  readonly #name: Uint8Array;

  constructor(to: RdbHandler, name: Uint8Array) {
    this.#to = to;
    this.#name = name;
  }

  #field(): RdbHandler {
    this.#to.bytes(this.#name, 0, this.#name.length);
    return this.#to;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#field().bytes(bytes, start, end);
  }

  integer(value: number): void {
    this.#field().integer(value);
  }

  int64(hi: number, lo: number): void {
    this.#field().int64(hi, lo);
  }

  bigBegin(length: number): void {
    this.#field().bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#to.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#to.bigEnd();
  }
}

/** Entries of a templated hash: the template's id, then the values. */
class TemplateEntries implements BlobVisitor {
  count = 0;
  /** The names, where they stand in the value; the id is then ignored. */
  template: Names | undefined;
  #names: Names = [];
  #c!: ValueContext;

  begin(c: ValueContext): void {
    this.count = 0;
    this.#c = c;
  }

  finish(c: ValueContext): void {
    if (this.count !== this.#names.length + 1) {
      throw c.fail('BAD_VALUE', `${this.count - 1} values for the ${this.#names.length} fields of the hash template`);
    }
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#next().bytes(bytes, start, end);
  }

  integer(value: number): void {
    if (this.count > 0) this.#next().integer(value);
    else this.#id(String(value));
  }

  int64(hi: number, lo: number): void {
    if (this.count > 0) this.#next().int64(hi, lo);
    else this.#id(String(BigInt.asUintN(64, BigInt(signed64(hi, lo)))));
  }

  bigBegin(length: number): void {
    this.#next().bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#c.handler.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#c.handler.bigEnd();
  }

  #id(id: string): void {
    const names = this.template ?? this.#c.templates.get(id);
    if (names === undefined) {
      throw new RedisFileError('BAD_VALUE', `hash template ${id}, which the file does not define`);
    }
    this.#names = names;
    this.count++;
  }

  /** The handler, shown the name that belongs to the value that comes. */
  #next(): RdbHandler {
    if (this.count === 0) throw new RedisFileError('BAD_VALUE', 'expected the id of a hash template, found text');
    const name = this.#names[this.count - 1];
    if (name === undefined) {
      throw new RedisFileError('BAD_VALUE', `more values than the ${this.#names.length} fields of the hash template`);
    }
    this.count++;
    this.#c.handler.bytes(name, 0, name.length);
    return this.#c.handler;
  }
}
