import { ByteOutput } from '../bytes/index.ts';
import { ListpackBuilder } from './listpack.ts';

const SAME_FIELDS = 2;

/**
 * Makes the listpacks of stream nodes (redis: src/t_stream.c, streamAppendItem): the master entry with the names of the
 * first entry's fields, then entries, which leave the names out where theirs are the same.
 *
 * The master entry begins with the number of entries, which is known last, so entries are made apart and joined with
 * it in `finish`.
 */
export class StreamNodeBuilder {
  /** Entries so far. */
  count = 0;
  readonly #node: ListpackBuilder;
  readonly #entries: ListpackBuilder;
  /** Fields and values of the entry at hand, one after the other, and where each ends. */
  readonly #parts = new ByteOutput(1 << 10);
  /** An array whose length is set to 0 gets new memory for every entry, so that it keeps what was in it. */
  readonly #ends: number[] = [];
  #parted = 0;
  /** Names of the master entry, one after the other, and where each ends. */
  readonly #names = new ByteOutput(256);
  readonly #nameEnds: number[] = [];
  #master = 0;
  #msHi = 0;
  #msLo = 0;
  #seqHi = 0;
  #seqLo = 0;

  constructor(shortBacklen: boolean) {
    this.#node = new ListpackBuilder(shortBacklen);
    this.#entries = new ListpackBuilder(shortBacklen);
  }

  /** Bytes of the node so far, as far as its count takes one. */
  get length(): number {
    return this.#master + this.#entries.length;
  }

  /** Bytes of the fields and values of the entry at hand. */
  get entrySize(): number {
    return this.#parts.length;
  }

  /** Forgets the entry at hand. */
  beginEntry(): void {
    this.#parts.length = 0;
    this.#parted = 0;
  }

  /** A field or value of the entry at hand. */
  part(bytes: Uint8Array, start: number, end: number): void {
    this.partPiece(bytes, start, end);
    this.endPart();
  }

  /** Some bytes of a field or value; `endPart` completes it. */
  partPiece(bytes: Uint8Array, start: number, end: number): void {
    this.#parts.span(bytes, start, end);
  }

  endPart(): void {
    this.#ends[this.#parted++] = this.#parts.length;
  }

  /** Begins a node with the names of the entry at hand. The halves are those of its id, the master id of the node. */
  begin(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    this.count = 0;
    this.#msHi = msHi;
    this.#msLo = msLo;
    this.#seqHi = seqHi;
    this.#seqLo = seqLo;
    this.#entries.begin();
    this.#names.length = 0;
    this.#nameEnds.length = 0;
    const ends = this.#ends;
    for (let i = 0; i < this.#parted; i += 2) {
      this.#names.span(this.#parts.bytes, i === 0 ? 0 : ends[i - 1]!, ends[i]!);
      this.#nameEnds.push(this.#names.length);
    }
    this.#writeMaster();
    this.#master = this.#node.length - 1;
  }

  #writeMaster(): void {
    const node = this.#node;
    node.begin();
    node.integer(this.count);
    node.integer(0);
    node.integer(this.#nameEnds.length);
    let from = 0;
    for (const end of this.#nameEnds) {
      node.bytes(this.#names.bytes, from, end);
      from = end;
    }
    node.integer(0);
  }

  /** Adds the entry at hand to the node, under an id. */
  endEntry(msHi: number, msLo: number, seqHi: number, seqLo: number): void {
    const to = this.#entries;
    const ends = this.#ends;
    const count = this.#parted;
    const { bytes } = this.#parts;
    const same = this.#hasMasterNames();
    to.integer(same ? SAME_FIELDS : 0);
    difference(to, msHi, msLo, this.#msHi, this.#msLo);
    difference(to, seqHi, seqLo, this.#seqHi, this.#seqLo);
    if (!same) to.integer(count / 2);
    for (let i = same ? 1 : 0; i < count; i += same ? 2 : 1) {
      to.bytes(bytes, i === 0 ? 0 : ends[i - 1]!, ends[i]!);
    }
    to.integer(same ? count / 2 + 3 : count + 4);
    this.count++;
  }

  #hasMasterNames(): boolean {
    const ends = this.#ends;
    const names = this.#nameEnds;
    if (this.#parted !== 2 * names.length) return false;
    for (let i = 0; i < names.length; i++) {
      const from = i === 0 ? 0 : ends[2 * i - 1]!;
      const name = i === 0 ? 0 : names[i - 1]!;
      const size = names[i]! - name;
      if (ends[2 * i]! - from !== size) return false;
      for (let k = 0; k < size; k++) if (this.#parts.bytes[from + k] !== this.#names.bytes[name + k]) return false;
    }
    return true;
  }

  /** Completes the node. @returns its listpack, lent until the next `begin` */
  finish(): Uint8Array<ArrayBuffer> {
    const node = this.#node;
    this.#writeMaster();
    const entries = this.#entries;
    node.entries(entries.out.bytes, ListpackBuilder.HEADER, entries.out.length, entries.count);
    return node.finish();
  }
}

/** What is between two 64-bit numbers, wrapping, as an integer of 64 bits. */
function difference(to: ListpackBuilder, hi: number, lo: number, fromHi: number, fromLo: number): void {
  const low = (lo >>> 0) - (fromLo >>> 0);
  const high = (hi - fromHi - (low < 0 ? 1 : 0)) | 0;
  if (high >= -0x200000 && high < 0x200000) to.integer(high * 0x100000000 + (low >>> 0));
  else to.int64(high, low);
}
