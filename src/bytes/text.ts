import { describe, isBytes } from './chunk.ts';
import { invalidArgument } from './options.ts';

/** How strings are handed out: as bytes, or decoded. */
export type StringMode = 'bytes' | 'utf8' | 'latin1';

/** How the text of a record's strings came from bytes. */
export type TextMode = 'utf8' | 'latin1';

/** The type of a string under a mode. */
export type StringOf<M> = M extends 'utf8' | 'latin1' ? string : Uint8Array<ArrayBuffer>;

type Slicer = (this: Uint8Array, start: number, end: number) => string;

/** `Buffer`'s native decoders where the runtime has them: 1.5 times as fast as TextDecoder from 16 bytes on. */
const native: { latin1Slice?: Slicer; utf8Slice?: Slicer } = /* @__PURE__ */ (() =>
  (globalThis as { Buffer?: { prototype: { latin1Slice?: Slicer; utf8Slice?: Slicer } } }).Buffer?.prototype ?? {})();

let utf8Decoder: TextDecoder | undefined;

/** Below this many bytes a loop beats the call into native code (54 ns against 67 to 116 at 16 bytes). */
const SHORT = 16;

/**
 * One character per byte. (`TextDecoder('latin1')` is windows-1252 and would change the bytes 80 to 9F.)
 */
export function latin1(bytes: Uint8Array, start: number = 0, end: number = bytes.length): string {
  if (end - start > SHORT && native.latin1Slice !== undefined) return native.latin1Slice.call(bytes, start, end);
  let text = '';
  for (let at = start; at < end; ) {
    const stop = Math.min(at + 4096, end);
    text += String.fromCharCode.apply(null, bytes.subarray(at, stop) as unknown as number[]);
    at = stop;
  }
  return text;
}

/** UTF-8 text; bytes that are none become U+FFFD. */
export function utf8(bytes: Uint8Array, start: number = 0, end: number = bytes.length): string {
  if (end - start <= SHORT) {
    let text = '';
    let at = start;
    while (at < end && bytes[at]! < 0x80) text += String.fromCharCode(bytes[at++]!);
    if (at === end) return text;
  }
  if (native.utf8Slice !== undefined) return native.utf8Slice.call(bytes, start, end);
  utf8Decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
  return utf8Decoder.decode(bytes.subarray(start, end));
}

/** The bytes of ASCII text. */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * The bytes of a record's string, which may be text under a mode, and under `bytes` may not.
 *
 * @throws RedisFileError `INVALID_ARGUMENT` for what is no string, and for text that did not come from bytes in this way
 */
export function stringBytes(value: Uint8Array | string, mode: StringMode): Uint8Array<ArrayBuffer> {
  if (typeof value !== 'string') {
    if (isBytes(value)) return value as Uint8Array<ArrayBuffer>;
    throw invalidArgument(`a string must be text or a Uint8Array, found ${describe(value)}`);
  }
  if (mode === 'utf8') return encoder.encode(value);
  if (mode === 'bytes') throw invalidArgument("strings must be bytes here, found text: read with strings: 'bytes'");
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) <= 0xff) continue;
    throw invalidArgument(`text of one character per byte has none beyond U+00FF, found ${JSON.stringify(value[i])}`);
  }
  return ascii(value);
}
