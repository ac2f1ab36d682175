import { corrupt } from '../damage.ts';

const PHASE = 'LZ4 block';
/** Shortest match; what the four low bits of the token count on top of. */
const MIN_MATCH = 4;
/** A length nibble with this value goes on in the bytes that follow. */
const LONG_LENGTH = 15;
/** Below this, a loop over bytes beats `set` and `copyWithin`, which cost about 50 ns a call. */
const LOOP_LIMIT = 32;

/**
 * Unpacks one LZ4 block (LZ4 Block Format Description) into the middle of an array.
 *
 * What stands in `output` before `outputStart` is the history that matches may reach back into, as linked blocks do; pass a
 * larger `historyStart` to hide some of it. Nothing outside of `input` is read, nothing outside of `outputStart..outputEnd`
 * is written, and the block must end exactly where `input` ends.
 *
 * @param input exactly the block
 * @param output where the block is unpacked to
 * @param outputStart first byte to write
 * @param outputEnd end of the room; unpacking to more is an error, unpacking to less is not
 * @param historyStart first byte of `output` that a match may refer to
 * @param offset absolute offset of the block, for errors
 * @returns the end of what was written
 * @throws RedisFileError `COMPRESSION_CORRUPT`
 */
export function decodeLz4Block(
  input: Uint8Array,
  output: Uint8Array,
  outputStart = 0,
  outputEnd: number = output.length,
  historyStart = 0,
  offset = 0,
): number {
  const end = input.length;
  let at = 0;
  let out = outputStart;
  while (at < end) {
    const token = input[at++];

    let literals = token >>> 4;
    if (literals === LONG_LENGTH) {
      let more = 255;
      while (more === 255) {
        if (at === end) throw corrupt(PHASE, offset + at, 'ends inside a literal length');
        more = input[at++];
        literals += more;
      }
    }
    if (literals > end - at) {
      throw corrupt(PHASE, offset + at, `${literals} literals announced, ${end - at} bytes left`);
    }
    if (literals > outputEnd - out) throw tooLong(offset + at, outputEnd - outputStart);
    if (literals < LOOP_LIMIT) {
      for (const stop = at + literals; at < stop; ) output[out++] = input[at++];
    } else {
      output.set(input.subarray(at, at + literals), out);
      at += literals;
      out += literals;
    }
    // The last sequence has no match: the only place where a block may end.
    if (at === end) return out;

    if (end - at < 2) throw corrupt(PHASE, offset + at, 'ends inside a match offset');
    const distance = input[at] | (input[at + 1] << 8);
    if (distance === 0 || distance > out - historyStart) {
      throw corrupt(PHASE, offset + at, `match ${distance} bytes back, ${out - historyStart} bytes of history`);
    }
    at += 2;
    let length = token & 15;
    if (length === LONG_LENGTH) {
      let more = 255;
      while (more === 255) {
        if (at === end) throw corrupt(PHASE, offset + at, 'ends inside a match length');
        more = input[at++];
        length += more;
      }
    }
    length += MIN_MATCH;
    if (length > outputEnd - out) throw tooLong(offset + at, outputEnd - outputStart);
    copyMatch(output, out, distance, length);
    out += length;
  }
  throw corrupt(PHASE, offset + at, end === 0 ? 'no bytes' : 'ends with a match, literals must come last');
}

/**
 * Repeats what stands `distance` bytes before `out`. The caller has checked that both ends lie within the array; source and
 * target overlap when the distance is shorter than the length, which repeats the last `distance` bytes.
 */
function copyMatch(output: Uint8Array, out: number, distance: number, length: number): void {
  if (length < LOOP_LIMIT) {
    for (let from = out - distance, stop = from + length; from < stop; ) output[out++] = output[from++];
    return;
  }
  if (distance === 1) {
    output.fill(output[out - 1], out, out + length);
    return;
  }
  // Each round copies all that is there already, so a short period doubles until it covers the match.
  const from = out - distance;
  let done = 0;
  while (done < length) {
    const step = Math.min(distance + done, length - done);
    output.copyWithin(out + done, from, from + step);
    done += step;
  }
}

function tooLong(offset: number, room: number): Error {
  return corrupt(PHASE, offset, `unpacks to more than the ${room} bytes that it may`);
}
