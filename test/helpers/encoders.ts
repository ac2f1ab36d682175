/**
 * Encoders of the format for the tests, written from its description and independent of the library: what the reader
 * is given here, it did not make.
 */
import { crc64Bitwise } from '../crc64/reference.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes, or text with one character per byte. */
export type Text = Uint8Array | string;

/** One character per byte. */
export function bytesOf(text: Text): Bytes {
  return typeof text === 'string' ? Uint8Array.from(Buffer.from(text, 'latin1')) : new Uint8Array(text);
}

export function concat(...parts: Text[]): Bytes {
  return new Uint8Array(Buffer.concat(parts.map((part) => bytesOf(part))));
}

/** Bytes of text in hex, spaces allowed. */
export function hex(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

function little(value: number | bigint, width: number): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
  return new Uint8Array(view.buffer, 0, width).slice();
}

export const u16le = (value: number): Bytes => little(value, 2);
export const u32le = (value: number): Bytes => little(value, 4);
export const i64le = (value: number | bigint): Bytes => little(value, 8);
export const u32be = (value: number): Bytes => u32le(value).reverse();
export const u64be = (value: number | bigint): Bytes => i64le(value).reverse();

export function f64le(value: number): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer);
}

/** A LEN in its shortest form. */
export function len(value: number | bigint): Bytes {
  if (value < 0x40) return Uint8Array.of(Number(value));
  if (value < 0x4000) return Uint8Array.of(0x40 | (Number(value) >> 8), Number(value) & 0xff);
  if (value <= 0xffffffff) return concat(hex('80'), u32be(Number(value)));
  return concat(hex('81'), u64be(value));
}

/** A STR, stored as it is. */
export function str(text: Text): Bytes {
  const bytes = bytesOf(text);
  return concat(len(bytes.length), bytes);
}

/** A STR, LZF compressed whether that helps or not. */
export function lzfStr(text: Text): Bytes {
  const bytes = bytesOf(text);
  const packed = lzfCompress(bytes);
  return concat(hex('C3'), len(packed.length), len(bytes.length), packed);
}

const LONGEST_RUN = 32;
const LONGEST_COPY = 264;
const WINDOW = 8192;

/** An LZF block: the last place where the next three bytes stood, as far as it reaches; else a literal. */
export function lzfCompress(bytes: Uint8Array): Bytes {
  const out: number[] = [];
  const seen = new Map<number, number>();
  let from = 0;
  const literals = (until: number): void => {
    for (; from < until; from += LONGEST_RUN) {
      const stop = Math.min(until, from + LONGEST_RUN);
      out.push(stop - from - 1, ...bytes.subarray(from, stop));
    }
    from = until;
  };
  let at = 0;
  while (at + 2 < bytes.length) {
    const three = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const before = seen.get(three);
    seen.set(three, at);
    if (before === undefined || at - before > WINDOW) {
      at++;
      continue;
    }
    let length = 3;
    while (length < LONGEST_COPY && at + length < bytes.length && bytes[before + length] === bytes[at + length])
      length++;
    literals(at);
    const distance = at - before - 1;
    const count = length - 2;
    if (count < 7) out.push((count << 5) | (distance >> 8), distance & 0xff);
    else out.push(0xe0 | (distance >> 8), count - 7, distance & 0xff);
    at += length;
    from = at;
  }
  literals(bytes.length);
  return Uint8Array.from(out);
}

/** An entry of a packed blob: text, or a number. */
export type Entry = Text | number | bigint;

/** Backlen of an entry of `size` bytes; `short` as builds of 8.8 write it. */
function backlen(size: number, short: boolean): number[] {
  const borders = [0x7f, 0x3fff, 0x1fffff, 0xfffffff];
  let width = 1;
  for (const [i, border] of borders.entries()) {
    if (i === 0 || short ? size > border : size >= border) width = i + 2;
  }
  const groups: number[] = [];
  for (let i = width - 1; i >= 0; i--) groups.push(((size / 2 ** (7 * i)) & 0x7f) | (i === width - 1 ? 0 : 0x80));
  return groups;
}

function listpackEntry(entry: Entry): Bytes {
  if (typeof entry === 'number' || typeof entry === 'bigint') {
    const value = BigInt(entry);
    if (value >= 0n && value < 128n) return Uint8Array.of(Number(value));
    if (value >= -4096n && value < 4096n) {
      const bits = Number(value) & 0x1fff;
      return Uint8Array.of(0xc0 | (bits >> 8), bits & 0xff);
    }
    for (const [first, width] of [
      [0xf1, 2],
      [0xf2, 3],
      [0xf3, 4],
    ] as const) {
      if (BigInt.asIntN(8 * width, value) === value) return concat(Uint8Array.of(first), little(value, width));
    }
    return concat(hex('F4'), i64le(value));
  }
  const bytes = bytesOf(entry);
  if (bytes.length < 64) return concat(Uint8Array.of(0x80 | bytes.length), bytes);
  if (bytes.length < 4096) return concat(Uint8Array.of(0xe0 | (bytes.length >> 8), bytes.length & 0xff), bytes);
  return concat(hex('F0'), u32le(bytes.length), bytes);
}

export function listpack(entries: readonly Entry[], options: { short?: boolean; count?: number } = {}): Bytes {
  const body = entries.map((entry) => {
    const bytes = listpackEntry(entry);
    return concat(bytes, Uint8Array.from(backlen(bytes.length, options.short ?? false)));
  });
  const total = 7 + body.reduce((sum, bytes) => sum + bytes.length, 0);
  return concat(u32le(total), u16le(options.count ?? Math.min(entries.length, 0xffff)), ...body, hex('FF'));
}

function ziplistEntry(entry: Entry): Bytes {
  if (typeof entry === 'number' || typeof entry === 'bigint') {
    const value = BigInt(entry);
    if (value >= 0n && value <= 12n) return Uint8Array.of(0xf1 + Number(value));
    for (const [first, width] of [
      [0xfe, 1],
      [0xc0, 2],
      [0xf0, 3],
      [0xd0, 4],
    ] as const) {
      if (BigInt.asIntN(8 * width, value) === value) return concat(Uint8Array.of(first), little(value, width));
    }
    return concat(hex('E0'), i64le(value));
  }
  const bytes = bytesOf(entry);
  if (bytes.length < 64) return concat(Uint8Array.of(bytes.length), bytes);
  if (bytes.length < 0x4000) return concat(Uint8Array.of(0x40 | (bytes.length >> 8), bytes.length & 0xff), bytes);
  return concat(hex('80'), u32be(bytes.length), bytes);
}

export function ziplist(entries: readonly Entry[]): Bytes {
  const body: Bytes[] = [];
  let previous = 0;
  let tail = 10;
  let total = 10;
  for (const entry of entries) {
    const bytes = ziplistEntry(entry);
    const head = previous < 254 ? Uint8Array.of(previous) : concat(hex('FE'), u32le(previous));
    tail = total;
    previous = head.length + bytes.length;
    total += previous;
    body.push(head, bytes);
  }
  return concat(u32le(total + 1), u32le(tail), u16le(Math.min(entries.length, 0xffff)), ...body, hex('FF'));
}

export function intset(width: 2 | 4 | 8, values: readonly (number | bigint)[]): Bytes {
  return concat(u32le(width), u32le(values.length), ...values.map((value) => little(value, width)));
}

export function zipmap(pairs: readonly (readonly [Text, Text])[], free: number = 0): Bytes {
  const length = (n: number): Bytes => (n < 254 ? Uint8Array.of(n) : concat(hex('FE'), u32le(n)));
  const body = pairs.flatMap(([field, value]) => {
    const [f, v] = [bytesOf(field), bytesOf(value)];
    return [length(f.length), f, length(v.length), Uint8Array.of(free), v, new Uint8Array(free)];
  });
  return concat(Uint8Array.of(Math.min(pairs.length, 254)), ...body, hex('FF'));
}

/** A raw stream id. */
export const rawId = (ms: number | bigint, seq: number | bigint): Bytes => concat(u64be(ms), u64be(seq));

export interface NodeEntry {
  ms: number;
  seq: number;
  fields: [Entry, Entry][];
  /** Leave the names out, as they are those of the master. */
  same?: boolean;
  deleted?: boolean;
}

/** The listpack of a stream node; ids are relative to the node's. */
export function streamNode(master: readonly Entry[], entries: readonly NodeEntry[]): Bytes {
  const deleted = entries.filter((entry) => entry.deleted).length;
  const elements: Entry[] = [entries.length - deleted, deleted, master.length, ...master, 0];
  for (const { ms, seq, fields, same = false, deleted = false } of entries) {
    const own: Entry[] = [(deleted ? 1 : 0) | (same ? 2 : 0), ms, seq];
    if (same) own.push(...fields.map(([, value]) => value));
    else own.push(fields.length, ...fields.flat());
    elements.push(...own, own.length);
  }
  return listpack(elements);
}

/** Type 15 up to its groups: nodes `[ms, seq, listpack as a STR]`, number of entries, last id. */
export function streamValue(nodes: readonly (readonly [number, number, Bytes])[], length: number): Bytes {
  const stored = nodes.map(([ms, seq, node]) => concat(hex('10'), rawId(ms, seq), node));
  return concat(len(nodes.length), ...stored, len(length), len(9), len(9));
}

/** A key record. */
export function key(type: number, name: Text, value: Uint8Array): Bytes {
  return concat(Uint8Array.of(type), str(name), value);
}

/** A whole file without a checksum (stored as zero, where the version has one). */
export function file(version: number, ...records: Text[]): Bytes {
  const magic = version >= 80 ? `VALKEY0${version}` : `REDIS${String(version).padStart(4, '0')}`;
  return concat(magic, ...records, hex('FF'), new Uint8Array(version >= 5 ? 8 : 0));
}

/** The same file with the checksum that belongs to it. */
export function withChecksum(bytes: Uint8Array): Bytes {
  const body = bytes.subarray(0, bytes.length - 8);
  return concat(body, i64le(crc64Bitwise(body)));
}

/** A DUMP payload without a checksum. */
export function dumpPayload(version: number, type: number, value: Uint8Array): Bytes {
  return concat(Uint8Array.of(type), value, u16le(version), new Uint8Array(8));
}

/** Text that does not compress well and never repeats at a distance that chunks could hide. */
export function noise(length: number, seed: number = 1): Bytes {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Text that compresses, of words that come again in changing order. */
export function prose(length: number, seed: number = 1): Bytes {
  const words = ['alpha ', 'beta ', 'gamma-gamma ', 'delta, ', 'x', '0123456789 '];
  const pick = noise(length, seed);
  let text = '';
  for (let i = 0; text.length < length; i++) text += words[pick[i]! % words.length]!;
  return bytesOf(text.slice(0, length));
}
