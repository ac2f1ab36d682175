/** LZF as the tests make it: by instruction, by a greedy compressor, and read back by the plainest decoder. */
import { type Bytes, concat } from './encode-bytes.ts';

/** A literal run of 1 to 32 bytes, or a copy of 3 to 264 bytes from 1 to 8192 bytes back. */
export type LzfInstruction = { literal: Uint8Array } | { length: number; distance: number };

/** The bytes of one instruction. */
export function lzfInstruction(instruction: LzfInstruction): Bytes {
  if ('literal' in instruction) {
    const { literal } = instruction;
    if (literal.length < 1 || literal.length > 32) throw new Error(`a literal run of ${literal.length} bytes`);
    return concat([literal.length - 1], literal);
  }
  const { length, distance } = instruction;
  if (length < 3 || length > 264 || distance < 1 || distance > 8192) throw new Error(`copy ${length} from ${distance}`);
  const high = (distance - 1) >> 8;
  const low = (distance - 1) & 0xff;
  return length - 2 < 7 ? Uint8Array.of(((length - 2) << 5) | high, low) : Uint8Array.of(0xe0 | high, length - 9, low);
}

/** Compresses with the longest match that three equal bytes lead to. */
export function lzfCompress(plain: Uint8Array): Bytes {
  const made: Bytes[] = [];
  const seen = new Map<number, number[]>();
  const remember = (at: number): void => {
    if (at + 2 >= plain.length) return;
    const hash = (plain[at] << 16) | (plain[at + 1] << 8) | plain[at + 2];
    const places = seen.get(hash) ?? [];
    places.push(at);
    if (places.length > 16) places.shift();
    seen.set(hash, places);
  };
  let literalFrom = 0;
  const flush = (until: number): void => {
    for (let at = literalFrom; at < until; at += 32) {
      made.push(lzfInstruction({ literal: plain.subarray(at, Math.min(at + 32, until)) }));
    }
  };
  let at = 0;
  while (at < plain.length) {
    let best = 0;
    let from = 0;
    if (at + 2 < plain.length) {
      for (const place of seen.get((plain[at] << 16) | (plain[at + 1] << 8) | plain[at + 2]) ?? []) {
        if (at - place > 8192) continue;
        let length = 3;
        while (length < 264 && at + length < plain.length && plain[place + length] === plain[at + length]) length++;
        if (length > best) {
          best = length;
          from = place;
        }
      }
    }
    if (best === 0) {
      remember(at++);
      continue;
    }
    flush(at);
    made.push(lzfInstruction({ length: best, distance: at - from }));
    for (const end = at + best; at < end; at++) remember(at);
    literalFrom = at;
  }
  flush(plain.length);
  return concat(...made);
}

/** Unpacks a block byte by byte; undefined where it is not a whole block of exactly `length` bytes. */
export function lzfDecode(block: Uint8Array, length: number): number[] | undefined {
  const out: number[] = [];
  let at = 0;
  while (at < block.length) {
    const control = block[at++];
    if (control < 32) {
      for (let i = 0; i <= control; i++) {
        if (at >= block.length) return undefined;
        out.push(block[at++]);
      }
    } else {
      let count = control >> 5;
      if (count === 7) {
        if (at >= block.length) return undefined;
        count += block[at++];
      }
      if (at >= block.length) return undefined;
      const from = out.length - (((control & 31) << 8) | block[at++]) - 1;
      if (from < 0) return undefined;
      for (let i = 0; i < count + 2; i++) out.push(out[from + i]);
    }
    if (out.length > length) return undefined;
  }
  return out.length === length ? out : undefined;
}
