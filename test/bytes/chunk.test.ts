import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { describe as describeValue, plainChunk } from '../../src/bytes/index.ts';
import { thrownBy } from '../helpers/encode-bytes.ts';

describe('plainChunk', () => {
  it('lets a plain array through as it is', () => {
    const chunk = new Uint8Array(5);
    expect(plainChunk(chunk)).toBe(chunk);
    const part = new Uint8Array(50).subarray(7, 12);
    expect(plainChunk(part)).toBe(part);
  });

  it('sees a Buffer, or any other subclass, as a plain array over the same bytes', () => {
    class Mine extends Uint8Array {}
    for (const chunk of [Buffer.from('abcdef').subarray(2), new Mine([1, 2, 3])]) {
      const plain = plainChunk(chunk);
      expect(plain.constructor).toBe(Uint8Array);
      expect(Array.from(plain)).toEqual(Array.from(chunk));
      expect(plain.buffer).toBe(chunk.buffer);
      expect(plain.byteOffset).toBe(chunk.byteOffset);
      // What `slice` of a Buffer does not do:
      expect(plain.slice().buffer).not.toBe(chunk.buffer);
    }
  });

  it('copies memory that another thread may change', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 4);
    shared.set([1, 2, 3, 4]);
    const plain = plainChunk(shared);
    shared.fill(9);
    expect(plain).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(plain.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it.each<[string, unknown, string]>([
    ['a string', 'REDIS', 'a string'],
    ['an ArrayBuffer', new ArrayBuffer(4), 'ArrayBuffer'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(4), 'SharedArrayBuffer'],
    ['a DataView', new DataView(new ArrayBuffer(4)), 'DataView'],
    ['words', new Uint16Array(2), 'Uint16Array'],
    ['clamped bytes', new Uint8ClampedArray(2), 'Uint8ClampedArray'],
    ['an array of numbers', [1, 2], 'Array'],
    ['a number', 5, 'number'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object without a class', Object.create(null), 'an object'],
    ['a function', () => undefined, 'function'],
  ])('refuses %s', (_name, value, said) => {
    expect(describeValue(value)).toBe(said);
    const error = thrownBy(() => plainChunk(value));
    expect(error).toMatchObject({ name: 'RedisFileError', code: 'INVALID_ARGUMENT', offset: undefined });
    expect((error as Error).message).toContain(said);
  });

  // Test runners and sandboxes hand over arrays of another realm, which are no instances of ours.
  it('takes a Uint8Array of another realm', () => {
    const foreign = runInNewContext('new Uint8Array([1, 2, 3, 4]).subarray(1)') as Uint8Array;
    expect(foreign instanceof Uint8Array).toBe(false);
    const plain = plainChunk(foreign);
    expect(plain instanceof Uint8Array).toBe(true);
    expect(Array.from(plain)).toEqual([2, 3, 4]);
  });
});
