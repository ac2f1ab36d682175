/** Small things that the tests of codecs and sources share. They know nothing of `src`. */
import fc from 'fast-check';

export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: readonly Iterable<number>[]): Bytes {
  return join(parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part))));
}

/** `concat` of more parts than a call takes arguments. */
export function join(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The bytes of a text as UTF-8. */
export function text(value: string): Bytes {
  return new TextEncoder().encode(value);
}

/** `size` bytes of a number, the lowest first; two's complement. */
export function little(value: number | bigint, size: number): Bytes {
  return Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

/** `size` bytes of a number, the highest first. */
export function big(value: number | bigint, size: number): Bytes {
  return little(value, size).reverse();
}

/** A length as RDB writes it, in its shortest form. */
export function length(value: number | bigint): Bytes {
  if (value < 64) return Uint8Array.of(Number(value));
  if (value < 16384) return big(0x4000 | Number(value), 2);
  if (value <= 0xffffffff) return concat([0x80], big(value, 4));
  return concat([0x81], big(value, 8));
}

/** A string as RDB writes it, not compressed. */
export function string(value: string | Uint8Array): Bytes {
  const bytes = typeof value === 'string' ? text(value) : value;
  return concat(length(bytes.length), bytes);
}

/** CRC-64 as Redis has it, a byte at a time over a table made bit by bit. */
export function checksum(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) crc = (crc >> 8n) ^ TABLE[Number((crc ^ BigInt(byte)) & 0xffn)];
  return crc;
}

const TABLE = Array.from({ length: 256 }, (_, i) => {
  let crc = BigInt(i);
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  return crc;
});

/** A whole file of Redis: header, the records given, end and checksum. */
export function rdbFile(version: number, ...records: readonly Iterable<number>[]): Bytes {
  const body = concat(text(`REDIS${String(version).padStart(4, '0')}`), ...records, [0xff]);
  return version < 5 ? body : concat(body, little(checksum(body), 8));
}

/** A payload of DUMP around a type byte and a value. */
export function payload(version: number, ...body: readonly Iterable<number>[]): Bytes {
  const signed = concat(...body, little(version, 2));
  return concat(signed, little(checksum(signed), 8));
}

/** Bytes that look random and are always the same. */
export function noise(size: number, seed = 1): Bytes {
  let state = seed >>> 0 || 1;
  return Uint8Array.from({ length: size }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  });
}

/** Cuts bytes into pieces of the given sizes in turn, again and again; a size of 0 gives an empty piece. */
export function pieces(bytes: Bytes, sizes: readonly number[]): Bytes[] {
  const made: Bytes[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    made.push(bytes.subarray(at, at + size));
    at += size;
  }
  return made;
}

/** Sizes for `pieces`, at least one of them above 0. */
export function sizesUpTo(most: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.nat(most), { minLength: 1, maxLength: 8 })
    .map((sizes) => (sizes.some((size) => size > 0) ? sizes : [...sizes, 1]));
}

/** What a call throws; a failure where it throws nothing. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, found none');
}

/** What a promise is rejected with; a failure where it is fulfilled. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, found ${String(value)}`);
}

/** Everything that an async iterable gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}
