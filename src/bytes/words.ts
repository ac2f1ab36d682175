/**
 * Words of 32 bits at any place of an array. V8 takes these functions in line, so they cost what the same lines would
 * cost where they are called; only the loops of hashes have these lines themselves.
 */

/** Signed 32-bit number, little endian. */
export function readI32le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Unsigned 32-bit number, little endian. */
export function readU32le(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Unsigned 32-bit number, big endian. */
export function readU32be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/**
 * Writes the low 32 bits of a safe integer, little endian.
 *
 * @returns the position behind them
 */
export function writeU32le(bytes: Uint8Array, at: number, value: number): number {
  const low = value | 0;
  bytes[at] = low;
  bytes[at + 1] = low >>> 8;
  bytes[at + 2] = low >>> 16;
  bytes[at + 3] = low >>> 24;
  return at + 4;
}

/**
 * Writes the low 32 bits of a safe integer, big endian.
 *
 * @returns the position behind them
 */
export function writeU32be(bytes: Uint8Array, at: number, value: number): number {
  const low = value | 0;
  bytes[at] = low >>> 24;
  bytes[at + 1] = low >>> 16;
  bytes[at + 2] = low >>> 8;
  bytes[at + 3] = low;
  return at + 4;
}
