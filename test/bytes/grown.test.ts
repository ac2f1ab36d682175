import { expect, it } from 'vitest';
import { grown } from '../../src/bytes/index.ts';

it('is twice as long and of the same kind, and begins with what was there', () => {
  expect(grown(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2, 0, 0));
  expect(grown(Int32Array.of(-1, 2))).toEqual(Int32Array.of(-1, 2, 0, 0));
  expect(grown(Uint32Array.of(1, 0xffffffff))).toEqual(Uint32Array.of(1, 0xffffffff, 0, 0));
});

it('is longer where more is needed, and not where that is less', () => {
  expect(grown(Uint8Array.of(1), 5)).toEqual(Uint8Array.of(1, 0, 0, 0, 0));
  expect(grown(Uint8Array.of(1, 2), 3)).toEqual(Uint8Array.of(1, 2, 0, 0));
  expect(grown(new Uint8Array(0), 1)).toEqual(new Uint8Array(1));
});
