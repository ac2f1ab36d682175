import { ascii, signed64 } from '../../bytes/index.ts';
import {
  ListpackBuilder,
  listpack,
  listpackAround,
  type PackedBuilder,
  type PackedCodec,
  PackedStream,
  QuicklistRule,
  WalkState,
  walkPacked,
  ZiplistBuilder,
  ziplist,
  ziplistAround,
} from '../../encodings/index.ts';
import type { EncodeContext } from '../encode-context.ts';
import { CountedItems } from '../gathered.ts';
import { writeLength } from '../primitives.ts';
import type { ItemForm } from '../records.ts';
import { ItemStrings } from './items.ts';
import { NOTHING, type ValueWriter } from './writer.ts';

const LIST = 1;
const ZIPLIST = 10;
const QUICKLIST = 14;
const QUICKLIST_2 = 18;

/** First versions that have packed lists, and nodes that are listpacks. */
const PACKED_SINCE = 2;
const LISTPACK_SINCE = 10;
/** From here on elements above the size of a node stand alone. */
const PLAIN_SINCE = { redis: 12, valkey: 80 } as const;

const PLAIN = 1;
const PACKED = 2;

/** Largest packed value that servers build. */
const LARGEST = 1 << 30;
/** Largest text of an integer of 64 bits. */
const WIDE_DIGITS = 20;

/**
 * Lists from RDB 7 on: nodes, each a STR ziplist (type 14), or `LEN container, STR` (18) with a listpack (container 2) or
 * one large element (1). What comes as nodes of the same form stays what it is, as in a server that loads them.
 */
export class QuicklistWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #items: CountedItems;
  readonly #ziplist: boolean;
  readonly #short: boolean;
  readonly #rule: QuicklistRule;
  readonly #builder: PackedBuilder;
  readonly #codec: PackedCodec;
  readonly #state = new WalkState();
  /** What the next string is, where it is a node. */
  #form: ItemForm | undefined;
  /** Checks a node that is too large to hold. */
  #check: PackedStream | undefined;
  #tail: Uint8Array | undefined;

  constructor(c: EncodeContext, shortBacklen: boolean) {
    const { family, rdb, version } = c.target;
    this.#c = c;
    this.#items = new CountedItems(c);
    this.#ziplist = rdb < LISTPACK_SINCE;
    this.#short = shortBacklen;
    // Valkey has written RDB 11 since before its 8.0.
    const plain = rdb >= PLAIN_SINCE[family] || (family === 'valkey' && Number.parseInt(version, 10) >= 8);
    this.#rule = new QuicklistRule(c.limits.listSize, this.#ziplist, plain);
    this.#builder = this.#ziplist ? new ZiplistBuilder() : new ListpackBuilder(shortBacklen);
    this.#codec = this.#ziplist ? ziplist : listpack;
  }

  begin(): void {
    this.#items.begin(this.#typeId, undefined);
    this.#builder.begin();
    this.#form = undefined;
  }

  get #typeId(): number {
    return this.#ziplist ? QUICKLIST : QUICKLIST_2;
  }

  /** Elements tell nothing about nodes; see `nodes`. */
  count(): void {}

  /** The value comes as so many nodes. */
  nodes(count: number): void {
    this.#items.begin(this.#typeId, count);
  }

  /** The next string is a node. */
  blob(form: ItemForm): void {
    this.#form = form;
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#form !== undefined) this.#node(bytes, start, end);
    else if (this.#rule.isPlain(end - start)) {
      this.#flush();
      this.#plain(bytes, start, end);
    } else {
      this.#makeRoom(end - start);
      this.#builder.bytes(bytes, start, end);
    }
  }

  integer(value: number): void {
    // An element that is a node of its own may be stored as a number, as any string.
    if (this.#form !== undefined) {
      this.#text(String(value));
      return;
    }
    this.#makeRoom(decimalLength(value));
    this.#builder.integer(value);
  }

  #text(text: string): void {
    const bytes = ascii(text);
    this.#node(bytes, 0, bytes.length);
  }

  int64(hi: number, lo: number): void {
    if (this.#form !== undefined) {
      this.#text(String(signed64(hi, lo)));
      return;
    }
    this.#makeRoom(WIDE_DIGITS);
    this.#builder.int64(hi, lo);
  }

  #makeRoom(size: number): void {
    const builder = this.#builder;
    if (builder.count > 0 && !this.#rule.fits(builder.length, builder.count, size)) this.#flush();
  }

  #flush(): void {
    const builder = this.#builder;
    if (builder.count === 0) return;
    const blob = builder.finish();
    this.#container(PACKED);
    this.#c.strings.write(this.#items.out, blob, 0, blob.length);
    this.#items.endItem();
    builder.begin();
  }

  #container(container: number): void {
    if (!this.#ziplist) writeLength(this.#items.out, container);
  }

  #plain(bytes: Uint8Array, start: number, end: number): void {
    this.#container(PLAIN);
    this.#c.strings.write(this.#items.out, bytes, start, end);
    this.#items.endItem();
  }

  /** A node as it stands; what a server would only find when it uses the list is found here. */
  #node(bytes: Uint8Array, start: number, end: number): void {
    const form = this.#form;
    this.#form = undefined;
    if (form !== 'plain' && form !== this.#codec.name) {
      throw this.#c.fail('INVALID_ARGUMENT', `a node that is a ${form} in a list of another type`);
    }
    if (form !== 'plain') walkPacked(this.#codec, bytes, start, end, NOTHING, this.#state);
    this.#container(form === 'plain' ? PLAIN : PACKED);
    this.#c.strings.write(this.#items.out, bytes, start, end);
    this.#items.endItem();
  }

  bigBegin(length: number): void {
    this.#flush();
    const { out } = this.#items;
    const form = this.#form;
    this.#check = this.#tail = undefined;
    if (form !== undefined) {
      if (form !== 'plain') this.#check = new PackedStream(this.#codec, length, NOTHING, 0);
      this.#container(form === 'plain' ? PLAIN : PACKED);
      this.#c.strings.head(out, length);
    } else if (this.#rule.isPlain(length)) {
      this.#container(PLAIN);
      this.#c.strings.head(out, length);
    } else {
      // A node of one element, the size of which is known.
      const { head, tail } = this.#ziplist ? ziplistAround(length) : listpackAround(length, this.#short);
      this.#tail = tail;
      this.#container(PACKED);
      this.#c.strings.head(out, head.length + length + tail.length);
      out.raw(head);
    }
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#check?.push(bytes, start, end);
    this.#items.out.span(bytes, start, end);
    this.#items.settle();
  }

  bigEnd(): void {
    this.#check?.finish();
    if (this.#tail !== undefined) this.#items.out.raw(this.#tail);
    this.#form = this.#check = this.#tail = undefined;
    this.#items.endItem();
  }

  end(): void {
    this.#flush();
    this.#items.end();
  }

  abandon(): void {
    this.#items.abandon();
    this.#form = this.#check = undefined;
  }
}

/** Characters of the decimal of a safe integer. */
function decimalLength(value: number): number {
  let length = value < 0 ? 2 : 1;
  for (let rest = Math.abs(value); rest >= 10; rest /= 10) length++;
  return length;
}

/** Lists up to RDB 6: few short elements as a ziplist (type 10), all others `LEN n, n * STR` (1). */
export class ListWriter implements ValueWriter {
  readonly #c: EncodeContext;
  readonly #strings: ItemStrings;
  readonly #builder: ZiplistBuilder;
  readonly #state = new WalkState();
  #packed = true;
  #claimed: number | undefined;

  constructor(c: EncodeContext, builder: ZiplistBuilder) {
    this.#c = c;
    this.#strings = new ItemStrings(c);
    this.#builder = builder;
  }

  begin(): void {
    this.#packed = true;
    this.#claimed = undefined;
    this.#builder.begin();
    if (this.#c.target.rdb < PACKED_SINCE) this.#expand();
  }

  count(items: number): void {
    this.#claimed = items;
    if (!this.#packed || items > this.#c.limits.listEntries) this.#expand();
  }

  #beforeString(size: number): void {
    if (!this.#packed) return;
    const { listEntries, listValue } = this.#c.limits;
    const { count, length } = this.#builder;
    if (count >= listEntries || size > listValue || length + size > LARGEST) this.#expand();
  }

  #expand(): void {
    this.#packed = false;
    this.#strings.items.begin(LIST, this.#claimed);
    if (this.#builder.count === 0) return;
    const blob = this.#builder.finish();
    walkPacked(ziplist, blob, 0, blob.length, this, this.#state);
    this.#builder.begin();
  }

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#beforeString(end - start);
    if (this.#packed) this.#builder.bytes(bytes, start, end);
    else {
      this.#strings.bytes(bytes, start, end);
      this.#strings.items.endItem();
    }
  }

  integer(value: number): void {
    this.#beforeString(0);
    if (this.#packed) this.#builder.integer(value);
    else {
      this.#strings.integer(value);
      this.#strings.items.endItem();
    }
  }

  int64(hi: number, lo: number): void {
    this.#beforeString(0);
    if (this.#packed) this.#builder.int64(hi, lo);
    else {
      this.#strings.int64(hi, lo);
      this.#strings.items.endItem();
    }
  }

  bigBegin(length: number): void {
    if (this.#packed) this.#expand();
    this.#strings.bigBegin(length);
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#strings.bigBytes(bytes, start, end);
  }

  bigEnd(): void {
    this.#strings.items.endItem();
  }

  end(): void {
    if (!this.#packed) this.#strings.items.end();
    else if (this.#builder.count > 0) this.#c.blob(ZIPLIST, this.#builder.finish());
  }

  abandon(): void {
    this.#strings.items.abandon();
  }
}
