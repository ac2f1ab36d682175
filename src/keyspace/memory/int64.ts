/** 64-bit integers in the heap, little-endian. */
import { readI32le, readU32le, WORD, writeU32le } from '../../bytes/index.ts';

/** Signed; a Number where that is exact. */
export function readInt64(bytes: Uint8Array, at: number): number | bigint {
  const low = readU32le(bytes, at);
  const high = readI32le(bytes, at + 4);
  const value = high * WORD + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
}

export function writeInt64(bytes: Uint8Array, at: number, value: number | bigint): void {
  const high = typeof value === 'number' ? Math.floor(value / WORD) : Number(BigInt.asIntN(32, value >> 32n));
  const low = typeof value === 'number' ? value - high * WORD : Number(value & 0xffffffffn);
  writeU32le(bytes, at, low);
  writeU32le(bytes, at + 4, high);
}
