import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModule, buildSource, TAPS } from '../../scripts/crc64-wasm.mjs';
import { BINARY } from '../../src/crc64/wasm-binary.ts';
import { crc64Bitwise } from './reference.ts';

describe('the WebAssembly module of crc64', () => {
  it('is what its generator makes', () => {
    expect(readFileSync(new URL('../../src/crc64/wasm-binary.ts', import.meta.url), 'utf8')).toBe(buildSource());
    expect(BINARY).toBe(Buffer.from(buildModule()).toString('base64'));
  });

  it('is valid, and small enough for a browser to compile at once on its main thread', () => {
    expect(WebAssembly.validate(buildModule())).toBe(true);
    expect(buildModule().length).toBeLessThan(3072);
  });

  it('needs nothing from outside', () => {
    const module = new WebAssembly.Module(buildModule());
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: 'memory', kind: 'memory' },
      { name: 'update', kind: 'function' },
    ]);
  });

  it('folds by a multiple of the polynomial', () => {
    // A byte, and the same byte at each of the distances, have a CRC of zero together.
    const message = new Uint8Array(Math.max(...TAPS) + 1);
    for (const distance of [0, ...TAPS]) message[distance] ^= 0xa7;
    expect(crc64Bitwise(message)).toBe(0n);
    expect(Math.min(...TAPS)).toBeGreaterThanOrEqual(16);
  });
});
