import { blobError, type PackedCodec, readU32le } from './packed.ts';

/**
 * Zipmap (redis 2.0 to 2.4: src/zipmap.c): `u8 zmlen, (length key, length free value padding)*, FF`. A length is one
 * byte, or FE and four bytes, little endian. Keys and values are visited in turn; `state.mode` says which is next.
 */
export const zipmap: PackedCodec = {
  name: 'zipmap',
  code: 'BAD_ZIPMAP',
  headerLength: 1,
  alternates: true,
  terminated: true,

  open(bytes, at, _total, state) {
    const pairs = bytes[at]!;
    state.announced = pairs >= 254 ? -1 : pairs * 2;
  },

  walk(bytes, pos, end, visitor, state) {
    let at = pos;
    while (at < end) {
      const first = bytes[at]!;
      if (first === 0xff) {
        if (state.mode === 1) throw blobError(zipmap, 'the end byte stands where a value must begin', at);
        break;
      }
      if (first === 0xfe && at + 5 > end) break;
      const length = first === 0xfe ? readU32le(bytes, at + 1) : first;
      let data = at + (first === 0xfe ? 5 : 1);
      let free = 0;
      if (state.mode === 1) {
        if (data >= end) break;
        free = bytes[data++]!;
      }
      if (data + length + free > end) break;
      visitor.bytes(bytes, data, data + length);
      at = data + length + free;
      state.mode ^= 1;
      state.count++;
    }
    return at;
  },

  measure(bytes, pos, end, state) {
    if (bytes[pos] !== 0xfe || pos + 6 > end) return false;
    state.dataAt = 5 + state.mode;
    state.dataLength = readU32le(bytes, pos + 1);
    state.tail = state.mode === 1 ? bytes[pos + 5]! : 0;
    state.tailMayGrow = false;
    return true;
  },
};
