import { describe, expect, it } from 'vitest';
import { TAPS } from '../../scripts/wasm/crc64.mjs';
import { crc64Bitwise } from './reference.ts';

describe('the WebAssembly module of crc64', () => {
  it('folds by a multiple of the polynomial', () => {
    // A byte, and the same byte at each of the distances, have a CRC of zero together.
    const message = new Uint8Array(Math.max(...TAPS) + 1);
    for (const distance of [0, ...TAPS]) message[distance] ^= 0xa7;
    expect(crc64Bitwise(message)).toBe(0n);
    expect(Math.min(...TAPS)).toBeGreaterThanOrEqual(16);
  });
});
