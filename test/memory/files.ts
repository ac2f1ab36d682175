/**
 * RDB files with one value that is too large to hold, made as streams: nothing here ever holds more than a block.
 *
 * A large content is a row of blocks of equal length that differ in a counter of eight digits only, so that a block
 * that is lost, repeated or out of place is noticed. Every block is a number of whole LZF instructions which refer to
 * nothing outside of it, so that compressed blocks stand in a row just as plain ones do.
 */
import { Crc64 } from '../../src/crc64/index.ts';

const CHUNK = 65521;
const MIB = 1 << 20;
const COUNTER = '00000000';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A text seen in pieces: its length and CRC64. */
export class TextDigest {
  length = 0;
  readonly #crc = new Crc64();
  readonly #buffer = new Uint8Array(1 << 16);
  #filled = 0;

  bytes(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const count = end - start;
    if (count > this.#buffer.length - this.#filled) this.#flush();
    this.length += count;
    if (count > this.#buffer.length) this.#crc.update(bytes, start, end);
    else if (count < 32) for (let i = start; i < end; i++) this.#buffer[this.#filled++] = bytes[i]!;
    else {
      this.#buffer.set(bytes.subarray(start, end), this.#filled);
      this.#filled += count;
    }
  }

  /** One ASCII character. */
  char(code: number): void {
    if (this.#filled === this.#buffer.length) this.#flush();
    this.#buffer[this.#filled++] = code;
    this.length++;
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.char(text.charCodeAt(i));
  }

  #flush(): void {
    this.#crc.update(this.#buffer, 0, this.#filled);
    this.#filled = 0;
  }

  result(): { length: number; crc: string } {
    this.#flush();
    return { length: this.length, crc: this.#crc.toBigInt().toString(16) };
  }
}

/** Deterministic random numbers of 32 bits (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Compresses `bytes` from `start` on, referring to nothing before it; the first `literals` bytes stay as they are. */
function lzf(bytes: Uint8Array, literals: number): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / 32) + 64);
  const table = new Int32Array(1 << 16).fill(-1);
  let to = 0;
  let from = 0;
  const literal = (until: number): void => {
    while (from < until) {
      const count = Math.min(32, until - from);
      out[to++] = count - 1;
      out.set(bytes.subarray(from, from + count), to);
      to += count;
      from += count;
    }
  };
  literal(literals);
  let at = literals;
  while (at + 3 <= bytes.length) {
    const key = ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) * 0x9e3779b1;
    const hash = (key >>> 8) & 0xffff;
    const before = table[hash]!;
    table[hash] = at;
    let count = 0;
    if (before >= literals && at - before <= 8192) {
      while (count < 264 && at + count < bytes.length && bytes[before + count] === bytes[at + count]) count++;
    }
    if (count < 3) {
      at++;
      continue;
    }
    literal(at);
    const distance = at - before - 1;
    if (count < 9) out[to++] = ((count - 2) << 5) | (distance >> 8);
    else {
      out[to++] = 0xe0 | (distance >> 8);
      out[to++] = count - 9;
    }
    out[to++] = distance & 0xff;
    at += count;
    from = at;
  }
  literal(bytes.length);
  return out.slice(0, to);
}

/** Characters that JSON writes as they are; `poor` ones hardly compress, the others repeat at every distance. */
function characters(count: number, kind: Kind, next: () => number): Uint8Array {
  const out = new Uint8Array(count);
  const periods = [1, 3, 32, 700, 8192, 263];
  let at = 0;
  for (let segment = 0; at < count; segment++) {
    const period = kind === 'poor' ? count : periods[segment % periods.length]!;
    const end = Math.min(count, at + 40_000);
    for (let i = at; i < end; i++) {
      out[i] = i - at < period ? ALPHABET.charCodeAt(next() & 63) : out[i - period]!;
    }
    at = end;
  }
  if (kind === 'poor') for (let i = 300; i + 9 < count; i += 300) out.copyWithin(i, i - (next() % 290) - 9, i - 1);
  return out;
}

export type Kind = 'good' | 'poor';

interface Block {
  plain: Uint8Array;
  packed: Uint8Array;
  /** What stands in JSON for it, without commas around. */
  text: Uint8Array;
  /** Where the counter stands in each of them. */
  plainAt: number;
  packedAt: number;
  textAt: number;
  /** Strings in it. */
  items: number;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A block of one long text. */
function textBlock(size: number, kind: Kind): Block {
  const plain = concat(ascii(COUNTER), characters(size - 8, kind, random(1)));
  return { plain, packed: lzf(plain, 8), text: plain, plainAt: 0, packedAt: 1, textAt: 0, items: 0 };
}

export interface PackedForm {
  name: 'listpack' | 'ziplist';
  header(total: number): Uint8Array;
  headerLength: number;
  /** An entry behind one of `previous` bytes. */
  entry(content: string | bigint, previous: number): Uint8Array;
}

function u32(value: number, littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, littleEndian);
  return out;
}

function i64(value: bigint, size: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigInt64(0, value, true);
  return out.slice(0, size);
}

function fits(value: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, value) === value;
}

/** Size of what stands before the data of a listpack string, and the bytes. */
function listpackHead(length: number): Uint8Array {
  if (length < 64) return Uint8Array.of(0x80 | length);
  if (length < 4096) return Uint8Array.of(0xe0 | (length >> 8), length & 255);
  return concat(Uint8Array.of(0xf0), u32(length, true));
}

function backlen(size: number): Uint8Array {
  const bytes = size <= 127 ? 1 : size < 16383 ? 2 : size < 2097151 ? 3 : size < 268435455 ? 4 : 5;
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) {
    out[bytes - 1 - i] = (Math.floor(size / 128 ** i) & 127) | (i < bytes - 1 ? 128 : 0);
  }
  return out;
}

export const LISTPACK: PackedForm = {
  name: 'listpack',
  headerLength: 6,
  header: (total) => concat(u32(total, true), Uint8Array.of(0xff, 0xff)),
  entry(content) {
    let body: Uint8Array;
    if (typeof content === 'string') body = concat(listpackHead(content.length), ascii(content));
    else if (content >= 0n && content < 128n) body = Uint8Array.of(Number(content));
    else if (fits(content, 13)) {
      const bits = Number(BigInt.asUintN(13, content));
      body = Uint8Array.of(0xc0 | (bits >> 8), bits & 255);
    } else {
      const size = [2, 3, 4, 8].find((bytes) => fits(content, 8 * bytes))!;
      body = concat(Uint8Array.of({ 2: 0xf1, 3: 0xf2, 4: 0xf3, 8: 0xf4 }[size]!), i64(content, size));
    }
    return concat(body, backlen(body.length));
  },
};

export const ZIPLIST: PackedForm = {
  name: 'ziplist',
  headerLength: 10,
  // The offset of the last entry is set by who knows it.
  header: (total) => concat(u32(total, true), u32(0, true), Uint8Array.of(0xff, 0xff)),
  entry(content, previous) {
    const prevlen = previous < 254 ? Uint8Array.of(previous) : concat(Uint8Array.of(0xfe), u32(previous, true));
    let body: Uint8Array;
    if (typeof content === 'string') {
      const { length } = content;
      const head =
        length < 64
          ? Uint8Array.of(length)
          : length < 16384
            ? Uint8Array.of(0x40 | (length >> 8), length & 255)
            : concat(Uint8Array.of(0x80), u32(length, false));
      body = concat(head, ascii(content));
    } else if (content >= 0n && content <= 12n) body = Uint8Array.of(0xf1 + Number(content));
    else {
      const size = [1, 2, 3, 4, 8].find((bytes) => fits(content, 8 * bytes))!;
      body = concat(Uint8Array.of({ 1: 0xfe, 2: 0xc0, 3: 0xf0, 4: 0xd0, 8: 0xe0 }[size]!), i64(content, size));
    }
    return concat(prevlen, body);
  },
};

/** A block of list elements: integers of all sizes, strings around every border of the encodings. */
function elementsBlock(size: number, form: PackedForm, kind: Kind): Block {
  const next = random(7);
  const special: (string | bigint)[] = [
    ...[0n, 12n, 13n, 127n, 128n, -1n, 4095n, -4096n, 4096n, -32768n, 32768n, 8388607n, -8388609n],
    ...[2147483647n, -2147483649n, 9007199254740993n, -9223372036854775808n],
  ];
  for (const length of [0, 1, 63, 64, 253, 254, 4095, 4096, 16378, 16384, 70_000]) {
    special.push(latin1(characters(length, kind, next)));
  }
  const parts: Uint8Array[] = [];
  const texts: string[] = [];
  let total = 0;
  let previous = 0;
  const add = (content: string | bigint): void => {
    const entry = form.entry(content, previous);
    parts.push(entry);
    texts.push(`"${content}"`);
    total += entry.length;
    previous = entry.length;
  };
  add(COUNTER);
  for (const content of special) add(content);
  while (total < size) {
    // An element that repeats, or one that does not.
    const length = next() % 300;
    add(kind === 'good' ? `element:${next() % 100}:${'x'.repeat(length)}` : latin1(characters(length, kind, next)));
  }
  // The last one is short and always the same, as the next block says its length.
  add('end');
  const plain = concat(...parts);
  const plainAt = 1 + (form === ZIPLIST ? 1 : 0);
  if (form === ZIPLIST) plain[0] = previous;
  return {
    plain,
    packed: lzf(plain, 16),
    text: ascii(texts.join(',')),
    plainAt,
    packedAt: plainAt + 1,
    textAt: 1,
    items: texts.length,
  };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function length(value: number): Uint8Array {
  if (value < 64) return Uint8Array.of(value);
  if (value < 16384) return Uint8Array.of(0x40 | (value >> 8), value & 255);
  return concat(Uint8Array.of(0x80), u32(value, false));
}

function string(text: string): Uint8Array {
  return concat(length(text.length), ascii(text));
}

/** What is written of a file, and what a reader must say of it. */
export class Writing {
  readonly text: TextDigest = new TextDigest();
  /** Strings of the large value. */
  items = 0;
  readonly #crc = new Crc64();
  readonly #buffer = new Uint8Array(2 * CHUNK);
  #filled = 0;

  /** Takes bytes in and gives the chunks that became full. */
  *put(...parts: Uint8Array[]): Generator<Uint8Array<ArrayBuffer>> {
    for (const part of parts) {
      for (let at = 0; at < part.length; ) {
        const count = Math.min(part.length - at, CHUNK - this.#filled);
        this.#buffer.set(part.subarray(at, at + count), this.#filled);
        this.#filled += count;
        at += count;
        if (this.#filled === CHUNK) yield this.#take();
      }
    }
  }

  #take(): Uint8Array<ArrayBuffer> {
    const chunk = this.#buffer.slice(0, this.#filled);
    this.#filled = 0;
    this.#crc.update(chunk);
    return chunk;
  }

  /** Room for one short item, which is then counted with `wrote`. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  get filled(): number {
    return this.#filled;
  }

  /** Items were written up to here; the chunk, where it is full. */
  wrote(filled: number): Uint8Array<ArrayBuffer> | undefined {
    this.#filled = filled;
    return filled >= CHUNK ? this.#take() : undefined;
  }

  *end(checksum: boolean): Generator<Uint8Array<ArrayBuffer>> {
    yield* this.put(Uint8Array.of(0xff));
    if (this.#filled > 0) yield this.#take();
    const trailer = new Uint8Array(8);
    if (checksum) new DataView(trailer.buffer).setBigUint64(0, this.#crc.toBigInt(), true);
    yield trailer;
  }
}

type Body = (out: Writing) => Generator<Uint8Array<ArrayBuffer>>;

export interface FileCase {
  version: number;
  typeId: number;
  type: 'string' | 'list' | 'hash';
  encoding: string;
  /** False: the trailer is zero. */
  checksum?: boolean;
  body: Body;
}

/** Blocks in a row, plain or packed. */
function* blocks(out: Writing, block: Block, count: number, compressed: boolean, comma: boolean): ReturnType<Body> {
  const bytes = (compressed ? block.packed : block.plain).slice();
  const text = block.text.slice();
  const at = compressed ? block.packedAt : block.plainAt;
  for (let i = 0; i < count; i++) {
    const digits = ascii(String(i).padStart(8, '0'));
    bytes.set(digits, at);
    text.set(digits, block.textAt);
    if (comma && i > 0) out.text.char(0x2c);
    out.text.bytes(text);
    out.items += block.items;
    yield* out.put(bytes);
  }
}

/** A STR of blocks. */
function* largeString(out: Writing, count: number, stored: 'raw' | Kind): ReturnType<Body> {
  const compressed = stored !== 'raw';
  const block = textBlock(MIB, compressed ? stored : 'poor');
  const total = count * block.plain.length;
  if (compressed) yield* out.put(Uint8Array.of(0xc3), length(count * block.packed.length));
  yield* out.put(length(total));
  out.text.char(0x22);
  yield* blocks(out, block, count, compressed, false);
  out.text.char(0x22);
}

/** A list of one node, which is a packed blob of very many elements. */
function packedNode(form: PackedForm, count: number, stored: 'raw' | Kind): Body {
  return function* (out) {
    const compressed = stored !== 'raw';
    const block = elementsBlock(MIB, form, compressed ? stored : 'poor');
    const total = form.headerLength + count * block.plain.length + 1;
    const header = form.header(total);
    // The first entry of a ziplist has none before it; the other blocks know the last of theirs.
    const first = { ...block, plain: block.plain.slice(), packed: block.packed.slice() };
    if (form === ZIPLIST) {
      new DataView(header.buffer).setUint32(4, total - 1 - block.plain[0]!, true);
      first.plain[0] = first.packed[1] = 0;
    }
    yield* out.put(length(1));
    if (form === LISTPACK) yield* out.put(length(2));
    if (compressed) {
      yield* out.put(Uint8Array.of(0xc3), length(1 + header.length + count * block.packed.length + 2));
    }
    yield* out.put(length(total));
    if (compressed) yield* out.put(Uint8Array.of(header.length - 1));
    yield* out.put(header);
    out.text.text('[');
    yield* blocks(out, first, 1, compressed, true);
    // Counting goes on where the first block left it.
    yield* blocksFrom(out, block, 1, count, compressed);
    out.text.text(']');
    yield* out.put(compressed ? Uint8Array.of(0, 0xff) : Uint8Array.of(0xff));
  };
}

function* blocksFrom(out: Writing, block: Block, from: number, to: number, compressed: boolean): ReturnType<Body> {
  const bytes = (compressed ? block.packed : block.plain).slice();
  const text = block.text.slice();
  for (let i = from; i < to; i++) {
    const digits = ascii(String(i).padStart(8, '0'));
    bytes.set(digits, compressed ? block.packedAt : block.plainAt);
    text.set(digits, block.textAt);
    out.text.char(0x2c);
    out.text.bytes(text);
    out.items += block.items;
    yield* out.put(bytes);
  }
}

/** A listpack with one entry of `count` blocks among small ones; all of them are strings. */
function* giantListpack(
  out: Writing,
  before: string[],
  after: string[],
  count: number,
  stored: 'raw' | Kind,
  separator: (index: number) => string,
): ReturnType<Body> {
  const compressed = stored !== 'raw';
  const block = textBlock(MIB, compressed ? stored : 'poor');
  const size = count * block.plain.length;
  const head = concat(...before.map((text) => LISTPACK.entry(text, 0)), Uint8Array.of(0xf0), u32(size, true));
  const tail = concat(backlen(5 + size), ...after.map((text) => LISTPACK.entry(text, 0)), Uint8Array.of(0xff));
  const total = 6 + head.length + size + tail.length;
  const header = concat(u32(total, true), Uint8Array.of(before.length + 1 + after.length, 0), head);
  if (header.length > 32 || tail.length > 32) throw new Error('more than one literal run');
  if (compressed) {
    const packed = 1 + header.length + count * block.packed.length + 1 + tail.length;
    yield* out.put(Uint8Array.of(0xc3), length(packed), length(total), Uint8Array.of(header.length - 1));
  } else yield* out.put(length(total));
  yield* out.put(header);
  let index = 0;
  const small = (text: string): void => out.text.text(`${separator(index++)}"${text}"`);
  before.forEach(small);
  out.text.text(`${separator(index++)}"`);
  yield* blocks(out, block, count, compressed, false);
  out.text.text('"');
  after.forEach(small);
  out.items += index;
  if (compressed) yield* out.put(Uint8Array.of(tail.length - 1));
  yield* out.put(tail);
}

const listSeparator = (index: number): string => (index === 0 ? '' : ',');
const hashSeparator = (index: number): string => (index === 0 ? '' : index % 2 === 0 ? ',' : ':');

/** A hash whose middle pair is large. */
function largePair(fieldBlocks: number, valueBlocks: number, stored: 'raw' | Kind): Body {
  return function* (out) {
    yield* out.put(length(3), string('first'), string('1'));
    out.text.text('{"first":"1",');
    for (const [count, text] of [
      [fieldBlocks, 'field'],
      [valueBlocks, 'value'],
    ] as const) {
      if (text === 'value') out.text.text(':');
      if (count > 0) yield* largeString(out, count, stored);
      else {
        yield* out.put(string(text));
        out.text.text(`"${text}"`);
      }
    }
    yield* out.put(string('last'), string('3'));
    out.text.text(',"last":"3"}');
    out.items += 6;
  };
}

/** A hash of `count` short fields. */
function manyFields(count: number): Body {
  return function* (out) {
    yield* out.put(length(count));
    const { text } = out;
    text.text('{');
    const { buffer } = out;
    for (let i = 0; i < count; i++) {
      // The field f0001234 as text, the value 1234 as an integer of four bytes.
      let at = out.filled;
      const from = at + 1;
      buffer[at++] = 9;
      buffer[at++] = 0x66;
      for (let power = 10_000_000; power >= 1; power /= 10) buffer[at++] = 0x30 + (Math.floor(i / power) % 10);
      const end = at;
      buffer[at++] = 0xc2;
      buffer[at++] = i & 255;
      buffer[at++] = (i >> 8) & 255;
      buffer[at++] = (i >> 16) & 255;
      buffer[at++] = i >>> 24;
      if (i > 0) text.char(0x2c);
      text.char(0x22);
      text.bytes(buffer, from, end);
      text.char(0x22);
      text.char(0x3a);
      text.char(0x22);
      let digit = from + 1;
      while (digit < end - 1 && buffer[digit] === 0x30) digit++;
      text.bytes(buffer, digit, end);
      text.char(0x22);
      const chunk = out.wrote(at);
      if (chunk !== undefined) yield chunk;
    }
    text.text('}');
    out.items += 2 * count;
  };
}

const string_ = (count: number, stored: 'raw' | Kind): FileCase => ({
  version: 11,
  typeId: 0,
  type: 'string',
  encoding: stored === 'raw' ? 'raw' : 'lzf',
  body: (out) => largeString(out, count, stored),
});

const node = (form: PackedForm, count: number, stored: 'raw' | Kind): FileCase => ({
  version: form === ZIPLIST ? 9 : 11,
  typeId: form === ZIPLIST ? 14 : 18,
  type: 'list',
  encoding: 'quicklist',
  body: packedNode(form, count, stored),
});

const pair = (fieldBlocks: number, valueBlocks: number, stored: 'raw' | Kind): FileCase => ({
  version: 11,
  typeId: 4,
  type: 'hash',
  encoding: 'hashtable',
  body: largePair(fieldBlocks, valueBlocks, stored),
});

const listpackHash = (count: number, stored: 'raw' | Kind): FileCase => ({
  version: 11,
  typeId: 16,
  type: 'hash',
  encoding: 'listpack',
  *body(out) {
    out.text.text('{');
    yield* giantListpack(out, ['f', 'v', 'large'], ['g', 'w'], count, stored, hashSeparator);
    out.text.text('}');
  },
});

const hashOf = (count: number): FileCase => ({
  version: 11,
  typeId: 4,
  type: 'hash',
  encoding: 'hashtable',
  body: manyFields(count),
});

/**
 * All files, by name. A block is 1 MiB. What a test may take is 150 MB, so that 256 MB that are held are noticed in each
 * of the forms. Strings are at least as long as no text of JavaScript can be, 2^29, and what is fast, as it hardly takes
 * bytes, is larger. Eight bytes kept for each of 20 million fields are noticed, twenty for each of 8 million.
 */
export const FILES: Readonly<Record<string, FileCase>> = {
  'hash of 20 million fields': hashOf(20_000_000),
  'hash of 8 million fields': hashOf(8_000_000),
  'string of 512 MB, raw': string_(512, 'raw'),
  'string of 1 GB, LZF of long references': string_(1024, 'good'),
  'string of 512 MB, LZF that hardly compresses': { ...string_(512, 'poor'), checksum: false },
  'listpack node of 256 MB, raw': node(LISTPACK, 256, 'raw'),
  'listpack node of 512 MB, LZF': node(LISTPACK, 512, 'good'),
  'listpack node of 256 MB, LZF that hardly compresses': node(LISTPACK, 256, 'poor'),
  'ziplist node of 256 MB, raw': node(ZIPLIST, 256, 'raw'),
  'ziplist node of 256 MB, LZF': node(ZIPLIST, 256, 'good'),
  'listpack node with one element of 256 MB, raw': {
    version: 11,
    typeId: 18,
    type: 'list',
    encoding: 'quicklist',
    *body(out) {
      yield* out.put(length(1), length(2));
      out.text.text('[');
      yield* giantListpack(out, ['a', 'b'], ['c'], 256, 'raw', listSeparator);
      out.text.text(']');
    },
  },
  'plain list node of 512 MB, LZF': {
    version: 11,
    typeId: 18,
    type: 'list',
    encoding: 'quicklist',
    *body(out) {
      yield* out.put(length(2), length(1), string('a'), length(1));
      out.text.text('["a",');
      yield* largeString(out, 512, 'good');
      out.text.text(']');
      out.items += 2;
    },
  },
  'hash with a field of 256 MB, raw': pair(256, 0, 'raw'),
  'hash with a field of 512 MB, LZF': pair(512, 0, 'good'),
  'hash with a value of 256 MB, raw': pair(0, 256, 'raw'),
  'hash with a field and a value of 200 MB, LZF that hardly compresses': pair(200, 200, 'poor'),
  'listpack hash with a value of 256 MB, raw': listpackHash(256, 'raw'),
  'listpack hash with a value of 512 MB, LZF': listpackHash(512, 'good'),
};

/** A file of `count` small keys `k0001234` whose values are integers. */
export function* keysFile(count: number, out: Writing): Generator<Uint8Array<ArrayBuffer>> {
  yield* out.put(ascii('REDIS0011'), Uint8Array.of(0xfe, 0));
  const { buffer } = out;
  for (let i = 0; i < count; i++) {
    let at = out.filled;
    buffer[at++] = 0;
    buffer[at++] = 9;
    buffer[at++] = 0x6b;
    for (let power = 10_000_000; power >= 1; power /= 10) buffer[at++] = 0x30 + (Math.floor(i / power) % 10);
    buffer[at++] = 0xc0;
    buffer[at++] = i & 127;
    const chunk = out.wrote(at);
    if (chunk !== undefined) yield chunk;
  }
  yield* out.end(true);
}

/** The bytes of a file: a small key, the key "large", and another small key. */
export function* fileOf(file: FileCase, out: Writing): Generator<Uint8Array<ArrayBuffer>> {
  yield* out.put(ascii(`REDIS${String(file.version).padStart(4, '0')}`), Uint8Array.of(0xfe, 0));
  yield* out.put(Uint8Array.of(0), string('before'), string('1'));
  yield* out.put(Uint8Array.of(file.typeId), string('large'));
  yield* file.body(out);
  yield* out.put(Uint8Array.of(0), string('after'), string('2'));
  yield* out.end(file.checksum ?? true);
}
