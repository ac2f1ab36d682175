/** What all WebAssembly modules have in common; how they compute is tested where they belong. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as crc64 from '../scripts/wasm/crc64.mjs';
import * as json from '../scripts/wasm/json.mjs';
import * as lzf from '../scripts/wasm/lzf.mjs';
import * as resp from '../scripts/wasm/resp.mjs';

describe.each([
  { room: 'crc64', maker: crc64, does: ['update'] },
  { room: 'lzf', maker: lzf, does: ['unpack', 'pack'] },
  { room: 'inspect', maker: json, does: ['write'] },
  { room: 'resp', maker: resp, does: ['scan'] },
])('the WebAssembly module of $room', ({ room, maker, does }) => {
  it('is what its generator makes', () => {
    const source = readFileSync(new URL(`../src/${room}/wasm-binary.ts`, import.meta.url), 'utf8');
    expect(source).toBe(maker.buildSource());
    expect(source).toContain(`'${Buffer.from(maker.buildModule()).toString('base64')}'`);
  });

  it('is valid, and small enough for a browser to compile at once on its main thread', () => {
    expect(WebAssembly.validate(maker.buildModule())).toBe(true);
    expect(maker.buildModule().length).toBeLessThan(3072);
  });

  it('needs nothing from outside', () => {
    const module = new WebAssembly.Module(maker.buildModule());
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: 'memory', kind: 'memory' },
      ...does.map((name) => ({ name, kind: 'function' })),
    ]);
  });
});
