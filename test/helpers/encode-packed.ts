/** Encoders of the packed blobs, written from the format. They share nothing with `src`. */
import fc from 'fast-check';
import { type Bytes, big, concat, little } from './encode-bytes.ts';

/** What an entry means: bytes, or an integer. */
export type Item = Uint8Array | bigint;

const fits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

// Listpack

export type ListpackForm = 's6' | 's12' | 's32' | 'u7' | 'i13' | 'i16' | 'i24' | 'i32' | 'i64';

export interface ListpackEntry {
  item: Item;
  /** The shortest one where it is absent. */
  form?: ListpackForm;
  /** For entry sizes whose backlen has two widths: `short` is that of 8.8. */
  backlen?: 'short' | 'long';
}

function listpackData({ item, form }: ListpackEntry): Bytes {
  if (item instanceof Uint8Array) {
    const size = item.length;
    switch (form ?? (size < 64 ? 's6' : size < 4096 ? 's12' : 's32')) {
      case 's6':
        return concat([0x80 | size], item);
      case 's12':
        return concat(big(0xe000 | size, 2), item);
      default:
        return concat([0xf0], little(size, 4), item);
    }
  }
  switch (form ?? shortestListpack(item)) {
    case 'u7':
      return Uint8Array.of(Number(item));
    case 'i13':
      return big(0xc000n | BigInt.asUintN(13, item), 2);
    case 'i16':
      return concat([0xf1], little(item, 2));
    case 'i24':
      return concat([0xf2], little(item, 3));
    case 'i32':
      return concat([0xf3], little(item, 4));
    default:
      return concat([0xf4], little(item, 8));
  }
}

function shortestListpack(value: bigint): ListpackForm {
  if (value >= 0n && value < 128n) return 'u7';
  for (const bits of [13, 16, 24, 32] as const) if (fits(value, bits)) return `i${bits}`;
  return 'i64';
}

/** The width of a backlen is that of "less than" at each limit, or of "less or equal". */
function backlenWidth(size: number, form: 'short' | 'long'): number {
  if (size <= 127) return 1;
  const limits = [16383, 2097151, 268435455];
  const at = limits.findIndex((limit) => (form === 'long' ? size < limit : size <= limit));
  return at < 0 ? 5 : at + 2;
}

export function listpackBacklen(size: number, form: 'short' | 'long' = 'long'): Bytes {
  const width = backlenWidth(size, form);
  return Uint8Array.from({ length: width }, (_, i) => {
    const group = Math.floor(size / 2 ** (7 * (width - 1 - i))) & 0x7f;
    return i === 0 ? group : 0x80 | group;
  });
}

/** @param count what the header says; by default the truth, or FFFF where that is too much */
export function encodeListpack(entries: readonly (ListpackEntry | Item)[], count?: number): Bytes {
  const parts = entries.map((given) => {
    const entry = given instanceof Uint8Array || typeof given === 'bigint' ? { item: given } : given;
    const data = listpackData(entry);
    return concat(data, listpackBacklen(data.length, entry.backlen));
  });
  const total = 7 + parts.reduce((sum, part) => sum + part.length, 0);
  return concat(little(total, 4), little(count ?? Math.min(entries.length, 0xffff), 2), ...parts, [0xff]);
}

// Ziplist

export type ZiplistForm = 's6' | 's14' | 's32' | 'imm' | 'i8' | 'i16' | 'i24' | 'i32' | 'i64';

export interface ZiplistEntry {
  item: Item;
  form?: ZiplistForm;
  /** The size of the entry before stands in five bytes, though one would do. */
  wide?: boolean;
}

function ziplistData({ item, form }: ZiplistEntry): Bytes {
  if (item instanceof Uint8Array) {
    const size = item.length;
    switch (form ?? (size < 64 ? 's6' : size < 16384 ? 's14' : 's32')) {
      case 's6':
        return concat([size], item);
      case 's14':
        return concat(big(0x4000 | size, 2), item);
      default:
        return concat([0x80], big(size, 4), item);
    }
  }
  switch (form ?? shortestZiplist(item)) {
    case 'imm':
      return Uint8Array.of(0xf1 + Number(item));
    case 'i8':
      return concat([0xfe], little(item, 1));
    case 'i16':
      return concat([0xc0], little(item, 2));
    case 'i24':
      return concat([0xf0], little(item, 3));
    case 'i32':
      return concat([0xd0], little(item, 4));
    default:
      return concat([0xe0], little(item, 8));
  }
}

function shortestZiplist(value: bigint): ZiplistForm {
  if (value >= 0n && value <= 12n) return 'imm';
  for (const bits of [8, 16, 24, 32] as const) if (fits(value, bits)) return `i${bits}`;
  return 'i64';
}

export function encodeZiplist(entries: readonly (ZiplistEntry | Item)[], count?: number): Bytes {
  let previous = 0;
  let tail = 10;
  let total = 10;
  const parts = entries.map((given) => {
    const entry = given instanceof Uint8Array || typeof given === 'bigint' ? { item: given } : given;
    const head = previous >= 254 || entry.wide ? concat([0xfe], little(previous, 4)) : [previous];
    const part = concat(head, ziplistData(entry));
    previous = part.length;
    tail = total;
    total += part.length;
    return part;
  });
  return concat(
    little(total + 1, 4),
    little(tail, 4),
    little(count ?? Math.min(entries.length, 0xffff), 2),
    ...parts,
    [0xff],
  );
}

// Zipmap

export interface ZipmapPair {
  key: Uint8Array;
  value: Uint8Array;
  /** Unused bytes behind the value. */
  free?: number;
  /** Both lengths stand in five bytes, though one may do. */
  wide?: boolean;
}

export function encodeZipmap(pairs: readonly ZipmapPair[], count?: number): Bytes {
  const size = (bytes: Uint8Array, wide = false): Iterable<number> =>
    wide || bytes.length > 253 ? concat([0xfe], little(bytes.length, 4)) : [bytes.length];
  return concat(
    [count ?? Math.min(pairs.length, 254)],
    ...pairs.map(({ key, value, free = 0, wide }) =>
      concat(size(key, wide), key, size(value, wide), [free], value, new Uint8Array(free).fill(0xff)),
    ),
    [0xff],
  );
}

// Intset

export function encodeIntset(width: 2 | 4 | 8, values: readonly bigint[]): Bytes {
  return concat(little(width, 4), little(values.length, 4), ...values.map((value) => little(value, width)));
}

// Stream node

export interface NodeEntry {
  ms: bigint;
  seq: bigint;
  deleted?: boolean;
  /** With the names of the master, of which there must be as many. */
  same?: boolean;
  fields: readonly (readonly [field: Item, value: Item])[];
}

export interface StreamNode {
  ms: bigint;
  seq: bigint;
  fields: readonly Item[];
  entries: readonly NodeEntry[];
}

/** The elements of a stream node, in order. */
export function streamNodeItems({ ms, seq, fields, entries }: StreamNode): Item[] {
  const deleted = entries.filter((entry) => entry.deleted).length;
  const items: Item[] = [BigInt(entries.length - deleted), BigInt(deleted), BigInt(fields.length), ...fields, 0n];
  for (const entry of entries) {
    items.push((entry.deleted ? 1n : 0n) | (entry.same ? 2n : 0n));
    items.push(BigInt.asIntN(64, entry.ms - ms), BigInt.asIntN(64, entry.seq - seq));
    if (entry.same) {
      items.push(...entry.fields.map(([, value]) => value), BigInt(entry.fields.length + 3));
    } else {
      items.push(BigInt(entry.fields.length), ...entry.fields.flat(), BigInt(2 * entry.fields.length + 4));
    }
  }
  return items;
}

export function encodeStreamNode(node: StreamNode): Bytes {
  return encodeListpack(streamNodeItems(node));
}

// Arbitraries

/** A signed integer of so many bits, its borders likely. */
export function signedOf(bits: number): fc.Arbitrary<bigint> {
  const min = -(1n << BigInt(bits - 1));
  const max = -min - 1n;
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(min, min + 1n, -1n, 0n, max - 1n, max) },
    {
      weight: 3,
      arbitrary: fc.bigInt({ min, max }),
    },
  );
}

const bytesUpTo = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

const bytesOfLength = (...lengths: number[]): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.constantFrom(...lengths), fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte));

/** Entries in every encoding, with sizes around every border up to 16 KiB. */
export const listpackEntry: fc.Arbitrary<ListpackEntry> = fc.oneof(
  fc.record({ item: bytesUpTo(63), form: fc.constant('s6' as const) }),
  fc.record({ item: fc.oneof(bytesUpTo(150), bytesOfLength(125, 126, 4095)), form: fc.constant('s12' as const) }),
  fc.record({
    item: fc.oneof(bytesUpTo(150), bytesOfLength(122, 123, 4096, 16377, 16378, 16379)),
    form: fc.constant('s32' as const),
    backlen: fc.constantFrom('short' as const, 'long' as const),
  }),
  fc.record({ item: fc.bigInt(0n, 127n), form: fc.constant('u7' as const) }),
  ...([13, 16, 24, 32, 64] as const).map((bits) =>
    fc.record({ item: signedOf(bits), form: fc.constant(`i${bits}` as const) }),
  ),
);

export const ziplistEntry: fc.Arbitrary<ZiplistEntry> = fc.oneof(
  fc.record({ item: bytesUpTo(63), form: fc.constant('s6' as const), wide: fc.boolean() }),
  fc.record({
    item: fc.oneof(bytesUpTo(150), bytesOfLength(250, 251, 252, 253, 16383)),
    form: fc.constant('s14' as const),
    wide: fc.boolean(),
  }),
  fc.record({
    item: fc.oneof(bytesUpTo(150), bytesOfLength(247, 248, 249, 16384)),
    form: fc.constant('s32' as const),
    wide: fc.boolean(),
  }),
  fc.record({ item: fc.bigInt(0n, 12n), form: fc.constant('imm' as const), wide: fc.boolean() }),
  ...([8, 16, 24, 32, 64] as const).map((bits) =>
    fc.record({ item: signedOf(bits), form: fc.constant(`i${bits}` as const), wide: fc.boolean() }),
  ),
);

const zipmapBytes = fc.oneof(bytesUpTo(60), bytesOfLength(252, 253, 254, 255, 300));

export const zipmapPair: fc.Arbitrary<ZipmapPair> = fc.record({
  key: zipmapBytes,
  value: zipmapBytes,
  free: fc.oneof(fc.nat(4), fc.constantFrom(255)),
  wide: fc.boolean(),
});

export const intsetContent: fc.Arbitrary<{ width: 2 | 4 | 8; values: bigint[] }> = fc
  .constantFrom(2 as const, 4 as const, 8 as const)
  .chain((width) => fc.record({ width: fc.constant(width), values: fc.array(signedOf(8 * width), { maxLength: 60 }) }));

const MAX64 = (1n << 64n) - 1n;

/** An id half, the borders of 64 and 32 bits likely. */
export const idHalf: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(0n, MAX64),
  fc.bigInt(0n, 5n),
  fc.constantFrom(0xffffffffn, 0x100000000n, 1n << 53n, 1n << 63n, MAX64 - 1n, MAX64),
);

const nodeItem: fc.Arbitrary<Item> = fc.oneof(bytesUpTo(20), signedOf(64), signedOf(16));

export const streamNode: fc.Arbitrary<StreamNode> = fc
  .record({ ms: idHalf, seq: idHalf, fields: fc.array(nodeItem, { maxLength: 4 }) })
  .chain((master) => {
    const near = (value: bigint): fc.Arbitrary<bigint> =>
      fc.oneof(
        idHalf,
        fc.bigInt(-3n, 300n).map((diff) => BigInt.asUintN(64, value + diff)),
      );
    const entry: fc.Arbitrary<NodeEntry> = fc.boolean().chain((same) =>
      fc.record({
        ms: near(master.ms),
        seq: near(master.seq),
        deleted: fc.boolean(),
        same: fc.constant(same),
        fields: same
          ? fc
              .array(nodeItem, { minLength: master.fields.length, maxLength: master.fields.length })
              .map((values) => values.map((value, i): [Item, Item] => [master.fields[i], value]))
          : fc.array(fc.tuple(nodeItem, nodeItem), { maxLength: 4 }),
      }),
    );
    return fc.record({
      ms: fc.constant(master.ms),
      seq: fc.constant(master.seq),
      fields: fc.constant(master.fields),
      entries: fc.array(entry, { maxLength: 8 }),
    });
  });
