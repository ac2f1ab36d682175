/** Gathers what a walk shows. */
import { createHash } from 'node:crypto';
import { type EntryVisitor, type PackedCodec, PackedStream, WalkState, walkPacked } from '../../src/encodings/index.ts';
import { type Bytes, concat, join, pieces } from '../helpers/encode-bytes.ts';
import type { Item } from '../helpers/encode-packed.ts';

/** An entry as text, so that many compare fast: `#12` an integer, `$6162` bytes in hex, or the hash of many. */
export function show(item: Item): string {
  if (!(item instanceof Uint8Array)) return `#${item}`;
  if (item.length > 100) return `$${item.length}:${createHash('md5').update(item).digest('hex')}`;
  return `$${Buffer.from(item).toString('hex')}`;
}

export class Collector implements EntryVisitor {
  readonly seen: string[] = [];
  /** Lengths of the entries that came whole, and of those that came in pieces. */
  readonly wholes: number[] = [];
  readonly bigs: number[] = [];
  #big: { length: number; parts: Bytes[] } | undefined;

  bytes(bytes: Uint8Array, start: number, end: number): void {
    this.#notInBig();
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error(`span ${start}..${end}`);
    this.wholes.push(end - start);
    this.seen.push(show(bytes.subarray(start, end)));
  }

  integer(value: number): void {
    this.#notInBig();
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error(`integer(${value})`);
    this.seen.push(`#${value}`);
  }

  int64(hi: number, lo: number): void {
    this.#notInBig();
    if ((hi | 0) !== hi) throw new Error(`int64 with high half ${hi}`);
    const value = (BigInt(hi) << 32n) | BigInt(lo >>> 0);
    if (Number.isSafeInteger(Number(value))) throw new Error(`int64 for ${value}, which is a safe integer`);
    this.seen.push(`#${value}`);
  }

  bigBegin(length: number): void {
    this.#notInBig();
    this.#big = { length, parts: [] };
  }

  bigBytes(bytes: Uint8Array, start: number, end: number): void {
    if (this.#big === undefined) throw new Error('bigBytes without bigBegin');
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error(`span ${start}..${end}`);
    this.#big.parts.push(Uint8Array.from(bytes.subarray(start, end)));
  }

  bigEnd(): void {
    if (this.#big === undefined) throw new Error('bigEnd without bigBegin');
    const { length, parts } = this.#big;
    this.#big = undefined;
    const whole = join(parts);
    if (whole.length !== length) throw new Error(`${whole.length} bytes of ${length}`);
    this.bigs.push(length);
    this.seen.push(show(whole));
  }

  #notInBig(): void {
    if (this.#big !== undefined) throw new Error('another entry inside a large one');
  }
}

/** Walks a blob that lies inside other bytes; offsets of errors count from `BEFORE`. */
export const BEFORE = 5;

export function walkWhole(
  codec: PackedCodec,
  blob: Uint8Array,
  visitor: EntryVisitor,
  state: WalkState = new WalkState(),
): WalkState {
  const around = concat(new Uint8Array(BEFORE).fill(0xff), blob, new Uint8Array(9).fill(0x01));
  walkPacked(codec, around, BEFORE, BEFORE + blob.length, visitor, state);
  return state;
}

export function walkPieces(
  codec: PackedCodec,
  blob: Bytes,
  visitor: EntryVisitor,
  sizes: readonly number[],
  limit: number,
): WalkState {
  const stream = new PackedStream(codec, blob.length, visitor, limit);
  for (const piece of pieces(blob, sizes)) {
    // Pieces are lent: they change once the call is over.
    const lent = concat([0xff, 0x00], piece, [0xff]);
    stream.push(lent, 2, 2 + piece.length);
    lent.fill(0xee);
  }
  stream.finish();
  return stream.state;
}
