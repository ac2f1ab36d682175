import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSlot } from '../../src/records/index.ts';
import { describeLive, type LiveServer, liveServer } from '../helpers/live.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('hashSlot', () => {
  it.each([
    ['', 0],
    ['123456789', 0x31c3],
    ['foo', 12182],
    ['{foo}.bar', 12182],
    ['a{foo}b{bar}', 12182],
    ['x{foo', hashSlot(bytes('x{foo'))],
  ])('%j', (key, slot) => {
    expect(hashSlot(bytes(key))).toBe(slot);
  });

  it('hashes the whole key where the tag is empty or has no end', () => {
    expect(hashSlot(bytes('{}foo'))).not.toBe(hashSlot(bytes('')));
    expect(hashSlot(bytes('{}{foo}'))).not.toBe(hashSlot(bytes('foo')));
    expect(hashSlot(bytes('}{foo}'))).toBe(hashSlot(bytes('foo')));
    expect(hashSlot(bytes('{{foo}'))).toBe(hashSlot(bytes('{foo')));
  });

  it('looks at a span of the bytes', () => {
    expect(hashSlot(bytes('{x}foo}'), 3, 6)).toBe(12182);
    expect(hashSlot(bytes('{foo}'), 0, 4)).toBe(hashSlot(bytes('{foo')));
    expect(hashSlot(bytes('--foo--').subarray(1), 1, 4)).toBe(12182);
  });
});

describeLive('hashSlot against CLUSTER KEYSLOT', () => {
  let server: LiveServer;
  beforeAll(async () => {
    server = (await liveServer({ args: ['--cluster-enabled', 'yes'] }))!;
  });
  afterAll(() => server?.stop());

  it('gives the same slots', async () => {
    const byte = fc.oneof(fc.constantFrom(...bytes('{}{}ab')), fc.integer({ min: 0, max: 255 }));
    const keys = fc.sample(fc.uint8Array({ maxLength: 40 }), 500);
    keys.push(...fc.sample(fc.array(byte, { maxLength: 10 }), 3000).map((list) => Uint8Array.from(list)));
    const slots = await server.client.pipeline(keys.map((key) => ['CLUSTER', 'KEYSLOT', key]));
    keys.forEach((key, i) => {
      expect(hashSlot(key), Buffer.from(key).toString('hex')).toBe(slots[i]);
    });
  });
});
