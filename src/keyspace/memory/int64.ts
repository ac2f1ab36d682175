/** 64-bit integers in the heap, little-endian. */

const WORD = 0x100000000;

/** Signed; a Number where that is exact. */
export function readInt64(bytes: Uint8Array, at: number): number | bigint {
  const low = int32(bytes, at) >>> 0;
  const high = int32(bytes, at + 4);
  const value = high * WORD + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
}

export function writeInt64(bytes: Uint8Array, at: number, value: number | bigint): void {
  const high = typeof value === 'number' ? Math.floor(value / WORD) : Number(BigInt.asIntN(32, value >> 32n));
  const low = typeof value === 'number' ? value - high * WORD : Number(value & 0xffffffffn);
  putInt32(bytes, at, low);
  putInt32(bytes, at + 4, high);
}

function int32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function putInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
