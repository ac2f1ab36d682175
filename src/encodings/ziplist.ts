import { blobError, type PackedCodec, readU32le, visitInt64le } from './packed.ts';

/**
 * Ziplist (redis up to 6.2: src/ziplist.c): `u32le zlbytes, u32le zltail, u16le zllen, entries, FF`; an entry is
 * the size of the one before it (1 or 5 bytes), an encoding, and data.
 *
 * The tail offset and the sizes of previous entries only serve walking backwards; they are not looked at.
 */
export const ziplist: PackedCodec = {
  name: 'ziplist',
  code: 'BAD_ZIPLIST',
  headerLength: 10,
  alternates: false,
  terminated: true,

  open(bytes, at, total, state) {
    const announced = readU32le(bytes, at);
    if (announced !== total) throw blobError(ziplist, `${total} bytes long, its header says ${announced}`, at);
    const count = bytes[at + 8]! | (bytes[at + 9]! << 8);
    state.announced = count === 0xffff ? -1 : count;
  },

  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    while (at < end) {
      const previous = bytes[at]!;
      if (previous === 0xff) break;
      const head = at + (previous === 0xfe ? 5 : 1);
      if (head >= end) break;
      const encoding = bytes[head]!;
      if (encoding < 0xc0) {
        let data = head + 1;
        let length = encoding & 0x3f;
        if (encoding >= 0x80) {
          if (head + 5 > end) break;
          data = head + 5;
          length = readU32be(bytes, head + 1);
        } else if (encoding >= 0x40) {
          if (head + 2 > end) break;
          data = head + 2;
          length = (length << 8) | bytes[head + 1]!;
        }
        if (data + length > end) break;
        visitor.bytes(bytes, data, data + length);
        at = data + length;
      } else {
        const size = integerSize(encoding);
        if (size < 0) throw blobError(ziplist, `unknown encoding byte ${encoding.toString(16)}`, head);
        const data = head + 1;
        if (data + size > end) break;
        if (size === 8) visitInt64le(bytes, data, visitor);
        else visitor.integer(readInteger(bytes, data, encoding, size));
        at = data + size;
      }
      state.count++;
    }
    return at;
  },

  measure(bytes, pos, end, state) {
    const head = pos + (bytes[pos] === 0xfe ? 5 : 1);
    if (head + 5 > end || (bytes[head]! & 0xc0) !== 0x80) return false;
    state.dataAt = head + 5 - pos;
    state.dataLength = readU32be(bytes, head + 1);
    state.tail = 0;
    state.tailMayGrow = false;
    return true;
  },
};

/** Data bytes of an integer encoding; -1 for bytes that are none. */
function integerSize(encoding: number): number {
  switch (encoding) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return encoding >= 0xf1 && encoding <= 0xfd ? 0 : -1;
  }
}

function readInteger(bytes: Uint8Array, at: number, encoding: number, size: number): number {
  switch (size) {
    case 0:
      return (encoding & 0x0f) - 1;
    case 1:
      return (bytes[at]! << 24) >> 24;
    case 2:
      return ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
    case 3:
      return ((bytes[at]! << 8) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 24)) >> 8;
    default:
      return readU32le(bytes, at) | 0;
  }
}

function readU32be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
