import type { EntryVisitor, PackedCodec } from '../../encodings/index.ts';
import type { RedisFileError } from '../../errors.ts';
import type { ValueContext, ValueReader } from '../context.ts';
import { DATA, type RdbHandler } from '../handler.ts';
import type { WarningCode } from '../records.ts';
import { EMPTY } from './items.ts';

/** What the meaning of entries is told with. */
export interface BlobContext {
  readonly handler: RdbHandler;
  warn(code: WarningCode, message: string): void;
  fail(code: RedisFileError['code'], message: string): RedisFileError;
}

/** What stands between the entries of a packed blob and the handler: gives the entries their meaning. */
export interface BlobVisitor extends EntryVisitor {
  /** Entries seen. */
  count: number;
  begin(c: BlobContext): void;
  /** The blob is complete. */
  finish(c: BlobContext): void;
}

/** One STR that holds a packed blob, whose entries are the items of the value. */
export class PackedReader implements ValueReader {
  readonly #codec: PackedCodec;
  readonly #visitor: BlobVisitor;
  #begun = false;
  #read = false;

  constructor(codec: PackedCodec, visitor: BlobVisitor) {
    this.#codec = codec;
    this.#visitor = visitor;
  }

  begin(): void {
    this.#begun = false;
    this.#read = false;
  }

  run(c: ValueContext): void {
    if (!this.#begun) {
      this.#visitor.begin(c);
      this.#begun = true;
    }
    if (!this.#read) {
      c.packed(this.#codec, this.#visitor);
      this.#read = true;
      c.r.commit();
    }
    if (c.level === DATA) {
      this.#visitor.finish(c);
      if (this.#visitor.count === 0) warnEmpty(c, this.#codec);
    }
  }
}

/** Servers skip what is empty, but for two blobs that they find damaged (redis 7.0: intsetValidateIntegrity). */
function warnEmpty(c: ValueContext, { name, code }: PackedCodec): void {
  if (name !== 'intset' && name !== 'zipmap') {
    c.warn('EMPTY_VALUE', EMPTY);
    return;
  }
  const message = `${name === 'intset' ? 'an intset' : 'a zipmap'} without entries, which servers refuse`;
  c.refuse('EMPTY_VALUE', code, message);
}

/** Entries that are strings of the value as they stand; `perItem` must divide their number. */
export class PlainEntries implements BlobVisitor {
  count = 0;
  readonly #perItem: number;
  #to!: EntryVisitor;

  constructor(perItem: 1 | 2) {
    this.#perItem = perItem;
  }

  begin(c: BlobContext): void {
    this.count = 0;
    this.#to = c.handler;
  }

  finish(c: BlobContext): void {
    if (this.count % this.#perItem !== 0) throw c.fail('BAD_VALUE', `${this.count} entries, which are no pairs`);
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.count++;
    this.#to.bytes(bytes, start, end);
  }

  integer(value: number): void {
    this.count++;
    this.#to.integer(value);
  }

  int64(hi: number, lo: number): void {
    this.count++;
    this.#to.int64(hi, lo);
  }

  bigBegin(length: number): void {
    this.count++;
    this.#to.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#to.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#to.bigEnd();
  }
}
