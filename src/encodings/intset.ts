import { readI32le, readU32le, writeU32le } from '../bytes/index.ts';
import { blobError, type PackedCodec, visitInt64le } from './packed.ts';

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
        lo = readI32le(bytes, at);
        hi = lo >> 31;
        visitor.integer(lo);
      } else {
        lo = readI32le(bytes, at);
        hi = readI32le(bytes, at + 4);
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

const WORD = 0x100000000;

/**
 * Makes an intset of members that may come in any order and stand more than once.
 *
 * @param values safe integers as Numbers, others of 64 bits as bigints
 */
export function encodeIntset(values: readonly (number | bigint)[]): Uint8Array<ArrayBuffer> {
  if (values.some((value) => typeof value === 'bigint')) return encodeWide(values);
  const sorted = Float64Array.from(values as number[]).sort();
  const first = sorted[0] ?? 0;
  const last = sorted[sorted.length - 1] ?? 0;
  const fits = (bits: number): boolean => first >= -(2 ** (bits - 1)) && last < 2 ** (bits - 1);
  const width = fits(16) ? 2 : fits(32) ? 4 : 8;
  const blob = new Uint8Array(8 + width * sorted.length);
  let count = 0;
  let at = 8;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    if (i > 0 && value === sorted[i - 1]) continue;
    if (width === 2) {
      blob[at] = value & 0xff;
      blob[at + 1] = (value >> 8) & 0xff;
    } else {
      writeU32le(blob, at, value);
      if (width === 8) writeU32le(blob, at + 4, Math.floor(value / WORD));
    }
    at += width;
    count++;
  }
  return frame(blob, width, count);
}

function encodeWide(values: readonly (number | bigint)[]): Uint8Array<ArrayBuffer> {
  const sorted = [...new Set(BigInt64Array.from(values.map(BigInt)).sort())];
  const blob = new Uint8Array(8 + 8 * sorted.length);
  const view = new DataView(blob.buffer);
  sorted.forEach((value, i) => {
    view.setBigInt64(8 + 8 * i, value, true);
  });
  return frame(blob, 8, sorted.length);
}

function frame(blob: Uint8Array<ArrayBuffer>, width: number, count: number): Uint8Array<ArrayBuffer> {
  writeU32le(blob, 0, width);
  writeU32le(blob, 4, count);
  return blob.subarray(0, 8 + width * count);
}
