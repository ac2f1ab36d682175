/** What serves walking backwards only, which is looked at where nobody vouches for the bytes. */
import { describe, expect, it } from 'vitest';
import {
  ListpackBuilder,
  listpack,
  PackedStream,
  WalkState,
  walkPacked,
  ZiplistBuilder,
  ziplist,
} from '../../src/encodings/index.ts';
import { randomCuts } from '../helpers/readings.ts';

const NOTHING = { bytes() {}, integer() {}, int64() {}, bigBegin() {}, bigBytes() {}, bigEnd() {} };

function verify(codec: typeof listpack, blob: Uint8Array<ArrayBuffer>): void {
  const state = new WalkState();
  state.thorough = true;
  walkPacked(codec, blob, 0, blob.length, NOTHING, state);
  // In pieces it is the same.
  const stream = new PackedStream(codec, blob.length, NOTHING, 0);
  stream.state.thorough = true;
  for (const piece of randomCuts(blob, 50_000, 3)) stream.push(piece, 0, piece.length);
  stream.finish();
}

describe.each([
  ['listpack', listpack, new ListpackBuilder()],
  ['listpack of RDB 14', listpack, new ListpackBuilder(true)],
  ['ziplist', ziplist, new ZiplistBuilder()],
] as const)('a %s', (_name, codec, builder) => {
  const make = (): Uint8Array<ArrayBuffer> => {
    builder.begin();
    for (const value of [0, 127, 128, -4096, 40_000, 2 ** 23, 2 ** 31, -(2 ** 40)]) builder.integer(value);
    for (const size of [
      0, 1, 63, 64, 126, 253, 254, 4095, 4096, 16_377, 16_378, 16_379, 100_000, 2_097_146, 3_000_000,
    ]) {
      builder.bytes(new Uint8Array(size).fill(0x61), 0, size);
      builder.integer(7);
    }
    return builder.finish().slice();
  };

  it('passes as it is made', () => {
    verify(codec, make());
  });

  it('is damaged where it cannot be walked backwards', () => {
    const blob = make();
    builder.begin();
    builder.integer(5);
    builder.bytes(new Uint8Array(10).fill(0x61), 0, 10);
    const small = builder.finish().slice();
    // The size of the first entry: behind it, or in the next one.
    const at = codec === listpack ? 7 : 12;
    small[at] = small[at]! ^ 1;
    expect(() => verify(codec, small)).toThrow(codec.name);
    if (codec === listpack) blob[blob.length - 2] = blob[blob.length - 2]! ^ 1;
    else blob[5] = blob[5]! ^ 1;
    expect(() => verify(codec, blob)).toThrow(codec.name);
    const state = new WalkState();
    walkPacked(codec, small, 0, small.length, NOTHING, state);
  });
});
