import { blobError, type EntryVisitor, type PackedCodec, readU32le, visitInt64le } from './packed.ts';

/**
 * Listpack (redis: src/listpack.c): `u32le total, u16le count, entries, FF`; an entry is an encoding byte with its
 * data, then `backlen`, the size of both, so that the list can be walked backwards too.
 */
export const listpack: PackedCodec = {
  name: 'listpack',
  code: 'BAD_LISTPACK',
  headerLength: 6,
  alternates: false,
  terminated: true,

  open(bytes, at, total, state) {
    const announced = readU32le(bytes, at);
    if (announced !== total) throw blobError(listpack, `${total} bytes long, its header says ${announced}`, at);
    const count = bytes[at + 4]! | (bytes[at + 5]! << 8);
    state.announced = count === 0xffff ? -1 : count;
  },

  // Encoding bytes are told apart by ranges in order of how often they occur, and all that the walk needs stays in
  // local variables: with a method call per byte read the same walk took 2.5 times as long.
  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    let count = 0;
    while (at < end) {
      const first = bytes[at]!;
      if (first < 0x80) {
        if (at + 2 > end) break;
        visitor.integer(first);
        at += 2;
      } else if (first < 0xc0) {
        const data = at + 1;
        const stop = data + (first & 0x3f);
        if (stop + 1 > end) break;
        visitor.bytes(bytes, data, stop);
        at = stop + 1;
      } else if (first < 0xe0) {
        if (at + 3 > end) break;
        visitor.integer((((first << 8) | bytes[at + 1]!) << 19) >> 19);
        at += 3;
      } else if (first < 0xf0) {
        if (at + 2 > end) break;
        const data = at + 2;
        const stop = data + (((first & 0x0f) << 8) | bytes[at + 1]!);
        const next = stop + (stop - at < 128 ? 1 : 2);
        if (next > end) break;
        visitor.bytes(bytes, data, stop);
        at = next;
      } else if (first === 0xff) {
        break;
      } else {
        const next = walkWide(bytes, at, end, visitor);
        if (next === 0) break;
        at = next;
      }
      count++;
    }
    state.count += count;
    return at;
  },

  measure(bytes, pos, end, state) {
    const first = bytes[pos]!;
    if (first !== 0xf0 || pos + 5 > end) return false;
    state.dataAt = 5;
    state.dataLength = readU32le(bytes, pos + 1);
    state.tail = backlenWidth(state.dataLength + 5);
    state.tailMayGrow = isBorder(state.dataLength + 5);
    return true;
  },
};

/** The encodings F0 to F4; returns the next entry, or 0 where this one is cut. */
function walkWide(bytes: Uint8Array, at: number, end: number, visitor: EntryVisitor): number {
  switch (bytes[at]) {
    case 0xf0: {
      if (at + 5 > end) return 0;
      const size = 5 + readU32le(bytes, at + 1);
      const stop = at + size;
      if (stop >= end) return 0;
      const next = stop + backlenWidth(size) + (isBorder(size) && bytes[stop] === 0 ? 1 : 0);
      if (next > end) return 0;
      visitor.bytes(bytes, at + 5, stop);
      return next;
    }
    case 0xf1:
      if (at + 4 > end) return 0;
      visitor.integer(((bytes[at + 1]! | (bytes[at + 2]! << 8)) << 16) >> 16);
      return at + 4;
    case 0xf2:
      if (at + 5 > end) return 0;
      visitor.integer(((bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >> 8);
      return at + 5;
    case 0xf3:
      if (at + 6 > end) return 0;
      visitor.integer(readU32le(bytes, at + 1) | 0);
      return at + 6;
    case 0xf4:
      if (at + 10 > end) return 0;
      visitInt64le(bytes, at + 1, visitor);
      return at + 10;
    default:
      throw blobError(listpack, `unknown encoding byte ${bytes[at]!.toString(16)}`, at);
  }
}

/** Bytes of the backlen of an entry of `size` bytes, in the shorter of the two forms that exist at the borders. */
function backlenWidth(size: number): number {
  if (size <= 0x7f) return 1;
  if (size <= 0x3fff) return 2;
  if (size <= 0x1fffff) return 3;
  return size <= 0xfffffff ? 4 : 5;
}

/**
 * Entry sizes whose backlen has two forms. Servers up to RDB 13 and Valkey compare with "less than" and spend a byte
 * more, which is then 0; development builds of 8.8 do not, and its first byte is 7F (redis: src/listpack.c,
 * lpEncodeBacklen).
 */
function isBorder(size: number): boolean {
  return size === 0x3fff || size === 0x1fffff || size === 0xfffffff;
}
