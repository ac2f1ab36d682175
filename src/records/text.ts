import { utf8 } from '../bytes/index.ts';

const REPLACEMENT = '\ufffd';

/**
 * A key as text in which nothing is lost: UTF-8, and for each byte that is none the lone surrogate U+DC00 + byte, as in
 * the JSON of this library. Different keys have different texts.
 */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const text = utf8(bytes, start, end);
  // Where the decoder replaced nothing, there was nothing to lose.
  return text.includes(REPLACEMENT) ? textWithSurrogates(bytes, start, end) : text;
}

function textWithSurrogates(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let valid = start;
  for (let at = start; at < end; ) {
    const length = sequenceLength(bytes, at, end);
    if (length === 0) {
      text += utf8(bytes, valid, at) + String.fromCharCode(0xdc00 + bytes[at]!);
      valid = ++at;
    } else at += length;
  }
  return text + utf8(bytes, valid, end);
}

/** Bytes of the UTF-8 sequence that stands at a place, 0 where none does (Unicode standard, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (at + length > end) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1]!;
  // Longer than need be, a surrogate, or beyond U+10FFFF.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
