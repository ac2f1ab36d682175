import { blobError, type PackedCodec, readU32le, visitInt64le } from './packed.ts';

/**
 * Intset (redis: src/intset.c): `u32le width, u32le count`, then `count` signed integers of that width, ascending.
 * `state.mode` holds the width, `state.disorder` says whether the order was broken.
 */
export const intset: PackedCodec = {
  name: 'intset',
  code: 'BAD_INTSET',
  headerLength: 8,
  alternates: false,
  terminated: false,

  open(bytes, at, total, state) {
    const width = readU32le(bytes, at);
    if (width !== 2 && width !== 4 && width !== 8) {
      throw blobError(intset, `elements of ${width} bytes, expected 2, 4 or 8`, at);
    }
    const count = readU32le(bytes, at + 4);
    if (8 + width * count !== total) {
      throw blobError(intset, `${total} bytes long, ${count} elements of ${width} bytes need ${8 + width * count}`, at);
    }
    state.mode = width;
    state.announced = count;
    state.previousHi = -0x80000000;
    state.previousLo = -1;
  },

  walk(bytes, pos, end, visitor, state) {
    const width = state.mode;
    let at = pos;
    while (at + width <= end) {
      let hi = 0;
      let lo = 0;
      if (width === 2) {
        lo = ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16;
        hi = lo >> 31;
        visitor.integer(lo);
      } else if (width === 4) {
        lo = readU32le(bytes, at) | 0;
        hi = lo >> 31;
        visitor.integer(lo);
      } else {
        lo = readU32le(bytes, at) | 0;
        hi = readU32le(bytes, at + 4) | 0;
        visitInt64le(bytes, at, visitor);
      }
      if (
        state.count > 0 &&
        (hi < state.previousHi || (hi === state.previousHi && lo >>> 0 <= state.previousLo >>> 0))
      ) {
        state.disorder = true;
      }
      state.previousHi = hi;
      state.previousLo = lo;
      at += width;
      state.count++;
    }
    return at;
  },

  measure() {
    return false;
  },
};
